"""Subjects, rooms, courses, and who teaches a course since when."""

from datetime import timedelta

from sqlalchemy import select

from server.importers.rows import Timetable
from server.models import Course, CourseTeacher, Group, Person, Room, Subject, Year
from server.services.imports.book import Book
from server.services.imports.years import since
from sync.ids import content_id


class Courses:
    """What the weekly lessons of one timetable refer to; made when new."""

    def __init__(self, book: Book, year: Year, table: Timetable):
        self.book = book
        self.year = year
        session = book.session
        self.subjects = {row.name.casefold(): row for row in session.scalars(select(Subject))}
        self.rooms = {row.name.casefold(): row for row in session.scalars(select(Room))}
        query = select(Course).where(Course.year_id == year.id)
        self.courses = {(row.group_id, row.subject_id): row for row in session.scalars(query)}
        self.stated: dict[str, list[Person]] = {}  # course → its teachers as this file has them, the leading one first
        for subject in table.subjects:
            book.fill(self.subject(subject.name), short=subject.short)
        for room in table.rooms:
            self.room(room.name)

    def subject(self, name: str) -> Subject:
        """The subject of a name."""
        key = name.casefold()
        if key not in self.subjects:
            id = content_id("subject", self.book.school.id, key)
            self.subjects[key] = Subject(id=id, name=name, short="")
            self.book.add(self.subjects[key])
        return self.subjects[key]

    def room(self, name: str) -> Room:
        """The room of a name."""
        key = name.casefold()
        if key not in self.rooms:
            self.rooms[key] = Room(id=content_id("room", self.book.school.id, key), name=name)
            self.book.add(self.rooms[key])
            self.book.flush()  # a known hour may be moved into it
        return self.rooms[key]

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
        current = {row.person_id: row for row in rows if row.until is None or row.until >= book.today}
        start = since(self.year, book.today, newcomer=bool(rows))
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
        """Until yesterday; somebody who would begin today or later never taught the course."""
        yesterday = self.book.today - timedelta(days=1)
        if row.since <= yesterday:
            self.book.set(row, until=yesterday, is_lead=False)
        else:
            self.book.remove(row)
