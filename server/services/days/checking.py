"""Checks days by everything that is known to be wrong with timetables: what cannot be, and what should not be.

A hard finding keeps a day from being approved; a soft one is listed with names and left to people.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.services.days.clashes import clashes
from server.services.days.reading import Days, read_days


@dataclass(frozen=True)
class Finding:
    """Something wrong. ``lessons``: ids, ``who``: ids of the people, groups or rooms it is about; ``data`` fills the
    sentence (finding_words.py); ``on``: the day, or the first day of a week."""

    code: str
    hard: bool
    on: date
    lessons: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)


def check(session: Session, first: date, last: date) -> list[Finding]:
    """All findings of the days from first to last, the hard ones first."""
    return check_days(read_days(session, first, last))


def check_days(days: Days) -> list[Finding]:
    """The same of days that were read already."""
    on = {lesson.id: lesson.on for lesson in days.lessons}
    return [
        Finding(clash.kind, True, on[clash.one], (clash.one, clash.other), clash.who, {"by_bells": clash.by_bells})
        for clash in clashes(days.lessons, days.facts)
    ]
