"""Marks that a student brings along: earned this year in the same subject with another class, or at home."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from server.models import (
    Course,
    Group,
    KindWeight,
    Lesson,
    LessonCourse,
    MarkRevision,
    Scale,
    Subject,
    Task,
    TermMark,
    Work,
)
from server.services.aside import INDIVIDUAL
from server.services.belonging import Register
from server.services.courses import CourseHead
from server.services.term_values import standing
from server.services.works import Place
from sync import decide

_Class = aliased(Group)


@dataclass(frozen=True)
class Carried:
    """A decided work of the other course: the class's name, the lesson's day, what was said (several: a conflict)."""

    group: str
    on: date
    title: str
    kind: str
    scale: str
    maximum: int | None
    values: tuple[tuple[str, str | None], ...]
    weight: int = 1


@dataclass(frozen=True)
class CarriedTerm:
    """A term's mark of the other course."""

    group: str
    values: tuple[str, ...]


def carried(
    session: Session, head: CourseHead, students: Collection[str], since: date, until: date, today: date,
    register: Register,
) -> dict[str, tuple[Carried, ...]]:  # fmt: skip
    """By student, the marks of lessons of these days, in their order."""
    students = _who_may(head, students, register)
    if not students:
        return {}
    rows = session.execute(
        select(Work.id, Work.student_id, Group, _Class.name, Lesson.on, Task.title, Task.kind, Scale.type,
               Task.max_points, func.coalesce(KindWeight.weight, 1), MarkRevision)
        .select_from(Work).join(Task, Task.id == Work.task_id).join(Scale, Scale.code == Task.scale)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == Task.course_id)
        .join(Subject, Subject.id == Course.subject_id).join(Group, Group.id == Course.group_id)
        .join(MarkRevision, MarkRevision.work_id == Work.id).outerjoin(_Class, _Class.id == Group.parent_id)
        .outerjoin(KindWeight, KindWeight.code == Task.kind)
        .where(*_elsewhere(head), Work.student_id.in_(students), Lesson.on.between(since, until))
        .order_by(Lesson.on, Lesson.n, Task.title, Work.id, MarkRevision.first_seq)
    ).all()  # fmt: skip
    found: dict[str, list[Carried]] = {}
    for _work_id, own in groupby(rows, key=lambda row: row[0]):
        told = list(own)
        _id, student_id, group, class_name, on, title, kind, scale, maximum, weight, _revision = told[0]
        values = _values(row.MarkRevision for row in told)
        if values and came_from(register, student_id, group, head.place, today):
            mark = Carried(_name(group, class_name), on, title, kind, scale, maximum, values, weight)
            found.setdefault(student_id, []).append(mark)
    return {student_id: tuple(marks) for student_id, marks in found.items()}


def _values(revisions: Iterable[MarkRevision]) -> tuple[tuple[str, str | None], ...]:
    """What the heads say, of marks only."""
    tops = decide.heads(decide.Revision(row.id, tuple(row.base), (row.verdict, row.value)) for row in revisions)
    return tuple(dict.fromkeys(top.value for top in tops if top.value[0] == "mark"))


def carried_terms(
    session: Session, head: CourseHead, students: Collection[str], today: date, register: Register
) -> dict[str, dict[str | None, CarriedTerm]]:
    """By student and term (None: the year) the marks that the other course closed with."""
    students = _who_may(head, students, register)
    if not students:
        return {}
    rows = session.execute(
        select(TermMark, Group, _Class.name).join(Course, Course.id == TermMark.course_id)
        .join(Subject, Subject.id == Course.subject_id).join(Group, Group.id == Course.group_id)
        .outerjoin(_Class, _Class.id == Group.parent_id)
        .where(*_elsewhere(head), TermMark.student_id.in_(students))
        .order_by(TermMark.student_id, TermMark.course_id, TermMark.first_seq)
    ).all()  # fmt: skip
    found: dict[str, dict[str | None, CarriedTerm]] = {}
    for (student_id, _course), own in groupby(rows, key=lambda row: (row[0].student_id, row[0].course_id)):
        told = list(own)
        _mark, group, class_name = told[0]
        if came_from(register, student_id, group, head.place, today):
            for term_id, values in standing(row[0] for row in told).items():
                found.setdefault(student_id, {})[term_id] = CarriedTerm(_name(group, class_name), values)
    return found


def _name(group: Group, class_name: str | None) -> str:
    """Of a part of a class the class's name with its own."""
    return f"{class_name}, {group.name}" if class_name else group.name


def _elsewhere(head: CourseHead) -> tuple[object, ...]:
    """SQL: other courses of the subject and year."""
    return (Course.year_id == head.year_id, Subject.name == head.subject, Course.id != head.id)


def _who_may(head: CourseHead, students: Collection[str], register: Register) -> set[str]:
    """Students who were somewhere else before, as far as memberships say; of one taught at home always."""
    if head.place.kind == INDIVIDUAL:
        return set(students)
    return {id_ for id_ in students if any(stay.until is not None for stay in register.stays.get(id_, ()))}


def came_from(register: Register, student_id: str, before: Place, now: Place, today: date) -> bool:
    """Whether the student had the subject with one group first and with the other since, or has it at home now."""
    if now.kind == "individual" and now.parent_id in (before.id, before.parent_id):
        return before.kind != "individual"
    ended = last_day(register, student_id, before, today)
    stays_until = last_day(register, student_id, now, today)
    return ended is not None and (stays_until is None or stays_until > ended)


def last_day(register: Register, student_id: str, group: Place, today: date) -> date | None:
    """The last day with the group, if it is over; of a subgroup also the last day in its class."""
    ended = register.last_day(student_id, group.id, today)
    if ended is None and group.kind == "subgroup" and group.parent_id:
        return register.last_day(student_id, group.parent_id, today)
    return ended
