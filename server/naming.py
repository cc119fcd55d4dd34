"""How pages and files name classes, subjects, rooms, roles and runs of days, in the language of the reader."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

import phonenumbers
from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _l

from sync import wording

ROLE_NAMES = {
    "director": _l("director"),
    "deputy_studies": _l("deputy head for studies"),
    "deputy_upbringing": _l("deputy head for upbringing"),
    "coordinator": _l("coordinator of distance learning"),
    "class_teacher": _l("class teacher"),
    "subject_teacher": _l("subject teacher"),
    "network_teacher": _l("network teacher"),
    "tutor": _l("tutor"),
    "psychologist": _l("psychologist"),
    "operator": _l("hotline operator"),
    "support_staff": _l("support staff"),
    "admin": _l("administrator"),
    "timetabler": _l("timetable clerk"),
    "day_approver": _l("approves days for the director"),
}


def bare_class(name: str) -> str:
    """«7 «А»», «5»: a class where the word for it stands already; other groups as they are."""
    return wording.class_name(name, gettext("%(grade)s%(letter)s"))


def klass(name: str) -> str:
    """«5 класс», «7 «А» класс»; a subgroup after its class; a study group's name as it is."""
    head, comma, rest = name.partition(", ")
    if wording.class_parts(head) is None:
        return name
    return gettext("class %(name)s", name=bare_class(head)) + comma + rest


def klass_short(name: str) -> str:
    """The same at the beginning of a line: a letter says «class» already. «7 «А»», but «5 класс»."""
    head, comma, rest = name.partition(", ")
    parts = wording.class_parts(head)
    return klass(name) if parts is None or not parts[1] else bare_class(head) + comma + rest


def course(group: str, subject: str) -> str:
    """A course in a line: «7 «А», алгебра», «5 класс, русский язык»."""
    return f"{klass_short(group)}, {wording.inside(subject)}"


def klasses(names: Iterable[str]) -> str:
    """Several classes: «2, 4 классы», «7 «А», 7 «Б»»."""
    ordered = sorted(names, key=_by_grade)
    parts = [wording.class_parts(name) for name in ordered]
    if len(ordered) > 1 and all(one and not one[1] for one in parts):
        return gettext("classes %(names)s", names=", ".join(one[0] for one in parts if one))
    return ", ".join(map(klass_short, ordered))


def teaching(courses: Sequence[tuple[str, str]]) -> list[str]:
    """What somebody teaches where, by classes: «2, 4 классы: математика, музыка»; ``courses``: (group, subject)."""
    groups_of = {
        subject: tuple(sorted({group for group, _ in own}, key=_by_grade))
        for subject, own in groupby(sorted(courses, key=lambda one: one[1]), key=lambda one: one[1])
    }
    wholes = sorted(set(groups_of.values()), key=lambda groups: [_by_grade(group) for group in groups])
    return [
        f"{klasses(groups)}: " + ", ".join(wording.inside(name) for name, own in groups_of.items() if own == groups)
        for groups in wholes
    ]


def room(name: str) -> str:
    """«каб. 12»; a room with a name of its own needs no such word: «спортзал»."""
    return gettext("room %(room)s", room=name) if name[:1].isdigit() else wording.inside(name)


def days(first: date, last: date, month: str = "MMMM") -> str:
    """«7–11 декабря», «30 ноября – 4 декабря»; ``month``: MMM where it is narrow."""
    return wording.day_span(first, last, format_date, month)


def phone(number: str) -> str:
    """«+7 999 000-50-00»: as one reads it aloud; what is no international number stays."""
    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def capital(text: str) -> str:
    """With a capital letter, to begin a line."""
    return text[:1].upper() + text[1:]


def _by_grade(name: str) -> tuple[int, str]:
    parts = wording.class_parts(name)
    return (int(parts[0]), parts[1]) if parts else (99, name)


FILTERS = {
    "klass": klass, "klass_short": klass_short, "klasses": klasses, "teaching": teaching, "room": room, "days": days,
    "phone": phone, "capital": capital, "inside": wording.inside,
}  # fmt: skip
