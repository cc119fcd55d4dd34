"""One lesson as its page shows it: what stands, who wrote it, what became of its tasks, and the lessons beside it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import AnswerField, Day, Lesson, LessonCourse, Person, Return, Task, Work
from server.services import content
from server.services.content_draft import LessonDraft, Rules
from server.services.lesson_list import LessonLine, lessons_where
from server.services.people import short_name


@dataclass(frozen=True)
class TaskState:
    """What became of a task: works that were given, how many of them came back at least once; its questions to tick."""

    published: bool
    works: int
    returned: int
    questions: int = 0


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
    names: dict[str, dict[str, str]]
    tasks: dict[str, TaskState]
    joined: tuple[Beside, ...]
    before: Beside | None
    after: Beside | None


def lesson_page(session: Session, lesson_course_id: str) -> LessonPage:
    """Raises DomainError lesson_unknown."""
    view = content.lesson_course(session, lesson_course_id)
    [line] = lessons_where(session, LessonCourse.id == view.id)
    material = content.material_of(session, view.id)
    draft = content.typed(session, view, material)
    known = content.names(session)
    author = session.get(Person, material.author_id) if material and material.author_id else None
    day = session.get(Day, line.on)
    return LessonPage(
        line=line, draft=draft, mark=draft.mark(), rules=content.rules_of(session, view, known), names=known,
        approved=day is not None and day.approved_at is not None,
        from_file=material is not None and material.origin == "file",
        author=short_name(author) if author else "", changed_at=material.changed_at if material else None,
        tasks=_task_states(session, view.id), joined=_joined(session, view),
        **_beside(session, view),
    )  # fmt: skip


def _task_states(session: Session, lesson_course_id: str) -> dict[str, TaskState]:
    rows = session.execute(
        select(Task.id, Task.published_at, func.count(Work.id.distinct()), func.count(Return.work_id.distinct()),
               select(func.count()).where(AnswerField.task_id == Task.id).scalar_subquery())
        .outerjoin(Work, Work.task_id == Task.id).outerjoin(Return, Return.work_id == Work.id)
        .where(Task.lesson_course_id == lesson_course_id).group_by(Task.id, Task.published_at)
    )  # fmt: skip
    return {id: TaskState(at is not None, works, returned, asked) for id, at, works, returned, asked in rows}


def _joined(session: Session, view: LessonCourse) -> tuple[Beside, ...]:
    others = [other.id for other in view.lesson.courses if other.id != view.id]
    lines = lessons_where(session, LessonCourse.id.in_(others)) if others else []
    return tuple(Beside(line.id, line.on, line.group_name) for line in lines)


def _beside(session: Session, view: LessonCourse) -> dict[str, Beside | None]:
    """The same course's lessons before and after this one."""
    here = (view.lesson.on, view.lesson.n)
    query = select(LessonCourse.id, Lesson.on, LessonCourse.topic, Lesson.n).join(Lesson).where(
        LessonCourse.course_id == view.course_id, Lesson.state != "withdrawn"
    )  # fmt: skip
    earlier = query.where((Lesson.on < here[0]) | ((Lesson.on == here[0]) & (Lesson.n < here[1])))
    later = query.where((Lesson.on > here[0]) | ((Lesson.on == here[0]) & (Lesson.n > here[1])))
    last = earlier.order_by(Lesson.on.desc(), Lesson.n.desc()).limit(1).subquery()
    first = later.order_by(Lesson.on, Lesson.n).limit(1).subquery()
    found: dict[str, Beside | None] = {"before": None, "after": None}
    for id, on, topic, n in session.execute(select(last).union_all(select(first))):
        found["before" if (on, n) < here else "after"] = Beside(id, on, topic)
    return found
