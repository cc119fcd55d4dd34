"""Lesson numbers of a timetable that counts through both shifts → shift and number within it. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from server.importers.rows import PeriodRow
from server.services.bell_times import minutes_of

Bells = Mapping[int, Mapping[int, str]]  # shift → lesson number → start "HH:MM"
LONGEST_DAY = 10  # lessons of one shift; a timetable that counts further counts through two
NEAR = 20  # minutes by which the bells and a timetable may differ about a lesson's start
_SHIFT = re.compile(r"(?i)(?<!\d)([1-3])\s*-?\s*(?:я|й|ші|шы)?\s*(?:смен[аы]|см\b\.?|ауысым|shift)\W*(\d{1,2})")


@dataclass(frozen=True)
class Hour:
    """A lesson hour as the bells know it. ``shift`` None: nobody has said; the group's own counts."""

    shift: int | None
    n: int


def hours_of(periods: Sequence[PeriodRow], used: Sequence[int], bells: Bells) -> dict[int, Hour]:
    """Number in the file → the hour that is meant; a number that is left out means itself.

    By start times against the bells of two shifts; else by names like "2 см. 1"; else the numbers beyond the first
    shift's bells are the second's; else, where a day has more lessons than one shift can, the day is parted at its
    longest break. A timetable of one shift means its numbers as they stand.
    """
    numbers = sorted({period.n for period in periods} | set(used))
    if not numbers:
        return {}
    starts = {period.n: minutes_of(period.start) for period in periods if period.start}
    if len(bells) > 1:
        return _by_bells(numbers, starts, bells) or _by_name(periods) or _by_count(numbers, bells)
    return _by_name(periods) or (_by_break(numbers, starts) if len(numbers) > LONGEST_DAY else {})


def renumbered(used: Collection[Hour], bells: Bells) -> dict[Hour, Hour]:
    """Hours of a timetable that came before the bells → the hours of these bells; {} where they fit as they are.

    They were counted through, or parted at another break: counted anew, in their order, over all shifts of the bells.
    """
    if len(bells) < 2 or all(hour.n in bells.get(hour.shift or 1, {}) for hour in used):
        return {}
    last = max((hour.n for hour in used if (hour.shift or 1) == 1), default=0)
    through = {hour: hour.n if (hour.shift or 1) == 1 else last + hour.n for hour in used}
    found = _by_count(sorted(set(through.values())), bells)
    return {hour: found[n] for hour, n in through.items() if n in found and found[n] != Hour(hour.shift or 1, hour.n)}


def _nearest(start: int, bells: Bells) -> Hour | None:
    found = [
        (abs(minutes_of(clock) - start), shift, n) for shift, of_shift in bells.items() for n, clock in of_shift.items()
    ]
    best = min(found, default=(NEAR + 1, 0, 0))
    return Hour(best[1], best[2]) if best[0] <= NEAR else None


def _by_bells(numbers: Sequence[int], starts: Mapping[int, int], bells: Bells) -> dict[int, Hour]:
    """Every number by its time, and no two the same; {} where that is not so."""
    found = {n: _nearest(starts[n], bells) for n in numbers if n in starts}
    if len(found) < len(numbers) or None in found.values() or len(set(found.values())) < len(found):
        return {}
    return {n: hour for n, hour in found.items() if hour is not None}


def _by_name(periods: Sequence[PeriodRow]) -> dict[int, Hour]:
    """Where every name says shift and number, and at least two shifts are named."""
    read = {period.n: _SHIFT.search(period.name) for period in periods}
    if not read or None in read.values():
        return {}
    found = {n: Hour(int(match[1]), int(match[2])) for n, match in read.items() if match}
    several = len({hour.shift for hour in found.values()}) > 1
    return found if several and len(set(found.values())) == len(found) else {}


def _by_count(numbers: Sequence[int], bells: Bells) -> dict[int, Hour]:
    """Numbers beyond the last bell of a shift go on with the first lesson of the next."""
    found, through = {}, {}
    at = min(min(bells[shift], default=1) for shift in sorted(bells)[:1])
    for shift in sorted(bells):
        for n in sorted(bells[shift]):
            through[at] = Hour(shift, n)
            at += 1
    if max(numbers) <= max(bells[min(bells)], default=0):
        return {}
    for n in numbers:
        if n in through:
            found[n] = through[n]
    return found


def _by_break(numbers: Sequence[int], starts: Mapping[int, int]) -> dict[int, Hour]:
    """Parted where the next lesson begins latest after the one before; of equal breaks the one nearest the middle."""
    if any(n not in starts for n in numbers):
        return {}
    middle = len(numbers) / 2
    breaks = [
        (starts[later] - starts[one], -abs(place - middle), place)
        for place, (one, later) in enumerate(pairwise(numbers), 1)
        if place <= LONGEST_DAY and len(numbers) - place <= LONGEST_DAY
    ]
    if not breaks:
        return {}
    place = max(breaks)[2]
    first = {n: Hour(1, n) for n in numbers[:place]}
    return first | {n: Hour(2, k) for k, n in enumerate(numbers[place:], 1)}


def main_shift(shifts: Sequence[int]) -> int:
    """The shift of most lessons; of equal ones the earlier."""
    return max(sorted(set(shifts)), key=shifts.count)
