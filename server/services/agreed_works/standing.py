"""How the tasks of lessons stand between deputy and teacher now, for whatever lessons are asked about; one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import Course, Group, Lesson, LessonAgreement, LessonCourse, Material, Person, Subject, Task
from server.services.agreed_works import states
from server.services.agreed_works.states import Given, Said
from server.services.lesson_list import of_teacher
from server.services.people import short_name


@dataclass(frozen=True)
class Standing:
    """A lesson's tasks for one course. ``said`` None: the deputy has not spoken; ``n``: how often it was spoken.

    ``remark``, ``by``, ``at``: of the last word.
    """

    id: str
    on: date
    subject: str
    group: str
    works: tuple[Given, ...]
    version: int
    said: Said | None = None
    n: int = 0
    remark: str = ""
    by: str = ""
    at: datetime | None = None

    @property
    def hash(self) -> str:
        """Of the tasks as they stand."""
        return states.works_hash(self.on, self.works)

    @property
    def mark(self) -> str:
        """Names what was looked at, in a form."""
        return self.hash[:16]

    @property
    def state(self) -> str:
        """As in ``states``."""
        return states.state(self.hash, self.version, len(self.works), self.said)


_Parent = aliased(Group)
_LAST = (
    select(func.max(LessonAgreement.n)).where(LessonAgreement.lesson_course_id == LessonCourse.id)
    .correlate(LessonCourse).scalar_subquery()
)  # fmt: skip
_ROWS = (
    select(LessonCourse.id, Lesson.on, Subject.name.label("subject"), Group.name.label("group"),
           _Parent.name.label("parent"), Task.id.label("task"), Task.kind, Task.title, Task.due_on, Material.version,
           LessonAgreement.n, LessonAgreement.answer, LessonAgreement.hash, LessonAgreement.version.label("said_of"),
           LessonAgreement.remark, LessonAgreement.at, Person.last_name, Person.first_name, Person.middle_name)
    .select_from(LessonCourse)
    .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
    .join(Subject, Subject.id == Course.subject_id).join(Group, Group.id == Course.group_id)
    .outerjoin(_Parent, _Parent.id == Group.parent_id)
    .outerjoin(Task, and_(Task.lesson_course_id == LessonCourse.id, Task.withdrawn.is_(False),
                          Task.marks_only.is_(False)))
    .outerjoin(Material, Material.lesson_course_id == LessonCourse.id)
    .outerjoin(LessonAgreement, and_(LessonAgreement.lesson_course_id == LessonCourse.id, LessonAgreement.n == _LAST))
    .outerjoin(Person, Person.id == LessonAgreement.by_id)
    .where(Lesson.state == "planned")
    .order_by(Lesson.on, Lesson.n, LessonCourse.id, Task.due_on, Task.id)
)  # fmt: skip


def concerned() -> ColumnElement[bool]:
    """SQL: lessons with tasks, or to which the deputy has said something."""
    tasks = select(Task.lesson_course_id).where(Task.withdrawn.is_(False), Task.marks_only.is_(False))
    return or_(LessonCourse.id.in_(tasks), LessonCourse.id.in_(select(LessonAgreement.lesson_course_id)))


def standings(session: Session, *where: ColumnElement[bool]) -> dict[str, Standing]:
    """Id of a course's lesson → how its tasks stand, of held lessons in the order of the days."""
    rows: dict[str, list[Any]] = {}
    for row in session.execute(_ROWS.where(*where)):
        rows.setdefault(row.id, []).append(row)
    return {id: _standing(own) for id, own in rows.items()}


def _standing(rows: list[Any]) -> Standing:
    first = rows[0]
    group = f"{first.parent}, {first.group}" if first.parent else first.group
    works = tuple(Given(row.kind, row.title, row.due_on) for row in rows if row.task is not None)
    plain = (first.id, first.on, first.subject, group, works, first.version or 0)
    if first.n is None:
        return Standing(*plain)
    return Standing(*plain, Said(first.answer, first.hash, first.said_of), first.n, first.remark, short_name(first),
                    first.at)  # fmt: skip


def of_lesson(session: Session, id: str) -> Standing | None:
    """How one lesson's tasks stand; None for a cancelled one."""
    return standings(session, LessonCourse.id == id).get(id)


def returned_to(session: Session, person_id: str, today: date) -> list[Standing]:
    """Lessons of a teacher, from today on, whose tasks came back and wait for a change."""
    spoken = select(LessonAgreement.lesson_course_id).where(LessonAgreement.answer == "returned")
    found = standings(session, LessonCourse.id.in_(spoken), Lesson.on >= today, LessonAgreement.answer == "returned",
                      of_teacher(person_id))  # fmt: skip
    return [one for one in found.values() if one.state == states.RETURNED]


def open_by_day(session: Session, days: Iterable[date]) -> dict[date, int]:
    """Day → how many of its lessons have tasks that are not agreed; a lesson of joined classes counts for each."""
    found: dict[date, int] = {}
    asked = list(days)
    for one in standings(session, Lesson.on.in_(asked), concerned()).values() if asked else ():
        if one.state in states.NOT_AGREED:
            found[one.on] = found.get(one.on, 0) + 1
    return found
