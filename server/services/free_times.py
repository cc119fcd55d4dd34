"""Which times of a host are free: reception hours cut into visits, without lessons and other appointments. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """Reception on a weekday (1 = Monday) from ``starts`` to ``ends`` ("15:00"), visits of so many minutes."""

    id: str
    weekday: int
    starts: str
    ends: str
    minutes: int
    since: date
    until: date | None

    def holds(self, day: date) -> bool:
        """True on the days to which they apply."""
        return day.isoweekday() == self.weekday and self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, order=True)
class Span:
    """From a moment to a moment; the end is outside."""

    starts: datetime
    ends: datetime

    def meets(self, other: "Span") -> bool:
        """True if they overlap."""
        return self.starts < other.ends and other.starts < self.ends


def span(starts: datetime, minutes: int) -> Span:
    """A visit."""
    return Span(starts, starts + timedelta(minutes=minutes))


def at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """A moment of a day by the school's clock ("15:00")."""
    return datetime.combine(day, time.fromisoformat(clock), zone)


def free(
    hours: Sequence[Hours], busy: Iterable[Span], days: Iterable[date], now: datetime, zone: ZoneInfo
) -> list[Span]:
    """Visits that begin after now and meet nothing else, in order; two stretches of hours give a time once."""
    taken = sorted(busy)
    found: list[Span] = []
    for day in days:
        every = sorted({visit for own in hours if own.holds(day) for visit in _visits(own, day, zone)})
        for visit in every:
            if visit.starts > now and not any(visit.meets(other) for other in [*taken, *found[-1:]]):
                found.append(visit)
    return found


def _visits(own: Hours, day: date, zone: ZoneInfo) -> Iterable[Span]:
    visit, last = span(at(day, own.starts, zone), own.minutes), at(day, own.ends, zone)
    while visit.ends <= last:
        yield visit
        visit = span(visit.ends, own.minutes)
