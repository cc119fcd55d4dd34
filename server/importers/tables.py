"""Bytes → sheets of rows, whatever the file calls itself: xlsx, xls, ods, an HTML table or delimited text."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import median

from python_calamine import CalamineWorkbook

from server.importers import archive, biff, charset, limits, markup, opendocument
from server.importers.findings import WARNING, Notes, Refused

Place = tuple[int, int]
Cell = str | int | float | bool | date | datetime | time | timedelta

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")
_DELIMITERS = ";\t,|"
FINDINGS_SHEET = " · Korablik"  # how the name of the sheet ends that we add to a file given back with its findings


@dataclass(frozen=True)
class Sheet:
    """Rows from the first row of the sheet on (row 1 is index 0); rows may differ in length.

    ``merged``: ranges as (first row, first column), (last row, last column), as the file states them: unchecked.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[tuple[Place, Place], ...] = ()


Source = bytes | Sequence[Sheet]  # a file, or its sheets where they have been read before


def read_sheets(data: Source, notes: Notes) -> list[Sheet]:
    """The sheets of a table file, told by its first bytes, never by its name. Sheets come back as they are.

    Raises Refused: file_empty, file_too_large, format_unknown, archive_*, table_too_large, not_text, encoding_unknown.
    """
    if not isinstance(data, bytes):
        return list(data)
    check_size(data, limits.MAX_FILE)
    if data.startswith(_ZIP):
        copy = archive.safe_copy(data)
        return _with_merged(_workbook(copy), opendocument.merged_ranges(copy))
    if data.startswith(_OLE):
        biff.check_workbook(data)
        return _workbook(data)
    if data.startswith(_FOREIGN):
        raise Refused("format_unknown")
    if data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):  # UTF-16 pages too
        return _page(data, notes)
    return [_text(data, notes)]


def check_size(data: bytes, most: int) -> None:
    """Raises Refused when there is nothing, or more than ``most`` bytes."""
    if not data.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise Refused("file_empty")
    if len(data) > most:
        raise Refused("file_too_large", megabytes=most // 1_000_000)


def _workbook(data: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [_sheet(book, name) for name in book.sheet_names if not name.endswith(FINDINGS_SHEET)]
    except (KeyboardInterrupt, SystemExit, Refused):
        raise
    except BaseException as error:  # a panic of the Rust library is not an Exception
        locked = "password" in f"{type(error).__name__} {error}".casefold()
        raise Refused("archive_locked" if locked else "archive_broken") from None


def _sheet(book: CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > limits.MAX_AREA:
        raise Refused("table_too_large", rows=limits.MAX_ROWS)
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(name, tuple(tuple(row) for row in rows), tuple(sheet.merged_cell_ranges or ()))


def _with_merged(sheets: list[Sheet], merged: list[tuple[tuple[Place, Place], ...]]) -> list[Sheet]:
    """OpenDocument states its ranges apart, in the order of the sheets; other workbooks have none here."""
    if len(merged) != len(sheets):
        return sheets
    return [replace(sheet, merged=ranges) for sheet, ranges in zip(sheets, merged, strict=True)]


def _page(data: bytes, notes: Notes) -> list[Sheet]:
    check_size(data, limits.MAX_TEXT)
    tables = markup.read_tables(_decode(data, markup.declared_charset(data), notes))
    if not tables:
        raise Refused("format_unknown")
    names = [str(n) for n in range(1, len(tables) + 1)] if len(tables) > 1 else [""]
    return [
        Sheet(name, tuple(tuple(row) for row in table.rows), tuple(table.merged))
        for name, table in zip(names, tables, strict=True)
    ]


def _text(data: bytes, notes: Notes) -> Sheet:
    check_size(data, limits.MAX_TEXT)
    text = _decode(data, "", notes)
    delimiter = max(_DELIMITERS, key=lambda candidate: _typical_width(text, candidate))
    try:
        rows = tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Refused("text_broken") from error
    if sum(len(row) for row in rows) > limits.MAX_CELLS:
        raise Refused("table_too_large", rows=limits.MAX_ROWS)
    return Sheet("", rows)


def _typical_width(text: str, delimiter: str) -> float:
    """The median number of fields of the first rows, if ``delimiter`` parts them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = []
    try:
        for row in reader:
            if row:
                widths.append(len(row))
            if len(widths) == 30:
                break
    except csv.Error:
        return 0
    return median(widths) if widths else 0


def _decode(data: bytes, declared: str, notes: Notes) -> str:
    found = charset.decode(data, declared)
    if found.declared_wrong:
        notes.add(WARNING, "encoding_declared_wrong", declared=found.declared_wrong, found=found.encoding)
    return found.text
