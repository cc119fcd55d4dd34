"""Finds the four corner squares of an answer sheet on a grey picture, and with them where every point of it lies.

Pillow and plain Python: dark spots of a small copy, those that are solid squares, the four that stand as printed; each
is then measured on the picture itself.
"""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from printables.layout import HEIGHT

Point = tuple[float, float]
LOOK = 560  # pixels, about, of the longer side of the small copy
DARK = 0.64  # of the paper around it: as dark as that is ink
SHARE = 16  # tiles along the longer side, in which the paper's light is looked for
NEAREST = 8  # candidates that are tried for each corner
A4_SIDE = 297 / 25.4 * 72  # points
_RUN = re.compile(rb"\xff+")


@dataclass(frozen=True)
class Spot:
    """A dark spot: its middle in pixels, and how many it has."""

    x: float
    y: float
    area: float


@dataclass(frozen=True)
class Plane:
    """Places of the sheet → places on the picture, by the eight numbers of a perspective.

    ``at`` takes points from the lower left corner of the paper.
    """

    numbers: tuple[float, ...]

    def at(self, x: float, y: float) -> Point:
        """Where a point of the paper lies on the picture, in pixels."""
        a, b, c, d, e, f, g, h = self.numbers
        y = HEIGHT - y
        w = g * x + h * y + 1
        return (a * x + b * y + c) / w, (d * x + e * y + f) / w

    def patch(self, x: float, y: float, step: float) -> tuple[float, ...]:
        """What Pillow needs to lay a picture of the paper flat: from the point (x, y) on, ``step`` points a pixel."""
        a, b, c, d, e, f, g, h = self.numbers
        y = HEIGHT - y
        w = g * x + h * y + 1
        rows = (a, b, a * x + b * y + c), (d, e, d * x + e * y + f)
        return (*(value for p, q, r in rows for value in (p * step / w, q * step / w, r / w)),
                g * step / w, h * step / w)  # fmt: skip


def planes(picture: Image.Image, corners: Sequence[Point], square: float) -> Iterator[Plane]:
    """Where the sheet may lie, the likeliest first; nothing when no four squares stand as printed.

    ``corners``: middles of the squares in points, upper left first and on clockwise; ``square``: how wide they are. The
    picture stands upright, give or take 40 degrees.
    """
    factor = max(1, round(max(picture.size) / LOOK))
    small = picture.reduce(factor) if factor > 1 else picture
    spots = [spot for spot in _spots(_ink(small)) if _sized(spot, small, square)]
    for four in _standing(spots, corners, square):
        exact = [_measured(picture, (spot.x + 0.5) * factor, (spot.y + 0.5) * factor,
                           math.sqrt(spot.area) * factor) for spot in four]  # fmt: skip
        if all(exact):
            yield Plane(_perspective(corners, [point for point in exact if point]))


def _ink(small: Image.Image) -> Image.Image:
    """White where there is ink: darker than the paper around it."""
    tile = max(2, max(small.size) // (SHARE * 6))
    tiny = small.reduce(tile)
    paper = tiny.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(2))
    table = [round(value * DARK) for value in range(256)]
    most = paper.point(table).resize(small.size, Image.Resampling.BILINEAR)
    return ImageChops.subtract(most, small).point([0] + [255] * 255)


def _spots(ink: Image.Image) -> Iterator[Spot]:
    """Solid squares, turned or not: their second moment is a sixth of their area's square."""
    for area, sx, sy, squares, x0, x1, y0, y1 in _pieces(ink):
        if area < 9 or not 0.7 <= (x1 - x0) / (y1 - y0) <= 1.43:
            continue
        x, y = sx / area, sy / area
        spread = (squares / area - x * x - y * y + 1 / 6) / area
        if 0.15 <= spread <= 0.2:
            yield Spot(x, y, area)


def _pieces(ink: Image.Image) -> list[list[float]]:
    """Connected pieces: [area, Σx, Σy, Σ(x² + y²), left, right, top, bottom], right and bottom past the end."""
    data, width = ink.tobytes(), ink.width
    parents: list[int] = []
    sums: list[list[float]] = []
    before: list[tuple[int, int, int]] = []

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    for y in range(ink.height):
        runs = []
        at = 0
        for found in _RUN.finditer(data, y * width, (y + 1) * width):
            x0, x1 = found.start() - y * width, found.end() - y * width
            own = -1
            while at < len(before) and before[at][1] < x0:
                at += 1
            next_ = at
            while next_ < len(before) and before[next_][0] <= x1:
                other = root(before[next_][2])
                if own < 0:
                    own = other
                elif other != own:
                    parents[other] = own
                    _join(sums[own], sums[other])
                next_ += 1
            n = x1 - x0
            middle = (x0 + x1 - 1) / 2
            one = [n, n * middle, n * y, n * (middle * middle + (n * n - 1) / 12 + y * y), x0, x1, y, y + 1]
            if own < 0:
                own = len(parents)
                parents.append(own)
                sums.append(one)
            else:
                _join(sums[own], one)
            runs.append((x0, x1, own))
        before = runs
    return [sums[number] for number in range(len(parents)) if parents[number] == number]


def _join(one: list[float], other: list[float]) -> None:
    for index in range(4):
        one[index] += other[index]
    one[4], one[5] = min(one[4], other[4]), max(one[5], other[5])
    one[6], one[7] = min(one[6], other[6]), max(one[7], other[7])


def _sized(spot: Spot, small: Image.Image, square: float) -> bool:
    """Whether a spot can be a corner square when the sheet fills the picture, or about half of it."""
    whole = (square * max(small.size) / A4_SIDE) ** 2
    return 0.16 * whole <= spot.area <= 1.5 * whole


def _standing(spots: Sequence[Spot], corners: Sequence[Point], square: float) -> list[tuple[Spot, ...]]:
    """Fours that stand as printed, the most even first."""
    across, down = corners[1][0] - corners[0][0], corners[0][1] - corners[3][1]
    ways = (
        lambda spot: spot.x + spot.y, lambda spot: spot.y - spot.x, lambda spot: -spot.x - spot.y,
        lambda spot: spot.x - spot.y,
    )  # fmt: skip
    choices = [sorted(spots, key=way)[:NEAREST] for way in ways]
    found = []
    for four in itertools.product(*choices):
        badness = _badness(four, across, down, square)
        if badness is not None:
            found.append((badness, four))
    return [four for _badness_, four in sorted(found, key=lambda one: one[0])[:6]]


def _badness(four: tuple[Spot, ...], across: float, down: float, square: float) -> float | None:
    """How far four spots are from standing as printed; None: too far."""
    one, two, three, last = four
    least, most = min(spot.area for spot in four), max(spot.area for spot in four)
    if most > 2.5 * least or len({*four}) < 4:
        return None
    if two.x <= one.x or three.x <= last.x or last.y <= one.y or three.y <= two.y:
        return None
    if abs(two.y - one.y) > 0.9 * (two.x - one.x):
        return None
    top, bottom = math.dist((one.x, one.y), (two.x, two.y)), math.dist((last.x, last.y), (three.x, three.y))
    left, right = math.dist((one.x, one.y), (last.x, last.y)), math.dist((two.x, two.y), (three.x, three.y))
    side = sum(math.sqrt(spot.area) for spot in four) / 4
    diagonals = math.dist((one.x, one.y), (three.x, three.y)) / math.dist((two.x, two.y), (last.x, last.y))
    ratios = [
        (top / bottom, 0.22), (left / right, 0.22), (diagonals, 0.22),
        ((left + right) / (top + bottom) * across / down, 0.22), (side / (top + bottom) * 2 * across / square, 0.25),
    ]  # fmt: skip
    off = [abs(math.log(ratio)) / limit for ratio, limit in ratios]
    return sum(off) + math.log(most / least) if max(off) <= 1 else None


def _measured(picture: Image.Image, x: float, y: float, side: float) -> Point | None:
    """The middle of the square around a point, from the pixels of its own that are half as dark as its inside."""
    half = max(4, round(side * 1.1))
    left, top = round(x) - half, round(y) - half
    part = picture.crop((left, top, left + 2 * half, top + 2 * half))
    width, data = part.width, part.tobytes()
    ordered = sorted(data)
    edge = (ordered[len(ordered) // 10] + ordered[len(ordered) * 4 // 5]) / 2
    start = half * width + half
    if data[start] >= edge:
        return None
    seen, todo = {start}, [start]
    while todo:
        place = todo.pop()
        for other in (place - 1, place + 1, place - width, place + width):
            if 0 <= other < len(data) and other not in seen and data[other] < edge:
                seen.add(other)
                todo.append(other)
    if not 0.6 <= len(seen) / (side * side) <= 1.6:
        return None
    across, down = sum(place % width for place in seen), sum(place // width for place in seen)
    return left + across / len(seen) + 0.5, top + down / len(seen) + 0.5


def _perspective(source: Sequence[Point], target: Sequence[Point]) -> tuple[float, ...]:
    """The eight numbers that bring four points of the paper to four of the picture, by elimination."""
    rows: list[list[float]] = []
    for (x, up), (u, v) in zip(source, target, strict=True):
        y = HEIGHT - up
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(8):
            if row != column:
                share = rows[row][column] / rows[column][column]
                rows[row] = [a - share * b for a, b in zip(rows[row], rows[column], strict=True)]
    return tuple(rows[n][8] / rows[n][n] for n in range(8))
