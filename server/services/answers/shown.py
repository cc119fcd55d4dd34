"""What everybody may see of a task's questions: never what is right, nor what it counts."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import AnswerField


def questions_of(session: Session, task_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Task → its questions in order, as an edition has them; a task without any is left out."""
    rows = session.execute(
        select(AnswerField.task_id, AnswerField.kind, AnswerField.label, AnswerField.options, AnswerField.digits)
        .where(AnswerField.task_id.in_(list(task_ids))).order_by(AnswerField.task_id, AnswerField.position)
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for task_id, kind, label, options, digits in rows:
        found.setdefault(task_id, []).append(
            {"kind": kind, "label": label, "options": list(options), "digits": digits}
        )
    return found
