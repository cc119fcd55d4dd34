"""Finds which weekly lesson of the school a lesson of a file is, among those of one subject and groups. Pure."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

Place = tuple[int, int, str]  # weekday, number, kinds of week


@dataclass(frozen=True)
class Stated:
    """A lesson of the file: its place in the file, where it is held, who teaches it, its key."""

    at: int
    places: frozenset[Place]
    teachers: frozenset[str]
    key: str


@dataclass(frozen=True)
class Kept:
    """A weekly lesson that is known."""

    id: str
    places: frozenset[Place]
    teachers: frozenset[str]
    key: str
    withdrawn: bool = False


@dataclass
class Match:
    """``same``: place in the file → id of the lesson it is. ``parts``: id → (place in the file, hours of it that are
    the lesson's own): programs write as one what the school has as several."""

    same: dict[int, str] = field(default_factory=dict)
    parts: dict[str, tuple[int, frozenset[Place]]] = field(default_factory=dict)


def match(stated: Sequence[Stated], kept: Sequence[Kept]) -> Match:
    """Pair them: most hours in common first, then the same teachers, then the same key; lessons that stand before
    those that were withdrawn."""
    pairs = sorted(
        ((*_likeness(row, lesson), -row.at, lesson.id, row, lesson) for row in stated for lesson in kept),
        key=lambda pair: pair[:-2], reverse=True,
    )  # fmt: skip
    found, used = Match(), set()
    for *_, row, lesson in pairs:
        if row.at not in found.same and lesson.id not in used:
            found.same[row.at] = lesson.id
            used.add(lesson.id)
    by_id = {lesson.id: lesson for lesson in kept}
    for lesson in kept:
        if lesson.id not in used and not lesson.withdrawn:
            _find_part(lesson, stated, by_id, found)
    return found


def _likeness(row: Stated, lesson: Kept) -> tuple[bool, int, bool, bool]:
    return (
        not lesson.withdrawn, len(row.places & lesson.places),
        bool(row.teachers) and row.teachers == lesson.teachers, row.key == lesson.key,
    )  # fmt: skip


def _find_part(lesson: Kept, stated: Sequence[Stated], by_id: dict[str, Kept], found: Match) -> None:
    """Hours of a lesson that nothing is: some row may have them besides those of the lesson that it is."""
    for row in stated:
        own: Set[Place] = by_id[found.same[row.at]].places if row.at in found.same else frozenset()
        taken = {place for at, places in found.parts.values() if at == row.at for place in places}
        shared = frozenset(row.places & lesson.places - own - taken)
        if shared:
            found.parts[lesson.id] = (row.at, shared)
            return
