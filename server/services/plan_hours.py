"""Decides which lesson each hour of a course's plan falls on. Pure: topics and days in, places out.

A topic with a day takes the first lesson of that day which no topic above it took. Every other hour, in the plan's
order, takes the next free lesson after the hour above it. A topic whose day has no lesson goes by its order too, but
nothing below it waits for it: a lost day does not shift what is planned by days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Topic:
    """A row of a plan. ``on``: the day it is planned for, or None where it goes by its order."""

    section: str
    topic: str
    hours: int = 1
    on: date | None = None


def spread(plan: Sequence[Topic], days: Sequence[date]) -> list[int | None]:
    """For every lesson of a course (its days, in order) the row of the plan that falls on it, or None."""
    taken: list[int | None] = [None] * len(days)
    first = _on_their_days(plan, days, taken)
    cursor = -1
    for row, topic in enumerate(plan):
        cursor = first.get(row, cursor)
        at = cursor
        for _hour in range(topic.hours - (row in first)):
            at = _next_free(taken, at)
            if at == len(taken):
                break
            taken[at] = row
        if at < len(taken) and (topic.on is None or row in first):
            cursor = at
    return taken


def _on_their_days(plan: Sequence[Topic], days: Sequence[date], taken: list[int | None]) -> dict[int, int]:
    """Row → the lesson of its day; fills ``taken``."""
    lessons: dict[date, list[int]] = {}
    for place, day in enumerate(days):
        lessons.setdefault(day, []).append(place)
    first = {}
    for row, topic in enumerate(plan):
        if topic.on is not None and lessons.get(topic.on):
            first[row] = lessons[topic.on].pop(0)
            taken[first[row]] = row
    return first


def _next_free(taken: Sequence[int | None], after: int) -> int:
    """The next free place, or as many as there are."""
    place = after + 1
    while place < len(taken) and taken[place] is not None:
        place += 1
    return place


def in_order(plan: Sequence[Topic], days: Sequence[date]) -> list[date | None]:
    """The day of every topic's first hour when the plan is taught in its order alone; None past the last lesson."""
    found, hour = [], 0
    for topic in plan:
        found.append(days[hour] if hour < len(days) else None)
        hour += topic.hours
    return found


def to_keep(old: Sequence[Topic], new: Sequence[Topic], lessons: Mapping[str, date], today: date) -> dict[str, str]:
    """Lesson → the topic it must keep: it was held, and the new plan has its topic elsewhere.

    ``lessons``: id → day, in order, of those that take their topic from the plan or not: all are counted. A topic
    that the new plan has nowhere was re-worded or dropped, and the lesson follows.
    """
    days = list(lessons.values())
    before, after = spread(old, days), spread(new, days)
    still = {topic.topic for topic in new}
    kept = {}
    for (id, day), was, is_now in zip(lessons.items(), before, after, strict=True):
        if day >= today or was is None:
            continue
        text = old[was].topic
        if text in still and (is_now is None or new[is_now].topic != text):
            kept[id] = text
    return kept
