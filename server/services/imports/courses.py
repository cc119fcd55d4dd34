"""Subjects, rooms, courses, and who teaches a course since when."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from server.importers.rows import SubjectRow, Timetable, Where
from server.importers.values import plain
from server.models import Course, CourseTeacher, Group, Person, Room, Subject, Year
from server.services.imports.aliases import Aliases, index, is_short_for, looks_short
from server.services.imports.book import Book
from server.services.imports.years import since
from sync.ids import content_id


class Courses:
    """What the weekly lessons of one timetable refer to; made when new."""

    def __init__(self, book: Book, year: Year, table: Timetable):
        self.book = book
        self.year = year
        session, aliases = book.session, Aliases(book.session)
        known = list(session.scalars(select(Subject).order_by(Subject.id)))
        self._named = {subject.id for subject in known}
        self._subjects = index(known, ((row.short, row) for row in known), aliases.of("subject"))
        self._rooms = index(session.scalars(select(Room).order_by(Room.id)), (), aliases.of("room"))
        query = select(Course).where(Course.year_id == year.id)
        self.courses = {(row.group_id, row.subject_id): row for row in session.scalars(query)}
        self.stated: dict[str, list[Person]] = {}  # course → its teachers as this file has them, the leading one first
        self.renamed: dict[str, str] = {}  # names of subjects that had been short until now → their names
        self._recognise(table)
        for room in table.rooms:
            self.room(room.name)

    def _recognise(self, table: Timetable) -> None:
        """Subjects that were only known by the short form that the file's own table has get their names."""
        stated = {plain(row.name) for row in table.subjects}
        for row in table.subjects:
            brief = self._subjects.get(plain(row.short)) if row.short else None
            is_new = self.known(row.name) is None and brief is not None
            if is_new and looks_short(brief.name) and plain(brief.name) not in stated:
                self._rename(brief, row.name)

    def declare(self, rows: Sequence[SubjectRow]) -> None:
        """The subjects of the file's own table, with or without lessons."""
        for row in rows:
            self.book.fill(self.subject(row.name, exact=True), short=row.short)

    def _rename(self, subject: Subject, name: str) -> None:
        """What was known by its short form gets its name, and keeps the short form."""
        self.renamed[subject.name] = name
        self.book.fill(subject, short=subject.short or subject.name)
        self.book.set(subject, name=name)
        self._subjects[name.casefold()] = subject

    def known(self, name: str) -> Subject | None:
        """The subject that a name or a short form means for sure, or None."""
        return self._subjects.get(name.casefold()) or self._subjects.get(plain(name))

    def take_for(self, name: str, subject: Subject, where: Where | None) -> None:
        """From now on in this file a word means that subject; the longer of the two is its name."""
        self.book.warn("subject_guessed", where, value=name, suggestion=subject.name)
        if looks_short(subject.name) and not looks_short(name):
            self._rename(subject, name)
        elif not subject.short and looks_short(name):
            self.book.fill(subject, short=name)  # known for sure the next time
        self._subjects[name.casefold()] = subject

    def subjects(self) -> set[Subject]:
        """All that are known."""
        return set(self._subjects.values())

    def subject(self, name: str, where: Where | None = None, exact: bool = False) -> Subject:
        """The subject that a file's words mean: by name, short form, or what a person said; else a new one.

        Where words are cut off ("Лит. чт.") and only one known subject fits, it is taken and that is said.
        """
        found = self.known(name)
        if found is None and not exact:
            found = self._guess(name, where)
        if found is None:
            id = content_id("subject", self.book.school.id, name.casefold())
            found = Subject(id=id, name=name, short="")
            self.book.add(found)
            if self._named and not exact:
                self.book.say("subject_new", where, value=name)
        return self._subjects.setdefault(name.casefold(), found)

    def _guess(self, name: str, where: Where | None) -> Subject | None:
        fits = {
            row.id: row for row in self._subjects.values()
            if is_short_for(name, row.name) or is_short_for(row.name, name)
        }  # fmt: skip
        if len(fits) != 1:
            return None
        (found,) = fits.values()
        self.take_for(name, found, where)
        return found

    def room(self, name: str) -> Room:
        """The room of a name."""
        found = self._rooms.get(name.casefold()) or self._rooms.get(plain(name))
        if found is None:
            found = Room(id=content_id("room", self.book.school.id, name.casefold()), name=name)
            self.book.add(found)
            self.book.flush()  # a known hour may be moved into it
        return self._rooms.setdefault(name.casefold(), found)

    def course(self, group: Group, subject: Subject, teachers: list[Person]) -> Course:
        """The group's course in the subject this year; notes that these people teach it."""
        key = (group.id, subject.id)
        if key not in self.courses:
            id = content_id("course", group.id, subject.id, self.year.id)
            self.courses[key] = Course(id=id, group_id=group.id, subject_id=subject.id, year_id=self.year.id)
            self.book.add(self.courses[key])
        course = self.courses[key]
        stated = self.stated.setdefault(course.id, [])
        stated += [person for person in teachers if person not in stated]
        return course

    def settle_teachers(self) -> None:
        """Dated teachers follow the file; a course for which it states nobody keeps the ones it has."""
        rows: dict[str, list[CourseTeacher]] = {}
        for row in self.book.session.scalars(select(CourseTeacher).order_by(CourseTeacher.since, CourseTeacher.id)):
            rows.setdefault(row.course_id, []).append(row)
        for course_id, people in self.stated.items():
            if people:
                self._settle(course_id, people, rows.get(course_id, []))

    def _settle(self, course_id: str, people: list[Person], rows: list[CourseTeacher]) -> None:
        book = self.book
        current = {row.person_id: row for row in rows if row.until is None or row.until >= book.start}
        start = since(self.year, book.start, newcomer=bool(rows))
        for person_id, row in current.items():
            if person_id not in {person.id for person in people}:
                self._end(row)
        for person in people:
            leads = person is people[0]
            if person.id in current:
                book.set(current[person.id], is_lead=leads)
            else:
                id = content_id("course_teacher", course_id, person.id, start.isoformat())
                book.add(CourseTeacher(id=id, course_id=course_id, person_id=person.id, since=start, is_lead=leads))

    def _end(self, row: CourseTeacher) -> None:
        """Until the day before; somebody who would begin then or later never taught the course."""
        last = self.book.start - timedelta(days=1)
        if row.since <= last:
            self.book.set(row, until=last, is_lead=row.is_lead and last >= self.book.today)
        else:
            self.book.remove(row)
