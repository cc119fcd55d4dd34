"""A sheet as a grid of cells that may be merged, the right way up or turned over its diagonal."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from server.importers.tables import Cell as Value
from server.importers.tables import Sheet
from server.importers.values import clean, show

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 3_000, 400, 40_000  # a school of 60 classes draws some 150 by 130
_MOST_CHECKED = 300_000  # places that merged ranges may cover, looked at in all
Place = tuple[int, int]


@dataclass(frozen=True)
class Cell:
    """A cell that holds text, with the last row and column it covers; ``home`` is its place in the sheet."""

    row: int
    column: int
    bottom: int
    right: int
    text: str
    home: Place


@dataclass(frozen=True)
class Grid:
    """The cells by the places they cover; ``rows`` and ``columns`` list those that begin there, in order."""

    name: str
    height: int
    width: int
    cells: dict[Place, Cell]
    rows: dict[int, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    columns: dict[int, list[Cell]] = field(default_factory=lambda: defaultdict(list))

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers a place."""
        return self.cells.get((row, column))

    def turned(self) -> "Grid":
        """Rows as columns."""
        swapped: dict[int, Cell] = {}
        cells = {}
        for (row, column), cell in self.cells.items():
            key = id(cell)
            if key not in swapped:
                swapped[key] = Cell(cell.column, cell.row, cell.right, cell.bottom, cell.text, cell.home)
            cells[column, row] = swapped[key]
        return _indexed(Grid(self.name, self.width, self.height, cells))


def read_grid(sheet: Sheet) -> Grid | None:
    """The grid of a sheet, None when it is empty or larger than any timetable."""
    texts = _texts(sheet)
    if not texts:
        return None
    height, width = max(row for row, _ in texts) + 1, max(column for _, column in texts) + 1
    ends = _merged(sheet, texts, height + 10, width + 10)
    cells: dict[Place, Cell] = {}
    for (row, column), text in texts.items():
        if (row, column) in cells:
            continue
        bottom, right = ends.get((row, column), (row, column))
        cell = Cell(row, column, bottom, right, text, (row, column))
        cells.update(((r, c), cell) for r in range(row, bottom + 1) for c in range(column, right + 1))
        height, width = max(height, bottom + 1), max(width, right + 1)
    return _indexed(Grid(sheet.name, height, width, cells))


def _texts(sheet: Sheet) -> dict[Place, str]:
    """The cells that hold text; {} as soon as they are more than a timetable has."""
    texts: dict[Place, str] = {}
    for row, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            if value == "" or not (text := _text(value)):
                continue
            if row >= MAX_ROWS or column >= MAX_COLUMNS or len(texts) >= MAX_CELLS:
                return {}
            texts[row, column] = text
    return texts


def _text(value: Value) -> str:
    """Lines of clean text; a cell of nothing but dashes is empty."""
    if isinstance(value, str) and "\n" in value:
        lines = [" ".join(unicodedata.normalize("NFC", clean(line)).split()) for line in value.splitlines()]
        return "\n".join(line for line in lines if line)
    return clean(show(value))


def _merged(sheet: Sheet, texts: dict[Place, str], height: int, width: int) -> dict[Place, Place]:
    """First place → last place. A range that overlaps another, or covers other text, is not taken for merged."""
    taken: set[Place] = set()
    ends: dict[Place, Place] = {}
    left = _MOST_CHECKED
    for first, last in sheet.merged:
        bottom, right = min(last[0], height - 1), min(last[1], width - 1)
        if first not in texts or first in taken or bottom < first[0] or right < first[1]:
            continue
        left -= (bottom - first[0] + 1) * (right - first[1] + 1)
        if left < 0:
            break
        places = [(r, c) for r in range(first[0], bottom + 1) for c in range(first[1], right + 1)]
        if any(place in taken or texts.get(place, texts[first]) != texts[first] for place in places):
            continue
        taken.update(places)
        ends[first] = (bottom, right)
    return ends


def _indexed(grid: Grid) -> Grid:
    for (row, column), cell in sorted(grid.cells.items()):
        if (row, column) == (cell.row, cell.column):
            grid.rows[row].append(cell)
            grid.columns[column].append(cell)
    return grid
