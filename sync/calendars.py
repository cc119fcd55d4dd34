"""A calendar of lessons that programs subscribe to: iCalendar (RFC 5545), one VEVENT per dated lesson.

A lesson keeps its UID for ever; when it changes its SEQUENCE grows, when it is not held it stays as cancelled. Times
are the school's, with its VTIMEZONE. Equal lessons give equal bytes, whenever the file is written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

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
    zone = ZoneInfo(timezone)
    known = sorted(entries, key=lambda one: (one.on, one.starts, one.id))
    for entry in known:
        calendar.add_component(_event(entry, school, zone))
    if any(entry.starts for entry in known):
        calendar.add_missing_timezones(date(known[0].on.year, 1, 1), date(known[-1].on.year + 1, 12, 31))
    return calendar.to_ical()


def _event(entry: Entry, school: str, zone: ZoneInfo) -> Event:
    event = Event()
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
    return event


# --- a group's calendar, from an edition ----------------------------------------------------------------------------


def count_changes(
    content: dict[str, Any], before: dict[str, Any], number: int, issued_at: str
) -> dict[str, dict[str, Any]]:
    """``{lesson: {"hash", "sequence", "at"}}`` of an edition's lessons; ``before``: the same of the edition before.

    A lesson keeps its row while what a calendar says of it stays; else the edition's number is its sequence, which
    only grows.
    """
    found = {}
    for id, lesson in content["lessons"].items():
        value = digest(_shown(content, lesson))
        kept = before.get(id)
        same = kept is not None and kept["hash"] == value
        found[id] = kept if same else {"hash": value, "sequence": number, "at": issued_at}
    return found


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
