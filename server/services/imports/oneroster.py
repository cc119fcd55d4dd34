"""OneRoster sets: terms, classes, students, families, staff and courses of one school, in one transaction.

People, classes and courses match by natural keys, as every other file does: sourcedIds may be temporary. Only the ids
of a set that Korablik wrote are kept, for people who are new here, so that a school that moves keeps its people's ids.
Nobody and nothing is removed; names, terms and roles that the school has already are compared and said.
"""

import re
from collections.abc import Callable, Sequence
from random import SystemRandom

from sqlalchemy import select

from server.importers.oneroster_rows import RosterSet, RosterTerm
from server.models import Term, Year
from server.services import works
from server.services.imports import terms
from server.services.imports.book import Book
from server.services.imports.families import Families
from server.services.imports.groups import Groups
from server.services.imports.oneroster_courses import take_courses
from server.services.imports.oneroster_people import Students, take_guardians, take_staff
from server.services.imports.people import show_absent
from server.services.imports.roster import Roster
from server.services.imports.years import year_of
from sync.ids import content_id

_ID = re.compile(r"[0-9a-f]{32}")  # as our own rows have them


def apply(book: Book, rows: Sequence[RosterSet], shift_days: int = 0) -> None:
    """Store the sets; ``shift_days`` has no meaning for them."""
    for roster_set in rows:
        _apply(book, roster_set)


def _apply(book: Book, stated: RosterSet) -> None:
    if stated.school and stated.school != book.school.name:
        book.show("roster_school", value=stated.school)
    year = _calendar(book, stated)
    groups, roster = Groups(book), Roster(book)
    students = Students(book, roster, groups, year, _keeper(stated, roster)).take(stated.classes, stated.students)
    staff = take_staff(book, roster, groups, year, stated, _keeper(stated, roster))
    families = Families(book, roster)
    take_guardians(families, stated, students, staff, _keeper(stated, roster))
    book.flush()
    if stated.courses and year is None:
        book.warn("roster_without_year")
    elif year is not None:
        take_courses(book, year, groups, roster, stated.courses, {**students.found, **staff})
    seen = students.proposed | {person.id for person in students.found.values()}
    show_absent(book, roster, groups, (one.name for one in stated.classes), seen)
    book.flush()
    works.give_to_joiners(book.session, book.today, book.now, SystemRandom().randrange)


def _keeper(stated: RosterSet, roster: Roster) -> Callable[[str], str]:
    """The id for somebody new who is called so in the set; "" = make one."""

    def keep(id: str) -> str:
        return id if stated.is_ours and _ID.fullmatch(id) and id not in roster.people else ""

    return keep


# --- the calendar ----------------------------------------------------------------------------------------------


def _calendar(book: Book, stated: RosterSet) -> Year | None:
    """The year of the set: made with its terms when the school does not know it, else compared."""
    starts = [term.row.start for term in stated.terms]
    first = stated.year[0] if stated.year else min(starts, default=None)
    if first is None:
        return year_of(book.session, book.today)
    known = book.session.scalar(select(Year).where(Year.name == terms.year_name(first)))
    if known is not None:
        _compare(book, known, stated.terms)
        return known
    return _make_year(book, stated)


def _make_year(book: Book, stated: RosterSet) -> Year | None:
    if stated.terms:
        terms.apply(book, [term.row for term in stated.terms])
    first, last = stated.year or (min(term.row.start for term in stated.terms), None)
    name = terms.year_name(first)
    year = book.session.scalar(select(Year).where(Year.name == name))
    if year is None and last is not None and last > first:
        year = Year(id=content_id("year", book.school.id, name), name=name, starts_on=first, ends_on=last)
        book.add(year)
        book.flush()
    elif year is not None and last is not None:
        book.set(year, starts_on=min(year.starts_on, first), ends_on=max(year.ends_on, last))
    return year


def _compare(book: Book, year: Year, stated: Sequence[RosterTerm]) -> None:
    known = list(book.session.scalars(select(Term).where(Term.year_id == year.id)))
    for term in stated:
        found = terms.find(known, term.row.kind, term.row)
        if found is None:
            book.show("roster_term_unknown", value=term.row.name)
            continue
        days = (term.row.end - found.ends_on).days
        if found.starts_on != term.row.start or not (days == 0 or (days == 1 and not term.exact)):
            book.show("roster_term_differs", value=found.name, suggestion=f"{term.row.start} – {term.row.end}",
                      other=f"{found.starts_on} – {found.ends_on}")  # fmt: skip
