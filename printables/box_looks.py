"""How a box to tick looks: whether its frame is there, how much ink is inside and how it lies, and what that means."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from printables.layout import mm
from printables.squares import Plane, Point

YES, NO, UNSURE = "yes", "no", "unsure"
FINE = 8  # pixels a millimetre of a box laid flat
_STEP = mm(1 / FINE)
_MARGIN = 1.6  # millimetres around a box that are looked at, too
_SHIFT = 8  # pixels by which a frame may be off: paper bends
_INSET = 6  # pixels from the frame's middle to what is inside
_CELLS = 7  # per side, in which the inside is looked at
FRAME, WEAKEST = 0.15, 0.03  # least contrast of three sides of a frame, and of the fourth, which a mark may cross
EMPTY, MARKED, MOST, FILLED = 0.045, 0.06, 0.6, 0.35  # darkness inside


@dataclass(frozen=True)
class Look:
    """What is seen of a box; darkness from 0 (its paper) to 1 (the corner squares).

    ``sides``: contrast of the frame's four sides; ``mean``: darkness inside; ``cells``: that of each of 7 × 7
    parts of the inside, row by row; ``noise``: how much a part of empty paper beside it varies; ``room``: grey levels
    between paper and ink.
    """

    sides: tuple[float, ...]
    mean: float = 0.0
    cells: tuple[float, ...] = ()
    noise: float = 0.0
    room: float = 0.0

    @property
    def framed(self) -> bool:
        """Whether the frame is there."""
        weak, *others = sorted(self.sides) or [0.0]
        return weak >= WEAKEST and min(others) >= FRAME


class Lens:
    """Looks at boxes of a sheet that was found on a picture. ``side``: of a box, in points."""

    def __init__(self, picture: Image.Image, plane: Plane, corners: Sequence[Point], side: float):
        self._picture, self._plane, self._corners = picture, plane, corners
        self._side = round(side / _STEP)
        self._edge = round(_MARGIN * FINE)
        self._whole = self._side + 2 * self._edge
        self._black = [self._darkest(*corner) for corner in corners]

    def share(self, x: float, y: float) -> Point:
        """Where a point of the paper lies on the picture, in shares of its width and height."""
        across, down = self._plane.at(x, y)
        return round(across / self._picture.width, 4), round(down / self._picture.height, 4)

    def _darkest(self, x: float, y: float) -> float:
        """The grey level of a corner square's inside."""
        part = self._flat(x - mm(1), y + mm(1), 2 * FINE)
        return sum(part.tobytes()) / (4 * FINE * FINE)

    def _flat(self, x: float, y: float, pixels: int) -> Image.Image:
        """A square of the paper laid flat, from its upper left point on."""
        return self._picture.transform(
            (pixels, pixels), Image.Transform.PERSPECTIVE, self._plane.patch(x, y, _STEP), Image.Resampling.BILINEAR
        )

    def look(self, x: float, y: float) -> Look:
        """The box whose lower left point is (x, y)."""
        top = y + self._side * _STEP
        flat = self._flat(x - self._edge * _STEP, top + self._edge * _STEP, self._whole)
        white, noise = self._paper(flat)
        room = white - self._ink_at(x, y)
        if room < 12:
            return Look((), room=room)
        first, last = self._edge + _INSET, self._edge + self._side - _INSET
        rows, columns = flat.crop((0, first, self._whole, last)), flat.crop((first, 0, last, self._whole))
        across, left_right = self._shift(rows.resize((self._whole, 1), Image.Resampling.BOX), white, room)
        down, up_down = self._shift(columns.resize((1, self._whole), Image.Resampling.BOX), white, room)
        inside = flat.crop((first + across, first + down, last + across, last + down))
        cells = inside.resize((_CELLS, _CELLS), Image.Resampling.BOX).tobytes()
        dark = tuple((white - cell) / room for cell in cells)
        return Look((*left_right, *up_down), sum(dark) / len(dark), dark, noise / room, room)

    def _ink_at(self, x: float, y: float) -> float:
        """The grey level of ink there, between those of the corner squares."""
        (left, top), (right, _y), _three, (_x, bottom) = self._corners
        across = min(max((x - left) / (right - left), 0), 1)
        down = min(max((top - y) / (top - bottom), 0), 1)
        one, two, three, last = self._black
        return (one * (1 - across) + two * across) * (1 - down) + (last * (1 - across) + three * across) * down

    def _paper(self, flat: Image.Image) -> tuple[float, float]:
        """The grey level of the paper around the box, and how it varies from part to part."""
        depth, end = self._edge - 5, self._whole
        strips = ((0, 0, end, depth), (0, end - depth, end, end), (0, depth, depth, end - depth),
                  (end - depth, depth, end, end - depth))  # fmt: skip
        levels, spreads = [], []
        for strip in strips:
            part = flat.crop(strip)
            cells = part.resize((max(1, part.width // 4), max(1, part.height // 4)), Image.Resampling.BOX).tobytes()
            levels.append(sum(cells) / len(cells))
            spreads.append(math.sqrt(max(0.0, sum(cell * cell for cell in cells) / len(cells) - levels[-1] ** 2)))
        levels.sort()
        return (levels[2] + levels[3]) / 2, sorted(spreads)[1]

    def _shift(self, profile: Image.Image, white: float, room: float) -> tuple[int, tuple[float, float]]:
        """By how many pixels the frame lies off, and the contrast of both of its sides."""
        dark = [(white - value) / room for value in profile.tobytes()]
        best, sides = -9.0, (0.0, 0.0)
        shift = 0
        for off in range(-_SHIFT, _SHIFT + 1):
            one, two = self._edge + off, self._edge + self._side + off
            first = _at(dark, one) - _at(dark, one - 5)
            second = _at(dark, two) - _at(dark, two + 5)
            score = min(first, second) + 0.3 * max(first, second) - 0.004 * abs(off)
            if score > best:
                best, sides, shift = score, (first, second), off
        return shift, sides


def _at(dark: Sequence[float], place: int) -> float:
    """Darkness of a line of two pixels whose middle lies at the edge between two."""
    part = dark[max(place - 1, 0) : place + 1]
    return sum(part) / len(part) if part else 0.0


def verdict(look: Look) -> str:
    """What a box says: between an empty box, a mark and a box filled wholly there is room for "unsure".

    Measures: tests/bench/bench_ticks.py. A mark reaches across the box; a dot, a line along the frame do not.
    """
    if not look.framed:
        return UNSURE
    inked = [place for place, cell in enumerate(look.cells) if cell > max(0.16, 3 * look.noise)]
    if look.mean < EMPTY and len(inked) <= 1:
        return NO
    if len(inked) == _CELLS * _CELLS and look.mean > FILLED and min(look.cells) > look.mean / 2:
        return NO
    reach = min(len({place // _CELLS for place in inked}), len({place % _CELLS for place in inked}))
    return YES if MARKED <= look.mean <= MOST and 6 <= len(inked) <= 44 and reach >= 4 else UNSURE
