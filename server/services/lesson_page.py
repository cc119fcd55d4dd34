"""One lesson as its page shows it: what stands, who wrote it, what became of its tasks, and the lessons beside it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import Day, Lesson, LessonCourse, LessonForm, Person, Return, Scale, Task, TaskKind, Work
from server.services import content
from server.services.content_draft import LessonDraft, Rules
from server.services.lesson_list import LessonLine, lessons_where
from server.services.people import short_name


@dataclass(frozen=True)
class TaskState:
    """What became of a task: works that were given, and how many of them came back at least once."""

    published: bool
    works: int
    returned: int


@dataclass(frozen=True)
class Beside:
    """Another lesson to go to."""

    id: str
    on: date
    name: str


@dataclass(frozen=True)
class LessonPage:
    """``draft`` is what stands; ``mark`` names it for the form; ``author`` is "" before anybody wrote."""

    line: LessonLine
    draft: LessonDraft
    mark: str
    rules: Rules
    approved: bool
    from_file: bool
    author: str
    changed_at: datetime | None
    tasks: dict[str, TaskState]
    joined: tuple[Beside, ...]
    before: Beside | None
    after: Beside | None


def lesson_page(session: Session, lesson_course_id: str) -> LessonPage:
    """Raises DomainError lesson_unknown."""
    view = content.lesson_course(session, lesson_course_id)
    [line] = lessons_where(session, LessonCourse.id == view.id)
    draft = content.read(session, view)
    material = content.material_of(session, view.id)
    author = session.get(Person, material.author_id) if material and material.author_id else None
    day = session.get(Day, line.on)
    return LessonPage(
        line=line, draft=draft, mark=draft.mark(), rules=content.rules_of(session, view),
        approved=day is not None and day.approved_at is not None,
        from_file=material is not None and material.origin == "file",
        author=short_name(author) if author else "", changed_at=material.changed_at if material else None,
        tasks=_task_states(session, view.id), joined=_joined(session, view),
        before=_beside(session, view, -1), after=_beside(session, view, 1),
    )  # fmt: skip


def names(session: Session) -> dict[str, dict[str, str]]:
    """Message ids of the school's forms, kinds and scales: {"form": {code: name}, "kind": …, "scale": …}."""
    return {
        key: dict(session.execute(select(model.code, model.name).order_by(model.position)).all())
        for key, model in (("form", LessonForm), ("kind", TaskKind), ("scale", Scale))
    }


def _task_states(session: Session, lesson_course_id: str) -> dict[str, TaskState]:
    rows = session.execute(
        select(Task.id, Task.published_at, func.count(Work.id.distinct()), func.count(Return.work_id.distinct()))
        .outerjoin(Work, Work.task_id == Task.id).outerjoin(Return, Return.work_id == Work.id)
        .where(Task.lesson_course_id == lesson_course_id).group_by(Task.id, Task.published_at)
    )  # fmt: skip
    return {id: TaskState(at is not None, works, returned) for id, at, works, returned in rows}


def _joined(session: Session, view: LessonCourse) -> tuple[Beside, ...]:
    others = [other.id for other in view.lesson.courses if other.id != view.id]
    lines = lessons_where(session, LessonCourse.id.in_(others)) if others else []
    return tuple(Beside(line.id, line.on, line.group_name) for line in lines)


def _beside(session: Session, view: LessonCourse, step: int) -> Beside | None:
    """The same course's lesson before (-1) or after (1) this one."""
    here = (view.lesson.on, view.lesson.n)
    query = select(LessonCourse.id, Lesson.on, LessonCourse.topic).join(Lesson).where(
        LessonCourse.course_id == view.course_id, Lesson.state != "withdrawn"
    )  # fmt: skip
    if step < 0:
        query = query.where((Lesson.on < here[0]) | ((Lesson.on == here[0]) & (Lesson.n < here[1])))
        query = query.order_by(Lesson.on.desc(), Lesson.n.desc())
    else:
        query = query.where((Lesson.on > here[0]) | ((Lesson.on == here[0]) & (Lesson.n > here[1])))
        query = query.order_by(Lesson.on, Lesson.n)
    row = session.execute(query.limit(1)).first()
    return Beside(*row) if row else None
