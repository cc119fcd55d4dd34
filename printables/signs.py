"""Signs of a teacher, drawn over a page's picture: black with a white edge, so that they are seen on writing, too."""

from collections.abc import Sequence

from printables.fonts import BOLD, face
from printables.layout import LEAST, Box
from printables.marked import Sign
from printables.stamp import Ink

# In hundredths of the picture's width, y upwards.
RIGHT = ((-1.9, 0.2), (-0.5, -1.4), (2.1, 2.3))
WRONG = (((-1.1, -1.1), (1.1, 1.1)), ((-1.1, 1.1), (1.1, -1.1)))
LINE, EDGE = 0.45, 1.0  # how broad strokes and the white beside them are
QUESTION, WORD = 4.2, 2.8  # sizes of letters
SMALL = 0.6


def draw(ink: Ink, place: Box, signs: Sequence[Sign]) -> None:
    """All signs of a picture that fills ``place``."""
    for sign in signs:
        _DRAW[sign.kind](ink, place, sign)


def _right(ink: Ink, place: Box, sign: Sign) -> None:
    _strokes(ink, place, sign, (RIGHT,))


def _wrong(ink: Ink, place: Box, sign: Sign) -> None:
    _strokes(ink, place, sign, WRONG)


def _strokes(ink: Ink, place: Box, sign: Sign, shape: Sequence[Sequence[tuple[float, float]]]) -> None:
    unit = place.width / 100 * (SMALL if sign.small else 1)
    x, y = _point(place, sign.x, sign.y)
    for stroke in shape:
        _path(ink, unit, [(x + right * unit, y + up * unit) for right, up in stroke])


def _line(ink: Ink, place: Box, sign: Sign) -> None:
    _path(ink, place.width / 100, [_point(place, sign.x, sign.y), _point(place, sign.x2, sign.y2)])


def _box(ink: Ink, place: Box, sign: Sign) -> None:
    (x0, y1), (x1, y0) = _point(place, sign.x, sign.y), _point(place, sign.x2, sign.y2)
    _path(ink, place.width / 160, [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])


def _path(ink: Ink, unit: float, points: Sequence[tuple[float, float]]) -> None:
    """Strokes from point to point, first broad and white, then black."""
    (x, y), *rest = points
    path = f"{x:.2f} {y:.2f} m " + " ".join(f"{x:.2f} {y:.2f} l" for x, y in rest)
    ink.operators.append(f"q 1 J 1 j 1 G {EDGE * unit:.2f} w {path} S 0 G {LINE * unit:.2f} w {path} S Q")


def _unclear(ink: Ink, place: Box, sign: Sign) -> None:
    _word(ink, place, sign, "?", QUESTION * place.width / 100)


def _text(ink: Ink, place: Box, sign: Sign) -> None:
    _word(ink, place, sign, sign.text, max(LEAST, WORD * place.width / 100 * (SMALL if sign.small else 1)))


def _word(ink: Ink, place: Box, sign: Sign, text: str, size: float) -> None:
    """Letters that end at their point in the right half of the page, and begin there in the left one."""
    x, y = _point(place, sign.x, sign.y)
    width = face(BOLD).width(text, size)
    x = max(place.x0, min(x - width, place.x1 - width)) if sign.x > 0.5 else min(x, place.x1 - width)
    ink.operators.append(f"q 1 Tr 1 j 1 G {size / 5:.2f} w")
    ink.text(x, y - size * 0.36, text, BOLD, size)
    ink.operators.append("Q")
    ink.text(x, y - size * 0.36, text, BOLD, size)


def _point(place: Box, x: float, y: float) -> tuple[float, float]:
    return place.x0 + x * place.width, place.y1 - y * place.height


_DRAW = {"right": _right, "wrong": _wrong, "line": _line, "box": _box, "unclear": _unclear, "text": _text}
