"""Shows how the sheets of a table file would be read: columns with their meaning, and the first rows."""

import hashlib

from server.importers.columns import Header, find_header, letters, normal
from server.importers.findings import Notes
from server.importers.mapping import NOTHING_SAID, ColumnView, Mapping, SheetView
from server.importers.tables import Cell, Sheet, read_sheets
from server.importers.values import clean

_SAMPLES = 3


def view_sheets(kind: str, name: str, data: bytes, mapping: Mapping = NOTHING_SAID) -> tuple[SheetView, ...]:
    """A view of every sheet that holds anything. Raises Refused as tables.read_sheets."""
    sheets = read_sheets(data, Notes(name))
    return tuple(_view(kind, sheet, mapping) for sheet in sheets if any(clean(c) for row in sheet.rows for c in row))


def _view(kind: str, sheet: Sheet, mapping: Mapping) -> SheetView:
    header = find_header(kind, sheet.rows)
    if header is None:
        return SheetView(sheet.name, "", 0, 0, (), taken=False)
    heading = sheet.rows[header.row]
    shape = hashlib.sha256("\n".join(normal(cell) for cell in heading).encode()).hexdigest()[:16]
    stated = mapping.of(shape, sheet.name)
    body = sheet.rows[header.row + 1 :]
    columns = tuple(_column(header, index, heading[index], body, stated) for index in range(len(heading)))
    return SheetView(sheet.name, shape, header.row + 1, 1, columns, tuple(header.missing(kind)), True, len(body))


def _column(header: Header, index: int, label: Cell, body: tuple[tuple[Cell, ...], ...], stated: object) -> ColumnView:
    field = next((field for field, at in header.fields.items() if at == index), "")
    texts = (clean(row[index]) for row in body if index < len(row))
    samples = tuple(text for text in texts if text)[:_SAMPLES]
    letter = letters(index)
    if isinstance(stated, dict) and letter in stated:
        return ColumnView(index, letter, clean(label), stated[letter], 1.0, "mapping", samples)
    return ColumnView(index, letter, clean(label), field, float(bool(field)), "header" if field else "", samples)
