"""Which lessons reached whom: what nobody got because it lacks material or approval, and which students got no pack.

A lesson is brought by the site, once its day is approved, or by a printed pack of its week. Students without internet
have the pack alone. A television lesson brings itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from server.models import (
    Connectivity,
    Course,
    Day,
    Group,
    Lesson,
    LessonCourse,
    Material,
    Membership,
    Pack,
    Person,
    Resource,
)
from server.services.lesson_list import LessonLine, lessons_between, of_group
from server.services.people import folded, full_name
from server.services.weeks import monday, week_name
from server.services.works import current, members

AROUND = timedelta(days=7)  # days back and ahead
OFFLINE = "none"


@dataclass(frozen=True)
class Unpacked:
    """A student without internet for whom a week's pack was not printed; ``lessons``: how many with material it had."""

    student: "Reader"
    weeks: tuple[str, ...]
    lessons: int


@dataclass(frozen=True)
class Reader:
    """A student and by what materials may come."""

    id: str
    slug: str
    name: str
    link: Connectivity | None


@dataclass(frozen=True)
class Lacking:
    """What a class lacks on some days. ``unapproved``: days with material that do not go out yet."""

    first: date
    last: date
    without_material: tuple[LessonLine, ...]
    unapproved: tuple[tuple[date, int], ...]
    unpacked: tuple[Unpacked, ...]
    students: int


def lacking(session: Session, group: Group, today: date) -> Lacking:
    """What the students of a class lack, a week back and a week ahead."""
    first, last = today - AROUND, today + AROUND
    lines = [line for line in lessons_between(session, first, last, of_group(group.id)) if line.state == "planned"]
    bare = tuple(line for line in lines if "material" in line.lacks)
    full = [line for line in lines if "material" not in line.lacks]
    approved = set(session.scalars(select(Day.on).where(Day.on.between(first, last), Day.approved_at.is_not(None))))
    waiting = {line.on for line in full} - approved
    students = _readers(session, group, today)
    unapproved = tuple((day, sum(line.on == day for line in full)) for day in sorted(waiting) if day >= today)
    return Lacking(first, last, bare, unapproved, tuple(_unpacked(session, students, full, today)), len(students))


def _readers(session: Session, group: Group, day: date) -> list[Reader]:
    rows = session.execute(
        select(Person, Connectivity).outerjoin(Connectivity, Connectivity.student_id == Person.id)
        .where(Person.id.in_(members(session, group, day))).order_by(Connectivity.recorded_on)
    )  # fmt: skip
    newest = {person.id: Reader(person.id, person.slug, full_name(person), link) for person, link in rows}
    return sorted(newest.values(), key=lambda reader: folded(reader.name))


def _unpacked(
    session: Session, students: Sequence[Reader], lines: Sequence[LessonLine], today: date
) -> list[Unpacked]:
    """Weeks that have begun, or begin within two days, must be in the hands of those without internet."""
    ready = today + timedelta(days=2)
    by_week: dict[str, int] = {}
    for line in lines:
        if monday(line.on) <= ready:
            by_week[week_name(line.on)] = by_week.get(week_name(line.on), 0) + 1
    offline = [student for student in students if is_offline(student.link)]
    have = set(session.execute(
        select(Pack.student_id, Pack.week).where(
            Pack.week.in_(list(by_week)), Pack.student_id.in_([student.id for student in offline]),
            Pack.printed_at.is_not(None),
        )
    ).all())  # fmt: skip
    found = []
    for student in offline:
        weeks = tuple(week for week in by_week if (student.id, week) not in have)
        if weeks:
            found.append(Unpacked(student, weeks, sum(by_week[week] for week in weeks)))
    return found


def is_offline(link: Connectivity | None) -> bool:
    """True for who has no internet, or of whom nobody knows."""
    return link is None or link.internet in ("", OFFLINE)


@dataclass(frozen=True)
class ClassReach:
    """A class in the overview: lessons of the week ahead without material, students without this week's pack."""

    slug: str
    name: str
    lessons: int
    bare: int
    offline: int
    unpacked: int


def overview(session: Session, groups: Sequence[Group], today: date) -> list[ClassReach]:
    """A line for each class: its lessons from today on, its students without internet, this week's packs."""
    lessons = _lessons(session, today)
    offline = offline_by_class(session, today)
    packed = set(session.scalars(
        select(Pack.student_id).where(Pack.week == week_name(today), Pack.printed_at.is_not(None))
    ))  # fmt: skip
    return [
        ClassReach(group.slug, group.name, *lessons.get(group.id, (0, 0)), len(offline.get(group.id, ())),
                   len([student for student in offline.get(group.id, ()) if student not in packed]))
        for group in groups
    ]  # fmt: skip


def _lessons(session: Session, today: date) -> dict[str, tuple[int, int]]:
    class_id = func.coalesce(Group.parent_id, Group.id)
    readable = exists().where(
        Material.lesson_course_id == LessonCourse.id,
        or_(func.length(Material.body) > 0, exists().where(Resource.material_id == Material.id)),
    )
    bare = and_(~readable, LessonCourse.broadcast_id.is_(None))
    rows = session.execute(
        select(class_id, func.count(), func.count().filter(bare)).select_from(LessonCourse)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id)
        .where(Lesson.on.between(today, today + AROUND), Lesson.state == "planned").group_by(class_id)
    )  # fmt: skip
    return {group: (count, lacking) for group, count, lacking in rows}


def offline_by_class(session: Session, today: date) -> dict[str, list[str]]:
    """Class → its students without internet."""
    newest = (
        select(func.max(Connectivity.recorded_on)).where(Connectivity.student_id == Membership.person_id)
        .correlate(Membership).scalar_subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Membership.group_id, Membership.person_id, Connectivity.internet)
        .join(Group, Group.id == Membership.group_id)
        .outerjoin(Connectivity, and_(Connectivity.student_id == Membership.person_id,
                                      Connectivity.recorded_on == newest))
        .where(Group.kind == "class", current(Membership.since, Membership.until, today))
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for group, student, internet in rows:
        if internet in (None, "", OFFLINE):
            found.setdefault(group, []).append(student)
    return found
