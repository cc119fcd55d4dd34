"""The timetable that FET exports as CSV: a row for every hour of every placed activity.

Source: FET's "File → Export → CSV", src/engine/export.cpp, exportCSVTimetable: columns Activity Id, Day, Hour, Students
Sets, Subject, Teachers, Activity Tags, Room, Comments; UTF-8 with byte order mark; the person chooses separator, quotes
and whether there is a header; "+" joins lists. FET knows no kinds of week: schools double the days. What is not placed
is not exported, nor are teachers, rooms and groups without a lesson, so those totals are not known from here. The other
files of the same export (teachers.csv, subjects.csv …) are not read.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.importers import days, hours
from server.importers.findings import ERROR, WARNING, Notes, Refused, Result
from server.importers.names import read_name
from server.importers.rows import CardRow, PeriodRow, Timetable, Where
from server.importers.student_sets import StudentSet, read_sets
from server.importers.tables import Cell, Sheet
from server.importers.timetable_counts import count
from server.importers.values import Read, clean, plain, read_text
from server.importers.weekly_pattern import Activity, to_timetable

COLUMNS = {
    "id": "Activity Id", "day": "Day", "hour": "Hour", "students": "Students Sets", "subject": "Subject",
    "teachers": "Teachers", "tags": "Activity Tags", "room": "Room", "comments": "Comments",
}  # fmt: skip
# What findings about a lesson call its fields, as the services know them.
LABELS = (("teacher", "Teachers"), ("class", "Students Sets"), ("period", "Hour"), ("room", "Room"))
_NEEDED = ("day", "hour", "students", "subject")
_FIELDS = {plain(label): field for field, label in COLUMNS.items()}
_SEARCHED_ROWS = 10


@dataclass(frozen=True)
class Table:
    """A sheet that holds FET's rows: field → column index; the rows begin at index ``first``."""

    sheet: Sheet
    columns: dict[str, int]
    first: int


def find_table(sheets: Sequence[Sheet]) -> Table | None:
    """The first sheet with FET's header in one of its first rows, or with FET's rows without a header."""
    for sheet in sheets:
        for index, row in enumerate(sheet.rows[:_SEARCHED_ROWS]):
            columns = {
                field: at for at in reversed(range(len(row))) if (field := _FIELDS.get(plain(_bare(row[at])), ""))
            }
            if all(field in columns for field in _NEEDED):
                return Table(sheet, columns, index + 1)
        if _has_bare_rows(sheet):
            return Table(sheet, {field: at for at, field in enumerate(COLUMNS)}, 0)
    return None


def _has_bare_rows(sheet: Sheet) -> bool:
    """FET without a header: nine columns, a number and a day in front."""
    rows = [[_bare(cell) for cell in row] for row in sheet.rows[:_SEARCHED_ROWS] if row]
    return bool(rows) and all(
        len(row) == len(COLUMNS) and row[0].isascii() and row[0].isdigit() and days.read_day(row[1])[0] for row in rows
    )


def read_table(table: Table, notes: Notes) -> Result:
    """One Timetable; ``counts`` as the samples name them, without what an export of placed hours cannot tell.

    Raises Refused ``timetable_empty``. A row without subject, or with a day or an hour that cannot be read, is an
    error and left out.
    """
    rows = [_Row(table, index, notes) for index in range(table.first, len(table.sheet.rows))]
    rows = [row for row in rows if any(row.texts.values())]
    if not rows:
        raise Refused("timetable_empty")
    activities, weeks, periods = _Reader(rows, notes).read()
    timetable = to_timetable(activities, weeks, periods, labels=LABELS)
    return Result((timetable,), tuple(notes.found), _count(timetable, rows))


def _count(timetable: Timetable, rows: Sequence["_Row"]) -> dict[str, object]:
    counts = {key: value for key, value in count(timetable).items() if key != "unplaced_lessons"}
    ids = Counter(row.texts["id"] for row in rows)
    return {**counts, "fet_activities": len(ids.keys() - {""}) + ids[""], "fet_rows": len(rows)}


class _Row:
    """One row as texts by field."""

    def __init__(self, table: Table, index: int, notes: Notes):
        row = table.sheet.rows[index]
        self.where = Where(notes.file, table.sheet.name, index + 1)
        self.texts = {
            field: _bare(row[at]) if (at := table.columns.get(field, len(row))) < len(row) else "" for field in COLUMNS
        }

    def list(self, field: str) -> list[str]:
        """The parts of a "+" list."""
        return [part.strip() for part in self.texts[field].split("+") if part.strip()]


class _Reader:
    """Reads rows one by one; what holds for a word of the file is found out, and said, once."""

    def __init__(self, rows: Sequence[_Row], notes: Notes):
        self.rows, self.notes = rows, notes
        self.days = {text: days.read_day(text) for text in dict.fromkeys(row.texts["day"] for row in rows)}
        self.kinds = days.order_weeks(kind for weekday, kind in self.days.values() if weekday)
        self.hours = hours.number_hours(Counter(row.texts["hour"] for row in rows))
        self.sets = read_sets(name for row in rows for name in row.list("students"))
        self.said: set[tuple[str, str]] = set()

    def read(self) -> tuple[list[Activity], tuple[str, ...], list[PeriodRow]]:
        """(activities in the order of their first row, names of the kinds of week, lesson times)."""
        together: dict[tuple[str, ...], list[tuple[_Row, CardRow]]] = {}
        for row in self.rows:
            card = self._card(row)
            if card and self._has_subject(row):
                together.setdefault(self._same_activity(row), []).append((row, card))
        activities = [self._activity(part) for part in together.values()]
        return activities, days.week_names(self.kinds), list(self.hours.values())

    def _same_activity(self, row: _Row) -> tuple[str, ...]:
        """A row without an id is an activity of its own."""
        own = row.texts["id"] or f"row {row.where.row}"
        return own, *(row.texts[field] for field in ("day", "students", "subject", "teachers", "tags"))

    def _activity(self, rows: list[tuple[_Row, CardRow]]) -> Activity:
        row = rows[0][0]
        teachers = (self._named(row, "teachers", name, read_name) for name in row.list("teachers"))
        return Activity(
            subject=self._text(row, "subject", read_text),
            groups=self._groups(row),
            teachers=tuple(dict.fromkeys(teachers)),
            tags=tuple(row.list("tags")),
            length=len(rows),
            cards=tuple(card for _, card in rows),
            where=row.where,
        )

    def _has_subject(self, row: _Row) -> bool:
        if not row.texts["subject"]:
            self._note(row, ERROR, "value_missing", "subject")
        return bool(row.texts["subject"])

    def _card(self, row: _Row) -> CardRow | None:
        """The hour of a row; None (and an error) when it cannot be read."""
        weekday, kind = self.days[row.texts["day"]]
        period = self.hours.get(row.texts["hour"])
        if not weekday or (kind and kind not in self.kinds):
            self._note(row, ERROR, "timetable_day", "day")
        elif period is None:
            self._note(row, ERROR, "timetable_period", "hour")
        else:
            room = self._text(row, "room", read_text)
            return CardRow(weekday, period.n, days.mask(kind, self.kinds), (room,) if room else ())
        return None

    def _groups(self, row: _Row) -> tuple[tuple[str, str], ...]:
        found = {name: self.sets[name] for name in row.list("students")}
        self._say_sets(row, found)
        return tuple(dict.fromkeys(group for each in found.values() for group in each.groups))

    def _say_sets(self, row: _Row, found: dict[str, StudentSet]) -> None:
        typed = row.texts["students"]
        for code in dict.fromkeys(each.code for each in found.values() if each.code):
            mended = "+".join(each.suggestion if each.code == code else name for name, each in found.items())
            self._note_once(row, code, "students", typed, mended)

    def _text(self, row: _Row, field: str, read: Callable[[Cell], Read[str]]) -> str:
        return self._named(row, field, row.texts[field], read)

    def _named(self, row: _Row, field: str, text: str, read: Callable[[Cell], Read[str]]) -> str:
        found = read(text)
        if found.code:
            self._note_once(row, found.code, field, text, found.suggestion)
        return found.value

    def _note_once(self, row: _Row, code: str, field: str, value: str, suggestion: str) -> None:
        if (code, value) not in self.said:
            self.said.add((code, value))
            self.notes.add(WARNING, code, row.where, column=COLUMNS[field], value=value, suggestion=suggestion)

    def _note(self, row: _Row, level: str, code: str, field: str) -> None:
        self.notes.add(level, code, row.where, column=COLUMNS[field], value=row.texts[field])


def _bare(cell: Cell) -> str:
    """A cell as text; FET may quote with apostrophes, which a CSV reader leaves."""
    text = clean(cell)
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == "'" else text
