"""The weekly pattern behind a calendar's events: which are held every week, which every other one, which neither."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.importers.calendar_text import Words
from server.importers.findings import INFO, WARNING, Notes
from server.importers.hours import number_hours
from server.importers.rows import CardRow, PeriodRow, Where
from server.importers.weekly_pattern import Activity

_MOST_KINDS = 4
_INSIDE = 25  # minutes of a lesson that an event must cover at both ends to be counted as a lesson in a row
_MOST_IN_ROW = 6


@dataclass(frozen=True)
class Rule:
    """When an event is held: weekdays 1–7, every ``interval`` weeks (0: on its one date), until ``last`` (None: on)."""

    weekdays: tuple[int, ...]
    interval: int
    last: date | None


@dataclass(frozen=True)
class Meeting:
    """An event that may be a lesson; ``start`` and ``end`` are the school's local time of its first date."""

    words: Words
    start: datetime
    end: datetime
    rule: Rule
    title: str
    where: Where


@dataclass(frozen=True)
class _Place:
    """An hour of the week: weekday, "HH:MM" to "HH:MM"."""

    weekday: int
    start: str
    end: str


def weekly_activities(
    meetings: Iterable[Meeting], notes: Notes, today: date | None
) -> tuple[list[Activity], tuple[str, ...], list[PeriodRow]]:
    """(activities, names of the kinds of week, lesson times). What is no weekly lesson is said and left out.

    Dated events count from ``today`` on if the calendar goes on after it: an earlier timetable is over. They are
    weekly when held in at least half the weeks, every other week when only in such weeks.
    """
    meetings = _current(list(meetings), notes, today)
    if not meetings:
        return [], ("1",), []
    first = min(_week(meeting.start.date()) for meeting in meetings)
    placed = _ruled(meetings, first)
    placed += _dated([each for each in meetings if not each.rule.interval], first, notes, least=2 if placed else 1)
    cycle = math.lcm(*(period for _, _, period, _ in placed)) if placed else 1
    if cycle > _MOST_KINDS:
        placed = [each for each in placed if each[2] <= 2]
        cycle = math.lcm(*(period for _, _, period, _ in placed)) if placed else 1
        notes.add(WARNING, "calendar_cycle", placed[0][0].where if placed else None)
    if cycle > 1:
        notes.add(WARNING, "calendar_weeks", value=date.fromordinal(first * 7 + 1).isoformat(), count=cycle)
    hours = number_hours(Counter(place.start for _, place, _, _ in placed))
    ends, starts = _ends(placed), sorted(hours)
    activities = [
        _activity(
            meeting, place, "".join("1" if (n - phase) % period == 0 else "0" for n in range(cycle)), hours, starts
        )
        for meeting, place, period, phase in placed
    ]
    names = tuple(str(n) for n in range(1, cycle + 1))
    return activities, names, [PeriodRow(row.n, row.name, row.start, ends[row.start]) for row in hours.values()]


_Held = tuple[Meeting, _Place, int, int]  # every how many weeks, counted from which


def _current(meetings: list[Meeting], notes: Notes, today: date | None) -> list[Meeting]:
    """Without what is over, when anything is still to come."""
    if today is None:
        return meetings
    ahead = [each for each in meetings if not _is_over(each, today)]
    if not ahead or len(ahead) == len(meetings):
        return meetings
    notes.add(INFO, "calendar_over", count=len(meetings) - len(ahead))
    return ahead


def _is_over(meeting: Meeting, today: date) -> bool:
    last = meeting.rule.last if meeting.rule.interval else meeting.start.date()
    return last is not None and last < today


def _week(day: date) -> int:
    """Whole weeks since the beginning of time, from Monday on."""
    return (day.toordinal() - 1) // 7


def _ruled(meetings: Sequence[Meeting], first: int) -> list[_Held]:
    return [
        (each, _place(each, weekday), each.rule.interval, (_week(each.start.date()) - first) % each.rule.interval)
        for each in meetings
        if each.rule.interval
        for weekday in each.rule.weekdays
    ]


def _place(meeting: Meeting, weekday: int) -> _Place:
    return _Place(weekday, f"{meeting.start:%H:%M}", f"{meeting.end:%H:%M}")


def _dated(meetings: Sequence[Meeting], first: int, notes: Notes, least: int) -> list[_Held]:
    """Events with one date each, put together to lessons of the week; held ``least`` times in a calendar of rules."""
    series: dict[tuple[Words, _Place], list[Meeting]] = defaultdict(list)
    for each in meetings:
        series[each.words, _place(each, each.start.isoweekday())].append(each)
    weeks = sorted({_week(each.start.date()) - first for each in meetings})
    held: list[_Held] = []
    for (_, place), own in series.items():
        pattern = _pattern({_week(each.start.date()) - first for each in own}, weeks)
        if pattern is None or len(own) < least:
            more = {"value": own[0].title, "count": len(own), "weeks": len(weeks)}
            notes.add(WARNING, "calendar_irregular", own[0].where, column="DTSTART", **more)
        else:
            held.append((own[0], place, *pattern))
    return held


def _pattern(own: set[int], weeks: Sequence[int]) -> tuple[int, int] | None:
    """(every how many weeks, counted from which) a series is held, of all weeks with lessons; None for neither."""
    halves = [[week for week in weeks if week % 2 == parity] for parity in (0, 1)]
    shares = [sum(week in own for week in half) / len(half) if half else None for half in halves]
    if all(share is None or share >= 0.5 for share in shares):
        return 1, 0
    for parity in (0, 1):
        if (shares[parity] or 0) >= 0.5 and (shares[1 - parity] or 0) <= 0.1 and shares[1 - parity] is not None:
            return 2, parity
    return None


def _ends(placed: Sequence[_Held]) -> dict[str, str]:
    """The usual end of the lesson that begins at a time: the earliest of the most frequent ones."""
    ends: dict[str, Counter[str]] = defaultdict(Counter)
    for _, place, _, _ in placed:
        ends[place.start][place.end] += 1
    return {start: min(found, key=lambda end: (-found[end], end)) for start, found in ends.items()}


def _activity(
    meeting: Meeting, place: _Place, weeks: str, hours: dict[str, PeriodRow], starts: Sequence[str]
) -> Activity:
    """An event that covers the beginnings of further lessons is as many lessons in a row."""
    low, high = _shifted(place.start, _INSIDE), _shifted(place.end, -_INSIDE)
    further = starts[bisect_left(starts, low) : bisect_right(starts, high)]
    words = meeting.words
    rooms = (words.room,) if words.room else ()
    inside = [place.start, *further][:_MOST_IN_ROW]
    cards = tuple(CardRow(place.weekday, hours[start].n, weeks, rooms) for start in inside)
    return Activity(words.subject, words.groups, words.teachers, (), len(cards), cards, meeting.where)


def _shifted(time: str, minutes: int) -> str:
    total = min(max(int(time[:2]) * 60 + int(time[3:]) + minutes, 0), 24 * 60 - 1)
    return f"{total // 60:02d}:{total % 60:02d}"
