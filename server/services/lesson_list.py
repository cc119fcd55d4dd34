"""Dated lessons as lists show them: when, whose, what they are about, and what each lacks before it can go out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, false, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import (
    Course,
    CourseTeacher,
    Group,
    Lesson,
    LessonChange,
    LessonCourse,
    LessonTeacher,
    Material,
    Person,
    Resource,
    Room,
    Subject,
    Task,
)
from server.policy import Realm
from server.services import course_plan
from server.services.content_flags import FLAGS, flags
from server.services.freezing import PUBLIC_CHANGES, bells_of
from server.services.home_names import home_names
from server.services.people import short_name
from server.services.works import current

FEW = 800  # lessons
LACKS = {**FLAGS, "material": _l("There is nothing to read or to watch yet.")}


@dataclass(frozen=True)
class Teacher:
    """Who holds a lesson."""

    id: str
    name: str


@dataclass(frozen=True)
class LessonLine:
    """One course's view of a dated lesson. ``lacks``: codes of LACKS; ``change``: kind of its newest change.

    ``topic``: its own, else the course plan's.
    """

    id: str
    lesson_id: str
    on: date
    n: int
    state: str
    topic: str
    form: str | None
    course_id: str
    group_id: str
    group_slug: str
    group_name: str
    grade: int | None
    subject: str
    room: str
    broadcast: bool
    start: str = ""
    end: str = ""
    shift: int = 1
    teachers: tuple[Teacher, ...] = ()
    lacks: tuple[str, ...] = ()
    tasks: int = 0
    change: str = ""

    @property
    def complete(self) -> bool:
        """True when it can go out as it is; a cancelled lesson owes nothing."""
        return not self.lacks or self.state == "cancelled"


def within(realm: Realm) -> ColumnElement[bool]:
    """SQL: the courses of a realm. A class brings its subgroups.

    They are named as a list, so that the database begins a search with these few courses and not with all returns.
    """
    if realm.everything:
        return Course.id.is_not(None)
    course, group = aliased(Course), aliased(Group)
    mine = select(course.id).join(group, group.id == course.group_id)
    where = [column.in_(ids) for column, ids in ((course.id, realm.courses), (group.id, realm.groups),
                                                 (group.parent_id, realm.groups)) if ids]  # fmt: skip
    return Course.id.in_(mine.where(or_(false(), *where)))


def of_group(group_id: str) -> ColumnElement[bool]:
    """SQL: lessons of a group and of its subgroups."""
    return or_(Group.id == group_id, Group.parent_id == group_id)


def of_teacher(person_id: str) -> ColumnElement[bool]:
    """SQL: lessons that a person holds, or whose course the person teaches on that day."""
    holds = select(LessonTeacher.lesson_id).where(LessonTeacher.person_id == person_id)
    teaches = select(CourseTeacher.id).where(
        CourseTeacher.course_id == Course.id, CourseTeacher.person_id == person_id,
        current(CourseTeacher.since, CourseTeacher.until, Lesson.on),
    )  # fmt: skip
    return or_(Lesson.id.in_(holds), teaches.exists())


def held_by(person_id: str) -> ColumnElement[bool]:
    """SQL: lessons that a person holds."""
    return Lesson.id.in_(select(LessonTeacher.lesson_id).where(LessonTeacher.person_id == person_id))


def holds(session: Session, lesson_course_id: str, person_id: str) -> bool:
    """Whether a person holds the lesson of a course's view."""
    return session.scalar(
        select(LessonTeacher.person_id).join(LessonCourse, LessonCourse.lesson_id == LessonTeacher.lesson_id)
        .where(LessonCourse.id == lesson_course_id, LessonTeacher.person_id == person_id)
    ) is not None  # fmt: skip


def in_room(room_id: str) -> ColumnElement[bool]:
    """SQL: lessons in a room."""
    return Lesson.room_id == room_id


def lessons_between(
    session: Session, first: date, last: date, *where: ColumnElement[bool], by_plan: bool = True
) -> list[LessonLine]:
    """Lessons from first to last, both included, in the order of the school day; ``by_plan`` as in lessons_where."""
    shown = and_(Lesson.on.between(first, last), Lesson.state != "withdrawn", *where)
    return lessons_where(session, shown, by_plan)


def lessons_where(session: Session, condition: ColumnElement[bool], by_plan: bool = True) -> list[LessonLine]:
    """Lessons that a condition on lesson, course, group and subject finds.

    Without ``by_plan`` they have their own topics alone: enough for counting, and the plans need not be spread.
    """
    rows = session.execute(_ROWS.where(condition).order_by(Lesson.on, Lesson.n, Group.grade, Group.name)).all()
    if not rows:
        return []
    found, lessons = _named(rows, condition)
    told = _Told(session, found, lessons)
    bells = _bells(session, rows)
    planned = course_plan.topics(session, {row.course_id for row in rows if by_plan and not row.topic})
    home = home_names(session, {row.group_id for row in rows if row.kind == "individual"})
    lines = [_line(row, told, bells, planned.get(row.id, ""), home) for row in rows]
    return sorted(lines, key=lambda line: (line.on, line.shift, line.n))  # stable: classes stay in order


def counted(session: Session, day: date) -> tuple[int, int]:
    """How many lessons of a day are planned, and how many of them, course by course, are incomplete."""
    condition = and_(Lesson.on == day, Lesson.state == "planned")
    rows = session.execute(_ROWS.where(condition)).all()
    told = _Told(session, _named(rows, condition)[0], [])
    return len({row.lesson_id for row in rows}), sum(bool(told.lacks(row)) for row in rows)


def _named(rows: Sequence[Any], condition: ColumnElement[bool]) -> tuple[Any, Any]:
    """The rows' ids and those of their lessons, to be looked for."""
    if len(rows) <= FEW:  # naming them is quicker than asking the condition again
        return [row.id for row in rows], list({row.lesson_id for row in rows})
    joined = select(LessonCourse.id).join(Lesson).join(Course).join(Group).where(condition)
    return joined, joined.with_only_columns(LessonCourse.lesson_id)


_Parent = aliased(Group)
_LAST_CHANGE = (
    select(LessonChange.kind).where(LessonChange.lesson_id == Lesson.id, LessonChange.kind.in_(PUBLIC_CHANGES),
                                    LessonChange.undone.is_(False),
                                    or_(LessonChange.kind != "cancelled", Lesson.state == "cancelled"))
    .order_by(LessonChange.changed_at.desc(), LessonChange.id.desc()).limit(1).correlate(Lesson).scalar_subquery()
)  # fmt: skip
_ROWS = (
    select(LessonCourse.id, Lesson.id.label("lesson_id"), Lesson.on, Lesson.n, Lesson.state, LessonCourse.topic,
           LessonCourse.form, LessonCourse.broadcast_id, Course.id.label("course_id"), Group.id.label("group_id"),
           Group.slug, Group.name, Group.kind, Group.grade,
           func.coalesce(Lesson.shift, Group.shift).label("shift"), _Parent.name.label("parent_name"),
           _Parent.slug.label("parent_slug"), _Parent.grade.label("parent_grade"),
           Subject.name.label("subject"), Room.name.label("room"), _LAST_CHANGE.label("change"))
    .select_from(LessonCourse)
    .join(Lesson, Lesson.id == LessonCourse.lesson_id)
    .join(Course, Course.id == LessonCourse.course_id)
    .join(Group, Group.id == Course.group_id)
    .join(Subject, Subject.id == Course.subject_id)
    .outerjoin(_Parent, _Parent.id == Group.parent_id)
    .outerjoin(Room, Room.id == Lesson.room_id)
)  # fmt: skip


class _Told:
    """What hangs on the lessons: teachers; texts, resources and tasks; in two queries for all."""

    def __init__(self, session: Session, found: Select[Any] | list[str], lessons: Select[Any] | list[str]):
        people = [] if lessons == [] else session.execute(
            select(LessonTeacher.lesson_id, Person.id, Person.last_name, Person.first_name, Person.middle_name)
            .join(Person, Person.id == LessonTeacher.person_id)
            .where(LessonTeacher.lesson_id.in_(lessons)).order_by(Person.last_name, Person.first_name)
        )  # fmt: skip
        self.teachers = _gather((row.lesson_id, Teacher(row.id, short_name(row))) for row in people)
        self.with_text: set[str] = set()
        self.resources: dict[str, list[Any]] = {}
        self.tasks: dict[str, list[Any]] = {}
        for row in session.execute(_content(found)):
            if row.withdrawn is not None:
                self.tasks.setdefault(row.id, []).append(row)
                continue
            if row.has_text:
                self.with_text.add(row.id)
            if row.source is not None:
                self.resources.setdefault(row.id, []).append(row)

    def lacks(self, row: Any) -> tuple[str, ...]:
        """Codes of LACKS."""
        resources = self.resources.get(row.id, [])
        instead = row.id in self.with_text or row.broadcast_id is not None
        found = flags(row.form, resources, self.tasks.get(row.id, []), instead)
        if row.id not in self.with_text and not resources and not row.broadcast_id:
            found.append("material")
        return tuple(found)


def _content(found: Select[Any] | list[str]) -> CompoundSelect[Any]:
    """SQL: a row per task, known by ``withdrawn``, and a row per resource, or the bare text, of each lesson."""
    tasks = (
        select(Task.lesson_course_id.label("id"), Task.due_on, Task.withdrawn, null().label("source"),
               null().label("url"), null().label("size_kb"), false().label("has_text"))
        .where(Task.lesson_course_id.in_(found), Task.marks_only.is_(False))
    )  # fmt: skip
    texts = (
        select(Material.lesson_course_id, null(), null(), Resource.source, Resource.url, Resource.size_kb,
               func.length(Material.body) > 0)
        .outerjoin(Resource, Resource.material_id == Material.id).where(Material.lesson_course_id.in_(found))
    )  # fmt: skip
    return tasks.union_all(texts)


def _gather(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _bells(session: Session, rows: Iterable[Any]) -> dict[tuple[int, date], dict[int, tuple[str, str]]]:
    return bells_of(session, {(row.shift, row.on) for row in rows})


def _line(
    row: Any, told: _Told, bells: dict[tuple[int, date], dict[int, tuple[str, str]]], planned: str,
    home: dict[str, str],
) -> LessonLine:  # fmt: skip
    start, end = bells[row.shift, row.on].get(row.n, ("", ""))
    return LessonLine(
        id=row.id, lesson_id=row.lesson_id, on=row.on, n=row.n, state=row.state, topic=row.topic or planned,
        form=row.form, course_id=row.course_id, group_id=row.group_id, group_slug=row.parent_slug or row.slug,
        group_name=home.get(row.group_id) or (f"{row.parent_name}, {row.name}" if row.parent_name else row.name),
        grade=row.grade if row.grade is not None else row.parent_grade, subject=row.subject, room=row.room or "",
        broadcast=row.broadcast_id is not None, start=start, end=end, shift=row.shift,
        teachers=tuple(told.teachers.get(row.lesson_id, ())), lacks=told.lacks(row),
        tasks=sum(not task.withdrawn for task in told.tasks.get(row.id, ())),
        change=row.change or "",
    )  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """How many lessons of a class or a teacher there are and how many are incomplete."""

    key: str
    name: str
    lessons: int
    incomplete: int


def tally_classes(lines: Iterable[LessonLine], classes: Iterable[Group]) -> list[Tally]:
    """One row per class, in the order given; lessons of its subgroups count with it."""
    grouped = _gather((line.group_slug, line) for line in lines)
    return [_tally(group.slug, group.name, grouped.get(group.slug, [])) for group in classes]


def tally_teachers(lines: Iterable[LessonLine]) -> list[Tally]:
    """One row per teacher, those who owe most first."""
    grouped = _gather((teacher, line) for line in lines for teacher in line.teachers)
    found = [_tally(teacher.id, teacher.name, own) for teacher, own in grouped.items()]
    return sorted(found, key=lambda tally: (-tally.incomplete, tally.name))


def _tally(key: str, name: str, lines: list[LessonLine]) -> Tally:
    return Tally(key, name, len(lines), sum(not line.complete for line in lines))


def classes(session: Session, *where: ColumnElement[bool]) -> list[Group]:
    """Open classes and study groups as lists name them, the lowest grade first."""
    shown = Group.kind.in_(("class", "study"))
    rows = session.scalars(select(Group).where(Group.closed_on.is_(None), shown, *where))
    return sorted(rows, key=lambda group: (group.kind != "class", group.grade or 99, group.name))
