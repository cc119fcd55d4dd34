"""Guardians of students; the households that siblings seem to share are proposed in siblings.py."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from server.importers.rows import GuardianRow, StudentRow
from server.models import Guardianship, Person
from server.services.imports.book import Book
from server.services.imports.roster import Roster, name_key
from server.services.imports.siblings import Siblings
from sync.ids import content_id


class Families:
    """Guardianships and households while a class list is taken in."""

    def __init__(self, book: Book, roster: Roster):
        self.book = book
        self.roster = roster
        self.guardians: dict[str, list[Person]] = {}
        self.links: dict[tuple[str, str], Guardianship] = {}
        self.adults: dict[tuple[str, str], Person] = {}
        for row in book.session.scalars(select(Guardianship).order_by(Guardianship.id)):
            self.guardians.setdefault(row.student_id, []).append(roster.people[row.guardian_id])
            self.links[row.guardian_id, row.student_id] = row
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
            self.link(student, person, stated.relation)

    def link(self, student: Person, guardian: Person, relation: str = "", may_receive: bool | None = None) -> None:
        """Somebody stands for a student, from now on if not before; "" and None leave what is known."""
        key = guardian.id, student.id
        known = self.links.get(key)
        if known is None:
            self.guardians.setdefault(student.id, []).append(guardian)
            known = self.links[key] = Guardianship(
                id=content_id("guardianship", *key), guardian_id=key[0], student_id=key[1], relation=relation,
                may_receive=may_receive is not False,
            )  # fmt: skip
            self.book.add(known)
        else:
            self.book.fill(known, relation=relation, may_receive=may_receive)

    def add_guardian(self, students: Sequence[Person], stated: GuardianRow, id: str = "") -> Person:
        """One guardian of these students, as ``add_guardians`` finds one; ``id`` is that of a new person."""
        found = (person for student in students if (person := self._find(student, stated)))
        person = next(found, None) or self._make(stated, id)
        self.book.fill(person, phone=stated.phone, email=stated.email)
        for student in students:
            self.link(student, person, stated.relation)
        return person

    def _find(self, student: Person, stated: GuardianRow) -> Person | None:
        key = name_key(stated.last, stated.first, stated.middle)
        if stated.phone and (key, stated.phone) in self.adults:
            return self.adults[key, stated.phone]
        return next((person for person in self.guardians.get(student.id, []) if _key_of(person) == key), None)

    def _make(self, stated: GuardianRow, id: str = "") -> Person:
        book = self.book
        person = Person(
            id=id or book.new_id(), slug=book.new_slug(), last_name=stated.last, first_name=stated.first,
            middle_name=stated.middle, phone=stated.phone, email=stated.email, released=[],
        )  # fmt: skip
        self.roster.add(person)
        self.adults[_key_of(person), person.phone] = person
        return person

    def propose_households(self, rows: Sequence[StudentRow], taken: Mapping[int, Person]) -> None:
        """Children of one guardian's phone and address; siblings together stay a proposal until confirmed."""
        Siblings(self.book, self.roster.people, self.guardians).propose(rows, taken)


def _key_of(person: Person) -> str:
    return name_key(person.last_name, person.first_name, person.middle_name)
