"""Numbers the hours of drawn tables through: two shifts that both count from 1 get different numbers, as in aSc."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from server.importers.drawn_words import Hour
from server.importers.rows import PeriodRow

_OTHER_SHIFT = 100  # minutes between the same lesson of two shifts; bells of one shift differ by less
Times = tuple[str, str]


@dataclass
class Clock:
    """The hours of one table. ``shift`` is what a title says, 0 nothing."""

    shift: int
    hours: frozenset[Hour]

    @property
    def times(self) -> dict[int, Times]:
        """Lesson number → its times, of those that are drawn."""
        return {hour.n: (hour.start, hour.end) for hour in self.hours if hour.n is not None and hour.start}

    @property
    def numbers(self) -> set[int]:
        """The lesson numbers drawn."""
        return {hour.n for hour in self.hours if hour.n is not None}


@dataclass
class _Shift:
    clocks: list[Clock] = field(default_factory=list)

    @property
    def told(self) -> int:
        return next((clock.shift for clock in self.clocks if clock.shift), 0)

    @property
    def times(self) -> dict[int, Times]:
        """The times of each number that most tables have."""
        votes: dict[int, Counter[Times]] = {}
        for clock in self.clocks:
            for n, times in clock.times.items():
                votes.setdefault(n, Counter())[times] += 1
        return {n: max(own, key=lambda times: (own[times], times)) for n, own in votes.items()}

    @property
    def numbers(self) -> set[int]:
        return set().union(*(clock.numbers for clock in self.clocks))


def number_through(clocks: Sequence[Clock]) -> tuple[list[Mapping[Hour, int]], tuple[PeriodRow, ...]]:
    """(for every clock: hour → period, the periods). Hours without a number are counted by their times."""
    named = _with_numbers(clocks)
    shifts = _shifts([clock for _, clock in named])
    offsets: dict[int, int] = {}
    rows: dict[int, PeriodRow] = {}
    last = -1
    for place, shift in enumerate(shifts, 1):
        numbers = shift.numbers
        offset = last - min(numbers) + 1 if numbers and min(numbers) <= last else 0
        for clock in shift.clocks:
            offsets[id(clock)] = offset
        for n in sorted(numbers):
            name = f"{place} см. {n}" if len(shifts) > 1 else str(n)
            rows.setdefault(n + offset, PeriodRow(n + offset, name, *shift.times.get(n, ("", ""))))
        last = max(last, *(n + offset for n in numbers)) if numbers else last
    periods = [{hour: n + offsets[id(clock)] for hour, n in numbers.items()} for numbers, clock in named]
    return periods, tuple(rows[n] for n in sorted(rows))


def _with_numbers(clocks: Sequence[Clock]) -> list[tuple[dict[Hour, int], Clock]]:
    """Every hour's number as drawn, and the clock with it; times alone get the number that other tables give them."""
    known = {start: n for clock in clocks for n, (start, _) in sorted(clock.times.items(), reverse=True)}
    named = []
    for clock in clocks:
        bare = sorted((hour for hour in clock.hours if hour.n is None), key=lambda hour: hour.start)
        all_known = all(hour.start in known for hour in bare)
        numbers = {hour: hour.n for hour in clock.hours if hour.n is not None}
        numbers.update({hour: known[hour.start] if all_known else n for n, hour in enumerate(bare, 1)})
        full = frozenset(Hour(n, hour.start, hour.end) for hour, n in numbers.items())
        named.append((numbers, Clock(clock.shift, full)))
    return named


def _shifts(clocks: Iterable[Clock]) -> list[_Shift]:
    """Clocks that ring together, in the order of the day."""
    shifts: list[_Shift] = []
    for clock in sorted(clocks, key=lambda clock: (not clock.times, clock.shift)):
        shift = next((known for known in shifts if _same(known, clock)), None)
        if shift is None:
            shift = _Shift()
            shifts.append(shift)
        shift.clocks.append(clock)
    return sorted(shifts, key=lambda shift: (shift.told, min((t for t, _ in shift.times.values()), default="")))


def _same(shift: _Shift, clock: Clock) -> bool:
    times, own = shift.times, clock.times
    common = [n for n in own if n in times]
    if common:
        return median(abs(_minutes(own[n][0]) - _minutes(times[n][0])) for n in common) < _OTHER_SHIFT
    if clock.shift and shift.told and clock.shift != shift.told:
        return not (clock.numbers & shift.numbers)
    return True


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])
