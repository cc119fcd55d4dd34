"""The journal's pages on paper: a course's grid in words, and the child process that draws them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from flask import current_app
from flask_babel import force_locale, format_date, format_decimal
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.journal_page import Column, CourseJournal, Lesson, Row
from server import naming
from server.errors import DomainError
from server.models import School
from server.reference import VALUE_NAMES
from server.services import absences, grading, journal
from server.services.courses import CourseHead, Stretch
from server.services.publishing import LOCALES

SIGNS = {"overdue": "•", "returned": "○", "redo": "↩", "checked": "✓"}


@dataclass(frozen=True)
class Span:
    """The days that are printed, and what they are called; "" for the year."""

    since: date
    until: date
    name: str = ""


def span_of(head: CourseHead, terms: Sequence[Stretch], number: int | None) -> Span:
    """A term by its number from 1, or the year. Raises DomainError ``term_unknown``."""
    if number is None:
        return Span(head.starts_on, head.ends_on)
    if not 1 <= number <= len(terms):
        raise DomainError("term_unknown")
    term = terms[number - 1]
    return Span(term.starts_on, term.ends_on, term.name)


def print_pages(session: Session, wanted: Sequence[tuple[CourseHead, Span]], locale: str, today: date) -> bytes:
    """The journals of these courses as one PDF, in the language ``locale``."""
    school = session.scalars(select(School.name)).one()
    with force_locale(locale):
        found = [course_journal(session, head, span, school, today) for head, span in wanted]
    return current_app.extensions["child"].call("printables.journal_page:print_journal", found, locale, LOCALES)


def course_journal(session: Session, head: CourseHead, span: Span, school: str, today: date) -> CourseJournal:
    """A course's journal in the language that is active."""
    grid = journal.grid(session, head, span.since, span.until, today)
    letters = [(code, str(_(name))) for code, name in absences.letters(session)]
    lessons = [list(own) for _id, own in groupby(grid.columns, key=lambda column: column.lesson_course_id)]
    place = {own[0].lesson_course_id: at for at, own in enumerate(lessons)}
    return CourseJournal(
        school, naming.capital(naming.klass(head.group_name)), naming.capital(head.subject), ", ".join(head.teachers),
        f"{span.name}, {_dates(span)}" if span.name else _dates(span),
        tuple(Column(column.on, place[column.lesson_course_id]) for column in grid.columns),
        tuple(_lesson(own) for own in lessons), tuple(_row(grid, row) for row in grid.rows),
        (_("Missed"), _("Average"), *(name or _("Year") for _id, name in grid.term_columns)), _counts(grid),
        (*((sign, _words(state)) for state, sign in SIGNS.items()), *letters),
    )  # fmt: skip


def _words(state: str) -> str:
    return {"overdue": _("not handed in"), "returned": _("to check"), "redo": _("sent back"),
            "checked": _("checked")}[state]  # fmt: skip


def _dates(span: Span) -> str:
    return naming.days(span.since, span.until)


def _lesson(columns: Sequence[journal.Column]) -> Lesson:
    first = columns[0]
    return Lesson(first.on, first.n, first.topic, tuple(_homework(one) for one in columns if one.task_id))


def _homework(column: journal.Column) -> str:
    """«№ 412–415 (до 14.12)»."""
    if column.due_on is None or column.due_on == column.on:
        return column.title
    return f"{column.title} ({_('by %(day)s', day=format_date(column.due_on, 'd.MM'))})"


def _row(grid: journal.Grid, row: journal.Row) -> Row:
    missed = ", ".join(f"{letter} {count}" for letter, count in row.letters.items())
    average = format_decimal(Decimal(grading.decimal(row.average)), "0.##") if row.average is not None else ""
    terms = tuple(_term(row, term_id) for term_id, _name in grid.term_columns)
    note = _("until %(day)s", day=format_date(row.last_day, "d.MM")) if row.last_day else ""
    return Row(f"{row.last_name} {row.first_name}".strip(), _cells(grid, row), (missed, average, *terms), note)


def _cells(grid: journal.Grid, row: journal.Row) -> tuple[str, ...]:
    """Letters stand in a lesson's first column, before its mark."""
    found = []
    for column, cell in zip(grid.columns, row.cells, strict=True):
        away = row.absences.get(column.lesson_course_id) if column.first else None
        said = [letter for letter in away.letters if letter] if away else []
        found.append(" ".join([*said, *([_sign(cell)] if cell else [])]).strip())
    return tuple(found)


def _sign(cell: journal.Cell) -> str:
    if cell.conflict or cell.state == "marked":
        return "/".join(_value(verdict, value) for verdict, value in cell.values)
    return SIGNS.get(cell.state, "")


def _value(verdict: str, value: str | None) -> str:
    """Points stand without their maximum, as in a register."""
    if verdict != "mark" or value is None:
        return SIGNS.get(verdict, "")
    return {"pass": _("pass"), "fail": _("fail"), "na": _("n/a")}.get(value, value)


def _term(row: journal.Row, term_id: str | None) -> str:
    brought = row.carried_terms.get(term_id)
    return "/".join(_value("mark", value) for value in row.terms.get(term_id, brought.values if brought else ()))


def _counts(grid: journal.Grid) -> tuple[tuple[str, str], ...]:
    """How often each mark stands in a term, the best first."""
    found = []
    for term_id, name in grid.term_columns:
        marks = Counter(row.terms[term_id][0] for row in grid.rows if len(row.terms.get(term_id, ())) == 1)
        told = [f"{VALUE_NAMES.get(value, value)} – {count}" for value, count in sorted(marks.items(), reverse=True)]
        if told:
            found.append((name or _("Year"), ", ".join(told)))
    return tuple(found)
