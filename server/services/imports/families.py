"""Guardians of students and the households that siblings seem to share."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from server.importers.people import households
from server.importers.rows import GuardianRow, HouseholdRow, StudentRow
from server.models import Guardianship, Household, Person
from server.services.imports.book import Book
from server.services.imports.roster import Roster, name_key
from sync.ids import content_id


class Families:
    """Guardianships and households while a class list is taken in."""

    def __init__(self, book: Book, roster: Roster):
        self.book = book
        self.roster = roster
        self.guardians: dict[str, list[Person]] = {}
        self.adults: dict[tuple[str, str], Person] = {}
        for row in book.session.scalars(select(Guardianship).order_by(Guardianship.id)):
            self.guardians.setdefault(row.student_id, []).append(roster.people[row.guardian_id])
        for person in roster.born(None):
            self.adults.setdefault((_key_of(person), person.phone), person)

    def add_guardians(self, student: Person, row: StudentRow) -> None:
        """Guardians match by name and phone; a student's own guardian by name, whatever the phone was."""
        for stated in row.guardians:
            if not stated.last:
                self.book.warn("guardian_without_name", row.where, value=stated.phone or stated.email)
                continue
            person = self._find(student, stated) or self._make(stated)
            self.book.fill(person, phone=stated.phone, email=stated.email)
            known = self.guardians.setdefault(student.id, [])
            if person not in known:
                known.append(person)
                id = content_id("guardianship", person.id, student.id)
                self.book.add(Guardianship(id=id, guardian_id=person.id, student_id=student.id))

    def _find(self, student: Person, stated: GuardianRow) -> Person | None:
        key = name_key(stated.last, stated.first, stated.middle)
        if stated.phone and (key, stated.phone) in self.adults:
            return self.adults[key, stated.phone]
        return next((person for person in self.guardians.get(student.id, []) if _key_of(person) == key), None)

    def _make(self, stated: GuardianRow) -> Person:
        book = self.book
        person = Person(
            id=book.new_id(), slug=book.new_slug(), last_name=stated.last, first_name=stated.first,
            middle_name=stated.middle, phone=stated.phone, email=stated.email, released=[],
        )  # fmt: skip
        self.roster.add(person)
        self.adults[_key_of(person), person.phone] = person
        return person

    def propose_households(self, rows: Sequence[StudentRow], taken: Mapping[int, Person]) -> None:
        """Children of one guardian's phone and address; siblings together stay a proposal until confirmed."""
        known = {household.id: household for household in self.book.session.scalars(select(Household))}
        joining: list[tuple[Household, list[Person]]] = []
        for proposal in households(rows):
            members = [taken[index] for index in proposal.members if index in taken]
            if members and (household := self._household(known, proposal, members)):
                joining.append((household, members))
        self.book.flush()
        for household, members in joining:
            for person in members:
                if person.household_id is None:
                    self.book.set(person, household_id=household.id)
                    self.book.set(household, confirmed=len(members) == 1)

    def _household(
        self, known: Mapping[str, Household], proposal: HouseholdRow, members: Sequence[Person]
    ) -> Household | None:
        """The one household that some of them have, else a new one; None where they have several."""
        book = self.book
        theirs = sorted({person.household_id for person in members if person.household_id})
        if len(theirs) > 1:
            book.warn("households_differ", value=", ".join(person.last_name for person in members))
            return None
        if theirs:
            book.fill(known[theirs[0]], address=proposal.address)
            return known[theirs[0]]
        household = Household(id=book.new_id(), address=proposal.address, confirmed=len(members) == 1)
        book.add(household)
        return household


def _key_of(person: Person) -> str:
    return name_key(person.last_name, person.first_name, person.middle_name)
