"""What changed since a device asked last: states of works and absences by the number of the op, lists by their tag."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from server.models import Absence, Counter, Lesson, LessonCourse, MarkAct, MarkRevision, Person, Return, Task, Work
from server.policy import Grant
from server.services import afar_lists
from server.services.afar_lists import BACK, Reach
from server.services.people import short_name
from server.services.works import states
from sync import decide

PAGE = 1000  # works in one answer
_AT_ONCE = 5000  # values of one query


@dataclass(frozen=True)
class Question:
    """What a device says it knows: up to which op, of which epoch, which lists."""

    after: int
    epoch: str
    tag: str


def changes(
    session: Session, person_id: str, grants: Sequence[Grant], known: Reach, asked: Question, epoch: str
) -> dict[str, Any]:
    """The answer to a device; everything where its epoch or its courses are other ones."""
    newest = session.scalar(select(Counter.value).where(Counter.name == "op")) or 0  # first: later ops come next time
    told, gone = afar_lists.lists(session, person_id, grants, known), afar_lists.gone(session, known)
    tag = afar_lists.tag(known, [told, gone])
    is_new = asked.tag != tag
    begins = asked.epoch != epoch or not asked.tag.startswith(known.name()) or not 0 <= asked.after <= newest
    after = 0 if begins else asked.after
    found = _events(session, known, after, newest)
    more = len(found) > PAGE
    cursor = found[PAGE - 1][1] if more else newest
    works = [work_id for work_id, _seq in found[:PAGE]]
    return {
        "epoch": epoch, "cursor": cursor, "more": more, "lists": told if is_new else None, "tag": tag,
        "works": _works(session, known, works), "works_gone": gone if is_new else [],
        "absences": _absences(session, known, after, cursor),
    }  # fmt: skip


def _events(session: Session, known: Reach, after: int, newest: int) -> list[tuple[str, int]]:
    """Works of these courses that something was said about since, with the last op each; the oldest first."""
    if after == newest or not known.heads:
        return []
    said = union_all(
        select(Return.work_id, Return.op_seq).where(Return.op_seq > after, Return.op_seq <= newest),
        select(MarkAct.work_id, MarkAct.op_seq).where(MarkAct.op_seq > after, MarkAct.op_seq <= newest),
    ).subquery()
    last = func.max(said.c.op_seq)
    rows = session.execute(
        select(Work.id, last).join(said, said.c.work_id == Work.id).join(Task, Task.id == Work.task_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(known.tasks(), Task.withdrawn.is_(False)).group_by(Work.id).order_by(last).limit(PAGE + 1)
    )  # fmt: skip
    return [(work_id, seq) for work_id, seq in rows]


def _works(session: Session, known: Reach, ids: Sequence[str]) -> list[list[Any]]:
    """Code, state, returns, heads and comment of each; no marks where they may not be seen."""
    if not ids:
        return []
    standing = states(session, ids)
    shown = dict(session.execute(
        select(Work.id, Work.code).join(Task, Task.id == Work.task_id)
        .where(Work.id.in_(ids), Task.course_id.in_(known.marked))
    ).all())  # fmt: skip
    returned: dict[str, list[list[str]]] = {}
    rows = select(Return.work_id, Return.returned_on, Return.channel).where(Return.work_id.in_(ids))
    for work_id, on, channel in session.execute(rows.order_by(Return.op_seq)):
        returned.setdefault(work_id, []).append([on.isoformat(), channel])
    marks = _sayings(session, [head for work_id in shown for head in standing[work_id].heads])
    codes = dict(session.execute(select(Work.id, Work.code).where(Work.id.in_(ids))).all())
    lines = []
    for work_id in ids:
        state = standing[work_id]
        heads = [marks[head] for head in state.heads if work_id in shown and head in marks]
        comment = next((each.comment for each in heads if state.shown and each.id == state.shown.id), "")
        told = [[each.id, each.verdict, each.value, each.author, each.at] for each in heads]
        lines.append([codes[work_id], state.state, returned.get(work_id, []), told, comment])
    return lines


@dataclass(frozen=True)
class _Saying:
    id: str
    verdict: str
    value: str | None
    author: str
    at: str
    comment: str


def _sayings(session: Session, revisions: Sequence[str]) -> dict[str, _Saying]:
    """The latest saying of each revision."""
    found: dict[str, _Saying] = {}
    for start in range(0, len(revisions), _AT_ONCE):
        rows = session.execute(
            select(MarkRevision.id, MarkRevision.verdict, MarkRevision.value, Person, MarkAct.at, MarkAct.comment)
            .join(MarkAct, MarkAct.revision_id == MarkRevision.id)
            .outerjoin(Person, Person.id == MarkAct.author_id)
            .where(MarkRevision.id.in_(revisions[start : start + _AT_ONCE])).order_by(MarkAct.op_seq)
        )  # fmt: skip
        for id_, verdict, value, person, at, comment in rows:
            author = short_name(person) if person else ""
            found[id_] = _Saying(id_, verdict, value, author, at.isoformat(timespec="seconds"), comment)
    return found


def _absences(session: Session, known: Reach, after: int, newest: int) -> list[list[Any]]:
    """Students and lessons on the phone about whom something was said since, with the heads."""
    if after == newest or not known.heads:
        return []
    rows = session.execute(
        select(Absence, Person).join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).outerjoin(Person, Person.id == Absence.author_id)
        .where(LessonCourse.course_id.in_(known.ids), Lesson.on >= known.day - BACK, Absence.first_seq <= newest)
        .order_by(Absence.first_seq)
    )  # fmt: skip
    by_target: dict[tuple[str, str], list[tuple[Absence, str]]] = {}
    for row, person in rows:
        target = row.student_id, row.lesson_course_id
        by_target.setdefault(target, []).append((row, short_name(person) if person else ""))
    return [
        [*target, list(_heads(said))]
        for target, said in by_target.items() if any(row.first_seq > after for row, _author in said)
    ]  # fmt: skip


def _heads(said: Sequence[tuple[Absence, str]]) -> Iterable[list[Any]]:
    tops = {top.id for top in decide.heads(
        decide.Revision(row.id, tuple(row.base), ("absence", row.letter)) for row, _author in said
    )}  # fmt: skip
    return ([row.id, row.letter, author] for row, author in said if row.id in tops)
