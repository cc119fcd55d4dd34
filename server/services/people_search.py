"""Finding people by what a caller says: a name, a class, a phone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.importers.groups import group_key
from server.models import CourseTeacher, Group, Guardianship, Membership, Person, RoleGrant
from server.services.people import folded, full_name
from server.services.works import current

LIMIT = 60  # lines of a search that a person can take in
_CLASS = re.compile(r"(?<!\d)(1[01]|[1-9])\s*[-«\"“]?\s*([^\W\d_])[»\"”]?(?!\w)")  # 7 «А», 7-а: one word
_SEPARATORS = re.compile(r"[\s,.;«»\"']+")


@dataclass(frozen=True)
class Line:
    """Somebody found. ``kind``: student, guardian (``slug`` is then the student's, ``of`` the name), staff."""

    kind: str
    slug: str
    name: str
    groups: tuple[str, ...] = ()
    of: str = ""


def search(session: Session, text: str, groups: frozenset[str] | None, day: date, phones: bool) -> list[Line]:
    """Students, guardians and staff whose names, class or (with ``phones``) phone contain all that was typed.

    ``groups``: only students of these, and their guardians; None means all. At most LIMIT + 1 lines.
    """
    wanted, number = _words(text), _digits(text) if phones else ""
    if not wanted and not number:
        return []
    found = [*_students(session, groups, day), *_guardians(session, groups, day), *_staff_lines(session, day)]
    lines = [line for line, person in found if _fits(line, person, wanted, number)]
    return sorted(lines, key=_order)[: LIMIT + 1]


def _students(session: Session, groups: frozenset[str] | None, day: date) -> list[tuple[Line, Person]]:
    rows = session.execute(
        select(Person, Group).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id).where(current(Membership.since, Membership.until, day))
    )  # fmt: skip
    people: dict[str, tuple[Person, list[Group]]] = {}
    for person, group in rows:
        people.setdefault(person.id, (person, []))[1].append(group)
    return [
        (Line("student", person.slug, full_name(person), _class_names(own)), person)
        for person, own in people.values() if groups is None or any(group.id in groups for group in own)
    ]  # fmt: skip


def _class_names(groups: Iterable[Group]) -> tuple[str, ...]:
    return tuple(sorted(group.name for group in groups if group.kind in ("class", "study")))


def _guardians(session: Session, groups: frozenset[str] | None, day: date) -> list[tuple[Line, Person]]:
    seen = {person.id: line for line, person in _students(session, groups, day)}
    rows = session.execute(
        select(Guardianship.student_id, Person).join(Person, Person.id == Guardianship.guardian_id)
    )
    return [
        (Line("guardian", seen[student].slug, full_name(person), seen[student].groups, seen[student].name), person)
        for student, person in rows if student in seen
    ]  # fmt: skip


def _staff_lines(session: Session, day: date) -> list[tuple[Line, Person]]:
    ids = {
        *session.scalars(select(RoleGrant.person_id).where(current(RoleGrant.since, RoleGrant.until, day))),
        *session.scalars(select(CourseTeacher.person_id).where(current(CourseTeacher.since, CourseTeacher.until, day))),
    }
    return [
        (Line("staff", person.slug, full_name(person)), person)
        for person in session.scalars(select(Person).where(Person.id.in_(ids)))
    ]


def _fits(line: Line, person: Person, wanted: list[str], number: str) -> bool:
    if number and number in _digits(person.phone):
        return True
    classes = [group_key(name) for name in line.groups]
    words = [*_words(line.name), *classes]
    return bool(wanted) and all(
        any(word.startswith(part) for word in words) or group_key(part) in classes for part in wanted
    )


def _order(line: Line) -> tuple[int, str]:
    return ("student", "guardian", "staff").index(line.kind), folded(line.name)


def _words(text: str) -> list[str]:
    return [word for word in _SEPARATORS.split(folded(_CLASS.sub(r"\1\2", text))) if word]


def _digits(text: str) -> str:
    """The digits of a phone without the country's 7 or 8; "" when too few to tell one from another."""
    digits = re.sub(r"\D", "", text)
    return digits[-10:] if len(digits) >= 4 else ""
