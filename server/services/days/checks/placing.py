"""Lessons that lack something: a place in the bells, a teacher, a room. Pure."""

from collections.abc import Callable, Iterator
from datetime import date

from server.services.days.finding import Finding
from server.services.days.reading import Days, Held

NO_BELL, NO_TEACHER, NO_ROOM = "no_bell", "no_teacher", "no_room"


def without_bell(days: Days) -> Iterator[Finding]:
    """Numbers for which the shift has no bell, once a day and shift."""
    found: dict[tuple[date, int], list[Held]] = {}
    for lesson in days.lessons:
        if lesson.is_held and not lesson.starts:
            found.setdefault((lesson.on, lesson.shift), []).append(lesson)
    for (day, shift), lessons in found.items():
        classes = sorted({days.facts.class_of(group).id for lesson in lessons for group in lesson.groups})
        numbers = sorted({lesson.n for lesson in lessons})
        yield Finding(NO_BELL, False, day, tuple(lesson.id for lesson in lessons), tuple(classes),
                      {"shift": shift, "numbers": numbers})  # fmt: skip


def without_teacher(days: Days) -> Iterator[Finding]:
    """Lessons that nobody holds, class by class."""
    return _lacking(NO_TEACHER, days, lambda lesson: not lesson.teachers)


def without_room(days: Days) -> Iterator[Finding]:
    """Lessons without a room, class by class; one that is held otherwise than in person needs none."""
    return _lacking(
        NO_ROOM, days, lambda lesson: lesson.room is None and any(part.form is None for part in lesson.parts)
    )


def _lacking(code: str, days: Days, lacks: Callable[[Held], bool]) -> Iterator[Finding]:
    found: dict[tuple[date, tuple[str, ...]], list[Held]] = {}
    for lesson in days.lessons:
        if lesson.is_held and lacks(lesson):
            classes = tuple(sorted({days.facts.class_of(group).id for group in lesson.groups}))
            found.setdefault((lesson.on, classes), []).append(lesson)
    for (day, classes), lessons in found.items():
        named = [[lesson.n, part] for lesson in lessons for part in sorted({one.subject for one in lesson.parts})]
        yield Finding(code, False, day, tuple(lesson.id for lesson in lessons), classes, {"lessons": named})
