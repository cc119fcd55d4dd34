"""Rows of a list over which cells are merged: a class that stands once for all its rows, a child over two parents."""

from collections.abc import Mapping
from dataclasses import replace

from server.importers.tables import Cell, Sheet
from server.importers.values import clean, show

_NAMES = ("full", "last")  # a cell of these merged over several rows says that they are one person's


def unmerge(sheet: Sheet, first: int, fields: Mapping[str, int]) -> Sheet:
    """The sheet with every row from index ``first`` on saying what cells merged over it say.

    ``fields``: field → column. Rows of one person become the first of them, with a line for each row in the cells
    that are not merged; the others are left blank, so that rows keep their numbers.
    """
    above = _above(sheet, first, set(fields.values()))
    if not above:
        return sheet
    names = {fields[field] for field in _NAMES if field in fields}
    rows = [list(row) for row in sheet.rows]
    own = [any(clean(cell) for cell in row) for row in sheet.rows]
    for (row, column), top in sorted(above.items()):
        if not own[row] or column >= len(rows[top]) or any((row, name) in above for name in names):
            continue
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = rows[top][column]
    for row, top in sorted({(row, top) for (row, column), top in above.items() if column in names}):
        _add_lines(rows[top], rows[row])
        rows[row] = []
    return replace(sheet, rows=tuple(map(tuple, rows)))


def _above(sheet: Sheet, first: int, columns: set[int]) -> dict[tuple[int, int], int]:
    """(row, column) of a place that a cell merged downwards covers → the row where that cell stands."""
    above: dict[tuple[int, int], int] = {}
    for (top, left), (bottom, right) in sheet.merged:
        if top < first or left != right or left not in columns:
            continue
        for row in range(top + 1, min(bottom + 1, len(sheet.rows))):
            if (row, left) in above:
                break
            above[row, left] = top
    return above


def _add_lines(to: list[Cell], row: list[Cell]) -> None:
    to += [""] * (len(row) - len(to))
    for column, cell in enumerate(row):
        if clean(cell):
            to[column] = f"{show(to[column])}\n{show(cell)}" if clean(to[column]) else cell
