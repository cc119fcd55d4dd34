"""A class's days and weeks against the norms of its country: how many lessons, and how hard. Pure.

How hard: the points of the day's subjects are added up. Told are two things that a person can act upon: the week's
hardest day is its first or its last (with a lead over all others, in weeks of three days or more), and a day that both
begins and ends with a hard subject. Subjects without points count nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from server.services.calendar import monday
from server.services.days.checks.standards import Standards
from server.services.days.checks.streams import Stream, places
from server.services.days.checks.workload import is_whole
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held

DAY_FULL, WEEK_FULL = "class_day_full", "class_week_full"
PEAK, EDGES = "hard_day_at_edge", "hard_at_both_ends"
HARD = 8  # points; the scales run to 12 or 13, and their upper third begins here
FEWEST_DAYS = 3  # of a week whose hardest day is looked for


def of_days(days: Days, streams: Sequence[Stream], standards: Standards) -> Iterator[Finding]:
    """More lessons on a day than the norm allows: of the students who have most."""
    fullest: dict[tuple[str, date], tuple[Held, ...]] = {}
    for stream in streams:
        for day, lessons in stream.days.items():
            key = (stream.klass, day)
            if len(places(lessons)) > len(places(fullest.get(key, ()))):
                fullest[key] = lessons
    for (klass, day), lessons in fullest.items():
        most, count = standards.limit("lessons_day", days.facts.groups[klass].grade, day), len(places(lessons))
        if most is not None and count > most:
            yield Finding(DAY_FULL, False, day, _ids(lessons), (klass,), {"count": count, "most": most})


def of_weeks(days: Days, streams: Sequence[Stream], standards: Standards) -> Iterator[Finding]:
    """More lessons in a whole week than the norm allows."""
    fullest: dict[tuple[str, date], tuple[int, tuple[Held, ...]]] = {}
    for stream in streams:
        for first, own in _weeks(stream).items():
            count = sum(len(places(lessons)) for lessons in own.values())
            if count > fullest.get((stream.klass, first), (0, ()))[0]:
                fullest[stream.klass, first] = count, tuple(one for lessons in own.values() for one in lessons)
    for (klass, first), (count, lessons) in fullest.items():
        most = standards.limit("lessons_week", days.facts.groups[klass].grade, first)
        if most is not None and count > most and is_whole(first, days, standards):
            yield Finding(WEEK_FULL, False, first, _ids(lessons), (klass,), {"count": count, "most": most})


def of_difficulty(days: Days, streams: Sequence[Stream], standards: Standards) -> Iterator[Finding]:
    """Where the hard subjects lie; a class is told once, whatever the number of its streams."""
    told: set[tuple[str, str, date]] = set()
    points = _points(days, standards) if standards.difficulty else {}
    for stream in streams if points else ():
        grade = days.facts.groups[stream.klass].grade
        for finding in (*_peaks(days, stream, standards, points, grade), *_edges(stream, points, grade)):
            key = (finding.code, stream.klass, finding.on)
            if key not in told:
                told.add(key)
                yield finding


Points = dict[tuple[str, int | None], int]  # by id of the subject and grade


def _points(days: Days, standards: Standards) -> Points:
    names = days.facts.subjects
    wanted = {(part.subject, days.facts.class_of(part.group).grade) for one in days.lessons for part in one.parts}
    grades = {grade for _, grade in wanted}
    return {
        (subject, grade): standards.points(names[subject], grade) for subject in {id for id, _ in wanted}
        for grade in grades
    }  # fmt: skip


def _peaks(
    days: Days, stream: Stream, standards: Standards, hard: Points, grade: int | None
) -> Iterator[Finding]:  # fmt: skip
    for first, own in _weeks(stream).items():
        sums = {day: sum(_hardness(own[day], hard, grade, stream).values()) for day in sorted(own)}
        if len(sums) < FEWEST_DAYS or not is_whole(first, days, standards):
            continue
        hardest = max(sums, key=lambda day: sums[day])
        lead = list(sums.values()).count(sums[hardest]) == 1
        if lead and hardest in (min(sums), max(sums)):
            told = {day.isoformat(): points for day, points in sums.items()}
            yield Finding(PEAK, False, first, _ids(own[hardest]), (stream.klass,),
                          {"day": hardest.isoformat(), "sums": told})  # fmt: skip


def _edges(stream: Stream, points: Points, grade: int | None) -> Iterator[Finding]:
    for day, lessons in stream.days.items():
        hardness = _hardness(lessons, points, grade, stream)
        ends = (min(hardness), max(hardness))
        if ends[0] != ends[1] and all(hardness[place] >= HARD for place in ends):
            at = [one for one in lessons if (one.shift, one.n) in ends]
            named = {(one.n, part.subject) for one in at for part in one.parts if part.group in stream.groups}
            yield Finding(EDGES, False, day, _ids(at), (stream.klass,),
                          {"lessons": [list(one) for one in sorted(named)]})  # fmt: skip


def _hardness(
    lessons: Sequence[Held], points: Points, grade: int | None, stream: Stream
) -> dict[tuple[int, int], int]:  # fmt: skip
    """Points by shift and number; of subjects at once the hardest."""
    found: dict[tuple[int, int], int] = {}
    for lesson in lessons:
        place = (lesson.shift, lesson.n)
        own = max(points[part.subject, grade] for part in lesson.parts if part.group in stream.groups)
        found[place] = max(own, found.get(place, 0))
    return found


def _weeks(stream: Stream) -> dict[date, dict[date, tuple[Held, ...]]]:
    found: dict[date, dict[date, tuple[Held, ...]]] = {}
    for day, lessons in stream.days.items():
        found.setdefault(monday(day), {})[day] = lessons
    return found


def _ids(lessons: Sequence[Held]) -> tuple[str, ...]:
    return tuple(lesson.id for lesson in lessons)
