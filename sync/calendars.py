"""A calendar of lessons that programs subscribe to: iCalendar (RFC 5545), one VEVENT per dated lesson.

A lesson keeps its UID for ever; when it changes its SEQUENCE grows, when it is not held it stays as cancelled. Times
are the school's, with its VTIMEZONE. Equal lessons give equal bytes, whenever the file is written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from sync.canonical import digest

MIME = "text/calendar; charset=utf-8"
REFRESH = "PT4H"  # how often programs are asked to look (RFC 7986)


@dataclass(frozen=True)
class Entry:
    """A lesson. ``id`` is lasting; ``starts``, ``ends``: local "HH:MM", "" where the bells are not known: all day.

    ``sequence``: how often it changed; ``changed_at``: when it did last (aware).
    """

    id: str
    on: date
    starts: str
    ends: str
    title: str
    place: str
    text: str
    cancelled: bool
    sequence: int
    changed_at: datetime


def calendar_of(name: str, school: str, timezone: str, entries: Iterable[Entry]) -> bytes:
    """The file. ``school``: its id, which makes the UIDs unique in the world; ``timezone``: IANA name."""
    calendar = Calendar()
    calendar.add("prodid", "-//Korablik//Timetable//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("name", name)
    calendar["REFRESH-INTERVAL;VALUE=DURATION"] = REFRESH
    known = sorted(entries, key=lambda one: (one.on, one.starts, one.id))
    if any(entry.starts for entry in known):
        calendar.subcomponents.insert(0, _zone(timezone, known[0].on.year, known[-1].on.year + 1))
    events = b"".join(_event(entry, school, timezone) for entry in known)
    return calendar.to_ical().replace(b"END:VCALENDAR", events + b"END:VCALENDAR")


@lru_cache(maxsize=8)
def _zone(timezone: str, first: int, last: int) -> Timezone:
    """The VTIMEZONE for some years, both included: found by trying every day, so once for all calendars."""
    return Timezone.from_tzid(timezone, first_date=date(first, 1, 1), last_date=date(last, 12, 31))


@lru_cache(maxsize=20_000)
def _event(entry: Entry, school: str, timezone: str) -> bytes:
    """A lesson's lines; most of a calendar's lessons are the same in the next edition."""
    event, zone = Event(), ZoneInfo(timezone)
    event.add("uid", f"{entry.id}@{school.lower()}.korablik")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    if entry.starts:
        event.add("dtstart", datetime.combine(entry.on, time.fromisoformat(entry.starts), zone))
        event.add("dtend", datetime.combine(entry.on, time.fromisoformat(entry.ends), zone))
    else:
        event.add("dtstart", entry.on)
    if entry.place:
        event.add("location", entry.place)
    if entry.text:
        event.add("description", entry.text)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    return event.to_ical()


# --- a group's calendar, from an edition ----------------------------------------------------------------------------


def count_changes(
    content: dict[str, Any], before: dict[str, Any], number: int, issued_at: str,
    earlier: dict[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """``{lesson: {"hash", "sequence", "at"}}`` of an edition's lessons; ``before``: the same of the edition before.

    A lesson keeps its row while what a calendar says of it stays; else the edition's number is its sequence, which
    only grows. ``earlier``: content of the edition before, which tells many lessons at a glance.
    """
    found = {}
    same_words = earlier is not None and earlier["labels"]["form"] == content["labels"]["form"]
    for id, lesson in content["lessons"].items():
        kept = before.get(id)
        if not (kept and same_words and _same(earlier, content, id)):
            value = digest(_shown(content, lesson))
            if not kept or kept["hash"] != value:
                kept = {"hash": value, "sequence": number, "at": issued_at}
        found[id] = kept
    return found


def _same(one: dict[str, Any], other: dict[str, Any], id: str) -> bool:
    lesson = one["lessons"].get(id)
    if lesson != other["lessons"][id]:
        return False
    on_tv = lesson["broadcast"]
    return on_tv is None or one["broadcasts"].get(on_tv) == other["broadcasts"].get(on_tv)


def group_entries(content: dict[str, Any], slug: str, changes: dict[str, dict[str, Any]]) -> list[Entry]:
    """The lessons of a group of an edition."""
    found = []
    for id, lesson in content["lessons"].items():
        if lesson["group"] == slug:
            shown, told = _shown(content, lesson), changes[id]
            at = datetime.fromisoformat(told["at"])
            found.append(Entry(id, date.fromisoformat(lesson["date"]), lesson["start"], lesson["end"], shown["title"],
                               shown["place"], shown["text"], shown["off"], told["sequence"], at))  # fmt: skip
    return found


def _shown(content: dict[str, Any], lesson: dict[str, Any]) -> dict[str, Any]:
    broadcast = content["broadcasts"].get(lesson["broadcast"])
    on_tv = f"{broadcast['channel']} {broadcast['start']}" if broadcast else ""
    form = content["labels"]["form"].get(lesson["form"], "")
    title = " · ".join(filter(None, [lesson["subject"], lesson["subgroup"]]))
    text = [lesson["topic"], form, on_tv, ", ".join(lesson["teachers"])]
    off = (lesson["change"] or {}).get("kind") == "cancelled"
    when = [lesson["date"], lesson["start"], lesson["end"]]
    return {"title": title, "place": lesson["room"], "text": "\n".join(filter(None, text)), "off": off, "when": when}
