"""Finds the student that a row of a list means: by class and name, and by birth date where it is stated."""

from datetime import date
from typing import Protocol

from server.importers.rows import Where
from server.models import Group, Person
from server.services.imports.book import Book
from server.services.imports.groups import Groups
from server.services.imports.roster import Roster, name_key


class Listed(Protocol):
    """A row with a class, a name in three parts and perhaps a birth date."""

    @property
    def class_name(self) -> str: ...
    @property
    def last(self) -> str: ...
    @property
    def first(self) -> str: ...
    @property
    def middle(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def where(self) -> Where: ...


class Members:
    """The students of the school's classes from today on."""

    def __init__(self, book: Book, groups: Groups, roster: Roster):
        self.book, self.groups, self.roster = book, groups, roster
        self._of: dict[str, list[Person]] = {}

    def find(self, row: Listed) -> tuple[Person, Group] | None:
        """The student and the class; a row without a class is looked for in all. None, and said, when not just one."""
        if row.class_name:
            group = self.groups.find(row.class_name)
            if group is None:
                self.book.error("group_unknown", row.where, column="class", value=row.class_name,
                                suggestion=self.groups.known_names())  # fmt: skip
                return None
            classes = [group]
        else:
            classes = list(self.groups.classes.values())
        found = [(person, group) for group in classes for person in self._in(group) if _is(person, row)]
        if len(found) == 1:
            return found[0]
        code = "student_of_several" if found else "student_unknown" if row.class_name else "student_unknown_here"
        self.book.error(code, row.where, value=f"{row.last} {row.first}".strip(), group=row.class_name)
        return None

    def _in(self, group: Group) -> list[Person]:
        if group.id not in self._of:
            self._of[group.id] = self.roster.in_class(group)
        return self._of[group.id]


def _is(person: Person, row: Listed) -> bool:
    """The same name, a patronymic that one side lacks does not matter; and the same birth date, if both are known."""
    both = bool(row.middle and person.middle_name)
    mine = name_key(person.last_name, person.first_name, person.middle_name if both else "")
    born = row.birth_date is None or person.birth_date in (None, row.birth_date)
    return born and mine == name_key(row.last, row.first, row.middle if both else "")
