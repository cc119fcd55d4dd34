"""How a newer timetable differs from the one before it, and which decisions of the office it overtakes. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.services.imports.weekly_pattern import Hour, Taught

KINDS = ("lesson_new", "lesson_dropped", "lesson_placed", "lesson_unplaced", "card_moved", "card_added",
         "card_dropped", "room_changed", "teacher_replaced")  # fmt: skip
GONE, MOVED, TEACHER = "gone", "moved", "teacher"


@dataclass(frozen=True)
class Difference:
    """One change of a weekly lesson; ``before`` and ``after``: the hours it is about, with who teaches them.

    ``groups``: (class, part or "").
    """

    kind: str
    lesson_id: str
    subject: str
    groups: tuple[tuple[str, str], ...]
    teachers_before: tuple[str, ...]
    teachers_after: tuple[str, ...]
    before: tuple[Hour, ...]
    after: tuple[Hour, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that are affected."""
        return tuple(dict.fromkeys(name for name, _part in self.groups))

    @property
    def teachers(self) -> tuple[str, ...]:
        """The teachers who are affected, before or after."""
        return tuple(sorted({*self.teachers_before, *self.teachers_after}))

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The weekdays that are affected, 1 = Monday."""
        return tuple(sorted({hour.weekday for hour in (*self.before, *self.after)}))


@dataclass(frozen=True)
class Overtaken:
    """A dated lesson that the office changed and that the newer timetable no longer has as it was; it stays.

    ``why``: gone, moved, teacher (another one teaches it now). ``to``: the day and number the timetable has it at.
    """

    lesson_id: str
    on: date
    n: int
    why: str
    to: tuple[date, int] | None
    subject: str
    groups: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Revision:
    """A newer timetable from a day on. ``file_classes``: how many classes the file is for; ``unknown``: those of them
    that the school does not have. ``lessons``: dated lessons made, changed, withdrawn, and left with what hangs on
    them."""

    since: date
    differences: tuple[Difference, ...] = ()
    overtaken: tuple[Overtaken, ...] = ()
    file_classes: int = 0
    unknown: tuple[str, ...] = ()
    lessons: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def counts(self) -> dict[str, int]:
        """Changes by kind, those that there are."""
        found = Counter(one.kind for one in self.differences)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that are affected."""
        return tuple(sorted({name for one in self.differences for name in one.classes}))

    @property
    def teachers(self) -> tuple[str, ...]:
        """The teachers who are affected."""
        return tuple(sorted({name for one in self.differences for name in one.teachers}))

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The weekdays that are affected."""
        return tuple(sorted({day for one in self.differences for day in one.weekdays}))


def differences(before: Mapping[str, Taught], after: Mapping[str, Taught]) -> tuple[Difference, ...]:
    """What became of every weekly lesson, in the order of classes and subjects."""
    found: list[Difference] = []
    for id in before.keys() | after.keys():
        old, new = before.get(id), after.get(id)
        if old is None:
            found.append(_said("lesson_new", new, new, (), new.hours))
        elif new is None:
            found.append(_said("lesson_dropped", old, old, old.hours, ()))
        else:
            found += _of_lesson(old, new)
    return tuple(sorted(found, key=lambda one: (one.groups, one.subject, KINDS.index(one.kind), one.before, one.after)))


def _of_lesson(old: Taught, new: Taught) -> Iterable[Difference]:
    if old.teachers != new.teachers:
        yield _said("teacher_replaced", old, new, old.hours, new.hours)
    if not old.hours and new.hours:
        yield _said("lesson_placed", old, new, (), new.hours)
        return
    if old.hours and not new.hours:
        yield _said("lesson_unplaced", old, new, old.hours, ())
        return
    was, now = {_place(hour): hour for hour in old.hours}, {_place(hour): hour for hour in new.hours}
    for place in sorted(was.keys() & now.keys()):
        if was[place].room != now[place].room:
            yield _said("room_changed", old, new, [was[place]], [now[place]])
    yield from _moves(old, new, [was[place] for place in sorted(was.keys() - now.keys())],
                      [now[place] for place in sorted(now.keys() - was.keys())])  # fmt: skip


def _moves(old: Taught, new: Taught, left: list[Hour], came: list[Hour]) -> Iterable[Difference]:
    """Pair hours that went with hours that came: of one weekday first, then in order."""
    pairs = []
    for same_day in (True, False):
        for hour in list(left):
            to = next((one for one in came if one.weekday == hour.weekday or not same_day), None)
            if to is not None:
                left.remove(hour)
                came.remove(to)
                pairs.append((hour, to))
    for hour, to in pairs:
        yield _said("card_moved", old, new, [hour], [to])
    for hour in left:
        yield _said("card_dropped", old, new, [hour], ())
    for hour in came:
        yield _said("card_added", old, new, (), [hour])


def _place(hour: Hour) -> tuple[int, int, int, str]:
    return hour.weekday, hour.shift, hour.n, hour.weeks


def _said(kind: str, old: Taught, new: Taught, before: Sequence[Hour], after: Sequence[Hour]) -> Difference:
    return Difference(kind, new.id, new.subject, tuple(new.groups), tuple(old.teachers), tuple(new.teachers),
                      tuple(before), tuple(after))  # fmt: skip
