"""Shows how the sheets of a table file would be read: columns with their meaning, and the first rows as stored."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from server.importers.findings import Notes, Refused, Result
from server.importers.layout import Layout, lay_out
from server.importers.mapping import ColumnView, Mapping, SheetView
from server.importers.preview import shown
from server.importers.records import has_content
from server.importers.tables import Sheet, read_sheets
from server.importers.values import clean

_SAMPLES = 3  # values shown of a column
_PREVIEW = 5  # rows shown as they will be stored
_READ = 60  # rows of a sheet that are read for them


def view_sheets(
    kind: str,
    name: str,
    data: bytes,
    importer: Callable[..., Result],
    region: str,
    today: date | None,
    mapping: Mapping,
) -> tuple[SheetView, ...]:
    """A view of every sheet that holds anything. Raises Refused as tables.read_sheets."""
    sheets = [sheet for sheet in read_sheets(data, Notes(name)) if has_content(sheet)]
    layouts = [lay_out(kind, sheet, mapping) for sheet in sheets]
    return tuple(
        _view(sheet, layout, _first_rows(kind, name, importer, region, today, sheet, layout))
        for sheet, layout in zip(sheets, layouts, strict=True)
    )


def _first_rows(
    kind: str, name: str, importer: Callable[..., Result], region: str, today: date | None, sheet: Sheet, layout: Layout
) -> tuple[object, ...]:
    """The first rows of a sheet as the importer gives them; () where it would not take the sheet."""
    if not layout.found or layout.missing:
        return ()
    short = Sheet(sheet.name, sheet.rows[: layout.first + _READ])
    columns = {column.letter: column.field for column in layout.columns}
    try:
        result = importer(name, (short,), region=region, today=today, mapping=Mapping(sheets={sheet.name: columns}))
    except Refused:
        return ()
    return result.rows[:_PREVIEW]


def _view(sheet: Sheet, layout: Layout, rows: Sequence[object]) -> SheetView:
    body = sheet.rows[layout.first :]
    columns = tuple(replace(column, samples=_samples(column, body)) for column in layout.columns)
    return SheetView(
        name=sheet.name,
        shape=layout.shape,
        header_row=layout.header + 1,
        header_rows=layout.height,
        columns=columns,
        missing=layout.missing,
        taken=layout.found and not layout.missing,
        rows=sum(1 for row in body if any(clean(cell) for cell in row)),
        preview=shown(layout.kind, rows, [column.field for column in columns]),
    )


def _samples(column: ColumnView, body: Sequence[Sequence[object]]) -> tuple[str, ...]:
    found: list[str] = []
    for row in body:
        text = clean(row[column.index]) if column.index < len(row) else ""
        if text and text not in found:
            found.append(text)
        if len(found) == _SAMPLES:
            break
    return tuple(found)
