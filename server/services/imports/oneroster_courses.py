"""The courses of a OneRoster set: subjects taught to classes, their parts and study groups, with dated teachers."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from server.importers.groups import group_key
from server.importers.oneroster_rows import RosterCourse, RosterPart
from server.importers.rows import Timetable
from server.models import CourseTeacher, Group, Person, Year
from server.services.imports.book import Book
from server.services.imports.courses import Courses
from server.services.imports.groups import Groups
from server.services.imports.roster import Roster
from server.services.imports.years import since
from sync.ids import content_id

_SHORT = 60  # characters; a longer code is no short form of a subject


def take_courses(
    book: Book, year: Year, groups: Groups, roster: Roster, stated: Sequence[RosterCourse], people: Mapping[str, Person]
) -> None:
    """Store the courses; teachers follow the set, as they follow a timetable. ``people``: user → person."""
    courses, parts = Courses(book, year, Timetable()), Parts(book, groups, roster, stated)
    started: dict[tuple[str, str], date | None] = {}
    for row in stated:
        before, known = book.touched, len(courses.courses)
        subject = courses.subject(row.subject, exact=True)
        if not subject.short and len(row.short) <= _SHORT:
            book.fill(subject, short=row.short)
        teachers = {user: start for user, start in row.teachers if user in people}
        for part in row.parts:
            group = parts.group(part)
            if group is None:
                continue
            course = courses.course(group, subject, [people[user] for user in teachers])
            started |= {(course.id, people[user].id): start for user, start in teachers.items()}
            parts.place(part, group, people, since(year, book.today, newcomer=False))
        book.tally(before, created=len(courses.courses) > known)
    book.flush()
    _begin(book, started)
    courses.settle_teachers()
    book.flush()


def _begin(book: Book, started: Mapping[tuple[str, str], date | None]) -> None:
    """New teachers whose first day the set states."""
    rows = book.session.scalars(select(CourseTeacher))
    current = {(row.course_id, row.person_id) for row in rows if row.until is None or row.until >= book.today}
    for (course_id, person_id), start in started.items():
        if start is not None and (course_id, person_id) not in current:
            id = content_id("course_teacher", course_id, person_id, start.isoformat())
            book.add(CourseTeacher(id=id, course_id=course_id, person_id=person_id, since=start, is_lead=False))
    book.flush()


class Parts:
    """The groups that have courses."""

    def __init__(self, book: Book, groups: Groups, roster: Roster, stated: Sequence[RosterCourse]):
        self.book, self.groups, self.roster = book, groups, roster
        self.others = {
            (group.kind, group.parent_id, group_key(group.name)): group
            for group in roster.groups.values() if group.kind in ("study", "individual")
        }  # fmt: skip
        self.divisions: dict[tuple[str, str], str] = {}  # as the set calls them → as the school does
        for row in stated:
            for part in row.parts:
                known = self._known(part)
                if known is not None:
                    self.divisions.setdefault((part.class_name, part.division), known.division)

    def group(self, part: RosterPart) -> Group | None:
        """The group of a part, made when it is new; None when the class is not there."""
        parent = self.groups.find(part.class_name) if part.class_name else None
        if part.kind == "class" or (part.class_name and parent is None):
            return parent
        if part.kind == "subgroup":
            known = self._known(part)
            return known or self.groups.part(parent, part.part, self._division(part, parent))
        return self._other(part, parent)

    def place(self, part: RosterPart, group: Group, people: Mapping[str, Person], start: date) -> None:
        """Members of a part; an entire class has those of the class."""
        self.roster.groups[group.id] = group
        for user, first in part.students:
            if user in people:
                self.roster.join(people[user], group, first or start)

    def _known(self, part: RosterPart) -> Group | None:
        parent = self.groups.find(part.class_name) if part.kind == "subgroup" else None
        return self.groups.parts.get((parent.id, group_key(part.part))) if parent else None

    def _division(self, part: RosterPart, parent: Group) -> str:
        """What the school calls the division; a new one must not share a name with another of the class."""
        key = (part.class_name, part.division)
        if key not in self.divisions:
            taken = {group.division for (id, _), group in self.groups.parts.items() if id == parent.id}
            names = [part.division, *(str(number) for number in range(1, len(taken) + 2))]
            self.divisions[key] = next(name for name in names if name not in taken)
        return self.divisions[key]

    def _other(self, part: RosterPart, parent: Group | None) -> Group:
        """A study group, or a home-taught student alone."""
        key = (part.kind, parent.id if parent else None, group_key(part.part))
        if key not in self.others:
            name = f"{parent.name} {part.part}" if parent else part.part
            values = {"parent_id": parent.id, "grade": parent.grade} if parent else {}
            self.others[key] = self.groups.make(part.part, name, kind=part.kind, division=part.division, **values)
        return self.others[key]
