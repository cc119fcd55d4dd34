"""Names of lesson hours as timetables write them ("08:30", "5 урок", "2 см. 1") → numbered lesson times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.importers.rows import PeriodRow

_COLON = re.compile(r"(?<!\d)([01]?\d|2[0-3]):([0-5]\d)(?::\d\d)?(?!\d)")
_DOT = re.compile(r"(?<!\d)([01]?\d|2[0-3])[.]([0-5]\d)(?!\d)")
_HYPHEN = re.compile(r"([01]?\d|2[0-3])-([0-5]\d)")
_SHIFT = re.compile(
    r"(?i)(?<!\d)(\d)\s*-?\s*(?:я|й|ші|шы)?\s*(?:смен[аы]|см\b\.?|ауысым|shift)|(?:смена|ауысым|shift)\s*(\d)"
)
_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
# SP 2.4.3648-20, item 3.4.16: lessons begin at 8:00 at the earliest; schools call an earlier one the zero lesson.
_FIRST_BELL = "08:00"


@dataclass(frozen=True)
class _Hour:
    label: str
    shift: int
    n: int | None
    start: str
    end: str


def number_hours(used: Mapping[str, int]) -> dict[str, PeriodRow]:
    """Numbered lesson times by their label; ``used`` says how often each label occurs.

    Numbers are taken as written when no two labels share one. Times are numbered through in their order, both shifts
    together, from 1; from 0 when the only hour before 8:00 has less than half as many lessons as the next one. Labels
    that tell neither are left out.
    """
    hours = [hour for label in used if (hour := _read(label)).start or hour.n is not None]
    numbers = _as_written(hours) or _by_time(hours, used) or _by_shift(hours)
    if not numbers:
        numbers = {hour.label: hour.n for hour in hours if hour.n is not None}
    return {
        hour.label: PeriodRow(numbers[hour.label], hour.label, hour.start, hour.end)
        for hour in hours
        if hour.label in numbers
    }


def number_by_place(used: Mapping[str, int]) -> dict[str, PeriodRow]:
    """As ``number_hours`` for the whole list of a day's hours: if a label tells nothing, all count by their place."""
    found = number_hours(used)
    if len(found) == len(used):
        return found
    hours = [_read(label) for label in used]
    return {hour.label: PeriodRow(n, hour.label, hour.start, hour.end) for n, hour in enumerate(hours, 1)}


def _read(label: str) -> _Hour:
    pattern = _COLON if _COLON.search(label) else _HYPHEN if _HYPHEN.fullmatch(label.strip()) else _DOT
    times = [f"{int(hour):02d}:{minute}" for hour, minute in pattern.findall(label)]
    rest = pattern.sub(" ", label)
    shift = _SHIFT.search(rest)
    number = _NUMBER.search(_SHIFT.sub(" ", rest, count=1))
    start, end = [*times, "", ""][:2]
    return _Hour(label, int(shift[1] or shift[2]) if shift else 0, int(number[0]) if number else None, start, end)


def _as_written(hours: list[_Hour]) -> dict[str, int]:
    numbers = [hour.n for hour in hours]
    return {hour.label: hour.n for hour in hours} if None not in numbers and len(set(numbers)) == len(hours) else {}


def _by_time(hours: list[_Hour], used: Mapping[str, int]) -> dict[str, int]:
    starts = sorted({hour.start for hour in hours})
    if not starts or "" in starts:
        return {}
    zero = any(hour.n == 0 and hour.start == starts[0] for hour in hours) or _is_zero_lesson(starts, hours, used)
    places = {start: n for n, start in enumerate(starts, 0 if zero else 1)}
    return {hour.label: places[hour.start] for hour in hours}


def _is_zero_lesson(starts: list[str], hours: list[_Hour], used: Mapping[str, int]) -> bool:
    if len(starts) < 2 or not starts[0] < _FIRST_BELL <= starts[1]:
        return False
    first, second = (sum(used[hour.label] for hour in hours if hour.start == start) for start in starts[:2])
    return first * 2 < second


def _by_shift(hours: list[_Hour]) -> dict[str, int]:
    """Numbers that begin anew in each shift are counted on."""
    if any(hour.n is None or not hour.shift for hour in hours):
        return {}
    numbers: dict[str, int] = {}
    before: int | None = None
    for shift in sorted({hour.shift for hour in hours}):
        own = [hour for hour in hours if hour.shift == shift]
        written = {hour.label: hour.n for hour in own if hour.n is not None}
        offset = 0 if before is None else before + 1 - min(*written.values(), 1)
        numbers.update({label: offset + n for label, n in written.items()})
        before = max(numbers.values())
    return numbers
