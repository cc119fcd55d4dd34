"""When somebody of the school receives families, and which of these times are free."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import (
    Appointment,
    Course,
    Group,
    Lesson,
    LessonCourse,
    LessonTeacher,
    Person,
    ReceptionHours,
)
from server.services.accounts import new_id, record
from server.services.bell_times import bell_of, read_bells
from server.services.content import Author
from server.services.free_times import Hours, Span, at, free, span

TAKEN = ("proposed", "agreed", "held")  # appointments that nobody else can have
AHEAD = 21  # days in which free times are looked for
LONGEST = timedelta(minutes=240)


def hours_of(session: Session, host_id: str, day: date) -> list[Hours]:
    """The reception hours of a host that hold on the day or later."""
    rows = session.scalars(
        select(ReceptionHours).where(ReceptionHours.person_id == host_id,
                                     or_(ReceptionHours.until.is_(None), ReceptionHours.until >= day))
        .order_by(ReceptionHours.weekday, ReceptionHours.starts)
    )  # fmt: skip
    return [Hours(row.id, row.weekday, row.starts, row.ends, row.minutes, row.since, row.until) for row in rows]


def add_hours(host_id: str, hours: Hours, by: Author) -> str:
    """Receive families in this stretch. Raises DomainError value_invalid, hours_overlap, person_unknown."""
    if hours.ends <= hours.starts or not 5 <= hours.minutes <= 240 or not 1 <= hours.weekday <= 7:
        raise DomainError("value_invalid", field="hours", value=f"{hours.starts}–{hours.ends}")

    def save(session: Session) -> str:
        lock(session, host_id)
        for other in hours_of(session, host_id, hours.since):
            if other.weekday == hours.weekday and other.starts < hours.ends and hours.starts < other.ends:
                raise DomainError("hours_overlap", starts=other.starts, ends=other.ends)
        row = ReceptionHours(id=new_id(by.now), person_id=host_id, weekday=hours.weekday, starts=hours.starts,
                             ends=hours.ends, minutes=hours.minutes, since=hours.since, until=hours.until)  # fmt: skip
        session.add(row)
        record(session, by.now, by.account_id, "hours.add", row.id)
        return row.id

    return store.write(save)


def end_hours(hours_id: str, host_id: str, by: Author) -> None:
    """No more visits in this stretch from today on; what is agreed stays. Raises DomainError not_found."""

    def save(session: Session) -> None:
        row = session.get(ReceptionHours, hours_id)
        if row is None or row.person_id != host_id:
            raise DomainError("not_found")
        if row.since >= by.today:
            session.delete(row)
        else:
            row.until = by.today - timedelta(days=1)
        record(session, by.now, by.account_id, "hours.end", hours_id)

    store.write(save)


def free_times(session: Session, host_id: str, now: datetime, zone: ZoneInfo, days: int = AHEAD) -> list[Span]:
    """The next free times of a host."""
    today = now.astimezone(zone).date()
    hours = hours_of(session, host_id, today)
    if not hours:
        return []
    wanted = [today + timedelta(days=n) for n in range(days)]
    last = at(wanted[-1] + timedelta(days=1), "00:00", zone)
    busy = [*booked(session, Appointment.host_id == host_id, now, last),
            *lessons(session, host_id, wanted[0], wanted[-1], zone)]  # fmt: skip
    return free(hours, busy, wanted, now, zone)


def lock(session: Session, host_id: str) -> None:
    """Whoever books this host at the same moment waits (SQLite has one writer anyway)."""
    if session.scalar(select(Person.id).where(Person.id == host_id).with_for_update()) is None:
        raise DomainError("person_unknown")


def booked(session: Session, whose: Any, first: datetime, last: datetime) -> list[Span]:
    """Times that are taken between two moments; ``whose``: SQL on Appointment."""
    rows = session.execute(
        select(Appointment.starts, Appointment.minutes).where(
            whose, Appointment.state.in_(TAKEN), Appointment.starts > first - LONGEST, Appointment.starts < last)
    )  # fmt: skip
    return [span(starts, minutes) for starts, minutes in rows]


def lessons(session: Session, host_id: str, first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """When a host has lessons, by the bells of their shift; a lesson without a bell hinders nobody."""
    rows = session.execute(
        select(Lesson.on, Lesson.n, func.coalesce(Lesson.shift, Group.shift)).select_from(Lesson)
        .join(LessonTeacher, LessonTeacher.lesson_id == Lesson.id)
        .join(LessonCourse, LessonCourse.lesson_id == Lesson.id)
        .join(Course, Course.id == LessonCourse.course_id).join(Group, Group.id == Course.group_id)
        .where(LessonTeacher.person_id == host_id, Lesson.on.between(first, last), Lesson.state == "planned").distinct()
    ).all()  # fmt: skip
    bells = read_bells(session, {shift for _on, _n, shift in rows})
    times = ((on, bell_of(bells, shift, on, n)) for on, n, shift in rows)
    return [Span(at(on, bell[0], zone), at(on, bell[1], zone)) for on, bell in times if bell]
