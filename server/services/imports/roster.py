"""Who is known and where they belong, as imports look people up."""

import unicodedata
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import select

from server.importers.names import identity, near_identity
from server.models import Group, Membership, Person
from server.services import movement
from server.services.imports.book import Book
from server.services.imports.years import year_of
from server.services.people import full_name
from sync.ids import content_id


class Named(Protocol):
    """Anything with a name in three parts, as the rows of importers have it."""

    last: str
    first: str
    middle: str


def name_key(last: str, first: str, middle: str) -> str:
    """Names that are the same: NFC, without case."""
    return identity(*(unicodedata.normalize("NFC", part) for part in (last, first, middle)))


def may_be(person: Person, row: Named) -> bool:
    """Of the same birth date already: differs by ё and е, by the surname or by a patronymic that one side lacks."""
    theirs = near_identity(person.last_name, person.first_name, person.middle_name)
    if theirs == near_identity(row.last, row.first, row.middle):
        return True
    first_names = near_identity("", person.first_name, person.middle_name) == near_identity("", row.first, row.middle)
    short = near_identity(person.last_name, person.first_name, "") == near_identity(row.last, row.first, "")
    return first_names or (short and not (person.middle_name and row.middle))


class Roster:
    """Everybody, by name and birth date, and every membership."""

    def __init__(self, book: Book):
        self.book = book
        self.people = {person.id: person for person in book.session.scalars(select(Person))}
        self.groups = {group.id: group for group in book.session.scalars(select(Group))}
        self._born: dict[date | None, list[Person]] = {}
        for person in self.people.values():
            self._born.setdefault(person.birth_date, []).append(person)
        self.year = year_of(book.session, book.today)
        self._memberships: dict[str, list[Membership]] = {}
        self._ever_in: dict[str, dict[str, None]] = {}  # group → people who are or were in it
        for row in book.session.scalars(select(Membership).order_by(Membership.since, Membership.id)):
            self._remember(row)

    def add(self, person: Person) -> None:
        """Somebody new."""
        self.book.add(person)
        self.people[person.id] = person
        self._born.setdefault(person.birth_date, []).append(person)

    def born(self, day: date | None) -> list[Person]:
        """Everybody born on that day; None: everybody whose birth date is not kept, which is adults."""
        return self._born.get(day, [])

    def exact(self, row: Named, day: date | None) -> list[Person]:
        """People of that name and birth date."""
        key = name_key(row.last, row.first, row.middle)
        return [
            person for person in self.born(day)
            if name_key(person.last_name, person.first_name, person.middle_name) == key
        ]  # fmt: skip

    def open(self, person_id: str) -> list[Membership]:
        """The memberships that have not ended before today."""
        rows = self._memberships.get(person_id, [])
        return [row for row in rows if row.until is None or row.until >= self.book.today]

    def ever(self, person_id: str) -> list[Membership]:
        """All memberships, also those that have ended."""
        return self._memberships.get(person_id, [])

    def in_class(self, group: Group) -> list[Person]:
        """The students of a class or subgroup, from today on."""
        return [
            self.people[id] for id in self._ever_in.get(group.id, ())
            if any(row.group_id == group.id for row in self.open(id))
        ]  # fmt: skip

    def _remember(self, row: Membership) -> None:
        self._memberships.setdefault(row.person_id, []).append(row)
        self._ever_in.setdefault(row.group_id, {})[row.person_id] = None

    def join(self, person: Person, group: Group, start: date) -> None:
        """Make a student a member; the membership in another class, or another part of the division, ends."""
        rows = self.open(person.id)
        if any(row.group_id == group.id for row in rows):
            return
        self.groups[group.id] = group
        came_from: str | None = None
        for old in rows:
            if _excludes(group, self.groups[old.group_id]):
                if old.since < self.book.today and self.groups[old.group_id].kind == "class":
                    came_from = old.group_id
                start = self._leave(person, old, group, start)
        row = Membership(
            id=content_id("membership", person.id, group.id, start.isoformat()), person_id=person.id,
            group_id=group.id, since=start,
        )  # fmt: skip
        self.book.add(row)
        self._remember(row)
        if group.kind == "class" and (came_from or (self.year and start > self.year.starts_on)):
            movement.note(self.book, person.id, start, group.id, came_from)

    def _leave(self, person: Person, old: Membership, group: Group, start: date) -> date:
        """End a membership before the first day, or undo one that has not begun; returns when the new one begins."""
        was = self.groups[old.group_id]
        self.book.warn("group_changed", value=full_name(person), before=was.name, after=group.name)
        yesterday = self.book.start - timedelta(days=1)
        if old.since <= yesterday:
            self.book.set(old, until=yesterday)
            return max(start, self.book.start)
        self._memberships[person.id].remove(old)
        self.book.remove(old)
        return old.since


def _excludes(new: Group, old: Group) -> bool:
    """A student is in one class, and in one part of each division of it."""
    if new.kind == "class":
        return old.kind == "class" or (old.kind in ("subgroup", "individual") and old.parent_id != new.id)
    return old.kind == "subgroup" and (old.parent_id, old.division) == (new.parent_id, new.division)
