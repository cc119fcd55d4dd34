"""The frame of every table importer: sheets → records with named cells, and findings about what did not fit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from server.importers.columns import Header, find_header, letters
from server.importers.findings import ERROR, WARNING, Notes, Refused
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.rows import Where
from server.importers.tables import Cell, Sheet, read_sheets
from server.importers.values import Read, clean, plain, show

_SUMMARY = ("итого", "всего", "барлығы", "жиыны", "total")


@dataclass
class Record:
    """One row by field names. ``take`` reads a cell and notes what is odd; ``broken`` after an error."""

    where: Where
    cells: dict[str, Cell]
    labels: dict[str, str]
    notes: Notes
    sheet_title: str = ""
    broken: bool = False

    def take(self, field: str, read: Callable[[Cell], Read[Any]]) -> Any:
        """The value of ``field``; a column that the file lacks reads like an empty cell."""
        cell = self.cells.get(field, "")
        found = read(cell)
        if found.code:
            self.note(found.level, found.code, field, value=show(cell), suggestion=found.suggestion)
        return found.value

    def need(self, field: str, read: Callable[[Cell], Read[Any]]) -> Any:
        """As ``take``; an empty cell is an error."""
        if not clean(self.cells.get(field, "")):
            self.note(ERROR, "value_missing", field)
            return read("").value
        return self.take(field, read)

    def note(self, level: str, code: str, field: str = "", **more: Any) -> None:
        """Note a finding about this row; an error breaks the record."""
        self.broken = self.broken or level == ERROR
        self.notes.add(level, code, self.where, column=self.labels.get(field, field), **more)


def read_records(kind: str, data: bytes, notes: Notes, mapping: Mapping = NOTHING_SAID) -> Iterator[Record]:
    """The records of every sheet that has a header for ``kind``.

    Raises Refused: what tables.read_sheets raises, header_missing, column_missing, text_garbled, rows_missing.
    """
    sheets = [sheet for sheet in read_sheets(data, notes) if _has_content(sheet)]
    found = [(sheet, header) for sheet in sheets if (header := find_header(kind, sheet.rows))]
    if not sheets:
        raise Refused("file_empty")
    if not found:
        raise Refused(_why_no_header(kind, sheets), row=1)
    for sheet, header in found:
        if missing := header.missing(kind):
            raise Refused("column_missing", sheet=sheet.name, row=header.row + 1, column=", ".join(missing))
    for sheet in sheets:
        if sheet not in [taken for taken, _ in found]:
            notes.add(WARNING, "sheet_skipped", Where(notes.file, sheet.name))
    total = 0
    for sheet, header in found:
        _note_unknown(sheet, header, notes)
        for record in _records(sheet, header, notes):
            total += 1
            yield record
    if not total:
        raise Refused("rows_missing")


def _has_content(sheet: Sheet) -> bool:
    return any(clean(cell) for row in sheet.rows for cell in row)


def _note_unknown(sheet: Sheet, header: Header, notes: Notes) -> None:
    place = Where(notes.file, sheet.name, header.row + 1)
    for column, label in header.unknown:
        notes.add(WARNING, "column_unknown", place, column=letters(column), value=label)
    named = {*header.fields.values(), *(column for column, _ in header.unknown)}
    width = len(sheet.rows[header.row])
    for column in range(width):
        below = any(column < len(row) and clean(row[column]) for row in sheet.rows[header.row + 1 :])
        if column not in named and below and not clean(sheet.rows[header.row][column]):
            notes.add(WARNING, "column_nameless", place, column=letters(column))


def _records(sheet: Sheet, header: Header, notes: Notes) -> Iterator[Record]:
    title = " ".join(clean(cell) for row in sheet.rows[: header.row] for cell in row if clean(cell))
    heading = sheet.rows[header.row]
    for index in range(header.row + 1, len(sheet.rows)):
        row = sheet.rows[index]
        cells = {field: row[column] for field, column in header.fields.items() if column < len(row)}
        texts = [text for cell in cells.values() if (text := clean(cell))]
        if not texts or row == heading:
            continue
        where = Where(notes.file, sheet.name, index + 1)
        if _is_summary(texts):
            notes.add(WARNING, "row_summary", where, value=texts[0])
            continue
        yield Record(where, cells, header.labels, notes, f"{sheet.name}\n{title}")


def _is_summary(texts: Sequence[str]) -> bool:
    return len(texts) <= 2 and plain(texts[0]).startswith(_SUMMARY)


def _why_no_header(kind: str, sheets: Sequence[Sheet]) -> str:
    """Text read in a wrong code page before it was saved ("Рљлас…"), no table at all, or a header not known."""
    mended = [[[_mend(cell) for cell in row] for row in sheet.rows[:40]] for sheet in sheets]
    if any(find_header(kind, rows) for rows in mended):
        return "text_garbled"
    return "header_missing" if any(len(row) > 2 for sheet in sheets for row in sheet.rows[:40]) else "not_a_table"


def _mend(cell: Cell) -> str:
    return show(cell).encode("cp1251", "replace").decode("utf-8", "replace")
