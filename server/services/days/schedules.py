"""Working schedules of teachers: written down, approved by whoever answers for it, and never changed once approved.

A change of an approved schedule is a new one from a later day on, which ends the one before; it waits for approval.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from server import store
from server.errors import DomainError
from server.models import CourseTeacher, Person, WorkDay, WorkSchedule
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.days.schedule_form import LONGEST_DAY, LONGEST_WEEK, TypedDay, TypedSchedule, clock, problems
from server.services.people import folded, full_name
from server.services.weeks import parse_day
from server.services.works import current
from sync.canonical import digest

__all__ = ["LONGEST_DAY", "LONGEST_WEEK", "Row", "TeacherLine"]


@dataclass(frozen=True)
class Row:
    """A schedule as a page shows it. ``approver``: name of who approved it, "" while it waits."""

    id: str
    since: date
    until: date | None
    approved: bool
    approver: str
    approved_at: object
    typed: TypedSchedule

    def mark(self) -> str:
        """Names the content: who approves says what was looked at."""
        return digest([self.id, self.approved, *self.typed.plain()])[:32]


@dataclass(frozen=True)
class TeacherLine:
    """A teacher with the schedule of today and, if there is one, the one that waits for approval."""

    id: str
    slug: str
    name: str
    now: Row | None
    waiting: Row | None


def lines(session: Session, today: date) -> list[TeacherLine]:
    """Everybody who teaches, or has a schedule, by name."""
    teaches = select(CourseTeacher.person_id).where(current(CourseTeacher.since, CourseTeacher.until, today))
    people = session.scalars(
        select(Person).where(Person.left_on.is_(None), or_(
            Person.id.in_(teaches), Person.id.in_(select(WorkSchedule.person_id))
        ))
    ).all()  # fmt: skip
    rows: dict[str, list[Row]] = {}
    for person_id, row in _rows(session, None):
        rows.setdefault(person_id, []).append(row)
    return [
        TeacherLine(person.id, person.slug, full_name(person), _now(rows.get(person.id, ()), today),
                    next((row for row in rows.get(person.id, ()) if not row.approved), None))
        for person in sorted(people, key=lambda one: folded(full_name(one)))
    ]  # fmt: skip


def of_person(session: Session, person_id: str) -> list[Row]:
    """The schedules of a teacher, the newest first."""
    return [row for _, row in _rows(session, person_id)]


def seen(rows: Iterable[Row]) -> str:
    """Names all schedules of a teacher as they stand: a form says on what it was filled in."""
    return digest([row.mark() for row in rows])[:32]


def _now(rows: Sequence[Row], today: date) -> Row | None:
    return next((row for row in rows if row.since <= today <= (row.until or today)), None)


def _rows(session: Session, person_id: str | None) -> list[tuple[str, Row]]:
    query = (
        select(WorkSchedule, Person).outerjoin(Person, Person.id == WorkSchedule.approved_by)
        .options(selectinload(WorkSchedule.days)).order_by(WorkSchedule.since.desc())
    )  # fmt: skip
    if person_id is not None:
        query = query.where(WorkSchedule.person_id == person_id)
    return [(row.person_id, _row(row, approver)) for row, approver in session.execute(query)]


def _row(row: WorkSchedule, approver: Person | None) -> Row:
    days = {day.weekday: TypedDay(day.kind, day.starts or "", day.ends or "") for day in row.days}
    typed = TypedSchedule(
        row.since.isoformat(), row.until.isoformat() if row.until else "", row.part_time, str(row.most_a_day or ""),
        str(row.most_a_week or ""), row.note, days,
    )  # fmt: skip
    return Row(row.id, row.since, row.until, row.approved_at is not None, full_name(approver) if approver else "",
               row.approved_at, typed)  # fmt: skip


# --- acts ---------------------------------------------------------------------------------------------------------


def save(person_id: str, typed: TypedSchedule, base: str, by: Author) -> bool:
    """Write a schedule down; False when it stood so already. One that waits is changed, an approved one is ended.

    Raises DomainError ``changed_meanwhile``, ``schedule_approved`` (an approved one holds from that day or later) and
    the first of ``problems``.
    """

    def write(session: Session) -> bool:
        found = of_person(session, person_id)
        waiting = next((row for row in found if not row.approved), None)
        if waiting is not None and waiting.typed == typed:
            return False
        if seen(found) != base:
            raise DomainError("changed_meanwhile")
        if wrong := problems(typed):
            raise next(iter(wrong.values()))
        if any(row.approved and row.typed == replace(typed, until=row.typed.until) for row in found[:1]):
            return False
        _store(session, person_id, found, waiting, typed, by)
        return True

    return store.write(write)


def _store(
    session: Session, person_id: str, found: Sequence[Row], waiting: Row | None, typed: TypedSchedule, by: Author
) -> None:
    since = parse_day(typed.since)
    if any(row.approved and row.since >= since for row in found):
        raise DomainError("schedule_approved")
    if waiting is not None:
        _take_out(session, waiting)
    _end_before(session, person_id, since)
    row = WorkSchedule(
        id=new_id(by.now), person_id=person_id, since=since, until=parse_day(typed.until) if typed.until else None,
        part_time=typed.part_time, most_a_week=int(typed.most_a_week) if typed.most_a_week else None,
        most_a_day=int(typed.most_a_day) if typed.most_a_day else None, note=typed.note,
        days=[WorkDay(weekday=weekday, kind=day.kind, starts=clock(day.starts), ends=clock(day.ends))
              for weekday, day in sorted(typed.days.items())],
    )  # fmt: skip
    session.add(row)
    record(session, by.now, by.account_id, "schedule.save", row.id)


def approve(person_id: str, mark: str, by: Author) -> None:
    """Approve the schedule that waits, as it was looked at. Raises DomainError ``changed_meanwhile``."""

    def write(session: Session) -> None:
        waiting = next((row for row in of_person(session, person_id) if not row.approved), None)
        if waiting is None or waiting.mark() != mark:
            raise DomainError("changed_meanwhile")
        row = session.get_one(WorkSchedule, waiting.id)
        row.approved_at, row.approved_by = by.now, by.person_id
        record(session, by.now, by.account_id, "schedule.approve", row.id)

    store.write(write)


def discard(person_id: str, mark: str, by: Author) -> None:
    """Take back the schedule that waits; the one before holds on. Raises DomainError ``changed_meanwhile``."""

    def write(session: Session) -> None:
        waiting = next((row for row in of_person(session, person_id) if not row.approved), None)
        if waiting is None or waiting.mark() != mark:
            raise DomainError("changed_meanwhile")
        _take_out(session, waiting)
        record(session, by.now, by.account_id, "schedule.discard", waiting.id)

    store.write(write)


def _take_out(session: Session, waiting: Row) -> None:
    """Remove it; the approved one that it had ended holds as long as it would have."""
    row = session.get_one(WorkSchedule, waiting.id)
    before = session.scalar(
        select(WorkSchedule).where(WorkSchedule.person_id == row.person_id, WorkSchedule.since < row.since)
        .order_by(WorkSchedule.since.desc()).limit(1)
    )  # fmt: skip
    if before is not None and before.until == row.since - timedelta(days=1):
        before.until = row.until
    session.delete(row)
    session.flush()


def _end_before(session: Session, person_id: str, since: date) -> None:
    """No two schedules hold on one day."""
    for row in session.scalars(select(WorkSchedule).where(
        WorkSchedule.person_id == person_id, WorkSchedule.since < since,
        or_(WorkSchedule.until.is_(None), WorkSchedule.until >= since),
    )):  # fmt: skip
        row.until = since - timedelta(days=1)
    session.flush()
