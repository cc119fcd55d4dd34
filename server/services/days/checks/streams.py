"""Who has which lessons: the students of a class fall into streams that share all their groups, each with its days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.services.days.reading import Days, Held

Place = tuple[int, int]  # shift and lesson number


@dataclass(frozen=True)
class Stream:
    """Students of a class with the same lessons. ``groups``: ids of all that they belong to; ``days``: their lessons
    by day, in the order of the day."""

    klass: str
    groups: frozenset[str]
    days: Mapping[date, tuple[Held, ...]]


def streams(days: Days) -> list[Stream]:
    """Every stream of every class that has lessons, class by class. A class without a list of students is one stream
    with all its subgroups. Students taught at home alone are not among them."""
    lessons = lessons_by_group(days)
    members = _members(days, lessons)
    found = []
    for klass, kinds in sorted(members.items()):
        seen: set[frozenset[str]] = set()
        for groups in sorted(kinds, key=sorted):
            if groups and groups not in seen:
                seen.add(groups)
                found.append(Stream(klass, groups, _merged(groups, lessons)))
    return found


def lessons_by_group(days: Days) -> dict[str, dict[date, list[Held]]]:
    """Lessons that are held, by group and day."""
    found: dict[str, dict[date, list[Held]]] = {}
    for lesson in days.lessons:
        if lesson.is_held:
            for part in lesson.parts:
                found.setdefault(part.group, {}).setdefault(lesson.on, []).append(lesson)
    return found


def groups_of_students(days: Days) -> dict[str, set[str]]:
    """Ids of groups by student."""
    found: dict[str, set[str]] = {}
    for group, students in days.facts.students.items():
        for student in students:
            found.setdefault(student, set()).add(group)
    return found


def places(lessons: tuple[Held, ...]) -> dict[Place, list[Held]]:
    """Lessons by shift and number: what is held at once counts as one lesson of a student."""
    found: dict[Place, list[Held]] = {}
    for lesson in lessons:
        found.setdefault((lesson.shift, lesson.n), []).append(lesson)
    return found


def gaps(numbers: set[int]) -> list[int]:
    """Numbers between the first and the last at which there is nothing."""
    return [n for n in range(min(numbers) + 1, max(numbers)) if n not in numbers]


def _members(days: Days, lessons: Mapping[str, object]) -> dict[str, set[frozenset[str]]]:
    """By class: the sets of groups with lessons to which its students belong."""
    groups = days.facts.groups
    found: dict[str, set[frozenset[str]]] = {}
    for own in groups_of_students(days).values():
        kinds = {groups[id].kind: id for id in own}
        if "individual" not in kinds and "class" in kinds:
            found.setdefault(kinds["class"], set()).add(frozenset(id for id in own if id in lessons))
    for id in lessons:
        klass = days.facts.class_of(id)
        if klass.kind == "class" and not days.facts.students.get(klass.id):
            found[klass.id] = {found.get(klass.id, {frozenset()}).pop() | {id}}
    return found


def _merged(groups: frozenset[str], lessons: Mapping[str, Mapping[date, list[Held]]]) -> dict[date, tuple[Held, ...]]:
    by_day: dict[date, dict[str, Held]] = {}
    for group in groups:
        for day, own in lessons[group].items():
            by_day.setdefault(day, {}).update((lesson.id, lesson) for lesson in own)
    return {
        day: tuple(sorted(own.values(), key=lambda lesson: (lesson.shift, lesson.n, lesson.id)))
        for day, own in sorted(by_day.items())
    }
