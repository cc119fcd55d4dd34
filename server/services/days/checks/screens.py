"""Time at screens: of a class's day and lessons against the norms, and of siblings who have one device. Pure.

A lesson's minutes at a screen are its minutes by the bells × the share of its form (LessonForm.screen). Lessons without
bells count nothing. A limit for a day is one at home, by device; a class is told of the lowest that its day exceeds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from server.services.bell_times import minutes_of
from server.services.days.checks.standards import Standards
from server.services.days.checks.streams import Stream, groups_of_students, lessons_by_group
from server.services.days.clashes import overlap
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held

DAY, LESSON, LOOK, SHARED = "screen_day", "screen_lesson", "screen_look", "shared_device"
Minutes = Callable[[Held, frozenset[str]], float]  # of a lesson for students of these groups


def of_classes(days: Days, streams: Sequence[Stream], standards: Standards) -> Iterator[Finding]:
    """Days and lessons with too much of it; a class is told once a day and rule, by the students who have most."""
    worst: dict[tuple[str, date], list[tuple[Held, float]]] = {}
    for stream in streams if any(standards.screens.values()) else ():
        for day, lessons in stream.days.items():
            timed = [(one, screen_minutes(one, stream.groups, standards.screens)) for one in lessons]
            timed = [(one, minutes) for one, minutes in timed if minutes > 0]
            if sum(minutes for _, minutes in timed) > sum(minutes for _, minutes in worst.get((stream.klass, day), ())):
                worst[stream.klass, day] = timed
    for (klass, day), timed in worst.items():
        grade = days.facts.groups[klass].grade
        yield from _day(klass, day, timed, standards.by_device(DAY, grade, day))
        for rule in (LESSON, LOOK):
            yield from _lessons(rule, klass, day, timed, standards.by_device(rule, grade, day))


def screen_minutes(lesson: Held, groups: frozenset[str], screens: Mapping[str, int]) -> float:
    """Minutes that students of these groups look at a screen; of joined courses' forms their own counts."""
    if not lesson.starts:
        return 0
    share = max((screens.get(part.form or "", 0) for part in lesson.parts if part.group in groups), default=0)
    return share and share * (minutes_of(lesson.ends) - minutes_of(lesson.starts)) / 100


def of_families(days: Days, standards: Standards) -> Iterator[Finding]:
    """Siblings with one device who have lessons at a screen at the same time, once a pair and day."""
    if not standards.families:
        return
    groups, lessons = groups_of_students(days), lessons_by_group(days)
    for family in standards.families:
        seen = {student: _at_screens(groups.get(student, set()), lessons, standards) for student in family}
        for one, other in combinations(family, 2):
            for day in sorted(seen[one].keys() & seen[other].keys()):
                at_once = {
                    id for mine in seen[one][day] for theirs in seen[other][day]
                    if mine.id != theirs.id and overlap(mine, theirs) for id in (mine.id, theirs.id)
                }  # fmt: skip
                if at_once:
                    yield Finding(SHARED, False, day, tuple(sorted(at_once)), (one, other),
                                  {"classes": [_class(days, groups[student]) for student in (one, other)]})  # fmt: skip


def _day(klass: str, day: date, timed: list[tuple[Held, float]], limits: Mapping[str, int]) -> Iterator[Finding]:
    total = sum(minutes for _, minutes in timed)
    exceeded = [(most, device) for device, most in limits.items() if total > most]
    if exceeded:
        most, device = min(exceeded)
        yield Finding(DAY, False, day, tuple(one.id for one, _ in timed), (klass,),
                      {"minutes": round(total), "most": most, "device": device})  # fmt: skip


def _lessons(
    rule: str, klass: str, day: date, timed: list[tuple[Held, float]], limits: Mapping[str, int]
) -> Iterator[Finding]:
    most, device = min(((most, device) for device, most in limits.items()), default=(None, ""))
    long = [(one, minutes) for one, minutes in timed if most is not None and minutes > most]
    if long:
        yield Finding(rule, False, day, tuple(one.id for one, _ in long), (klass,),
                      {"numbers": sorted({one.n for one, _ in long}), "most": most, "device": device,
                       "minutes": round(max(minutes for _, minutes in long))})  # fmt: skip


def _at_screens(
    groups: set[str], lessons: Mapping[str, Mapping[date, list[Held]]], standards: Standards
) -> dict[date, list[Held]]:
    """The lessons at a screen of a student who belongs to these groups, by day."""
    found: dict[date, list[Held]] = {}
    for group in groups:
        for day, own in lessons.get(group, {}).items():
            for lesson in own:
                if any(standards.screens.get(part.form or "", 0) for part in lesson.parts if part.group == group):
                    found.setdefault(day, []).append(lesson)
    return found


def _class(days: Days, groups: set[str]) -> str:
    """Id of a student's class, "" where there is none."""
    return next((id for id in groups if days.facts.groups[id].kind == "class"), "")
