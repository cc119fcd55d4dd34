"""Who is in which part of a class, as a timetable states it: it never creates people, it matches the lists."""

from datetime import date

from server.importers.names import near_identity
from server.importers.rows import GroupStudentRow, Timetable
from server.models import Person
from server.services.imports.book import Book
from server.services.imports.groups import Groups
from server.services.imports.roster import Roster, name_key
from server.services.people import full_name


def place_students(book: Book, roster: Roster, groups: Groups, table: Timetable, start: date) -> None:
    """Memberships of subgroups, for the students that are found by class and name."""
    divisions = groups.divisions(table.groups)
    members: dict[str, list[Person]] = {}
    for row in table.memberships:
        parent = groups.find(row.class_name)
        if parent is None or not row.group:
            continue
        if parent.id not in members:
            members[parent.id] = roster.in_class(parent)
        person = _find(book, row, members[parent.id])
        if person is not None:
            part = groups.part(parent, row.group, divisions.get((row.class_name, row.group), ""))
            roster.groups[part.id] = part
            roster.join(person, part, start)


def _find(book: Book, row: GroupStudentRow, members: list[Person]) -> Person | None:
    """The one student of the class who is called so; a patronymic that one side lacks does not matter."""
    found = [person for person in members if _same(person, row)]
    if len(found) == 1:
        return found[0]
    name, group = f"{row.last} {row.first}".strip(), f"{row.class_name} {row.group}"
    if found:
        book.warn("subgroup_student_ambiguous", value=name, group=group)
        return None
    key = near_identity(row.last, row.first, "")
    near = [full_name(person) for person in members if near_identity(person.last_name, person.first_name, "") == key]
    book.warn("subgroup_student_unknown", value=name, suggestion=", ".join(near), group=group)
    return None


def _same(person: Person, row: GroupStudentRow) -> bool:
    middle = person.middle_name if row.middle else ""
    mine = name_key(person.last_name, person.first_name, middle)
    return mine == name_key(row.last, row.first, row.middle if person.middle_name else "")
