"""Who answers the hotline when, day by day, and in which of its hours nobody does. Pure but for reading the rota."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import DutyRota, Person
from server.services.free_times import Span, at
from server.services.people import full_name

_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})")
_NUMBER = {  # Russian, Kazakh, English
    "пн": 1, "вт": 2, "ср": 3, "чт": 4, "пт": 5, "сб": 6, "вс": 7, "дс": 1, "сс": 2, "бс": 4, "жм": 5, "жс": 7,
    "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7,
}  # fmt: skip
_DAYS = re.compile(rf"(?i)\b({'|'.join(_NUMBER)})")


@dataclass(frozen=True)
class Shift:
    """Somebody on duty on one day; the times are moments of that day."""

    name: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class DutyDay:
    """A day: who is on duty, the hotline's hours (None: not said or closed) and in which of them nobody is."""

    on: date
    shifts: tuple[Shift, ...]
    hours: Span | None
    gaps: tuple[Span, ...]


def hours_on(told: str, day: date, zone: ZoneInfo) -> Span | None:
    """The hotline's hours on a day, from what the school says («пн–пт 9:00–17:00»); without days: Monday to Friday."""
    found = _HOURS.search(told)
    if found is None:
        return None
    days = [_NUMBER[name.lower()] for name in _DAYS.findall(told)]
    first, last = (days[0], days[-1]) if days else (1, 5)
    if not first <= day.isoweekday() <= last:
        return None
    try:
        starts, ends = (at(day, f"{int(found[n]):02d}:{found[n + 1]}", zone) for n in (1, 3))
    except ValueError:
        return None
    return Span(starts, ends) if starts < ends else None


def gaps(hours: Span, duties: Iterable[Span]) -> list[Span]:
    """The parts of the hours in which nobody is on duty, in order."""
    found, free_from = [], hours.starts
    for duty in sorted(duties):
        if duty.starts > free_from:
            found.append(Span(free_from, min(duty.starts, hours.ends)))
        free_from = max(free_from, duty.ends)
        if free_from >= hours.ends:
            break
    if free_from < hours.ends:
        found.append(Span(free_from, hours.ends))
    return [gap for gap in found if gap.starts < gap.ends]


def week(session: Session, days: Sequence[date], told: str, zone: ZoneInfo) -> list[DutyDay]:
    """The rota of some days; a duty over midnight stands on both."""
    first, last = at(days[0], "00:00", zone), at(days[-1] + timedelta(days=1), "00:00", zone)
    rows = session.execute(
        select(DutyRota, Person).join(Person, Person.id == DutyRota.person_id)
        .where(DutyRota.until > first, DutyRota.since < last).order_by(DutyRota.since)
    ).all()  # fmt: skip
    return [_day(day, [(row, full_name(person)) for row, person in rows], told, zone) for day in days]


def _day(day: date, rows: Iterable[tuple[DutyRota, str]], told: str, zone: ZoneInfo) -> DutyDay:
    begin, end = at(day, "00:00", zone), at(day + timedelta(days=1), "00:00", zone)
    shifts = tuple(Shift(name, max(row.since, begin), min(row.until, end)) for row, name in rows
                   if row.since < end and row.until > begin)  # fmt: skip
    hours = hours_on(told, day, zone)
    free = gaps(hours, [Span(one.starts, one.ends) for one in shifts]) if hours else []
    return DutyDay(day, shifts, hours, tuple(free))
