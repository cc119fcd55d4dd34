"""When a teacher cannot hold one more lesson: working hours, methodical days, absences, enough lessons that day."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from server.models import TeacherAbsence, WorkDay, WorkSchedule
from server.services.days.reading import Held
from server.services.wishes.meeting_time import Busy, Place, whole_day

AWAY, OFF, METHODICAL, HOURS, ENOUGH = "away", "off", "methodical", "hours", "enough"  # what keeps the teacher


def teacher_hours(
    session: Session, teachers: Collection[str], places: Iterable[Place], lessons: Iterable[Held]
) -> list[Busy]:  # fmt: skip
    """Everything on the days of these places that keeps these teachers; ``lessons``: held in those days."""
    by_day: dict[date, list[Place]] = {}
    for place in places:
        by_day.setdefault(place.on, []).append(place)
    if not by_day or not teachers:
        return []
    first, last = min(by_day), max(by_day)
    counted = Counter((id, one.on) for one in lessons for id in one.teachers)
    found = [busy for row in _absences(session, teachers, first, last) for busy in _absent(row, by_day)]
    schedules = _schedules(session, teachers, first, last)
    for teacher in teachers:
        for day in by_day:
            schedule = _in_force(schedules.get(teacher, ()), day)
            if schedule is not None:
                found += _limits(schedule, teacher, day, counted[teacher, day])
    return found


def _absences(session: Session, teachers: Collection[str], first: date, last: date) -> Iterable[TeacherAbsence]:
    return session.scalars(
        select(TeacherAbsence).where(TeacherAbsence.person_id.in_(teachers), TeacherAbsence.ended_at.is_(None),
                                     TeacherAbsence.since <= last, TeacherAbsence.until >= first)
    )  # fmt: skip


def _absent(row: TeacherAbsence, by_day: dict[date, list[Place]]) -> Iterator[Busy]:
    for day, places in by_day.items():
        if not row.since <= day <= row.until:
            continue
        if row.first_n is None or row.last_n is None:
            yield whole_day(row.person_id, day, AWAY)
            continue
        for place in places:
            if row.first_n <= place.n <= row.last_n:
                yield Busy(row.person_id, day, place.shift, place.n, place.starts, place.ends, AWAY)


def _schedules(session: Session, teachers: Collection[str], first: date, last: date) -> dict[str, list[WorkSchedule]]:
    rows = session.scalars(
        select(WorkSchedule).where(WorkSchedule.person_id.in_(teachers), WorkSchedule.since <= last,
                                   or_(WorkSchedule.until.is_(None), WorkSchedule.until >= first))
        .order_by(WorkSchedule.since).options(selectinload(WorkSchedule.days))
    )  # fmt: skip
    found: dict[str, list[WorkSchedule]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _in_force(rows: Iterable[WorkSchedule], day: date) -> WorkSchedule | None:
    """The newest that holds."""
    holding = [row for row in rows if row.since <= day and (row.until is None or day <= row.until)]
    return holding[-1] if holding else None


def _limits(schedule: WorkSchedule, teacher: str, day: date, lessons: int) -> Iterator[Busy]:
    if schedule.most_a_day is not None and lessons >= schedule.most_a_day:
        yield whole_day(teacher, day, ENOUGH)
    row: WorkDay | None = next((one for one in schedule.days if one.weekday == day.isoweekday()), None)
    if row is None:
        return
    if row.kind != "work":
        yield whole_day(teacher, day, METHODICAL if row.kind == "methodical" else OFF)
        return
    if row.starts:
        yield Busy(teacher, day, 0, -1, "00:00", row.starts, HOURS)
    if row.ends:
        yield Busy(teacher, day, 0, -1, row.ends, "24:00", HOURS)
