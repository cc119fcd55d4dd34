"""Decides which lessons cannot be held at once: one teacher, room or student in two places. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from server.services.days.reading import Facts, Held

TEACHER, GROUP, ROOM = "teacher_double_booked", "group_double_booked", "room_double_booked"


@dataclass(frozen=True, order=True)
class Clash:
    """Two lessons of a day that cannot both be held. ``who``: ids of the teachers, rooms, or of the groups that share
    students. ``by_bells``: they have different numbers, but the bells of their shifts overlap."""

    kind: str
    one: str
    other: str
    who: tuple[str, ...]
    by_bells: bool = False


def clashes(lessons: Sequence[Held], facts: Facts) -> list[Clash]:
    """All clashes among lessons of any days, each pair once per kind, in a lasting order."""
    by_day: dict[object, list[Held]] = {}
    for lesson in lessons:
        if lesson.is_held:
            by_day.setdefault(lesson.on, []).append(lesson)
    marks = _marks(lessons, facts)
    return sorted(
        clash for day in by_day.values() for one, other in _at_once(day)
        if not marks[one.id].isdisjoint(marks[other.id]) for clash in between(one, other, facts)
    )  # fmt: skip


def between(one: Held, other: Held, facts: Facts) -> Iterator[Clash]:
    """The clashes of two lessons that are at the same time."""
    first, second = sorted((one.id, other.id))
    by_bells = (one.shift, one.n) != (other.shift, other.n)
    teachers = tuple(sorted(set(one.teachers) & set(other.teachers)))
    if teachers:
        yield Clash(TEACHER, first, second, teachers, by_bells)
    if one.room is not None and one.room == other.room:
        yield Clash(ROOM, first, second, (one.room,), by_bells)
    groups = {
        id for a in one.parts for b in other.parts if share_students(facts, a.group, b.group)
        for id in (a.group, b.group)
    }  # fmt: skip
    if groups:
        yield Clash(GROUP, first, second, tuple(sorted(groups)), by_bells)


def share_students(facts: Facts, one: str, other: str) -> bool:
    """True if somebody belongs to both groups, so that they cannot be taught apart at once.

    A class and its subgroups, and subgroups of different divisions, share students by what they are, also before
    their lists are known; subgroups of one division never do. A student taught at home alone is not with the class.
    """
    if one == other:
        return True
    a, b = facts.groups[one], facts.groups[other]
    if a.kind == b.kind == "class":
        return False
    if "individual" in (a.kind, b.kind):
        return a.kind == b.kind and bool(facts.students[one] & facts.students[other])
    if "study" not in (a.kind, b.kind):
        same_class = facts.class_of(one).id == facts.class_of(other).id
        return same_class and not (a.kind == b.kind == "subgroup" and a.division == b.division)
    return bool(facts.students[one] & facts.students[other])


def overlap(one: Held, other: Held) -> bool:
    """True if two lessons of a day are at the same time: by the bells, or by shift and number where none are known."""
    if one.starts and other.starts:
        return one.starts < other.ends and other.starts < one.ends
    return (one.shift, one.n) == (other.shift, other.n)


def _marks(lessons: Iterable[Held], facts: Facts) -> dict[str, frozenset[str]]:
    """By lesson what it may clash over: teachers, room, classes. Lessons without a common mark cannot clash."""
    touched = _touched(facts)
    found = {}
    for lesson in lessons:
        own = {mark for part in lesson.parts for mark in touched[part.group]}
        found[lesson.id] = frozenset(own.union(lesson.teachers, (lesson.room,) if lesson.room else ()))
    return found


def _touched(facts: Facts) -> dict[str, set[str]]:
    """By group: its class; of a group across classes, and of one student, all classes that its students have to do
    with, by whatever list."""
    found = {id: {facts.class_of(id).id} for id in facts.groups}
    wide = [id for id, group in facts.groups.items() if group.kind in ("study", "individual")]
    if wide:
        classes: dict[str, set[str]] = {}
        for id, students in facts.students.items():
            for student in students:
                classes.setdefault(student, set()).update(found[id])
        for id in wide:
            found[id] = found[id].union(*(classes[student] for student in facts.students[id]))
    return found


def _at_once(day: Iterable[Held]) -> Iterator[tuple[Held, Held]]:
    """The pairs of lessons of one day that overlap. Equal places are paired at once, the rest by their times."""
    places: dict[tuple[int, int], list[Held]] = {}
    for lesson in day:
        places.setdefault((lesson.shift, lesson.n), []).append(lesson)
    for own in places.values():
        yield from combinations(own, 2)
    for (_, mine), (_, theirs) in combinations(places.items(), 2):
        if overlap(mine[0], theirs[0]):
            yield from ((one, other) for one in mine for other in theirs)
