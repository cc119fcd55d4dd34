"""The works that wait for one teacher's decision, in an order that stays while they are worked off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from server.models import Course, Group, MarkAct, Return, Subject, Task, Work
from server.policy import Realm
from server.services.lesson_list import within
from server.services.waiting import may_wait
from server.services.works import states

KINDS = ("task", "course", "group")


@dataclass(frozen=True)
class Wish:
    """Which works somebody wants to mark: of a task, a course or a group; all that are theirs when ``kind`` is ""."""

    kind: str = ""
    id: str = ""

    @property
    def plain(self) -> dict[str, str]:
        """As the address says it."""
        return {self.kind: self.id} if self.kind else {}


@dataclass(frozen=True)
class Queued:
    """A work in the list. ``seq``: the op of its latest return; ``again``: it came more than once; ``done``: decided
    by this person since the list began, and kept in its place so that nobody loses the thread."""

    code: str
    task_id: str
    title: str
    group: str
    subject: str
    returned_on: date
    channel: str
    seq: int
    again: bool
    done: bool


@dataclass(frozen=True)
class Place:
    """Where a work stands in its list: the ``number``-th (from 1) of ``total``, 0 when it is not in it.

    ``before`` and ``after``: codes of its neighbours, ``next``: of the next that waits; "" for none.
    """

    number: int
    total: int
    before: str
    after: str
    next: str


@dataclass(frozen=True)
class OfTask:
    """What waits of one task."""

    task_id: str
    title: str
    group: str
    subject: str
    count: int
    again: int
    oldest: date


def queue(session: Session, realm: Realm, wish: Wish, person_id: str, since: datetime) -> list[Queued]:
    """Works of the realm's courses that wait, and those that this person decided since a moment; the oldest first."""
    decided = exists().where(MarkAct.work_id == Return.work_id, MarkAct.author_id == person_id, MarkAct.at >= since)
    rows = session.execute(
        select(Work.id, Work.code, Task.id, Task.title, Group.name, Subject.name, Return.returned_on, Return.channel,
               Return.op_seq, decided)
        .select_from(Return).join(Work, Work.id == Return.work_id).join(Task, Task.id == Work.task_id)
        .join(Course, Course.id == Task.course_id).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id)
        .where(Task.withdrawn.is_(False), within(realm), _wished(wish), or_(may_wait(), decided))
        .order_by(Return.op_seq)
    ).all()  # fmt: skip
    newest = {row[0]: row for row in rows}
    known = states(session, newest)
    found = [
        Queued(*row[1:9], known[work_id].returns > 1, known[work_id].state != "returned")
        for work_id, row in newest.items() if known[work_id].state == "returned" or row[9]
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.returned_on, one.seq))


def _wished(wish: Wish) -> ColumnElement[bool]:
    columns: dict[str, Any] = {"task": Task.id, "course": Course.id, "group": Group.id}
    return columns[wish.kind] == wish.id if wish.kind else and_(True)


def place(works: Sequence[Queued], code: str) -> Place:
    """Where a work stands; after the last one that waits, the list begins anew."""
    codes = [one.code for one in works]
    at = codes.index(code) if code in codes else -1
    waiting = [one.code for one in (*works[at + 1 :], *works[: max(at, 0)]) if not one.done]
    after = codes[at + 1] if at + 1 < len(codes) else ""
    return Place(at + 1, len(codes), codes[at - 1] if at > 0 else "", after, waiting[0] if waiting else "")


def by_task(works: Sequence[Queued]) -> list[OfTask]:
    """How much waits of each task, the longest waiting first."""
    found: dict[str, list[Queued]] = {}
    for one in works:
        if not one.done:
            found.setdefault(one.task_id, []).append(one)
    return [
        OfTask(task, own[0].title, own[0].group, own[0].subject, len(own), sum(one.again for one in own),
               own[0].returned_on)
        for task, own in found.items()
    ]  # fmt: skip
