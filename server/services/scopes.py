"""What an object belongs to, as the policy asks it: the groups and courses of a student, a lesson, a work.

A subgroup brings its class with it, and a class its subgroups. Each function raises a DomainError for an unknown id.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Course, Group, Lesson, LessonCourse, Membership, Person, Task, Work
from server.policy import Scope


def of_group(session: Session, group_id: str) -> Scope:
    """The group, its class if it is a subgroup, and its subgroups."""
    rows = session.execute(
        select(Group.id, Group.parent_id).where(or_(Group.id == group_id, Group.parent_id == group_id))
    ).all()
    if group_id not in {id for id, _parent in rows}:
        raise DomainError("group_unknown", name="")
    return Scope(frozenset(known for row in rows for known in row if known))


def of_course(session: Session, course_id: str) -> Scope:
    """The course, its group and that group's class."""
    row = session.execute(_COURSES.where(Course.id == course_id)).first()
    if row is None:
        raise DomainError("course_unknown")
    return _course(*row)


def of_lesson_course(session: Session, lesson_course_id: str) -> Scope:
    """The course of one course's view of a lesson. Raises DomainError lesson_unknown, also for a withdrawn lesson."""
    row = session.execute(
        _COURSES.join(LessonCourse, LessonCourse.course_id == Course.id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(LessonCourse.id == lesson_course_id, Lesson.state != "withdrawn")
    ).first()  # fmt: skip
    if row is None:
        raise DomainError("lesson_unknown")
    return _course(*row)


_COURSES = select(Course.id, Course.group_id, Group.parent_id).join(Group, Group.id == Course.group_id)


def _course(course_id: str, group_id: str, parent_id: str | None) -> Scope:
    return Scope(frozenset(id for id in (group_id, parent_id) if id), frozenset({course_id}))


def of_student(session: Session, person_id: str, on: date) -> Scope:
    """The groups a student belongs to on a day; of somebody who left, the groups of the last membership."""
    rows = session.execute(
        select(Membership.since, Membership.until, Membership.group_id, Group.parent_id).select_from(Person)
        .outerjoin(Membership, Membership.person_id == Person.id).outerjoin(Group, Group.id == Membership.group_id)
        .where(Person.id == person_id)
    ).all()  # fmt: skip
    if not rows:
        raise DomainError("person_unknown")
    counted = _counted([row for row in rows if row.group_id], on)
    return Scope(frozenset(id for row in counted for id in (row.group_id, row.parent_id) if id))


def groups_of(session: Session, person_ids: Iterable[str], on: date) -> dict[str, set[str]]:
    """The groups of many students as ``of_student`` counts them, but without the classes of subgroups."""
    found: dict[str, list[Membership]] = {}
    for row in session.scalars(select(Membership).where(Membership.person_id.in_(list(person_ids)))):
        found.setdefault(row.person_id, []).append(row)
    return {person_id: {row.group_id for row in _counted(rows, on)} for person_id, rows in found.items()}


def _counted(memberships: Sequence[Membership], on: date) -> Sequence[Membership]:
    """Those of the day; of somebody who left, the last."""
    current = [row for row in memberships if row.since <= on and (row.until is None or row.until >= on)]
    return current or sorted(memberships, key=lambda row: row.until or row.since)[-1:]


def of_lesson(session: Session, lesson_id: str) -> Scope:
    """All courses of a lesson (several when classes are joined) and their groups."""
    rows = session.execute(
        select(Course.id, Course.group_id, Group.parent_id).select_from(Lesson)
        .outerjoin(LessonCourse, LessonCourse.lesson_id == Lesson.id)
        .outerjoin(Course, Course.id == LessonCourse.course_id).outerjoin(Group, Group.id == Course.group_id)
        .where(Lesson.id == lesson_id)
    ).all()  # fmt: skip
    if not rows:
        raise DomainError("lesson_unknown")
    return _together(_course(*row) for row in rows if row[0])


def of_task(session: Session, task_id: str) -> Scope:
    """The task's course."""
    row = session.execute(_COURSES.join(Task, Task.course_id == Course.id).where(Task.id == task_id)).first()
    if row is None:
        raise DomainError("not_found")
    return _course(*row)


def of_work(session: Session, code: str, on: date) -> Scope:
    """The course of the work and the groups of its student: a class teacher sees the works of a study group too."""
    row = session.execute(
        _COURSES.add_columns(Work.student_id).join(Task, Task.course_id == Course.id)
        .join(Work, Work.task_id == Task.id).where(Work.code == code)
    ).first()  # fmt: skip
    if row is None:
        raise DomainError("code_unknown", code=code)
    course_id, group_id, parent_id, student_id = row
    return _together((_course(course_id, group_id, parent_id), of_student(session, student_id, on)))


def _together(scopes: Iterable[Scope]) -> Scope:
    known = list(scopes)
    return Scope(
        frozenset().union(*(scope.groups for scope in known)), frozenset().union(*(scope.courses for scope in known))
    )
