"""Carries out what the board asks of single lessons: move, swap, cancel, bring back, change, add; each once only.

What was asked twice by a double click changes nothing the second time: DomainError ``nothing_to_change``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from server import store
from server.errors import DomainError
from server.models import (
    Account,
    Course,
    CourseTeacher,
    Group,
    Lesson,
    LessonCourse,
    LessonForm,
    LessonTeacher,
    Person,
    RoleGrant,
    Room,
    Subject,
    Year,
)
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.state import LessonState, PartState, state_of
from server.services.people import folded, full_name
from server.services.works import current

NUMBERS, SHIFTS, MOST_TEACHERS = range(21), range(1, 4), 5


@dataclass(frozen=True)
class Wanted:
    """All that the form of a lesson says. ``shift``: whose bells count; ``forms``: by id of the course, "" not said."""

    on: date
    n: int
    shift: int
    room: str = ""
    teachers: tuple[str, ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """A lesson to be swapped, as it was seen: its mark and its place."""

    id: str
    seen: str
    shift: int
    n: int


def lesson_on(session: Session, lesson_id: str) -> Lesson:
    """A lesson with what belongs to its state. Raises DomainError ``lesson_unknown``."""
    row = session.scalar(
        select(Lesson).where(Lesson.id == lesson_id, Lesson.state != "withdrawn")
        .options(selectinload(Lesson.courses).selectinload(LessonCourse.course).selectinload(Course.group),
                 selectinload(Lesson.teachers))
    )  # fmt: skip
    if row is None:
        raise DomainError("lesson_unknown")
    return row


def move(session: Session, lesson_id: str, seen: str, shift: int, n: int, by: Author, rights: Rights,
         reason: str = "") -> str:  # fmt: skip
    """Hold a lesson at another place of its day; one that was cancelled stays so. Returns the id of the act."""
    lesson = lesson_on(session, lesson_id)
    after = replace(state_of(lesson), n=_number(n), shift=_own_shift(lesson, shift))
    return _save("moved", [Deed("moved", after, lesson_id, seen)], by, rights, reason)


def swap(session: Session, one: Side, other: Side, by: Author, rights: Rights, reason: str = "") -> str:
    """Let two lessons of a day exchange their places."""
    deeds = []
    for mine, theirs in ((one, other), (other, one)):
        lesson = lesson_on(session, mine.id)
        after = replace(state_of(lesson), n=_number(theirs.n), shift=_own_shift(lesson, theirs.shift))
        deeds.append(Deed("moved", after, mine.id, mine.seen))
    return _save("swapped", deeds, by, rights, reason)


def cancel(session: Session, lesson_id: str, seen: str, by: Author, rights: Rights, reason: str = "") -> str:
    """The lesson is not held."""
    after = replace(state_of(lesson_on(session, lesson_id)), state="cancelled")
    return _save("cancelled", [Deed("cancelled", after, lesson_id, seen)], by, rights, reason)


def restore(session: Session, lesson_id: str, seen: str, by: Author, rights: Rights, reason: str = "") -> str:
    """A cancelled lesson is held after all."""
    after = replace(state_of(lesson_on(session, lesson_id)), state="planned")
    return _save("adjusted", [Deed("adjusted", after, lesson_id, seen)], by, rights, reason)


def change(session: Session, lesson_id: str, seen: str, wanted: Wanted, by: Author, rights: Rights,
           reason: str = "") -> str:  # fmt: skip
    """Bring a lesson into the state that its form says. Raises DomainError ``room_unknown``, ``person_unknown``,
    ``value_invalid``, ``date_invalid`` beside what a deed raises."""
    lesson = lesson_on(session, lesson_id)
    before = state_of(lesson)
    _check(session, wanted, known=before)
    parts = tuple(
        part._replace(form=wanted.forms.get(part.course, part.form or "") or None) for part in before.parts
    )  # fmt: skip
    after = replace(before, on=wanted.on, n=_number(wanted.n), shift=_own_shift(lesson, wanted.shift),
                    room=wanted.room or None, teachers=wanted.teachers, parts=parts)  # fmt: skip
    kind = _kind(before, after)
    return _save(kind, [Deed(kind, after, lesson_id, seen)], by, rights, reason)


def add(session: Session, course_id: str, wanted: Wanted, by: Author, rights: Rights, reason: str = "") -> str:
    """One more lesson of a course. A course that has a lesson there already gets no second one."""
    course = session.get(Course, course_id)
    if course is None:
        raise DomainError("course_unknown")
    _check(session, wanted)
    shift = None if course.group.shift == wanted.shift else _shift(wanted.shift)
    after = LessonState(wanted.on, _number(wanted.n), shift, wanted.room or None, "planned", wanted.teachers,
                        (PartState(course_id, wanted.forms.get(course_id) or None),))  # fmt: skip

    def write(session: Session) -> str:
        there = select(Lesson.id).join(LessonCourse).where(
            LessonCourse.course_id == course_id, Lesson.on == after.on, Lesson.n == after.n, Lesson.state == "planned"
        )  # fmt: skip
        if session.scalar(there.limit(1)):
            raise DomainError("nothing_to_change")
        return changing.carry_out(session, "added", [Deed("added", after)], by, rights, reason=reason)

    return store.write(write)


def _save(kind: str, deeds: Sequence[Deed], by: Author, rights: Rights, reason: str) -> str:
    """Whoever asks must say what was looked at; what stands as it was asked already was asked twice."""
    if not all(deed.seen for deed in deeds):
        raise DomainError("bad_request")

    def write(session: Session) -> str:
        try:
            return changing.carry_out(session, kind, deeds, by, rights, reason=reason)
        except DomainError as error:
            if error.code == "lesson_changed" and all(_stands(session, deed) for deed in deeds):
                raise DomainError("nothing_to_change") from error
            raise

    return store.write(write)


def _stands(session: Session, deed: Deed) -> bool:
    return state_of(session.get_one(Lesson, deed.lesson_id)) == deed.after


def _kind(before: LessonState, after: LessonState) -> str:
    if (before.on, before.n, before.shift) != (after.on, after.n, after.shift):
        return "moved"
    return "substituted" if before.teachers != after.teachers else "adjusted"


def _own_shift(lesson: Lesson, shift: int) -> int | None:
    """What the row says: None where it is that of its group, and was not said before."""
    groups = lesson.courses[0].course.group.shift
    if shift == (lesson.shift or groups):
        return lesson.shift
    return None if shift == groups else _shift(shift)


def _number(n: int) -> int:
    if n not in NUMBERS:
        raise DomainError("value_invalid", field="n", value=str(n)[:20])
    return n


def _shift(shift: int) -> int:
    if shift not in SHIFTS:
        raise DomainError("value_invalid", field="shift", value=str(shift)[:20])
    return shift


def _check(session: Session, wanted: Wanted, known: LessonState | None = None) -> None:
    """What the form names must be there; what stood already stays allowed."""
    if session.scalar(select(Year.id).where(Year.starts_on <= wanted.on, Year.ends_on >= wanted.on).limit(1)) is None:
        raise DomainError("date_invalid", value=wanted.on.isoformat())
    if wanted.room and session.get(Room, wanted.room) is None:
        raise DomainError("room_unknown")
    if len(wanted.teachers) > MOST_TEACHERS:
        raise DomainError("value_invalid", field="teacher", value=str(len(wanted.teachers)))
    new = set(wanted.teachers) - set(known.teachers if known else ())
    if new - set(session.scalars(select(Person.id).where(Person.id.in_(new), _is_staff(wanted.on)))):
        raise DomainError("person_unknown")
    forms = {form for form in wanted.forms.values() if form}
    if unknown := forms - set(session.scalars(select(LessonForm.code))):
        raise DomainError("value_invalid", field="form", value=min(unknown)[:20])


# --- what can be chosen ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choices:
    """(id, name) of teachers and rooms; (code, name) of forms."""

    teachers: tuple[tuple[str, str], ...]
    rooms: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, str], ...]


def choices(session: Session, on: date) -> Choices:
    """What a lesson's form offers. Three queries."""
    people = session.scalars(select(Person).where(_is_staff(on), or_(Person.left_on.is_(None), Person.left_on > on)))
    return Choices(
        tuple((one.id, full_name(one)) for one in sorted(people, key=lambda one: folded(full_name(one)))),
        tuple((id, name) for id, name in session.execute(select(Room.id, Room.name).order_by(Room.name))),
        tuple((code, name) for code, name in session.execute(
            select(LessonForm.code, LessonForm.name).order_by(LessonForm.position))),
    )  # fmt: skip


@dataclass(frozen=True)
class CourseChoice:
    """A course that could have one more lesson: its subject, its group where that is a part of the class, who
    teaches it on the day."""

    id: str
    subject: str
    group_id: str
    teachers: tuple[str, ...]


def courses_of(session: Session, slug: str, on: date) -> tuple[Group, tuple[CourseChoice, ...]]:
    """The courses of a class and its subgroups, or of another group, in the year of the day. Raises DomainError
    ``group_unknown``."""
    group = session.scalar(select(Group).where(Group.slug == slug))
    if group is None:
        raise DomainError("group_unknown", name=slug[:40])
    rows = session.execute(
        select(Course.id, Subject.name, Course.group_id).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id).join(Year, Year.id == Course.year_id)
        .where(or_(Group.id == group.id, (Group.parent_id == group.id) & (Group.kind == "subgroup")),
               Year.starts_on <= on, Year.ends_on >= on)
        .order_by(Subject.name, Group.name)
    ).all()  # fmt: skip
    teachers: dict[str, list[str]] = {}
    for course_id, person_id in session.execute(
        select(CourseTeacher.course_id, CourseTeacher.person_id)
        .where(CourseTeacher.course_id.in_([row.id for row in rows]),
               current(CourseTeacher.since, CourseTeacher.until, on))
        .order_by(CourseTeacher.is_lead.desc(), CourseTeacher.person_id)
    ):  # fmt: skip
        teachers.setdefault(course_id, []).append(person_id)
    return group, tuple(CourseChoice(row.id, row.name, row.group_id, tuple(teachers.get(row.id, ()))) for row in rows)


def _is_staff(on: date) -> ColumnElement[bool]:
    """SQL: people who teach, have a role or sign in."""
    return or_(
        Person.id.in_(select(CourseTeacher.person_id).where(current(CourseTeacher.since, CourseTeacher.until, on))),
        Person.id.in_(select(LessonTeacher.person_id)),
        Person.id.in_(select(RoleGrant.person_id).where(current(RoleGrant.since, RoleGrant.until, on))),
        Person.id.in_(select(Account.person_id)),
    )
