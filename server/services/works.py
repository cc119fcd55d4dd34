"""Works: who gets one, what stands on it, and in which state it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, exists, func, insert, null, or_, select
from sqlalchemy.orm import Session, aliased

from server.errors import DomainError
from server.models import (
    Course,
    Group,
    Lesson,
    LessonCourse,
    MarkAct,
    MarkRevision,
    Membership,
    Op,
    Person,
    Return,
    Scale,
    Subject,
    Task,
    Work,
    Year,
)
from server.services import numbering
from server.services.aside import asides, with_the_class
from server.services.exemptions import exempt
from server.services.roster_days import RosterDays
from sync import codes, decide
from sync.ids import content_id


@dataclass(frozen=True)
class WorkView:
    """A work with all that a person must see before logging it. Plain values."""

    id: str
    code: str
    task_id: str
    title: str
    kind: str
    scale: str
    rule: decide.Scale
    due_on: date | None
    set_on: date
    withdrawn: bool
    course_id: str
    group_id: str
    group_name: str
    subject: str
    student_id: str
    last_name: str
    first_name: str
    marks_only: bool = False


@dataclass(frozen=True)
class ReturnView:
    """One act of handing in, with the name of who logged it ("" when unknown)."""

    seq: int
    returned_on: date
    channel: str
    comment: str
    received_at: datetime
    logged_by: str


@dataclass(frozen=True)
class MarkView:
    """One saying of a revision: value, comment, who and when."""

    seq: int
    revision_id: str
    verdict: str
    value: str | None
    comment: str
    at: datetime
    author: str
    is_head: bool


def current(since: Any, until: Any, day: date, last: date | None = None) -> Any:
    """SQL: a dated row holds on a day, or with ``last`` on some day of that stretch."""
    return and_(since <= (last or day), or_(until.is_(None), until >= day))


class Place(Protocol):
    """A group, or as much of it as says who belongs to it."""

    id: Any
    kind: Any
    parent_id: Any
    division: Any


def members(session: Session, group: Place, day: date, last: date | None = None) -> list[str]:
    """Ids of a group's students on a day, or with ``last`` of all who belong to it on some day of that stretch.

    A subgroup also gets the students of its class whose place in that division is not known yet.
    """
    own = select(Membership.person_id).where(
        Membership.group_id == group.id, current(Membership.since, Membership.until, day, last)
    )
    found = set(session.scalars(own))
    if group.kind == "subgroup":
        sibling, placed = aliased(Group), aliased(Membership)
        known = exists().where(
            placed.person_id == Membership.person_id,
            placed.group_id == sibling.id,
            sibling.parent_id == group.parent_id,
            sibling.division == group.division,
            current(placed.since, placed.until, day, last),
        )
        unplaced = select(Membership.person_id).where(
            Membership.group_id == group.parent_id, current(Membership.since, Membership.until, day, last), ~known
        )
        found |= set(session.scalars(unplaced))
    return sorted(found)


def create_missing(
    session: Session, task_ids: Iterable[str], day: date, now: datetime, randbelow: Callable[[int], int]
) -> int:
    """Give every member of the tasks' groups a work with a fresh code; returns how many were added.

    Who is a member on the day of the lesson counts, from ``day`` (the school's today) on: whoever joins before a
    lesson that is published already finds the code, whoever leaves before it, learns at home or is exempt on that
    day owes nothing.
    """
    added: list[dict[str, Any]] = []
    taken: set[str] = set()  # read when the first code is made
    wanted = sorted(set(task_ids))
    rows = session.execute(
        select(Task.id, Group, Lesson.on, Subject.name).join(Course, Course.id == Task.course_id)
        .join(Group, Group.id == Course.group_id).join(Subject, Subject.id == Course.subject_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Task.id.in_(wanted), Task.withdrawn.is_(False))
    )  # fmt: skip
    on_day: dict[tuple[str, date], list[str]] = {}
    apart = asides(session)
    tasks = rows.all()
    roster = RosterDays(session, day, max([day, *(on for _task, _group, on, _subject in tasks)]))
    for _task, group, on, _subject in tasks:
        key = group.id, max(day, on)
        if key not in on_day:
            on_day[key] = roster.members(group, key[1])
    have: dict[str, set[str]] = {}
    for task_id, student_id in session.execute(
        select(Work.task_id, Work.student_id).where(Work.task_id.in_(wanted))
    ):  # fmt: skip
        have.setdefault(task_id, set()).add(student_id)
    freed = exempt(session, {student_id for students in on_day.values() for student_id in students})
    for task_id, group, on, subject in tasks:
        key = group.id, max(day, on)
        for student_id in with_the_class(apart, on_day[key], group, subject, key[1]):
            if student_id in have.get(task_id, ()) or freed.on(student_id, subject, on):
                continue
            taken = taken or numbering.taken(session)
            while (code := codes.new_code(randbelow)) in taken:
                pass
            taken.add(code)
            added.append(
                {"id": content_id("work", task_id, student_id), "task_id": task_id, "student_id": student_id,
                 "code": code, "created_at": now}
            )  # fmt: skip
    if added:
        session.execute(insert(Work), added)
    return len(added)


def to_be_done() -> ColumnElement[bool]:
    """SQL, beside a Task: there is something to do: it is not withdrawn and not there to bear marks alone."""
    return and_(Task.withdrawn.is_(False), Task.marks_only.is_(False))


def to_hand_in() -> ColumnElement[bool]:
    """SQL, beside a Task: there is something to do and families were given it."""
    return and_(Task.published_at.is_not(None), to_be_done())


def give_to_joiners(session: Session, today: date, now: datetime, randbelow: Callable[[int], int]) -> int:
    """Give students who joined after a task was published their work, while it is not due; returns how many.

    A task without a date of control is open as long as its school year lasts.
    """
    is_open = or_(Task.due_on >= today, and_(Task.due_on.is_(None), Year.ends_on >= today))
    tasks = (
        select(Task.id).join(Course, Course.id == Task.course_id).join(Year, Year.id == Course.year_id)
        .where(to_hand_in(), is_open)
    )  # fmt: skip
    return create_missing(session, list(session.scalars(tasks)), today, now, randbelow)


VIEW = (
    select(
        Work.id, Work.code, Task.id, Task.title, Task.kind, Task.scale, Scale.type, Scale.values, Task.max_points,
        Task.due_on, Lesson.on, Task.withdrawn, Course.id, Group.id, Group.name, Subject.name,
        Person.id, Person.last_name, Person.first_name, Task.marks_only,
    )
    .select_from(Work)
    .join(Task, Task.id == Work.task_id)
    .join(Scale, Scale.code == Task.scale)
    .join(Course, Course.id == Task.course_id)
    .join(Group, Group.id == Course.group_id)
    .join(Subject, Subject.id == Course.subject_id)
    .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
    .join(Lesson, Lesson.id == LessonCourse.lesson_id)
    .join(Person, Person.id == Work.student_id)
)  # fmt: skip


def view_of(row: Any) -> WorkView:
    """A row of VIEW as a WorkView."""
    (id_, code, task, title, kind, scale, type_, values, maximum, due, set_on, withdrawn, *rest) = row
    rule = decide.Scale(type_, tuple(values), maximum)
    return WorkView(id_, code, task, title, kind, scale, rule, due, set_on, withdrawn, *rest)


def find(session: Session, typed: str, school_id: str) -> WorkView:
    """The work behind a code as typed or scanned. Raises SyncError/DomainError: format, check, unknown, foreign QR."""
    code = codes.parse_code(typed, school_id)
    row = session.execute(VIEW.where(Work.code == code)).first()
    if row is None:
        raise DomainError("code_unknown", code=codes.group_digits(code))
    return view_of(row)


def has_come_back() -> Any:
    """SQL, beside a Work: something was handed in or decided, which stays to be seen whatever becomes of its task."""
    return or_(exists().where(Return.work_id == Work.id), exists().where(MarkRevision.work_id == Work.id))


def returns_of(session: Session, work_id: str) -> list[ReturnView]:
    """Every act of handing in, in the order received."""
    rows = session.execute(
        select(Return.op_seq, Return.returned_on, Return.channel, Return.comment, Return.received_at,
               Person.last_name, Person.first_name, Person.middle_name)
        .outerjoin(Person, Person.id == Return.logged_by).where(Return.work_id == work_id).order_by(Return.op_seq)
    )  # fmt: skip
    return [ReturnView(*row[:5], _name(row[5:])) for row in rows]


def marks_of(session: Session, work_id: str, state: decide.WorkState | None = None) -> list[MarkView]:
    """Every saying about a work, in the order received, heads flagged; ``state``: the work's, if it is known."""
    rows = session.execute(
        select(MarkAct.op_seq, MarkRevision.id, MarkRevision.verdict, MarkRevision.value, MarkAct.comment, MarkAct.at,
               Person.last_name, Person.first_name, Person.middle_name)
        .join(MarkRevision, MarkRevision.id == MarkAct.revision_id)
        .outerjoin(Person, Person.id == MarkAct.author_id)
        .where(MarkAct.work_id == work_id).order_by(MarkAct.op_seq)
    ).all()  # fmt: skip
    tops = set((state or states(session, [work_id])[work_id]).heads)
    return [MarkView(*row[:6], _name(row[6:]), row[1] in tops) for row in rows]


def _name(parts: Any) -> str:
    return " ".join(part for part in parts if part)


def states(session: Session, work_ids: Iterable[str]) -> dict[str, decide.WorkState]:
    """The derived state of each work, in one query for up to 5000."""
    wanted = list(work_ids)
    returned: dict[str, list[int]] = {work_id: [] for work_id in wanted}
    revised: dict[str, list[tuple[int, decide.Revision]]] = {work_id: [] for work_id in wanted}
    said: dict[str, int] = {}
    for start in range(0, len(wanted), 5000):  # nothing is asked about nothing
        part = wanted[start : start + 5000]
        rows = session.execute(
            select(MarkRevision.work_id, MarkRevision.first_seq, MarkRevision.id, MarkRevision.base,
                   MarkRevision.verdict, MarkRevision.value, _LAST_SAID).where(MarkRevision.work_id.in_(part))
            .union_all(select(Return.work_id, Return.op_seq, null(), null(), null(), null(), null())
                       .where(Return.work_id.in_(part)))
        )  # fmt: skip
        for work_id, seq, revision_id, base, verdict, value, last in rows:
            if revision_id is None:
                returned[work_id].append(seq)
                continue
            revised[work_id].append((seq, decide.Revision(revision_id, tuple(base), (verdict, value))))
            said[revision_id] = last
    return {work_id: decide.work_state(returned[work_id], revised[work_id], said) for work_id in wanted}


def disputed(session: Session, *where: Any) -> list[str]:
    """Works about which people disagree now. ``where``: conditions on MarkAct, whose op brought the disagreement."""
    once = session.scalars(
        select(MarkAct.work_id).join(Op, Op.seq == MarkAct.op_seq).where(Op.outcome == decide.CONFLICT, *where)
    )
    return [work for work, state in states(session, sorted(set(once))).items() if state.conflict]


_LAST_SAID = select(func.max(MarkAct.op_seq)).where(MarkAct.revision_id == MarkRevision.id).scalar_subquery()
