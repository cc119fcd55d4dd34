"""The questions of a task: read, and stored as one whole by who may write its lesson."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.importers.answer_rows import AnswerRow
from server.models import AnswerField, Material, PackSheet, Sheet, Task, Work
from server.services.accounts import new_id, record
from server.services.answers.draft import mark
from server.services.content import Author, material_of


def task_of(session: Session, lesson_course_id: str, task_id: str) -> Task:
    """A task of this lesson that is to be done. Raises DomainError task_unknown."""
    task = session.get(Task, task_id)
    if task is None or task.lesson_course_id != lesson_course_id or task.withdrawn or task.marks_only:
        raise DomainError("task_unknown")
    return task


def read(session: Session, task_id: str) -> list[AnswerRow]:
    """What stands, in order."""
    return [row_of(field) for field in session.scalars(
        select(AnswerField).where(AnswerField.task_id == task_id).order_by(AnswerField.position)
    )]  # fmt: skip


def row_of(field: AnswerField) -> AnswerRow:
    """A stored question as it is written."""
    return AnswerRow(field.kind, field.label, tuple(field.options), field.digits, tuple(field.key), field.points)


def is_printed(session: Session, task_id: str) -> bool:
    """Whether answer sheets of the task are on paper already."""
    return session.scalar(select(exists().where(
        Work.task_id == task_id, PackSheet.work_id == Work.id, Sheet.hash == PackSheet.sheet_hash,
        Sheet.answers.is_not(None),
    ))) or False  # fmt: skip


def save(lesson_course_id: str, task_id: str, rows: Sequence[AnswerRow], base: str, by: Author) -> bool:
    """Store a task's questions; False when they stood so. ``base``: the mark of what the form was made from.

    A task that came from a file is the office's from then on. Raises DomainError task_unknown, material_changed.
    """

    def write(session: Session) -> bool:
        task = task_of(session, lesson_course_id, task_id)
        stored = list(session.scalars(
            select(AnswerField).where(AnswerField.task_id == task.id).order_by(AnswerField.position)
        ))  # fmt: skip
        now = [row_of(field) for field in stored]
        if now == list(rows):
            return False
        if mark(now) != base:
            raise DomainError("material_changed")
        _store(session, task.id, stored, rows, by)
        task.version += 1
        _belongs_to_office(material_of(session, lesson_course_id), by)
        record(session, by.now, by.account_id, "lesson.answers", task.id)
        return True

    return store.write(write)


def _store(
    session: Session, task_id: str, stored: list[AnswerField], rows: Sequence[AnswerRow], by: Author
) -> None:  # fmt: skip
    for gone in stored[len(rows) :]:
        session.delete(gone)
    for position, row in enumerate(rows, 1):
        if position <= len(stored):
            field = stored[position - 1]
        else:
            field = AnswerField(id=new_id(by.now), task_id=task_id)
            session.add(field)
        field.position, field.kind, field.label, field.options = position, row.kind, row.label, list(row.options)
        field.digits, field.key, field.points = row.digits, list(row.key), row.points
    session.flush()


def _belongs_to_office(material: Material | None, by: Author) -> None:
    """From now on a file of this lesson is only reported."""
    if material is not None and material.origin == "file":
        material.origin, material.author_id, material.changed_at = "office", by.person_id, by.now
        material.version += 1
