"""Which pages lie on which side of which leaf: one on a side, two beside each other, or a booklet to fold.

Every pack, task and set of slips begins on a fresh leaf; texts to read share leaves with one another alone, and
marked copies with feedback and one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

READING = ("lesson", "sources")  # stays at home, so that such sheets may share a leaf
TOLD = ("feedback", "marked")  # behind these a marked copy need not begin anew
UPRIGHT, TURNED, TURNED_BACK = 0, 90, 270  # how a viewer turns the side, clockwise


class Shape(Protocol):
    """What counting needs to know of a sheet in a pack. ``half``: its pages are A5."""

    @property
    def kind(self) -> str: ...
    @property
    def pages(self) -> int: ...
    @property
    def half(self) -> bool: ...


@dataclass(frozen=True)
class Outline:
    """A sheet that is counted before it is laid out."""

    kind: str
    pages: int
    half: bool = False


Place = tuple[int, int]  # which sheet of the pack, which of its pages; both from 0


@dataclass(frozen=True)
class Side:
    """One side of a leaf: no place on an empty back, one on an upright side, left and right on a turned one.

    Turned sides keep the binder's white edge where upright ones have it. A booklet's back is turned the other way, as
    it is leafed from the side while the printer, like for all other leaves, turns the paper about its long edge.
    """

    places: tuple[Place | None, ...] = ()
    turn: int = UPRIGHT


def sides_of(shapes: Sequence[Shape], duplex: bool, booklet: bool = False) -> list[Side]:
    """The sides of a pack in the order of printing; with ``duplex`` an even number of them."""
    sides: list[Side] = []
    halves: list[Place] = []
    before = ""
    for index, shape in enumerate(shapes):
        reading = shape.kind in READING
        if halves and not (reading and shape.half):
            sides += _paired(halves, booklet)
            halves = []
        if not (reading and before in READING) and not (shape.kind == "marked" and before in TOLD):
            _fresh_leaf(sides, duplex)
        pages = [(index, page) for page in range(shape.pages)]
        if shape.half:
            halves += pages
        else:
            sides += [Side((place,)) for place in pages]
        before = shape.kind
    sides += _paired(halves, booklet)
    _fresh_leaf(sides, duplex)
    return sides


def leaves_of(shapes: Sequence[Shape], duplex: bool, booklet: bool = False) -> int:
    """How many sheets of paper a pack takes."""
    sides = len(sides_of(shapes, duplex, booklet))
    return sides // 2 if duplex else sides


def _fresh_leaf(sides: list[Side], duplex: bool) -> None:
    if duplex and len(sides) % 2:
        sides.append(Side())


def _paired(halves: Sequence[Place], booklet: bool) -> list[Side]:
    if not booklet:
        return [Side((left, right), TURNED) for left, right in _by_two(halves)]
    pages: list[Place | None] = [*halves, *[None] * (-len(halves) % 4)]
    sides = []
    while pages:  # from the outer sheet inwards: last beside first, then second beside last but one
        first, second, *pages, last_but_one, last = pages
        sides += [Side((last, first), TURNED), Side((second, last_but_one), TURNED_BACK)]
    return sides


def _by_two(halves: Sequence[Place]) -> list[tuple[Place, Place | None]]:
    rights: list[Place | None] = [*halves[1::2], *[None] * (len(halves) % 2)]
    return list(zip(halves[::2], rights, strict=True))
