"""Tries a change of a day before it is made: what would clash if a lesson were at another place. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.services.days.board import Place
from server.services.days.clashes import Clash, between, overlap
from server.services.days.reading import Facts, Held


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


def _related(one: Held, other: Held, facts: Facts) -> bool:
    classes: Mapping[str, set[str]] = {
        lesson.id: {facts.class_of(id).id for id in lesson.groups} for lesson in (one, other)
    }
    return bool(classes[one.id] & classes[other.id] or set(one.teachers) & set(other.teachers)
                or (one.room and one.room == other.room))  # fmt: skip
