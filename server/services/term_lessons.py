"""Lessons that the timetable no longer has but that bear tasks, material or notes: listed until somebody decides."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from server import store
from server.errors import DomainError
from server.importers.findings import Notes
from server.models import (
    Course,
    Group,
    Lesson,
    LessonChange,
    LessonCourse,
    Material,
    School,
    Subject,
    Task,
    Work,
)
from server.services.calendar import grades_by_group
from server.services.content import Author
from server.services.days.changing import Deed, Rights, carry_out
from server.services.days.state import state_of
from server.services.imports import lessons
from server.services.imports.book import Book
from server.services.imports.change_journal import chunks
from server.services.imports.years import year_of


@dataclass(frozen=True)
class Left:
    """A lesson with what hangs on it. ``names``: (class or part, subject) of its courses; ``grades``: of its groups."""

    lesson_id: str
    on: date
    n: int
    course_ids: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    grades: tuple[int | None, ...]
    tasks: int
    materials: int
    works: int


@dataclass(frozen=True)
class Undecided:
    """Such a lesson, and the next one of the same courses that bears nothing yet: (id, day, number), or None."""

    left: Left
    to: tuple[str, date, int] | None


def course_names(session: Session, course_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Course → its group, by class where it is a part, and its subject."""
    classes = dict(session.execute(select(Group.id, Group.name)).all()) if course_ids else {}
    found = {}
    for some in chunks(sorted(course_ids)):
        rows = session.execute(
            select(Course.id, Group.name, Group.parent_id, Subject.name).join(Group, Group.id == Course.group_id)
            .join(Subject, Subject.id == Course.subject_id).where(Course.id.in_(some))
        )  # fmt: skip
        for id, group, parent_id, subject in rows:
            found[id] = (f"{classes[parent_id]}, {group}" if parent_id else group, subject)
    return found


def left(session: Session, lesson_ids: Sequence[str]) -> list[Left]:
    """These lessons in order of their days, with what hangs on them."""
    if not lesson_ids:
        return []
    views: dict[str, list[tuple[str, str]]] = {}  # lesson → (view, course)
    places: dict[str, tuple[date, int]] = {}
    for some in chunks(lesson_ids):
        rows = session.execute(
            select(Lesson.id, Lesson.on, Lesson.n, LessonCourse.id, LessonCourse.course_id)
            .join(LessonCourse, LessonCourse.lesson_id == Lesson.id).where(Lesson.id.in_(some))
            .order_by(LessonCourse.course_id)
        )  # fmt: skip
        for id, on, n, view, course in rows:
            places[id] = (on, n)
            views.setdefault(id, []).append((view, course))
    ids = [view for own in views.values() for view, _course in own]
    tasks, materials = _count(session, Task, ids), _count(session, Material, ids)
    works = _works(session, ids)
    courses = {course for own in views.values() for _view, course in own}
    names, grades = course_names(session, courses), _grades(session, courses)
    found = [
        Left(id, *places[id], tuple(course for _, course in own), tuple(names[course] for _, course in own),
             tuple(grades[course] for _, course in own), sum(tasks.get(view, 0) for view, _ in own),
             sum(materials.get(view, 0) for view, _ in own), sum(works.get(view, 0) for view, _ in own))
        for id, own in views.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.on, one.n, one.names, one.lesson_id))


def _count(session: Session, model: Any, views: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(views):
        found |= dict(session.execute(select(model.lesson_course_id, func.count())
                                      .where(model.lesson_course_id.in_(some))
                                      .group_by(model.lesson_course_id)).all())  # fmt: skip
    return found


def _works(session: Session, views: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(views):
        rows = session.execute(select(Task.lesson_course_id, func.count()).join(Work, Work.task_id == Task.id)
                               .where(Task.lesson_course_id.in_(some)).group_by(Task.lesson_course_id))  # fmt: skip
        found |= dict(rows.all())
    return found


def _grades(session: Session, courses: Iterable[str]) -> dict[str, int | None]:
    groups = session.execute(select(Group.id, Group.grade, Group.parent_id)).all()
    grades = grades_by_group({id: (grade, parent) for id, grade, parent in groups})
    rows = session.execute(select(Course.id, Course.group_id).where(Course.id.in_(list(courses))))
    return {id: grades[group] for id, group in rows}


def undecided(session: Session, by: Author) -> list[Undecided]:
    """Lessons from today on that the timetable or the calendar no longer has and that bear something."""
    year = year_of(session, by.today)
    weekly = _weekly_in_use(session, by.today)
    if year is None or not weekly:
        return []
    book = Book(session=session, school=session.scalars(select(School)).one(), now=by.now, today=by.today,
                notes=Notes(""), randbytes=secrets.token_bytes)  # fmt: skip
    orphans = lessons.plan_anew(book, year, weekly).orphans
    waiting = left(session, [lesson.id for lesson in orphans])
    free = _free(session, {course for one in waiting for course in one.course_ids}, by.today) if waiting else {}
    found = []
    for one in waiting:
        later = (place for place in free.get(frozenset(one.course_ids), ()) if place[0] > one.on)
        to = next(later, None)
        found.append(Undecided(one, (to[2], to[0], to[1]) if to else None))
    return found


def _weekly_in_use(session: Session, today: date) -> set[str]:
    """Weekly lessons of which a lesson to come bears something."""
    in_use = lessons.views_in_use(session)
    rows = session.execute(
        select(LessonCourse.id, Lesson.weekly_lesson_id).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Lesson.on >= today, Lesson.state == "planned", Lesson.weekly_lesson_id.is_not(None))
    )  # fmt: skip
    return {weekly for view, weekly in rows if view in in_use}


def _free(session: Session, courses: Collection[str], today: date) -> dict[frozenset[str], list[tuple[date, int, str]]]:
    """Courses that are taught together → their lessons from today on, in order, that the office did not change and that
    bear nothing."""
    own = select(LessonCourse.lesson_id).where(LessonCourse.course_id.in_(courses))
    rows = session.execute(
        select(Lesson.id, Lesson.on, Lesson.n, LessonCourse.id, LessonCourse.course_id)
        .join(LessonCourse, LessonCourse.lesson_id == Lesson.id)
        .where(Lesson.id.in_(own), Lesson.on >= today, Lesson.state == "planned")
    ).all()  # fmt: skip
    changed = set(session.scalars(select(LessonChange.lesson_id).where(
        LessonChange.kind != "imported", LessonChange.undone.is_(False))))  # fmt: skip
    in_use = lessons.views_in_use(session)
    taken = changed | {row[0] for row in rows if row[3] in in_use}
    together: dict[tuple[date, int, str], set[str]] = {}
    for id, on, n, _view, course in rows:
        if id not in taken:
            together.setdefault((on, n, id), set()).add(course)
    found: dict[frozenset[str], list[tuple[date, int, str]]] = {}
    for place in sorted(together):
        found.setdefault(frozenset(together[place]), []).append(place)
    return found


def move(lesson_id: str, to_id: str, by: Author, rights: Rights) -> str:
    """The lesson takes the place of a later, empty one, with all that hangs on it; returns the id of the deed.

    Raises DomainError ``lesson_changed`` where the two do not fit any more, and as ``changing.carry_out`` does.
    """

    def write(session: Session) -> str:
        found = next((one for one in undecided(session, by) if one.left.lesson_id == lesson_id), None)
        if found is None or found.to is None or found.to[0] != to_id:
            raise DomainError("lesson_changed")
        here, there = (state_of(_whole(session, id)) for id in (lesson_id, to_id))
        moved = replace(here, on=there.on, n=there.n, shift=there.shift, room=there.room, teachers=there.teachers)
        deeds = [Deed("moved", moved, lesson_id), Deed("adjusted", replace(there, state="withdrawn"), to_id)]
        return carry_out(session, "moved", deeds, by, rights)

    return store.write(write)


def cancel(lesson_id: str, by: Author, rights: Rights) -> str:
    """The lesson does not take place; what hangs on it stays where it is. Returns the id of the deed."""

    def write(session: Session) -> str:
        if lesson_id not in {one.left.lesson_id for one in undecided(session, by)}:
            raise DomainError("lesson_changed")
        state = state_of(_whole(session, lesson_id))
        return carry_out(session, "cancelled", [Deed("cancelled", replace(state, state="cancelled"), lesson_id)], by,
                         rights)  # fmt: skip

    return store.write(write)


def _whole(session: Session, lesson_id: str) -> Lesson:
    options = (selectinload(Lesson.courses), selectinload(Lesson.teachers))
    return session.scalars(select(Lesson).where(Lesson.id == lesson_id).options(*options)
                           .execution_options(populate_existing=True)).one()  # fmt: skip
