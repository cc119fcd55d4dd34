"""Weeks and windows: ISO weeks as people and files name them."""

import re
from datetime import date, datetime, timedelta

from server.errors import DomainError
from server.services.freezing import Window

_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})", re.IGNORECASE)
MOST_QUOTED = 40  # characters of what was typed that an error says again
YEARS = range(1900, 2200)  # what a school's day may be; near the calendar's ends the weeks around it do not exist


def parse_week(text: str) -> date:
    """The Monday of an ISO week like "2026-W50". Raises DomainError ``week_invalid``, also for years of no school."""
    found = _WEEK.fullmatch(text.strip())
    try:
        if found and int(found[1]) in YEARS:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise DomainError("week_invalid", value=text[:MOST_QUOTED])


def parse_day(text: str) -> date:
    """A date written 2026-12-07 or 07.12.2026. Raises DomainError ``date_invalid``, also for years of no school."""
    try:
        if found := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text.strip()):
            day = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            day = date.fromisoformat(text.strip())
        if day.year in YEARS:
            return day
    except ValueError:
        pass
    raise DomainError("date_invalid", value=text[:MOST_QUOTED])


def parse_moment(text: str) -> datetime:
    """A moment with its offset, as our own forms write it. Raises DomainError ``date_invalid``."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo and moment.year in YEARS:
            return moment
    except ValueError:
        pass
    raise DomainError("date_invalid", value=text[:MOST_QUOTED])


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
