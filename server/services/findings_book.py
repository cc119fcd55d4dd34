"""The findings of a file as a workbook: its sheets with the cells marked and explained, to mend and bring back."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.importers.findings import ERROR, INFO, WARNING, Finding, GridSheet, Notes, Refused
from server.importers.tables import FINDINGS_SHEET, Sheet, read_sheets
from server.importers.values import show

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEVELS = {ERROR: _l("error"), WARNING: _l("warning"), INFO: _l("note")}
_FILLS = {ERROR: "#F7C6C2", WARNING: "#FBE3B5", INFO: "#D3E5F5"}
_ORDER = {ERROR: 0, WARNING: 1, INFO: 2}
_LONGEST = 32_000  # characters that a cell of Excel holds
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_STRINGS_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Place = tuple[int, int]  # row and column, from 0


def make(data: bytes, findings: Sequence[Finding], grid: Sequence[GridSheet] = ()) -> bytes:
    """An xlsx with the file's own sheets, every cell a string, and a last sheet that lists all findings.

    A cell with findings is filled and bears a comment with level and reason; nothing is ever a formula. ``grid`` gives
    the sheets of a drawn timetable, whose merged cells mean something. Of a file that is no table only the list is
    made. The sentences are in the current language.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {**_STRINGS_ONLY, "in_memory": True})
    marks = _Marks(book)
    names: set[str] = set()
    for sheet, cells, merged in _sheets(data, grid):
        page = book.add_worksheet(_free_name(sheet or _("Table"), names))
        _write_sheet(page, cells, merged, [finding for finding in findings if finding.sheet == sheet], marks)
    _write_list(book.add_worksheet(_list_name()), findings, marks)
    book.close()
    return stream.getvalue()


class _Marks:
    """The formats of cells by the level of what is said about them ("" nothing)."""

    def __init__(self, book: xlsxwriter.Workbook):
        self.plain = book.add_format({"valign": "top"})
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.of_level = {level: book.add_format({"bg_color": color, "border": 1}) for level, color in _FILLS.items()}

    def of(self, found: Sequence[Finding]) -> Any:
        """The format of a cell: of the worst that is said about it."""
        worst = min((finding.level for finding in found), key=_ORDER.__getitem__, default="")
        return self.of_level.get(worst, self.plain)


Merged = dict[Place, tuple[int, int]]  # a cell's place → how many rows and columns it covers


def _sheets(data: bytes, grid: Sequence[GridSheet]) -> Iterator[tuple[str, dict[Place, str], Merged]]:
    """(name, texts by place, merged cells) of every sheet."""
    if grid:
        yield from ((sheet.name, *_laid_out(sheet)) for sheet in grid)
        return
    try:
        sheets = read_sheets(data, Notes(""))
    except Refused:
        return
    yield from ((sheet.name, _texts(sheet), {}) for sheet in sheets)


def _texts(sheet: Sheet) -> dict[Place, str]:
    return {
        (row, column): text for row, cells in enumerate(sheet.rows) for column, cell in enumerate(cells)
        if (text := show(cell)) != ""
    }  # fmt: skip


def _laid_out(sheet: GridSheet) -> tuple[dict[Place, str], Merged]:
    """The places of a sheet's cells, where covered ones are left out as in HTML."""
    texts: dict[Place, str] = {}
    merged: Merged = {}
    covered: set[Place] = set()
    for row, cells in enumerate(sheet.rows):
        column = 0
        for cell in cells:
            while (row, column) in covered:
                column += 1
            texts[row, column] = cell.text
            if cell.rowspan > 1 or cell.colspan > 1:
                merged[row, column] = cell.rowspan, cell.colspan
                covered |= {(row + down, column + right)
                            for down in range(cell.rowspan) for right in range(cell.colspan)}  # fmt: skip
            column += cell.colspan
    return texts, merged


def _write_sheet(page: Any, texts: dict[Place, str], merged: Merged, found: Iterable[Finding], marks: _Marks) -> None:
    by_place: dict[Place, list[Finding]] = {}
    for finding in found:
        if finding.row:
            by_place.setdefault(_place_of(finding, texts), []).append(finding)
    for place in sorted({*texts, *by_place}):
        said, text = by_place.get(place, ()), texts.get(place, "")[:_LONGEST]
        if place in merged:
            down, right = merged[place]
            page.merge_range(*place, place[0] + down - 1, place[1] + right - 1, "", marks.of(said))
        _write(page, *place, text, marks.of(said))
        if said:
            page.write_comment(*place, "\n".join(map(_comment, said)), {"x_scale": 2, "y_scale": 1 + len(said) / 2})
    widths: dict[int, int] = {}
    for (row, column), text in texts.items():
        if (row, column) not in merged:
            widths[column] = max(widths.get(column, 0), len(text))
    for column, width in widths.items():
        page.set_column(column, column, min(max(width + 2, 8), 40))


def _write(page: Any, row: int, column: int, text: str, format: Any) -> None:
    """A string, also where Excel would see a number or a formula; an empty one is a blank cell with its format."""
    if text:
        page.write_string(row, column, text, format)
    else:
        page.write_blank(row, column, None, format)


def _place_of(finding: Finding, texts: dict[Place, str]) -> Place:
    """Where a finding stands; what is said of a whole row stands at its first text."""
    row = finding.row - 1
    if finding.letter:
        return row, _column(finding.letter)
    return row, min((column for at, column in texts if at == row), default=0)


def _column(letter: str) -> int:
    """ "A" → 0, "AB" → 27; of a range like "L–N" the first."""
    index = 0
    for sign in re.match("[A-Z]{1,3}|", letter.upper()).group():  # type: ignore[union-attr]
        index = index * 26 + ord(sign) - 64
    return max(index - 1, 0)


def _comment(finding: Finding) -> str:
    lines = f"{LEVELS[finding.level]}: {finding.text()}"
    return f"{lines} → {finding.proposed()}" if finding.suggestion else lines


def _write_list(page: Any, findings: Sequence[Finding], marks: _Marks) -> None:
    heads = (_("Level"), _("Sheet or file"), _("Row"), _("Column"), _("Value"), _("What is wrong"),
             _("Taken or proposed"))  # fmt: skip
    for column, (head, width) in enumerate(zip(heads, (16, 16, 8, 24, 30, 60, 30), strict=True)):
        page.write_string(0, column, head, marks.head)
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    for row, finding in enumerate(sorted(findings, key=lambda one: _ORDER[one.level]), start=1):
        place = f"{finding.letter} {finding.column}".strip() if finding.letter != finding.column else finding.column
        cells = (str(LEVELS[finding.level]), finding.sheet or finding.file, str(finding.row or ""), place,
                 finding.value, finding.text(), finding.proposed())  # fmt: skip
        for column, text in enumerate(cells):
            _write(page, row, column, text[:_LONGEST], marks.of([finding]) if column == 0 else marks.wrapped)


def _list_name() -> str:
    """The name of our own sheet, which a reader knows by its ending and passes over."""
    return _free_name(_("Findings")[: 31 - len(FINDINGS_SHEET)] + FINDINGS_SHEET, set())


def _free_name(name: str, taken: set[str]) -> str:
    """A name that Excel allows and that no other sheet has."""
    base = (_FORBIDDEN.sub(" ", name).strip().strip("'") or "1")[:31]
    found, n = base, 1
    while found.casefold() in taken:
        n += 1
        found = f"{base[: 30 - len(str(n))]} {n}"
    taken.add(found.casefold())
    return found
