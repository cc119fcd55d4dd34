"""What the fields of the lists are called when a person chooses what a column means."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from server.naming import ROLE_NAMES

_NAME = {
    "full": _l("Full name"),
    "last": _l("Surname"),
    "first": _l("First name"),
    "middle": _l("Patronymic"),
}
_STUDENT_NAME = {
    "full": _l("Student: full name"),
    "last": _l("Student: surname"),
    "first": _l("Student: first name"),
    "middle": _l("Student: patronymic"),
}
_FAMILY = {
    "parent": _l("Parent: full name"),
    "parent_phone": _l("Parent: phone"),
    "parent_email": _l("Parent: e-mail"),
    "parent_relation": _l("Parent: relation to the student"),
    "mother": _l("Mother: full name"),
    "mother_phone": _l("Mother: phone"),
    "mother_email": _l("Mother: e-mail"),
    "father": _l("Father: full name"),
    "father_phone": _l("Father: phone"),
    "father_email": _l("Father: e-mail"),
    "parent2": _l("Second parent: full name"),
    "parent2_phone": _l("Second parent: phone"),
    "parent2_email": _l("Second parent: e-mail"),
    "parent2_relation": _l("Second parent: relation to the student"),
    "parent_last": _l("Parent: surname"),
    "parent_first": _l("Parent: first name"),
    "parent_middle": _l("Parent: patronymic"),
    "mother_last": _l("Mother: surname"),
    "mother_first": _l("Mother: first name"),
    "mother_middle": _l("Mother: patronymic"),
    "father_last": _l("Father: surname"),
    "father_first": _l("Father: first name"),
    "father_middle": _l("Father: patronymic"),
    "parent2_last": _l("Second parent: surname"),
    "parent2_first": _l("Second parent: first name"),
    "parent2_middle": _l("Second parent: patronymic"),
}

LABELS: dict[str, dict[str, Any]] = {
    "people": {
        "class": _l("Class"),
        "class_letter": _l("Letter of the class, if apart"),
        **_STUDENT_NAME,
        "birth_date": _l("Birth date"),
        "sex": _l("Sex"),
        "phone": _l("Student: phone"),
        "email": _l("Student: e-mail"),
        "address": _l("Address"),
        "siblings": _l("Brothers and sisters"),
        **_FAMILY,
    },
    "guardians": {
        "class": _l("Class"),
        "class_letter": _l("Letter of the class, if apart"),
        **_STUDENT_NAME,
        "birth_date": _l("Student: birth date"),
        **_FAMILY,
        "may_receive": _l("May be told about marks"),
    },
    "staff": {
        **_NAME,
        "subjects": _l("Subjects"),
        "roles": _l("Positions"),
        "homeroom": _l("Class teacher of"),
        "room": _l("Room"),
        "phone": _l("Phone"),
        "email": _l("E-mail"),
    },
    "bells": {
        "shift": _l("Shift"),
        "n": _l("Lesson number"),
        "start": _l("Start of the lesson"),
        "end": _l("End of the lesson"),
        "break": _l("Break after it"),
    },
    "terms": {
        "kind": _l("Kind of term or holiday"),
        "name": _l("Name of the term or holiday"),
        "start": _l("First day"),
        "end": _l("Last day"),
        "grades": _l("Grades"),
    },
    "tv": {
        "date": _l("Date"),
        "start": _l("Time"),
        "channel": _l("TV channel"),
        "grade": _l("Grade"),
        "subject": _l("Subject"),
        "topic": _l("Topic"),
        "minutes": _l("Minutes"),
    },
    "connectivity": {
        "class": _l("Class"),
        **_NAME,
        "birth_date": _l("Birth date"),
        "device": _l("Device"),
        "shared": _l("Shared with brothers and sisters"),
        "internet": _l("Internet"),
        "tv": _l("Television"),
        "phone": _l("Phone"),
        "channel": _l("Way to reach the family"),
    },
}

LABELS |= {
    "plan": {
        "n": _l("Number of the lesson"),
        "section": _l("Section"),
        "topic": _l("Topic"),
        "hours": _l("Hours"),
        "date": _l("Date by the plan"),
        "fact": _l("Date as held"),
        "class": _l("Class"),
        "subject": _l("Subject"),
    },
    "assessments": {
        "subject": _l("Subject"),
        "class": _l("Class or grade"),
        "term": _l("Term"),
        "kind": _l("Kind of work"),
        "number": _l("Number in the term"),
        "topic": _l("Topic"),
        "max": _l("Most points"),
        "date": _l("Date"),
    },
    "exemptions": {
        "class": _l("Class"),
        **_STUDENT_NAME,
        "birth_date": _l("Birth date"),
        "subject": _l("Subject"),
        "since": _l("First day"),
        "until": _l("Last day"),
        "reason": _l("Reason"),
    },
    "membership": {
        "class": _l("Class"),
        **_STUDENT_NAME,
        "birth_date": _l("Birth date"),
        "part": _l("Subgroup"),
        "division": _l("Subject or kind of division"),
    },
    "outside_marks": {
        "class": _l("Class"),
        **_STUDENT_NAME,
        "birth_date": _l("Birth date"),
        "subject": _l("Subject"),
        "date": _l("Date"),
        "kind": _l("Kind of work"),
        "topic": _l("Topic"),
        "mark": _l("Mark"),
        "max": _l("Most points"),
        "source": _l("Where it was given"),
        "course": _l("Network course"),
        "sender": _l("Who gave it"),
        "comment": _l("Comment"),
    },
}

KINDS: dict[str, Any] = {
    "people": _l("a class list"),
    "guardians": _l("a list of parents"),
    "staff": _l("a staff list"),
    "timetable": _l("a timetable"),
    "bells": _l("a bell schedule"),
    "terms": _l("a list of terms and holidays"),
    "tv": _l("a schedule of TV lessons"),
    "connectivity": _l("a survey of devices and internet"),
    "content": _l("a lesson as text"),
    "oneroster": _l("a OneRoster set"),
    "plan": _l("a course plan"),
    "assessments": _l("a schedule of assessments"),
    "exemptions": _l("a list of exemptions"),
    "membership": _l("a list of subgroups"),
    "outside_marks": _l("marks from elsewhere"),
}


# Codes in rows → words for a preview.
WORDS: dict[Any, Any] = {
    "m": _l("male"),
    "f": _l("female"),
    "mother": _l("mother"),
    "father": _l("father"),
    "guardian": _l("guardian"),
    "grandmother": _l("grandmother"),
    "grandfather": _l("grandfather"),
    "quarter": _l("quarter"),
    "half": _l("half-year"),
    "trimester": _l("trimester"),
    "vacation": _l("holidays"),
    "extra_vacation": _l("extra holidays"),
    "public_holiday": _l("public holiday"),
    True: _l("yes"),
    False: _l("no"),
    **ROLE_NAMES,
}


def said(data: Mapping[str, Any]) -> dict[str, str]:
    """What a finding's sentence calls the ``kind`` and the ``field`` of its data, in the current language."""
    words = {}
    if "kind" in data:
        words["what"] = str(KINDS.get(data["kind"], data["kind"]))
    if "field" in data:
        words["field"] = str(LABELS.get(data.get("of", ""), {}).get(data["field"], data["field"]))
    return words
