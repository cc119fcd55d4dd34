"""Timetables as schools draw them in a spreadsheet: recognised by classes, days and lesson numbers, wherever they are.

Other programs state a timetable, a drawn one must be understood: every cell of it ends up as a heading, as read, or
as not understood, and the sheet is given back as it looks with those marks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from server.importers import drawn_cells
from server.importers.columns import letters
from server.importers.drawn_cells import Drawn, Odd, Taken
from server.importers.drawn_grid import Grid, Place, read_grid
from server.importers.drawn_layout import find_blocks
from server.importers.drawn_lessons import Placed, to_activities
from server.importers.drawn_periods import Clock, number_through
from server.importers.drawn_table import Table, read_table
from server.importers.drawn_text import Style
from server.importers.drawn_view import Mark, draw
from server.importers.drawn_words import class_of_title, is_kazakh, read_week, read_weekday, week_of_title
from server.importers.findings import ERROR, WARNING, GridSheet, Notes, Refused, Result
from server.importers.groups import grade_of, read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.messages import MESSAGES
from server.importers.rows import ClassRow, GroupRow, Timetable, Where
from server.importers.sniff import other_kind
from server.importers.tables import Sheet, read_sheets
from server.importers.timetable_counts import count
from server.importers.values import clean
from server.importers.weekly_pattern import to_timetable

_NUMBER_IN_BRACKETS = re.compile(r"\((\d{1,4})[а-яa-z]?\)")
_BRACKETS = re.compile(r"\(([^()]{1,40})\)")


@dataclass(frozen=True)
class _Page:
    """A sheet with its tables; ``grid`` is the right way up for them, ``upright`` as drawn."""

    upright: Grid
    grid: Grid
    tables: tuple[Table, ...]


def read_drawn(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """One Timetable in ``rows`` and the sheets as they look in ``grid``.

    Subjects are named as drawn, which is often their short form. Raises Refused: as tables.read_sheets,
    ``looks_like`` a list, ``drawn_unknown``.
    """
    notes = Notes(file)
    return understand(read_sheets(data, notes), notes)


def understand(sheets: list[Sheet], notes: Notes) -> Result:
    """As ``read_drawn``, for sheets that are read already; ``notes`` carries the file's name and what was said."""
    pages = [(sheet, _page(sheet)) for sheet in sheets if any(clean(cell) for row in sheet.rows for cell in row)]
    if not any(page for _, page in pages):
        other = other_kind("timetable", sheets)
        raise Refused("looks_like", row=1, kind=other) if other else Refused("drawn_unknown")
    for sheet, page in pages:
        if page is None:
            notes.add(WARNING, "drawn_no_table", Where(notes.file, sheet.name))
    return _Reader(notes, [page for _, page in pages if page]).result()


def _page(sheet: Sheet) -> _Page | None:
    """The sheet read across or down, whichever holds more lessons; None when it holds none."""
    upright = read_grid(sheet)
    if upright is None:
        return None
    best: tuple[float, _Page] | None = None
    for grid in (upright, upright.turned()):
        blocks = find_blocks(grid, sheet_classes=_sheet_classes(sheet.name))
        tables = tuple(table for block in blocks if (table := read_table(grid, block)))
        weight = sum(drawn_cells.weigh(grid, table) for table in tables)
        if weight and (best is None or weight > best[0]):
            best = (weight, _Page(upright, grid, tables))
    return best[1] if best else None


def _sheet_classes(name: str) -> tuple[str, ...]:
    """The class that a sheet is named after; a bare number may be one."""
    own = read_class(name).value
    return class_of_title(name) or ((own,) if own else ())


class _Reader:
    """All pages of one file, read in one style."""

    def __init__(self, notes: Notes, pages: list[_Page]):
        self.notes, self.pages = notes, pages
        tables = [(page.grid, table) for page in pages for table in page.tables]
        texts = {cell.text for page in pages for cell in page.grid.cells.values()}
        inner = {inner for text in texts for inner in _BRACKETS.findall(text)}
        self.has_weeks = any(map(week_of_title, texts)) or any(read_week(text, bracketed=True) for text in inner)
        days = [cell.text for _, table in tables for cell in table.heads if read_weekday(cell.text)]
        self.language = "kk" if any(map(is_kazakh, days)) else "en" if any(map(str.isascii, days)) else "ru"
        self.subjects = frozenset(text for pair in tables for text in drawn_cells.subjects_of(*pair))
        numbers = [int(n) for pair in tables for text in drawn_cells.texts_of(*pair)
                   for n in _NUMBER_IN_BRACKETS.findall(text)]  # fmt: skip
        self.rooms_in_brackets = sum(n > 4 for n in numbers) * 4 > len(numbers)

    def result(self) -> Result:
        """Rows, findings, totals, and the sheets as they look."""
        lessons: list[tuple[_Page, int, Drawn]] = []
        clocks: list[Clock] = []
        takens: list[list[Taken]] = []
        for page in self.pages:
            takens.append([])
            for table in page.tables:
                taken = self._take(page, table)
                takens[-1].append(taken)
                places = {}
                for labels, slots in table.slots.items():
                    places[labels] = len(clocks)
                    shift = next((slot.state.shift for slot in slots if slot.state.shift), 0)
                    clocks.append(Clock(shift, frozenset(slot.hour for slot in slots)))
                lessons += [(page, places[lesson.labels], lesson) for lesson in taken.lessons]
        numbers, periods = number_through(clocks)
        placed = [
            Placed(lesson, numbers[clock], self._where(page, lesson.cell.home)) for page, clock, lesson in lessons
        ]
        activities, weeks, twice = to_activities(placed, self.language)
        timetable = self._with_all_classes(to_timetable(activities, weeks, periods))
        odd_cells = {id(each.lesson.cell) for each in twice}
        grid = tuple(self._drawn(page, own, odd_cells) for page, own in zip(self.pages, takens, strict=True))
        return Result((timetable,), tuple(self.notes.found), count(timetable), grid)

    def _where(self, page: _Page, home: Place) -> Where:
        return Where(self.notes.file, page.grid.name, home[0] + 1)

    def _take(self, page: _Page, table: Table) -> Taken:
        style = Style(table.has_rooms, self.rooms_in_brackets, self.subjects)
        return drawn_cells.take(page.grid, table, style, has_weeks=self.has_weeks)

    def _with_all_classes(self, timetable: Timetable) -> Timetable:
        """Classes that have a heading and no lesson are classes too."""
        known = {row.name for row in timetable.classes}
        names = dict.fromkeys(
            name for page in self.pages for table in page.tables for span in table.spans for name in span.classes
        )
        spare = [name for name in names if name not in known]
        return replace(
            timetable,
            classes=(*timetable.classes, *(ClassRow(name, grade_of(name), "") for name in spare)),
            groups=(*timetable.groups, *(GroupRow(name, "", "", None) for name in spare)),
        )

    # --- what became of the cells ------------------------------------------------------------------------------

    def _drawn(self, page: _Page, takens: list[Taken], twice: set[int]) -> GridSheet:
        marks: dict[Place, Mark] = {}
        for table in page.tables:
            for cell in table.heads:
                marks[cell.home] = ("head", "")
                self._note_latin(page, cell.home, cell.text)
        for taken in takens:
            for cell, note in taken.read.values():
                marks[cell.home] = ("read", note)
        odd = [each for taken in takens for each in taken.odd]
        odd += [Odd(cell, "drawn_twice", WARNING) for cell in _cells(page) if id(cell) in twice]
        odd += _left_over(page, marks | {each.cell.home: ("", "") for each in odd})
        for each in odd:
            self._note(page, each)
            note = str(MESSAGES[each.code]) % {"value": each.cell.text}
            if each.level == ERROR or each.cell.home not in marks:
                marks[each.cell.home] = ("odd", note)
            else:
                marks[each.cell.home] = ("odd", f"{marks[each.cell.home][1]}\n{note}")
        return draw(page.upright, marks)

    def _note(self, page: _Page, odd: Odd) -> None:
        letter = letters(odd.cell.home[1])
        text = " ".join(odd.cell.text.split())
        self.notes.add(odd.level, odd.code, self._where(page, odd.cell.home), column=letter, letter=letter, value=text)

    def _note_latin(self, page: _Page, home: Place, text: str) -> None:
        read = read_class(text)
        if read.code == "class_latin":
            letter, where = letters(home[1]), self._where(page, home)
            self.notes.add(
                WARNING, read.code, where, column=letter, letter=letter, value=text, suggestion=read.suggestion
            )


def _cells(page: _Page) -> Iterator[drawn_cells.Cell]:
    for cells in page.grid.rows.values():
        yield from cells


def _left_over(page: _Page, known: dict[Place, Mark]) -> list[Odd]:
    """Cells inside a table, or right below it, that were neither headings nor read."""
    found: dict[Place, Odd] = {}
    for table in page.tables:
        columns = {column for span in table.spans for column in range(span.first, span.last + 1)}
        first = min(level.row for level in table.block.levels)
        for row in range(first, table.last_row + 1):
            for cell in page.grid.rows.get(row, []):
                in_class = any(column in columns for column in range(cell.column, cell.right + 1))
                found[cell.home] = Odd(cell, "drawn_outside", ERROR if in_class else WARNING)
        row = table.last_row + 1
        while sum(cell.column in columns for cell in page.grid.rows.get(row, [])) > 1:
            found.update((cell.home, Odd(cell, "drawn_below", WARNING)) for cell in page.grid.rows[row])
            row += 1
    return [odd for home, odd in found.items() if home not in known]
