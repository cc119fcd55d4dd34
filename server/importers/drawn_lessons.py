"""Drawn lessons → placed activities: parts of classes by their names, subjects in one spelling, weeks as masks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.importers.drawn_cells import Drawn
from server.importers.drawn_words import Hour
from server.importers.rows import CardRow, Where
from server.importers.values import plain
from server.importers.weekly_pattern import Activity

_SEXES = {"ұ": "Ұлдар", "қ": "Қыздар"}
_NAMES = {
    "ru": {"м": "Мальчики", "д": "Девочки", "": "Группа {}"},
    "kk": {"м": "Ұлдар", "д": "Қыздар", "": "{}-топ"},
    "en": {"м": "Boys", "д": "Girls", "": "Group {}"},
}
_WEEKS = {"ru": ("Числитель", "Знаменатель"), "kk": ("Алым", "Бөлім"), "en": ("Odd", "Even")}
_EVERY_WEEK = {"ru": ("Все недели",), "kk": ("Барлық апталар",), "en": ("Every week",)}


@dataclass(frozen=True)
class Placed:
    """A drawn lesson, the periods of its hours, and where it stands."""

    lesson: Drawn
    periods: Mapping[Hour, int]
    where: Where


def group_name(mark: str, language: str) -> str:
    """The name of a part of a class as other programs export it: "1" → "Группа 1", in Kazakh "1-топ"."""
    if not mark or mark in _SEXES:
        return _SEXES.get(mark, "")
    return _NAMES[language].get(mark) or _NAMES[language][""].format(mark)


def to_activities(placed: Sequence[Placed], language: str) -> tuple[list[Activity], tuple[str, ...], list[Placed]]:
    """(activities, kinds of week, lessons that say another room for an hour that is already said).

    Subjects that differ in case and punctuation only are one, spelled as most often; so are rooms.
    """
    has_weeks = any(each.lesson.part.week for each in placed)
    subjects = _spellings(each.lesson.part.subject for each in placed)
    rooms = _spellings(room for each in placed for _, own in each.lesson.hours for room in own)
    activities: list[Activity] = []
    twice: list[Placed] = []
    seen: dict[tuple[object, ...], tuple[str, ...]] = {}
    for each in placed:
        lesson, part = each.lesson, each.lesson.part
        weeks = "1" if not has_weeks else ("11", "10", "01")[part.week]
        cards = tuple(
            CardRow(lesson.day, each.periods[hour], weeks, tuple(rooms[room] for room in own))
            for hour, own in lesson.hours
        )
        activity = Activity(
            subject=subjects[part.subject],
            groups=tuple((name, group_name(part.group, language)) for name in lesson.classes),
            teachers=part.teachers,
            tags=(),
            length=len(cards),
            cards=cards,
            where=each.where,
        )
        keys = [(activity.subject, activity.groups, card.weekday, card.period, card.weeks) for card in cards]
        if any(key in seen for key in keys):
            if any(seen.get(key, card.rooms) != card.rooms for key, card in zip(keys, cards, strict=True)):
                twice.append(each)
            continue
        seen.update((key, card.rooms) for key, card in zip(keys, cards, strict=True))
        activities.append(activity)
    return _with_teachers(activities), (_WEEKS if has_weeks else _EVERY_WEEK)[language], twice


def _spellings(names: Iterable[str]) -> dict[str, str]:
    """Name → its most frequent spelling."""
    counted = Counter(names)
    alike: dict[str, list[str]] = defaultdict(list)
    for name in counted:
        alike[plain(name) or name].append(name)
    return {name: max(same, key=lambda each: (counted[each], each)) for same in alike.values() for name in same}


def _with_teachers(activities: list[Activity]) -> list[Activity]:
    """A cell without a teacher belongs to the one whom the other cells of the lesson name."""
    named: dict[tuple[object, ...], set[tuple[str, ...]]] = defaultdict(set)
    for activity in activities:
        if activity.teachers:
            named[activity.subject, activity.groups].add(activity.teachers)
    filled = []
    for activity in activities:
        known = named[activity.subject, activity.groups]
        filled.append(replace(activity, teachers=next(iter(known))) if len(known) == 1 else activity)
    return filled
