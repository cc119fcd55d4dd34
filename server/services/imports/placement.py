"""Finds the lessons that a content file is for: by grade, subject, day and lesson number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row, Select, select

from server.importers.rows import LessonContentRow
from server.importers.values import plain
from server.models import Course, CourseTeacher, Group, Lesson, LessonCourse, Material, Subject, Year
from server.services import calendar, course_plan
from server.services.imports.book import Book
from server.services.imports.groups import by_grade
from server.services.imports.years import year_of


@dataclass(frozen=True)
class Place:
    """One group's view of a dated lesson. ``teacher_id``: who answers for the course's marks, or None.

    ``year``: "2026/27", the lesson's; a file that is used again a year later makes lessons of its own.
    """

    view_id: str
    course_id: str
    group_slug: str
    on: date
    teacher_id: str | None
    year: str


def find(book: Book, row: LessonContentRow) -> list[Place]:
    """The lesson of every group of the grade; no lesson is a finding that says what is there instead.

    A file without day or number goes to the lesson that has its topic by the course's plan.
    """
    groups = _groups(book, row.grade)
    subject = _subject(book, row.subject)
    if not groups:
        book.error("grade_without_class", row.where, column="grade", value=row.grade)
    elif subject is None:
        book.error("subject_unknown", row.where, column="subject", value=row.subject)
    elif row.date is None or row.lesson is None:
        places = _by_plan(book, row, groups, subject)
        if not places:
            book.error("content_place_needed", row.where, value=row.topic)
        return places
    else:
        places = _at(book, groups, subject, row.date, row.lesson) or _already(book, row, groups, subject)
        if not places:
            _say_what_is_there(book, row, groups, subject)
        return places
    return []


def _groups(book: Book, grade: int) -> dict[str, Group]:
    """The classes of a grade and their parts."""
    rows = {group.id: group for group in book.session.scalars(select(Group))}
    grades = calendar.grades_by_group({id: (group.grade, group.parent_id) for id, group in rows.items()})
    return {id: group for id, group in rows.items() if grades[id] == grade and group.kind != "individual"}


def _subject(book: Book, name: str) -> Subject | None:
    """By name, else by its short form."""
    subjects = list(book.session.scalars(select(Subject).order_by(Subject.id)))
    key = name.casefold()
    named = [subject for subject in subjects if subject.name.casefold() == key]
    short = [subject for subject in subjects if subject.short.casefold() == key]
    return (named or short or [None])[0]


def _views(groups: dict[str, Group], subject: Subject, first: date, last: date) -> Select:
    return (
        select(LessonCourse.id, Course.id, Course.group_id, Lesson.on, Lesson.n, Year.name)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id)
        .join(Year, Year.id == Course.year_id)
        .where(Course.group_id.in_(groups), Course.subject_id == subject.id)
        .where(Lesson.on.between(first, last), Lesson.state == "planned")
        .order_by(Lesson.on, Lesson.n, LessonCourse.id)
    )


def _at(book: Book, groups: dict[str, Group], subject: Subject, day: date, n: int) -> list[Place]:
    return _places(book, groups, [row for row in book.session.execute(_views(groups, subject, day, day)) if row.n == n])


def _by_plan(book: Book, row: LessonContentRow, groups: dict[str, Group], subject: Subject) -> list[Place]:
    """In each group the first lesson of the year that has the file's topic by the plan; on the stated day, if any."""
    year = year_of(book.session, book.today)
    first, last = (row.date, row.date) if row.date else (year.starts_on, year.ends_on) if year else (None, None)
    if first is None or last is None:
        return []
    rows = book.session.execute(_views(groups, subject, first, last)).all()
    courses = {found[1] for found in rows}
    plans, lessons = course_plan.plans_of(book.session, courses), course_plan.lessons_of(book.session, courses)
    wanted: dict[str, str] = {}
    for course_id, plan in plans.items():
        fits = [lesson.id for lesson, topic in course_plan.placed(plan, lessons.get(course_id, ()))
                if plain(topic) == plain(row.topic)]  # fmt: skip
        here = [found[0] for found in rows if found[0] in fits]
        if here:
            wanted[course_id] = here[0]
    return _places(book, groups, [found for found in rows if wanted.get(found[1]) == found[0]])


def _already(book: Book, row: LessonContentRow, groups: dict[str, Group], subject: Subject) -> list[Place]:
    """Where the file was placed before, when the lesson moved within its week since."""
    start = calendar.monday(row.date)
    week = book.session.execute(_views(groups, subject, start, start + timedelta(days=6))).all()
    keys = {source_key(row, group.slug, found.name) for group in groups.values() for found in week}
    placed = set(book.session.scalars(select(Material.lesson_course_id).where(Material.source_key.in_(keys))))
    return _places(book, groups, [found for found in week if found[0] in placed])


def source_key(row: LessonContentRow, slug: str, year: str) -> str:
    """What names a group's copy of a file in a school year for good."""
    return f"{row.key}/{slug}-{year[:4]}"


def _places(book: Book, groups: dict[str, Group], found: Sequence[Row]) -> list[Place]:
    places = [
        Place(view, course, groups[group].slug, on, _lead(book, course), year)
        for view, course, group, on, _, year in found
    ]
    return sorted({place.course_id: place for place in places}.values(), key=lambda place: place.group_slug)


def _lead(book: Book, course_id: str) -> str | None:
    rows = book.session.scalars(select(CourseTeacher).where(CourseTeacher.course_id == course_id))
    current = [row for row in rows if row.until is None or row.until >= book.today]
    return next((row.person_id for row in sorted(current, key=lambda row: (not row.is_lead, row.id))), None)


def _say_what_is_there(book: Book, row: LessonContentRow, groups: dict[str, Group], subject: Subject) -> None:
    start = calendar.monday(row.date)
    week = book.session.execute(_views(groups, subject, start, start + timedelta(days=6))).all()
    there = ", ".join(dict.fromkeys(f"{on:%d.%m} ({n})" for _, _, _, on, n, _ in week))
    classes = ", ".join(group.name for group in sorted(groups.values(), key=by_grade) if group.kind == "class")
    code = "content_no_lesson" if there else "content_no_lesson_week"
    value = f"{row.date:%d.%m.%Y} ({row.lesson})"
    book.error(code, row.where, column="lesson", value=value, suggestion=there, subject=row.subject, group=classes)
