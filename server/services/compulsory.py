"""Compulsory works of a class, student by student, and the level of mastery in every subject."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from server.models import Course, Group, Lesson, LessonCourse, MarkRevision, Person, Scale, Subject, Task, Work, Year
from server.services import work_facts
from server.services.belonging import register
from server.services.courses import alphabetical
from server.services.measures import Level, Span, level_of, share_of_maximum
from server.services.work_facts import DONE
from server.services.works import members, states, to_hand_in
from sync import decide

Kinds = Sequence[str] | Select[Any]


@dataclass(frozen=True)
class CourseName:
    """A course of a class or of a part of it, for a choice."""

    id: str
    subject: str
    group_name: str


def courses_of(session: Session, group: Group, day: date) -> list[CourseName]:
    """The courses of the year in a class and its parts, by subject."""
    year = select(Year.id).where(Year.starts_on <= day).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    rows = session.execute(
        select(Course.id, Subject.name, Group.name).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id)
        .where(or_(Group.id == group.id, Group.parent_id == group.id), Course.year_id == year)
    )  # fmt: skip
    return sorted((CourseName(*row) for row in rows), key=lambda one: alphabetical(one.subject, one.group_name))


@dataclass(frozen=True)
class Column:
    """A compulsory work: its task and how many of those who owe it have handed it in."""

    task_id: str
    title: str
    kind: str
    course_id: str
    subject: str
    due_on: date | None
    maximum: int | None


@dataclass(frozen=True)
class Cell:
    """One student's: the code, the state (issued, overdue, returned, redo, marked, checked), the value, disputed?"""

    code: str
    state: str
    value: tuple[str, str | None] | None
    conflict: bool

    @property
    def done(self) -> bool:
        """Handed in, or decided without."""
        return self.state in ("returned", "marked", "checked", "redo")


@dataclass(frozen=True)
class Row:
    """A student's cells, how many works are owed by now and how many of them are handed in."""

    student_id: str
    slug: str
    name: str
    cells: tuple[Cell | None, ...]
    owed: int
    done: int


@dataclass(frozen=True)
class Matrix:
    """Students × compulsory works; ``tallies``: per column (done, of how many)."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    tallies: tuple[tuple[int, int], ...]


def matrix(
    session: Session, group: Group, kinds: Kinds, span: Span, today: date, course_id: str = ""
) -> Matrix:
    """The compulsory works of a class and its subgroups that are due in the span, or of one course only."""
    columns = _columns(session, group, kinds, span, course_id)
    students = _students(session, group, span.until(today))
    cells = _cells(session, columns, today)
    rows = []
    for id_, slug, last, first in students:
        own = tuple(cells.get((column.task_id, id_)) for column in columns)
        owed = [cell for cell, column in zip(own, columns, strict=True) if cell and _is_owed(cell, column, today)]
        rows.append(Row(id_, slug, f"{last} {first}".strip(), own, len(owed), sum(cell.done for cell in owed)))
    tallies = []
    for number in range(len(columns)):
        mine = [row.cells[number] for row in rows if row.cells[number]]
        tallies.append((sum(cell.done for cell in mine if cell), len(mine)))
    return Matrix(tuple(columns), tuple(rows), tuple(tallies))


def _is_owed(cell: Cell, column: Column, today: date) -> bool:
    return cell.done or cell.state == "overdue"


def _columns(session: Session, group: Group, kinds: Kinds, span: Span, course_id: str) -> list[Column]:
    day = func.coalesce(Task.due_on, Lesson.on)
    query = (
        select(Task.id, Task.title, Task.kind, Course.id, Subject.name, Task.due_on, Task.max_points)
        .join(Course, Course.id == Task.course_id).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id).join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(or_(Group.id == group.id, Group.parent_id == group.id), Task.kind.in_(kinds),
               to_hand_in(), day.between(span.first, span.last))
        .order_by(Subject.name, day, Task.title, Task.id)
    )  # fmt: skip
    rows = session.execute(query.where(Course.id == course_id) if course_id else query)
    return [Column(*row) for row in rows]


def _students(session: Session, group: Group, day: date) -> list[tuple[str, str, str, str]]:
    rows = session.execute(
        select(Person.id, Person.slug, Person.last_name, Person.first_name)
        .where(Person.id.in_(members(session, group, day)))
    )  # fmt: skip
    return sorted((tuple(row) for row in rows), key=lambda row: alphabetical(row[2], row[3]))


def _cells(session: Session, columns: Sequence[Column], today: date) -> dict[tuple[str, str], Cell]:
    by_task = {column.task_id: column for column in columns}
    rows = session.execute(
        select(Work.id, Work.task_id, Work.student_id, Work.code, Course.group_id, Lesson.on)
        .join(Task, Task.id == Work.task_id).join(Course, Course.id == Task.course_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Work.task_id.in_(list(by_task)))
    ).all()  # fmt: skip
    known = states(session, [row[0] for row in rows])
    belonged = register(session, {row[2] for row in rows})
    cells = {}
    for work_id, task_id, student_id, code, group_id, set_on in rows:
        state, column = known[work_id], by_task[task_id]
        name, due = state.state, column.due_on
        if name == "issued" and due is not None and due < today:
            owes = belonged.owes(student_id, group_id, column.subject, due, today, set_on)
            name = "overdue" if owes else "issued"
        value = state.shown.value if state.shown else None
        cells[task_id, student_id] = Cell(code, name, value, state.conflict)
    return cells


@dataclass(frozen=True)
class Mastery:
    """A student in a subject: works owed and done, their share, the mean share of the maximum, and the level."""

    owed: int
    done: int
    share: float | None  # of the maximum
    level: Level | None

    @property
    def done_share(self) -> float | None:
        return self.done / self.owed if self.owed else None


def mastery(
    session: Session, student_ids: Collection[str], span: Span, today: date, known: Sequence[Level]
) -> dict[tuple[str, str], Mastery]:
    """(student, subject) → mastery, over the works due in the span by today, and all that is marked."""
    counted = func.count().label("counted")
    done = case((DONE, 1), else_=0).label("done")
    due = case((Task.due_on < today, 1), else_=0).label("due")
    query = work_facts.works(
        Work.student_id, Subject.name, Scale.type, Task.max_points, MarkRevision.verdict, MarkRevision.value, done, due,
        counted,
    ).join(Subject, Subject.id == Course.subject_id).where(
        Work.student_id.in_(list(student_ids)), Task.due_on.between(span.first, span.last)
    ).group_by(
        Work.student_id, Subject.name, Scale.type, Task.max_points, MarkRevision.verdict, MarkRevision.value, done, due
    )  # fmt: skip
    sums: dict[tuple[str, str], list[float]] = {}
    for student, subject, scale, maximum, verdict, value, is_done, is_due, count in session.execute(query):
        own = sums.setdefault((student, subject), [0, 0, 0, 0])
        if is_done or is_due:
            own[0] += count
            own[1] += count if is_done else 0
        share = share_of_maximum(scale, verdict, value, maximum)
        if share is not None:
            own[2] += share * count
            own[3] += count
    return {key: _mastery(known, *own) for key, own in sums.items() if own[0] or own[3]}


def _mastery(known: Sequence[Level], owed: float, done: float, shares: float, marked: float) -> Mastery:
    share = shares / marked if marked else None
    return Mastery(int(owed), int(done), share, level_of(known, done / owed if owed else None, share))


def subjects_of(found: Mapping[tuple[str, str], Mastery]) -> list[str]:
    """The subjects of a table of mastery, in order."""
    return sorted({subject for _student, subject in found}, key=alphabetical)


def mark_share(rule: decide.Scale, value: decide.Value) -> float | None:
    """A work's value as a share of the maximum."""
    return share_of_maximum(rule.type, value[0], value[1], rule.maximum)
