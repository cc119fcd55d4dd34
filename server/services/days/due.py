"""Decides what the school's clock has to do at a moment: remind of a day, say that it was missed, send it out.

Pure: the same facts and the same moment give the same answer, whenever and however often it is asked. What was done
stands in the facts, so a restart does nothing twice and catches up on what it slept through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

LEAD = timedelta(days=3)  # from Friday to Monday; nobody is pressed about the day after the holidays any earlier


class Deed(StrEnum):
    """What is to be done about a day; the first two are the states of the step that is noted."""

    REMIND = "reminded"
    MISS = "missed"
    PUBLISH = "published"


@dataclass(frozen=True)
class SchoolDay:
    """A day on which lessons are held, and what has been done about it."""

    on: date
    approved: bool = False
    published: bool = False
    reminded: bool = False
    missed: bool = False


@dataclass(frozen=True)
class Clock:
    """When the approved next day goes out, and how long before that a day that is not approved is reminded of."""

    at: time
    remind: timedelta


def due(now: datetime, clock: Clock, days: Sequence[SchoolDay]) -> list[tuple[Deed, date]]:
    """What is to be done now. ``now``: local time of the school; ``days``: all school days from three days ago on.

    A day goes out at the set time of the school day before it (on Friday for Monday), or as soon as it is approved
    after that; one that is over never does.
    """
    found = []
    ordered = sorted(days, key=lambda day: day.on)
    for before, day in zip([None, *ordered], ordered, strict=False):
        if day.on < now.date() or day.published:
            continue
        if day.approved:
            if before is None or now >= _moment(before.on, clock, now):
                found.append((Deed.PUBLISH, day.on))
            continue
        last = deadline(day.on, before.on if before else None, clock, now)
        if now >= last:
            if not day.missed:
                found.append((Deed.MISS, day.on))
        elif now >= last - clock.remind and not day.reminded:
            found.append((Deed.REMIND, day.on))
    return found


def deadline(on: date, before: date | None, clock: Clock, now: datetime) -> datetime:
    """By when a day must be approved: the set time of the school day before it, of the last three days."""
    return _moment(max(before or date.min, on - LEAD), clock, now)


def _moment(day: date, clock: Clock, now: datetime) -> datetime:
    return datetime.combine(day, clock.at, now.tzinfo)
