"""Marks that a student brings along: earned this year in the same subject with another class, or at home."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.models import Course, Group, Lesson, LessonCourse, MarkRevision, Scale, Subject, Task, TermMark, Work
from server.services.belonging import Register
from server.services.courses import CourseHead
from server.services.term_values import term_marks
from server.services.works import states


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
    rows = session.execute(
        select(Work.id, Work.student_id, Group, Lesson.on, Task.title, Task.kind, Scale.type, Task.max_points)
        .select_from(Work).join(Task, Task.id == Work.task_id).join(Scale, Scale.code == Task.scale)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == Task.course_id)
        .join(Subject, Subject.id == Course.subject_id).join(Group, Group.id == Course.group_id)
        .where(*_elsewhere(head), Work.student_id.in_(students), Lesson.on.between(since, until))
        .order_by(Lesson.on, Lesson.n, Task.title)
    ).all()  # fmt: skip
    own = session.get_one(Group, head.group_id)
    mine = [row for row in rows if came_from(register, row.student_id, row.Group, own, today)]
    known = states(session, [row.id for row in mine])
    said = _said(session, [head_ for state in known.values() for head_ in state.heads])
    names = _class_names(session)
    found: dict[str, list[Carried]] = {}
    for work_id, student_id, group, on, *rest in mine:
        values = tuple(dict.fromkeys(said[one] for one in known[work_id].heads if said[one][0] == "mark"))
        if values:
            name = names.get(group.id, group.name)
            found.setdefault(student_id, []).append(Carried(name, on, *rest, values))
    return {student_id: tuple(marks) for student_id, marks in found.items()}


def carried_terms(
    session: Session, head: CourseHead, students: Collection[str], today: date, register: Register
) -> dict[str, dict[str | None, CarriedTerm]]:
    """By student and term (None: the year) the marks that the other course closed with."""
    own = session.get_one(Group, head.group_id)
    courses = session.execute(
        select(Course.id, Group).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id)
        .join(TermMark, TermMark.course_id == Course.id).where(*_elsewhere(head)).distinct()
    ).all()  # fmt: skip
    names = _class_names(session)
    found: dict[str, dict[str | None, CarriedTerm]] = {}
    for course_id, group in courses:
        for student_id, terms in term_marks(session, course_id).items():
            if student_id in students and came_from(register, student_id, group, own, today):
                name = names.get(group.id, group.name)
                told = {term: CarriedTerm(name, values) for term, values in terms.items()}
                found.setdefault(student_id, {}).update(told)
    return found


def _elsewhere(head: CourseHead) -> tuple[object, ...]:
    """SQL: other courses of the subject and year."""
    return (Course.year_id == head.year_id, Subject.name == head.subject, Course.id != head.id)


def came_from(register: Register, student_id: str, before: Group, now: Group, today: date) -> bool:
    """Whether the student had the subject with one group first and with the other since, or has it at home now."""
    if now.kind == "individual" and now.parent_id in (before.id, before.parent_id):
        return before.kind != "individual"
    ended = last_day(register, student_id, before, today)
    stays_until = last_day(register, student_id, now, today)
    return ended is not None and (stays_until is None or stays_until > ended)


def last_day(register: Register, student_id: str, group: Group, today: date) -> date | None:
    """The last day with the group, if it is over; of a subgroup also the last day in its class."""
    ended = register.last_day(student_id, group.id, today)
    if ended is None and group.kind == "subgroup" and group.parent_id:
        return register.last_day(student_id, group.parent_id, today)
    return ended


def _said(session: Session, revisions: Collection[str]) -> dict[str, tuple[str, str | None]]:
    rows = session.execute(
        select(MarkRevision.id, MarkRevision.verdict, MarkRevision.value).where(MarkRevision.id.in_(revisions))
    )
    return {id_: (verdict, value) for id_, verdict, value in rows}


def _class_names(session: Session) -> dict[str, str]:
    """Of each part of a class the class's name with its own."""
    parent = aliased(Group)
    rows = session.execute(select(Group.id, parent.name, Group.name).join(parent, parent.id == Group.parent_id))
    return {id_: f"{name}, {own}" for id_, name, own in rows}
