"""How much ink a page takes: shared sheets are drawn small and grey once, what is stamped counts by its kind.

A page's ink is the share of its area that is black, so 1.0 is a page covered wholly.
"""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from printables.files import whole_file
from printables.layout import HEIGHT, LEFT, RIGHT, WIDTH
from printables.sheets import Sheet

if TYPE_CHECKING:
    from printables.press import Piece

DPI = 36  # grey values keep thin letters
UNKNOWN = 0.05  # of a page of text, where poppler is not installed
# Measured on printed packs; name, class, head and foot, and on tasks the code with its QR of 24 mm.
STAMPED = {"cover": 0.017, "task": 0.0125, "again": 0.0125, "slips": 0.037}
STAMPED_TEXT = 0.006
LINE = 0.5 * (RIGHT - LEFT) / (WIDTH * HEIGHT)  # a line to write on


_HEAD = re.compile(rb"P5\s(\d+)\s(\d+)\s255\s")


class Coverage:
    """The ink of packs; each sheet is measured once and its figures lie beside it, ``<hash>.ink``."""

    def __init__(self) -> None:
        self._known: dict[str, list[float]] = {}
        self._pieces: dict[tuple[str, str, int, bool], float] = {}

    def of(self, pieces: Sequence["Piece"]) -> float:
        """Pages' worth of ink of all pages of these pieces, stamped."""
        keys = [(piece.sheet.hash, piece.kind, piece.pages, piece.half) for piece in pieces]
        if new := {key: piece for key, piece in zip(keys, pieces, strict=True) if key not in self._pieces}:
            self._look(sheet for piece in new.values() for sheet in piece.sheet.members)
            self._pieces |= {key: self._ink(piece) for key, piece in new.items()}
        return sum(self._pieces[key] for key in keys)

    def _ink(self, piece: "Piece") -> float:
        area = 0.5 if piece.half else 1.0
        stamped = STAMPED.get(piece.kind, STAMPED_TEXT) * piece.pages * area
        lines = sum(len(lines) for lines in piece.writing.lines) if piece.writing else 0
        laid = sum(sum(self._known[sheet.hash]) for sheet in piece.sheet.members)
        return laid * area + stamped + lines * LINE

    def _look(self, sheets: Iterable[Sheet]) -> None:
        """Know the black share of each page of these sheets as they are shared, before anything is stamped."""
        new = {sheet.hash: sheet for sheet in sheets if sheet.hash not in self._known}
        for sheet in new.values():
            if stored := list(sheet.ink or ()) or _stored(sheet):
                self._known[sheet.hash] = stored
        if unknown := [sheet for sheet in new.values() if sheet.hash not in self._known]:
            self._known |= _measured(unknown)


def _stored(sheet: Sheet) -> list[float] | None:
    try:
        figures = json.loads(sheet.pdf.with_suffix(".ink").read_bytes())
    except (OSError, ValueError):
        return None
    whole = isinstance(figures, list) and all(isinstance(figure, float) for figure in figures)
    return figures if whole and len(figures) == sheet.pages else None


def _measured(sheets: Sequence[Sheet]) -> dict[str, list[float]]:
    """Draw all these sheets at once, as starting the program costs more than a page; keep each one's figures."""
    drawn = _drawn(sheets)
    if len(drawn) != sum(sheet.pages for sheet in sheets):
        return {sheet.hash: [UNKNOWN] * sheet.pages for sheet in sheets}
    found, start = {}, 0
    for sheet in sheets:
        found[sheet.hash] = [round(_black(page), 5) for page in drawn[start : start + sheet.pages]]
        start += sheet.pages
        with whole_file(sheet.pdf.with_suffix(".ink")) as target:
            target.write(json.dumps(found[sheet.hash]).encode())
    return found


def _drawn(sheets: Sequence[Sheet]) -> list[bytes]:
    """The pixels of every page of the sheets in a row; [] without poppler."""
    program = shutil.which("pdftoppm")
    if program is None:
        return []
    import pikepdf  # not for sheets that were measured before

    with pikepdf.new() as together:
        for sheet in sheets:
            with pikepdf.open(sheet.pdf) as one:
                together.pages.extend(one.pages)
        written = io.BytesIO()
        together.save(written, compress_streams=False)
    done = subprocess.run([program, "-r", str(DPI), "-gray", "-"], input=written.getvalue(), capture_output=True)
    return _pages(done.stdout)


def _pages(data: bytes) -> list[bytes]:
    """The pixels of each picture in a row of PGM files: a head in text, then a byte for each pixel."""
    pages = []
    while head := _HEAD.match(data):
        size = int(head[1]) * int(head[2])
        pages.append(data[head.end() : head.end() + size])
        data = data[head.end() + size :]
    return pages


def _black(pixels: bytes) -> float:
    return 1 - sum(pixels) / (255 * len(pixels)) if pixels else 0.0
