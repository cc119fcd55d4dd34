"""What in the school's data a person should look at; how much there is of everything is counted in counting.py."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, exists, func, or_, select
from sqlalchemy.orm import Session

from server import clock
from server.models import (
    Bell,
    BellSchedule,
    Course,
    Group,
    Guardianship,
    Household,
    Lesson,
    LessonCourse,
    LessonTeacher,
    Membership,
    Person,
    School,
    Slot,
    Subject,
    Task,
    WeeklyLessonCourse,
    Work,
    Year,
)
from server.services import held, pictures
from server.services.aside import asides, with_the_class
from server.services.counting import counts
from server.services.exemptions import exempt
from server.services.works import members, to_hand_in

__all__ = ["PROBLEMS", "Problem", "counts", "problems"]

NEAR = timedelta(days=14)  # lessons and tasks further off are not looked at
MOST_NAMES = 5
PROBLEMS = {
    "year_missing": _l("No school year is known. Import the terms."),
    "bells_missing": _l("No bell times for lesson numbers %(names)s."),
    "student_without_class": _l("Students without a class: %(count)s (%(names)s)."),
    "student_in_two_classes": _l("Students in two classes at once: %(count)s (%(names)s)."),
    "class_without_students": _l("Classes without students: %(names)s."),
    "subgroup_unknown": _l("Students who may be in either part of their class: %(count)s (%(names)s)."),
    "household_unconfirmed": _l("Households that nobody has confirmed: %(count)s."),
    "lesson_without_teacher": _l("Lessons without a teacher in the next two weeks: %(count)s (%(names)s)."),
    "record_waiting": _l("Records that wait for a person: %(count)s."),
    "picture_lost": _l("Pictures whose file is lost, so that readers see only what they show: %(count)s (%(names)s). "
                       "Add them again, or take them from a backup."),
    "work_missing": _l("Published tasks with students who have no code: %(count)s (%(names)s)."),
}


@dataclass(frozen=True)
class Problem:
    """Something to look at: a code of PROBLEMS, how often, and where (classes, or the random names of people)."""

    code: str
    count: int = 1
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(self.names[:MOST_NAMES]) + (" …" if len(self.names) > MOST_NAMES else "")
        return str(PROBLEMS[self.code]) % {"count": self.count, "names": shown}


def problems(session: Session, now: datetime) -> list[Problem]:
    """Everything found, in the order of PROBLEMS. Names no student."""
    school = session.scalars(select(School)).one()
    today = clock.local_date(now, school.timezone)
    found = [*_calendar(session), *_students(session, today), *_subgroups(session, today)]
    found.append(Problem("household_unconfirmed", _proposed(session)))
    found += [*_lessons(session, today), Problem("record_waiting", held.count(session))]
    lost = pictures.lost(session, current_app.extensions["korablik"])
    found += [Problem("picture_lost", len(lost), tuple(name[:12] for name in lost)), *_works(session, today)]
    return [problem for problem in found if problem.count]


def _proposed(session: Session) -> int:
    """Households of several children that a list proposed and nobody has looked at; an only child's needs no look."""
    several = select(Person.household_id).group_by(Person.household_id).having(func.count() > 1)
    query = select(func.count()).select_from(Household)
    return session.scalar(query.where(Household.confirmed.is_(False), Household.id.in_(several))) or 0


def _calendar(session: Session) -> Iterator[Problem]:
    if session.scalar(select(Year.id).limit(1)) is None:
        yield Problem("year_missing")
    shift = func.coalesce(Slot.shift, Group.shift)
    has_bell = exists().where(BellSchedule.id == Bell.schedule_id, BellSchedule.shift == shift, Bell.n == Slot.n)
    hours = session.execute(
        select(shift, Slot.n)
        .join(WeeklyLessonCourse, WeeklyLessonCourse.weekly_lesson_id == Slot.weekly_lesson_id)
        .join(Course, Course.id == WeeklyLessonCourse.course_id).join(Group, Group.id == Course.group_id)
        .where(~has_bell, Slot.until.is_(None)).distinct().order_by(shift, Slot.n)
    ).all()  # fmt: skip
    yield Problem("bells_missing", len(hours), tuple(_hour(*hour) for hour in hours))


def _hour(shift: int, n: int) -> str:
    return str(n) if shift == 1 else _("%(n)s (shift %(shift)s)", n=n, shift=shift)


def _classes_of(today: date) -> ScalarSelect[int]:
    """SQL: in how many classes a person is, from today on."""
    return (
        select(func.count())
        .select_from(Membership)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == Person.id, Group.kind == "class")
        .where(or_(Membership.until.is_(None), Membership.until >= today))
        .correlate(Person)
        .scalar_subquery()
    )


def _students(session: Session, today: date) -> Iterator[Problem]:
    is_student = or_(
        exists().where(Membership.person_id == Person.id), exists().where(Guardianship.student_id == Person.id)
    )
    query = select(Person.slug).where(is_student, Person.left_on.is_(None)).order_by(Person.slug)
    for code, condition in (
        ("student_without_class", _classes_of(today) == 0),
        ("student_in_two_classes", _classes_of(today) > 1),
    ):
        slugs = session.scalars(query.where(condition)).all()
        yield Problem(code, len(slugs), tuple(slugs))
    empty = [group.name for group in _groups(session, "class") if not members(session, group, today)]
    yield Problem("class_without_students", len(empty), tuple(empty))


def _groups(session: Session, kind: str) -> list[Group]:
    query = select(Group).where(Group.kind == kind, Group.closed_on.is_(None)).order_by(Group.grade, Group.name)
    return list(session.scalars(query))


def _subgroups(session: Session, today: date) -> Iterator[Problem]:
    """Whoever is in no part of a division counts as a member of each of its parts."""
    parts: dict[tuple[str | None, str], list[set[str]]] = {}
    for group in _groups(session, "subgroup"):
        parts.setdefault((group.parent_id, group.division), []).append(set(members(session, group, today)))
    names = {group.id: group.name for group in _groups(session, "class")}
    either: Counter[str] = Counter()
    for (parent_id, _division), sets in parts.items():
        unknown = set.intersection(*sets) if len(sets) > 1 else set()
        either[names.get(parent_id or "", "")] += len(unknown)
    yield _by_class("subgroup_unknown", either)


def _by_class(code: str, counted: Counter[str]) -> Problem:
    """The problem with "7А: 12" for every class that has it."""
    names = tuple(f"{name}: {count}" for name, count in counted.items() if count)
    return Problem(code, sum(counted.values()), names)


def _lessons(session: Session, today: date) -> Iterator[Problem]:
    rows = session.execute(
        select(Lesson.id, Group.name)
        .join(LessonCourse, LessonCourse.lesson_id == Lesson.id)
        .join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id)
        .where(Lesson.on.between(today, today + NEAR), Lesson.state == "planned")
        .where(~exists().where(LessonTeacher.lesson_id == Lesson.id))
        .order_by(Group.grade, Group.name)
    ).all()
    yield Problem("lesson_without_teacher", len({row.id for row in rows}), _distinct(row.name for row in rows))


def _works(session: Session, today: date) -> Iterator[Problem]:
    """Open tasks that somebody has no code for; who came after a task was due needs none."""
    rows = session.execute(
        select(Task.id, Group, Subject.name, Lesson.on)
        .join(Course, Course.id == Task.course_id)
        .join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(to_hand_in(), or_(Task.due_on.is_(None), Task.due_on >= today))
        .where(Lesson.on.between(today - NEAR, today + NEAR))
        .order_by(Group.grade, Group.name)
    ).all()
    expected: dict[tuple[str, date], list[str]] = {}
    lacking: list[str] = []
    apart = asides(session)
    for task_id, group, subject, on in rows:
        key = group.id, max(today, on)
        if key not in expected:
            expected[key] = members(session, group, key[1])
        wanted = with_the_class(apart, expected[key], group, subject, key[1])
        freed = exempt(session, wanted)
        have = set(session.scalars(select(Work.student_id).where(Work.task_id == task_id)))
        if any(id not in have and not freed.on(id, subject, on) for id in wanted):
            lacking.append(group.name)
    yield Problem("work_missing", len(lacking), _distinct(lacking))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
