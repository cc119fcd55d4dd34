"""Lessons that cannot be held as they stand because of where people are: a teacher is away, a class is free. Pure."""

from collections.abc import Iterator
from datetime import date

from server.services.days.checks.standards import Standards
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held

AWAY, FREE_DAY = "teacher_away", "free_day"


def of_teachers(days: Days, standards: Standards) -> Iterator[Finding]:
    """Lessons of a teacher whose absence is in force then, once a day: somebody else must hold them, or nobody."""
    found: dict[tuple[date, str], list[Held]] = {}
    for lesson in days.lessons if standards.absences else ():
        for teacher in lesson.teachers if lesson.is_held else ():
            if any(one.covers(lesson.on, lesson.n) for one in standards.absences.get(teacher, ())):
                found.setdefault((lesson.on, teacher), []).append(lesson)
    for (day, teacher), lessons in sorted(found.items()):
        yield Finding(AWAY, True, day, tuple(one.id for one in lessons), (teacher,),
                      {"numbers": sorted({one.n for one in lessons})})  # fmt: skip


def on_free_days(days: Days, standards: Standards) -> Iterator[Finding]:
    """Lessons of classes that have a vacation or a holiday that day, once for each of these."""
    found: dict[tuple[date, str], list[Held]] = {}
    classes: dict[tuple[date, str], set[str]] = {}
    for lesson in days.lessons if standards.free else ():
        own = {days.facts.class_of(group) for group in lesson.groups} if lesson.is_held else set()
        for one in standards.free:
            if free := {group.id for group in own if one.stretch.covers(lesson.on, group.grade)}:
                found.setdefault((lesson.on, one.name), []).append(lesson)
                classes.setdefault((lesson.on, one.name), set()).update(free)
    for (day, name), lessons in found.items():
        yield Finding(FREE_DAY, False, day, tuple(one.id for one in lessons), tuple(sorted(classes[day, name])),
                      {"name": name})  # fmt: skip
