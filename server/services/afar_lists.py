"""What a device must know to log without signal: its person's courses, their lessons, tasks, works, and whom to call.

Only what is needed, and only for who stands in front of these children: courses taught, and the classes of a class
teacher or tutor. A right on the whole school puts nothing on a phone.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server import naming, policy
from server.models import (
    AbsenceLetter,
    ContactTopic,
    CourseTeacher,
    Group,
    Guardianship,
    Lesson,
    LessonCourse,
    Person,
    ReturnChannel,
    Scale,
    Task,
    Work,
)
from server.policy import Action, Grant, Scope
from server.services import courses
from server.services.people import full_name
from server.services.works import current, members

BACK, AHEAD = timedelta(days=14), timedelta(days=7)  # lessons on the phone
OPEN = timedelta(days=60)  # tasks whose lesson or date of control is no longer ago


@dataclass(frozen=True)
class Reach:
    """The courses of a device's person; those whose marks may be seen, and the day it is."""

    heads: tuple[courses.CourseHead, ...]
    marked: frozenset[str]
    day: date
    scopes: dict[str, Scope] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """The ids of the courses."""
        return [head.id for head in self.heads]

    def tasks(self) -> Any:
        """SQL, beside a Task and its Lesson: tasks of these courses that are on the phone, or were."""
        since = self.day - OPEN
        return and_(Task.course_id.in_(self.ids), Task.published_at.is_not(None),
                    or_(Lesson.on >= since, Task.due_on >= since))  # fmt: skip

    def name(self) -> str:
        """A short name of what is reached: when it changes, everything must be told anew."""
        return _short([*sorted(self.ids), *sorted(self.marked)])


def reach(session: Session, grants: Sequence[Grant], day: date) -> Reach:
    """What the grants put on a device."""
    groups = {grant.group_id for grant in grants if grant.group_id and not grant.course_id}
    ids = {grant.course_id for grant in grants if grant.course_id}
    if not groups and not ids:
        return Reach((), frozenset(), day)
    heads = courses.courses(session, day, (groups, ids))  # type: ignore[arg-type]
    parents = dict(session.execute(select(Group.id, Group.parent_id)).all())
    scopes = {head.id: Scope(frozenset({head.group_id, parents.get(head.group_id)} - {None}), frozenset({head.id}))
              for head in heads}  # type: ignore[arg-type]  # fmt: skip
    marked = {id_ for id_, scope in scopes.items() if policy.allows(grants, Action.MARK_VIEW, scope)}
    return Reach(tuple(heads), frozenset(marked), day, scopes)


def lists(session: Session, person_id: str, grants: Sequence[Grant], known: Reach) -> dict[str, Any]:
    """Everything that is on the phone but the states of works."""
    names, by_group = _students(session, known)
    led = set(session.scalars(select(CourseTeacher.course_id).where(
        CourseTeacher.person_id == person_id, CourseTeacher.is_lead,
        current(CourseTeacher.since, CourseTeacher.until, known.day),
    )))  # fmt: skip
    called = [head.group_id for head in known.heads if _may_call(grants, known.scopes[head.id])]
    return {
        "courses": [
            {"id": head.id, "name": naming.capital(head.subject), "group": naming.klass_short(head.group_name),
             "lead": head.id in led, "students": [[id_, names[id_]] for id_ in by_group[head.group_id]]}
            for head in known.heads
        ],
        "lessons": _lessons(session, known),
        "tasks": _tasks(session, known),
        "works": _works(session, known, set(names)),
        "channels": _said(session, ReturnChannel), "letters": _said(session, AbsenceLetter),
        "topics": _said(session, ContactTopic),
        "families": _families(session, {id_ for group_id in called for id_ in by_group[group_id]}),
    }  # fmt: skip


def tag(known: Reach, told: Any) -> str:
    """Names the lists: first what is reached, then what is in them."""
    return known.name() + _short(told)


def gone(session: Session, known: Reach) -> list[str]:
    """Codes of works that are no longer owed: the task was withdrawn, or the student left."""
    rows = session.scalars(
        select(Work.code).join(Task, Task.id == Work.task_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Person, Person.id == Work.student_id)
        .where(known.tasks(), or_(Task.withdrawn, Person.left_on <= known.day)).order_by(Work.code)
    )  # fmt: skip
    return list(rows)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _may_call(grants: Sequence[Grant], scope: Scope) -> bool:
    return all(policy.allows(grants, action, scope) for action in (Action.CONTACT_LOG, Action.CONTACTS_VIEW))


def _students(session: Session, known: Reach) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Names of all students, and the students of each group in the order of its list."""
    ids = {group.id: members(session, group, known.day) for group in session.scalars(
        select(Group).where(Group.id.in_({head.group_id for head in known.heads}))
    )}  # fmt: skip
    wanted = {id_ for each in ids.values() for id_ in each}
    here = or_(Person.left_on.is_(None), Person.left_on > known.day)
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(wanted), here))}
    order = {id_: courses.alphabetical(full_name(person)) for id_, person in people.items()}
    names: dict[str, str] = {}
    by_group = {}
    for group_id, each in ids.items():
        by_group[group_id] = sorted((id_ for id_ in each if id_ in people), key=lambda id_: (order[id_], id_))
        names |= _told_apart([people[id_] for id_ in by_group[group_id] if id_ not in names])
    return names, by_group


def _told_apart(people: Sequence[Person]) -> dict[str, str]:
    """«Веслов Е.»; who would be called like another of the class has the whole first name."""
    short = {person.id: f"{person.last_name} {person.first_name[:1]}.".removesuffix(" .") for person in people}
    shared = list(short.values())
    return {
        person.id: short[person.id] if shared.count(short[person.id]) == 1
        else f"{person.last_name} {person.first_name}".strip()
        for person in people
    }  # fmt: skip


def _lessons(session: Session, known: Reach) -> list[dict[str, Any]]:
    rows = session.execute(
        select(LessonCourse.id, LessonCourse.course_id, Lesson.on, Lesson.n, LessonCourse.topic, LessonCourse.form)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(LessonCourse.course_id.in_(known.ids), Lesson.state == "planned",
               Lesson.on.between(known.day - BACK, known.day + AHEAD))
        .order_by(Lesson.on, Lesson.n, LessonCourse.id)
    )  # fmt: skip
    return [
        {"id": id_, "course": course, "on": on.isoformat(), "n": n, "topic": topic, "form": form}
        for id_, course, on, n, topic, form in rows
    ]


def _tasks(session: Session, known: Reach) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Task.id, Task.course_id, Task.lesson_course_id, Task.title, Task.kind, Scale.type, Scale.values,
               Task.max_points, Task.due_on, Task.marks_only)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Scale, Scale.code == Task.scale)
        .where(known.tasks(), Task.withdrawn.is_(False)).order_by(Lesson.on, Lesson.n, Task.id)
    )  # fmt: skip
    return [
        {"id": id_, "course": course, "lesson": lesson, "title": title, "kind": kind,
         "scale": {"type": type_, "values": values, "maximum": maximum}, "due_on": due and due.isoformat(),
         "marks_only": marks_only}
        for id_, course, lesson, title, kind, type_, values, maximum, due, marks_only in rows
    ]  # fmt: skip


def _works(session: Session, known: Reach, students: set[str]) -> list[list[str]]:
    """Codes with task and student, task by task: so gzip finds what repeats."""
    rows = session.execute(
        select(Work.code, Work.task_id, Work.student_id).join(Task, Task.id == Work.task_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(known.tasks(), Task.withdrawn.is_(False)).order_by(Work.task_id, Work.student_id)
    )  # fmt: skip
    return [[code, task, student] for code, task, student in rows if student in students]


def _said(session: Session, model: Any) -> list[list[str]]:
    """Codes and names of reference rows, in the person's language."""
    rows = session.execute(select(model.code, model.name).order_by(model.position))
    return [[code, gettext(name)] for code, name in rows]


def _families(session: Session, students: set[str]) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Guardianship, Person).join(Person, Person.id == Guardianship.guardian_id)
        .where(Guardianship.student_id.in_(students)).order_by(Guardianship.student_id, Guardianship.id)
    )  # fmt: skip
    return [
        {"student": row.student_id, "person": person.id, "name": full_name(person), "phone": person.phone,
         "may_receive": row.may_receive}
        for row, person in rows
    ]  # fmt: skip
