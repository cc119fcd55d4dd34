"""Reads a school day as the solver's problem."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Broadcast
from server.services.bell_times import bell_of, clock_of, minutes_of, read_bells
from server.services.days.checks.screens import DAY as SCREEN_DAY
from server.services.days.checks.standards import Standards, read_standards
from server.services.days.checks.streams import groups_of_students, streams
from server.services.days.reading import Days, Held
from server.services.proposal.problem import Item, Place, Problem, Substitute
from server.services.substitution import ranking
from server.services.substitution.diary import Diary
from server.services.substitution.proposing import surroundings

MOST_SUBSTITUTES = 4
WITHOUT_BELL = 60  # minutes from one lesson to the next where the school has no bells for its number


@dataclass(frozen=True)
class Day:
    """A day's lessons with the facts about the school, and the problem that they pose."""

    days: Days
    problem: Problem


def read_day(session: Session, day: date, now: datetime) -> Day:
    """``now``: the school's local time; lessons of today that have begun stay where they are."""
    week, diary = surroundings(session, day, day)
    days = Days(day, day, tuple(one for one in week.on(day) if one.is_held), week.facts)
    standards = read_standards(session, days)
    times = _times(session, days)
    begins = dict(session.execute(select(Broadcast.id, Broadcast.starts).where(Broadcast.on == day)).all())
    pairs = _pairs(days)
    items = tuple(_item(one, days, diary, standards, begins, pairs, now) for one in days.lessons)
    return Day(days, Problem(
        items, times,
        tuple((stream.klass, stream.groups) for stream in streams(days)),
        {id: f"{group.parent}/{group.division}" for id, group in days.facts.groups.items() if group.kind == "subgroup"},
        _busy(days, diary, times, items), _families(days, standards), _limits(days, standards),
    ))  # fmt: skip


def _times(session: Session, days: Days) -> dict[Place, tuple[int, int]]:
    """Every place from the first to the last lesson number that a shift has that day, in minutes of the day."""
    numbers: dict[int, set[int]] = {}
    for lesson in days.lessons:
        numbers.setdefault(lesson.shift, set()).add(lesson.n)
    bells = read_bells(session, numbers)
    found = {}
    for shift, own in numbers.items():
        for n in range(min(own), max(own) + 1):
            bell = bell_of(bells, shift, days.first, n)
            begins = WITHOUT_BELL * (24 * shift + n)
            found[shift, n] = (minutes_of(bell[0]), minutes_of(bell[1])) if bell else (begins, begins + WITHOUT_BELL)
    return found


def _pairs(days: Days) -> dict[str, str]:
    """Lessons of the same kind that stand one after the other: double lessons stay together."""
    by_weekly: dict[tuple[str, int], str] = {(one.weekly, one.n): one.id for one in days.lessons if one.weekly}
    return {id: after for (weekly, n), id in by_weekly.items() if (after := by_weekly.get((weekly, n + 1)))}


def _item(
    lesson: Held, days: Days, diary: Diary, standards: Standards, begins: dict[str, str], pairs: dict[str, str],
    now: datetime,
) -> Item:  # fmt: skip
    present = tuple(id for id in lesson.teachers if not diary.is_away(id, lesson))
    lacking = len(present) < len(lesson.teachers)
    known = ranking.proposals(lesson, diary, days.facts)[:MOST_SUBSTITUTES] if lacking else []
    aired = [minutes_of(begins[part.broadcast]) for part in lesson.parts if part.broadcast in begins]
    return Item(
        lesson.id, (lesson.shift, lesson.n), frozenset(lesson.groups), present, lacking,
        tuple(Substitute(one.person, rank) for rank, one in enumerate(known) if not one.is_over), lesson.room,
        any(standards.screens.get(part.form or "", 0) for part in lesson.parts), min(aired, default=None),
        pairs.get(lesson.id, ""), lesson.on == now.date() and lesson.starts <= f"{now:%H:%M}",
    )  # fmt: skip


def _busy(
    days: Days, diary: Diary, times: dict[Place, tuple[int, int]], items: tuple[Item, ...]
) -> dict[str, frozenset[Place]]:
    """Places at which somebody is away or not at work; where one holds a lesson already nothing is said against it."""
    own: dict[str, set[Place]] = {}
    for item in items:
        for person in item.teachers:
            own.setdefault(person, set()).add(item.place)
        for one in item.substitutes:
            own.setdefault(one.person, set())
    sample = days.lessons[0] if days.lessons else None
    found = {}
    for person, taken in own.items():
        places = {place for place in times.keys() - taken if sample and _is_kept(person, sample, place, times, diary)}
        if places:
            found[person] = frozenset(places)
    return found


def _is_kept(person: str, sample: Held, place: Place, times: dict[Place, tuple[int, int]], diary: Diary) -> bool:
    begins, ends = (clock_of(value) for value in times[place])
    lesson = replace(sample, id="", shift=place[0], n=place[1], starts=begins, ends=ends)
    return diary.is_away(person, lesson) or bool(diary.kept_by(person, lesson))


def _families(days: Days, standards: Standards) -> tuple[tuple[frozenset[str], frozenset[str], int], ...]:
    taught = {group for lesson in days.lessons for group in lesson.groups}
    groups = {student: frozenset(own & taught) for student, own in groups_of_students(days).items()}
    counted: Counter[tuple[frozenset[str], frozenset[str]]] = Counter()
    for family in standards.families:
        for one, other in combinations(family, 2):
            mine, theirs = groups.get(one, frozenset()), groups.get(other, frozenset())
            if mine and theirs and mine != theirs:
                counted[tuple(sorted((mine, theirs), key=sorted))] += 1  # type: ignore[index]
    return tuple((one, other, count) for (one, other), count in counted.items())


def _limits(days: Days, standards: Standards) -> dict[str, int]:
    classes = {days.facts.class_of(group).id for lesson in days.lessons for group in lesson.groups}
    found = {
        klass: min(standards.by_device(SCREEN_DAY, days.facts.groups[klass].grade, days.first).values(), default=None)
        for klass in classes
    }
    return {klass: most for klass, most in found.items() if most is not None}
