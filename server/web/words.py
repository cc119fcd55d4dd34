"""How pages call what the database keeps as codes: roles, devices, connections."""

from typing import Any

from flask_babel import lazy_gettext as _l

from server.naming import ROLE_NAMES

ROLES = ROLE_NAMES
INTERNET = {
    "none": _l("no internet"),
    "phone_2g3g": _l("only a phone, 2G or 3G"),
    "mobile_unstable": _l("mobile, unstable"),
    "good": _l("good internet"),
}
INTERNET_TONES = {"none": "bad", "phone_2g3g": "wait", "mobile_unstable": "wait", "good": "ok"}
DEVICES = {
    "desktop": _l("computer"),
    "laptop": _l("laptop"),
    "tablet": _l("tablet"),
    "smartphone": _l("smartphone"),
    "button_phone": _l("push-button phone"),
    "none": _l("no device"),
}
CHANNELS = {
    "messenger": _l("messenger"),
    "email": _l("e-mail"),
    "site": _l("school's site"),
    "paper": _l("paper"),
    "call": _l("phone call"),
    "sms": _l("SMS"),
}
LACKS = {  # what a lesson lacks, short; its page says it at length
    "form": _l("form not chosen"),
    "source": _l("no source"),
    "size": _l("size of a video not said"),
    "without": _l("nothing in place of a large video"),
    "due": _l("no date of control"),
    "material": _l("no text or resource"),
}
MOVEMENTS = {
    "arrived": _l("arrived"),
    "left": _l("left"),
    "transferred": _l("transferred"),
    "home_taught": _l("taught at home"),
}
IMPORTS = {
    "people": _l("class lists"),
    "staff": _l("staff list"),
    "timetable": _l("timetable"),
    "bells": _l("bells"),
    "terms": _l("terms"),
    "tv": _l("TV lessons"),
    "connectivity": _l("connections"),
    "content": _l("lessons"),
    "guardians": _l("parents"),
    "oneroster": _l("a OneRoster set"),
    "membership": _l("subgroups"),
    "plan": _l("course plans"),
    "assessments": _l("assessments"),
    "exemptions": _l("exemptions"),
    "outside_marks": _l("marks from elsewhere"),
}


def told(codes: dict[str, Any], code: str, said: str = "") -> str:
    """The word for a code; for an unknown one what the school's own list said."""
    return str(codes[code]) if code in codes else said or code


def internet(link: Any) -> tuple[str, str]:
    """What a student's connection is called, and its tone; ("", "") when nobody asked yet."""
    if link is None:
        return "", ""
    return told(INTERNET, link.internet, link.words.get("internet", "")), INTERNET_TONES.get(link.internet, "")


def device(link: Any) -> str:
    """What a student learns with."""
    return told(DEVICES, link.device, link.words.get("device", ""))


def channel(link: Any) -> str:
    """By what a student is best reached."""
    return told(CHANNELS, link.channel, link.words.get("channel", ""))
