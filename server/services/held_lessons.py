"""Planned against held: per course what the plan, the timetable and the days came to, and where the topics stand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models import (
    Course,
    CourseTeacher,
    Group,
    Lesson,
    LessonChange,
    LessonCourse,
    LessonTeacher,
    Person,
    Subject,
    Year,
)
from server.services import course_plan
from server.services.measures import Span
from server.services.people import short_name
from server.services.plan_hours import Topic, spread


@dataclass(frozen=True)
class Counts:
    """Lessons of a span. ``planned``: hours of the plan that fall into all of it; of the rest what has come so far.

    ``timetable``: by the weekly timetable, also if cancelled since; ``held`` includes ``substituted`` and ``added``.
    """

    planned: int = 0
    timetable: int = 0
    held: int = 0
    cancelled: int = 0
    substituted: int = 0
    added: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.planned + other.planned, self.timetable + other.timetable, self.held + other.held,
                      self.cancelled + other.cancelled, self.substituted + other.substituted,
                      self.added + other.added)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A course. ``by_whom``: who held its lessons instead, with how many.

    ``done``, ``due``: hours of the plan since the year began, held and due by the calendar; ``hours`` of the whole
    plan, 0 without one.
    """

    course_id: str
    class_name: str
    group_name: str
    subject: str
    teachers: tuple[tuple[str, str], ...]
    counts: Counts
    by_whom: tuple[tuple[str, int], ...]
    hours: int
    done: int
    due: int

    @property
    def ahead(self) -> int:
        """Hours of the plan that the course is ahead of the calendar; below 0: behind."""
        return self.done - self.due


@dataclass(frozen=True)
class Dated:
    """A lesson of a course; ``by_weekly``: the timetable has it."""

    id: str
    on: date
    n: int
    is_held: bool
    by_weekly: bool


@dataclass
class _Facts:
    lessons: dict[str, list[Dated]] = field(default_factory=dict)
    changed: dict[str, set[str]] = field(default_factory=dict)  # lesson → kinds of what was decided
    held_by: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # substituted lesson → (id, short name)


def lines(session: Session, span: Span, today: date, teacher_id: str | None = None) -> list[Line]:
    """The year's courses by class and subject; ``teacher_id``: those that this person teaches or held lessons of.

    Eight queries, however many courses there are.
    """
    year = session.scalar(select(Year).where(Year.starts_on <= span.last).order_by(Year.starts_on.desc()).limit(1))
    if year is None:
        return []
    heads = _heads(session, year.id, teacher_id)
    teachers = _teachers(session, heads, span)
    facts = _facts(session, heads, today)
    plans = course_plan.plans_of(session, heads)
    found = [
        _line(id, *head, tuple(teachers.get(id, ())), facts, plans.get(id, ()), span, today)
        for id, head in heads.items()
    ]
    return sorted(found, key=lambda line: (_in_order(line.class_name), line.subject, line.group_name))


def _heads(session: Session, year_id: str, teacher_id: str | None) -> dict[str, tuple[str, str, str]]:
    """Course → class, group, subject."""
    query = (
        select(Course.id, Group.name, Group.parent_id, Subject.name).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).where(Course.year_id == year_id)
    )  # fmt: skip
    if teacher_id is not None:
        taught = select(CourseTeacher.course_id).where(CourseTeacher.person_id == teacher_id)
        held = (
            select(LessonCourse.course_id).join(LessonTeacher, LessonTeacher.lesson_id == LessonCourse.lesson_id)
            .where(LessonTeacher.person_id == teacher_id)
        )  # fmt: skip
        query = query.where(or_(Course.id.in_(taught), Course.id.in_(held)))
    classes = dict(session.execute(select(Group.id, Group.name)).all())
    return {id: (classes.get(parent, name) if parent else name, name, subject)
            for id, name, parent, subject in session.execute(query)}  # fmt: skip


def _teachers(session: Session, courses: Iterable[str], span: Span) -> dict[str, list[tuple[str, str]]]:
    wanted = set(courses)
    rows = session.execute(
        select(CourseTeacher.course_id, Person).join(Person, Person.id == CourseTeacher.person_id)
        .where(CourseTeacher.since <= span.last, or_(CourseTeacher.until.is_(None), CourseTeacher.until >= span.first))
        .order_by(CourseTeacher.is_lead.desc(), CourseTeacher.since, CourseTeacher.id)
    )  # fmt: skip
    found: dict[str, list[tuple[str, str]]] = {}
    for course_id, person in rows:
        if course_id in wanted and (pair := (person.id, short_name(person))) not in found.setdefault(course_id, []):
            found[course_id].append(pair)
    return found


def _facts(session: Session, courses: Iterable[str], today: date) -> _Facts:
    wanted, facts = set(courses), _Facts()
    rows = session.execute(
        select(LessonCourse.course_id, Lesson.id, Lesson.on, Lesson.n, Lesson.state, Lesson.weekly_lesson_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).where(Lesson.state != "withdrawn")
        .order_by(Lesson.on, Lesson.n, LessonCourse.id)
    )  # fmt: skip
    for course_id, id, on, n, state, weekly in rows:
        if course_id in wanted:
            own = facts.lessons.setdefault(course_id, [])
            own.append(Dated(id, on, n, state == "planned", weekly is not None))
    query = select(LessonChange.lesson_id, LessonChange.kind).where(
        LessonChange.kind.in_(("substituted", "added")), LessonChange.undone.is_(False)
    )
    for id, kind in session.execute(query):
        facts.changed.setdefault(id, set()).add(kind)
    substituted = query.with_only_columns(LessonChange.lesson_id).where(LessonChange.kind == "substituted")
    rows = session.execute(
        select(LessonTeacher.lesson_id, Person).join(Person, Person.id == LessonTeacher.person_id)
        .where(LessonTeacher.lesson_id.in_(substituted))
    )  # fmt: skip
    for id, person in rows:
        facts.held_by.setdefault(id, []).append((person.id, short_name(person)))
    return facts


def _line(
    id: str, class_name: str, group: str, subject: str, teachers: tuple[tuple[str, str], ...], facts: _Facts,
    plan: Sequence[Topic], span: Span, today: date,
) -> Line:  # fmt: skip
    lessons = facts.lessons.get(id, ())
    own = {person for person, _name in teachers}
    counts, whom = count(lessons, facts.changed, span, today), Counter()
    for lesson in lessons:
        if span.first <= lesson.on <= span.last and lesson.on < today and lesson.is_held:
            whom.update(name for person, name in facts.held_by.get(lesson.id, ()) if person not in own)
    planned, due = hours_due(plan, lessons, span, today)
    counts += Counts(planned=planned)
    hours = sum(topic.hours for topic in plan)
    done = min(sum(lesson.is_held and lesson.on < today for lesson in lessons), hours)
    return Line(id, class_name, group if group != class_name else "", subject, teachers, counts,
                tuple(sorted(whom.items())), hours, done, due)  # fmt: skip


def count(lessons: Sequence[Dated], changed: Mapping[str, set[str]], span: Span, today: date) -> Counts:
    """What became of a course's lessons within a span, before today. Pure."""
    here = [one for one in lessons if span.first <= one.on <= span.last and one.on < today]
    held = [one for one in here if one.is_held]
    return Counts(
        timetable=sum(one.by_weekly for one in here), held=len(held), cancelled=len(here) - len(held),
        substituted=sum("substituted" in changed.get(one.id, ()) for one in held),
        added=sum(not one.by_weekly or "added" in changed.get(one.id, ()) for one in held),
    )  # fmt: skip


def hours_due(plan: Sequence[Topic], lessons: Sequence[Dated], span: Span, today: date) -> tuple[int, int]:
    """(hours of the plan that fall into the span, hours due before today). Pure.

    By the timetable as if nothing had been cancelled or added, the topics in their order or on their days.
    """
    days = [one.on for one in lessons if one.by_weekly]
    taken = [on for on, row in zip(days, spread(plan, days), strict=True) if row is not None]
    return sum(span.first <= on <= span.last for on in taken), sum(on < today for on in taken)


def _in_order(name: str) -> tuple[int, str]:
    digits = "".join(letter for letter in name if letter.isdecimal())
    return int(digits or 99), name
