"""Rows about lessons and works: forms, kinds of work, scales, ways a work comes back, how many a day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import Base, LessonForm, Norm, ReturnChannel, Scale, TaskKind
from server.reference.names import SOURCE_KZ, SOURCE_RU, msgid

FORMS = {
    "tv": _l("TV lesson"), "live": _l("live online"), "self": _l("self-study"), "paper": _l("on paper"),
}  # fmt: skip
SCREENS = {"live": 100}  # per cent of the lesson at a screen; the school may know better
KINDS = {
    "homework": _l("homework"), "formative": _l("formative work"), "sor": _l("section assessment (SOR)"),
    "soch": _l("term assessment (SOCh)"), "control": _l("control work"), "independent": _l("independent work"),
    "test": _l("test"), "dictation": _l("dictation"), "lab": _l("lab work"), "research": _l("research"),
    "creative": _l("creative work"), "project": _l("project"), "exam": _l("exam"), "oral": _l("oral answer"),
    "elsewhere": _l("mark from elsewhere"),
}  # fmt: skip
COMPULSORY = ("sor", "soch", "control", "research", "creative", "project")  # the school may choose others
SCALES = {
    "five": (_l("five-point mark"), "values", ["5", "4", "3", "2"], SOURCE_RU),
    "pass": (_l("pass or fail"), "values", ["pass", "fail"], SOURCE_RU),
    "points": (_l("points"), "points", [], SOURCE_KZ),
    "none": (_l("no mark"), "none", [], SOURCE_RU),
}
CHANNELS = {
    "paper": _l("paper"), "call": _l("phone call"), "photo": _l("photo"), "messenger": _l("messenger"),
    "email": _l("e-mail"), "usb": _l("USB stick"), "in_person": _l("in person"),
}  # fmt: skip
SOURCE_CONTROL_RU = msgid(_l("Letter SK-228/03 of 6 August 2021 on the schedule of assessment works (RU)"))
# Control works: one a day for a class, 10 % of a subject's hours; SOCh: three a day, none at the quarter's end.
NORMS: dict[str, dict[str, Any]] = {
    "ru_control_a_day": {
        "country": "RU", "rule": "a_day", "kinds": ["control", "dictation", "exam"], "value": 1,
        "source": SOURCE_CONTROL_RU, "starts_on": date(2021, 8, 6),
    },
    "ru_control_share": {
        "country": "RU", "rule": "share", "kinds": ["control", "dictation", "exam"], "value": 10,
        "source": SOURCE_CONTROL_RU, "starts_on": date(2021, 8, 6),
    },
    "kz_soch_a_day": {"country": "KZ", "rule": "a_day", "kinds": ["soch"], "value": 3, "source": SOURCE_KZ},
    "kz_soch_last_day": {"country": "KZ", "rule": "last_days", "kinds": ["soch"], "value": 1, "source": SOURCE_KZ},
}  # fmt: skip
VALUE_NAMES = {"pass": _l("passed"), "fail": _l("not passed"), "na": _l("not attested")}


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    for position, (code, name) in enumerate(FORMS.items()):
        yield LessonForm(code=code, name=msgid(name), position=position, screen=SCREENS.get(code, 0))
    for position, (code, name) in enumerate(KINDS.items()):
        yield TaskKind(code=code, name=msgid(name), position=position, compulsory=code in COMPULSORY)
    for position, (code, (name, type_, values, source)) in enumerate(SCALES.items()):
        yield Scale(code=code, name=msgid(name), type=type_, values=values, position=position, source=source)
    for position, (code, name) in enumerate(CHANNELS.items()):
        yield ReturnChannel(code=code, name=msgid(name), position=position)
    yield from (Norm(code=code, **norm) for code, norm in NORMS.items())
