"""A drawn sheet as it looks, every cell with what became of it."""

from collections.abc import Iterable, Mapping

from server.importers.drawn_grid import Cell, Grid, Place
from server.importers.findings import GridCell, GridSheet

Mark = tuple[str, str]  # state, note


def draw(upright: Grid, marks: Mapping[Place, Mark]) -> GridSheet:
    """The sheet from its first row on; empty cells are kept, trailing ones are not."""
    return GridSheet(upright.name, tuple(tuple(_row(upright, row, marks)) for row in range(upright.height)))


def _row(grid: Grid, row: int, marks: Mapping[Place, Mark]) -> Iterable[GridCell]:
    last = max((column for column in range(grid.width) if grid.at(row, column)), default=-1)
    for column in range(last + 1):
        cell = grid.at(row, column)
        if cell is None:
            yield GridCell("")
        elif (cell.row, cell.column) == (row, column):
            yield _cell(cell, *marks.get(cell.home, ("", "")))


def _cell(cell: Cell, state: str, note: str) -> GridCell:
    return GridCell(cell.text, state, note, cell.bottom - cell.row + 1, cell.right - cell.column + 1)
