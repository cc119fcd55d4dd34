"""When lessons begin and end: the bells of shifts, read once for all days."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Bell, BellSchedule

SHIFTS = (1, 2, 3)
Bells = dict[int, list[tuple[date | None, date | None, dict[int, tuple[str, str]]]]]


def read_bells(session: Session, shifts: Iterable[int]) -> Bells:
    """The bells of shifts, in one query for all days."""
    found: dict[str, tuple[int, date | None, date | None, dict[int, tuple[str, str]]]] = {}
    for row in session.execute(
        select(BellSchedule.id, BellSchedule.shift, BellSchedule.starts_on, BellSchedule.ends_on, Bell.n, Bell.starts,
               Bell.ends).join(Bell, Bell.schedule_id == BellSchedule.id).where(BellSchedule.shift.in_(list(shifts)))
    ):  # fmt: skip
        found.setdefault(row.id, (row.shift, row.starts_on, row.ends_on, {}))[3][row.n] = (row.starts, row.ends)
    by_shift: Bells = {}
    for shift, starts_on, ends_on, bells in found.values():
        by_shift.setdefault(shift, []).append((starts_on, ends_on, bells))
    return by_shift


def bell_of(bells: Bells, shift: int, day: date, n: int) -> tuple[str, str] | None:
    """Start and end of a lesson; a schedule for a range of dates goes before the usual one."""
    holding = [one for one in bells.get(shift, ()) if (one[0] or day) <= day <= (one[1] or day)]
    chosen = max(holding, key=lambda one: one[0] or date.min, default=None)
    return chosen[2].get(n) if chosen else None


def minutes_of(clock: str) -> int:
    """ "08:30" → 510: minutes of the day."""
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minutes: int) -> str:
    """510 → "08:30"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
