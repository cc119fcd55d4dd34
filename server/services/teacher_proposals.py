"""Who might teach a course that has no teacher yet: decided from the staff list, the lessons and the rooms. Pure."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

LISTED, TAUGHT, CLASS_TEACHER = "listed", "taught", "class_teacher"
PRIMARY = 4  # up to this grade the class teacher teaches most subjects
_WEIGHTS = {LISTED: 50, TAUGHT: 30}
_HOMEROOM, _OWN_ROOM, _OTHER_ROOM, _OLDER = 40, 30, -20, 5
_SURE, _MARGIN = 50, 20  # the least weight of a sure proposal, and by how much the next one must be weaker

Place = tuple[int, int, int, int]  # weekday, shift, lesson number, kind of week


@dataclass(frozen=True)
class Colleague:
    """A member of staff. ``listed`` and ``taught``: ids of subjects; ``homerooms``: ids of classes; ``hours`` a week.

    ``lessons``: ids of the weekly lessons that the person holds, ``places`` when: pairs of lesson and place.
    """

    id: str
    name: str
    hours: float = 0
    listed: frozenset[str] = frozenset()
    taught: frozenset[str] = frozenset()
    homerooms: frozenset[str] = frozenset()
    places: frozenset[tuple[str, Place]] = frozenset()


@dataclass(frozen=True)
class Need:
    """What is to be taught. ``in_own_room``: mostly in the room where the class mostly is; None: no rooms are known."""

    subject_id: str
    class_ids: frozenset[str]
    grade: int | None
    lessons: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset()
    in_own_room: bool | None = None


@dataclass(frozen=True)
class Proposal:
    """Somebody who fits. ``reasons`` say why, the strongest first; ``busy``: teaches others at one of these hours."""

    person_id: str
    name: str
    hours: float
    reasons: tuple[str, ...]
    weight: int
    busy: bool


def rank(need: Need, staff: Iterable[Colleague]) -> tuple[Proposal, ...]:
    """All who have a reason, the best first; who is busy then comes last, of equals who has fewer hours first."""
    found = [_weigh(need, one) for one in staff]
    fits = [one for one in found if one.reasons]
    return tuple(sorted(fits, key=lambda one: (one.busy, -one.weight, one.hours, one.name)))


def sure(proposals: tuple[Proposal, ...]) -> str:
    """The id of the person who clearly fits best, "" when a person must choose."""
    free = [one for one in proposals if not one.busy]
    if not free or free[0].weight < _SURE:
        return ""
    return free[0].person_id if len(free) == 1 or free[0].weight - free[1].weight >= _MARGIN else ""


def is_busy(places: Set[Place], lessons: Set[str], one: Colleague) -> bool:
    """True when the person holds other lessons at one of the places."""
    return any(place in places and lesson not in lessons for lesson, place in one.places)


def _weigh(need: Need, one: Colleague) -> Proposal:
    weight, reasons = 0, []
    if need.subject_id in one.listed:
        weight, reasons = weight + _WEIGHTS[LISTED], [*reasons, LISTED]
    elif need.subject_id in one.taught:
        weight, reasons = weight + _WEIGHTS[TAUGHT], [*reasons, TAUGHT]
    if one.homerooms & need.class_ids:
        if need.grade is not None and need.grade <= PRIMARY:
            weight += _HOMEROOM + {True: _OWN_ROOM, False: _OTHER_ROOM, None: 0}[need.in_own_room]
            reasons.append(CLASS_TEACHER)
        elif reasons:
            weight += _OLDER
    return Proposal(one.id, one.name, one.hours, tuple(reasons), weight, is_busy(need.places, need.lessons, one))
