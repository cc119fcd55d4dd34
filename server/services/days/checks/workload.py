"""Lessons against the working schedules of those who hold them. Pure.

The schedule that holds on the day counts, approved or not: a day off that somebody asked for is no secret.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from server.services.calendar import monday
from server.services.days.checks.standards import Schedule, Standards, Workday
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held

METHODICAL, OFF, OUTSIDE = "teacher_methodical", "teacher_off", "teacher_outside"
DAY_FULL, WEEK_FULL = "teacher_day_full", "teacher_week_full"
ANYTIME = Workday("work")


def of_schedules(days: Days, standards: Standards) -> Iterator[Finding]:
    """A lesson on a methodical day or a day off, outside working time, more lessons a day or week than agreed."""
    mine: dict[str, dict[date, list[Held]]] = {}
    for lesson in days.lessons:
        if lesson.is_held:
            for teacher in lesson.teachers:
                if teacher in standards.schedules:
                    mine.setdefault(teacher, {}).setdefault(lesson.on, []).append(lesson)
    for teacher, by_day in mine.items():
        for day, lessons in by_day.items():
            if schedule := standards.schedule(teacher, day):
                yield from _day(teacher, day, lessons, schedule)
        yield from _weeks(teacher, by_day, days, standards)


def _day(teacher: str, day: date, lessons: list[Held], schedule: Schedule) -> Iterator[Finding]:
    work = schedule.days.get(day.isoweekday(), ANYTIME)
    ids = tuple(lesson.id for lesson in lessons)
    if work.kind != "work":
        code = METHODICAL if work.kind == "methodical" else OFF
        yield Finding(code, False, day, ids, (teacher,), {"numbers": _numbers(lessons)})
    else:
        outside = [one for one in lessons if _is_outside(one, work)]
        if outside:
            yield Finding(OUTSIDE, False, day, tuple(one.id for one in outside), (teacher,),
                          {"numbers": _numbers(outside), "starts": work.starts, "ends": work.ends})  # fmt: skip
    count = _count(lessons)
    if schedule.most_a_day is not None and count > schedule.most_a_day:
        yield Finding(DAY_FULL, False, day, ids, (teacher,), {"count": count, "most": schedule.most_a_day})


def _weeks(
    teacher: str, by_day: dict[date, list[Held]], days: Days, standards: Standards
) -> Iterator[Finding]:  # fmt: skip
    for first in {monday(day) for day in by_day}:
        schedule = standards.schedule(teacher, max(day for day in by_day if monday(day) == first))
        if schedule is None or schedule.most_a_week is None or not is_whole(first, days, standards):
            continue
        own = {day: lessons for day, lessons in by_day.items() if monday(day) == first}
        count = sum(_count(lessons) for lessons in own.values())
        if count > schedule.most_a_week:
            ids = tuple(lesson.id for day in sorted(own) for lesson in own[day])
            yield Finding(WEEK_FULL, False, first, ids, (teacher,), {"count": count, "most": schedule.most_a_week})


def is_whole(first: date, days: Days, standards: Standards) -> bool:
    """True if all school days of the week from this Monday on are among the days."""
    return days.first <= first and first + timedelta(days=standards.week_length - 1) <= days.last


def _is_outside(lesson: Held, work: Workday) -> bool:
    """Without bells nobody knows."""
    if not lesson.starts:
        return False
    return bool(work.starts and lesson.starts < work.starts) or bool(work.ends and lesson.ends > work.ends)


def _count(lessons: list[Held]) -> int:
    return len({(lesson.shift, lesson.n) for lesson in lessons})


def _numbers(lessons: list[Held]) -> list[int]:
    return sorted({lesson.n for lesson in lessons})
