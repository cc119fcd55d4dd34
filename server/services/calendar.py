"""Decides which dated lessons a weekly timetable means, and what to do with the lessons that are there already.

Pure: terms, slots and lessons come in as plain tuples, a plan goes out. Nothing here knows what day it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from sync.ids import content_id

TAUGHT = ("quarter", "half", "trimester")
FREE = ("vacation", "public_holiday")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A term or a free stretch, both days included; no ``grades`` = all."""

    kind: str
    starts_on: date
    ends_on: date
    grades: tuple[int, ...] = ()

    def covers(self, day: date, grade: int | None) -> bool:
        """True when the stretch holds on a day for a grade (None: a group of no single grade)."""
        return self.starts_on <= day <= self.ends_on and (not self.grades or grade in self.grades)


@dataclass(frozen=True)
class Weeks:
    """A/B weeks: ``anchor`` is the Monday of a first week, ``cycle`` how many kinds of week there are."""

    anchor: date
    cycle: int = 1

    def index(self, day: date) -> int:
        """Which kind of week a day is in, 0 = the first."""
        return ((monday(day) - monday(self.anchor)).days // 7) % self.cycle


@dataclass(frozen=True, slots=True)
class Placed:
    """An hour of the weekly pattern; ``weekday`` 1 = Monday, ``shift`` None = the group's own.

    ``since``, ``until``: the first and last day it holds for, None: open.
    """

    weekday: int
    n: int
    weeks: str = "1"
    room: str | None = None
    shift: int | None = None
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """True on days for which the pattern has it."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A weekly lesson: ``id`` of its row, its natural ``key``, hours, (course id, grade) pairs, teachers' ids.

    ``stays``: stretches of days (None: open) outside of which it is not held; none of them: no such limit.
    """

    id: str
    key: str
    hours: tuple[Placed, ...]
    courses: tuple[tuple[str, int | None], ...]
    teachers: tuple[str, ...] = ()
    stays: tuple[tuple[date, date | None], ...] = ()

    def is_held(self, day: date) -> bool:
        """True on days within a stretch."""
        return not self.stays or any(since <= day and (until is None or day <= until) for since, until in self.stays)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A dated lesson that the pattern asks for; courses and teachers sorted."""

    weekly: str
    key: str
    on: date
    n: int
    room: str | None
    courses: tuple[str, ...]
    teachers: tuple[str, ...]
    shift: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A lesson that is there. ``locked``: the office changed it, ``home`` is where the pattern had put it.

    ``bound`` are those of its courses that bear tasks, material or absences: they stay whatever is wanted.
    """

    id: str
    weekly: str
    on: date
    n: int
    room: str | None = None
    courses: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    withdrawn: bool = False
    bound: tuple[str, ...] = ()
    locked: bool = False
    home: tuple[date, int] | None = None
    shift: int | None = None

    def place(self) -> tuple[date, int]:
        """Where the pattern knows it."""
        return self.home or (self.on, self.n)


@dataclass(frozen=True)
class Plan:
    """What to do. ``orphans`` left the pattern but bear tasks or material: they stay, a person decides.

    ``office``: lessons that the office changed, which stay as they are, with what the pattern wants in their place.
    """

    create: tuple[tuple[str, Wanted], ...] = ()
    update: tuple[tuple[Known, Wanted], ...] = ()
    withdraw: tuple[Known, ...] = ()
    orphans: tuple[Known, ...] = ()
    office: tuple[tuple[Known, Wanted | None], ...] = field(default=(), compare=False)

    def days(self) -> set[date]:
        """The days whose lessons become other ones."""
        moved = {day for lesson, want in self.update for day in (lesson.on, want.on)}
        return {want.on for _, want in self.create} | moved | {lesson.on for lesson in self.withdraw}


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@cache
def iso_week(day: date) -> str:
    """ "2026-W50"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def is_school_day(stretches: Iterable[Stretch], day: date, grade: int | None) -> bool:
    """True inside a taught term of the grade and outside every vacation and holiday of it."""
    here = [stretch.kind for stretch in stretches if stretch.covers(day, grade)]
    return any(kind in TAUGHT for kind in here) and not any(kind in FREE for kind in here)


def wanted_lessons(
    patterns: Iterable[Pattern], stretches: Sequence[Stretch], weeks: Weeks, first: date, last: date
) -> list[Wanted]:
    """Every lesson from ``first`` to ``last``, both included. A joined lesson keeps the courses that have school."""
    by_weekday: dict[int, list[tuple[Pattern, Placed]]] = {}
    for pattern in patterns:
        for hour in pattern.hours:
            by_weekday.setdefault(hour.weekday, []).append((pattern, hour))
    found: dict[tuple[str, date, int], Wanted] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        open_grades: dict[int | None, bool] = {}
        index = weeks.index(day)
        for pattern, hour in by_weekday.get(day.isoweekday(), ()):
            # a mask like "10"; "1" alone holds for every week
            if hour.weeks[index % len(hour.weeks)] == "1" and hour.holds(day) and pattern.is_held(day):
                courses = _open_courses(pattern, stretches, day, open_grades)
                key = (pattern.id, day, hour.n)
                if courses and key not in found:
                    found[key] = Wanted(
                        pattern.id, pattern.key, day, hour.n, hour.room, courses, pattern.teachers, hour.shift
                    )  # fmt: skip
    return list(found.values())


def _open_courses(
    pattern: Pattern, stretches: Sequence[Stretch], day: date, open_grades: dict[int | None, bool]
) -> tuple[str, ...]:
    for _, grade in pattern.courses:
        if grade not in open_grades:
            open_grades[grade] = is_school_day(stretches, day, grade)
    return tuple(course for course, grade in pattern.courses if open_grades[grade])


def plan(wanted: Iterable[Wanted], known: Collection[Known], school_id: str, from_day: date | None) -> Plan:
    """Match lessons to what is wanted, so that ids survive moves.

    Within one weekly lesson and ISO week: first the same day and number, then the rest in order; what is still
    wanted gets a new id, what is left over is withdrawn. Nothing before ``from_day`` is touched (None: all is open).
    """
    wants: dict[tuple[str, str], list[Wanted]] = {}
    for want in wanted:
        if from_day is None or want.on >= from_day:
            wants.setdefault((want.weekly, iso_week(want.on)), []).append(want)
    pools: dict[tuple[str, str], list[Known]] = {}
    for lesson in known:
        day = lesson.place()[0]
        if from_day is None or day >= from_day:
            pools.setdefault((lesson.weekly, iso_week(day)), []).append(lesson)
    taken = {lesson.id for lesson in known}
    create: list[tuple[str, Wanted]] = []
    pairs: list[tuple[Known, Wanted]] = []
    spare: list[Known] = []
    for key in sorted(wants.keys() | pools.keys()):
        matched, missing, rest = _match(wants.get(key, []), pools.get(key, []))
        pairs += matched
        spare += rest
        create += [(_new_id(school_id, want, taken), want) for want in missing]
    office = [(lesson, want) for lesson, want in pairs if lesson.locked]
    office += [(lesson, None) for lesson in spare if lesson.locked and not lesson.withdrawn]
    spare = [lesson for lesson in spare if not lesson.locked and not lesson.withdrawn]
    return Plan(
        create=tuple(create),
        update=tuple((lesson, want) for lesson, want in pairs if not lesson.locked and _differs(lesson, want)),
        withdraw=tuple(lesson for lesson in spare if not lesson.bound),
        orphans=tuple(lesson for lesson in spare if lesson.bound),
        office=tuple(office),
    )


def _match(
    wants: Iterable[Wanted], pool: Iterable[Known]
) -> tuple[list[tuple[Known, Wanted]], list[Wanted], list[Known]]:
    """(pairs, wanted without a lesson, lessons left over) of one weekly lesson in one week."""
    by_place: dict[tuple[date, int], Known] = {}
    for lesson in sorted(pool, key=_preference):
        by_place.setdefault(lesson.place(), lesson)
    pairs: list[tuple[Known, Wanted]] = []
    open_wants: list[Wanted] = []
    used: set[str] = set()
    for want in sorted(wants, key=lambda want: (want.on, want.n)):
        lesson = by_place.get((want.on, want.n))
        if lesson and not lesson.withdrawn:
            used.add(lesson.id)
            pairs.append((lesson, want))
        else:
            open_wants.append(want)
    free = sorted((lesson for lesson in pool if lesson.id not in used), key=_preference)
    chosen = sorted(free[: len(open_wants)], key=lambda lesson: (*lesson.place(), lesson.id))
    pairs += zip(chosen, open_wants, strict=False)
    return pairs, open_wants[len(chosen) :], free[len(chosen) :]


def _preference(lesson: Known) -> tuple[bool, bool, bool, date, int, str]:
    """Which lessons to keep first: the office's, those that are held, those with tasks or material."""
    return (not lesson.locked, lesson.withdrawn, not lesson.bound, *lesson.place(), lesson.id)


def _differs(lesson: Known, want: Wanted) -> bool:
    courses = set(want.courses) | set(lesson.bound)
    here = (lesson.on, lesson.n, lesson.shift, lesson.room, set(lesson.courses), set(lesson.teachers), lesson.withdrawn)
    return here != (want.on, want.n, want.shift, want.room, courses, set(want.teachers), False)


def _new_id(school_id: str, want: Wanted, taken: set[str]) -> str:
    """By school, weekly lesson, ISO week and the first free number among that week's lessons."""
    k = 0
    while (found := content_id("lesson", school_id, want.key, iso_week(want.on), str(k))) in taken:
        k += 1
    taken.add(found)
    return found


def grades_by_group(groups: Mapping[str, tuple[int | None, str | None]]) -> dict[str, int | None]:
    """The grade of each group, a subgroup's being its class's: group id → (own grade, parent id)."""
    return {
        id: grade if grade is not None or parent is None else groups.get(parent, (None, None))[0]
        for id, (grade, parent) in groups.items()
    }
