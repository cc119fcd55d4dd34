"""A student's own lessons: of the class, its subgroups, study groups, or apart at home; in few queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import (
    Course,
    Group,
    Lesson,
    LessonCourse,
    LessonTeacher,
    Membership,
    Person,
    Room,
    Subject,
)
from server.services.aside import INDIVIDUAL, asides
from server.services.bell_times import bell_of, read_bells
from server.services.people import short_name
from server.services.works import current

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class OwnLesson:
    """A lesson of the student. ``id``: its course's view of it."""

    id: str
    on: date
    n: int
    state: str
    subject: str
    topic: str
    form: str | None
    room: str
    start: str
    end: str
    teachers: tuple[str, ...]
    course_id: str


def groups_of(session: Session, student_id: str, day: date) -> list[Group]:
    """The groups a student belongs to on a day, classes first."""
    rows = session.scalars(
        select(Group).join(Membership, Membership.group_id == Group.id)
        .where(Membership.person_id == student_id, current(Membership.since, Membership.until, day))
    ).unique()  # fmt: skip
    return sorted(rows, key=lambda group: (group.kind != "class", group.name))


def today_and_next(session: Session, student_id: str, groups: Sequence[Group], today: date) -> dict[date, list]:
    """The lessons of today and of the next day that has any, within a week; today stands there even without lessons."""
    found = between(session, student_id, groups, today, today + AHEAD)
    coming = min((lesson.on for lesson in found if lesson.on > today), default=None)
    days = [today, *([coming] if coming else [])]
    return {day: [lesson for lesson in found if lesson.on == day] for day in days}


def between(
    session: Session, student_id: str, groups: Sequence[Group], first: date, last: date
) -> list[OwnLesson]:
    """The student's lessons from first to last, both included, in the order of the day."""
    ids = {group.id for group in groups}
    ids |= _unplaced(session, groups)
    rows = session.execute(
        select(LessonCourse.id, Lesson.id.label("lesson_id"), Lesson.on, Lesson.n, Lesson.state, LessonCourse.topic,
               LessonCourse.form, Course.id.label("course_id"), Course.group_id, Group.parent_id, Group.kind,
               func.coalesce(Lesson.shift, Group.shift).label("shift"), Subject.name, Room.name.label("room"))
        .select_from(LessonCourse).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).outerjoin(Room, Room.id == Lesson.room_id)
        .where(Course.group_id.in_(ids), Lesson.on.between(first, last), Lesson.state != "withdrawn")
        .order_by(Lesson.on, Lesson.n)
    ).all()  # fmt: skip
    if any(group.kind == INDIVIDUAL for group in groups):
        apart = asides(session, {student_id}).get(student_id, ())
        rows = [row for row in rows if row.kind == INDIVIDUAL or not any(
            one.covers(row.parent_id or row.group_id, row.name, row.on) for one in apart)]  # fmt: skip
    teachers = _teachers(session, [row.lesson_id for row in rows])
    bells = read_bells(session, {row.shift for row in rows}) if rows else {}
    return [
        OwnLesson(row.id, row.on, row.n, row.state, row.name, row.topic, row.form, row.room or "",
                  *(bell_of(bells, row.shift, row.on, row.n) or ("", "")), teachers.get(row.lesson_id, ()),
                  row.course_id)
        for row in rows
    ]  # fmt: skip


def _unplaced(session: Session, groups: Sequence[Group]) -> set[str]:
    """Subgroups of the student's classes in whose division the student has no place yet: all of them count."""
    classes = [group.id for group in groups if group.kind == "class"]
    placed = {(group.parent_id, group.division) for group in groups if group.kind == "subgroup"}
    rows = session.execute(
        select(Group.id, Group.parent_id, Group.division)
        .where(Group.parent_id.in_(classes), Group.kind == "subgroup", Group.closed_on.is_(None))
    )  # fmt: skip
    return {row.id for row in rows if (row.parent_id, row.division) not in placed}


def _teachers(session: Session, lesson_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for lesson_id, person in session.execute(
        select(LessonTeacher.lesson_id, Person).join(Person, Person.id == LessonTeacher.person_id)
        .where(LessonTeacher.lesson_id.in_(lesson_ids)).order_by(Person.last_name)
    ):  # fmt: skip
        found[lesson_id] = (*found.get(lesson_id, ()), short_name(person))
    return found
