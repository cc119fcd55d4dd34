"""Lessons from Markdown files: topic, form, material, resources and task of the lessons they are for.

What the office edited wins: a file that changed since is only reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select

from server.importers.rows import LessonContentRow, TaskRow
from server.models import AnswerField, LessonCourse, LessonForm, Material, Resource, Scale, Task, TaskKind, Work
from server.services import grading_rules
from server.services.imports import placement, shift
from server.services.imports.book import Book
from server.services.imports.placement import Place
from server.services.works import has_come_back
from sync.ids import content_id


@dataclass(frozen=True)
class _Target:
    """A file's row for one group: ``key`` names this group's copy in this school year for good."""

    row: LessonContentRow
    place: Place
    key: str


def apply(book: Book, rows: Sequence[LessonContentRow], shift_days: int = 0) -> None:
    """Store the lessons; each file counts once, for all groups of its grade."""
    for row in shift.content(rows, shift_days):
        before = book.touched
        places = placement.find(book, row) if _is_known(book, row) else []
        targets = [_Target(row, place, placement.source_key(row, place.group_slug, place.year)) for place in places]
        created = [_store(book, target) for target in targets]
        if targets:
            book.tally(before, created=any(created))


def _is_known(book: Book, row: LessonContentRow) -> bool:
    """Forms, kinds and scales are the school's own rows."""
    task = row.task
    wanted = [(LessonForm, "form", row.form)]
    if task is not None:
        wanted += [(TaskKind, "kind", task.kind), (Scale, "scale", task.scale)]
    unknown = [(column, code) for model, column, code in wanted if code and book.session.get(model, code) is None]
    for column, code in unknown:
        book.error("content_word_unknown", row.where, column=column, value=code)
    return not unknown


def _store(book: Book, target: _Target) -> bool:
    """True when the material is new."""
    row, place = target.row, target.place
    by_key = book.session.scalar(select(Material).where(Material.source_key == target.key))
    at_place = book.session.scalar(select(Material).where(Material.lesson_course_id == place.view_id))
    material = by_key or at_place
    if material is not None and material.origin == "office":
        if material.source_hash != row.sha256:
            book.warn("content_office_wins", row.where, value=row.topic, suggestion=material.title)
        return False
    if at_place is not None and at_place.source_key != target.key:
        other = (at_place.source_key or "").rpartition("/")[0]
        book.error("content_place_taken", row.where, value=row.topic, other=other)
        return False
    task_id, kept = _task_id(book, target)
    if kept is not None and material is not None and material.lesson_course_id == kept.lesson_course_id:
        on = kept.lesson_course.lesson.on
        book.warn("task_kept_with_works", row.where, value=row.topic, other=f"{on:%d.%m.%Y}")
        book.set(material, source_key=f"{target.key}#{on}")  # it stays with its task, the file is another lesson's now
        book.flush()
        material = None
    if material is not None and material.lesson_course_id != place.view_id:
        book.set(book.session.get_one(LessonCourse, material.lesson_course_id), topic="", form=None)
    book.set(book.session.get_one(LessonCourse, place.view_id), topic=row.topic, form=row.form or None)
    _store_material(book, target, material)
    _store_task(book, target, task_id)
    book.flush()
    return material is None


def _task_id(book: Book, target: _Target) -> tuple[str, Task | None]:
    """The id of the file's task, by file, group and school year, so that it survives moves; and the task that stays.

    A task whose works came back stays with its lesson when the file's name is used for another day or course.
    """
    place, kept, used = target.place, None, 0
    names = ("task", target.row.key, place.group_slug, place.year)
    id = content_id(*names)
    while (task := book.session.get(Task, id)) is not None and _is_spent(book, task, place):
        kept, used = task, used + 1
        id = content_id(*names, str(used))
    return id, kept


def _is_spent(book: Book, task: Task, place: Place) -> bool:
    """Works came back, and the task's lesson is of another day or course."""
    if (task.course_id, task.lesson_course.lesson.on) == (place.course_id, place.on):
        return False
    return book.session.scalar(select(exists().where(Work.task_id == task.id, has_come_back()))) or False


def _material_id(book: Book, target: _Target) -> str:
    """By file, group and school year; by its lesson, too, where an older lesson of the file keeps that id."""
    id = content_id("material", book.school.id, target.key)
    if book.session.get(Material, id) is None:
        return id
    return content_id("material", book.school.id, target.key, target.place.view_id)


def _store_material(book: Book, target: _Target, material: Material | None) -> None:
    row, place, before = target.row, target.place, book.touched
    values = {"title": row.topic, "body": row.body, "lesson_course_id": place.view_id, "source_hash": row.sha256}
    if material is None:
        material = Material(
            id=_material_id(book, target), source_key=target.key, origin="file",
            author_id=place.teacher_id or book.actor_id, changed_at=book.now, resources=[], **values,
        )  # fmt: skip
        book.add(material)
        _store_resources(book, material, row)
        return
    book.set(material, **values)
    _store_resources(book, material, row)
    if book.touched > before:
        book.set(material, version=material.version + 1, changed_at=book.now)


def _store_resources(book: Book, material: Material, row: LessonContentRow) -> None:
    for position, stated in enumerate(row.resources, 1):
        values = {"title": stated.title, "source": stated.source, "url": stated.url, "size_kb": stated.size_kb}
        if position <= len(material.resources):
            book.set(material.resources[position - 1], position=position, **values)
        else:
            id = content_id("resource", material.id, str(position))
            material.resources.append(Resource(id=id, position=position, **values))
            book.touched += 1
    for gone in material.resources[len(row.resources) :]:
        material.resources.remove(gone)
        book.touched += 1


def _store_task(book: Book, target: _Target, id: str) -> None:
    """A task that the file no longer has is shown."""
    row, place = target.row, target.place
    task = book.session.get(Task, id)
    if row.task is None:
        if task is not None and not task.withdrawn:
            book.show("task_not_in_file", value=task.title)
        return
    scale, max_points = _scale(book, row, row.task)
    due_on = None if row.task.due_days is None else place.on + timedelta(days=row.task.due_days)
    values = {"lesson_course_id": place.view_id, "course_id": place.course_id, "kind": row.task.kind,
              "title": row.topic, "text": row.task.text, "due_on": due_on}  # fmt: skip
    if task is None:
        book.add(Task(id=id, scale=scale, max_points=max_points, **values))
        _store_answers(book, id, row.task)
        return
    before = book.touched
    book.set(task, **values)
    _store_answers(book, id, row.task)
    if (task.scale, task.max_points) != (scale, max_points):
        if task.published_at is None:
            book.set(task, scale=scale, max_points=max_points)
        else:
            book.warn("task_scale_kept", row.where, value=task.title)
    if book.touched > before:
        book.set(task, version=task.version + 1)


def _store_answers(book: Book, task_id: str, task: TaskRow) -> None:
    """The file's questions to tick in place of those that stand."""
    stored = {
        one.position: one for one in book.session.scalars(select(AnswerField).where(AnswerField.task_id == task_id))
    }
    for position, row in enumerate(task.answers, 1):
        values = {"kind": row.kind, "label": row.label, "options": list(row.options), "digits": row.digits,
                  "key": list(row.key), "points": row.points}  # fmt: skip
        if position in stored:
            book.set(stored.pop(position), **values)
        else:
            id = content_id("answer", task_id, str(position))
            book.add(AnswerField(id=id, task_id=task_id, position=position, **values))
    for gone in stored.values():
        book.remove(gone)


def _scale(book: Book, row: LessonContentRow, task: TaskRow) -> tuple[str, int | None]:
    """The stated scale; none where the country's rules have no marks for the grade."""
    if task.scale != "none" and grading_rules.without_marks(book.session, row.grade, book.today):
        book.warn("grade_without_marks", row.where, column="scale", value=task.scale)
        return "none", None
    return task.scale, task.max_points
