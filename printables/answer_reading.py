"""Reads what is ticked on a scanned answer sheet: for every box yes, no or unsure, and for every question its answer.

A box is looked at only where its printed frame is seen; without that, without the corner squares, or between two
decisions it is "unsure", which is for a person to settle. A box that is filled wholly was taken back and counts as no.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from printables.box_looks import NO as NO
from printables.box_looks import UNSURE as UNSURE
from printables.box_looks import YES as YES
from printables.box_looks import Lens, verdict
from printables.picture_file import BROKEN
from printables.squares import planes

SIDE = 2400  # pixels, the longer side of a picture in which boxes are looked at


@dataclass(frozen=True)
class Answer:
    """What was ticked for a question. ``position`` as in the layout; ``read``: yes, no or unsure for each box in order.

    ``answer``: places of the ticked options (from 0), or the digits as [text]; None while it is unsure. ``ink``: how
    dark each box is inside, in hundredths. ``places``: where each box's middle lies, in shares of the picture's width
    and height, ``size`` how wide it is there, ``ratio`` the picture's height by its width; none of them when the sheet
    could not be found on it.
    """

    position: int
    read: tuple[str, ...]
    answer: list[Any] | None
    ink: tuple[int, ...] = ()
    places: tuple[tuple[float, float], ...] = ()
    size: float = 0.0
    ratio: float = 0.0


def read_answers(picture: Image.Image, layout: Mapping[str, Any]) -> list[Answer]:
    """The answers on one page, a grey picture (mode L) that stands upright.

    ``layout``: the page's part of what printables.answers describes.
    """
    return _read(picture, layout) or _unread(layout)


def answers_of(paths: Sequence[Path], layouts: Sequence[Sequence[Mapping[str, Any]]]) -> list[tuple[int, list[Answer]]]:
    """The answers on kept pictures. Of each page the layouts in which it may have been printed, the likeliest first.

    Returns per page the number of the layout that its frames fit, and the answers; -1 and the first one's questions,
    all unsure, when none does or the picture cannot be opened.
    """
    return [_of_path(path, possible) for path, possible in zip(paths, layouts, strict=True)]


def _of_path(path: Path, possible: Sequence[Mapping[str, Any]]) -> tuple[int, list[Answer]]:
    try:
        with Image.open(path) as opened:
            picture = opened.convert("L")
    except BROKEN:
        return -1, _unread(possible[0])
    for number, layout in enumerate(possible):
        if found := _read(picture, layout):
            return number, found
    return -1, _unread(possible[0])


def _unread(layout: Mapping[str, Any]) -> list[Answer]:
    return [Answer(field["position"], (UNSURE,) * len(field["boxes"]), None) for field in layout["fields"]]


def _read(picture: Image.Image, layout: Mapping[str, Any]) -> list[Answer]:
    """Nothing when the sheet is not found on the picture."""
    if max(picture.size) > SIDE:
        picture = picture.copy()
        picture.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    half = layout["square"] / 2
    corners = [(x + half, y + half) for x, y in layout["corners"]]
    boxes = [(x, y) for field in layout["fields"] for x, y in field["boxes"]]
    sample = boxes[:: max(1, len(boxes) // 12)]
    for plane in planes(picture, corners, layout["square"]):
        lens = Lens(picture, plane, corners, layout["side"])
        seen = sum(lens.look(*box).framed for box in sample)
        if seen >= 0.75 * len(sample):
            return [_answer(picture, lens, field, layout["side"] / 2) for field in layout["fields"]]
    return []


def _answer(picture: Image.Image, lens: Lens, field: Mapping[str, Any], half: float) -> Answer:
    looks = [lens.look(x, y) for x, y in field["boxes"]]
    read = tuple(verdict(one) for one in looks)
    places = tuple(lens.share(x + half, y + half) for x, y in field["boxes"])
    left, right = (lens.share(field["boxes"][0][0] + way, field["boxes"][0][1] + half) for way in (0, 2 * half))
    return Answer(field["position"], read, decided(field["kind"], read), tuple(round(one.mean * 100) for one in looks),
                  places, round(math.dist(left, right), 4), round(picture.height / picture.width, 4))  # fmt: skip


def decided(kind: str, read: Sequence[str]) -> list[Any] | None:
    """The answer that boxes give; None when a person must look.

    Of ``one`` exactly one box is ticked, of ``number`` exactly one in each digit's ten; no box at all is no answer, [].
    """
    if UNSURE in read:
        return None
    ticked = [place for place, value in enumerate(read) if value == YES]
    if kind == "several" or not ticked:
        return list(ticked)
    if kind == "one":
        return list(ticked) if len(ticked) == 1 else None
    columns = [place // 10 for place in ticked]
    if columns != list(range(len(read) // 10)):
        return None
    return ["".join(str(place % 10) for place in ticked)]
