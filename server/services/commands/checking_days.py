"""`korablik timetable check`: what is wrong with the dated lessons, for who keeps the school's computer.

Names no student: siblings are told by their classes.
"""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from server.errors import DomainError
from server.extensions import db
from server.services.commands.console import Call, Console, place
from server.services.days.checking import check_days
from server.services.days.checks.standards import read_standards
from server.services.days.finding_words import KINDS, WEEKLY, lessons_told, sentence, title
from server.services.days.reading import Days, read_days
from server.services.days.repeats import Told, next_cycle, told_once
from server.services.weeks import parse_day, parse_week

LONGEST = 400  # days at once: a school year


def check_timetable(call: Call, console: Console) -> dict[str, Any]:
    """All findings, kind by kind; ``refused`` are the sentences of the hard ones."""
    here = place()
    first, last = _span(call.options, here.today)
    days = read_days(db.session, first, last)
    told = told_once(check_days(days, read_standards(db.session, days)), days)
    told.sort(key=lambda one: list(KINDS).index(one.finding.code))
    hard = [one for one in told if one.finding.hard]
    _say(console, days, told)
    return {
        "from": first.isoformat(), "to": last.isoformat(), "lessons": len(days.lessons), "hard": len(hard),
        "soft": len(told) - len(hard), "findings": [_plain(one, days) for one in told],
        "refused": [sentence(one.finding, days) for one in hard],
    }  # fmt: skip


def _span(options: dict[str, Any], today: date) -> tuple[date, date]:
    if options.get("date"):
        day = parse_day(options["date"])
        return day, day
    if options.get("week"):
        first = parse_week(options["week"])
        return first, first + timedelta(days=6)
    if options.get("from"):
        first, last = parse_day(options["from"]), parse_day(options["to"])
        if not 0 <= (last - first).days < LONGEST:
            raise DomainError("date_order")
        return first, last
    return next_cycle(db.session, today)


def _say(console: Console, days: Days, told: list[Told]) -> None:
    if not days.lessons:
        console.say(_("There are no lessons from %(first)s to %(last)s.", **_ends(days)))
        return
    console.say(_("Lessons from %(first)s to %(last)s: %(count)s.", count=len(days.lessons), **_ends(days)))
    for code, own in groupby(told, key=lambda one: one.finding.code):
        same = list(own)
        console.say(f"{title(code)}: {len(same)}")
        for one in same:
            console.say(f"  {_when(one, days)}: {sentence(one.finding, days)}")
            if one.finding.hard:
                console.say(f"    {lessons_told(one.finding, days)}")
    if not told:
        console.say(_("No problems found."))
    elif not any(one.finding.hard for one in told):
        console.say(_("Nothing of it keeps the lessons from being held."))


def _ends(days: Days) -> dict[str, str]:
    return {"first": format_date(days.first, "d MMM yyyy"), "last": format_date(days.last, "d MMM yyyy")}


def _when(one: Told, days: Days) -> str:
    """ "Tuesday, 8 Dec", "Tuesday, every week", "every week", "week from 7 Dec"."""
    weekly = one.finding.code in WEEKLY
    weekday = format_date(one.finding.on, "EEEE")
    if len(one.days) > 1 and len(one.days) == ((days.last - days.first).days + 7) // 7:
        return _("every week") if weekly else _("%(day)s, every week", day=weekday)
    dates = ", ".join(format_date(day, "d MMM") for day in one.days)
    return _("week from %(dates)s", dates=dates) if weekly else f"{weekday}, {dates}"


def _plain(one: Told, days: Days) -> dict[str, Any]:
    finding = one.finding
    return {
        "code": finding.code, "hard": finding.hard, "text": sentence(finding, days), "weekday": finding.on.isoweekday(),
        "on": [day.isoformat() for day in one.days], "lessons": list(finding.lessons), "who": list(finding.who),
        "data": finding.data,
    }  # fmt: skip
