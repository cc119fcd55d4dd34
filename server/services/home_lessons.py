"""Weekly hours of students who are taught at home, and the dated lessons that follow from them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.importers.findings import Notes
from server.models import (
    Course,
    CourseTeacher,
    Group,
    School,
    Slot,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonTeacher,
    Year,
)
from server.services.imports import lessons
from server.services.imports.book import Book
from server.services.imports.years import year_of
from server.services.movement import Clerk
from server.services.works import current
from sync.ids import content_id

Hour = tuple[int, int]  # weekday, 1 = Monday, and lesson number


def hours_of(session: Session, group_id: str) -> dict[Hour, str]:
    """The placed hours of a student's own group: weekday and number → subject."""
    rows = session.execute(
        select(Slot.weekday, Slot.n, Course.subject_id).select_from(Slot)
        .join(WeeklyLessonCourse, WeeklyLessonCourse.weekly_lesson_id == Slot.weekly_lesson_id)
        .join(Course, Course.id == WeeklyLessonCourse.course_id)
        .where(Course.group_id == group_id, Slot.until.is_(None))
        .order_by(Slot.weekday, Slot.n)
    )  # fmt: skip
    return {(weekday, n): subject_id for weekday, n, subject_id in rows}


def place(session: Session, group: Group, wanted: Mapping[Hour, str], clerk: Clerk) -> None:
    """Make the weekly hours of the group's courses say exactly what is wanted, and plan the lessons anew."""
    year = year_of(session, clerk.today)
    courses = session.scalars(select(Course).where(Course.group_id == group.id)).all()
    for course in courses:
        if year is not None and course.year_id == year.id:
            _place(session, group, course, {hour for hour, subject in wanted.items() if subject == course.subject_id})
    session.flush()
    plan(session, group.id, clerk)


def _place(session: Session, group: Group, course: Course, hours: set[Hour]) -> None:
    key = f"home|{group.slug}|{course.subject_id}"  # no name of anybody stands in it
    id = content_id("weekly_lesson", course.year_id, key)
    row = session.get(WeeklyLesson, id)
    if row is None:
        if not hours:
            return
        row = WeeklyLesson(id=id, year_id=course.year_id, key=key, hours_per_week=len(hours), length=1, withdrawn=False)
        session.add(row)
        session.flush()
        session.add(WeeklyLessonCourse(weekly_lesson_id=id, course_id=course.id))
    row.hours_per_week, row.withdrawn = len(hours), not hours
    known = {(slot.weekday, slot.n): slot for slot in session.scalars(select(Slot).filter_by(weekly_lesson_id=id))}
    for hour in known.keys() - hours:
        session.delete(known[hour])
    for weekday, n in sorted(hours - known.keys()):
        session.add(Slot(id=content_id("slot", id, str(weekday), str(n), "1"), weekly_lesson_id=id, weekday=weekday,
                         n=n, weeks="1"))  # fmt: skip


def plan(session: Session, group_id: str, clerk: Clerk) -> None:
    """The dated lessons of the group follow its hours, its teachers and the days of home teaching."""
    year = year_of(session, clerk.today)
    ids = session.scalars(
        select(WeeklyLessonCourse.weekly_lesson_id).join(Course, Course.id == WeeklyLessonCourse.course_id)
        .where(Course.group_id == group_id)
    ).all()  # fmt: skip
    if year is None or not ids:
        return
    _follow_teachers(session, ids, clerk)
    school = session.scalars(select(School)).one()
    book = Book(session=session, school=school, now=clerk.now, today=clerk.today, notes=Notes(""),
                randbytes=secrets.token_bytes, actor_id=clerk.person_id)  # fmt: skip
    session.flush()
    with session.no_autoflush:
        lessons.materialise(book, session.get_one(Year, year.id), ids)
        book.flush()


def _follow_teachers(session: Session, ids: Sequence[str], clerk: Clerk) -> None:
    """Who teaches the course from now on holds its hours."""
    for id in ids:
        wanted = set(session.scalars(
            select(CourseTeacher.person_id)
            .join(WeeklyLessonCourse, WeeklyLessonCourse.course_id == CourseTeacher.course_id)
            .where(WeeklyLessonCourse.weekly_lesson_id == id,
                   current(CourseTeacher.since, CourseTeacher.until, clerk.today, date.max))
        ))  # fmt: skip
        known = {row.person_id: row for row in session.scalars(
            select(WeeklyLessonTeacher).filter_by(weekly_lesson_id=id))}  # fmt: skip
        for person_id in known.keys() - wanted:
            session.delete(known[person_id])
        for person_id in sorted(wanted - known.keys()):
            session.add(WeeklyLessonTeacher(weekly_lesson_id=id, person_id=person_id))
