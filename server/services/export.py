"""The journal as a file for Excel: a pure table per course, written as xlsx or as csv that opens right."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import xlsxwriter
from babel.dates import format_date
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.naming import course
from server.reference import VALUE_NAMES
from server.services import courses
from server.services.journal import Cell, Column, Grid, Row, grid

Value = str | int
FORMATS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SHEET = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True)
class Table:
    """A course's journal as cells: numbers stay numbers. ``rows`` begin with the header's row."""

    title: str
    rows: tuple[tuple[Value, ...], ...]


def export_journal(
    session: Session, group_slug: str, since: date | None, until: date | None, format: str, locale: str, today: date
) -> bytes:
    """The journals of a group's courses as a file; needs an application context for the texts.

    ``format``: xlsx or csv; without a day the year's first or last counts.
    Raises DomainError group_unknown, value_invalid, date_invalid (days in wrong order).
    """
    heads = courses.of_group(session, group_slug, today)
    return export_courses(session, heads, since, until, format, locale, today)


def export_courses(
    session: Session, heads: Sequence[courses.CourseHead], since: date | None, until: date | None, format: str,
    locale: str, today: date,
) -> bytes:  # fmt: skip
    """The same for courses that were looked up already."""
    if format not in FORMATS:
        raise DomainError("value_invalid", field="format", value=format)
    if since and until and until < since:
        raise DomainError("date_invalid", value=f"{since} – {until}")
    with force_locale(locale):
        tables = [
            journal_table(grid(session, head, since or head.starts_on, until or head.ends_on, today), locale)
            for head in heads
        ]
    return write_xlsx(tables) if format == "xlsx" else write_csv(tables)


def journal_table(found: Grid, locale: str) -> Table:
    """A course's grid as a table: student, a column per task or lesson, absences where there are any, term marks."""
    columns: list[tuple[str, Callable[[Row], Value]]] = [
        (_("Student"), lambda row: _student(row, locale))
    ]
    numbered = list(enumerate(found.columns))
    for lesson_id, group in groupby(numbered, key=lambda pair: pair[1].lesson_course_id):
        mine = list(group)
        day = format_date(mine[0][1].on, "dd.MM.yyyy", locale=locale)
        columns += [
            (f"{day} {_heading(column)}".strip(), lambda row, place=place: _said(row.cells[place]))
            for place, column in mine if column.task_id
        ]  # fmt: skip
        if any(any(row.absences[lesson_id].letters) for row in found.rows if lesson_id in row.absences):
            columns.append((" ".join((day, _("absences"))), lambda row, lesson_id=lesson_id: _letters(row, lesson_id)))
    if any(row.carried for row in found.rows):
        columns.append((_("Carried over"), _carried))
    for term_id, name in found.term_columns:
        columns.append((name or _("Year"), lambda row, term_id=term_id: _term(row, term_id)))
    header = tuple(name for name, _value in columns)
    body = tuple(tuple(value(row) for _name, value in columns) for row in found.rows)
    return Table(course(found.course.group_name, found.course.subject), (header, *body))


def _student(row: Row, locale: str) -> str:
    """The name; of who is not in the group any more with the last day."""
    name = f"{row.last_name} {row.first_name}".strip()
    last = format_date(row.last_day, "dd.MM.yyyy", locale=locale) if row.last_day else ""
    return _("%(name)s (until %(day)s)", name=name, day=last) if last else name


def _carried(row: Row) -> str:
    """«7Б: 5, 4»: marks brought along, by the class that gave them."""
    found: dict[str, list[str]] = {}
    for mark in row.carried:
        said = "/".join(str(_value(*value)) for value in mark.values)
        found.setdefault(mark.group, []).append(said)
    return "; ".join(f"{group}: {', '.join(marks)}" for group, marks in found.items())


def _heading(column: Column) -> str:
    notes = [_("of %(maximum)s", maximum=column.maximum)] if column.maximum else []
    notes += [_("withdrawn")] if column.withdrawn else []
    return f"{column.title} ({', '.join(notes)})" if notes else column.title


def _said(cell: Cell | None) -> Value:
    """A mark as a number or word. Points stand alone: Excel would take 5/10 for a date."""
    if cell is None or cell.state == "issued":
        return ""
    if cell.conflict:
        return _("two values: %(values)s", values=", ".join(str(_value(*value)) for value in cell.values))
    if cell.state == "returned":
        return _("to check")
    if cell.state == "overdue":
        return _("not handed in")
    return _value(*cell.values[0])


def _value(verdict: str, value: str | None) -> Value:
    if verdict == "mark" and value is not None:
        return int(value) if value.isascii() and value.isdigit() else str(VALUE_NAMES.get(value, value))
    return {"redo": _("sent back"), "checked": _("checked"), "cleared": _("mark removed")}[verdict]


def _letters(row: Row, lesson_id: str) -> str:
    state = row.absences.get(lesson_id)
    return ", ".join(letter for letter in state.letters if letter) if state else ""


def _term(row: Row, term_id: str | None) -> Value:
    brought = row.carried_terms.get(term_id)
    values = [_value("mark", value) for value in row.terms.get(term_id, brought.values if brought else ())]
    return values[0] if len(values) == 1 else ", ".join(map(str, values))


def write_xlsx(tables: Sequence[Table]) -> bytes:
    """A workbook with a sheet per table; texts are written as texts, so that none is taken for a formula."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        taken: set[str] = set()
        for table in tables or [Table("–", ())]:
            sheet = book.add_worksheet(_sheet_name(table.title, taken))
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, 0, 28)
            sheet.set_column(1, max(1, len(table.rows[0]) - 1) if table.rows else 1, 14)
            sheet.set_landscape()
            sheet.repeat_rows(0)
            for y, row in enumerate(table.rows):
                for x, value in enumerate(row):
                    if isinstance(value, int):
                        sheet.write_number(y, x, value)
                    else:
                        sheet.write_string(y, x, value, head if y == 0 else None)
    return file.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    """At most 31 characters, unique whatever the capital letters, without what Excel forbids."""
    base = _SHEET.sub(" ", title).strip(" '")[:31].rstrip(" '") or "–"
    name, number = base, 2
    while name.casefold() in taken:
        tail = f" {number}"
        name, number = base[: 31 - len(tail)] + tail, number + 1
    taken.add(name.casefold())
    return name


def write_csv(tables: Sequence[Table]) -> bytes:
    """UTF-8 with BOM, semicolons, CRLF. Several tables follow each other, each under a line with its title."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    for number, table in enumerate(tables):
        if len(tables) > 1:
            writer.writerows([[], [neutral(table.title)]][not number :])
        writer.writerows([neutral(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def neutral(value: Value) -> Value:
    """A text that Excel would take for a formula gets an apostrophe in front; numbers stay as they are."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_FORMULA):
        return "'" + value
    return value
