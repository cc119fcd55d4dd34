"""The weekly pattern as it holds on a day, in words that people and other programs know: one row per weekly lesson."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.models import (
    Course,
    Group,
    Person,
    Room,
    Slot,
    Subject,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonFormer,
    WeeklyLessonTeacher,
)
from server.services.people import short_name


@dataclass(frozen=True, order=True)
class Hour:
    """A placed hour: weekday 1 = Monday, shift whose bells count, number, mask of weeks, name of the room or ""."""

    weekday: int
    shift: int
    n: int
    weeks: str = "1"
    room: str = ""


@dataclass
class Taught:
    """A weekly lesson. ``groups``: (class, part or ""); ``teachers``: short names; ``group_ids``: of the classes."""

    id: str
    subject: str
    groups: list[tuple[str, str]] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The classes it is for."""
        return list(dict.fromkeys(name for name, _part in self.groups))


def read(session: Session, year_id: str, day: date) -> dict[str, Taught]:
    """Every weekly lesson that stands on the day, also one that was never placed. Five queries."""
    found: dict[str, Taught] = {}
    withdrawn: set[str] = set()
    shifts: dict[str, int] = {}
    classes = dict(session.execute(select(Group.id, Group.name)).all())
    rows = session.execute(
        select(WeeklyLesson.id, WeeklyLesson.withdrawn, Subject.name, Group.name, Group.parent_id, Group.shift)
        .join(WeeklyLessonCourse, WeeklyLessonCourse.weekly_lesson_id == WeeklyLesson.id)
        .join(Course, Course.id == WeeklyLessonCourse.course_id).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id).where(WeeklyLesson.year_id == year_id, Group.kind != "individual")
        .order_by(WeeklyLesson.id, Group.name, Course.id)
    )  # fmt: skip
    for id, is_withdrawn, subject, name, parent, shift in rows:
        if is_withdrawn:
            withdrawn.add(id)
        shifts.setdefault(id, shift)
        own = (classes[parent], name) if parent else (name, "")
        found.setdefault(id, Taught(id, subject)).groups.append(own)
    for id, weekday, shift, n, weeks, room in _slots(session, day):
        if id in found:
            found[id].hours.append(Hour(weekday, shift or shifts[id], n, weeks, room or ""))
    for id, person in _teachers(session, day):
        if id in found:
            found[id].teachers.append(short_name(person))
    for one in found.values():
        one.hours.sort()
        one.teachers.sort()
    return {id: one for id, one in found.items() if one.hours or id not in withdrawn}


def _slots(session: Session, day: date) -> Iterable[tuple]:
    here = and_(or_(Slot.since.is_(None), Slot.since <= day), or_(Slot.until.is_(None), Slot.until >= day))
    query = select(Slot.weekly_lesson_id, Slot.weekday, Slot.shift, Slot.n, Slot.weeks, Room.name)
    return session.execute(query.outerjoin(Room, Room.id == Slot.room_id).where(here)).all()


def _teachers(session: Session, day: date) -> Iterable[tuple[str, Person]]:
    """(weekly lesson, who teaches it on the day)."""
    now, former = WeeklyLessonTeacher, WeeklyLessonFormer
    yield from session.execute(
        select(now.weekly_lesson_id, Person).join(Person, Person.id == now.person_id)
        .where(or_(now.since.is_(None), now.since <= day))
    )  # fmt: skip
    yield from session.execute(
        select(former.weekly_lesson_id, Person).join(Person, Person.id == former.person_id)
        .where(or_(former.since.is_(None), former.since <= day), former.until >= day)
    )  # fmt: skip
