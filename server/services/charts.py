"""Small charts as plain geometry for SVG: a template draws them, in one ink, with the numbers printed beside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 320, 120
LEFT, RIGHT, TOP, BOTTOM = 30, 8, 14, 20


@dataclass(frozen=True)
class Bar:
    """A bar with its value above and its label below."""

    x: float
    y: float
    width: float
    height: float
    text: str
    label: str


@dataclass(frozen=True)
class Bars:
    """A bar chart; ``rules``: heights of lines with what they stand for."""

    bars: tuple[Bar, ...]
    rules: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Dots:
    """Values over time: dots (x, y), the line through them, and the trend as two points or nothing."""

    dots: tuple[tuple[float, float], ...]
    path: str
    trend: tuple[float, float, float, float] | None
    rules: tuple[tuple[float, str], ...]
    first: str
    last: str


def bars(values: Sequence[tuple[str, float | None, str]], most: float) -> Bars:
    """Bars of (label, value or None for none, text), scaled to ``most``."""
    room = (WIDTH - LEFT - RIGHT) / max(len(values), 1)
    width = min(room * 0.7, 36)
    found = []
    for number, (label, value, text) in enumerate(values):
        height = (value or 0) / most * (HEIGHT - TOP - BOTTOM) if most else 0
        x = LEFT + room * number + (room - width) / 2
        place = [round(one, 1) for one in (x, HEIGHT - BOTTOM - height, width, height)]
        found.append(Bar(*place, text, label))
    return Bars(tuple(found), _rules(most))


def dots(values: Sequence[tuple[date, float]], first: date, last: date, names: tuple[str, str]) -> Dots:
    """Shares (0–1) over the days from first to last, with their straight trend from three values on."""
    length = max((last - first).days, 1)
    points = [
        (round(LEFT + (day - first).days / length * (WIDTH - LEFT - RIGHT), 1), round(_height(share), 1))
        for day, share in sorted(values)
    ]
    path = " ".join(f"{'L' if number else 'M'}{x:g} {y:g}" for number, (x, y) in enumerate(points))
    return Dots(tuple(points), path, _line(points), _rules(100), *names)


def trend(values: Sequence[tuple[date, float]]) -> float | None:
    """By how much a share changes in a week, by least squares; None with fewer than three days."""
    days = [(day - date(2000, 1, 1)).days for day, _share in values]
    if len(set(days)) < 3:
        return None
    return _slope(days, [share for _day, share in values]) * 7


def _slope(xs: Sequence[float], ys: Sequence[float]) -> float:
    middle, level = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * (y - level) for x, y in zip(xs, ys, strict=True)) / spread


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    xs = [x for x, _y in points]
    if len(set(xs)) < 3:
        return None
    slope = _slope(xs, [y for _x, y in points])
    middle, level = sum(xs) / len(xs), sum(y for _x, y in points) / len(points)
    ends = [min(max(level + slope * (x - middle), TOP), HEIGHT - BOTTOM) for x in (xs[0], xs[-1])]
    return xs[0], round(ends[0], 1), xs[-1], round(ends[1], 1)


def _height(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _rules(most: float) -> tuple[tuple[float, str], ...]:
    parts = [part for part in (0.0, 0.5, 1.0) if float(most * part).is_integer()]
    return tuple((round(_height(part), 1), f"{most * part:g}") for part in parts)
