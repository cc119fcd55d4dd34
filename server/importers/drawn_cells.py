"""The cells of a drawn table as lessons: a cell over two classes is one lesson, a cell over two hours a double one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.importers.drawn_grid import Cell, Grid
from server.importers.drawn_rows import Slot
from server.importers.drawn_table import ROOM, SUBJECT, TEACHER, Span, Table
from server.importers.drawn_text import Part, Style, is_room, is_teacher, read_cell
from server.importers.drawn_words import Hour, is_free
from server.importers.findings import ERROR, WARNING
from server.importers.values import plain

_TWO_WORDS = re.compile(r"[^\s/]{3,}/[^\s/]{3,}")  # «Физ-ра/Ритмика», but not «ж/е»
_Labels = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Drawn:
    """One lesson of a cell: ``hours`` are the day's lessons in a row that it takes, each with its rooms."""

    part: Part
    classes: tuple[str, ...]
    day: int
    hours: tuple[tuple[Hour, tuple[str, ...]], ...]
    labels: _Labels
    cell: Cell


@dataclass(frozen=True)
class Odd:
    """A cell that was not understood, and how bad that is."""

    cell: Cell
    code: str
    level: str = ERROR


@dataclass
class Taken:
    """What a table says: its lessons, the cells that were read (with what they were taken for), and those that not."""

    lessons: list[Drawn] = field(default_factory=list)
    read: dict[int, tuple[Cell, str]] = field(default_factory=dict)
    odd: list[Odd] = field(default_factory=list)


@dataclass
class _Region:
    """The cells of one class in one lesson by what they are."""

    slot: Slot
    span: Span
    cells: dict[str, list[Cell]] = field(default_factory=lambda: {SUBJECT: [], ROOM: [], TEACHER: []})
    row_of: dict[int, int] = field(default_factory=dict)


@dataclass
class _Unit:
    """A subject's cell and the regions it reaches into."""

    cell: Cell
    regions: list[_Region] = field(default_factory=list)


def weigh(grid: Grid, table: Table) -> float:
    """How many lessons of known classes, days and hours a table holds; counted hours weigh half."""
    found = {
        id(cell): 0.5 if region.slot.counted else 1.0
        for region in _regions(grid, table)
        if region.span.classes_or(region.slot) and (region.slot.day or region.span.day)
        for cell in region.cells[SUBJECT]
    }
    return sum(found.values())


def subjects_of(grid: Grid, table: Table) -> Iterator[str]:
    """The texts that stand where subjects do, without slash and brackets."""
    for region in _regions(grid, table):
        for cell in region.cells[SUBJECT]:
            if "/" not in cell.text and "(" not in cell.text:
                yield plain(cell.text)


def texts_of(grid: Grid, table: Table) -> Iterator[str]:
    """The texts that stand where subjects do."""
    for region in _regions(grid, table):
        yield from (cell.text for cell in region.cells[SUBJECT])


def take(grid: Grid, table: Table, style: Style, *, has_weeks: bool) -> Taken:
    """The lessons of a table. ``has_weeks``: the file knows two kinds of week, so two rows may mean one each."""
    taken = Taken()
    units: dict[int, _Unit] = {}
    regions = list(_regions(grid, table))
    for region in regions:
        for cell in region.cells[SUBJECT]:
            units.setdefault(id(cell), _Unit(cell)).regions.append(region)
    for unit in units.values():
        _take(unit, style, has_weeks, taken)
    used = set(taken.read) | {id(odd.cell) for odd in taken.odd}
    for region in regions:
        for kind in (ROOM, TEACHER):
            for cell in region.cells[kind]:
                if id(cell) not in used:
                    used.add(id(cell))
                    taken.odd.append(_alone(cell, kind, style))
    return taken


def _alone(cell: Cell, kind: str, style: Style) -> Odd:
    """A room or a teacher beside no subject; a subject in that place would be lost, so that is an error."""
    if plain(cell.text) in style.subjects and not is_room(cell.text):
        return Odd(cell, "drawn_two_subjects")
    return Odd(cell, "drawn_room_alone" if kind == ROOM else "drawn_teacher_alone", WARNING)


def _regions(grid: Grid, table: Table) -> Iterator[_Region]:
    for span in table.spans:
        for slot in table.slots[span.labels]:
            region = _Region(slot, span)
            seen: set[int] = set()
            for offset, row in enumerate(slot.rows):
                for column in range(span.first, span.last + 1):
                    cell = grid.at(row, column)
                    if cell is None or id(cell) in seen:
                        continue
                    seen.add(id(cell))
                    region.cells[_kind(cell, table.role(offset, column), offset or column > span.first)].append(cell)
                    region.row_of[id(cell)] = offset
            if seen:
                yield region


def _kind(cell: Cell, role: str, beside: bool) -> str:
    """What a cell is by its place, unless it can only be something else."""
    if beside and role != ROOM and is_room(cell.text):
        return ROOM
    return TEACHER if beside and role != TEACHER and is_teacher(cell.text) else role


def _take(unit: _Unit, style: Style, has_weeks: bool, taken: Taken) -> None:
    if is_free(unit.cell.text):
        taken.odd.append(Odd(unit.cell, "drawn_free", WARNING))
        return
    problem = _problem(unit)
    if problem:
        taken.odd.append(Odd(unit.cell, problem))
        return
    week, group, clash = _place_among(unit, has_weeks)
    if clash:
        taken.odd.append(Odd(unit.cell, clash))
        return
    beside = {kind: _beside(unit, kind) for kind in (ROOM, TEACHER)}
    said = read_cell(unit.cell.text, [c.text for c in beside[ROOM]], [c.text for c in beside[TEACHER]], style)
    if said.odd and not said.parts:
        taken.odd.append(Odd(unit.cell, said.odd))
        return
    if said.odd:
        taken.odd += [Odd(cell, said.odd, WARNING) for cell in beside[ROOM]]
    if said.remark:
        taken.odd.append(Odd(unit.cell, said.remark, WARNING))
    elif len(said.parts) == 1 and _TWO_WORDS.search(said.parts[0].subject):
        taken.odd.append(Odd(unit.cell, "drawn_slash", WARNING))
    lessons = [lesson for index in range(len(said.parts)) for lesson in _lessons(unit, index, style, week, group)]
    taken.lessons += lessons
    note = "; ".join(dict.fromkeys(_told(lesson) for lesson in lessons))
    for cell in (unit.cell, *beside[ROOM], *beside[TEACHER]):
        taken.read.setdefault(id(cell), (cell, note))


def _problem(unit: _Unit) -> str:
    days = {region.slot.day or region.span.day for region in unit.regions}
    if not all(region.span.classes_or(region.slot) for region in unit.regions):
        return "drawn_no_class"
    if 0 in days:
        return "drawn_no_day"
    if len(days) > 1:
        return "drawn_two_days"
    numbers = sorted({region.slot.hour.n for region in unit.regions if region.slot.hour.n is not None})
    if numbers and numbers[-1] - numbers[0] >= len(numbers):
        return "drawn_apart"
    return "" if any(letter.isalpha() for letter in unit.cell.text) else "drawn_no_subject"


def _place_among(unit: _Unit, has_weeks: bool) -> tuple[int, str, str]:
    """(week, part of the class, problem) of a cell that shares a lesson with other subjects."""
    week, group = 0, ""
    for region in unit.regions:
        subjects = region.cells[SUBJECT]
        if len(subjects) == 1:
            continue
        rows = sorted({region.row_of[id(cell)] for cell in subjects})
        own = [cell for cell in subjects if region.row_of[id(cell)] == region.row_of[id(unit.cell)]]
        if len(rows) == 2 and has_weeks:
            week = rows.index(region.row_of[id(unit.cell)]) + 1
        elif len(rows) > 1:
            return 0, "", "drawn_two_subjects"
        if len(own) > 1:
            group = str(sorted(own, key=lambda cell: cell.column).index(unit.cell) + 1)
    return week, group, ""


def _beside(unit: _Unit, kind: str) -> list[Cell]:
    """The rooms or teachers of a cell; of several subjects side by side each has those up to the next one."""
    found: dict[int, Cell] = {}
    for region in unit.regions:
        found.update((id(cell), cell) for cell in _mine(unit, region, kind))
    return list(found.values())


def _mine(unit: _Unit, region: _Region, kind: str) -> list[Cell]:
    subjects, row_of = region.cells[SUBJECT], region.row_of
    own_row = row_of[id(unit.cell)]
    after = [cell.column for cell in subjects if row_of[id(cell)] == own_row and cell.column > unit.cell.column]
    first = unit.cell.column if after or any(cell.column < unit.cell.column for cell in subjects) else -1
    below = [row_of[id(cell)] for cell in subjects if row_of[id(cell)] > own_row]
    return [
        cell
        for cell in region.cells[kind]
        if (first <= cell.column or cell.column < region.span.first)
        and (not after or cell.column < min(after) or cell.right >= region.span.last > cell.column)
        and (not below or row_of[id(cell)] < min(below) or cell.bottom >= region.slot.rows[-1])
        and (row_of[id(cell)] >= own_row or (cell.row < unit.cell.row and not below))
    ]


def _lessons(unit: _Unit, index: int, style: Style, week: int, group: str) -> Iterator[Drawn]:
    """The lesson of one part of a cell, one for each set of labels (two on a sheet of two shifts)."""
    by_labels: dict[_Labels, list[_Region]] = {}
    for region in unit.regions:
        by_labels.setdefault(region.span.labels, []).append(region)
    for labels, regions in by_labels.items():
        hours: dict[Hour, set[int]] = {}
        classes: dict[str, None] = {}
        for region in regions:
            hours.setdefault(region.slot.hour, set()).add(region.slot.week or region.slot.state.week)
            classes.update(dict.fromkeys(region.span.classes_or(region.slot)))
        kinds = set.union(*hours.values())
        drawn_week = kinds.pop() if len(kinds) == 1 else 0
        placed = []
        part = None
        for hour in hours:
            here = [region for region in regions if region.slot.hour == hour]
            part = _part_here(unit, here, index, style)
            placed.append((hour, part.rooms))
        rooms = next((found for _, found in placed if found), ())
        if part:
            part = Part(part.subject, part.group or group, part.week or week or drawn_week, rooms, part.teachers)
            day = regions[0].slot.day or regions[0].span.day
            yield Drawn(
                part, tuple(classes), day, tuple((hour, own or rooms) for hour, own in placed), labels, unit.cell
            )


def _part_here(unit: _Unit, regions: list[_Region], index: int, style: Style) -> Part:
    """The part with the rooms of one hour."""
    local = _Unit(unit.cell, regions)
    rooms, teachers = [c.text for c in _beside(local, ROOM)], [c.text for c in _beside(unit, TEACHER)]
    return read_cell(unit.cell.text, rooms, teachers, style).parts[index]


def _told(lesson: Drawn) -> str:
    """ "Алгебра · 7А, 7Б · 217" for the sheet as it looks."""
    part = lesson.part
    marks = [part.group, "" if not part.week else "I" if part.week == 1 else "II"]
    subject = " ".join([part.subject, *(f"({mark})" for mark in marks if mark)])
    return " · ".join(
        filter(None, (subject, ", ".join(lesson.classes), ", ".join(part.teachers), ", ".join(part.rooms)))
    )
