"""One table of a drawn sheet: which columns belong to which class, what stands in them, and which rows are a lesson."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from server.importers.drawn_grid import Cell, Grid
from server.importers.drawn_layout import Block, Level
from server.importers.drawn_rows import Rows, Slot
from server.importers.drawn_text import is_room, is_teacher, may_be_teacher
from server.importers.drawn_words import heading, is_break, read_hour, read_week, read_weekday

SUBJECT, ROOM, TEACHER = "subject", "room", "teacher"
_WIDEST = 12  # columns of one class that no merged heading bounds


@dataclass(frozen=True)
class Span:
    """Columns of lessons with the headings above them; ``labels`` are the columns that say day, hour and week."""

    first: int
    last: int
    classes: tuple[str, ...]
    day: int
    labels: tuple[tuple[str, int], ...]

    def classes_or(self, slot: Slot) -> tuple[str, ...]:
        """The classes of the heading, else what the titles say."""
        return self.classes or slot.state.classes


@dataclass
class Table:
    """A block understood. ``loose`` are rows between lessons that belong to none."""

    block: Block
    spans: list[Span]
    slots: dict[tuple[tuple[str, int], ...], list[Slot]]
    heads: list[Cell] = field(default_factory=list)
    loose: set[int] = field(default_factory=set)
    roles: dict[tuple[int, int], str] = field(default_factory=dict)
    last_row: int = 0

    @property
    def has_rooms(self) -> bool:
        """True when rooms have places of their own."""
        return ROOM in self.roles.values()

    def role(self, row_offset: int, column: int) -> str:
        """What stands in a place of a lesson."""
        return self.roles.get((row_offset, column), SUBJECT)


def read_table(grid: Grid, block: Block) -> Table | None:
    """The table of a block, None when nothing below the headings has a lesson's place."""
    body, heads, said = _body(grid, block)
    labels = _label_columns(grid, block, body)
    spans = _spans(grid, block, labels, said)
    table = Table(block, spans, {}, [*block.heads, *heads])
    rows = [(row, state) for row, state in block.rows if row in body]
    for span in spans:
        if span.labels not in table.slots:
            table.slots[span.labels] = Rows(grid, rows, dict(span.labels), table.loose).slots()
    if not any(table.slots.values()):
        return None
    days = [cell for column, kind in labels.items() if kind == "day" for cell in grid.columns[column]]
    ends = [cell.bottom for cell in days if cell.row in body and read_weekday(cell.text)]
    begins = min(slot.rows[0] for slots in table.slots.values() for slot in slots)
    table.heads += _below_headings(grid, [row for row, _ in rows if row < begins])
    table.last_row = max([*ends, *(slot.rows[-1] for slots in table.slots.values() for slot in slots)])
    table.heads += _labels(grid, table, labels)
    table.loose = {row for row in table.loose if row <= table.last_row}
    _assign_roles(grid, table, said)
    return table


def _body(grid: Grid, block: Block) -> tuple[set[int], list[Cell], dict[int, str]]:
    """(rows below the headings, all cells of headings, column → what a second row of headings says of it)."""
    leaf = block.leaf
    bottom = max(entry[0].bottom for level in block.levels for entry in level.entries)
    top = max(level.row for level in block.levels)
    heads = [cell for level in block.levels for cell in grid.rows[level.row]]
    said = {cell.column: kind for cell in grid.rows[leaf.row] if (kind := heading(cell.text))}
    body: set[int] = set()
    for row, _ in block.rows:
        cells = grid.rows.get(row, [])
        if not body and cells and row <= max(bottom, top) + 1 and all(heading(cell.text) for cell in cells):
            heads += cells
            said.update({cell.column: heading(cell.text) for cell in cells})
        elif row > top:
            body.add(row)
    return body, heads, said


def _below_headings(grid: Grid, rows: list[int]) -> Iterator[Cell]:
    """Class teachers and rooms that belong to the heading: a row of nothing else above the first lesson."""
    for row in rows:
        cells = grid.rows.get(row, [])
        if all(is_room(cell.text) or is_teacher(cell.text) or heading(cell.text) for cell in cells):
            yield from cells


# --- columns ---------------------------------------------------------------------------------------------------


def _label_columns(grid: Grid, block: Block, body: set[int]) -> dict[int, str]:
    """Column → "day", "number", "time" or "week", by what stands in it."""
    leaf = block.leaf
    covered = {c for cell, _ in leaf.entries if cell.right > cell.column for c in range(cell.column, cell.right + 1)}
    first = min(cell.column for cell, _ in leaf.entries)
    own = {cell.column for cell, _ in leaf.entries}
    found = {}
    for column in range(grid.width):
        if column in covered or column in own:
            continue
        texts = [cell.text for cell in grid.columns.get(column, []) if cell.row in body]
        kind = _label_kind(texts, column < first)
        if kind:
            found[column] = kind
    return found


def _label_kind(texts: list[str], in_front: bool) -> str:
    if not texts:
        return ""
    days = sum(bool(read_weekday(text)) for text in texts)
    weeks = sum(bool(read_week(text, bracketed=True)) for text in texts)
    hours = [hour for text in texts if (hour := read_hour(text))]
    if days * 2 >= len(texts) or (days and in_front and len(hours) < days):
        return "day"
    if weeks * 4 >= 3 * len(texts):
        return "week"
    numbers = [hour.n for hour in hours if hour.n is not None]
    if len(numbers) * 2 > len(texts):
        return "number" if in_front or _count_up(numbers, len(texts)) else ""
    timed = sum(bool(hour.start) for hour in hours)
    return "time" if timed * 2 > len(texts) and (in_front or timed * 5 >= len(texts) * 4) else ""


def _count_up(numbers: list[int], texts: int) -> bool:
    """True for numbers that count lessons: each follows the one before, or begins anew."""
    steps = list(pairwise(numbers))
    good = sum(b == a + 1 or b == a or (b <= 1 and a > b) for a, b in steps)
    return len(numbers) * 5 >= texts * 4 and len(steps) > 0 and good * 10 >= len(steps) * 9 and numbers[0] <= 1


def _spans(grid: Grid, block: Block, labels: dict[int, str], said: dict[int, str]) -> list[Span]:
    leaf = block.leaf
    borders = sorted({*labels, *(c for c, kind in said.items() if kind in ("day", "lesson", "time"))})
    starts = sorted(cell.column for cell, _ in leaf.entries)
    widths = []
    for cell, _ in leaf.entries:
        after = [column for column in (*starts, *borders) if column > cell.column]
        widths.append(max(cell.right, min(after) - 1 if after else -1) - cell.column + 1)
    known = [width for (cell, _), width in zip(leaf.entries, widths, strict=True) if _is_bound(cell, starts, borders)]
    typical = Counter(known).most_common(1)[0][0] if known else 0
    spans = []
    for (cell, value), width in zip(leaf.entries, widths, strict=True):
        last = cell.column + width - 1
        if not _is_bound(cell, starts, borders):
            named = [column for column, kind in said.items() if kind in (ROOM, TEACHER) and column > cell.column]
            last = max([cell.right, cell.column + (typical or _used(grid, block, cell)) - 1, *named])
        classes, day = _headings(block, leaf, cell, value)
        spans.append(Span(cell.column, min(last, grid.width - 1), classes, day, _nearest(labels, cell.column)))
    return spans


def _is_bound(cell: Cell, starts: list[int], borders: list[int]) -> bool:
    return cell.right > cell.column or any(column > cell.column for column in (*starts, *borders))


def _used(grid: Grid, block: Block, cell: Cell) -> int:
    """How many columns on from a heading hold anything below it."""
    rows = [row for row, _ in block.rows]
    columns = [c.column for row in rows for c in grid.rows.get(row, []) if c.column >= cell.column]
    return min(max(columns, default=cell.column) - cell.column + 1, _WIDEST)


def _headings(block: Block, leaf: Level, cell: Cell, value: tuple[str, ...] | int) -> tuple[tuple[str, ...], int]:
    """(classes, weekday) over a column, from its own heading and the level above or below it."""
    classes: tuple[str, ...] = value if isinstance(value, tuple) else ()
    day = value if isinstance(value, int) else 0
    for level in block.levels:
        if level is leaf:
            continue
        over = [(c, v) for c, v in level.entries if c.column <= cell.column]
        if over:
            other = over[-1][1]
            classes, day = (other, day) if isinstance(other, tuple) else (classes, other)
    return classes, day


def _nearest(labels: dict[int, str], column: int) -> tuple[tuple[str, int], ...]:
    """For every kind of label the column that stands nearest on the left, else on the right."""
    found = {}
    for kind in ("day", "number", "time", "week"):
        columns = [c for c, k in labels.items() if k == kind]
        before = [c for c in columns if c < column]
        if columns:
            found[kind] = max(before) if before else min(columns)
    return tuple(found.items())


# --- what was understood -----------------------------------------------------------------------------------------


def _labels(grid: Grid, table: Table, labels: dict[int, str]) -> Iterable[Cell]:
    """The cells of the label columns, and the lines between lessons, that were understood."""
    rows = {row for row, _ in table.block.rows if row <= table.last_row}
    for column, kind in labels.items():
        for cell in grid.columns.get(column, []):
            if cell.row not in rows:
                continue
            known = {
                "day": read_weekday, "number": read_hour, "time": read_hour, "week": lambda t: read_week(t, True),
            }[kind](cell.text)  # fmt: skip
            if known or heading(cell.text):
                yield cell
    for row in sorted(table.loose & rows):
        cells = grid.rows.get(row, [])
        if any(is_break(cell.text) for cell in cells):
            table.loose.discard(row)
            yield from cells


# --- what stands where -----------------------------------------------------------------------------------------


def _assign_roles(grid: Grid, table: Table, said: dict[int, str]) -> None:
    """A place holds rooms or teachers when most of its cells are such; what a heading says goes before."""
    by_column: dict[tuple[int, int], list[str]] = defaultdict(list)
    by_place: dict[tuple[int, int], list[str]] = defaultdict(list)
    places: dict[tuple[int, int], tuple[int, int]] = {}
    for span in table.spans:
        for slot in table.slots[span.labels]:
            for offset, row in enumerate(slot.rows):
                for column in range(span.first, span.last + 1):
                    cell = grid.at(row, column)
                    places[offset, column] = (offset, column - span.first)
                    if cell and (cell.row, cell.column) == (row, column):
                        by_column[offset, column].append(cell.text)
                        by_place[offset, column - span.first].append(cell.text)
    for (offset, column), place in places.items():
        named = said.get(column, "")
        if named in (ROOM, TEACHER) and offset == 0:
            table.roles[offset, column] = named
            continue
        texts = by_column[offset, column]
        own = _role(texts, place) if len(texts) > 3 else ""
        table.roles[offset, column] = own if own == ROOM else _role(by_place[place], place)


def _role(texts: list[str], place: tuple[int, int]) -> str:
    if not texts:
        return SUBJECT
    if sum(is_room(text) for text in texts) * 2 >= len(texts):
        return ROOM
    if sum(is_teacher(text) for text in texts) * 2 >= len(texts):
        return TEACHER
    if place != (0, 0) and sum(may_be_teacher(text) for text in texts) * 5 >= len(texts) * 3:
        return TEACHER
    return SUBJECT
