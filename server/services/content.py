"""What a teacher writes into a lesson: its topic, form, material, resources and tasks, read and saved as one whole.

The office's word wins over files. A save names the content it was made from; if that is no longer what stands, nothing
is written and both are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import SystemRandom

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, joinedload

from server import store
from server.errors import DomainError
from server.models import (
    Course,
    Day,
    LessonCourse,
    LessonForm,
    MarkRevision,
    Material,
    Resource,
    Scale,
    Task,
    TaskKind,
    Work,
)
from server.services import grading_rules, pictures, works
from server.services.accounts import new_id, record
from server.services.content_draft import LessonDraft, ResourceDraft, Rules, TaskDraft, normal, problems, texts
from server.services.weeks import parse_day


@dataclass(frozen=True)
class Author:
    """Who saves, and when: ids of the person and of the account, the moment and the school's day."""

    person_id: str
    account_id: str
    now: datetime
    today: date


@dataclass(frozen=True)
class Saved:
    """``changed`` is false when it stood so already; ``works``: codes that were given at once."""

    changed: bool
    works: int = 0


def lesson_course(session: Session, id: str) -> LessonCourse:
    """One course's view of a lesson. Raises DomainError lesson_unknown, also for a withdrawn lesson."""
    found = session.scalar(select(LessonCourse).where(LessonCourse.id == id).options(
        joinedload(LessonCourse.lesson), joinedload(LessonCourse.course).joinedload(Course.group),
        joinedload(LessonCourse.course).joinedload(Course.subject),
    ))  # fmt: skip
    if found is None or found.lesson.state == "withdrawn":
        raise DomainError("lesson_unknown")
    return found


def names(session: Session) -> dict[str, dict[str, str]]:
    """Message ids of the school's forms, kinds and scales: {"form": {code: name}, "kind": …, "scale": …}, in order."""
    found: dict[str, dict[str, str]] = {"form": {}, "kind": {}, "scale": {}}
    one, *others = (
        select(literal(key).label("key"), model.code, model.name, model.position)
        for key, model in (("form", LessonForm), ("kind", TaskKind), ("scale", Scale))
    )
    for key, code, name, _position in session.execute(one.union_all(*others).order_by("position")):
        found[key][code] = name
    return found


def rules_of(session: Session, view: LessonCourse, known: Mapping[str, Mapping[str, str]] | None = None) -> Rules:
    """What fits into the lesson, the subject's own scale first. A grade without marks has the scale "none" alone.

    ``known``: the school's names, if they were read already.
    """
    known = known or names(session)
    no_marks = grading_rules.without_marks(session, grading_rules.grade_of(view.course.group), view.lesson.on)
    own = view.course.subject.scale
    return Rules(
        on=view.lesson.on, forms=tuple(known["form"]),
        kinds=tuple(code for code in known["kind"] if code != grading_rules.ELSEWHERE),
        scales=("none",) if no_marks else tuple(sorted(known["scale"], key=lambda code: code != own)),
        no_marks=no_marks,
    )


def material_of(session: Session, lesson_course_id: str) -> Material | None:
    """The text of the lesson with its resources."""
    return session.scalars(
        select(Material).where(Material.lesson_course_id == lesson_course_id).options(joinedload(Material.resources))
    ).unique().first()  # fmt: skip


def tasks_of(session: Session, lesson_course_id: str) -> list[Task]:
    """Its tasks in a lasting order, the withdrawn ones last; not what only bears marks."""
    return list(session.scalars(
        select(Task).where(Task.lesson_course_id == lesson_course_id, Task.marks_only.is_(False))
        .order_by(Task.withdrawn, Task.id)
    ))  # fmt: skip


def read(session: Session, view: LessonCourse) -> LessonDraft:
    """What stands now, in the form in which it is typed."""
    return typed(session, view, material_of(session, view.id))


def typed(session: Session, view: LessonCourse, material: Material | None) -> LessonDraft:
    """The same of a text that was read already."""
    resources = material.resources if material else []
    return normal(LessonDraft(
        topic=view.topic, form=view.form or "", body=material.body if material else "",
        resources=tuple(
            ResourceDraft(row.title, row.source, row.url, "" if row.size_kb is None else str(row.size_kb))
            for row in resources
        ),
        tasks=tuple(_typed(task) for task in tasks_of(session, view.id)),
    ))  # fmt: skip


def _typed(task: Task) -> TaskDraft:
    return TaskDraft(
        id=task.id, title=task.title, text=task.text, kind=task.kind, scale=task.scale,
        points="" if task.max_points is None else str(task.max_points),
        due=task.due_on.isoformat() if task.due_on else "", withdrawn=task.withdrawn,
    )  # fmt: skip


def save(lesson_course_id: str, draft: LessonDraft, base: str, by: Author) -> Saved:
    """Store a lesson's content; ``base`` is the mark of what the form was made from.

    Tasks that the draft does not name stay. A task of an approved day gets its works at once, any other at the next
    publication. Raises DomainError material_changed, task_marked, bad_request (a task of another lesson), and the
    first of ``problems``.
    """
    return store.write(lambda session: save_within(session, lesson_course_id, draft, base, by))


def save_within(session: Session, lesson_course_id: str, draft: LessonDraft, base: str, by: Author) -> Saved:
    """The same within the caller's write."""
    draft = normal(draft)
    view = lesson_course(session, lesson_course_id)
    now = read(session, view)
    if draft.says_nothing_new(now):
        return Saved(False)
    if now.mark() != base:
        raise DomainError("material_changed")
    if found := problems_of(session, draft, rules_of(session, view)):
        raise next(iter(found.values()))
    view.topic, view.form = draft.topic, draft.form or None
    _store_material(session, view, draft, by)
    fresh = _store_tasks(session, view, draft.tasks, by)
    record(session, by.now, by.account_id, "lesson.save", view.id)
    return Saved(True, _works_at_once(session, view, fresh, by))


def problems_of(session: Session, draft: LessonDraft, rules: Rules) -> dict[str, DomainError]:
    """What keeps a normal draft from being stored, by field; also a picture that is not here."""
    found = problems(draft, rules)
    for field, text in texts(draft).items():
        if field not in found and (names := pictures.unknown(session, text)):
            found[field] = DomainError("picture_unknown", name=min(names)[:8])
    return found


def _store_material(session: Session, view: LessonCourse, draft: LessonDraft, by: Author) -> None:
    """Kept even when empty: it says that the office has the last word on this lesson."""
    material = material_of(session, view.id)
    if material is None:
        material = Material(id=new_id(by.now), lesson_course_id=view.id, version=0, resources=[])
        session.add(material)
    course = session.get_one(Course, view.course_id)
    material.title, material.body = draft.topic or course.subject.name, draft.body
    material.origin, material.author_id, material.changed_at = "office", by.person_id, by.now
    material.version = (material.version or 0) + 1
    _store_resources(session, material, draft.resources, by)


def _store_resources(session: Session, material: Material, rows: tuple[ResourceDraft, ...], by: Author) -> None:
    for gone in material.resources[len(rows) :]:
        material.resources.remove(gone)
    for position, row in enumerate(rows, 1):
        if position > len(material.resources):
            material.resources.append(Resource(id=new_id(by.now), position=position))
        stored = material.resources[position - 1]
        stored.position, stored.title, stored.source, stored.url = position, row.title or row.url, row.source, row.url
        stored.size_kb = int(row.size) if row.size else None
    session.flush()


def _store_tasks(session: Session, view: LessonCourse, rows: tuple[TaskDraft, ...], by: Author) -> list[str]:
    """Ids of the tasks that are set anew or again."""
    known = {task.id: task for task in tasks_of(session, view.id)}
    fresh = []
    for row in rows:
        task = known.get(row.id)
        if row.id and task is None:
            raise DomainError("bad_request")
        if task is None and row.withdrawn:
            continue
        if task is None or (task.withdrawn and not row.withdrawn):
            fresh.append(_store_task(session, view, task, row, by))
        elif _typed(task) != row:
            _store_task(session, view, task, row, by)
    session.flush()
    return fresh


def _store_task(session: Session, view: LessonCourse, task: Task | None, row: TaskDraft, by: Author) -> str:
    points = int(row.points) if row.points else None
    if task is None:
        task = Task(id=new_id(by.now), lesson_course_id=view.id, course_id=view.course_id, version=0)
        session.add(task)
    elif (task.scale, task.max_points) != (row.scale, points) and _is_marked(session, task.id):
        raise DomainError("task_marked")
    task.title, task.text, task.kind, task.scale, task.max_points = row.title, row.text, row.kind, row.scale, points
    task.due_on = parse_day(row.due) if row.due else None
    task.withdrawn, task.version = row.withdrawn, task.version + 1
    return task.id


def _is_marked(session: Session, task_id: str) -> bool:
    marks = select(MarkRevision.id).join(Work, Work.id == MarkRevision.work_id).where(Work.task_id == task_id)
    return session.scalar(marks.limit(1)) is not None


def _works_at_once(session: Session, view: LessonCourse, task_ids: list[str], by: Author) -> int:
    day = session.get(Day, view.lesson.on)
    if not task_ids or day is None or day.approved_at is None:
        return 0
    for task_id in task_ids:
        task = session.get_one(Task, task_id)
        task.published_at = task.published_at or by.now
    return works.create_missing(session, task_ids, by.today, by.now, SystemRandom().randrange)
