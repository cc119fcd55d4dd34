"""Timetables on paper: one page for each class, teacher or room; wide sheets for all teachers or the school's wall.

A grid goes onto A4 across, or a larger page where that is too small. A wide sheet takes the smallest ISO size on which
its text stays readable; without such a printer it is cut into A4 sheets to be glued together.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf

from printables.compose import environment
from printables.files import whole_file
from printables.fonts import BOLD, REGULAR, face
from printables.layout import mm
from printables.render import render
from printables.texts import texts_of

SIZES = ((297, 210), (420, 297), (594, 420), (841, 594), (1189, 841))  # mm, across: A4 … A0
MARGIN, BINDER, HEAD = 10, 20, 20  # mm: right, top and bottom; left; title and foot
TEXT = 10  # points, the smallest that paper has
GRID_TEXTS = (14, 13, 12, 11, TEXT)  # of a grid: the largest with which it fits
GRID_PAGES = ("a4", "a3", "a2")
SPACING = 1.25  # line height
LINE = TEXT * SPACING * 25.4 / 72  # mm
PADDING, ROW = 2.2, 1.3  # mm, of a cell with its line: left and right together, above and below together
SLOT = 26  # mm, the column of numbers and times
OVERLAP = 10  # mm that glued sheets share


@dataclass(frozen=True)
class Entry:
    """A lesson in a cell: its name, what else is to be known, and whether it is not held."""

    head: str
    line: str = ""
    off: bool = False


@dataclass(frozen=True)
class Grid:
    """One page: ``columns`` are days, ``rows`` (number, time) of lessons, ``cells`` by (row, column)."""

    title: str
    span: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[int, int], tuple[Entry, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wide:
    """One sheet: ``heads`` are groups of columns (name, names of its columns), ``rows`` (name, a text per column)."""

    title: str
    span: str
    heads: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Poster:
    """One page of a class: ``days`` are (head, text); each text stands in a QR that any phone reads."""

    title: str
    span: str
    days: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class School:
    """What every sheet says of the school: its name, which edition it shows, how to call."""

    name: str
    edition: str
    hotline: str
    locale: str
    locale_dir: Path


def write_grids(sheets: Sequence[Grid], school: School, out: Path) -> int:
    """Write a PDF with one page for each grid; returns the number of pages. Raises PrintError ``font_missing``."""
    return _save(render(_fill("grids.html", school, sheets=[(sheet, _setting(sheet)) for sheet in sheets])).pdf, out)


def write_wide(sheets: Sequence[Wide], school: School, out: Path, tiled: bool = False) -> int:
    """Write a PDF with one page for each sheet, or with ``tiled`` A4 pages to glue; returns the number of pages."""
    laid = [_measure(sheet) for sheet in sheets]
    pdf = render(_fill("wide.html", school, sheets=list(zip(sheets, laid, strict=True)))).pdf
    return _save(tile(pdf) if tiled else pdf, out)


def write_posters(posters: Sequence[Poster], school: School, out: Path) -> int:
    """Write a PDF with one page for each class; returns the number of pages."""
    from printables.qr import svg

    return _save(render(_fill("posters.html", school, posters=posters, qr=svg)).pdf, out)


def tile(pdf: bytes) -> bytes:
    """Every page larger than A4 as A4 pages across that overlap by OVERLAP at their inner edges."""
    with pikepdf.open(io.BytesIO(pdf)) as source, pikepdf.new() as target:
        width, height = mm(SIZES[0][0]), mm(SIZES[0][1])
        margin, step = mm(5), (width - mm(10) - mm(OVERLAP), height - mm(10) - mm(OVERLAP))
        for page in source.pages:
            across, down = float(page.mediabox[2]), float(page.mediabox[3])
            form = target.copy_foreign(page.as_form_xobject())
            columns, rows = _count(across, step[0], mm(OVERLAP)), _count(down, step[1], mm(OVERLAP))
            for row in range(rows):
                for column in range(columns):
                    x, y = margin - column * step[0], height - margin - down + row * step[1]
                    _tile_page(target, form, (width, height), margin, x, y)
        out = io.BytesIO()
        target.save(out)
        return out.getvalue()


def _count(length: float, step: float, overlap: float) -> int:
    return max(1, -int(-(length - overlap) // step))


def _tile_page(
    target: pikepdf.Pdf, form: pikepdf.Object, size: tuple[float, float], margin: float, x: float, y: float
) -> None:
    page = target.add_blank_page(page_size=size)
    name = page.add_resource(form, pikepdf.Name.XObject)
    clip = f"{margin:.2f} {margin:.2f} {size[0] - 2 * margin:.2f} {size[1] - 2 * margin:.2f} re"
    page.Contents = target.make_stream(
        f"q {clip} W n 1 0 0 1 {x:.2f} {y:.2f} cm {name} Do Q q 0.5 w {clip} S Q".encode()
    )


@dataclass(frozen=True)
class _Laid:
    """A wide sheet's place, in mm: its page, the column of names, the other columns."""

    page: tuple[int, int]
    label: float
    columns: tuple[float, ...]


def _measure(sheet: Wide) -> _Laid:
    """The smallest page on which every word stands whole in its column and every row on the page."""
    label = max([_word(name, BOLD) for name, _ in sheet.rows], default=0) + PADDING + 1
    names = [name for _, own in sheet.heads for name in own]
    least = [
        max([_word(name, BOLD), *(_longest(cells[at]) for _, cells in sheet.rows)]) + PADDING
        for at, name in enumerate(names)
    ]
    for page in SIZES:
        room = page[0] - BINDER - MARGIN - label
        if sum(least) > room:
            continue
        columns = tuple(width * room / sum(least) for width in least)
        lines = [max([1, *(_lines(cell, width) for cell, width in zip(cells, columns, strict=True))])
                 for _, cells in sheet.rows]  # fmt: skip
        height = HEAD + 3 * LINE + sum(count * LINE + ROW for count in lines)
        if height <= page[1] - 2 * MARGIN:
            return _Laid(page, label, columns)
    room = SIZES[-1][0] - BINDER - MARGIN - label
    return _Laid(SIZES[-1], label, tuple(width * room / sum(least) for width in least))


@dataclass(frozen=True)
class _Setting:
    """How a grid is set: its page ("a4", "a3", "a2") and text size in points."""

    page: str
    text: int


def _setting(grid: Grid) -> _Setting:
    """The largest text with which the grid stands on A4; on a larger page where even the smallest does not."""
    for page, size in zip(GRID_PAGES, SIZES, strict=False):
        for text in GRID_TEXTS:
            if _height(grid, (size[0] - BINDER - MARGIN - SLOT) / len(grid.columns), text) <= size[1] - 2 * MARGIN:
                return _Setting(page, text)
    return _Setting(GRID_PAGES[-1], TEXT)


def _height(grid: Grid, width: float, text: int) -> float:
    """Height of a page's contents in mm, its columns being so wide."""
    line = text * SPACING * 25.4 / 72
    rows = [
        max([2 * LINE + ROW, *(sum(_entry_lines(entry, width, text) * line + ROW
                                   for entry in grid.cells.get((row, column), ()))
                               for column in range(len(grid.columns)))])
        for row in range(len(grid.rows))
    ]  # fmt: skip
    return HEAD + LINE + ROW + sum(rows)


def _entry_lines(entry: Entry, width: float, text: int) -> int:
    return _lines(entry.head, width, text, BOLD) + (_lines(entry.line, width, text) if entry.line else 0)


def _word(text: str, file: str = REGULAR, size: float = TEXT) -> float:
    """Width in mm."""
    return face(file).width(text, size) * 25.4 / 72


def _longest(text: str) -> float:
    return max([_word(word) for word in text.split()], default=0)


def _lines(text: str, width: float, size: float = TEXT, file: str = REGULAR) -> int:
    """How many lines a text takes; a word that is wider than the line is broken."""
    line = width - PADDING
    lines, free = 1, line
    space = _word(" ", file, size)
    for word in text.split():
        length = _word(word, file, size)
        if length > free and free < line:
            lines, free = lines + 1, line
        while length > line:
            lines, length = lines + 1, length - line
        free -= length + space
    return lines


def _fill(template: str, school: School, **values: object) -> str:
    texts = texts_of(school.locale, school.locale_dir)
    lang = str(texts.locale).replace("_", "-")
    return environment(texts).get_template(template).render(school=school, lang=lang, **values)


def _save(pdf: bytes, out: Path) -> int:
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as target:
        target.write(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
