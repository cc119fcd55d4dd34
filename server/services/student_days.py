"""A student's own lessons: of the class, its subgroups, study groups, or apart at home; in few queries."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
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
from server.services.aside import INDIVIDUAL, asides
from server.services.bell_times import bell_of, read_bells
from server.services.belonging import Register, Stay, belongs
from server.services.exemptions import exempt
from server.services.people import short_name

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class OwnLesson:
    """A lesson of the student. ``id``: its course's view of it."""

    id: str
    on: date
    n: int
    state: str
    subject: str
    topic: str
    form: str | None
    room: str
    start: str
    end: str
    teachers: tuple[str, ...]
    course_id: str


@dataclass(frozen=True)
class Standing:
    """Where a student belongs. ``groups``: today's, classes first; ``learns_in``: the ids of all whose lessons are own.

    Subgroups of a division in which the student has no place yet count among them. ``register``: for what is owed.
    """

    student_id: str
    groups: tuple[Group, ...]
    learns_in: frozenset[str]
    register: Register


def standing(session: Session, person: Person, day: date) -> Standing:
    """All of it in two queries (one more for a student who is taught apart), for pages about one student."""
    own_ids = select(Membership.group_id).where(Membership.person_id == person.id)
    rows = session.execute(
        select(Group, Membership.since, Membership.until)
        .outerjoin(Membership, and_(Membership.group_id == Group.id, Membership.person_id == person.id))
        .where(or_(Group.id.in_(own_ids), Group.parent_id.in_(own_ids)))
    ).all()  # fmt: skip
    known = {group.id: group for group, _since, _until in rows}
    parts = {row.id: (row.parent_id or "", row.division) for row in known.values() if row.kind == "subgroup"}
    all_stays = tuple(Stay(group.id, since, until, parts.get(group.id)) for group, since, until in rows if since)
    own = [known[stay.group_id] for stay in all_stays if stay.holds(day)]
    learns = {group.id for group in own} | {
        row.id for row in known.values()
        if row.closed_on is None and row.kind == "subgroup" and belongs(all_stays, row.id, parts[row.id], day)
    }  # fmt: skip
    apart = asides(session, {person.id}) if any(row.kind == INDIVIDUAL for row in known.values()) else {}
    left = {person.id: person.left_on} if person.left_on else {}
    register = Register({person.id: all_stays}, parts, apart, left, exempt(session, [person.id]))
    groups = tuple(sorted(dict.fromkeys(own), key=lambda group: (group.kind != "class", group.name)))
    return Standing(person.id, groups, frozenset(learns), register)


def today_and_next(session: Session, own: Standing, today: date) -> dict[date, list[OwnLesson]]:
    """The lessons of today and of the next day that has any, within a week; today stands there even without lessons."""
    found = between(session, own, today, today + AHEAD)
    coming = min((lesson.on for lesson in found if lesson.on > today), default=None)
    days = [today, *([coming] if coming else [])]
    return {day: [lesson for lesson in found if lesson.on == day] for day in days}


def between(session: Session, own: Standing, first: date, last: date) -> list[OwnLesson]:
    """The student's lessons from first to last, both included, in the order of the day."""
    rows = session.execute(
        select(LessonCourse.id, Lesson.on, Lesson.n, Lesson.state, LessonCourse.topic,
               LessonCourse.form, Course.id.label("course_id"), Course.group_id, Group.parent_id, Group.kind,
               func.coalesce(Lesson.shift, Group.shift).label("shift"), Subject.name, Room.name.label("room"), Person)
        .select_from(LessonCourse).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).outerjoin(Room, Room.id == Lesson.room_id)
        .outerjoin(LessonTeacher, LessonTeacher.lesson_id == Lesson.id)
        .outerjoin(Person, Person.id == LessonTeacher.person_id)
        .where(Course.group_id.in_(own.learns_in), Lesson.on.between(first, last), Lesson.state != "withdrawn")
        .order_by(Lesson.on, Lesson.n, LessonCourse.id, Person.last_name)
    ).all()  # fmt: skip
    apart = own.register.apart.get(own.student_id, ())
    shown = [row for row in rows if row.kind == INDIVIDUAL or not any(
        one.covers(row.parent_id or row.group_id, row.name, row.on) for one in apart)]  # fmt: skip
    bells = read_bells(session, {row.shift for row in shown}) if shown else {}
    lessons: dict[str, OwnLesson] = {}
    for row in shown:
        names = (short_name(row.Person),) if row.Person else ()
        known = lessons.get(row.id)
        if known:
            lessons[row.id] = replace(known, teachers=known.teachers + names)
        else:
            start, end = bell_of(bells, row.shift, row.on, row.n) or ("", "")
            lessons[row.id] = OwnLesson(row.id, row.on, row.n, row.state, row.name, row.topic, row.form,
                                        row.room or "", start, end, names, row.course_id)  # fmt: skip
    return list(lessons.values())
