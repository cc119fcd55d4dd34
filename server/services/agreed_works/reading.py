"""A week's lessons with tasks as the deputy looks at them: what is odd about each, how each stands, full days."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from server.models import AssessmentPlan, Course, Group, Lesson, LessonCourse, Task, Year
from server.services import assessments
from server.services.agreed_works import states
from server.services.agreed_works.standing import Standing, concerned, standings
from server.services.agreed_works.states import Around, Given
from server.services.lesson_list import LessonLine, lessons_between
from server.services.weeks import week_days

MANY = 4  # tasks for one class on one day; more are listed, nothing is forbidden


@dataclass(frozen=True)
class Line:
    """A lesson with its tasks, each with codes of ODD; ``lacks``: codes of the lesson itself."""

    lesson: LessonLine
    standing: Standing
    works: tuple[tuple[Given, tuple[str, ...]], ...]
    lacks: tuple[str, ...]

    @property
    def odd(self) -> bool:
        """True when something about it wants a look."""
        return bool(self.lacks) or any(found for _work, found in self.works)

    @property
    def ready(self) -> bool:
        """True when it waits for the deputy and nothing is odd about it."""
        return self.standing.state in states.WAITING and bool(self.works) and not self.odd


@dataclass(frozen=True)
class FullDay:
    """A day on which a class owes more than MANY tasks."""

    group: str
    on: date
    tasks: int


@dataclass(frozen=True)
class Week:
    """The lessons that were asked about, and the full days of their classes."""

    lines: tuple[Line, ...]
    full: tuple[FullDay, ...]


def read(session: Session, monday: date, *where: ColumnElement[bool]) -> Week:
    """Of a week's held lessons those with tasks, or about whose tasks something was said."""
    week = week_days(monday)
    found = lessons_between(session, week[0], week[-1], Lesson.state == "planned", concerned(), *where)
    if not found:
        return Week((), ())
    stand = standings(session, Lesson.on.between(week[0], week[-1]), LessonCourse.id.in_([one.id for one in found]))
    due = {work.due_on for one in stand.values() for work in one.works if work.due_on is not None}
    classes = {line.group_slug for line in found}
    around = _around(session, due, classes, monday)
    lines = tuple(_line(line, stand[line.id], around) for line in found if line.id in stand)
    return Week(lines, _full(session, due, classes))


def _line(lesson: LessonLine, standing: Standing, around: Around) -> Line:
    works = tuple(
        (work, tuple(states.odd(work, lesson.on, lesson.course_id, lesson.group_slug, lesson.subject, around)))
        for work in standing.works
    )
    return Line(lesson, standing, works, () if lesson.form else ("form",))


def _around(session: Session, due: Collection[date], classes: Collection[str], monday: date) -> Around:
    courses: dict[str, set[date]] = {}
    taught: dict[str, set[date]] = {}
    parent = aliased(Group)
    rows = session.execute(
        select(LessonCourse.course_id, func.coalesce(parent.slug, Group.slug), Lesson.on)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id).outerjoin(parent, parent.id == Group.parent_id)
        .where(Lesson.state == "planned", Lesson.on.in_(due), func.coalesce(parent.slug, Group.slug).in_(classes))
        .distinct()
    )  # fmt: skip
    for course, slug, on in rows:
        courses.setdefault(course, set()).add(on)
        taught.setdefault(slug, set()).add(on)
    planned = _planned(session, classes, monday)
    limited = {kind for norm in assessments.norms(session) for kind in norm.kinds}
    counted = {slug: limited | {kind for own, _subject, kind in planned if own == slug} for slug in classes}
    return Around(courses, taught, counted, planned)


def _planned(session: Session, classes: Collection[str], monday: date) -> dict[tuple[str, str, str], set[date]]:
    """Class, subject and kind → days of such works in the plans that were published in the year."""
    found: dict[tuple[str, str, str], set[date]] = {}
    for slug, entries in session.execute(
        select(Group.slug, AssessmentPlan.entries).join(Group, Group.id == AssessmentPlan.group_id)
        .join(Year, Year.id == AssessmentPlan.year_id)
        .where(Group.slug.in_(classes), Year.starts_on <= monday, Year.ends_on >= monday)
    ):  # fmt: skip
        for entry in entries:
            key = (slug, entry["subject"], entry["kind"])
            found.setdefault(key, set()).add(date.fromisoformat(entry["date"]))
    return found


def _full(session: Session, due: Collection[date], classes: Collection[str]) -> tuple[FullDay, ...]:
    parent = aliased(Group)
    slug = func.coalesce(parent.slug, Group.slug)
    name = func.coalesce(parent.name, Group.name)
    rows: dict[tuple[str, date], list[tuple[str, str, bool, int]]] = {}
    for own, on, subject, group, parent_id, count in session.execute(
        select(name, Task.due_on, Course.subject_id, Group.id, Group.parent_id, func.count())
        .join(Course, Course.id == Task.course_id).join(Group, Group.id == Course.group_id)
        .outerjoin(parent, parent.id == Group.parent_id)
        .where(Task.due_on.in_(due), Task.withdrawn.is_(False), Task.marks_only.is_(False), slug.in_(classes),
               Group.kind != "individual")
        .group_by(name, Task.due_on, Course.subject_id, Group.id, Group.parent_id)
    ):  # fmt: skip
        rows.setdefault((own, on), []).append((subject, group, parent_id is not None, count))
    found = [FullDay(own, on, states.load(each)) for (own, on), each in rows.items()]
    return tuple(sorted((one for one in found if one.tasks > MANY), key=lambda one: (one.on, one.group)))


@dataclass(frozen=True)
class Tally:
    """How far a class or a teacher is: lessons with tasks, agreed ones, odd ones among the others, returned ones."""

    key: str
    name: str
    lessons: int
    agreed: int
    odd: int
    returned: int


def by_class(lines: Sequence[Line], classes: Iterable[tuple[str, str]]) -> list[Tally]:
    """One row per class of the lines; ``classes``: slug and name, in the order that is wanted."""
    return [
        _tally(slug, name, own) for slug, name in classes
        if (own := [line for line in lines if line.lesson.group_slug == slug])
    ]  # fmt: skip


def by_teacher(lines: Sequence[Line]) -> list[Tally]:
    """One row per teacher, by name."""
    own: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        for teacher in line.lesson.teachers:
            own.setdefault((teacher.name, teacher.id), []).append(line)
    return [_tally(id, name, own[name, id]) for name, id in sorted(own)]


def _tally(key: str, name: str, lines: Sequence[Line]) -> Tally:
    agreed = [line for line in lines if line.standing.state == states.AGREED]
    back = sum(line.standing.state == states.RETURNED for line in lines)
    odd = sum(line.odd for line in lines if line.standing.state != states.AGREED)
    return Tally(key, name, len(lines), len(agreed), odd, back)
