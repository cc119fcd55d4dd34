"""Terms, vacations and holidays of a school year, and the anchor of its A/B weeks."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from server.importers.rows import TermRow
from server.models import Term, Year
from server.services import calendar
from server.services.imports import lessons, shift, tv
from server.services.imports.book import Book
from server.services.imports.years import year_of
from sync.ids import content_id

KINDS = {"extra_vacation": "vacation"}  # the importer's word where the model has no kind of its own
MOST_DAYS = 400  # a file that spans more holds two years, or a mistyped one
NEW_YEAR_MONTH = 7  # a first term that begins before July belongs to the school year named after last autumn


def apply(book: Book, rows: Sequence[TermRow], shift_days: int = 0) -> None:
    """Store the rows of one school year and plan its lessons anew."""
    rows = shift.terms(rows, shift_days)
    year = _year(book, rows)
    if year is None:
        return
    terms = list(book.session.scalars(select(Term).where(Term.year_id == year.id)))
    stated = [_store(book, year, terms, row) for row in rows]
    for term in terms:
        if term not in stated:
            book.show("term_not_in_file", value=term.name)
    terms = list({id(term): term for term in [*terms, *stated]}.values())
    _check_overlaps(book, terms, stated, rows)
    book.set(year, starts_on=min(term.starts_on for term in terms), ends_on=max(term.ends_on for term in terms))
    _anchor(book, terms)
    book.flush()
    lessons.materialise(book, year)
    tv.link(book)


def _year(book: Book, rows: Sequence[TermRow]) -> Year | None:
    """The year that the file's terms name; holidays alone belong to a year that is known."""
    if not rows:
        return None
    first, last = min(row.start for row in rows), max(row.end for row in rows)
    if (last - first).days > MOST_DAYS:
        book.error("terms_span", value=f"{first} – {last}")
        return None
    taught = [row.start for row in rows if row.kind in calendar.TAUGHT]
    if not taught:
        year = year_of(book.session, first)
        if year is None:
            book.error("year_missing")
        return year
    name = year_name(min(taught))
    year = book.session.scalar(select(Year).where(Year.name == name))
    if year is None:
        year = Year(id=content_id("year", book.school.id, name), name=name, starts_on=first, ends_on=last)
        book.add(year)
    return year


def year_name(first_day: date) -> str:
    """ "2026/27" for a year whose first term begins on that day."""
    start = first_day.year if first_day.month >= NEW_YEAR_MONTH else first_day.year - 1
    return f"{start}/{(start + 1) % 100:02d}"


def _store(book: Book, year: Year, terms: Sequence[Term], row: TermRow) -> Term:
    before, kind = book.touched, KINDS.get(row.kind, row.kind)
    term = find(terms, kind, row)
    values = {"name": row.name, "number": row.number, "starts_on": row.start, "ends_on": row.end}
    if term is None:
        id = content_id("term", year.id, kind, row.name)
        term = Term(id=id, year_id=year.id, kind=kind, grades=list(row.grades), **values)
        book.add(term)
        book.tally(before, created=True)
    else:
        book.set(term, grades=list(row.grades), **values)
        book.tally(before)
    return term


def find(terms: Sequence[Term], kind: str, row: TermRow) -> Term | None:
    """By kind and name; a numbered term also by its number, "I четверть" being "1 четверть"."""
    alike = [term for term in terms if term.kind == kind]
    named = [term for term in alike if term.name.casefold() == row.name.casefold()]
    numbered = [term for term in alike if row.number is not None and term.number == row.number]
    same_grades = [term for term in numbered if tuple(term.grades) == row.grades]
    return (named or same_grades or [None])[0]


def _check_overlaps(book: Book, terms: Sequence[Term], stated: Sequence[Term], rows: Sequence[TermRow]) -> None:
    """A stated term against one that only the database knows; within the file the importer has looked."""
    others = [term for term in terms if term not in stated and term.kind in calendar.TAUGHT]
    for term, row in zip(stated, rows, strict=True):
        for other in others:
            shared = not term.grades or not other.grades or set(term.grades) & set(other.grades)
            if other.kind == term.kind and shared and _overlap(term, other):
                book.error("term_overlaps_known", row.where, value=term.name, other=other.name)


def _overlap(one: Term, other: Term) -> bool:
    return one.starts_on <= other.ends_on and other.starts_on <= one.ends_on


def _anchor(book: Book, terms: Sequence[Term]) -> None:
    """A/B weeks count from the week in which teaching begins, unless the school has said otherwise."""
    taught = [term.starts_on for term in terms if term.kind in calendar.TAUGHT]
    if book.school.week_anchor is None and taught:
        book.set(book.school, week_anchor=calendar.monday(min(taught)))
