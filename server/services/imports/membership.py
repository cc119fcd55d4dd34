"""Places in subgroups from files, matched to the class lists: parts and students are known already, none is made."""

from collections.abc import Sequence

from sqlalchemy import select

from server.importers.plan_rows import PartRow
from server.importers.values import plain
from server.models import Course, Group
from server.services.imports.book import Book
from server.services.imports.groups import Groups
from server.services.imports.members import Members
from server.services.imports.roster import Roster
from server.services.imports.subject_names import Subjects
from server.services.imports.years import since, year_of

_WORDS = ("группа", "подгруппа", "топша", "топ", "group", "subgroup", "кіші", "гр", "пг")


def apply(book: Book, rows: Sequence[PartRow], shift_days: int = 0) -> None:
    """Join each student to the part; another part of the same division ends."""
    groups, roster = Groups(book), Roster(book)
    members, parts = Members(book, groups, roster), _Parts(book)
    start = since(year_of(book.session, book.today), book.today, newcomer=False)
    for row in rows:
        before, found = book.touched, members.find(row)
        part = parts.find(row, found[1]) if found else None
        if found and part:
            is_new = not any(stay.group_id == part.id for stay in roster.open(found[0].id))
            roster.join(found[0], part, start)
            book.tally(before, created=is_new and book.touched > before)


class _Parts:
    """The subgroups of every class, and the subjects that they have."""

    def __init__(self, book: Book):
        self.book, self.subjects = book, Subjects(book)
        self.of: dict[str, list[Group]] = {}
        for group in book.session.scalars(select(Group).where(Group.kind == "subgroup", Group.closed_on.is_(None))):
            self.of.setdefault(group.parent_id or "", []).append(group)
        self.taught: dict[str, set[str]] = {}
        for group_id, subject_id in book.session.execute(select(Course.group_id, Course.subject_id)):
            self.taught.setdefault(group_id, set()).add(subject_id)

    def find(self, row: PartRow, parent: Group) -> Group | None:
        """The part by its name, or by what is left of it without the word for it; among those of the division."""
        here = self.of.get(parent.id, [])
        among = self._of_division(row.division, here)
        found = [part for part in among if plain(part.name) == plain(row.part)] or [
            part for part in among if _bare(part.name) == _bare(row.part)
        ]
        if len(found) == 1:
            return found[0]
        code = "part_of_several" if found else "part_unknown"
        known = ", ".join(sorted({part.name for part in here})) or "—"
        self.book.error(code, row.where, column="part", value=row.part, group=parent.name, suggestion=known)
        return None

    def _of_division(self, words: str, parts: Sequence[Group]) -> list[Group]:
        """Parts of a division by its name, or by a subject that they have; all where nothing is stated."""
        if not words:
            return list(parts)
        subject = self.subjects.find(words)
        named = [part for part in parts if plain(part.division) == plain(words)]
        return named or [part for part in parts if subject and subject.id in self.taught.get(part.id, ())]


def _bare(name: str) -> str:
    """ "2 группа" and "Группа 2" → "2"."""
    return " ".join(word for word in plain(name).split() if word not in _WORDS) or plain(name)
