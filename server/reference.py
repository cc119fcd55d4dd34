"""Rows every school starts with: kinds of work, scales, forms, channels, letters of absence, each with its source.

They are rows, so a school can add its own; names of these rows are translated (their text is the message id).
"""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from server.models import (
    AbsenceLetter,
    Base,
    ContactChannel,
    ContactTopic,
    Counter,
    LessonForm,
    Norm,
    ReturnChannel,
    Scale,
    TaskKind,
    Threshold,
)

SOURCE_RU = "Order of the school journal, five-point scale (RU)"
SOURCE_KZ = "Rules of criteria-based assessment (KZ)"

FORMS = {
    "tv": _l("TV lesson"), "live": _l("live online"), "self": _l("self-study"), "paper": _l("on paper"),
}  # fmt: skip
KINDS = {
    "homework": _l("homework"), "formative": _l("formative work"), "sor": _l("section assessment (SOR)"),
    "soch": _l("term assessment (SOCh)"), "control": _l("control work"), "independent": _l("independent work"),
    "test": _l("test"), "dictation": _l("dictation"), "lab": _l("lab work"), "research": _l("research"),
    "creative": _l("creative work"), "project": _l("project"), "exam": _l("exam"),
}  # fmt: skip
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
SOURCE_CONTROL_RU = "Letter SK-228/03 of 6 August 2021 on the schedule of assessment works (RU)"
NORMS: dict[str, dict[str, Any]] = {  # not more than one control work a day for a class; SOCh: three, none at the end
    "ru_control_a_day": {
        "country": "RU", "rule": "a_day", "kinds": ["control", "dictation", "exam"], "value": 1,
        "source": SOURCE_CONTROL_RU, "starts_on": date(2021, 8, 6),
    },
    "kz_soch_a_day": {"country": "KZ", "rule": "a_day", "kinds": ["soch"], "value": 3, "source": SOURCE_KZ},
    "kz_soch_last_day": {"country": "KZ", "rule": "last_days", "kinds": ["soch"], "value": 1, "source": SOURCE_KZ},
}  # fmt: skip
LETTERS = {
    "Н": (_l("absent, reason unknown"), False), "Б": (_l("ill"), True), "УП": (_l("excused"), True),
    "ОП": (_l("late"), False),
}  # fmt: skip
TOPICS = {  # what families turn to the school with, and the school to families
    "timetable": _l("timetable"), "task": _l("a task"), "return": _l("a returned work"), "results": _l("results"),
    "paper_pack": _l("a paper pack"), "files": _l("files"), "consultation": _l("a consultation"),
    "reception": _l("personal reception"), "repeat": _l("repeat of a lesson"), "technical": _l("technical trouble"),
    "absence": _l("reason of an absence"), "silence": _l("nothing heard"), "complaint": _l("a complaint"),
    "change": _l("a change"), "reminder": _l("a reminder"), "staff": _l("a problem of staff"), "other": _l("other"),
}  # fmt: skip
CONTACT_CHANNELS = {  # how families are reached, what is done for it, and whether it is one family's
    "call": (_l("phone call"), "talk", True), "sms": (_l("SMS"), "send", True), "email": (_l("e-mail"), "send", True),
    "messenger": (_l("messenger"), "copy", True), "slip": (_l("slip in the pack"), "print", True),
    "in_person": (_l("in person"), "talk", True), "class_chat": (_l("the class's chat"), "copy", False),
    "parents_chat": (_l("the parents' chat"), "copy", False),
}  # fmt: skip
THRESHOLDS = {
    "silence_from": (_l("school days without a sign, from which a student counts as silent"), 3),
    "silence_long": (_l("school days without a sign, from which it is urgent"), 5),
    "letter_days": (_l("days after which an unanswered letter is shown to others"), 2),
    "day_from": (_l("hour of the day before which no family is written to"), 8),
    "day_until": (_l("hour of the day until which families are called, unless they say another"), 20),
    "sms_parts": (_l("most parts of one SMS"), 3),
    "send_tries": (_l("attempts to send before it is given up"), 5),
}  # fmt: skip


def rows() -> list[Base]:
    """The rows as model objects; lazy names are stored by their message id."""
    found: list[Base] = []
    for position, (code, name) in enumerate(FORMS.items()):
        found.append(LessonForm(code=code, name=_msgid(name), position=position))
    for position, (code, name) in enumerate(KINDS.items()):
        found.append(TaskKind(code=code, name=_msgid(name), position=position))
    for position, (code, (name, type_, values, source)) in enumerate(SCALES.items()):
        found.append(Scale(code=code, name=_msgid(name), type=type_, values=values, position=position, source=source))
    for position, (code, name) in enumerate(CHANNELS.items()):
        found.append(ReturnChannel(code=code, name=_msgid(name), position=position))
    for position, (code, (name, excused)) in enumerate(LETTERS.items()):
        found.append(AbsenceLetter(code=code, name=_msgid(name), excused=excused, position=position, source=SOURCE_RU))
    for position, (code, name) in enumerate(TOPICS.items()):
        found.append(ContactTopic(code=code, name=_msgid(name), position=position))
    for position, (code, (name, way, personal)) in enumerate(CONTACT_CHANNELS.items()):
        found.append(ContactChannel(code=code, name=_msgid(name), way=way, personal=personal, position=position))
    found += [Threshold(code=code, name=_msgid(name), value=value) for code, (name, value) in THRESHOLDS.items()]
    found += [Norm(code=code, **norm) for code, norm in NORMS.items()]
    return found


def add_missing(session: Session) -> None:
    """Add rows that are not there yet; never touches what a school changed."""
    for row in rows():
        if session.get(type(row), row.code) is None:  # type: ignore[attr-defined]
            session.add(row)
    for name in ("op", "edition", "command"):
        if session.get(Counter, name) is None:
            session.add(Counter(name=name, value=0))


def _msgid(lazy: Any) -> str:
    return lazy._args[0]


VALUE_NAMES = {"pass": _l("passed"), "fail": _l("not passed")}
