"""Whole days read at once as plain values: lessons with courses, teachers, rooms and times, and who is where."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from server.models import (
    Course,
    Group,
    Lesson,
    LessonCourse,
    LessonTeacher,
    Membership,
    Person,
    Room,
    Subject,
)
from server.services.bell_times import SHIFTS, Bells, bell_of, read_bells
from server.services.days.state import LessonState, PartState
from server.services.people import short_name
from server.services.works import current


@dataclass(frozen=True, slots=True)
class Part:
    """One course's view of a lesson. ``id``: of the view; ``subject``: id."""

    id: str
    course: str
    group: str
    subject: str
    form: str | None
    broadcast: str | None
    topic: str


@dataclass(frozen=True, slots=True)
class Held:
    """A dated lesson. ``shift``: whose bells count; ``own_shift``: as its row says, None for the group's.

    ``starts``, ``ends``: "HH:MM", or "" where no bell is known for its number.
    """

    id: str
    on: date
    n: int
    shift: int
    starts: str
    ends: str
    room: str | None
    state: str
    parts: tuple[Part, ...]
    teachers: tuple[str, ...]
    weekly: str | None
    own_shift: int | None

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of the groups that are taught."""
        return tuple(part.group for part in self.parts)

    @property
    def is_held(self) -> bool:
        """True unless it was cancelled."""
        return self.state == "planned"

    def as_state(self) -> LessonState:
        """What a deed changes."""
        return LessonState(self.on, self.n, self.own_shift, self.room, self.state, self.teachers,
                           tuple(PartState(part.course, part.form, part.broadcast) for part in self.parts))  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A group by its place in the school; ``grade`` of a subgroup is its class's."""

    id: str
    slug: str
    name: str
    kind: str
    grade: int | None
    shift: int
    parent: str | None
    division: str


@dataclass(frozen=True)
class Facts:
    """What the checks of a day know of the school. ``students``: ids by group, of those who belong to it on the days.

    ``subjects``, ``rooms``, ``people``: names by id; people are those who hold lessons.
    """

    groups: Mapping[str, GroupFact]
    subjects: Mapping[str, str]
    rooms: Mapping[str, str]
    people: Mapping[str, str]
    students: Mapping[str, frozenset[str]]

    def group_name(self, id: str) -> str:
        """«7 «А»», «7 «А», Группа 1»."""
        group = self.groups[id]
        return f"{self.groups[group.parent].name}, {group.name}" if group.parent else group.name

    def class_of(self, id: str) -> GroupFact:
        """The class that a subgroup is a part of; any other group itself."""
        group = self.groups[id]
        return self.groups[group.parent] if group.kind == "subgroup" and group.parent else group


@dataclass(frozen=True)
class Days:
    """Lessons of some days in the order of the school day, with the facts about the school then, and its bells."""

    first: date
    last: date
    lessons: tuple[Held, ...]
    facts: Facts
    bells: Bells = field(default_factory=dict)

    def on(self, day: date) -> tuple[Held, ...]:
        """The lessons of a day."""
        return tuple(lesson for lesson in self.lessons if lesson.on == day)


def read_days(session: Session, first: date, last: date) -> Days:
    """Everything from first to last, both included, but no withdrawn lesson. Seven queries, whatever the school."""
    bells = read_bells(session, SHIFTS)
    lessons = _lessons(session, first, last, bells)
    facts = read_facts(session, first, last, {id for row in lessons for id in row.teachers})
    return Days(first, last, lessons, facts, bells)


def _lessons(session: Session, first: date, last: date, bells: Bells) -> tuple[Held, ...]:
    here = (Lesson.on.between(first, last), Lesson.state != "withdrawn")
    teachers: dict[str, list[str]] = {}
    pairs = select(LessonTeacher.lesson_id, LessonTeacher.person_id).join(Lesson).where(*here)
    for lesson_id, person_id in session.connection().execute(pairs.order_by(LessonTeacher.person_id)).all():
        teachers.setdefault(lesson_id, []).append(person_id)
    rows = session.connection().execute(
        select(Lesson.id, Lesson.on, Lesson.n, Lesson.shift, Lesson.room_id, Lesson.state, Lesson.weekly_lesson_id,
               LessonCourse.id.label("view"), LessonCourse.course_id, LessonCourse.form, LessonCourse.broadcast_id,
               LessonCourse.topic, Course.group_id, Course.subject_id, Group.shift.label("group_shift"))
        .join(LessonCourse, LessonCourse.lesson_id == Lesson.id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id).where(*here).order_by(Lesson.id, LessonCourse.course_id)
    ).all()  # fmt: skip
    parts: dict[str, list[Part]] = {}
    heads: dict[str, Any] = {}
    for row in rows:
        heads.setdefault(row.id, row)
        parts.setdefault(row.id, []).append(
            Part(row.view, row.course_id, row.group_id, row.subject_id, row.form, row.broadcast_id, row.topic)
        )
    found = []
    for id, row in heads.items():
        shift = row.shift or row.group_shift
        starts, ends = bell_of(bells, shift, row.on, row.n) or ("", "")
        found.append(Held(id, row.on, row.n, shift, starts, ends, row.room_id, row.state, tuple(parts[id]),
                          tuple(teachers.get(id, ())), row.weekly_lesson_id, row.shift))  # fmt: skip
    return tuple(sorted(found, key=lambda lesson: (lesson.on, lesson.shift, lesson.n, lesson.id)))


def read_facts(session: Session, first: date, last: date, people: Collection[str] | None = None) -> Facts:
    """The school from first to last; ``people``: whose names are wanted, None for all who hold lessons in the year."""
    rows = session.execute(
        select(Group.id, Group.slug, Group.name, Group.kind, Group.grade, Group.shift, Group.parent_id, Group.division)
    ).all()
    grades = {row.id: row.grade for row in rows}
    groups = {
        row.id: GroupFact(row.id, row.slug, row.name, row.kind,
                          row.grade if row.grade is not None else grades.get(row.parent_id), row.shift, row.parent_id,
                          row.division)
        for row in rows
    }  # fmt: skip
    staff = Person.id.in_(people if people is not None else select(LessonTeacher.person_id).distinct())
    names = session.execute(select(Person.id, Person.last_name, Person.first_name, Person.middle_name).where(staff))
    students: dict[str, set[str]] = {}
    belongs = current(Membership.since, Membership.until, first, last)
    plain = session.connection()  # thousands of rows: without the layer of mapped objects
    for group_id, person_id in plain.execute(select(Membership.group_id, Membership.person_id).where(belongs)).all():
        students.setdefault(group_id, set()).add(person_id)
    named: dict[bool, dict[str, str]] = {True: {}, False: {}}
    rooms = select(literal(True).label("is_room"), Room.id, Room.name)
    for is_room, id, name in plain.execute(union_all(rooms, select(literal(False), Subject.id, Subject.name))).all():
        named[is_room][id] = name
    return Facts(groups, named[False], named[True], {row.id: short_name(row) for row in names},
                 _with_unplaced(groups, students))  # fmt: skip


def _with_unplaced(groups: Mapping[str, GroupFact], own: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """A class's students without a place in a division belong to each subgroup of it, until somebody says which."""
    placed: dict[tuple[str | None, str], set[str]] = {}
    for group in groups.values():
        if group.kind == "subgroup":
            placed.setdefault((group.parent, group.division), set()).update(own.get(group.id, ()))
    found = {}
    for group in groups.values():
        members = set(own.get(group.id, ()))
        if group.kind == "subgroup" and group.parent:
            members |= set(own.get(group.parent, ())) - placed[group.parent, group.division]
        found[group.id] = frozenset(members)
    return found
