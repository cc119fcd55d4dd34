"""Tries a change of a day before it is made: what would clash if a lesson were at another place. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.services.days.board import Place
from server.services.days.checks import away, workload
from server.services.days.checks.standards import Standards
from server.services.days.clashes import Clash, between, overlap
from server.services.days.finding import Finding
from server.services.days.reading import Days, Facts, Held


@dataclass(frozen=True)
class Hindrance:
    """A clash that would arise, and the lesson that it would be with."""

    clash: Clash
    other: Held


def placed(lesson: Held, place: Place, facts: Facts) -> Held:
    """The lesson as it would be at a place of its day; held, also if it is cancelled now."""
    return replace(lesson, n=place.n, shift=place.shift, own_shift=shift_for(lesson, place.shift, facts),
                   starts=place.starts, ends=place.ends, state="planned")  # fmt: skip


def shift_for(lesson: Held, shift: int, facts: Facts) -> int | None:
    """What a lesson's row says of its shift: None where it is that of its group."""
    if shift == lesson.shift:
        return lesson.own_shift
    return None if facts.groups[lesson.groups[0]].shift == shift else shift


def hindrances(tried: Held, others: Iterable[Held], facts: Facts) -> tuple[Hindrance, ...]:
    """What a lesson would clash with among the lessons of its day."""
    return tuple(
        Hindrance(clash, other)
        for other in others
        if other.id != tried.id and other.is_held and overlap(tried, other)
        for clash in between(tried, other, facts)
    )  # fmt: skip


def at_places(
    lesson: Held, places: Sequence[Place], others: Sequence[Held], facts: Facts
) -> dict[str, tuple[Hindrance, ...]]:
    """By the key of each place: what moving the lesson there would clash with; nothing at its own free place."""
    return {place.key: hindrances(placed(lesson, place, facts), others, facts) for place in places}


def swapped(lesson: Held, other: Held, facts: Facts) -> tuple[Held, Held]:
    """Both lessons at each other's places of one day."""
    here = Place(lesson.shift, lesson.n, lesson.starts, lesson.ends)
    there = Place(other.shift, other.n, other.starts, other.ends)
    return placed(lesson, there, facts), placed(other, here, facts)


def at_swaps(lesson: Held, others: Sequence[Held], facts: Facts) -> dict[str, tuple[Hindrance, ...]]:
    """By the id of each lesson that shares a class, a teacher or a room: what swapping places with it would clash."""
    found: dict[str, tuple[Hindrance, ...]] = {}
    for other in others:
        if other.id == lesson.id or not other.is_held or (other.shift, other.n) == (lesson.shift, lesson.n):
            continue
        if not _related(lesson, other, facts):
            continue
        rest = [one for one in others if one.id not in (lesson.id, other.id)]
        pair = swapped(lesson, other, facts)
        found[other.id] = tuple(one for tried in pair for one in hindrances(tried, rest, facts))
    return found


def unfit(tried: Held, others: Iterable[Held], standards: Standards, facts: Facts) -> tuple[Finding, ...]:
    """What speaks against a lesson for those who would hold it: absences (hard) and working schedules, among the
    lessons of its day. Who holds it on this day already has no more lessons by it."""
    rest = [one for one in others if one.is_held]
    known = {id for one in rest if one.id == tried.id for id in one.teachers}
    mine = [one for one in rest if one.id != tried.id and not set(one.teachers).isdisjoint(tried.teachers)]
    day = Days(tried.on, tried.on, (tried, *mine), facts)
    found = (*away.of_teachers(day, standards), *workload.of_schedules(day, standards))
    return tuple(
        one for one in found if tried.id in one.lessons and set(one.who) <= set(tried.teachers)
        and not (one.code == workload.DAY_FULL and known.issuperset(one.who))
    )  # fmt: skip


def unfit_places(
    lesson: Held, places: Sequence[Place], others: Sequence[Held], standards: Standards, facts: Facts
) -> dict[str, tuple[Finding, ...]]:
    """The same by the key of each place of the day."""
    return {place.key: unfit(placed(lesson, place, facts), others, standards, facts) for place in places}


def unfit_swaps(
    lesson: Held, others: Sequence[Held], standards: Standards, facts: Facts
) -> dict[str, tuple[Finding, ...]]:
    """The same by the id of each lesson that it may swap places with, for the teachers of both."""
    at = {other.id: other for other in others}
    return {
        id: tuple(one for tried in swapped(lesson, at[id], facts) for one in unfit(tried, others, standards, facts))
        for id in at_swaps(lesson, others, facts)
    }


def _related(one: Held, other: Held, facts: Facts) -> bool:
    classes: Mapping[str, set[str]] = {
        lesson.id: {facts.class_of(id).id for id in lesson.groups} for lesson in (one, other)
    }
    return bool(classes[one.id] & classes[other.id] or set(one.teachers) & set(other.teachers)
                or (one.room and one.room == other.room))  # fmt: skip
