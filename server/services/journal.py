"""The journal: a course's students × lessons with works, marks, absences and term marks."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import KindWeight, Lesson, LessonCourse, Membership, Person, Scale, Task, TaskKind, Work
from server.services import course_plan
from server.services.absences import AbsenceState, absences
from server.services.belonging import Register, belongs_within, register
from server.services.carried import Carried, CarriedTerm, carried, carried_terms, last_day
from server.services.courses import CourseHead, Stretch, alphabetical, course, terms
from server.services.task_works import StandingWork, works_of
from server.services.term_values import TermState, term_states
from server.services.works import has_come_back
from sync import decide

TermStates = Mapping[str | None, TermState]
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
    marks_only: bool = False
    kind_name: str = ""  # message id
    weight: int = 1


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
    ``average``: the weighted mean of marks in figures, those brought along included: a hint for a term's mark.
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
    average: Fraction | None = None
    exempt: bool = False  # on the last of these days that has come

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


def grid(
    session: Session, head: CourseHead, since: date, until: date, today: date,
    stretches: Sequence[Stretch] | None = None, decided: Mapping[str, TermStates] | None = None, topics: bool = True,
) -> Grid:  # fmt: skip
    """The journal of a course for these days: lessons that were held or have a task, one column per task.

    Of a withdrawn task what came back stays. ``stretches``, ``decided``: the course's terms and its term marks, where
    they are known already; ``topics``: whether those of the course's plan are wanted.
    """
    span = _Span(since, until, today)
    columns = _columns(session, head, span, topics)
    works = _works(session, columns)
    away = absences(session, {column.lesson_course_id for column in columns})
    decided = term_states(session, head.id) if decided is None else decided
    # whoever belonged to the group on one of the days stays in its journal, with all that was written
    known = {*(work.student_id for work in works), *(student_id for student_id, _ in away), *decided}
    people, belonged = _people(session, head, known, span)
    cells = _cells(head, columns, works, belonged, today)
    rows = _rows(session, head, columns, cells, people, _Known(belonged, away, decided, span))
    names: list[tuple[str | None, str]] = [(one.id, one.name) for one in stretches or terms(session, head)]
    present = {term for row in rows for term in (*row.terms, *row.carried_terms)}
    shown = tuple(pair for pair in [*names, (None, "")] if pair[0] in present)
    return Grid(head, tuple(columns), tuple(rows), shown, tuple(_tallies(columns, cells)))


def _columns(session: Session, head: CourseHead, span: _Span, topics: bool) -> list[Column]:
    has_works = exists().where(Work.task_id == Task.id, or_(Task.withdrawn.is_(False), has_come_back()))
    rows = session.execute(
        select(LessonCourse.id, Lesson.on, Lesson.n, LessonCourse.topic, Lesson.state, Task.id, Task.title, Task.kind,
               Scale.type, Task.max_points, Task.due_on, Task.withdrawn, Task.marks_only, TaskKind.name,
               func.coalesce(KindWeight.weight, 1))
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .outerjoin(Task, and_(Task.lesson_course_id == LessonCourse.id, has_works))
        .outerjoin(Scale, Scale.code == Task.scale).outerjoin(TaskKind, TaskKind.code == Task.kind)
        .outerjoin(KindWeight, KindWeight.code == Task.kind)
        .where(LessonCourse.course_id == head.id, Lesson.on.between(span.since, span.until))
        .order_by(Lesson.on, Lesson.n, LessonCourse.id, Task.due_on.nulls_last(), Task.title, Task.id)
    ).all()  # fmt: skip
    planned = course_plan.topics(session, [head.id]) if topics and any(not row.topic for row in rows) else {}
    columns: list[Column] = []
    for id_, on, n, topic, state, task_id, *task in rows:
        first = not columns or columns[-1].lesson_course_id != id_
        if task_id is not None:
            columns.append(Column(id_, on, n, topic or planned.get(id_, ""), first, task_id, *task))
        elif state == "planned" and on <= span.today:
            columns.append(Column(id_, on, n, topic or planned.get(id_, ""), True))
    return columns


def _works(session: Session, columns: Sequence[Column]) -> list[StandingWork]:
    """The works of the columns; of a withdrawn task only those on which something stands."""
    withdrawn = {column.task_id for column in columns if column.withdrawn}
    found = works_of(session, [column.task_id for column in columns if column.task_id])
    return [work for work in found if work.task_id not in withdrawn or work.state.shown or work.state.returns]


def _people(
    session: Session, head: CourseHead, known: Collection[str], span: _Span
) -> tuple[list[tuple[str, str, str]], Register]:
    """(id, surname, first name) in the order of a class list, and where all of them belonged."""
    groups = [head.place.id, *([head.place.parent_id] if head.place.parent_id else [])]
    perhaps = select(Membership.person_id).where(Membership.group_id.in_(groups))
    rows = session.execute(
        select(Person.id, Person.last_name, Person.first_name)
        .where(or_(Person.id.in_(known), Person.id.in_(perhaps)))
    ).all()  # fmt: skip
    belonged = register(session, {row.id for row in rows}, head.place)
    mine = [
        (id_, last, first) for id_, last, first in rows
        if id_ in known or belongs_within(belonged.stays.get(id_, ()), head.place, span.since, span.day)
    ]  # fmt: skip
    return sorted(mine, key=lambda row: alphabetical(row[1], row[2])), belonged


def _cells(
    head: CourseHead, columns: Sequence[Column], works: Iterable[StandingWork], belonged: Register, today: date
) -> dict[tuple[str, str], Cell]:
    """The works of the columns by (task, student); overdue is only what a member of the group owed on its day."""
    due = {column.task_id: (column.due_on, column.on) for column in columns if column.task_id}
    cells = {}
    for work in works:
        deadline, set_on = due[work.task_id]
        late = work.state.state == "issued" and deadline is not None and deadline < today
        late = late and belonged.owes(work.student_id, head.group_id, head.subject, deadline, today, set_on)
        state = "overdue" if late else work.state.state
        cells[work.task_id, work.student_id] = Cell(work.code, state, work.values, work.state.returns)
    return cells


@dataclass(frozen=True)
class _Known:
    """What rows are made of besides their cells."""

    belonged: Register
    away: Mapping[tuple[str, str], AbsenceState]
    decided: Mapping[str, TermStates]
    span: _Span


def _rows(
    session: Session, head: CourseHead, columns: Sequence[Column], cells: dict[tuple[str, str], Cell],
    people: Sequence[tuple[str, str, str]], known: _Known,
) -> list[Row]:  # fmt: skip
    belonged, span = known.belonged, known.span
    ids = [id_ for id_, _last, _first in people]
    by_student: dict[str, dict[str, AbsenceState]] = {}
    for (student_id, lesson_course_id), state in known.away.items():
        by_student.setdefault(student_id, {})[lesson_course_id] = state
    brought = carried(session, head, ids, span.since, span.until, span.today, belonged)
    closed = carried_terms(session, head, ids, span.today, belonged)
    found = []
    for id_, last, first in people:
        own = tuple(cells.get((column.task_id or "", id_)) for column in columns)
        terms_of = {term: state.values for term, state in known.decided.get(id_, {}).items() if state.values}
        before = {term: told for term, told in closed.get(id_, {}).items() if term not in terms_of}
        found.append(Row(
            id_, last, first, own, by_student.get(id_, {}), terms_of, brought.get(id_, ()), before,
            last_day(belonged, id_, head.place, span.today), belonged.left.get(id_),
            _is_apart(belonged, id_, head, span), average(columns, own, brought.get(id_, ())),
            belonged.freed.on(id_, head.subject, span.day),
        ))  # fmt: skip
    return found


def _is_apart(belonged: Register, student_id: str, head: CourseHead, span: _Span) -> bool:
    class_id = head.place.parent_id or head.place.id
    return any(one.covers(class_id, head.subject, span.day) for one in belonged.apart.get(student_id, ()))


def average(
    columns: Sequence[Column], cells: Sequence[Cell | None], brought: Sequence[Carried]
) -> Fraction | None:
    """The mean of the marks in figures by the weights of kinds; neither points nor what two people disagree about."""
    said = [(column.weight, cell.values) for column, cell in zip(columns, cells, strict=True)
            if cell and column.scale == "values"]  # fmt: skip
    said += [(mark.weight, mark.values) for mark in brought if mark.scale == "values"]
    marks = [(int(value), weight) for weight, values in said if len(values) == 1
             for verdict, value in values if verdict == "mark" and value in FIGURES]  # fmt: skip
    whole = sum(weight for _mark, weight in marks)
    return Fraction(sum(mark * weight for mark, weight in marks), whole) if whole else None


def _tallies(columns: Sequence[Column], cells: dict[tuple[str, str], Cell]) -> Iterable[Tally]:
    for column in columns:
        mine = [cell for (task_id, _), cell in cells.items() if task_id == column.task_id]
        if mine and not column.marks_only:
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
    marks_only: bool = False


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
    standing = {work.student_id: work for work in works_of(session, [task_id])}
    belonged = register(session, standing, head.place)
    cells = _cells(head, [column], standing.values(), belonged, today)
    people = session.execute(
        select(Person.id, Person.last_name, Person.first_name).where(Person.id.in_(standing))
    ).all()
    works = tuple(
        TaskWork(standing[id_].code, last, first, cells[task_id, id_], standing[id_].state.heads)
        for id_, last, first in sorted(people, key=lambda one: alphabetical(one[1], one[2]))
    )
    rule = decide.Scale(scale.type, tuple(scale.values), task.max_points)
    return TaskTable(task.id, task.title, task.kind, rule, task.due_on, head, works, task.marks_only)
