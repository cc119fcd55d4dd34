"""A lesson's form: what was typed, and the buttons that add or take away a row before anything is stored."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from server.errors import DomainError
from server.services.content_draft import LessonDraft, ResourceDraft, TaskDraft

Row = TypeVar("Row", ResourceDraft, TaskDraft)
RESOURCE = {"title": "resource-title", "source": "resource-source", "url": "resource-url", "size": "resource-size"}
TASK = {"id": "task-id", "title": "task-title", "text": "task-text", "kind": "task-kind", "scale": "task-scale",
        "points": "task-points", "due": "task-due", "withdrawn": "task-withdrawn"}  # fmt: skip


def read(form: MultiDict[str, str]) -> LessonDraft:
    """What was typed, as it was typed. Rows come as equally long lists. Raises DomainError bad_request."""
    return LessonDraft(
        topic=form.get("topic", ""), form=form.get("form", ""), body=form.get("body", ""),
        resources=tuple(ResourceDraft(**row) for row in _rows(form, RESOURCE)),
        tasks=tuple(TaskDraft(**{**row, "withdrawn": row["withdrawn"] == "1"}) for row in _rows(form, TASK)),
    )  # fmt: skip


def _rows(form: MultiDict[str, str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    columns = [form.getlist(name) for name in names.values()]
    if len({len(column) for column in columns}) != 1:
        raise DomainError("bad_request")
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def after(draft: LessonDraft, act: str) -> LessonDraft:
    """The draft after a button: add-resource, remove-resource-2, add-task, withdraw-task-0, restore-task-0.

    A task that is not stored yet goes away when it is withdrawn. Raises DomainError bad_request.
    """
    verb, _, rest = act.partition("-")
    what, _, number = rest.partition("-")
    if act == "add-resource":
        return replace(draft, resources=(*draft.resources, ResourceDraft()))
    if act == "add-task":
        return replace(draft, tasks=(*draft.tasks, TaskDraft()))
    rows: tuple[Any, ...] = {"resource": draft.resources, "task": draft.tasks}.get(what, ())
    if not (number.isascii() and number.isdigit() and int(number) < len(rows)):
        raise DomainError("bad_request")
    i = int(number)
    if verb == "remove" and what == "resource":
        return replace(draft, resources=_without(draft.resources, i))
    if verb == "withdraw" and what == "task" and not draft.tasks[i].id:
        return replace(draft, tasks=_without(draft.tasks, i))
    if verb in ("withdraw", "restore") and what == "task":
        task = replace(draft.tasks[i], withdrawn=verb == "withdraw")
        return replace(draft, tasks=(*draft.tasks[:i], task, *draft.tasks[i + 1 :]))
    raise DomainError("bad_request")


def _without(rows: tuple[Row, ...], i: int) -> tuple[Row, ...]:
    return (*rows[:i], *rows[i + 1 :])


def with_blank_rows(draft: LessonDraft, due: str, scales: tuple[str, ...]) -> LessonDraft:
    """The draft as a page shows it: a row to begin with where there is none, new tasks with what fits mostly."""
    resources = draft.resources or (ResourceDraft(),)
    tasks = draft.tasks or (TaskDraft(),)
    return replace(draft, resources=resources, tasks=tuple(_begun(task, due, scales) for task in tasks))


def _begun(task: TaskDraft, due: str, scales: tuple[str, ...]) -> TaskDraft:
    if not task.is_empty:
        return task
    scale = task.scale if task.scale in scales and task.scale != TaskDraft.scale else scales[0]
    return replace(task, scale=scale, due=task.due or due)


def anchor(field: str) -> str:
    """The id of the input that a problem's field means: ``resource-0-url`` is ``f-resource-url-0``."""
    what, _, rest = field.partition("-")
    number, _, name = rest.partition("-")
    if name:
        return f"f-{what}-{name}-{number}"
    return field if what in ("resources", "tasks") else f"f-{field}"
