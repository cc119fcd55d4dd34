"""Timetables kept as calendars (iCalendar, RFC 5545): weekly or dated events → the weekly pattern.

Only what a lesson needs is parsed, event by event. No recurrence is ever expanded, so a rule may say what it likes, and
time zones are taken by their names: a calendar's own definition of one is not run.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event

from server.importers import charset, limits
from server.importers.calendar_text import class_of_calendar, read_words
from server.importers.calendar_weeks import Meeting, Rule, weekly_activities
from server.importers.findings import ERROR, INFO, WARNING, Notes, Refused, Result
from server.importers.rows import Where
from server.importers.tables import check_size
from server.importers.timetable_counts import count
from server.importers.values import clean
from server.importers.weekly_pattern import to_timetable

_MOST_EVENTS = 30_000  # a year of dated lessons of thirty classes
_LONGEST = timedelta(hours=6)  # of a lesson; longer events are days
_ONE_ZONE = {"KZ": "Asia/Almaty"}  # countries where all schools live by one time
_WORLD_TIME = frozenset(("UTC", "GMT", "Etc/UTC", "Etc/GMT"))
_KEPT = frozenset(
    "BEGIN END DTSTART DTEND DURATION RRULE RDATE RECURRENCE-ID STATUS SUMMARY DESCRIPTION LOCATION CATEGORIES "
    "ORGANIZER".split()
)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LABELS = (("teacher", "ORGANIZER"), ("class", "SUMMARY"), ("period", "DTSTART"), ("room", "LOCATION"))


def read_timetable(file: str, data: bytes, *, region: str = "RU", today: date | None = None) -> Result:
    """One Timetable in ``rows``. Events that are no weekly lesson are said and left out.

    Raises Refused: timetable_empty, calendar_zone (times in UTC and no zone named), calendar_too_large, and what
    reading text raises.
    """
    check_size(data, limits.MAX_TEXT)
    notes = Notes(file)
    outline = _Outline(charset.decode(data).text)
    reader = _Reader(outline, notes, region)
    meetings = list(reader.meetings())
    activities, weeks, periods = weekly_activities(meetings, notes, today)
    if not activities and not notes.found:
        raise Refused("timetable_empty")
    timetable = to_timetable(activities, weeks, periods, labels=LABELS)
    return Result((timetable,) if activities else (), tuple(notes.found), count(timetable))


class _Outline:
    """A calendar cut into events, without what lessons do not need."""

    def __init__(self, text: str):
        self.properties: dict[str, str] = {}
        self.events: list[tuple[int, str]] = []
        depth = event_depth = begun = 0
        lines: list[str] = []
        is_kept = False
        for number, line in enumerate(text.splitlines(), 1):
            if line[:1] in (" ", "\t"):
                if is_kept:
                    lines.append(line)
                continue
            name, _, value = line.partition(":")
            name = name.partition(";")[0].strip().upper()
            if name == "BEGIN":
                depth += 1
                if value.strip().upper() == "VEVENT" and not event_depth:
                    event_depth, begun, lines = depth, number, []
            is_kept = bool(event_depth) and depth == event_depth and name in _KEPT
            if is_kept:
                lines.append(line)
            elif depth == 1 and len(value) < 1000:
                self.properties.setdefault(name, value.strip())
            if name == "END" and depth:
                if depth == event_depth:
                    self._add(begun, lines)
                    event_depth, is_kept = 0, False
                depth -= 1

    def _add(self, begun: int, lines: list[str]) -> None:
        if len(self.events) >= _MOST_EVENTS:
            raise Refused("calendar_too_large", most=_MOST_EVENTS)
        self.events.append((begun, "\r\n".join(lines)))

    @property
    def name(self) -> str:
        """What the calendar is called."""
        return self.properties.get("X-WR-CALNAME") or self.properties.get("NAME") or ""


@dataclass(frozen=True)
class _Entry:
    """A parsed event in plain values. ``rule`` holds the parts of its RRULE, None without one."""

    line: int
    start: date
    end: date | None
    rule: dict[str, list[Any]] | None
    is_change: bool
    texts: dict[str, str]
    categories: tuple[str, ...]
    organizer: str


class _Reader:
    """Events → meetings of classes, in the calendar's own time."""

    def __init__(self, outline: _Outline, notes: Notes, region: str):
        self.outline, self.notes = outline, notes
        self.calendar_class = class_of_calendar(outline.name)
        self.said: set[tuple[str, str]] = set()
        self.entries = [entry for line, text in outline.events if (entry := self._parse(line, text))]
        self.zone = self._zone(region)

    def meetings(self) -> Iterator[Meeting]:
        """What may be a lesson; single changes of a series are counted and left out."""
        moved = [entry for entry in self.entries if entry.is_change]
        if moved:
            self.notes.add(INFO, "calendar_changes", self._where(moved[0]), count=len(moved))
        for entry in self.entries:
            if not entry.is_change and entry.texts["STATUS"].upper() != "CANCELLED":
                meeting = self._meeting(entry)
                if meeting:
                    yield meeting

    def _parse(self, line: int, text: str) -> _Entry | None:
        try:
            entry = _entry(line, Event.from_ical(text))
        except Exception:  # whatever the library stumbles over is one event that cannot be read
            entry = None
        if entry is None or not 2000 <= entry.start.year <= 2100:
            self.notes.add(ERROR, "calendar_event", Where(self.notes.file, "", line), column="DTSTART")
            return None
        return entry

    def _zone(self, region: str) -> tzinfo | None:
        """The zone that the calendar names, else that of most events, else the country's only one."""
        named = self.outline.properties.get("X-WR-TIMEZONE", "")
        named = None if named in _WORLD_TIME else _zone_of(named)
        starts = [entry.start.tzinfo for entry in self.entries if isinstance(entry.start, datetime)]
        zones = Counter(str(zone) for zone in starts if zone and str(zone) not in _WORLD_TIME)
        if named or zones:
            return named or _zone_of(zones.most_common(1)[0][0])
        if not any(zone for zone in starts):
            return None
        if region in _ONE_ZONE:
            return ZoneInfo(_ONE_ZONE[region])
        raise Refused("calendar_zone")

    def _local(self, moment: datetime) -> datetime:
        return (moment.astimezone(self.zone) if moment.tzinfo and self.zone else moment).replace(tzinfo=None)

    def _meeting(self, entry: _Entry) -> Meeting | None:
        where, title = self._where(entry), clean(entry.texts["SUMMARY"])[:200]
        if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime | None):
            return self._say(INFO, "calendar_not_lesson", where, title)
        start = self._local(entry.start)
        end = self._local(entry.end) if entry.end else start + timedelta(minutes=40)
        if not timedelta(0) < end - start <= _LONGEST:
            return self._say(INFO, "calendar_not_lesson", where, title)
        rule = _rule(entry.rule, start)
        if rule is None:
            return self._say(WARNING, "calendar_rule", where, title)
        words = read_words(
            title,
            description=entry.texts["DESCRIPTION"],
            location=entry.texts["LOCATION"],
            categories=entry.categories,
            organizer=entry.organizer,
            calendar_class=self.calendar_class,
        )
        if not words.groups:
            return self._say(ERROR, "calendar_class_missing", where, title)
        if not words.subject:
            return self._say(ERROR, "calendar_subject_missing", where, title)
        return Meeting(words, start, end, rule, title, where)

    def _say(self, level: str, code: str, where: Where, title: str) -> None:
        """Say it once for events of one title."""
        if (code, title) not in self.said:
            self.said.add((code, title))
            self.notes.add(level, code, where, column="SUMMARY", value=title)

    def _where(self, entry: _Entry) -> Where:
        return Where(self.notes.file, "", entry.line)


def _entry(line: int, event: Event) -> _Entry:
    """Raises whatever the library does when a value is broken, and TypeError when it is of another type."""
    start, end = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else None
    if end is None and "DURATION" in event:
        end = start + event["DURATION"].dt
    if not isinstance(start, date) or not isinstance(end, date | None):
        raise TypeError("an event begins and ends on a date")
    rule = {key: list(values) for key, values in dict(event["RRULE"]).items()} if "RRULE" in event else None
    texts = {name: str(_first(event.get(name, ""))) for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "STATUS")}
    lists = event.get("CATEGORIES", [])
    lists = lists if isinstance(lists, list) else [lists]
    categories = tuple(str(name) for each in lists for name in getattr(each, "cats", ()))[:20]
    organizer = getattr(_first(event.get("ORGANIZER", "")), "params", {}).get("CN", "")
    return _Entry(line, start, end, rule, "RECURRENCE-ID" in event, texts, categories, str(organizer))


def _first(value: Any) -> Any:
    """Of a property that is there several times the first."""
    return value[0] if isinstance(value, list) else value


def _zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # not known, not a name, a folder of zones
        return None


def _rule(parts: dict[str, list[Any]] | None, start: datetime) -> Rule | None:
    """When the event is held; None for a rule that no weekly timetable has."""
    if parts is None:
        return Rule((start.isoweekday(),), 0, None)
    frequency, days = parts.get("FREQ", [""])[0], [str(day) for day in parts.get("BYDAY", [])]
    interval = parts.get("INTERVAL", [1])[0]
    known = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST"}
    is_weekly = frequency == "WEEKLY" or (frequency == "DAILY" and days and interval == 1)
    if not is_weekly or set(parts) - known or not set(days) <= set(_WEEKDAYS) or not 1 <= interval <= 4:
        return None
    weekdays = tuple(sorted(_WEEKDAYS.index(day) + 1 for day in set(days))) or (start.isoweekday(),)
    return Rule(weekdays, interval, _last(parts, start, len(weekdays), interval))


def _last(parts: dict[str, list[Any]], start: datetime, per_week: int, interval: int) -> date | None:
    """The last day on which a rule can hold, None for no end in sight."""
    if "UNTIL" in parts:
        until = parts["UNTIL"][0]
        return until.date() if isinstance(until, datetime) else until if isinstance(until, date) else None
    if "COUNT" in parts:
        weeks = min(int(parts["COUNT"][0]) // per_week + 1, 5000) * interval
        return start.date() + timedelta(weeks=max(weeks, 1))
    return None
