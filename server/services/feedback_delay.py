"""How long a work waits for its first decision and a decision for the family, teacher by teacher, in days.

Counted by the database as pairs of days; a return logged with its mark waited no day at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from server.models import Course, CourseTeacher, Feedback, MarkAct, Return, Task, Work
from server.services.works import current


@dataclass(frozen=True)
class Spread:
    """Days that something took: how often, the middle one, the longest, and the share within the school's limit."""

    count: int
    median: float | None
    worst: int | None
    within: float | None


@dataclass(frozen=True)
class Delay:
    """A teacher: from a return to the first decision, from a decision to the family; what waits, and since when."""

    decided: Spread
    given: Spread
    waiting: int
    oldest: date | None
    last_decision: date | None


NOTHING = Spread(0, None, None, None)
NO_DELAY = Delay(NOTHING, NOTHING, 0, None, None)


def spread(days: Mapping[int, int], limit: int) -> Spread:
    """From days → how often."""
    count = sum(days.values())
    if not count:
        return NOTHING
    ordered = sorted(days)
    low, high = _at(days, ordered, (count - 1) // 2), _at(days, ordered, count // 2)
    return Spread(count, (low + high) / 2, ordered[-1], sum(n for day, n in days.items() if day <= limit) / count)


def _at(days: Mapping[int, int], ordered: Iterable[int], place: int) -> int:
    for day in ordered:
        place -= days[day]
        if place < 0:
            return day
    raise AssertionError("place lies beyond the count")


def delays(
    session: Session, first: datetime, last: datetime, limit: int, today: date, teacher_id: str | None = None
) -> dict[str, Delay]:
    """Teacher → delay, of works that came back between two moments.

    A decision counts for who made it first; what waits counts for the course's teacher who answers for the marks.
    """
    decided = _decided(session, first, last, teacher_id)
    given = _given(session, first, last, teacher_id)
    waiting = _waiting(session, first, last, today, teacher_id)
    latest = dict(_latest(session, teacher_id))
    return {
        teacher: Delay(
            spread(decided.get(teacher, {}), limit), spread(given.get(teacher, {}), limit),
            *waiting.get(teacher, (0, None)), latest.get(teacher),
        )
        for teacher in {*decided, *given, *waiting, *latest}
    }  # fmt: skip


def _decided(session: Session, first: datetime, last: datetime, teacher_id: str | None) -> dict[str, dict[int, int]]:
    act = aliased(MarkAct)
    earliest = select(func.min(act.op_seq)).where(act.work_id == Return.work_id, act.op_seq >= Return.op_seq)
    came, said = func.date(Return.received_at), func.date(MarkAct.at)
    query = (
        select(MarkAct.author_id, came, said, func.count()).select_from(Return)
        .join(MarkAct, and_(MarkAct.work_id == Return.work_id,
                            MarkAct.op_seq == earliest.correlate(Return).scalar_subquery()))
        .where(Return.received_at.between(first, last), MarkAct.author_id.is_not(None))
        .group_by(MarkAct.author_id, came, said)
    )  # fmt: skip
    return _histograms(session, query, MarkAct.author_id, teacher_id)


def _given(session: Session, first: datetime, last: datetime, teacher_id: str | None) -> dict[str, dict[int, int]]:
    said, told = func.date(MarkAct.at), func.date(Feedback.given_at)
    query = (
        select(MarkAct.author_id, said, told, func.count()).select_from(Feedback)
        .join(MarkAct, MarkAct.op_seq == Feedback.op_seq)
        .where(MarkAct.at.between(first, last), MarkAct.author_id.is_not(None))
        .group_by(MarkAct.author_id, said, told)
    )  # fmt: skip
    return _histograms(session, query, MarkAct.author_id, teacher_id)


def _histograms(session: Session, query: Any, author: Any, teacher_id: str | None) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for teacher, begun, ended, count in session.execute(query.where(author == teacher_id) if teacher_id else query):
        days = max((_day(ended) - _day(begun)).days, 0)
        own = found.setdefault(teacher, {})
        own[days] = own.get(days, 0) + count
    return found


def _waiting(
    session: Session, first: datetime, last: datetime, today: date, teacher_id: str | None
) -> dict[str, tuple[int, date]]:
    """Teacher → works that came back and that nobody has looked at since, and the day of the oldest."""
    act = aliased(MarkAct)
    decided = select(act.op_seq).where(act.work_id == Return.work_id, act.op_seq >= Return.op_seq).exists()
    query = (
        select(CourseTeacher.person_id, func.count(Return.work_id.distinct()), func.min(Return.returned_on))
        .select_from(Return).join(Work, Work.id == Return.work_id).join(Task, Task.id == Work.task_id)
        .join(Course, Course.id == Task.course_id).join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .where(Return.received_at.between(first, last), ~decided, Task.withdrawn.is_(False), _answers(today))
        .group_by(CourseTeacher.person_id)
    )  # fmt: skip
    rows = session.execute(query.where(CourseTeacher.person_id == teacher_id) if teacher_id else query)
    return {teacher: (count, oldest) for teacher, count, oldest in rows}


def _answers(today: date) -> ColumnElement[bool]:
    """SQL: the course's teacher who answers for the marks, or any if nobody was named."""
    lead = aliased(CourseTeacher)
    named = select(lead.id).where(
        lead.course_id == CourseTeacher.course_id, lead.is_lead, current(lead.since, lead.until, today)
    )
    return and_(current(CourseTeacher.since, CourseTeacher.until, today), CourseTeacher.is_lead | ~named.exists())


def _latest(session: Session, teacher_id: str | None) -> Iterable[tuple[str, date]]:
    query = select(MarkAct.author_id, func.max(MarkAct.at)).where(MarkAct.author_id.is_not(None))
    if teacher_id:
        query = query.where(MarkAct.author_id == teacher_id)
    for teacher, at in session.execute(query.group_by(MarkAct.author_id)):
        yield teacher, _day(at)


def _day(value: Any) -> date:
    """A day as the databases give it: a date, a moment, or SQLite's text."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def moments(first: date, last: date, zone: Any) -> tuple[datetime, datetime]:
    """The first and the last moment of a stretch of days in a zone."""
    return (datetime(first.year, first.month, first.day, tzinfo=zone),
            datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=1, microseconds=-1))  # fmt: skip
