"""Windows («окна»): numbers without a lesson between the first and the last of a day and shift. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

from server.services.days.checks.streams import Stream, gaps
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held

CLASS, TEACHER = "class_window", "teacher_window"


def of_classes(streams: Sequence[Stream]) -> Iterator[Finding]:
    """A window of a class, or of those of its students who have these lessons; each told once a day."""
    told: set[tuple[object, ...]] = set()
    for stream in streams:
        for day, lessons in stream.days.items():
            for shift, missing, around in _windows(lessons):
                key = (stream.klass, day, shift, *missing)
                if key not in told:
                    told.add(key)
                    yield Finding(CLASS, False, day, around, (stream.klass,), {"shift": shift, "numbers": missing})


def of_teachers(days: Days) -> Iterator[Finding]:
    """A window of a teacher within a shift."""
    by_teacher: dict[tuple[str, date], list[Held]] = {}
    for lesson in days.lessons:
        if lesson.is_held:
            for teacher in lesson.teachers:
                by_teacher.setdefault((teacher, lesson.on), []).append(lesson)
    for (teacher, day), lessons in by_teacher.items():
        for shift, missing, around in _windows(lessons):
            yield Finding(TEACHER, False, day, around, (teacher,), {"shift": shift, "numbers": missing})


def _windows(lessons: Sequence[Held]) -> Iterator[tuple[int, list[int], tuple[str, ...]]]:
    """(shift, numbers without a lesson, the lessons next to them) where there are any."""
    by_shift: dict[int, dict[int, str]] = {}
    for lesson in lessons:
        by_shift.setdefault(lesson.shift, {})[lesson.n] = lesson.id
    for shift, own in by_shift.items():
        if missing := gaps(set(own)):
            beside = {own[n] for gap in missing for n in (gap - 1, gap + 1) if n in own}
            yield shift, missing, tuple(sorted(beside))
