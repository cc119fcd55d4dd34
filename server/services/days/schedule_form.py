"""A working schedule as it is typed, and what keeps it from being stored. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from server.errors import DomainError
from server.services.weeks import parse_day

KINDS = {"work": _l("at work"), "methodical": _l("methodical day"), "off": _l("not at work")}
LONGEST_DAY, LONGEST_WEEK, LONGEST_NOTE = 14, 60, 500  # lessons, lessons, characters
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class TypedDay:
    """A weekday: its kind and, of a working day, from when to when ("" not said)."""

    kind: str = "work"
    starts: str = ""
    ends: str = ""


@dataclass(frozen=True)
class TypedSchedule:
    """All of the form as texts; ``days`` by ISO weekday."""

    since: str = ""
    until: str = ""
    part_time: bool = False
    most_a_day: str = ""
    most_a_week: str = ""
    note: str = ""
    days: Mapping[int, TypedDay] = field(default_factory=dict)

    def plain(self) -> list[Any]:
        """As JSON, for marks."""
        days = [[weekday, day.kind, day.starts, day.ends] for weekday, day in sorted(self.days.items())]
        return [self.since, self.until, self.part_time, self.most_a_day, self.most_a_week, self.note, days]


def problems(typed: TypedSchedule) -> dict[str, DomainError]:
    """By field: ``since``, ``until``, ``most_a_day``, ``most_a_week``, ``note``, ``day-1`` … ``day-7``."""
    wrong = _dates(typed)
    for name, text, most in (("most_a_day", typed.most_a_day, LONGEST_DAY),
                             ("most_a_week", typed.most_a_week, LONGEST_WEEK)):  # fmt: skip
        if text and not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= most):
            wrong[name] = DomainError("value_invalid", field=_l("number of lessons"), value=text[:20])
    if len(typed.note) > LONGEST_NOTE:
        wrong["note"] = DomainError("text_long", length=len(typed.note), limit=LONGEST_NOTE)
    for weekday, day in typed.days.items():
        if error := _day(day):
            wrong[f"day-{weekday}"] = error
    return wrong


def _dates(typed: TypedSchedule) -> dict[str, DomainError]:
    wrong: dict[str, DomainError] = {}
    days = {}
    for name, text in (("since", typed.since), ("until", typed.until)):
        if not text and name == "since":
            wrong[name] = DomainError("field_needed", field=_l("first day"))
        try:
            days[name] = parse_day(text) if text else None
        except DomainError as error:
            wrong[name] = error
    if not wrong and days["until"] and days["until"] < days["since"]:
        wrong["until"] = DomainError("date_order")
    return wrong


def _day(day: TypedDay) -> DomainError | None:
    if day.kind not in KINDS:
        return DomainError("value_invalid", field=_l("weekday"), value=day.kind[:20])
    for text in (day.starts, day.ends):
        if text and not _CLOCK.fullmatch(text):
            return DomainError("value_invalid", field=_l("time"), value=text[:20])
    starts, ends = clock(day.starts), clock(day.ends)
    return DomainError("time_order") if starts and ends and ends <= starts else None


def clock(text: str) -> str | None:
    """ "8:30" → "08:30", "" → None."""
    return text.zfill(5) if text else None
