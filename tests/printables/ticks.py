"""Answer sheets filled in by nobody: drawn boxes with crosses, ticks, fills, erasures, dots and stray strokes.

All of it is synthetic: shapes that pens and pencils make, with chance in place, size, width and darkness. No sheet
that a child filled in is among them.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from printables.answers import described, pages_of
from printables.layout import HEIGHT
from printables.stack import KEPT_QUALITY, KEPT_SIDE
from tests.printables import scans

FINE = 2  # drawn at twice the resolution of a page of scans.py
POINT = scans.DPI * FINE / 72
MM = scans.MM * FINE
YES_MARKS = {"cross": 50, "tick": 22, "pencil": 14, "tall cross": 14}
NO_MARKS = {"empty": 900, "filled": 22, "erased": 10, "dot": 6, "stray": 6}


def fields(one: int = 12, several: int = 4, numbers: int = 3) -> list[dict[str, Any]]:
    """Questions of every kind, as an edition has them."""
    rows = [{"kind": "one", "label": "", "options": list("АБВГ"), "digits": 0} for _ in range(one)]
    rows += [{"kind": "several", "label": "", "options": list("АБВГД"), "digits": 0} for _ in range(several)]
    return rows + [{"kind": "number", "label": "", "options": [], "digits": 3} for _ in range(numbers)]


def layout(rows: Sequence[Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    return described(pages_of(fields() if rows is None else rows), 2)


def filled(page: Mapping[str, Any], seed: int) -> tuple[Image.Image, dict[tuple[int, int], tuple[str, str]]]:
    """A page with chance marks at 200 dpi, and box (position of its question, number) → (yes or no, kind of mark)."""
    chance = random.Random(seed)
    large = Image.new("L", (scans.A4[0] * FINE, scans.A4[1] * FINE), 255)
    truth = {}
    printed(large, page)
    for field in page["fields"]:
        for number, mark in enumerate(_marks(field, chance)):
            truth[field["position"], number] = ("yes" if mark in YES_MARKS else "no", mark)
            draw_mark(large, field["boxes"][number], mark, chance, page["side"])
    small = large.resize(scans.A4, Image.Resampling.BOX)
    scans._stamp(small, scans.label(seed % 10**7, page["page"]), (int(scans.A4[0] - 44 * scans.MM), int(11 * scans.MM)))
    return small, truth


def kept(picture: Image.Image) -> Image.Image:
    """The copy that is kept of a page, in which its boxes are looked at."""
    copy = picture.copy()
    copy.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.BICUBIC)
    return scans.jpeg(copy, KEPT_QUALITY)


def _marks(field: Mapping[str, Any], chance: random.Random) -> list[str]:
    count = len(field["boxes"])
    marks = chance.choices(list(NO_MARKS), list(NO_MARKS.values()), k=count)
    groups = range(0, count, 10) if field["kind"] == "number" else [0]
    for start in groups:
        size = 10 if field["kind"] == "number" else count
        for place in chance.sample(range(size), 1 if field["kind"] != "several" else chance.randint(1, size)):
            marks[start + place] = chance.choices(list(YES_MARKS), list(YES_MARKS.values()))[0]
    return marks


def printed(large: Image.Image, page: Mapping[str, Any]) -> None:
    """What the printer puts there: corner squares, frames, and letters beside the boxes."""
    draw = ImageDraw.Draw(large)
    for x, y in page["corners"]:
        draw.rectangle((*_pixel(x, y + page["square"]), *_pixel(x + page["square"], y)), fill=0)
    for field in page["fields"]:
        for x, y in field["boxes"]:
            draw.rectangle((*_pixel(x, y + page["side"]), *_pixel(x + page["side"], y)), outline=0, width=5)
            left, top = _pixel(x - 9, y + 11)
            draw.rectangle((left, top, left + 18, top + 30), outline=0, width=6)


def _pixel(x: float, y: float) -> tuple[float, float]:
    return x * POINT, (HEIGHT - y) * POINT


def draw_mark(
    large: Image.Image, box: Sequence[float], mark: str, chance: random.Random, side: float
) -> None:  # fmt: skip
    """One mark in or at the box whose lower left point is given."""
    x0, y1 = _pixel(*box)
    size = side * POINT
    y0 = y1 - size
    if mark == "empty":
        return
    layer = Image.new("L", (int(size * 3), int(size * 3)), 0)
    pen = _Pen(ImageDraw.Draw(layer), size, chance)
    {"cross": pen.cross, "tall cross": pen.tall_cross, "tick": pen.tick, "pencil": pen.pencil, "filled": pen.filled,
     "erased": pen.erased, "dot": pen.dot, "stray": pen.stray}[mark]()  # fmt: skip
    if mark in ("erased", "pencil"):
        layer = layer.filter(ImageFilter.GaussianBlur(2 if mark == "pencil" else 4))
    place = int(x0 - size), int(y0 - size)
    large.paste(0, (*place, place[0] + layer.width, place[1] + layer.height), layer)


class _Pen:
    """Strokes around a box of ``size`` pixels whose upper left point is (size, size)."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: float, chance: random.Random):
        self.draw, self.size, self.chance = draw, size, chance

    def _at(self, x: float, y: float, wobble: float = 0.1) -> tuple[float, float]:
        return (self.size * (1 + x + self.chance.uniform(-wobble, wobble)),
                self.size * (1 + y + self.chance.uniform(-wobble, wobble)))  # fmt: skip

    def _stroke(self, points: Sequence[tuple[float, float]], width: float, dark: int) -> None:
        """Through the points, a little bent; ``width`` in millimetres."""
        bent = [points[0]]
        for one, two in pairwise(points):
            bend = self.size * self.chance.uniform(-0.06, 0.06)
            bent += [((one[0] + two[0]) / 2 + bend, (one[1] + two[1]) / 2 + bend), two]
        self.draw.line(bent, fill=dark, width=max(1, round(width * MM)), joint="curve")

    def cross(self) -> None:
        self._crossed(self.chance.uniform(0.3, 0.8), self.chance.randint(150, 255), self.chance.uniform(-0.15, 0.2))

    def _crossed(self, width: float, dark: int, reach: float) -> None:
        self._stroke([self._at(reach, reach), self._at(1 - reach, 1 - reach)], width, dark)
        self._stroke([self._at(1 - reach, reach), self._at(reach, 1 - reach)], width, dark)

    def tall_cross(self) -> None:
        """A plus, or a cross that stands on its foot."""
        width, dark = self.chance.uniform(0.3, 0.7), self.chance.randint(150, 255)
        lean = self.chance.uniform(-0.25, 0.25)
        self._stroke([self._at(0.5 - lean, 0), self._at(0.5 + lean, 1)], width, dark)
        self._stroke([self._at(0, 0.5 + lean), self._at(1, 0.5 - lean)], width, dark)

    def pencil(self) -> None:
        """A thin, pale cross."""
        self._crossed(self.chance.uniform(0.3, 0.5), self.chance.randint(100, 160), self.chance.uniform(-0.1, 0.15))

    def tick(self) -> None:
        width, dark = self.chance.uniform(0.3, 0.8), self.chance.randint(150, 255)
        self._stroke([self._at(0.1, 0.5), self._at(0.4, 0.88), self._at(1.0, -0.05, 0.2)], width, dark)

    def filled(self) -> None:
        """Scribbled full, out of the frame and all."""
        dark = self.chance.randint(140, 255)
        over = self.chance.uniform(-0.02, 0.1)
        y, step = -over, self.chance.uniform(0.05, 0.085)
        points = []
        while y < 1 + over:
            points += [self._at(-over, y, 0.03), self._at(1 + over, y + step / 2, 0.03)]
            y += step
        self._stroke(points, 0.55, dark)

    def erased(self) -> None:
        """The smear of a rubber over a cross that can still be guessed."""
        self.draw.ellipse((*self._at(-0.1, 0), *self._at(1.1, 1)), fill=self.chance.randint(5, 18))
        dark = self.chance.randint(10, 40)
        self._stroke([self._at(0, 0), self._at(1, 1)], 0.5, dark)
        self._stroke([self._at(1, 0), self._at(0, 1)], 0.5, dark)

    def dot(self) -> None:
        x, y = self._at(self.chance.uniform(0.2, 0.8), self.chance.uniform(0.2, 0.8))
        radius = self.chance.uniform(0.2, 0.5) * MM
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=self.chance.randint(150, 255))

    def stray(self) -> None:
        """The end of a stroke that belongs elsewhere: over a corner, or along the frame."""
        width, dark = self.chance.uniform(0.3, 0.6), self.chance.randint(150, 255)
        if self.chance.random() < 0.5:
            self._stroke([self._at(-0.6, 0.7), self._at(0.35, 1.5)], width, dark)
        else:
            self._stroke([self._at(-0.4, 1.12, 0.06), self._at(1.5, 1.05, 0.06)], width, dark)
