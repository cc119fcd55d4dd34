"""Small timetables for tests of checks: lessons as they are read, without a database."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from server.services.days.finding import Finding
from server.services.days.reading import Days, Facts, GroupFact, Held, Part
from server.services.substitution.away import Away

MONDAY = date(2026, 12, 7)
CLASS_5, CLASS_7 = "5a", "7a"


def group(id: str, kind: str = "class", grade: int = 7, parent: str | None = None, division: str = "") -> GroupFact:
    return GroupFact(id, id, id, kind, grade, 1, parent, division)


GROUPS = (
    group("7a"), group("7b"), group("5a", grade=5), group("3a", grade=3),
    group("7a-en1", "subgroup", parent="7a", division="1"), group("7a-en2", "subgroup", parent="7a", division="1"),
    group("7a-boys", "subgroup", parent="7a", division="2"), group("7b-en1", "subgroup", parent="7b", division="1"),
    group("club", "study"), group("home", "individual", parent="7a"),
)  # fmt: skip
STUDENTS = {
    "7a": frozenset({"a", "b", "h"}), "7b": frozenset({"c", "d"}), "5a": frozenset({"e"}), "3a": frozenset({"f"}),
    "7a-en1": frozenset({"a"}), "7a-en2": frozenset({"b"}), "7a-boys": frozenset({"a"}), "7b-en1": frozenset({"d"}),
    "club": frozenset({"a", "c"}), "home": frozenset({"h"}),
}  # fmt: skip


def held(
    id: str, group: str = "7a", n: int = 1, day: int = 0, *, shift: int = 1, subject: str = "algebra",
    room: str | None = "own", teachers: tuple[str, ...] = ("t",), form: str | None = None, state: str = "planned",
    times: tuple[str, str] | None = None, others: Iterable[Part] = (),
) -> Held:  # fmt: skip
    """A lesson, in a room of its own unless told otherwise; bells are of 40 minutes, an hour apart, from 08:00 for
    lesson 0 (shift 2: from 14:00)."""
    first, room = 8 if shift == 1 else 14, f"r{id}" if room == "own" else room
    starts, ends = times or (f"{first + n:02d}:00", f"{first + n:02d}:40")
    part = Part(f"v{id}", f"c{id}", group, subject, form, None, "")
    return Held(id, MONDAY + timedelta(days=day), n, shift, starts, ends, room, state, (part, *others), teachers, None,
                None)  # fmt: skip


def days(*lessons: Held, last: int = 6, students: dict[str, frozenset[str]] | None = None) -> Days:
    """A week with these lessons, from Monday to Sunday unless told otherwise."""
    subjects = {part.subject: part.subject for lesson in lessons for part in lesson.parts}
    rooms = {lesson.room: f"room {lesson.room}" for lesson in lessons if lesson.room}
    people = {id: f"teacher {id}" for lesson in lessons for id in lesson.teachers}
    facts = Facts({one.id: one for one in GROUPS}, subjects, rooms, people, STUDENTS if students is None else students)
    return Days(MONDAY, MONDAY + timedelta(days=last), lessons, facts)


def absence(person: str, last: int = 0, numbers: tuple[int, int] | None = None) -> Away:
    """From Monday to so many days later, or only for the lessons from a number to a number."""
    first_n, last_n = numbers or (None, None)
    return Away(f"away-{person}", person, person, MONDAY, MONDAY + timedelta(days=last), first_n, last_n, "", "", "",
                None)  # fmt: skip


def codes(findings: Iterable[Finding]) -> list[str]:
    return sorted(finding.code for finding in findings)


def only(findings: Iterable[Finding], code: str) -> list[dict[str, Any]]:
    """The data of the findings of a kind."""
    return [finding.data for finding in findings if finding.code == code]
