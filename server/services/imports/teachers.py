"""Matches the teachers that a timetable names to the staff: by full name, or by surname and initials."""

from sqlalchemy import select

from server.importers.names import near_identity
from server.importers.rows import LessonRow, TeacherRow, Timetable
from server.models import Person, RoleGrant
from server.services.imports.aliases import Aliases
from server.services.imports.book import Book
from server.services.imports.roster import Roster, name_key
from server.services.people import full_name


class Teachers:
    """The staff by the names of one timetable."""

    def __init__(self, book: Book, roster: Roster, table: Timetable):
        self.book = book
        self.rows = {row.name: row for row in table.teachers}
        self.found: dict[str, Person | None] = {}
        self.column = dict(table.labels).get("teacher", "teacher")
        self.aliases = Aliases(book.session)
        staff = [roster.people[id] for id in book.session.scalars(select(RoleGrant.person_id).distinct())]
        self.staff = sorted(staff, key=lambda person: person.id)

    def of(self, lesson: LessonRow) -> list[Person]:
        """The lesson's teachers in the order of the file; an unknown one is a finding, once."""
        people = [self._find(name, lesson) for name in lesson.teachers]
        return list(dict.fromkeys(person for person in people if person is not None))

    def _find(self, name: str, lesson: LessonRow) -> Person | None:
        if name not in self.found:
            row = self.rows.get(name) or _read(name)
            said = self.aliases.target("teacher", name)
            matches = [person for person in self.staff if person.id == said] or _match(row, self.staff)
            self.found[name] = matches[0] if len(matches) == 1 else None
            if len(matches) != 1:
                code = "teacher_ambiguous" if matches else "teacher_unknown" if self.staff else "staff_missing"
                near = [person for person in self.staff if _near(person, row)]
                suggestion = ", ".join(full_name(person) for person in matches or near)
                self.book.error(code, lesson.where, column=self.column, value=name, suggestion=suggestion)
        return self.found[name]


def _read(name: str) -> TeacherRow:
    """A name that the file's table of teachers does not have: "Фамилия И.О." or in full."""
    last, _, rest = name.partition(" ")
    first, _, middle = rest.partition(" ")
    return TeacherRow(name, last, first, middle, "", "", "")


def _match(row: TeacherRow, staff: list[Person]) -> list[Person]:
    """Everybody of that full name; initials count only where the row has no more than them."""
    key = name_key(row.last, row.first, row.middle)
    full = [person for person in staff if name_key(person.last_name, person.first_name, person.middle_name) == key]
    if full or not _is_initials(row.first):
        return full
    given = _initials(row.first, row.middle)
    return [
        person for person in staff
        if name_key(person.last_name, "", "") == name_key(row.last, "", "")
        and _initials(person.first_name, person.middle_name)[: len(given)] == given
    ]  # fmt: skip


def _is_initials(first: str) -> bool:
    return not first or "." in first or len(first) == 1


def _initials(*parts: str) -> str:
    """ "Т.С." → "тс", "Таисия", "Сергеевна" → "тс"."""
    words = " ".join(parts).replace(".", " ").split()
    return "".join(word[0] for word in words).casefold()


def _near(person: Person, row: TeacherRow) -> bool:
    return near_identity(person.last_name, "", "") == near_identity(row.last, "", "")
