"""Students whose birth date a file or the school does not have: known by name and class, else proposed."""

from collections.abc import Collection

from server.importers.names import near_identity
from server.models import Group, Person
from server.services.imports.book import Book
from server.services.imports.roster import Named, Roster, may_be, name_key


class Undated:
    """The students by class and name, as they were when the import began."""

    def __init__(self, book: Book, roster: Roster):
        self.named: dict[tuple[str, str], list[Person]] = {}
        self.near: dict[str, list[Person]] = {}
        self.members: dict[str, list[Person]] = {}
        for person in sorted(roster.people.values(), key=lambda person: person.id):
            if any(roster.groups[row.group_id].kind == "class" for row in roster.ever(person.id)):
                near = near_identity(person.last_name, person.first_name, person.middle_name)
                self.near.setdefault(near, []).append(person)  # also who has left, and may be back
            for row in roster.open(person.id):
                if roster.groups[row.group_id].kind == "class":
                    key = name_key(person.last_name, person.first_name, person.middle_name)
                    self.named.setdefault((row.group_id, key), []).append(person)
                    self.members.setdefault(row.group_id, []).append(person)

    def of_class(self, row: Named, group: Group | None) -> list[Person]:
        """Students of that name in the class, whatever their birth dates."""
        key = name_key(row.last, row.first, row.middle)
        return self.named.get((group.id, key), []) if group else []

    def waiting(self, row: Named, group: Group | None) -> list[Person]:
        """Those of them whose birth date is not known: a list that has it tells it."""
        return [person for person in self.of_class(row, group) if person.birth_date is None]

    def like(self, row: Named, group: Group | None, claimed: Collection[str], any_date: bool) -> list[Person]:
        """Who may be meant: nearly so called in the class, or of that name in another one; nobody who is ``claimed``.

        Without ``any_date`` only students whose birth date is not known.
        """
        here = [person for person in self.members.get(group.id, []) if may_be(person, row)] if group else []
        elsewhere = self.near.get(near_identity(row.last, row.first, row.middle), [])
        return [
            person for person in dict.fromkeys([*here, *elsewhere])
            if person.id not in claimed and (any_date or person.birth_date is None)
        ]  # fmt: skip
