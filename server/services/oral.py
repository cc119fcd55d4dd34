"""Marks without anything handed out or in: the column of a lesson's oral answers, and works that only bear a mark."""

from dataclasses import dataclass
from datetime import date, datetime
from random import SystemRandom

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Course, LessonCourse, School, Task, Work
from server.services import content, grading_rules, works
from server.services.grading_rules import ORAL
from sync import codes
from sync.ids import content_id


@dataclass(frozen=True)
class Column:
    """What a task that only bears marks is: its title, kind and how it is marked."""

    title: str
    kind: str
    scale: str
    max_points: int | None = None


def open_column(lesson_course_id: str, today: date, now: datetime) -> str:
    """The task of a lesson's oral answers, made at the first call; every later call finds the same one.

    Raises DomainError lesson_unknown, date_in_future.
    """
    with force_locale(db.session.scalars(select(School.locale)).one()):
        title = _("Oral answers")

    def write(session: Session) -> str:
        view = content.lesson_course(session, lesson_course_id)
        if view.lesson.on > today:
            raise DomainError("date_in_future", value=view.lesson.on.isoformat())
        task_id = content_id(ORAL, view.id)
        scale, most = scale_of(session, view.course, view.lesson.on)
        make_task(session, task_id, view, Column(title, ORAL, scale, most), now)
        works.create_missing(session, [task_id], view.lesson.on, now, SystemRandom().randrange)
        return task_id

    return store.write(write)


def scale_of(session: Session, course: Course, day: date) -> tuple[str, int | None]:
    """How oral answers are marked in a course: scale and, for points, the maximum."""
    rule = grading_rules.rule_for(session, course, grading_rules.TERM, day)
    oral = rule.parameters.get("oral", {}) if rule else {}
    return oral.get("scale") or course.subject.scale or grading_rules.FIVE, oral.get("maximum")


def make_task(session: Session, task_id: str, view: LessonCourse, column: Column, now: datetime) -> None:
    """A task that only bears marks, if it is not there yet: no date of control, in no edition and in no pack.

    Whoever comes at the same moment waits for the lesson's row and then finds the task.
    """
    session.execute(select(LessonCourse.id).where(LessonCourse.id == view.id).with_for_update())
    if session.get(Task, task_id) is not None:
        return
    session.add(Task(
        id=task_id, lesson_course_id=view.id, course_id=view.course_id, kind=column.kind, title=column.title, text="",
        scale=column.scale, max_points=column.max_points, published_at=now, marks_only=True,
    ))  # fmt: skip
    session.flush()


def give_work(session: Session, task_id: str, student_id: str, now: datetime) -> Work:
    """The student's work of such a task, made if it is not there yet."""
    known = session.scalar(select(Work).where(Work.task_id == task_id, Work.student_id == student_id))
    if known is not None:
        return known
    taken = set(session.scalars(select(Work.code)))
    while (code := codes.new_code(SystemRandom().randrange)) in taken:
        pass
    work = Work(id=content_id("work", task_id, student_id), task_id=task_id, student_id=student_id, code=code,
                created_at=now)  # fmt: skip
    session.add(work)
    session.flush()
    return work
