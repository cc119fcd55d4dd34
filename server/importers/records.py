"""The frame of every table importer: sheets → records with named cells, and findings about what did not fit."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.importers.columns import find_header
from server.importers.findings import ERROR, WARNING, Notes, Refused
from server.importers.groups import class_in_title, read_class
from server.importers.layout import Layout, lay_out
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.merged_rows import unmerge
from server.importers.rows import Where
from server.importers.sniff import other_kind
from server.importers.tables import Cell, Sheet, Source, read_sheets
from server.importers.values import Read, clean, plain, show

_SUMMARY = re.compile(
    r"(?:итого|всего|барлығы|жиыны|total|in all|мальчиков|девочек|количество|ұл балалар|қыз балалар|"
    r"директор|классный руководитель|сынып жетекшісі|подпись)\b"
)
_FEW = 3  # filled cells of a line of totals, or of a heading between the entries


@dataclass
class Record:
    """One row by field names. ``take`` reads a cell and notes what is odd; ``broken`` after an error.

    ``labels`` and ``letters`` say how the file and the spreadsheet call the column of a field; ``sheet_title`` is the
    sheet's name, and on the next line what stands above the row.
    """

    where: Where
    cells: dict[str, Cell]
    labels: dict[str, str]
    notes: Notes
    sheet_title: str = ""
    broken: bool = False
    letters: dict[str, str] = field(default_factory=dict)

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
        column, letter = self.labels.get(field, field), self.letters.get(field, "")
        self.notes.add(level, code, self.where, column=column, letter=letter, **more)


def read_records(kind: str, data: Source, notes: Notes, mapping: Mapping = NOTHING_SAID) -> Iterator[Record]:
    """The records of every sheet that can be read as ``kind``, by what a person said, by its header or by its cells.

    Raises Refused: what tables.read_sheets raises, header_missing, column_missing, text_garbled, not_a_table,
    rows_missing, and looks_like for a list of another kind.
    """
    sheets = [sheet for sheet in read_sheets(data, notes) if has_content(sheet)]
    if not sheets:
        raise Refused("file_empty")
    layouts = [(sheet, lay_out(kind, sheet, mapping)) for sheet in sheets]
    taken = _taken(kind, layouts)
    for sheet, layout in layouts:
        if (sheet, layout) not in taken and any(column.reason != "mapping" for column in layout.columns):
            notes.add(WARNING, "sheet_skipped", Where(notes.file, sheet.name))
    total = 0
    for sheet, layout in taken:
        _note_columns(sheet, layout, notes)
        for record in _records(sheet, layout, notes):
            total += 1
            yield record
    if not total:
        raise Refused("rows_missing")


def has_content(sheet: Sheet) -> bool:
    """Some cell of the sheet holds something."""
    return any(clean(cell) for row in sheet.rows for cell in row)


def _taken(kind: str, layouts: Sequence[tuple[Sheet, Layout]]) -> list[tuple[Sheet, Layout]]:
    """The sheets that are read. Raises Refused when it is none, or when one of them lacks a column it must have."""
    sheets = [sheet for sheet, _ in layouts]
    found = [(sheet, layout) for sheet, layout in layouts if layout.found and layout.fields]
    if not any(layout.height or layout.stated for _, layout in found) and _is_garbled(kind, sheets):
        raise Refused("text_garbled", row=1)
    if not any(layout.stated for _, layout in layouts) and (other := other_kind(kind, sheets)):
        raise Refused("looks_like", row=1, kind=other)
    if not found:
        wide = any(len(row) > 2 for sheet in sheets for row in sheet.rows[:40])
        raise Refused("header_missing", row=1) if wide else Refused("not_a_table")
    complete = [pair for pair in found if not pair[1].missing]
    for sheet, layout in found:
        if layout.missing and (not complete or _is_of_kind(layout)):
            missing = ", ".join(layout.missing_labels)
            raise Refused("column_missing", sheet=sheet.name, row=max(layout.header, 0) + 1, missing=missing)
    return complete


def _is_of_kind(layout: Layout) -> bool:
    """More than half of the named columns are of this kind: no sheet of something else in the same file."""
    named = [column for column in layout.columns if column.label]
    return layout.stated or 2 * len(layout.fields) > len(named)


def _note_columns(sheet: Sheet, layout: Layout, notes: Notes) -> None:
    place = Where(notes.file, sheet.name, max(layout.header, 0) + 1)
    if not layout.height and not layout.stated:
        notes.add(WARNING, "header_guessed", Where(notes.file, sheet.name, layout.first + 1))
    for remark in layout.remarks:
        if remark.code == "column_guessed" and not layout.height:
            continue
        column = layout.columns[remark.index]
        of = {"of": layout.kind, "field": remark.field} if remark.field else {}
        notes.add(WARNING, remark.code, place, column=column.letter, letter=column.letter, value=column.label, **of)


def _records(sheet: Sheet, layout: Layout, notes: Notes) -> Iterator[Record]:
    title = " ".join(text for row in sheet.rows[: max(layout.header, 0)] for cell in row if (text := clean(cell)))
    headings = sheet.rows[layout.first - layout.height : layout.first]
    fields = layout.fields
    sheet = unmerge(sheet, layout.first, fields)
    names = {column.field: column for column in layout.columns if column.field}
    labels = {field: column.label.rpartition(" · ")[2] or column.letter for field, column in names.items()}
    letters = {field: column.letter for field, column in names.items()}
    for index in range(layout.first, len(sheet.rows)):
        row = sheet.rows[index]
        if not any(row) or row in headings:
            continue
        texts = _texts(row)
        where = Where(notes.file, sheet.name, index + 1)
        if texts:
            if section := _section(texts):
                title = section
                continue
            if _is_summary(texts):
                _note_summary(layout, where, texts[0], notes)
                continue
        if index == layout.first and _numbers_columns(row):
            continue
        cells = {field: row[column] for field, column in fields.items() if column < len(row)}
        if any(clean(cell) for cell in cells.values()):
            yield Record(where, cells, labels, notes, f"{sheet.name}\n{title}", letters=letters)


def _texts(row: Sequence[Cell]) -> list[tuple[int, str]]:
    """(column, text) of a row with few filled cells, which may be no entry; [] of any other."""
    if sum(cell != "" for cell in row) > _FEW:
        return []
    return [(at, text) for at, cell in enumerate(row) if (text := clean(cell))]


def _section(texts: Sequence[tuple[int, str]]) -> str:
    """A line of its own that names the class of what follows: "5 «А» класс"."""
    text = texts[0][1]
    return text if len(texts) == 1 and (class_in_title(text) or (len(text) < 5 and read_class(text).value)) else ""


def _is_summary(texts: Sequence[tuple[int, str]]) -> bool:
    return bool(_SUMMARY.match(plain(texts[0][1])))


def _note_summary(layout: Layout, where: Where, cell: tuple[int, str], notes: Notes) -> None:
    at, text = cell
    column = layout.columns[at] if at < len(layout.columns) else None
    label, letter = (column.label, column.letter) if column else ("", "")
    notes.add(WARNING, "row_summary", where, column=label, letter=letter, value=text)


def _numbers_columns(row: Sequence[Cell]) -> bool:
    """The row "1, 2, 3 …" that forms print below their header."""
    numbers = [text for cell in row if (text := clean(cell))]
    return len(numbers) > 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def _is_garbled(kind: str, sheets: Sequence[Sheet]) -> bool:
    """Text read in a wrong code page before it was saved ("Рљлас…")."""
    return any(find_header(kind, [[_mend(cell) for cell in row] for row in sheet.rows[:40]]) for sheet in sheets)


def _mend(cell: Cell) -> str:
    return show(cell).encode("cp1251", "replace").decode("utf-8", "replace")
