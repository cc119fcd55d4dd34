"""Names the teachers of courses: from now on in the course, its weekly lessons and the dated lessons to come."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import (
    Course,
    CourseTeacher,
    Lesson,
    LessonChange,
    LessonTeacher,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonTeacher,
    Year,
)
from server.services.accounts import record
from server.services.content import Author
from server.services.course_teachers import Board, Line, board
from server.services.imports.change_journal import chunks
from server.services.imports.lessons import OFFICE
from server.services.imports.years import since
from sync.ids import content_id


def save(choices: Mapping[str, str], seen: Mapping[str, str], by: Author) -> int:
    """Name teachers: key of a line → person; returns how many lines changed. All of them or none.

    ``seen``: key → who taught it when the form was made ("" nobody). Raises DomainError course_unknown,
    person_unknown, changed_meanwhile.
    """

    def write(session: Session) -> int:
        known = board(session, by.today)
        lines = {line.key: line for line in known.lines}
        changed = 0
        for key, person_id in choices.items():
            if key not in lines:
                raise DomainError("course_unknown")
            changed += _name(session, lines[key], person_id, seen.get(key, ""), known, by)
        if changed:
            record(session, by.now, by.account_id, "course_teachers.save", str(changed))
        return changed

    return store.write(write)


def accept(by: Author) -> int:
    """Take every proposal that is clear; returns how many courses got a teacher."""

    def write(session: Session) -> int:
        known = board(session, by.today)
        for line in known.sure:
            _name(session, line, line.proposed, "", known, by)
        if known.sure:
            record(session, by.now, by.account_id, "course_teachers.accept", str(len(known.sure)))
        return len(known.sure)

    return store.write(write)


def _name(session: Session, line: Line, person_id: str, seen: str, known: Board, by: Author) -> bool:
    if person_id not in known.staff:
        raise DomainError("person_unknown")
    if line.teachers == (person_id,):
        return False
    if line.teachers not in ((), (seen,)):
        raise DomainError("changed_meanwhile")
    for course_id in line.courses:
        _teach(session, session.get_one(Course, course_id), person_id, line.teachers, by)
    lessons = _weekly(session, line.courses)
    _hold_weekly(session, lessons, person_id, line.teachers)
    _hold_dated(session, lessons, person_id, line.teachers, by)
    return True


def _teach(session: Session, course: Course, person_id: str, before: Collection[str], by: Author) -> None:
    """The course's dated teachers: who taught it until now ends yesterday, or never began."""
    rows = list(session.scalars(select(CourseTeacher).where(CourseTeacher.course_id == course.id)))
    yesterday = by.today - timedelta(days=1)
    for row in rows:
        if row.person_id in before and (row.until is None or row.until >= by.today):
            if row.since > yesterday:
                session.delete(row)
            else:
                row.until, row.is_lead = yesterday, False
    session.flush()
    rows = list(session.scalars(select(CourseTeacher).where(CourseTeacher.course_id == course.id)))
    start = since(session.get_one(Year, course.year_id), by.today, newcomer=bool(rows))
    id = content_id("course_teacher", course.id, person_id, start.isoformat())
    session.add(CourseTeacher(id=id, course_id=course.id, person_id=person_id, since=start, is_lead=True))
    session.flush()


def _weekly(session: Session, courses: Collection[str]) -> list[str]:
    query = (
        select(WeeklyLesson.id).join(WeeklyLessonCourse, WeeklyLessonCourse.weekly_lesson_id == WeeklyLesson.id)
        .where(WeeklyLessonCourse.course_id.in_(courses), WeeklyLesson.withdrawn.is_(False)).distinct()
    )  # fmt: skip
    return list(session.scalars(query))


def _hold_weekly(session: Session, lessons: Collection[str], person_id: str, before: Collection[str]) -> None:
    table = WeeklyLessonTeacher
    session.execute(delete(table).where(table.weekly_lesson_id.in_(lessons), table.person_id.in_(before)))
    held = set(session.scalars(
        select(table.weekly_lesson_id).where(table.weekly_lesson_id.in_(lessons), table.person_id == person_id)
    ))  # fmt: skip
    rows = [{"weekly_lesson_id": id, "person_id": person_id} for id in lessons if id not in held]
    if rows:
        session.execute(insert(table), rows)


def _hold_dated(session: Session, weekly: Collection[str], person_id: str, before: Collection[str], by: Author) -> None:
    """Lessons from today on; where the office named somebody else for a day, that stays."""
    office = select(LessonChange.lesson_id).where(LessonChange.kind.in_(OFFICE), LessonChange.undone.is_(False))
    to_come = (Lesson.on >= by.today, Lesson.state != "withdrawn", Lesson.id.not_in(office))
    ids = list(session.scalars(select(Lesson.id).where(Lesson.weekly_lesson_id.in_(weekly), *to_come)))
    table = LessonTeacher
    held: set[str] = set()
    for some in chunks(ids):
        session.execute(delete(table).where(table.lesson_id.in_(some), table.person_id.in_(before)))
        held.update(session.scalars(
            select(table.lesson_id).where(table.lesson_id.in_(some), table.person_id == person_id)
        ))  # fmt: skip
    rows = [{"lesson_id": id, "person_id": person_id} for id in ids if id not in held]
    if rows:
        session.execute(insert(table), rows)
