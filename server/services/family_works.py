"""What a family must see about a student's works: due, handed in, marked, to be corrected; for the private page.

The page itself is made where editions are published; here is its content, for many students at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from server.models import Lesson, LessonCourse, MarkAct, MarkRevision, Return, Task, Work
from server.services.belonging import MOST, register
from server.services.student_works import is_overdue
from server.services.works import VIEW, WorkView, has_come_back, states, to_hand_in, view_of
from sync.decide import Value, WorkState

NOTHING_CAME = WorkState("issued", None, False, (), 0)
RECENT = timedelta(days=28)  # marks and returns of the last weeks


@dataclass(frozen=True)
class FamilyWork:
    """A work as a family sees it. ``late``: its date has passed; ``returned_on``: every time it was handed in, with
    the channel; ``comments``: what teachers wrote about the value that stands."""

    view: WorkView
    late: bool
    value: Value | None
    comments: tuple[str, ...]
    returned_on: tuple[tuple[date, str], ...]


@dataclass(frozen=True)
class FamilyWorks:
    """A student's works, each list with the oldest first. A disputed mark is not told: the work counts as handed in."""

    due: tuple[FamilyWork, ...] = ()
    handed_in: tuple[FamilyWork, ...] = ()
    marked: tuple[FamilyWork, ...] = ()
    to_correct: tuple[FamilyWork, ...] = ()


LIST_OF = {"issued": "due", "returned": "handed_in", "marked": "marked", "checked": "marked", "redo": "to_correct"}


def works_for_families(session: Session, student_ids: Iterable[str], today: date) -> dict[str, FamilyWorks]:
    """Student → what must be shown: all that is due or to be corrected, and what came back in the last weeks."""
    wanted = sorted(set(student_ids))
    rows = [row for part in _parts(wanted) for row in _rows(session, part, today - RECENT)]
    views = _views(session, rows)
    moved = [row.id for row in rows if row.moved]
    known = {row.id: NOTHING_CAME for row in rows} | (states(session, moved) if moved else {})
    returns, comments = _returns(session, moved), _comments(session, known)
    members = register(session, wanted)
    lists: dict[str, dict[str, list[FamilyWork]]] = {student: {} for student in wanted}
    for view in sorted(views, key=lambda one: (one.due_on or one.set_on, one.title)):
        state = known[view.id]
        name = "handed_in" if state.conflict else LIST_OF[state.state]
        if (view.withdrawn and name in ("due", "to_correct")) or (view.marks_only and name != "marked"):
            continue
        came = tuple(returns.get(view.id, ()))
        if name in ("handed_in", "marked") and not _is_recent(view, came, today):
            continue
        late = is_overdue(view, state, members, today)
        if name == "due" and not late and view.due_on is not None and view.due_on < today:
            continue  # nobody owes it
        shown = None if state.conflict or state.shown is None else state.shown.value
        said = () if shown is None or state.shown is None else tuple(comments.get(state.shown.id, ()))
        lists[view.student_id].setdefault(name, []).append(FamilyWork(view, late, shown, said, came))
    return {
        student: FamilyWorks(**{name: tuple(works) for name, works in own.items()}) for student, own in lists.items()
    }  # fmt: skip


def _is_recent(view: WorkView, came: tuple[tuple[date, str], ...], today: date) -> bool:
    return max([on for on, _channel in came] or [view.due_on or view.set_on]) >= today - RECENT


def _rows(session: Session, students: list[str], since: date) -> Iterable[Any]:
    """Works that may be shown: nothing came, or something lately, or a decision that asks for the work again."""
    lately = exists().where(Return.work_id == Work.id, Return.returned_on >= since)
    again = exists().where(MarkRevision.work_id == Work.id, MarkRevision.verdict.in_(("redo", "cleared")))
    shown = or_(func.coalesce(Task.due_on, Lesson.on) >= since, lately, again)
    return session.execute(
        select(Work.id, Work.code, Work.task_id, Work.student_id, has_come_back().label("moved"))
        .join(Task, Task.id == Work.task_id).join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Work.student_id.in_(students), Task.published_at.is_not(None),
               or_(and_(to_hand_in(), ~has_come_back()), and_(has_come_back(), shown)))
    )  # fmt: skip


def _views(session: Session, rows: Iterable[Any]) -> list[WorkView]:
    """Tasks and names are read once each, not with every work: a school has some thirty works of one task."""
    first = {row.task_id: row.id for row in rows}
    people = {row.student_id: row.id for row in rows}
    example: dict[str, WorkView] = {}
    for part in _parts(sorted({*first.values(), *people.values()})):
        example |= {view.id: view for view in map(view_of, session.execute(VIEW.where(Work.id.in_(part))))}
    found = []
    for row in rows:
        task, person = example[first[row.task_id]], example[people[row.student_id]]
        found.append(WorkView(
            row.id, row.code, task.task_id, task.title, task.kind, task.scale, task.rule, task.due_on, task.set_on,
            task.withdrawn, task.course_id, task.group_id, task.group_name, task.subject, person.student_id,
            person.last_name, person.first_name, task.marks_only,
        ))  # fmt: skip
    return found


def _returns(session: Session, work_ids: list[str]) -> dict[str, list[tuple[date, str]]]:
    found: dict[str, list[tuple[date, str]]] = {}
    for part in _parts(work_ids):
        for work_id, on, channel in session.execute(
            select(Return.work_id, Return.returned_on, Return.channel).where(Return.work_id.in_(part))
            .order_by(Return.op_seq)
        ):  # fmt: skip
            found.setdefault(work_id, []).append((on, channel))
    return found


def _comments(session: Session, known: dict[str, WorkState]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in _parts([state.shown.id for state in known.values() if state.shown]):
        for revision, comment in session.execute(
            select(MarkAct.revision_id, MarkAct.comment).where(MarkAct.revision_id.in_(part), MarkAct.comment != "")
            .order_by(MarkAct.op_seq)
        ):  # fmt: skip
            found.setdefault(revision, []).append(comment)
    return found


def _parts(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + MOST] for start in range(0, len(ids), MOST))
