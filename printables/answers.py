"""Answer sheets: questions to tick → pages of boxes between four corner squares, as places and as drawing. Pure.

Places are in points from the lower left corner of A4. A layout is fixed at printing and kept with the sheet
(``described``), so that a sheet stays readable whatever becomes of its questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from printables.fonts import BOLD, REGULAR, face
from printables.furniture import BOX_HEIGHT, Writing, heights
from printables.layout import BIG_BODY_BOTTOM, BODY_BOTTOM, LEAST, LEFT, RIGHT, TASK_TOP, Box, mm
from printables.stamp import LEADING, Ink, fit
from printables.texts import Texts

SIDE, SQUARE = mm(5), mm(4)  # of a box to tick, of a corner square
LETTERS = "АБВГДЕЖЗИК"  # of options that bring no letters of their own
SHORT = 3  # letters: options up to it stand in a row, each beside its box
MOST_FIELDS, MOST_OPTIONS, MOST_DIGITS = 60, 10, 6
_TOP, _FLOOR = TASK_TOP + mm(2), BODY_BOTTOM + BOX_HEIGHT + mm(4)
_CORNERS = (
    (LEFT, _TOP - SQUARE), (RIGHT - SQUARE, _TOP - SQUARE), (RIGHT - SQUARE, _FLOOR), (LEFT, _FLOOR),
)  # fmt: skip
_INNER_LEFT, _INNER_RIGHT = LEFT + mm(10), RIGHT - mm(10)  # boxes keep away from the corner squares
_LINE = 0.9  # points: a frame that a bad photo still shows
_HINT = mm(13)  # what the line of instruction takes
_FIRST, _LAST = _TOP - _HINT - mm(3), _FLOOR + mm(6)
_SIZE = 10.5  # of labels and options
_BESIDE, _DOWN = mm(1.6), mm(8)  # a letter to its box; from row to row
_ACROSS = {1: mm(11), 2: mm(13), 3: mm(15)}  # from option to option, by the letters of the longest
_DIGIT_ACROSS, _DIGIT_DOWN, _DIGIT_LABEL = mm(9), mm(7.5), mm(5)
_GAP, _BELOW = mm(9), mm(4)  # between questions of a row, under a question


@dataclass(frozen=True)
class Placed:
    """A question on its page: ``place`` is all of it; ``boxes`` the lower left corners of its boxes.

    Boxes are in the order of options; of a number digit by digit from the left, each from 0 to 9. ``position`` counts
    the task's questions from 1.
    """

    position: int
    kind: str
    label: str
    options: tuple[str, ...]
    digits: int
    place: Box
    boxes: tuple[tuple[float, float], ...]


def pages_of(fields: Sequence[Mapping[str, Any]]) -> tuple[tuple[Placed, ...], ...]:
    """The questions of a task (``answers`` of sync.edition) as pages, in their order, as many in a row as fit."""
    pages: list[list[Placed]] = []
    x, top, low = _INNER_LEFT, _FIRST, _FIRST
    for position, field in enumerate(fields, 1):
        width, height = _extent(position, field)
        if x > _INNER_LEFT and x + width > _INNER_RIGHT + 0.01:
            x, top = _INNER_LEFT, low
        if not pages or top - height < _LAST:
            pages.append([])
            x, top, low = _INNER_LEFT, _FIRST, _FIRST
        pages[-1].append(_placed(position, field, Box(x, top - height, x + width, top)))
        x, low = x + width + _GAP, min(low, top - height - _BELOW)
    return tuple(tuple(page) for page in pages)


def _in_row(field: Mapping[str, Any]) -> bool:
    return all(len(option) <= SHORT for option in field["options"])


def _wide(field: Mapping[str, Any]) -> bool:
    return field["kind"] != "number" and not _in_row(field)


def _extent(position: int, field: Mapping[str, Any]) -> tuple[float, float]:
    """Width and height of a question in points."""
    if field["kind"] == "number":
        inner = _DIGIT_LABEL + _DIGIT_ACROSS * field["digits"]
        width = max(inner, mm(34))
        return width, _label_height(position, field, width) + mm(9) + _DIGIT_DOWN * 10
    if _wide(field):
        width = _list_width(field)
        rows = sum(_option_height(option, width) for option in field["options"])
        return width, _label_height(position, field, width) + rows
    width = max(_across(field["options"]) * len(field["options"]), mm(44))
    return width, _label_height(position, field, width) + _DOWN


def _across(options: Sequence[str]) -> float:
    return _ACROSS[max(map(len, options))]


def _label(position: int, label: str) -> str:
    return f"{position}. {label}" if label else f"{position}."


def _label_height(position: int, field: Mapping[str, Any], width: float) -> float:
    lines, _size = fit(_label(position, field["label"]), face(REGULAR), _SIZE, Box(0, 0, width, mm(20)))
    return len(lines) * _SIZE * LEADING + mm(1.2)


def _list_width(field: Mapping[str, Any]) -> float:
    """Half of the page where each option stands in one line of it."""
    whole = _INNER_RIGHT - _INNER_LEFT
    half = (whole - _GAP) / 2
    return half if all(_option_height(option, half) == _DOWN for option in field["options"]) else whole


def _option_height(option: str, width: float) -> float:
    lines, _size = fit(option, face(REGULAR), _SIZE, Box(0, 0, width - SIDE - _BESIDE - mm(8), mm(14)))
    return max(_DOWN, len(lines) * _SIZE * LEADING + mm(2))


def _placed(position: int, field: Mapping[str, Any], place: Box) -> Placed:
    top = place.y1 - _label_height(position, field, place.width)
    options = tuple(field["options"])
    if field["kind"] == "number":
        first = top - mm(9)
        boxes = [
            (place.x0 + _DIGIT_LABEL + _DIGIT_ACROSS * column, first - _DIGIT_DOWN * (digit + 1))
            for column in range(field["digits"]) for digit in range(10)
        ]  # fmt: skip
    elif _wide(field):
        boxes, y = [], top
        for option in options:
            height = _option_height(option, place.width)
            boxes.append((place.x0 + mm(6), y - SIDE - mm(1)))
            y -= height
    else:
        step = _across(options)
        boxes = [(place.x0 + step * (n + 1) - SIDE - mm(1), top - SIDE - mm(1)) for n in range(len(options))]
    return Placed(position, field["kind"], field["label"], options, field["digits"], place, tuple(boxes))


def described(pages: Sequence[Sequence[Placed]], first: int) -> list[dict[str, Any]]:
    """The layout as it is kept: pages numbered as in their QR from ``first`` on.

    ``[{"page", "corners": four [x, y], "square", "side", "fields": [{"position", "kind", "label", "options", "digits",
    "boxes": [[x, y], …]}]}]``; corners (upper left, upper right, lower right, lower left) and boxes by their lower left
    points, ``square`` and ``side`` are how wide they are, all in points.
    """
    return [
        {
            "page": number, "corners": [_rounded(corner) for corner in _CORNERS], "square": round(SQUARE, 3),
            "side": round(SIDE, 3),
            "fields": [
                {"position": one.position, "kind": one.kind, "label": one.label, "options": list(one.options),
                 "digits": one.digits, "boxes": [_rounded(box) for box in one.boxes]}
                for one in page
            ],
        }
        for number, page in enumerate(pages, first)
    ]  # fmt: skip


def _rounded(point: tuple[float, float]) -> list[float]:
    return [round(point[0], 2), round(point[1], 2)]


def draw(ink: Ink, texts: Texts, page: Sequence[Placed]) -> None:
    """Corner squares, how to fill in, and the questions with their boxes."""
    for x, y in _CORNERS:
        _fill(ink, Box(x, y, x + SQUARE, y + SQUARE))
    hint = texts.gettext("Tick with a cross. A mistake: fill the box wholly and put the cross into another one.")
    ink.fitted(Box(_INNER_LEFT, _TOP - _HINT, _INNER_RIGHT - mm(32), _TOP), hint, size=LEAST)
    _example(ink, _INNER_RIGHT - mm(26), _TOP - _HINT / 2 - SIDE / 2)
    for one in page:
        _draw_field(ink, one)


def _fill(ink: Ink, box: Box) -> None:
    ink.operators.append(f"{box.x0:.2f} {box.y0:.2f} {box.width:.2f} {box.height:.2f} re f")


def _example(ink: Ink, x: float, y: float) -> None:
    """A box with a cross, and one that was filled beside another with a cross."""
    for place, filled in (x, False), (x + mm(10), True), (x + mm(17), False):
        box = Box(place, y, place + SIDE, y + SIDE)
        ink.frame(box)
        if filled:
            _fill(ink, box)
        else:
            ink.line(box.x0, box.y0, box.x1, box.y1, 1.2)
            ink.line(box.x0, box.y1, box.x1, box.y0, 1.2)


def _draw_field(ink: Ink, one: Placed) -> None:
    label = {"position": one.position, "label": one.label}
    height = _label_height(one.position, label, one.place.width)
    ink.fitted(Box(one.place.x0, one.place.y1 - height, one.place.x1, one.place.y1),
               _label(one.position, one.label), BOLD if not one.label else REGULAR, _SIZE)  # fmt: skip
    for x, y in one.boxes:
        ink.operators.append(f"{_LINE:g} w {x:.2f} {y:.2f} {SIDE:.2f} {SIDE:.2f} re S")
    if one.kind == "number":
        _draw_digits(ink, one)
    elif _wide({"kind": one.kind, "options": one.options}):
        for letter, option, (x, y) in zip(LETTERS, one.options, one.boxes, strict=False):
            ink.text(x - _BESIDE, y + mm(1.2), letter, size=_SIZE, align="right")
            height = _option_height(option, one.place.width)
            ink.fitted(Box(x + SIDE + _BESIDE, y + SIDE + mm(1) - height, one.place.x1, y + SIDE + mm(1)),
                       option, size=_SIZE)  # fmt: skip
    else:
        for option, (x, y) in zip(one.options, one.boxes, strict=True):
            ink.text(x - _BESIDE, y + mm(1.2), option, size=_SIZE, align="right")


def _draw_digits(ink: Ink, one: Placed) -> None:
    """A cell to write each digit into, above its column; the digits stand left of the boxes."""
    for column in range(one.digits):
        x, y = one.boxes[column * 10]
        ink.frame(Box(x - mm(0.5), y + SIDE + mm(2), x + SIDE + mm(0.5), y + SIDE + mm(9)))
    for digit in range(10):
        x, y = one.boxes[digit]
        ink.text(x - _BESIDE, y + mm(1.2), str(digit), size=_SIZE, align="right")


def room_before(text_pages: int, text_end: float, large: bool, *, big: bool = False) -> Writing:
    """Lines to work on in what the text leaves free; no page is added, as the answers have pages of their own."""
    bottom = BIG_BODY_BOTTOM if big else BODY_BOTTOM
    lines = heights(text_end - mm(3), bottom + mm(4), mm(16 if big else 12 if large else 9))
    return Writing((*(((),) * (text_pages - 1)), lines), text_pages - 1)


def with_answers(writing: Writing, pages: int) -> Writing:
    """The same with answer pages behind it, on the last of which the teacher's box stands."""
    return Writing((*writing.lines, *(((),) * pages)), writing.box_page + pages)
