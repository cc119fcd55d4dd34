"""Lists of parents: who stands for which student, in which relation, and who may be told about marks."""

from collections.abc import Sequence

from server.importers.rows import GuardianshipRow
from server.services.imports.book import Book
from server.services.imports.families import Families
from server.services.imports.groups import Groups
from server.services.imports.members import Members
from server.services.imports.roster import Roster


def apply(book: Book, rows: Sequence[GuardianshipRow], shift_days: int = 0) -> None:
    """Store guardians of students who are known; nobody is removed, and no student is made."""
    roster = Roster(book)
    members, families = Members(book, Groups(book), roster), Families(book, roster)
    unknown = None
    for row in rows:
        if row.where == unknown:
            continue  # the line's other guardians: said once that the student is not found
        found = members.find(row)
        if found is None:
            unknown = row.where
            continue
        before, known = book.touched, len(families.links)
        person = families.add_guardian([found[0]], row.guardian)
        families.link(found[0], person, row.guardian.relation, row.may_receive)
        book.tally(before, created=len(families.links) > known)
