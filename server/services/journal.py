"""The journal: a course's students × lessons with works, marks, absences and term marks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Group, Lesson, LessonCourse, MarkRevision, Person, Scale, Task, Work
from server.services import course_plan
from server.services.absences import AbsenceState, absences
from server.services.belonging import Register, register
from server.services.carried import Carried, CarriedTerm, carried, carried_terms, last_day
from server.services.courses import CourseHead, alphabetical, course, terms
from server.services.term_values import term_marks
from server.services.works import has_come_back, members, states
from sync import decide

Value = tuple[str, str | None]  # verdict and mark
FIGURES = ("1", "2", "3", "4", "5")  # marks that have a mean


@dataclass(frozen=True)
class Column:
    """A lesson, or one of its tasks. ``task_id`` None: nothing to hand in. ``first``: the lesson's first column."""

    lesson_course_id: str
    on: date
    n: int
    topic: str
    first: bool
    task_id: str | None = None
    title: str = ""
    kind: str = ""
    scale: str = ""
    maximum: int | None = None
    due_on: date | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class Cell:
    """A work. ``state``: issued, overdue (after its date), returned, marked, redo, checked; ``values``: its heads'."""

    code: str
    state: str
    values: tuple[Value, ...]
    returns: int

    @property
    def conflict(self) -> bool:
        return len(self.values) > 1


@dataclass(frozen=True)
class Row:
    """A student's line: a cell per column, letters by lesson, values per term (the last one is the year's).

    ``carried``: marks that the student brought from another class or from home; ``carried_terms`` likewise, where
    this course has none. ``last_day``: the last one with the group, if it is over; ``apart``: learns it at home now.
    ``average``: the mean of marks in figures, those brought along included: a hint for a term's mark, no more.
    """

    student_id: str
    last_name: str
    first_name: str
    cells: tuple[Cell | None, ...]
    absences: dict[str, AbsenceState]
    terms: dict[str | None, tuple[str, ...]]
    carried: tuple[Carried, ...] = ()
    carried_terms: dict[str | None, CarriedTerm] = field(default_factory=dict)
    last_day: date | None = None
    left_on: date | None = None  # the school itself
    apart: bool = False
    average: float | None = None

    @property
    def letters(self) -> dict[str, int]:
        """How many lessons of these days bear each letter; where two values stand, none is counted."""
        alone = [state.letters[0] for state in self.absences.values() if not state.conflict]
        return dict(Counter(letter for letter in sorted(filter(None, alone))))


@dataclass(frozen=True)
class Tally:
    """How many works of a task were expected, came back, and are decided."""

    column: Column
    expected: int
    handed_in: int
    decided: int


@dataclass(frozen=True)
class Grid:
    """A course's journal for a stretch of days."""

    course: CourseHead
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    term_columns: tuple[tuple[str | None, str], ...]  # id and name; None is the year
    tallies: tuple[Tally, ...]


@dataclass(frozen=True)
class _Span:
    """The days of a journal's page. ``day``: the last one that has come, or the first."""

    since: date
    until: date
    today: date

    @property
    def day(self) -> date:
        return min(max(self.today, self.since), self.until)


def grid(session: Session, head: CourseHead, since: date, until: date, today: date) -> Grid:
    """The journal of a course for these days: lessons that were held or have a task, one column per task.

    Of a withdrawn task what came back stays.
    """
    lessons = session.execute(
        select(LessonCourse.id, Lesson.on, Lesson.n, LessonCourse.topic, Lesson.state)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(LessonCourse.course_id == head.id, Lesson.on.between(since, until))
        .order_by(Lesson.on, Lesson.n)
    ).all()
    tasks = session.execute(
        select(Task.lesson_course_id, Task.id, Task.title, Task.kind, Scale.type, Task.max_points, Task.due_on,
               Task.withdrawn)
        .join(Scale, Scale.code == Task.scale)
        .where(Task.lesson_course_id.in_([row[0] for row in lessons]),
               exists().where(Work.task_id == Task.id, or_(Task.withdrawn.is_(False), has_come_back())))
        .order_by(Task.due_on.nulls_last(), Task.title, Task.id)
    ).all()  # fmt: skip
    planned = course_plan.topics(session, [head.id]) if any(not row.topic for row in lessons) else {}
    columns: list[Column] = []
    for *lesson, state in lessons:
        lesson[3] = lesson[3] or planned.get(lesson[0], "")
        mine = [Column(*lesson, n == 0, *task[1:]) for n, task in enumerate(t for t in tasks if t[0] == lesson[0])]
        if mine:
            columns += mine
        elif state == "planned" and lesson[1] <= today:
            columns.append(Column(*lesson, True))
    cells = _cells(session, head, columns, today)
    rows = _rows(session, head, columns, cells, _Span(since, until, today))
    stretches: list[tuple[str | None, str]] = [(term.id, term.name) for term in terms(session, head)]
    present = {term for row in rows for term in (*row.terms, *row.carried_terms)}
    shown = tuple(pair for pair in [*stretches, (None, "")] if pair[0] in present)
    return Grid(head, tuple(columns), tuple(rows), shown, tuple(_tallies(columns, cells)))


def _cells(session: Session, head: CourseHead, columns: Sequence[Column], today: date) -> dict[tuple[str, str], Cell]:
    """The works of the columns by (task, student); overdue is only what a member of the group owed on its day."""
    due = {column.task_id: column.due_on for column in columns if column.task_id}
    set_on = {column.task_id: column.on for column in columns}
    withdrawn = {column.task_id for column in columns if column.withdrawn}
    works = session.execute(
        select(Work.id, Work.task_id, Work.student_id, Work.code).where(Work.task_id.in_(list(due)))
    ).all()
    found = states(session, [row[0] for row in works])
    disputed = [head for state in found.values() if state.conflict for head in state.heads]
    values = {
        revision_id: (verdict, value)
        for revision_id, verdict, value in session.execute(
            select(MarkRevision.id, MarkRevision.verdict, MarkRevision.value).where(MarkRevision.id.in_(disputed))
        )
    }
    belonged = register(session, {row[2] for row in works})
    cells = {}
    for work_id, task_id, student_id, code in works:
        state = found[work_id]
        if task_id in withdrawn and state.shown is None and not state.returns:
            continue
        shown = [state.shown.value] if state.shown else []
        said = tuple(dict.fromkeys(values[head] for head in state.heads)) if state.conflict else tuple(shown)
        deadline = due[task_id]
        late = state.state == "issued" and deadline is not None and deadline < today
        late = late and belonged.owes(student_id, head.group_id, head.subject, deadline, today, set_on[task_id])
        cells[task_id, student_id] = Cell(code, "overdue" if late else state.state, said, state.returns)
    return cells


def _rows(
    session: Session, head: CourseHead, columns: Sequence[Column], cells: dict[tuple[str, str], Cell], span: _Span
) -> list[Row]:
    group = session.get_one(Group, head.group_id)
    away = absences(session, {column.lesson_course_id for column in columns})
    decided = term_marks(session, head.id)
    known = {*(student_id for _, student_id in cells), *(student_id for student_id, _ in away), *decided}
    # whoever belonged to the group on one of the days stays in its journal, with all that was written
    ids = {*members(session, group, span.since, span.day), *known}
    people = session.execute(select(Person.id, Person.last_name, Person.first_name).where(Person.id.in_(ids))).all()
    by_student: dict[str, dict[str, AbsenceState]] = {}
    for (student_id, lesson_course_id), state in away.items():
        by_student.setdefault(student_id, {})[lesson_course_id] = state
    belonged = register(session, ids)
    brought = carried(session, head, ids, span.since, span.until, span.today, belonged)
    closed = carried_terms(session, head, ids, span.today, belonged)
    found = []
    for id_, last, first in sorted(people, key=lambda row: alphabetical(row[1], row[2])):
        own = tuple(cells.get((column.task_id or "", id_)) for column in columns)
        terms_of = decided.get(id_, {})
        before = {term: told for term, told in closed.get(id_, {}).items() if term not in terms_of}
        found.append(Row(
            id_, last, first, own, by_student.get(id_, {}), terms_of, brought.get(id_, ()), before,
            last_day(belonged, id_, group, span.today), belonged.left.get(id_),
            _is_apart(belonged, id_, head, group, span), average(columns, own, brought.get(id_, ())),
        ))  # fmt: skip
    return found


def _is_apart(belonged: Register, student_id: str, head: CourseHead, group: Group, span: _Span) -> bool:
    class_id = group.parent_id or group.id
    return any(one.covers(class_id, head.subject, span.day) for one in belonged.apart.get(student_id, ()))


def average(columns: Sequence[Column], cells: Sequence[Cell | None], brought: Sequence[Carried]) -> float | None:
    """The mean of the marks in figures; neither points nor what two people disagree about."""
    said = [cell.values for column, cell in zip(columns, cells, strict=True) if cell and column.scale == "values"]
    said += [mark.values for mark in brought if mark.scale == "values"]
    alone = [values[0] for values in said if len(values) == 1]
    marks = [int(value) for verdict, value in alone if verdict == "mark" and value in FIGURES]
    return sum(marks) / len(marks) if marks else None


def _tallies(columns: Sequence[Column], cells: dict[tuple[str, str], Cell]) -> Iterable[Tally]:
    for column in columns:
        mine = [cell for (task_id, _), cell in cells.items() if task_id == column.task_id]
        if mine:
            handed_in = sum(cell.returns > 0 or cell.state in ("marked", "checked") for cell in mine)
            decided = sum(cell.state in ("marked", "checked") for cell in mine)
            yield Tally(column, len(mine), handed_in, decided)


@dataclass(frozen=True)
class TaskTable:
    """A task's works for logging a whole class at once."""

    id: str
    title: str
    kind: str
    rule: decide.Scale
    due_on: date | None
    course: CourseHead
    works: tuple["TaskWork", ...]


@dataclass(frozen=True)
class TaskWork:
    """One student's work in that table."""

    code: str
    last_name: str
    first_name: str
    cell: Cell
    heads: tuple[str, ...]


def task_table(session: Session, task_id: str, today: date) -> TaskTable:
    """A task with everybody's work. Raises DomainError ``not_found``."""
    row = session.execute(select(Task, Scale).join(Scale, Scale.code == Task.scale).where(Task.id == task_id)).first()
    if row is None:
        raise DomainError("not_found")
    task, scale = row
    head = course(session, task.course_id, today)
    column = Column(task.lesson_course_id, task.lesson_course.lesson.on, 0, "", True, task.id, due_on=task.due_on)
    cells = _cells(session, head, [column], today)
    people = session.execute(
        select(Work.id, Work.student_id, Person.last_name, Person.first_name)
        .join(Person, Person.id == Work.student_id).where(Work.task_id == task_id)
    ).all()  # fmt: skip
    heads = {work_id: state.heads for work_id, state in states(session, [row[0] for row in people]).items()}
    works = tuple(
        TaskWork(cells[task_id, student_id].code, last, first, cells[task_id, student_id], heads[work_id])
        for work_id, student_id, last, first in sorted(people, key=lambda one: alphabetical(one[2], one[3]))
    )
    rule = decide.Scale(scale.type, tuple(scale.values), task.max_points)
    return TaskTable(task.id, task.title, task.kind, rule, task.due_on, head, works)
