"""Names of days as timetables write them: the weekday, and the kind of week that some programs put beside it."""

import re
import unicodedata
from collections.abc import Iterable

from server.importers.alphabets import to_cyrillic

WEEKDAYS = (
    ("понедельник", "пн", "пнд", "пон", "дүйсенбі", "дс", "дүй", "monday", "mon", "mo"),
    ("вторник", "вт", "втр", "вто", "сейсенбі", "сс", "сей", "tuesday", "tue", "tu"),
    ("среда", "ср", "срд", "сре", "сәрсенбі", "сәр", "wednesday", "wed", "we"),
    ("четверг", "чт", "чтв", "бейсенбі", "бс", "бей", "thursday", "thu", "th"),
    ("пятница", "пт", "птн", "пят", "жұма", "жм", "friday", "fri", "fr"),
    ("суббота", "сб", "сбт", "суб", "сенбі", "сн", "сен", "saturday", "sat", "sa"),
    ("воскресенье", "вс", "вск", "вос", "жексенбі", "жк", "sunday", "sun", "su"),
)
MOST_KINDS = 8  # kinds of week; no program knows more, and a mask has a place for each

_WEEKDAY = {word: number for number, words in enumerate(WEEKDAYS, 1) for word in words}
_FILLERS = frozenset("неделя недели неделе нед апта week weeks wk день дни күн day я й ая ші шы".split())
# The first and the second kind of week; in the third row "ч" is even, because "н" stands beside it.
_FIRST = frozenset("ч чис числ числитель а a i алым тақ нечет нечетная нечетн н odd первая верхняя".split())
_SECOND = frozenset("з зн знам знаменатель б b в ii бөлім жұп чет четная четн even вторая нижняя".split())
_PARTS = re.compile(r"[^\W\d_]+|\d+")


def read_day(text: str) -> tuple[int, str]:
    """(weekday, kind of week): "Ч-Суббота" → (6, "ч"), "Week 2 Monday" → (1, "2"), "Вт" → (2, "").

    Weekday 1 = Monday … 7; 0 when the text names none, or more than one. A lone number counts as the day's.
    """
    parts = _PARTS.findall(unicodedata.normalize("NFC", text).casefold().replace("ё", "е"))
    days = {_WEEKDAY[part] for part in parts if part in _WEEKDAY}
    rest = [part for part in parts if part not in _WEEKDAY and part not in _FILLERS]
    if len(days) == 1:
        return days.pop(), " ".join(rest)
    if not days and len(rest) == 1 and rest[0] in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(rest[0]), ""
    return 0, ""


def order_weeks(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds of week in the order of a mask: known words and numbers as they count, others as they come.

    More than MOST_KINDS are cut off.
    """
    found = [kind for kind in dict.fromkeys(kinds) if kind]
    ranks = [_rank(kind, found) for kind in found]
    if 0 not in ranks and len(set(ranks)) == len(ranks):
        found = [kind for _, kind in sorted(zip(ranks, found, strict=True))]
    return tuple(found[:MOST_KINDS])


def week_names(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of week as a Timetable names them; one name when all weeks are alike."""
    return tuple(kind[:1].upper() + kind[1:] for kind in kinds) if len(kinds) > 1 else ("1",)


def mask(kind: str, kinds: tuple[str, ...]) -> str:
    """The weeks of a day: its own kind, or all when it names none."""
    if len(kinds) < 2:
        return "1"
    return "".join("1" if each == kind or not kind else "0" for each in kinds)


def _rank(kind: str, all_kinds: list[str]) -> int:
    """1 for the first kind of week, 2 for the second …, 0 when the word does not say."""
    word = to_cyrillic(kind) if len(kind) == 1 else kind
    if word == "ч" and "н" in all_kinds:
        return 2
    if kind.isascii() and kind.isdigit():
        return int(kind[:4]) + ("0" in all_kinds)
    return 1 if word in _FIRST or kind in _FIRST else 2 if word in _SECOND or kind in _SECOND else 0
