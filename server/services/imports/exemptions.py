"""Exemptions from files: known by student, subject and first day; a newer file moves the last day or the reason."""

from collections.abc import Sequence

from sqlalchemy import select

from server.importers.plan_rows import ExemptionRow
from server.models import Exemption, Person
from server.services.imports.book import Book
from server.services.imports.groups import Groups
from server.services.imports.members import Members
from server.services.imports.roster import Roster
from server.services.imports.subject_names import Subjects
from server.services.imports.years import year_of
from server.services.people import full_name
from sync.ids import content_id


def apply(book: Book, rows: Sequence[ExemptionRow], shift_days: int = 0) -> None:
    """Store the rows; exemptions that the file leaves out stay and are shown while they hold."""
    year = year_of(book.session, book.today)
    members, subjects = Members(book, Groups(book), Roster(book)), Subjects(book)
    known = {(row.student_id, row.subject_id, row.since): row for row in book.session.scalars(select(Exemption))}
    stated: set[str] = set()
    for row in rows:
        found, subject = members.find(row), subjects.find(row.subject)
        if subject is None:
            book.error("subject_unknown_near", row.where, column="subject", value=row.subject,
                       suggestion=subjects.near(row.subject))  # fmt: skip
        since = row.since or (year.starts_on if year else book.today)
        if found is None or subject is None:
            continue
        before, key = book.touched, (found[0].id, subject.id, since)
        is_new = key not in known
        if is_new:
            known[key] = Exemption(id=content_id("exemption", *key[:2], since.isoformat()), student_id=key[0],
                                   subject_id=key[1], since=since, until=row.until, reason=row.reason)  # fmt: skip
            book.add(known[key])
        else:
            book.set(known[key], until=row.until)
            book.fill(known[key], reason=row.reason)
        stated.add(known[key].id)
        book.tally(before, created=is_new)
    for one in known.values():
        if one.id not in stated and (one.until is None or one.until >= book.today):
            book.show("exemption_not_in_file", value=full_name(book.session.get_one(Person, one.student_id)))
