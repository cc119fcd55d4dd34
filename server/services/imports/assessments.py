"""Schedules of works that count, from files: known by course, kind, term and number; what breaks a norm is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from server.importers.findings import INFO
from server.importers.plan_rows import AssessmentRow
from server.models import Assessment, Course, Group, Year
from server.services import assessments
from server.services.assessment_norms import Planned, breaches
from server.services.courses import Stretch
from server.services.imports.book import Book
from server.services.imports.course_names import CourseNames
from server.services.imports.years import year_of
from sync.ids import content_id

Key = tuple[str, str, int, int]  # course, kind, term, number


@dataclass(frozen=True)
class _Stated:
    row: AssessmentRow
    course: Course
    term: int


def apply(book: Book, rows: Sequence[AssessmentRow], shift_days: int = 0) -> None:
    """Store the works for every course they are for; works of a term that the file leaves out are shown and stay."""
    year = year_of(book.session, book.today)
    if year is None:
        book.error("year_missing")
        return
    schedule = _Schedule(book, year)
    stated: dict[tuple[str, str, int], list[_Stated]] = {}
    for row in rows:
        for one in schedule.read(row):
            stated.setdefault((one.course.id, row.kind, one.term), []).append(one)
    for own in stated.values():
        for number, one in numbered(own):
            schedule.store(one, number)
    schedule.show_absent()
    schedule.say_breaches()


def numbered(works: Sequence[_Stated]) -> list[tuple[int, _Stated]]:
    """Numbers within a kind and term: those stated, the others by day in the gaps, in file order on one day."""
    taken = {one.row.number for one in works if one.row.number}
    free = iter(number for number in range(1, len(works) + len(taken) + 1) if number not in taken)
    ordered = sorted(works, key=lambda one: one.row.on or date.max)
    return [(one.row.number or next(free), one) for one in ordered]


class _Schedule:
    """The year's works as they are known and as the file has them."""

    def __init__(self, book: Book, year: Year):
        self.book, self.year = book, year
        self.names = CourseNames(book, year)
        query = select(Assessment).join(Course, Course.id == Assessment.course_id).where(Course.year_id == year.id)
        self.known: dict[Key, Assessment] = {_key(row): row for row in book.session.scalars(query)}
        self.stated: set[Key] = set()
        self.courses: dict[str, Course] = {}
        self._classes: dict[str, Group] = {}
        self._terms: dict[int | None, dict[int, Stretch]] = {}

    def read(self, row: AssessmentRow) -> list[_Stated]:
        """The row for every course that it means."""
        subject = self.names.subject(row.subject, row.where)
        classes = self.names.classes(row.class_name, row.where)
        courses = self.names.find(classes, subject, row.where) if subject else []
        if not courses:
            return []
        terms = self._terms_of(classes[0].grade)
        number = row.term or next((n for n, term in terms.items() if row.on and _is_in(row.on, term)), None)
        if number is None:
            self.book.error("assessment_term_missing", row.where, column="term", value=row.subject)
            return []
        if row.on and number in terms and not _is_in(row.on, terms[number]):
            self.book.warn("assessment_outside_term", row.where, column="date", value=f"{row.on:%d.%m.%Y}",
                           term=terms[number].name)  # fmt: skip
        return [_Stated(row, course, number) for course in courses]

    def store(self, one: _Stated, number: int) -> None:
        """Make it, or change what differs; what the file does not state stays."""
        row, before = one.row, self.book.touched
        key = (one.course.id, row.kind, one.term, number)
        is_new = key not in self.known
        if key in self.stated:
            self.book.error("assessment_twice", row.where, value=row.subject, number=number)
            return
        self.courses[one.course.id] = one.course
        self.stated.add(key)
        if is_new:
            self.known[key] = Assessment(
                id=content_id("assessment", *map(str, key)), course_id=key[0], kind=key[1], term_number=key[2],
                number=key[3], topic=row.topic, max_points=row.max_points, planned_on=row.on,
            )  # fmt: skip
            self.book.add(self.known[key])
        else:
            self.book.fill(self.known[key], topic=row.topic, max_points=row.max_points, planned_on=row.on)
        self.book.tally(before, created=is_new)

    def show_absent(self) -> None:
        """Works of the terms of courses that the file speaks of."""
        spoken = {(course, term) for course, _kind, term, _number in self.stated}
        for key in sorted(self.known.keys() - self.stated):
            if (key[0], key[2]) in spoken:
                course = self.courses[key[0]]
                value = f"{course.group.name}, {course.subject.name}: {key[1]} {key[3]} ({key[2]})"
                self.book.show("assessment_not_in_file", value=value)

    def say_breaches(self) -> None:
        """Where a class that the file speaks of has more than a norm allows, in the end."""
        mine = {self._class_of(course).id for course in self.courses.values()}
        session = self.book.session
        query = select(Course).where(Course.year_id == self.year.id)
        courses = {course.id: course for course in session.scalars(query)}
        works = [
            Planned(self._class_of(courses[key[0]]).id, one.planned_on, courses[key[0]].subject_id, *key[1:])
            for key, one in self.known.items() if one.planned_on and self._class_of(courses[key[0]]).id in mine
        ]  # fmt: skip
        days = assessments.term_days(session, self._terms_of(None))
        for one in breaches(works, assessments.norms(session), days):
            code = "assessments_a_day" if one.norm.rule == "a_day" else "assessments_last_days"
            group = next(group for group in self._classes.values() if group.id == one.class_id)
            self.book.notes.add(INFO, code, value=f"{one.on:%d.%m.%Y}", group=group.name, count=one.count,
                                limit=one.limit, source=one.norm.source)  # fmt: skip

    def _class_of(self, course: Course) -> Group:
        if course.group_id not in self._classes:
            group = course.group
            self._classes[course.group_id] = group.parent if group.kind == "subgroup" and group.parent else group
        return self._classes[course.group_id]

    def _terms_of(self, grade: int | None) -> dict[int, Stretch]:
        if grade not in self._terms:
            self._terms[grade] = assessments.term_stretches(self.book.session, self.year.id, grade)
        return self._terms[grade]


def _key(row: Assessment) -> Key:
    return (row.course_id, row.kind, row.term_number, row.number)


def _is_in(day: date, term: Stretch) -> bool:
    return term.starts_on <= day <= term.ends_on
