"""Feedback on its way to families: every decision about a work goes back by the channel the work came by.

What waits is derived: the decisions about a work after the last one that was given. What was given is a row of
``feedback``; giving it twice changes nothing. What two people disagree about waits for them, not for the family.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import (
    Connectivity,
    Contact,
    Course,
    CourseTeacher,
    Feedback,
    Group,
    MarkAct,
    MarkRevision,
    Person,
    Return,
    Task,
    Work,
)
from server.policy import Realm
from server.services.belonging import MOST
from server.services.contacts import OUT, REACHED, RESULTS, SENT, Touch, note
from server.services.lesson_list import within
from server.services.people import short_name
from server.services.works import VIEW, WorkView, current, disputed, states, view_of

TOLD = ("mark", "redo", "checked")  # verdicts that a family is told
BY_PACK = ("paper", "usb")  # goes with the next pack
TALKED = {  # telling it is a touch with the family: its channel, and what becomes of it
    "call": ("call", REACHED), "in_person": ("in_person", REACHED), "messenger": ("messenger", SENT),
    "photo": ("messenger", SENT), "email": ("email", SENT),
}  # fmt: skip
FAMILY_WAY = {"messenger": "messenger", "email": "email", "paper": "paper", "call": "call", "sms": "call"}
UNKNOWN_WAY = "call"
UNDO = timedelta(hours=24)


@dataclass(frozen=True)
class Waiting:
    """A work whose family is not told yet. ``seq``: the op of the newest decision, which names what is given.

    ``channel``: how the work came, else how the family is reached; ``since``: when the oldest untold decision was made;
    ``comments``: (author's short name, text) of every untold saying of the value that stands.
    """

    seq: int
    view: WorkView
    verdict: str
    value: str | None
    comments: tuple[tuple[str, str], ...]
    channel: str
    came_back: bool
    since: datetime
    returned_on: date | None
    author_id: str | None
    again: bool  # handed in more than once


@dataclass(frozen=True)
class Given:
    """Feedback that reached a family. ``pack``: with a printed pack; ``by``: who gave it, "" for a pack."""

    seq: int
    channel: str
    at: datetime
    by: str
    pack: bool


@dataclass(frozen=True)
class _Act:
    """A decision that nobody was told yet."""

    seq: int
    verdict: str
    value: str | None
    author: str
    comment: str

    @property
    def said(self) -> tuple[str, str | None]:
        return self.verdict, self.value


@dataclass(frozen=True)
class Outline:
    """A waiting work in short: enough to count, to sort and to choose."""

    work_id: str
    seq: int
    since: datetime
    channel: str
    author_id: str | None


def waiting_feedback(
    session: Session,
    *where: ColumnElement[bool],
    realm: Realm | None = None,
    students: Collection[str] | None = None,
) -> list[Waiting]:
    """What families wait to be told, the oldest decision first.

    ``realm``: of these courses; ``students``: about these students; ``where``: more conditions on Work.
    """
    return details(session, outline(session, *where, realm=realm, students=students))


def outline(
    session: Session,
    *where: ColumnElement[bool],
    realm: Realm | None = None,
    students: Collection[str] | None = None,
) -> list[Outline]:
    """The same in short, in few and light queries, however much waits."""
    works = select(Work.id)
    if realm is not None and not realm.everything:
        works = (
            works.join(Task, Task.id == Work.task_id).join(Course, Course.id == Task.course_id)
            .join(Group, Group.id == Course.group_id).where(within(realm))
        )  # fmt: skip
    conditions = [*where, *([Work.student_id.in_(list(students))] if students is not None else [])]
    limited = bool(conditions) or (realm is not None and not realm.everything)
    query = (
        select(MarkAct.work_id, MarkAct.op_seq, MarkAct.at, MarkAct.author_id, MarkRevision.verdict)
        .join(MarkRevision, MarkRevision.id == MarkAct.revision_id)
        .where(~_is_told(), MarkAct.work_id.not_in(_never_given_out())).order_by(MarkAct.op_seq)
    )  # fmt: skip
    rows = session.execute(query.where(MarkAct.work_id.in_(works.where(*conditions))) if limited else query)
    acts: dict[str, list[Any]] = {}
    for row in rows:
        acts.setdefault(row.work_id, []).append(row)
    told = {work: own for work, own in acts.items() if own[-1].verdict in TOLD}
    for work in disputed(session):
        told.pop(work, None)
    channels = _channels(session, told)
    found = [Outline(work, own[-1].op_seq, own[0].at, channels[work], own[-1].author_id) for work, own in told.items()]
    return sorted(found, key=lambda one: (one.since, one.seq))


def students_by_pack(session: Session, students: Collection[str]) -> set[str]:
    """Those of these students for whom an answer waits that only a pack brings."""
    works = [one.work_id for one in outline(session) if one.channel in BY_PACK]
    found = {
        student for part in _parts(works)
        for student in session.scalars(select(Work.student_id).where(Work.id.in_(part)).distinct())
    }  # fmt: skip
    return found & set(students)


def _channels(session: Session, work_ids: Collection[str]) -> dict[str, str]:
    """Work → the channel it came by last; of one that never came, the way by which its family is reached."""
    found = {work: channel for work, (channel, _on) in _last_returns(session, work_ids).items()}
    silent = [work for work in work_ids if work not in found]
    if silent:
        students = dict(session.execute(select(Work.id, Work.student_id).where(Work.id.in_(silent))).all())
        reached = _family_ways(session, set(students.values()))
        found |= {work: reached.get(student, UNKNOWN_WAY) for work, student in students.items()}
    return found


def details(session: Session, chosen: Sequence[Outline]) -> list[Waiting]:
    """All that a person needs to tell a family, in the order given."""
    ids = [one.work_id for one in chosen]
    acts = _untold(session, ids)
    known = states(session, ids)
    views = {view.id: view for view in _views(session, ids)}
    returns = _last_returns(session, ids)
    return [
        _waiting(one, views[one.work_id], acts[one.work_id], known[one.work_id].returns, returns.get(one.work_id))
        for one in chosen if one.work_id in acts
    ]  # fmt: skip


def of_teacher(person_id: str, day: date) -> ColumnElement[bool]:
    """SQL, beside a Work: of the courses that a person teaches on a day, or decided by this person."""
    courses = select(Work.id).join(Task, Task.id == Work.task_id).join(
        CourseTeacher, CourseTeacher.course_id == Task.course_id
    ).where(CourseTeacher.person_id == person_id, current(CourseTeacher.since, CourseTeacher.until, day))  # fmt: skip
    return or_(Work.id.in_(courses), Work.id.in_(select(MarkAct.work_id).where(MarkAct.author_id == person_id)))


def waiting_of(session: Session, seqs: Collection[int], realm: Realm) -> list[Waiting]:
    """What waits about the works that these decisions are about."""
    works_of = select(MarkAct.work_id).where(MarkAct.op_seq.in_(list(seqs)))
    return waiting_feedback(session, Work.id.in_(works_of), realm=realm)


def _never_given_out() -> Any:
    """Works that only bear a mark: nothing came that could be answered; the weekly round tells the mark."""
    return select(Work.id).join(Task, Task.id == Work.task_id).where(Task.marks_only)


def _is_told() -> ColumnElement[bool]:
    return exists().where(Feedback.work_id == MarkAct.work_id, Feedback.op_seq >= MarkAct.op_seq)


def _untold(session: Session, work_ids: Iterable[str]) -> dict[str, list[_Act]]:
    """Work → its decisions after the last one given, in the order received."""
    found: dict[str, list[_Act]] = {}
    for part in _parts(work_ids):
        rows = session.execute(
            select(MarkAct.work_id, MarkAct.op_seq, MarkRevision.verdict, MarkRevision.value, MarkAct.comment, Person)
            .select_from(MarkAct).join(MarkRevision, MarkRevision.id == MarkAct.revision_id)
            .outerjoin(Person, Person.id == MarkAct.author_id)
            .where(MarkAct.work_id.in_(part), ~_is_told()).order_by(MarkAct.op_seq)
        )  # fmt: skip
        for work_id, seq, verdict, value, comment, person in rows:
            name = short_name(person) if person else ""
            found.setdefault(work_id, []).append(_Act(seq, verdict, value, name, comment))
    return found


def _waiting(
    one: Outline, view: WorkView, acts: Sequence[_Act], returns: int, last: tuple[str, date] | None
) -> Waiting:
    newest = acts[-1]
    said = dict.fromkeys((act.author, act.comment) for act in acts if act.said == newest.said)
    comments = tuple((author, text) for author, text in said if text)
    return Waiting(newest.seq, view, newest.verdict, newest.value, comments, one.channel, last is not None, one.since,
                   last[1] if last else None, one.author_id, returns > 1)  # fmt: skip


def _views(session: Session, work_ids: Iterable[str]) -> Iterable[WorkView]:
    for part in _parts(work_ids):
        yield from (view_of(row) for row in session.execute(VIEW.where(Work.id.in_(part))))


def _last_returns(session: Session, work_ids: Iterable[str]) -> dict[str, tuple[str, date]]:
    """Work → channel and day of the last time it came back."""
    found = {}
    for part in _parts(work_ids):
        rows = session.execute(
            select(Return.work_id, Return.channel, Return.returned_on).where(Return.work_id.in_(part))
            .order_by(Return.op_seq)
        )  # fmt: skip
        found |= {work_id: (channel, on) for work_id, channel, on in rows}
    return found


def _family_ways(session: Session, students: Iterable[str]) -> dict[str, str]:
    """Student → the way the family said it is reached, as a channel."""
    rows = session.execute(
        select(Connectivity.student_id, Connectivity.channel).where(Connectivity.student_id.in_(list(students)))
        .order_by(Connectivity.recorded_on)
    )  # fmt: skip
    return {student: FAMILY_WAY.get(channel, UNKNOWN_WAY) for student, channel in rows}


def _parts(ids: Iterable[str]) -> Iterable[list[str]]:
    wanted = list(ids)
    return (wanted[start : start + MOST] for start in range(0, len(wanted), MOST))


def given_of(session: Session, work_id: str) -> list[Given]:
    """What was given about a work, in the order of the decisions."""
    rows = session.execute(
        select(Feedback, Person).outerjoin(Person, Person.id == Feedback.given_by)
        .where(Feedback.work_id == work_id).order_by(Feedback.op_seq)
    )  # fmt: skip
    return [
        Given(row.op_seq, row.channel, row.given_at, short_name(person) if person else "", row.pack_id is not None)
        for row, person in rows
    ]


@dataclass(frozen=True)
class Telling:
    """Feedback that somebody gave: ops of the decisions, each with the words of the contact that it was."""

    words: dict[int, str]
    channel: str
    by: str
    now: datetime


def give(session: Session, telling: Telling) -> int:
    """Note decisions as told, once each; returns how many were not before.

    What was said in a talk or a message is a contact, too. Raises DomainError ``feedback_unknown``.
    """
    acts = session.execute(
        select(MarkAct.op_seq, MarkAct.work_id, Work.student_id).join(Work, Work.id == MarkAct.work_id)
        .where(MarkAct.op_seq.in_(list(telling.words)))
    ).all()  # fmt: skip
    if len(acts) != len(telling.words):
        raise DomainError("feedback_unknown")
    before = set(session.scalars(select(Feedback.op_seq).where(Feedback.op_seq.in_(list(telling.words)))))
    fresh = [act for act in acts if act.op_seq not in before]
    for seq, work_id, student_id in fresh:
        contact = _contact(session, telling, student_id, seq) if telling.channel in TALKED else None
        session.add(Feedback(op_seq=seq, work_id=work_id, channel=telling.channel, given_at=telling.now,
                             given_by=telling.by, contact_id=contact))  # fmt: skip
    return len(fresh)


def _contact(session: Session, telling: Telling, student_id: str, seq: int) -> str:
    channel, outcome = TALKED[telling.channel]
    touch = Touch(RESULTS, student_id, None, OUT, channel, outcome, telling.words[seq])
    return note(session, touch, telling.by, telling.now, f"feedback {seq}")


def take_back(session: Session, seqs: Collection[int], by: str, now: datetime) -> int:
    """Undo what this person gave in the last day, with the contacts it was; returns how much."""
    rows = session.scalars(
        select(Feedback)
        .where(Feedback.op_seq.in_(list(seqs)), Feedback.given_by == by, Feedback.given_at >= now - UNDO)
    ).all()  # fmt: skip
    contacts = [row.contact_id for row in rows if row.contact_id]
    for row in rows:
        session.delete(row)
    session.flush()
    session.execute(delete(Contact).where(Contact.id.in_(contacts)))
    return len(rows)


def give_with_pack(session: Session, pack_id: str | None, seqs: Iterable[int], now: datetime) -> None:
    """Note that a printed pack carried these decisions; what somebody gave already stays as it was."""
    wanted = list(seqs)
    before = {row.op_seq: row for row in session.scalars(select(Feedback).where(Feedback.op_seq.in_(wanted)))}
    for seq, work_id in session.execute(
        select(MarkAct.op_seq, MarkAct.work_id).where(MarkAct.op_seq.in_(wanted))
    ):  # fmt: skip
        if seq in before:
            continue
        session.add(Feedback(op_seq=seq, work_id=work_id, channel="paper", given_at=now, pack_id=pack_id))
