"""FET's own file (.fet): the school's data, and the places of the activities that it fixes.

Source: FET, src/engine: rules.cpp, activity.cpp, timeconstraint.cpp and spaceconstraint.cpp (getXmlDescription), of
version 5 and later. A generated timetable is saved as …_data_and_timetable.fet, where every activity has a
ConstraintActivityPreferredStartingTime, and a ConstraintActivityPreferredRoom if it has a room. A wish (weight below
100 % and not locked) is no place.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from server.importers import days, hours
from server.importers.fet_students import Students
from server.importers.findings import ERROR, WARNING, Notes, Refused, Result
from server.importers.rows import CardRow, PeriodRow, RoomRow, SubjectRow, TeacherRow, Where
from server.importers.timetable_counts import count
from server.importers.weekly_pattern import Activity, read_teacher, to_timetable
from server.importers.xmlfile import Node, read_tree

LABELS = (("teacher", "Teacher"), ("class", "Students"), ("period", "Hour"), ("room", "Room"))
_MOST_HOURS = 60  # of one day
_SURE = re.compile(r"100([.,]0+)?")


def read_timetable(file: str, data: bytes, *, region: str = "RU", today: date | None = None) -> Result:
    """One Timetable in ``rows``; an activity without a place is a lesson without cards. Raises Refused."""
    notes = Notes(file)
    root = read_tree(data, notes)
    if root.name != "fet":
        raise Refused("timetable_unknown")
    if not root.all("activities_list", "activity"):
        raise Refused("timetable_empty")
    reader = _Reader(root, notes)
    activities = list(reader.activities())
    if activities and not any(activity.cards for activity in activities):
        notes.add(WARNING, "fet_not_placed")
    periods, sizes = [period for _, period in reader.hours], reader.students.sizes
    table = to_timetable(activities, days.week_names(reader.kinds), periods, sizes=sizes, labels=LABELS)
    table = replace(
        table,
        subjects=_stated(root, "subjects", lambda node: SubjectRow(node.get("name"), "")) or table.subjects,
        teachers=_stated(root, "teachers", _teacher) or table.teachers,
        rooms=_stated(root, "rooms", _room) or table.rooms,
    )
    totals = {**count(table), "fet_activities": len(activities)}
    return Result((table,), tuple(notes.found), totals)


def _stated(root: Node, table: str, make: Callable[[Node], object]) -> tuple:
    """The rows of a table of the file, the first of each name; () when the file lacks it."""
    nodes = [node for node in root.all(f"{table}_list", table.removesuffix("s")) if node.get("name")]
    rows = {node.get("name"): make(node) for node in reversed(nodes)}
    return tuple(row for row in reversed(rows.values()) if row)


def _teacher(node: Node) -> TeacherRow:
    """The long name tells more, the name is the key."""
    return replace(read_teacher(node.get("long_name", "name")), name=node.get("name"))


def _room(node: Node) -> RoomRow | None:
    """A room; a virtual one stands for others and is none itself."""
    if node.get("virtual") == "true":
        return None
    seats = _whole(node.get("capacity"))
    return RoomRow(node.get("name"), "", seats if 0 < seats < 10_000 else None)  # FET writes 30000 for "any"


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _labels(root: Node, table: str, row: str) -> dict[str, str]:
    """Name → name with its long form. Before version 5.26 the names stood in the list itself."""
    long = {node.get("name"): node.get("long_name") for node in root.all(table, row)}
    old = {node.text: "" for node in root.all(table, "name")}
    return {name: long_name for name, long_name in (long or old).items() if name}


class _Reader:
    """Activities with their places, by the names of days and hours that the file lists."""

    def __init__(self, root: Node, notes: Notes):
        self.root, self.notes = root, notes
        self.students = Students(root)
        self.days = self._days()
        self.kinds = days.order_weeks(kind for _, kind in self.days.values())
        self.starts = {node.get("activity_id"): node for node in self._fixed("constraintactivitypreferredstartingtime")}
        self.rooms = {node.get("activity_id"): node for node in self._fixed("constraintactivitypreferredroom")}
        self.hours = list(self._hours().items())
        self.places = {name: at for at, (name, _) in enumerate(self.hours)}

    def activities(self) -> Iterator[Activity]:
        """The active activities; one without a subject is an error and left out."""
        for node in self.root.all("activities_list", "activity"):
            if node.get("active") == "false":
                continue
            where = Where(self.notes.file, "", node.line)
            if not node.get("subject"):
                self.notes.add(ERROR, "value_missing", where, column="Subject")
                continue
            yield Activity(
                subject=node.get("subject"),
                groups=self._groups(node, where),
                teachers=tuple(dict.fromkeys(node.list("teacher"))),
                tags=tuple(node.list("activity_tag")),
                length=min(max(_whole(node.get("duration")), 1), _MOST_HOURS),
                cards=tuple(self._cards(node)),
                where=where,
            )

    def _groups(self, node: Node, where: Where) -> tuple[tuple[str, str], ...]:
        groups = []
        for name in node.list("students"):
            found, is_first = self.students.find(name)
            if found.code and is_first:
                more = {"column": "Students", "value": name, "suggestion": found.suggestion}
                self.notes.add(WARNING, found.code, where, **more)
            groups += found.groups
        return tuple(dict.fromkeys(groups))

    def _cards(self, node: Node) -> Iterator[CardRow]:
        """The hours of a placed activity, from its start on."""
        start = self.starts.get(node.get("id"))
        if start is None:
            return
        day, hour = start.get("preferred_day", "day"), start.get("preferred_hour", "hour")
        weekday, kind = self.days.get(day, (0, ""))
        first = self.places.get(hour)
        length = min(max(_whole(node.get("duration")), 1), _MOST_HOURS)
        where = Where(self.notes.file, "", start.line)
        if not weekday or kind not in ("", *self.kinds):
            self.notes.add(ERROR, "timetable_day", where, column="Day", value=day)
        elif first is None or first + length > len(self.hours):
            self.notes.add(ERROR, "timetable_period", where, column="Hour", value=hour)
        else:
            for _, period in self.hours[first : first + length]:
                yield CardRow(weekday, period.n, days.mask(kind, self.kinds), self._rooms(node))

    def _rooms(self, node: Node) -> tuple[str, ...]:
        room = self.rooms.get(node.get("id"))
        return tuple(room.list("real_room") or room.list("room")) if room else ()

    def _fixed(self, name: str) -> Iterator[Node]:
        """The active constraints of a kind that say a place, wherever they stand."""
        for table in ("time_constraints_list", "space_constraints_list"):
            for node in self.root.all(table, name):
                is_sure = node.get("permanently_locked") == "true" or _SURE.fullmatch(node.get("weight_percentage"))
                if node.get("active") != "false" and is_sure:
                    yield node

    def _days(self) -> dict[str, tuple[int, str]]:
        """Name → (weekday, kind of week); when no name tells, a week's days count by their place."""
        labels = _labels(self.root, "days_list", "day")
        found = {name: _either_day(name, long) for name, long in labels.items()}
        if not any(weekday for weekday, _ in found.values()) and len(found) <= 7:
            return {name: (n, "") for n, name in enumerate(found, 1)}
        return found

    def _hours(self) -> dict[str, PeriodRow]:
        labels = _labels(self.root, "hours_list", "hour")
        texts = {name: f"{name} {long}".strip() for name, long in labels.items()}
        used = Counter(node.get("preferred_hour", "hour") for node in self.starts.values())
        found = hours.number_by_place({text: used[name] for name, text in texts.items()})
        return {name: replace(found[text], name=name) for name, text in texts.items()}


def _either_day(name: str, long: str) -> tuple[int, str]:
    found = days.read_day(name)
    return found if found[0] else days.read_day(long)
