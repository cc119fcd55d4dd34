"""How pages call what happens with messages: kinds, audiences, states of a delivery, reasons, outcomes."""

from typing import Any

from flask_babel import lazy_gettext as _l

from server.reference import CONTACT_CHANNELS
from server.services.contacts import ANSWERED, CONFIRMED, LETTER, NOT_REACHED, PROMISED, REACHED, SENT

KINDS = {
    "change": _l("a change"), "result": _l("results"), "reminder": _l("a reminder"), "notice": _l("a notice"),
    "answer": _l("an answer"),
}  # fmt: skip
AUDIENCES = {
    "student": _l("one family"), "groups": _l("classes"), "school": _l("the whole school"),
    "missing": _l("who has something missing"), "round": _l("weekly round"),
}  # fmt: skip
STATES = {
    "ready": _l("ready"), "sending": _l("being sent"), "sent": _l("sent"), "perhaps": _l("perhaps sent"),
    "failed": _l("not sent yet, tried again"), "confirmed": _l("the family knows"), "given_up": _l("not delivered"),
}  # fmt: skip
TONES = {
    "ready": "wait", "sending": "note", "sent": "ok", "perhaps": "bad", "failed": "wait", "confirmed": "ok",
    "given_up": "bad",
}  # fmt: skip
REASONS = {
    "unreachable": _l("the server could not be reached"), "busy": _l("the server was busy"),
    "no_mailbox": _l("there is no such mailbox"), "mail_login": _l("the mail server refused the login"),
    "sender": _l("the mail server refused the sender's address"), "text_refused": _l("the text was refused"),
    "broke_off": _l("it broke off while sending"), "no_answer": _l("the gateway gave no answer"),
    "odd_answer": _l("the gateway's answer says neither yes nor no"),
    "gateway_trouble": _l("the gateway has trouble"), "gateway_login": _l("the gateway refused the key"),
    "gateway_refused": _l("the gateway refused it"),
    "unwanted": _l("the family or the school closed this way meanwhile"),
}  # fmt: skip
HINDRANCES = {
    "off": _l("does not work"), "consent": _l("no consent yet"), "unconfirmed": _l("not confirmed yet"),
}  # fmt: skip
LANGUAGES = {"": _l("as in the class"), "ru": _l("Russian"), "kk": _l("Kazakh"), "en": _l("English")}
TICKS = {
    "call": _l("Told on the phone"), "in_person": _l("Told in person"), "messenger": _l("Written by messenger"),
    "sms": _l("Written by SMS"), "email": _l("Written by e-mail"), "slip": _l("Slip put into the pack"),
}  # fmt: skip
OUTCOMES = {
    SENT: _l("sent"), REACHED: _l("talked"), NOT_REACHED: _l("not reached"), CONFIRMED: _l("the family knows"),
    ANSWERED: _l("answered"), PROMISED: _l("promised"), LETTER: _l("a letter"),
}  # fmt: skip
ORDER = tuple(CONTACT_CHANNELS)


def channel(code: str) -> str:
    """A channel's name."""
    return str(CONTACT_CHANNELS[code][0]) if code in CONTACT_CHANNELS else code


def told(codes: dict[str, Any], code: str) -> str:
    """The word for a code, or the code."""
    return str(codes.get(code, code))
