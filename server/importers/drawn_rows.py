"""The rows of a drawn table: which of them make one lesson, on which day and in which hour."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from server.importers.drawn_grid import Grid
from server.importers.drawn_layout import State
from server.importers.drawn_text import is_room, is_teacher
from server.importers.drawn_words import Hour, is_break, read_hour, read_week, read_weekday


@dataclass(frozen=True)
class Slot:
    """The rows of one lesson. ``hour.n`` is None when only times are drawn; ``counted``: by its place in the day."""

    rows: tuple[int, ...]
    day: int
    hour: Hour
    state: State
    week: int = 0
    counted: bool = False


class Rows:
    """The rows of a block by the labels of one set of columns."""

    def __init__(self, grid: Grid, rows: list[tuple[int, State]], labels: dict[str, int], loose: set[int]):
        self.grid, self.rows, self.labels, self.loose = grid, rows, labels, loose
        self.days = self._days()

    def slots(self) -> list[Slot]:
        """Lessons from top to bottom."""
        if "number" not in self.labels and "time" not in self.labels:
            return self._counted()
        starts = self._starts()
        most, apart = self._rows_of_a_lesson(starts), self._distance(starts)
        slots = []
        for index, (at, hour, merged_to) in enumerate(starts):
            is_last = index + 1 == len(starts)
            end = len(self.rows) if is_last else starts[index + 1][0]
            follow = [place for place in range(at + 1, end) if self._belongs(place, at, merged_to)]
            if is_last or end - at == apart:
                follow = [place for place in follow if place < at + apart or self.rows[place][0] <= merged_to]
                rows = [self.rows[place][0] for place in range(at, max([at, *follow]) + 1)]
                rows += self._strays(rows, at, most) if is_last else []
            else:
                follow = [place for place in follow if self.grid.rows.get(self.rows[place][0])]
                follow = [p for n, p in enumerate(follow, 2) if n <= most or self.rows[p][0] <= merged_to]
                rows = [self.rows[place][0] for place in (at, *follow)]
            self.loose.update(self.rows[place][0] for place in range(at, end))
            self.loose.difference_update(rows)
            slots.append(self._slot(rows, at, hour))
        return slots

    def _belongs(self, place: int, at: int, merged_to: int) -> bool:
        """True for a row that may go on with the lesson that begins at ``at``."""
        row = self.rows[place][0]
        own = row <= merged_to or not self._has_label(row)
        return own and self.days[place] == self.days[at] and not self._is_line(row)

    def _strays(self, rows: list[int], at: int, most: int) -> list[int]:
        """Rooms or teachers of the last lesson below a blank row."""
        missing = most - sum(bool(self.grid.rows.get(row)) for row in rows)
        after = [row for row, _ in self.rows[at:] if row > rows[-1] and self.grid.rows.get(row)][: max(missing, 0)]
        return [
            row
            for row in after
            if row <= rows[0] + most + 2
            and all(is_room(cell.text) or is_teacher(cell.text) for cell in self.grid.rows[row])
        ]

    def _distance(self, starts: list[tuple[int, Hour, int]]) -> int:
        """How many rows, empty ones too, most lessons stand apart."""
        apart = Counter(after - at for (at, _, _), (after, _, _) in pairwise(starts))
        return max(apart, key=lambda rows: (apart[rows], -rows), default=3)

    def _slot(self, rows: list[int], at: int, hour: Hour, counted: bool = False) -> Slot:
        cell = self.grid.at(rows[0], self.labels["week"]) if "week" in self.labels else None
        week = read_week(cell.text, bracketed=True) if cell else 0
        return Slot(tuple(rows), self.days[at], hour, self.rows[at][1], week, counted)

    def _days(self) -> list[int]:
        """The weekday of each row: as merged, as repeated, or on from the row that says it, else by the titles."""
        days, day = [], 0
        said = 0
        for row, state in self.rows:
            cell = self.grid.at(row, self.labels["day"]) if "day" in self.labels else None
            found = read_weekday(cell.text) if cell else 0
            if state.day != said:
                day, said = 0, state.day
            day = found or day
            days.append(day or state.day)
        return days

    def _starts(self) -> list[tuple[int, Hour, int]]:
        """(place of the row, its hour, last row that the label covers) where a lesson begins."""
        starts: list[tuple[int, Hour, int]] = []
        last: tuple[object, ...] = ()
        for place, (row, _) in enumerate(self.rows):
            cells = [self.grid.at(row, self.labels[kind]) for kind in ("number", "time") if kind in self.labels]
            read = [(cell, hour) for cell in cells if cell and (hour := read_hour(cell.text))]
            if not read:
                continue
            week = self.grid.at(row, self.labels["week"]) if "week" in self.labels else None
            label = (self.days[place], *(hour for _, hour in read), read_week(week.text, True) if week else 0)
            merged_to = max(cell.bottom for cell, _ in read) if week is None else row
            begins = any(cell.row == row for cell, _ in read) or (week is not None and week.row == row)
            if label != last and begins:
                starts.append((place, _joined([hour for _, hour in read]), merged_to))
            elif starts:
                at, hour, old = starts[-1]
                starts[-1] = (at, hour, max(old, row))
            last = label
        return starts

    def _rows_of_a_lesson(self, starts: list[tuple[int, Hour, int]]) -> int:
        """How many rows that hold anything most lessons have."""
        counts: Counter[int] = Counter()
        for (at, _, _), (after, _, _) in pairwise(starts):
            rows = [self.rows[place][0] for place in range(at, after)]
            counts[1 + sum(self._may_follow(row) for row in rows[1:])] += 1
        if not counts:
            return 3
        return max(counts, key=lambda rows: (counts[rows], -rows))

    def _may_follow(self, row: int) -> bool:
        return bool(self.grid.rows.get(row)) and not self._is_line(row) and not self._has_label(row)

    def _has_label(self, row: int) -> bool:
        """Something that is no hour stands where hours do."""
        cells = [self.grid.at(row, self.labels[kind]) for kind in ("number", "time") if kind in self.labels]
        return any(cell and cell.row == row for cell in cells)

    def _is_line(self, row: int) -> bool:
        """A break or a title between lessons."""
        cells = self.grid.rows.get(row, [])
        return any(is_break(cell.text) for cell in cells) or (len(cells) == 1 and bool(read_weekday(cells[0].text)))

    def _counted(self) -> list[Slot]:
        """Neither numbers nor times: the rows of a day are its lessons."""
        slots, number, before = [], 0, 0
        for place, (row, _) in enumerate(self.rows):
            day = self.days[place]
            cell = self.grid.at(row, self.labels["day"]) if "day" in self.labels else None
            if not day or (len(self.grid.rows.get(row, [])) == 1 and self._is_line(row)):
                continue
            ends = cell is None and "day" in self.labels and not self.grid.rows.get(row)
            number = number + 1 if day == before else 1
            before = day
            if not ends and number <= 14:
                slots.append(self._slot([row], place, Hour(number), counted=True))
        return slots


def _joined(hours: list[Hour]) -> Hour:
    """A number and times that stand in two columns."""
    number = next((hour.n for hour in hours if hour.n is not None), None)
    timed = next((hour for hour in hours if hour.start), Hour(None))
    return Hour(number, timed.start, timed.end)
