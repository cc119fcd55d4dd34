"""Single placed activities, as FET and calendars hold them → lessons of the weekly pattern, and the timetable."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.importers.groups import grade_of
from server.importers.lesson_keys import with_keys
from server.importers.names import split_name
from server.importers.rows import (
    NOWHERE,
    CardRow,
    ClassRow,
    GroupRow,
    LessonRow,
    PeriodRow,
    RoomRow,
    SubjectRow,
    TeacherRow,
    Timetable,
    Where,
)
from server.importers.student_sets import Groups

_DIGITS = re.compile(r"\d+")

_Hour = tuple[int, int, int]  # weekday, lesson number, kind of week


@dataclass(frozen=True)
class Activity:
    """Something that is taught once in a week, for ``length`` hours in a row; no ``cards`` = not placed."""

    subject: str
    groups: Groups
    teachers: tuple[str, ...]
    tags: tuple[str, ...]
    length: int
    cards: tuple[CardRow, ...]
    where: Where = NOWHERE

    @property
    def identity(self) -> tuple[object, ...]:
        """What activities of one lesson share: everything but the time and the room."""
        return self.subject, tuple(sorted(self.groups)), self.teachers, tuple(sorted(self.tags)), self.length


def to_timetable(
    activities: Iterable[Activity],
    weeks: tuple[str, ...],
    periods: Sequence[PeriodRow],
    *,
    sizes: Mapping[tuple[str, str], int] | None = None,
    labels: tuple[tuple[str, str], ...] = (),
) -> Timetable:
    """The timetable of these activities; those that differ only in time and room are one lesson.

    Tables hold what the activities name, in their order. ``sizes`` gives the number of students of some groups.
    """
    activities = tuple(activities)
    lessons = with_keys(_lesson(same, len(weeks)) for same in _alike(activities))
    return Timetable(
        weeks=weeks,
        periods=tuple(sorted({period.n: period for period in reversed(periods)}.values(), key=lambda row: row.n)),
        subjects=tuple(SubjectRow(name, "") for name in _unique([row.subject] for row in lessons)),
        teachers=tuple(map(read_teacher, _unique(row.teachers for row in lessons))),
        rooms=tuple(RoomRow(name, "", None) for name in _unique(row.rooms for row in lessons)),
        classes=tuple(ClassRow(name, grade_of(name), "") for name in _unique(row.class_names for row in lessons)),
        groups=_groups(lessons, sizes or {}),
        lessons=lessons,
        labels=labels,
    )


def read_teacher(name: str) -> TeacherRow:
    """A teacher by the one name that is known: with initials on either side, or in full."""
    found = split_name(name)
    return TeacherRow(name, found.last, found.first, found.middle, "", "", "")


def _alike(activities: Iterable[Activity]) -> list[list[Activity]]:
    lessons: dict[tuple[object, ...], list[Activity]] = defaultdict(list)
    for activity in activities:
        lessons[activity.identity].append(activity)
    return list(lessons.values())


def _lesson(same: list[Activity], weeks: int) -> LessonRow:
    first = same[0]
    cards = _merged([card for activity in same for card in activity.cards], weeks)
    unplaced = sum(activity.length for activity in same if not activity.cards)
    hours = (sum(card.weeks.count("1") for card in cards) + unplaced) / weeks
    masks = [card.weeks for card in cards] if not unplaced else []
    return LessonRow(
        key="",
        subject=first.subject,
        class_names=tuple(dict.fromkeys(class_name for class_name, _ in first.groups)),
        groups=tuple(dict.fromkeys(first.groups)),
        teachers=first.teachers,
        rooms=tuple(_unique(card.rooms for card in cards)),
        hours_per_week=hours,
        periods_per_card=first.length,
        weeks=_either(masks, weeks) if masks else "1" * weeks,
        cards=cards,
        where=first.where,
    )


def _merged(cards: list[CardRow], weeks: int) -> tuple[CardRow, ...]:
    """Cards of one hour and room in several kinds of week become one."""
    masks: dict[tuple[int, int, tuple[str, ...]], list[str]] = defaultdict(list)
    for card in cards:
        masks[card.weekday, card.period, card.rooms].append(card.weeks)
    merged = [CardRow(day, period, _either(own, weeks), rooms) for (day, period, rooms), own in masks.items()]
    return tuple(sorted(merged, key=lambda card: (card.weekday, card.period, card.weeks)))


def _either(masks: list[str], weeks: int) -> str:
    return "".join("1" if any(mask[index] == "1" for mask in masks) else "0" for index in range(weeks))


def _unique(names: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for some in names for name in some))


# --- parts of classes ------------------------------------------------------------------------------------------


def _groups(lessons: Sequence[LessonRow], sizes: Mapping[tuple[str, str], int]) -> tuple[GroupRow, ...]:
    """Every class as a whole and every part of it that has a lesson."""
    parts: dict[str, dict[str, set[_Hour]]] = defaultdict(dict)
    for lesson in lessons:
        places = {(c.weekday, c.period, week) for c in lesson.cards for week, on in enumerate(c.weeks) if on == "1"}
        for class_name, part in lesson.groups:
            own = parts[class_name]
            if part:
                own.setdefault(part, set()).update(places)
    rows = []
    for class_name, own in parts.items():
        rows.append(GroupRow(class_name, "", "", sizes.get((class_name, ""))))
        rows += [
            GroupRow(class_name, part, division, sizes.get((class_name, part)))
            for part, division in _divisions(own).items()
        ]
    return tuple(rows)


def _divisions(parts: Mapping[str, set[_Hour]]) -> dict[str, str]:
    """Which parts divide a class together: those that differ by a number only, and those that meet at one time.

    Divisions are numbered from 1 in the order of their first part.
    """
    leads = {part: part for part in parts}
    first: dict[object, str] = {}

    def lead_of(part: str) -> str:
        while leads[part] != part:
            leads[part] = part = leads[leads[part]]
        return part

    for part, hours in parts.items():
        for sign in (_DIGITS.sub("", part), *hours):
            leads[lead_of(part)] = lead_of(first.setdefault(sign, part))
    numbers: dict[str, str] = {}
    return {part: numbers.setdefault(lead_of(part), str(len(numbers) + 1)) for part in parts}
