"""Finds the tables of a drawn sheet: rows of headings (classes, days) and the rows of lessons below them."""

from dataclasses import dataclass, field, replace

from server.importers.drawn_grid import Cell, Grid
from server.importers.drawn_words import (
    class_of_title,
    heading,
    read_classes,
    read_hour,
    read_shift,
    read_weekday,
    week_of_title,
)

_MOST_IN_TITLE = 4  # cells of a row that is a title or a note, no lessons


@dataclass(frozen=True)
class Level:
    """A row of headings: ``kind`` "classes" or "days", each cell with the class names or the weekday."""

    kind: str
    row: int
    entries: tuple[tuple[Cell, tuple[str, ...] | int], ...]


@dataclass(frozen=True)
class State:
    """What titles have said so far: it holds until the next title says something else."""

    classes: tuple[str, ...] = ()
    day: int = 0
    week: int = 0
    shift: int = 0


@dataclass
class Block:
    """Headings and the rows of lessons below them, each with what the titles above it say."""

    levels: list[Level]
    rows: list[tuple[int, State]] = field(default_factory=list)
    heads: list[Cell] = field(default_factory=list)

    @property
    def leaf(self) -> Level:
        """The level with the most headings; of equals the lower one."""
        return max(self.levels, key=lambda level: (len(level.entries), level.row))


def find_blocks(grid: Grid, *, sheet_classes: tuple[str, ...] = ()) -> list[Block]:
    """The tables of a grid from top to bottom. ``sheet_classes`` is what the sheet's name says."""
    state = State(sheet_classes, read_weekday(grid.name), week_of_title(grid.name), read_shift(grid.name))
    blocks: list[Block] = []
    open_levels: list[Level] = []
    heads: list[Cell] = []
    known: frozenset[tuple[str, ...]] = frozenset()
    for row in range(grid.height):
        cells = grid.rows.get(row, [])
        level = _level(row, cells, known) or _list(row, cells, state, open_levels) if cells else None
        if level:
            if blocks and open_levels is blocks[-1].levels and blocks[-1].rows:
                open_levels = []
            if not open_levels:
                blocks.append(Block(open_levels, heads=heads))
                heads = []
            open_levels[:] = [old for old in open_levels if old.kind != level.kind] + [level]
            state = _beside(cells, level, state)
            if level.kind == "classes":
                known |= {names for _, names in level.entries if isinstance(names, tuple)}
            continue
        told = _title(cells, state) if cells else None
        if told:
            state = told
            (blocks[-1].heads if blocks else heads).extend(cells)
        elif blocks:
            blocks[-1].rows.append((row, state))
    return blocks


def _beside(cells: list[Cell], level: Level, state: State) -> State:
    """What stands beside the classes of a heading: their day, where the heading comes again for every day."""
    named = {id(cell) for cell, _ in level.entries}
    days = [day for cell in cells if id(cell) not in named and (day := read_weekday(cell.text))]
    return replace(state, day=days[0]) if level.kind == "classes" and len(days) == 1 else state


# --- headings --------------------------------------------------------------------------------------------------


def _level(row: int, cells: list[Cell], known: frozenset[tuple[str, ...]]) -> Level | None:
    return _days(row, cells) or _classes(row, cells, known)


def _days(row: int, cells: list[Cell]) -> Level | None:
    found = [(cell, day) for cell in cells if (day := read_weekday(cell.text))]
    others = sum(not heading(cell.text) for cell in cells) - len(found)
    if len({day for _, day in found}) < 2 or len(found) < 3 * others:
        return None
    return Level("days", row, tuple(found))


def _classes(row: int, cells: list[Cell], known: frozenset[tuple[str, ...]]) -> Level | None:
    read = [(cell, *read_classes(cell.text)) for cell in cells]
    found = [(cell, names, sure) for cell, names, sure in read if names]
    others = sum(not names and not heading(cell.text) for cell, names, _ in read)
    distinct = {names for _, names, _ in found}
    if len(distinct) < 2 or len(found) <= others:
        return None
    sure = sum(sure for _, _, sure in found)
    if not sure and (others or len(distinct) < len(found) or (known and distinct != known) or _may_be_lessons(cells)):
        return None  # bare numbers may be lessons or rooms: classes stand in one row above all else, each once
    if sure and sure * 2 < len(found) and not known:
        return None
    return Level("classes", row, tuple((cell, names) for cell, names, _ in found))


def _may_be_lessons(cells: list[Cell]) -> bool:
    """True for 1, 2, 3 … after the word "class" or "lesson": the classes may stand below, the lessons here."""
    numbers = [hour.n for cell in cells if (hour := read_hour(cell.text))]
    in_order = numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))
    return heading(cells[0].text) in ("class", "lesson") and in_order and len(numbers) < 9


def _list(row: int, cells: list[Cell], state: State, open_levels: list[Level]) -> Level | None:
    """The heading of one class as a list: day, lesson, subject, room."""
    subjects = [cell for cell in cells if heading(cell.text) == "subject"]
    if len(subjects) != 1 or len(cells) < 2 or not state.classes or any(len(lv.entries) > 1 for lv in open_levels):
        return None
    if not all(heading(cell.text) for cell in cells):
        return None
    return Level("classes", row, ((subjects[0], state.classes),))


def _title(cells: list[Cell], state: State) -> State | None:
    """What a row of few words says of the rows below it; None when it is no title."""
    if len(cells) > _MOST_IN_TITLE:
        return None
    classes, day, week, shift = state.classes, 0, 0, 0
    named = False
    for cell in cells:
        found_day, found_week = read_weekday(cell.text), week_of_title(cell.text)
        found_shift, found_classes = read_shift(cell.text), class_of_title(cell.text)
        if not (found_day or found_week or found_shift or found_classes):
            if len(cells) > 1 and not heading(cell.text):
                return None
            continue
        day, week, shift = found_day or day, found_week or week, found_shift or shift
        classes, named = (found_classes, True) if found_classes else (classes, named)
    if not (named or day or week or shift):
        return None
    return State(classes, day or state.day, week or state.week, shift or state.shift)
