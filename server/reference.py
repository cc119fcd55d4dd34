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
    ContactTopic,
    Counter,
    LessonForm,
    MasteryLevel,
    Norm,
    ReturnChannel,
    Scale,
    TaskKind,
    Yardstick,
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
SOURCE_OWN = "The school's own"
LEVELS = {  # of mastery: name, least share of compulsory works done, least mean share of the maximum, in per cent
    "high": (_l("high level"), 90, 85), "sufficient": (_l("sufficient level"), 75, 65),
    "basic": (_l("basic level"), 50, 50), "low": (_l("level not reached"), 0, 0),
}  # fmt: skip
YARDSTICKS = {
    "feedback_days": (_l("Feedback is due within so many days"), 3),
    "silent_days": (_l("A teacher who gave no feedback for so many days is shown"), 7),
}


def rows() -> list[Base]:
    """The rows as model objects; lazy names are stored by their message id."""
    found: list[Base] = []
    for position, (code, name) in enumerate(FORMS.items()):
        found.append(LessonForm(code=code, name=_msgid(name), position=position))
    for position, (code, name) in enumerate(KINDS.items()):
        compulsory = code in COMPULSORY
        found.append(TaskKind(code=code, name=_msgid(name), position=position, compulsory=compulsory))
    for position, (code, (name, type_, values, source)) in enumerate(SCALES.items()):
        found.append(Scale(code=code, name=_msgid(name), type=type_, values=values, position=position, source=source))
    for position, (code, name) in enumerate(CHANNELS.items()):
        found.append(ReturnChannel(code=code, name=_msgid(name), position=position))
    for position, (code, (name, excused)) in enumerate(LETTERS.items()):
        found.append(AbsenceLetter(code=code, name=_msgid(name), excused=excused, position=position, source=SOURCE_RU))
    for position, (code, name) in enumerate(TOPICS.items()):
        found.append(ContactTopic(code=code, name=_msgid(name), position=position))
    for position, (code, (name, done, share)) in enumerate(LEVELS.items()):
        found.append(MasteryLevel(code=code, name=_msgid(name), min_done=done, min_share=share, position=position,
                                  source=SOURCE_OWN))  # fmt: skip
    for code, (name, value) in YARDSTICKS.items():
        found.append(Yardstick(code=code, name=_msgid(name), value=value, source=SOURCE_OWN))
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
