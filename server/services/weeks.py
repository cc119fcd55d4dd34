"""Weeks and windows: ISO weeks as people and files name them."""

import re
from datetime import date, timedelta

from server.errors import DomainError
from server.services.freezing import Window

_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})", re.IGNORECASE)


def parse_week(text: str) -> date:
    """The Monday of an ISO week like "2026-W50". Raises DomainError ``week_invalid``."""
    found = _WEEK.fullmatch(text.strip())
    try:
        if found:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise DomainError("week_invalid", value=text)


def parse_day(text: str) -> date:
    """A date written 2026-12-07 or 07.12.2026. Raises DomainError ``date_invalid``."""
    try:
        if found := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text.strip()):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise DomainError("date_invalid", value=text) from error


def monday(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def week_name(day: date) -> str:
    """The ISO week of a day: "2026-W50"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def week_days(day: date) -> list[date]:
    """The seven days of a day's ISO week."""
    return [monday(day) + timedelta(days=number) for number in range(7)]


def rest_of_week(monday: date, today: date) -> tuple[date, date]:
    """First and last day of a week that still matter: from today on in the week that runs, else all of it."""
    last = monday + timedelta(days=6)
    return (today if monday <= today <= last else monday), last


def window_of(today: date) -> Window:
    """What an edition covers: this ISO week and the next."""
    return Window(monday(today), monday(today) + timedelta(days=13))
