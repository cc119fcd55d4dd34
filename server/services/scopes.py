"""What an object belongs to, as the policy asks it: the groups and courses of a student, a lesson, a work.

A subgroup brings its class with it, and a class its subgroups. Each function raises a DomainError for an unknown id.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Course, Group, Lesson, LessonCourse, Membership, Person, Task, Work
from server.policy import Scope


def of_group(session: Session, group_id: str) -> Scope:
    """The group, its class if it is a subgroup, and its subgroups."""
    group = session.get(Group, group_id)
    if group is None:
        raise DomainError("group_unknown", name="")
    children = session.scalars(select(Group.id).filter_by(parent_id=group_id))
    return Scope(frozenset({group_id, *_parent(group), *children}))


def of_course(session: Session, course_id: str) -> Scope:
    """The course, its group and that group's class."""
    course = session.get(Course, course_id)
    if course is None:
        raise DomainError("course_unknown")
    return Scope(frozenset({course.group_id, *_parent(course.group)}), frozenset({course_id}))


def of_student(session: Session, person_id: str, on: date) -> Scope:
    """The groups a student belongs to on a day; of somebody who left, the groups of the last membership."""
    if session.get(Person, person_id) is None:
        raise DomainError("person_unknown")
    counted = _counted(session.scalars(select(Membership).filter_by(person_id=person_id)).all(), on)
    return Scope(frozenset(id for row in counted for id in (row.group_id, *_parent(row.group))))


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
    if session.get(Lesson, lesson_id) is None:
        raise DomainError("lesson_unknown")
    courses = session.scalars(select(LessonCourse.course_id).filter_by(lesson_id=lesson_id)).all()
    return _together(of_course(session, id) for id in courses)


def of_task(session: Session, task_id: str) -> Scope:
    """The task's course."""
    task = session.get(Task, task_id)
    if task is None:
        raise DomainError("not_found")
    return of_course(session, task.course_id)


def of_work(session: Session, code: str, on: date) -> Scope:
    """The course of the work and the groups of its student: a class teacher sees the works of a study group too."""
    work = session.scalar(select(Work).filter_by(code=code))
    if work is None:
        raise DomainError("code_unknown", code=code)
    return _together((of_task(session, work.task_id), of_student(session, work.student_id, on)))


def _parent(group: Group) -> tuple[str, ...]:
    return (group.parent_id,) if group.parent_id else ()


def _together(scopes: Iterable[Scope]) -> Scope:
    known = list(scopes)
    return Scope(
        frozenset().union(*(scope.groups for scope in known)), frozenset().union(*(scope.courses for scope in known))
    )
