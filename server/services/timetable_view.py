"""A week's timetable of a class, a teacher or a room as a grid of days and lesson numbers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Group, Lesson, LessonTeacher, Person, Room
from server.services.home_names import home_names
from server.services.lesson_list import (
    LessonLine,
    classes,
    held_by,
    in_room,
    lessons_between,
    of_group,
)
from server.services.people import short_name
from server.services.weeks import week_days

KINDS = ("group", "teacher", "room")


@dataclass(frozen=True)
class Choice:
    """Whose timetables there are: (key, name) of classes, teachers and rooms."""

    groups: tuple[tuple[str, str], ...]
    teachers: tuple[tuple[str, str], ...]
    rooms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Row:
    """Everything of one lesson number of a shift: its usual time ("" unknown) and the lessons of each day."""

    n: int
    start: str
    end: str
    cells: tuple[tuple[LessonLine, ...], ...]


@dataclass(frozen=True)
class Grid:
    """``days`` of the week that are shown; each row's cells stand in the same order."""

    kind: str
    key: str
    name: str
    days: tuple[date, ...]
    rows: tuple[Row, ...]

    @property
    def lessons(self) -> int:
        """How many are held."""
        return sum(line.state == "planned" for row in self.rows for cell in row.cells for line in cell)


def choice(session: Session, first: date, last: date) -> Choice:
    """Open classes, and the teachers and rooms that have lessons between the days."""
    people = session.scalars(
        select(Person).where(Person.id.in_(
            select(LessonTeacher.person_id).join(Lesson).where(Lesson.on.between(first, last))
        )).order_by(Person.last_name, Person.first_name)
    )  # fmt: skip
    rooms = session.scalars(select(Room).where(
        Room.id.in_(select(Lesson.room_id).where(Lesson.on.between(first, last)))).order_by(Room.name))  # fmt: skip
    return Choice(
        tuple((group.slug, group.name) for group in classes(session)),
        tuple((person.id, short_name(person)) for person in people),
        tuple((room.id, room.name) for room in rooms),
    )


def grid(session: Session, monday: date, kind: str, key: str) -> Grid:
    """The week of a class (its slug), a teacher or a room (their ids); Saturday and Sunday only with lessons on them.

    Raises DomainError group_unknown, person_unknown, room_unknown, bad_request for another kind.
    """
    name, where = whose(session, kind, key)
    week = week_days(monday)
    lines = lessons_between(session, week[0], week[-1], where)
    held = {line.on for line in lines}
    days = tuple(day for day in week if day.weekday() < 5 or day in held)
    rows = tuple(row for shift in sorted({line.shift for line in lines})
                 for row in _rows(days, [line for line in lines if line.shift == shift]))  # fmt: skip
    return Grid(kind, key, name, days, rows)


def _rows(days: tuple[date, ...], lines: list[LessonLine]) -> list[Row]:
    """The rows of one shift, without gaps."""
    numbers = {line.n for line in lines}
    every = range(min(numbers), max(numbers) + 1)
    return [_row(n, days, [line for line in lines if line.n == n]) for n in every]


def whose(session: Session, kind: str, key: str) -> tuple[str, ColumnElement[bool]]:
    """The name of a class, teacher or room, and the condition for their lessons. Raises as ``grid`` does."""
    if kind == "group":
        group = session.scalar(select(Group).where(Group.slug == key))
        if group is None:
            raise DomainError("group_unknown", name=key[:40])
        if group.kind == "individual":
            return home_names(session, {group.id}).get(group.id, group.name), Group.id == group.id
        return group.name, and_(of_group(group.id), Group.kind != "individual")  # those have a timetable of their own
    if kind == "teacher":
        person = session.get(Person, key)
        holds = session.scalar(select(LessonTeacher.lesson_id).where(LessonTeacher.person_id == key).limit(1))
        if person is None or holds is None:  # students and parents have no timetable here
            raise DomainError("person_unknown")
        return short_name(person), held_by(person.id)
    if kind == "room":
        room = session.get(Room, key)
        if room is None:
            raise DomainError("room_unknown")
        return room.name, in_room(room.id)
    raise DomainError("bad_request")


def _row(n: int, days: tuple[date, ...], lines: list[LessonLine]) -> Row:
    times = {(line.start, line.end) for line in lines if line.start}
    start, end = times.pop() if len(times) == 1 else ("", "")
    return Row(n, start, end, tuple(tuple(line for line in lines if line.on == day) for day in days))
