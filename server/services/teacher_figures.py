"""How teachers and tutors do: lessons with a trace, talks with families, feedback and its delay, results."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import (
    Absence,
    Contact,
    Course,
    CourseTeacher,
    Group,
    Lesson,
    LessonChange,
    LessonCourse,
    LessonTeacher,
    MarkRevision,
    Material,
    Membership,
    Person,
    Presence,
    RoleGrant,
    Scale,
    Subject,
    Task,
)
from server.services import work_facts
from server.services.class_figures import Marks, marks_of
from server.services.courses import alphabetical
from server.services.feedback_delay import NO_DELAY, Delay, delays, moments
from server.services.measures import Span
from server.services.people import full_name
from server.services.work_facts import DONE
from server.services.works import current

GROUP_ROLES = ("tutor", "class_teacher")  # answer for a group and need not teach it
TRACED = or_(  # SQL, beside a LessonCourse
    exists().where(Absence.lesson_course_id == LessonCourse.id),
    exists().where(Presence.lesson_course_id == LessonCourse.id),
    exists().where(Material.lesson_course_id == LessonCourse.id, func.length(Material.body) > 0),
    exists().where(Task.lesson_course_id == LessonCourse.id, Task.withdrawn.is_(False)),
)
NO_MARKS = Marks(0, None, None, None)


@dataclass(frozen=True)
class Lessons:
    """Lessons up to today: planned, with a trace (attendance noted, text or task given), cancelled, replaced."""

    planned: int = 0
    traced: int = 0
    cancelled: int = 0
    replaced: int = 0

    @property
    def share(self) -> float | None:
        return self.traced / self.planned if self.planned else None


@dataclass(frozen=True)
class Talks:
    """Contacts with families: how many, about how many students, of how many whom the person teaches or looks after."""

    count: int = 0
    students: int = 0
    of: int = 0
    last: date | None = None

    @property
    def share(self) -> float | None:
        return self.students / self.of if self.of else None


@dataclass(frozen=True)
class TeacherLine:
    """One teacher or tutor. ``roles``: codes; ``silent``: works wait and no decision came for too long."""

    id: str
    slug: str
    name: str
    roles: tuple[str, ...]
    lessons: Lessons
    talks: Talks
    delay: Delay
    handed_in: float | None  # share of the works due
    marks: Marks
    a_week: float  # decisions in a week
    silent: bool


@dataclass(frozen=True)
class Measure:
    """What the figures are measured by."""

    span: Span
    today: date
    zone: ZoneInfo
    limit: int
    silent_days: int


def teacher_lines(session: Session, by: Measure, teacher_id: str | None = None) -> list[TeacherLine]:
    """Everybody who teaches a course or looks after a group, by name; ``teacher_id``: only this person."""
    people, roles = _staff(session, by.today, teacher_id)
    first, last = moments(by.span.first, by.span.until(by.today), by.zone)
    delay = delays(session, first, last, by.limit, by.today, teacher_id)
    lessons, talks = _lessons(session, by, teacher_id), _talks(session, by, teacher_id)
    results, done = _results(session, by, teacher_id)
    weeks = max(((by.span.until(by.today) - by.span.first).days + 1) / 7, 1)
    found = []
    for person in people:
        own = delay.get(person.id, NO_DELAY)
        found.append(TeacherLine(
            person.id, person.slug, full_name(person), tuple(sorted(roles[person.id])),
            lessons.get(person.id, Lessons()), talks.get(person.id, Talks()), own, done.get(person.id),
            results.get(person.id, NO_MARKS), own.decided.count / weeks, _is_silent(own, by),
        ))  # fmt: skip
    return sorted(found, key=lambda line: alphabetical(line.name))


def _is_silent(delay: Delay, by: Measure) -> bool:
    since = max((day for day in (delay.last_decision, delay.oldest) if day), default=None)
    return bool(delay.waiting and since and (by.today - since).days > by.silent_days)


def _staff(session: Session, day: date, teacher_id: str | None) -> tuple[list[Person], dict[str, set[str]]]:
    roles: dict[str, set[str]] = {}
    teaches = select(CourseTeacher.person_id).where(current(CourseTeacher.since, CourseTeacher.until, day)).distinct()
    for person in session.scalars(teaches):
        roles.setdefault(person, set()).add("subject_teacher")
    granted = select(RoleGrant.person_id, RoleGrant.role).where(
        RoleGrant.role.in_((*GROUP_ROLES, "network_teacher")), current(RoleGrant.since, RoleGrant.until, day)
    )
    for person, role in session.execute(granted):
        roles.setdefault(person, set()).add(role)
    wanted = [person for person in roles if teacher_id in (None, person)]
    return list(session.scalars(select(Person).where(Person.id.in_(wanted)))), roles


def _lessons(session: Session, by: Measure, teacher_id: str | None) -> dict[str, Lessons]:
    """Lessons by who holds them; a lesson of several courses has a trace if one of them has."""
    days = Lesson.on.between(by.span.first, by.span.until(by.today))
    changed = aliased(LessonChange)
    of_kind = exists().where(changed.lesson_id == Lesson.id, changed.kind == "substituted", changed.undone.is_(False))
    trace = exists().where(LessonCourse.lesson_id == Lesson.id, TRACED)
    query = (
        select(LessonTeacher.person_id, work_facts.amount(Lesson.state == "planned"),
               work_facts.amount(and_(Lesson.state == "planned", trace)),
               work_facts.amount(Lesson.state == "cancelled"), work_facts.amount(of_kind))
        .select_from(Lesson).join(LessonTeacher, LessonTeacher.lesson_id == Lesson.id)
        .where(days, Lesson.state != "withdrawn").group_by(LessonTeacher.person_id)
    )  # fmt: skip
    rows = session.execute(query.where(LessonTeacher.person_id == teacher_id) if teacher_id else query)
    return {teacher: Lessons(*counts) for teacher, *counts in rows}


def _talks(session: Session, by: Measure, teacher_id: str | None) -> dict[str, Talks]:
    first, last = moments(by.span.first, by.span.until(by.today), by.zone)
    query = (
        select(Contact.author_id, Contact.student_id, func.count(), func.max(Contact.at))
        .where(Contact.at.between(first, last), Contact.student_id.is_not(None))
        .group_by(Contact.author_id, Contact.student_id)
    )  # fmt: skip
    own: dict[str, dict[str, tuple[int, date]]] = {}
    rows = session.execute(query.where(Contact.author_id == teacher_id) if teacher_id else query)
    for author, student, count, at in rows:
        own.setdefault(author, {})[student] = (count, at.astimezone(by.zone).date())
    taught = _students_of(session, by.today, teacher_id)
    return {person: _talks_of(own.get(person, {}), taught.get(person, set())) for person in {*own, *taught}}


def _talks_of(own: Mapping[str, tuple[int, date]], taught: set[str]) -> Talks:
    last = max((day for _count, day in own.values()), default=None)
    return Talks(sum(count for count, _day in own.values()), len(taught & own.keys()), len(taught), last)


def _students_of(session: Session, day: date, teacher_id: str | None) -> dict[str, set[str]]:
    """Person → students of the courses and groups."""
    groups: dict[str, set[str]] = {}
    teaches = (
        select(CourseTeacher.person_id, Course.group_id).join(Course, Course.id == CourseTeacher.course_id)
        .where(current(CourseTeacher.since, CourseTeacher.until, day))
    )  # fmt: skip
    looks_after = select(RoleGrant.person_id, RoleGrant.group_id).where(
        RoleGrant.role.in_(GROUP_ROLES), RoleGrant.group_id.is_not(None),
        current(RoleGrant.since, RoleGrant.until, day),
    )  # fmt: skip
    for person, group in (*session.execute(teaches), *session.execute(looks_after)):
        if teacher_id in (None, person):
            groups.setdefault(person, set()).add(group)
    wanted = {group for own in groups.values() for group in own}
    members: dict[str, set[str]] = {}
    for group, student in session.execute(
        select(Membership.group_id, Membership.person_id).where(
            Membership.group_id.in_(wanted), current(Membership.since, Membership.until, day)
        )
    ):  # fmt: skip
        members.setdefault(group, set()).add(student)
    return {
        person: {student for group in own for student in members.get(group, ())} for person, own in groups.items()
    }  # fmt: skip


Row = tuple[str, str, str | None, str | None, int | None, int, int]


def _results(
    session: Session, by: Measure, teacher_id: str | None
) -> tuple[dict[str, Marks], dict[str, float | None]]:
    """Marks and the share handed in of the works of a person's courses."""
    teachers: dict[str, list[str]] = {}
    for course, person in session.execute(
        select(CourseTeacher.course_id, CourseTeacher.person_id)
        .where(current(CourseTeacher.since, CourseTeacher.until, by.today))
    ):  # fmt: skip
        if teacher_id in (None, person):
            teachers.setdefault(course, []).append(person)
    own: dict[str, list[Row]] = {}
    for row in course_facts(session, by, teachers if teacher_id else None):
        for person in teachers.get(row[0], ()):
            own.setdefault(person, []).append(row)
    results = {person: marks_of([row[1:6] for row in rows]) for person, rows in own.items()}
    return results, {person: _share(rows) for person, rows in own.items()}


def course_facts(session: Session, by: Measure, courses: Iterable[str] | None = None) -> list[Row]:
    """(course, scale, verdict, value, maximum, works, of these handed in) of works due in the span or handed in."""
    query = work_facts.works(
        Course.id, Scale.type, MarkRevision.verdict, MarkRevision.value, Task.max_points, func.count(),
        work_facts.amount(DONE),
    ).where(
        Task.due_on.between(by.span.first, by.span.last), or_(Task.due_on < by.today, DONE)
    ).group_by(Course.id, Scale.type, MarkRevision.verdict, MarkRevision.value, Task.max_points)  # fmt: skip
    if courses is not None:
        query = query.where(Course.id.in_(list(courses)))
    return [tuple(row) for row in session.execute(query)]


def _share(rows: Sequence[Row]) -> float | None:
    total = sum(row[5] for row in rows)
    return sum(row[6] for row in rows) / total if total else None


@dataclass(frozen=True)
class CourseLine:
    """A course of a teacher: its class, its results and what is handed in."""

    course_id: str
    group: str
    subject: str
    handed_in: float | None
    marks: Marks
    planned: int
    traced: int


def course_lines(session: Session, by: Measure, person_id: str) -> list[CourseLine]:
    """The courses that a person teaches now."""
    parent = aliased(Group)
    rows = session.execute(
        select(Course.id, Group.name, parent.name, Subject.name).select_from(CourseTeacher)
        .join(Course, Course.id == CourseTeacher.course_id).join(Group, Group.id == Course.group_id)
        .outerjoin(parent, parent.id == Group.parent_id).join(Subject, Subject.id == Course.subject_id)
        .where(CourseTeacher.person_id == person_id, current(CourseTeacher.since, CourseTeacher.until, by.today))
    ).all()  # fmt: skip
    facts: dict[str, list[Row]] = {}
    for row in course_facts(session, by, [row[0] for row in rows]):
        facts.setdefault(row[0], []).append(row)
    lessons = _lessons_of_courses(session, by, [row[0] for row in rows])
    lines = [
        CourseLine(course, f"{whole}, {name}" if whole else name, subject, _share(facts.get(course, [])),
                   marks_of([row[1:6] for row in facts.get(course, [])]), *lessons.get(course, (0, 0)))
        for course, name, whole, subject in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (alphabetical(line.group), alphabetical(line.subject)))


def _lessons_of_courses(session: Session, by: Measure, courses: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    rows = session.execute(
        select(LessonCourse.course_id, func.count(), work_facts.amount(TRACED))
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(LessonCourse.course_id.in_(list(courses)), Lesson.state == "planned",
               Lesson.on.between(by.span.first, by.span.until(by.today))).group_by(LessonCourse.course_id)
    )  # fmt: skip
    return {course: (planned, done) for course, planned, done in rows}
