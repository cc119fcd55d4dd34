"""Rows every school starts with: kinds of work, scales, forms, channels, letters of absence, each with its source.

They are rows, so a school can add its own; names of these rows are translated (their text is the message id).
"""

from datetime import date
from itertools import groupby
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    AbsenceLetter,
    Base,
    ContactChannel,
    ContactTopic,
    Counter,
    CutOffCause,
    GradingRule,
    IncidentKind,
    KindWeight,
    LessonForm,
    MarkPercent,
    MasteryLevel,
    Norm,
    ProofKind,
    RequestKind,
    ReturnChannel,
    Scale,
    TaskKind,
    Threshold,
    Yardstick,
)


def _msgid(lazy: Any) -> str:
    return lazy._args[0]


SOURCE_RU = _msgid(_l("Order of the school journal, five-point scale (RU)"))
SOURCE_KZ = _msgid(_l("Rules of criteria-based assessment (KZ)"))

FORMS = {
    "tv": _l("TV lesson"), "live": _l("live online"), "self": _l("self-study"), "paper": _l("on paper"),
}  # fmt: skip
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
SOURCE_CONTROL_RU = _msgid(_l("Letter SK-228/03 of 6 August 2021 on the schedule of assessment works (RU)"))
NORMS: dict[str, dict[str, Any]] = {  # not more than one control work a day for a class; SOCh: three, none at the end
    "ru_control_a_day": {
        "country": "RU", "rule": "a_day", "kinds": ["control", "dictation", "exam"], "value": 1,
        "source": SOURCE_CONTROL_RU, "starts_on": date(2021, 8, 6),
    },
    "kz_soch_a_day": {"country": "KZ", "rule": "a_day", "kinds": ["soch"], "value": 3, "source": SOURCE_KZ},
    "kz_soch_last_day": {"country": "KZ", "rule": "last_days", "kinds": ["soch"], "value": 1, "source": SOURCE_KZ},
}  # fmt: skip
SOURCE_GRADE_1 = _msgid(_l("Letter 2021/11-13 of 25 September 2000: no marks in grade 1 (RU)"))
SOURCE_LAW_RU = _msgid(_l("Federal Law 273-FZ, articles 28 and 58: finding marks is the school's own regulation (RU)"))
SOURCE_WEIGHTS = _msgid(_l("No norm sets weights: all count alike until the school's own regulation says otherwise"))
_FIVE = {"values": ["5", "4", "3", "2"], "oral": {"scale": "five"}}
_SHARES = {  # the parts of a quarter's per cent; without the second the first is all of it
    "parts": [{"kinds": ["formative", "sor", "oral", "elsewhere"], "percent": 50},
              {"kinds": ["soch"], "percent": 50}],
    "needed": ["sor", "soch"],
    "values": ["5", "4", "3", "2"], "oral": {"scale": "points", "maximum": 10},
}  # fmt: skip
_PASSED = {"values": ["pass", "fail"], "percent": 50, "oral": {"scale": "pass"}}  # so much of the works, or more
GRADING_RULES: dict[str, dict[str, Any]] = {
    "ru_grade_1": {
        "country": "RU", "grades_from": 1, "grades_to": 1, "scale": "five", "formula": "none", "decided": "teacher",
        "parameters": {"values": [], "oral": {"scale": "none"}}, "source": SOURCE_GRADE_1,
        "starts_on": date(2000, 9, 25),
    },
    "ru_term": {
        "country": "RU", "grades_from": 2, "grades_to": 9, "scale": "five", "period": "term", "term_kind": "quarter",
        "formula": "mean", "parameters": _FIVE, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "ru_half": {
        "country": "RU", "grades_from": 10, "grades_to": 11, "scale": "five", "period": "term", "term_kind": "half",
        "formula": "mean", "parameters": _FIVE, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "ru_year": {
        "country": "RU", "grades_from": 2, "grades_to": 11, "scale": "five", "period": "year", "formula": "terms",
        "parameters": _FIVE, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "ru_passed": {
        "country": "RU", "grades_from": 2, "grades_to": 11, "scale": "pass", "formula": "passed",
        "parameters": _PASSED, "decided": "teacher", "source": SOURCE_LAW_RU,
    },
    "kz_term": {
        "country": "KZ", "grades_from": 1, "grades_to": 11, "scale": "five", "period": "term",
        "term_kind": "quarter", "formula": "shares", "parameters": _SHARES, "decided": "formula", "source": SOURCE_KZ,
    },
    "kz_year": {
        "country": "KZ", "grades_from": 1, "grades_to": 11, "scale": "five", "period": "year", "formula": "terms",
        "parameters": {"values": ["5", "4", "3", "2"]}, "decided": "formula", "source": SOURCE_KZ,
    },
    "kz_passed": {
        "country": "KZ", "grades_from": 1, "grades_to": 11, "scale": "pass", "formula": "passed",
        "parameters": _PASSED, "decided": "teacher", "source": SOURCE_KZ,
    },
}  # fmt: skip
MARK_PERCENTS = {  # country and grades → value → the whole per cent from which on it is given
    ("KZ", 1, 1): {"2": 0, "3": 21, "4": 51, "5": 81},
    ("KZ", 2, 11): {"2": 0, "3": 40, "4": 65, "5": 85},
}
LETTERS = {  # name, excused, counts as a missed lesson
    "Н": (_l("absent, reason unknown"), False, True), "Б": (_l("ill"), True, True), "УП": (_l("excused"), True, True),
    "ОП": (_l("late"), False, False),
}  # fmt: skip
LETTER_ABSENT, LETTER_LATE = "Н", "ОП"  # what is proposed for missing and for late work
PROOFS = {
    "note": _l("note of the parents"), "certificate": _l("certificate of a doctor"), "call": _l("told by phone"),
    "order": _l("order of the school"), "word": _l("told in person"),
}  # fmt: skip
CAUSES = {
    "road": _l("road closed"), "pack": _l("pack not delivered"), "power": _l("no electricity"),
    "link": _l("no connection"), "other": _l("another cause"),
}  # fmt: skip
SOURCE_PATTERN = _msgid(_l("The school's own habit: change it as you see fit"))
INCIDENTS: dict[str, tuple[Any, int | None, int | None]] = {  # name; how many within how many days make a pattern
    "behaviour": (_l("behaviour"), None, None), "absence": (_l("repeated absence"), 6, 14),
    "not_handed_in": (_l("work not handed in"), 5, 28), "other": (_l("other"), None, None),
}  # fmt: skip
TOPICS = {  # what families turn to the school with, and the school to families
    "timetable": _l("timetable"), "task": _l("a task"), "return": _l("a returned work"), "results": _l("results"),
    "paper_pack": _l("a paper pack"), "files": _l("files"), "consultation": _l("a consultation"),
    "reception": _l("personal reception"), "repeat": _l("repeat of a lesson"), "technical": _l("technical trouble"),
    "absence": _l("reason of an absence"), "silence": _l("nothing heard"), "complaint": _l("a complaint"),
    "change": _l("a change"), "reminder": _l("a reminder"), "staff": _l("a problem of staff"), "other": _l("other"),
}  # fmt: skip
SOURCE_HOTLINE = "Instruction on how participants of distance learning deal with each other, sections 4 and 5"
REQUESTS = {  # what may be promised: name, working days until due, the role that keeps it, why
    "paper_pack": (_l("paper pack"), 3, "coordinator", SOURCE_HOTLINE),
    "files": (_l("files"), 2, "class_teacher", SOURCE_HOTLINE),
    "consultation": (_l("consultation"), 3, "class_teacher", SOURCE_HOTLINE),
    "reception": (_l("personal reception"), 3, "deputy_studies", SOURCE_HOTLINE),
    "repeat": (_l("repeat of a lesson"), 3, "deputy_studies", ""),
    "technical": (_l("technical trouble"), 2, "coordinator", ""),
    "absence": (_l("reason of an absence"), 1, "class_teacher", ""),
    "complaint": (_l("complaint"), 3, "director", ""),
    "staff": (_l("problem of staff"), 2, "coordinator", ""),
    "other": (_l("other request"), 2, "class_teacher", ""),
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
SOURCE_OWN = _msgid(_l("The school's own"))
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
    for position, (code, (name, excused, missed)) in enumerate(LETTERS.items()):
        found.append(AbsenceLetter(code=code, name=_msgid(name), excused=excused, missed=missed, position=position,
                                   source=SOURCE_RU))  # fmt: skip
    for model, names in ((ProofKind, PROOFS), (CutOffCause, CAUSES)):
        found += [model(code=code, name=_msgid(name), position=n) for n, (code, name) in enumerate(names.items())]
    for position, (code, (name, threshold, within)) in enumerate(INCIDENTS.items()):
        found.append(IncidentKind(code=code, name=_msgid(name), position=position, threshold=threshold,
                                  within_days=within, source=SOURCE_PATTERN if threshold else ""))  # fmt: skip
    for position, (code, name) in enumerate(TOPICS.items()):
        found.append(ContactTopic(code=code, name=_msgid(name), position=position))
    for position, (code, (name, days, role, source)) in enumerate(REQUESTS.items()):
        found.append(RequestKind(code=code, name=_msgid(name), days=days, role=role, position=position, source=source))
    for position, (code, (name, way, personal)) in enumerate(CONTACT_CHANNELS.items()):
        found.append(ContactChannel(code=code, name=_msgid(name), way=way, personal=personal, position=position))
    found += [Threshold(code=code, name=_msgid(name), value=value) for code, (name, value) in THRESHOLDS.items()]
    for position, (code, (name, done, share)) in enumerate(LEVELS.items()):
        found.append(MasteryLevel(code=code, name=_msgid(name), min_done=done, min_share=share, position=position,
                                  source=SOURCE_OWN))  # fmt: skip
    for code, (name, value) in YARDSTICKS.items():
        found.append(Yardstick(code=code, name=_msgid(name), value=value, source=SOURCE_OWN))
    found += [Norm(code=code, **norm) for code, norm in NORMS.items()]
    found += [GradingRule(code=code, **rule) for code, rule in GRADING_RULES.items()]
    found += [KindWeight(code=code, weight=1, source=SOURCE_WEIGHTS) for code in KINDS]
    for (country, first, last), table in MARK_PERCENTS.items():
        for value, percent in table.items():
            code = f"{country.lower()}_{first}_{last}_{value}"
            found.append(MarkPercent(code=code, country=country, grades_from=first, grades_to=last, value=value,
                                     starts_at=percent, source=SOURCE_KZ))  # fmt: skip
    return found


def add_missing(session: Session) -> None:
    """Add rows that are not there yet; never touches what a school changed."""
    for table, own in groupby(rows(), key=type):
        known = set(session.scalars(select(table.code)))  # type: ignore[attr-defined]
        session.add_all(row for row in own if row.code not in known)  # type: ignore[attr-defined]
        session.flush()  # rows of the next table may refer to these
    for name in ("op", "edition", "command"):
        if session.get(Counter, name) is None:
            session.add(Counter(name=name, value=0))


VALUE_NAMES = {"pass": _l("passed"), "fail": _l("not passed"), "na": _l("not attested")}
