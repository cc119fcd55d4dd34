"""What the writer must know to decide a batch of ops, read in few queries, and the rows the batch leaves behind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, literal, select, tuple_, update
from sqlalchemy.orm import Session

from server.models import (
    Absence,
    AbsenceLetter,
    Course,
    Lesson,
    LessonCourse,
    MarkAct,
    MarkRevision,
    OpClash,
    Person,
    Return,
    ReturnChannel,
    Scale,
    Task,
    Work,
)
from server.models import Op as OpRow
from server.services import bulk
from server.services.works import members
from sync import decide, ops
from sync.errors import SyncError
from sync.ops import Op

TABLES = (OpRow, OpClash, Return, MarkRevision, MarkAct, Absence)  # in the order of their foreign keys


@dataclass(frozen=True)
class KnownWork:
    """What must be known of a work to decide an op about it."""

    id: str
    course_id: str
    group_id: str
    set_on: date
    rule: decide.Scale


@dataclass(frozen=True)
class KnownLesson:
    """One course's view of a lesson, and who should have been there."""

    course_id: str
    group_id: str
    students: frozenset[str]


@dataclass
class Waiting:
    """An op whose mark waits for a revision that has not arrived; ``row`` is set while it is not stored yet."""

    seq: int
    op: Op
    received_at: datetime
    row: dict[str, Any] | None


@dataclass
class Book:
    """What is known while a batch is worked off; it grows with every op of the batch."""

    taken: dict[tuple[str, int], str]  # id → SHA-256 of what was received under it
    clashes: set[str]
    works: dict[str, KnownWork]  # by code
    lessons: dict[str, KnownLesson]  # by the id of the lesson's course
    people: frozenset[str]
    channels: frozenset[str]
    letters: frozenset[str]
    revisions: dict[str, dict[str, decide.Revision]]  # by target, see target_of
    waiting: dict[str, list[Waiting]]  # by target, in the order received
    rows: dict[type, list[dict[str, Any]]] = field(default_factory=lambda: {model: [] for model in TABLES})
    released: list[dict[str, Any]] = field(default_factory=list)


def target_of(op: Op) -> str:
    """What a known op's revision is about: a work's code, or a student at a lesson."""
    if op.type == "absence":
        return f"absence:{op.data['student']}:{op.data['lesson']}"
    return op.data["code"]


def open_book(session: Session, good: Sequence[Op]) -> Book:
    """Read what the ops are about. Call it under the counter's lock, so that nobody changes it meanwhile."""
    known = [op for op in good if op.known]
    absences = [op for op in known if op.type == "absence"]
    works = _works(session, {op.data["code"] for op in known if op.type != "absence"})
    lesson_ids = sorted({op.data["lesson"] for op in absences})
    book = Book(
        taken=_taken(session, [(op.origin, op.n) for op in good]),
        clashes=set(),
        works=works,
        lessons=_lessons(session, lesson_ids),
        people=_present(session, _PERSON, Person.id, {op.author for op in known} - {""}),
        channels=_all(session, _CHANNELS),
        letters=_all(session, _LETTERS) if absences else frozenset(),
        revisions={},
        waiting={},
    )
    clashing = {op.sha256 for op in good if book.taken.get((op.origin, op.n), op.sha256) != op.sha256}
    book.clashes |= _present(session, _CLASH, OpClash.sha256, clashing)
    if any(op.type == "absence" or op.data["mark"] for op in known):
        _read_marks(session, book, {work.id: code for code, work in works.items()})
        _read_absences(session, book, lesson_ids)
        _read_waiting(session, book, {target_of(op) for op in known})
    return book


_PERSON, _CLASH = select(Person.id), select(OpClash.sha256)
_CHANNELS, _LETTERS = select(ReturnChannel.code), select(AbsenceLetter.code)


def _all(session: Session, query: Any) -> frozenset[str]:
    return frozenset(value for (value,) in bulk.run(session.connection(), query))


def _present(session: Session, query: Any, column: Any, wanted: Iterable[str]) -> frozenset[str]:
    """Which of the wanted values the column holds."""
    return frozenset(value for (value,) in bulk.fetch(session.connection(), query, column, sorted(wanted)))


_TAKEN = select(OpRow.__table__.c["origin", "n", "sha256"])
_TAKEN_SQLITE = (  # a list of pairs would there be compared with every row of the table
    "SELECT op.origin, op.n, op.sha256 FROM json_each(?) AS wanted CROSS JOIN op "
    "ON op.origin = json_extract(wanted.value, '$[0]') AND op.n = json_extract(wanted.value, '$[1]')"
)


def _taken(session: Session, ids: list[tuple[str, int]]) -> dict[tuple[str, int], str]:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        rows: Iterable[Sequence[Any]] = bulk.raw(connection, _TAKEN_SQLITE, (bulk.as_json(ids),))
    else:
        rows = bulk.fetch(connection, _TAKEN, tuple_(OpRow.origin, OpRow.n), ids)
    return {(origin, n): sha256 for origin, n, sha256 in rows}


_WORKS = (
    select(Work.code, Work.id, Task.course_id, Course.group_id, Lesson.on, Scale.type, Scale.values, Task.max_points)
    .select_from(Work)
    .join(Task, Task.id == Work.task_id)
    .join(Scale, Scale.code == Task.scale)
    .join(Course, Course.id == Task.course_id)
    .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
    .join(Lesson, Lesson.id == LessonCourse.lesson_id)
)


def _works(session: Session, wanted: set[str]) -> dict[str, KnownWork]:
    return {
        code: KnownWork(id_, course_id, group_id, set_on, decide.Scale(type_, tuple(values), maximum))
        for code, id_, course_id, group_id, set_on, type_, values, maximum in bulk.fetch(
            session.connection(), _WORKS, Work.code, sorted(wanted)
        )
    }


def _lessons(session: Session, ids: list[str]) -> dict[str, KnownLesson]:
    found = {}
    for id_ in ids:
        row = session.get(LessonCourse, id_)
        if row is not None:
            students = frozenset(members(session, row.course.group, row.lesson.on))
            found[row.id] = KnownLesson(row.course_id, row.course.group_id, students)
    return found


_MARKS = select(MarkRevision.__table__.c["work_id", "id", "base", "verdict", "value"])
_ABSENCES = select(Absence.__table__.c["student_id", "lesson_course_id", "id", "base", "letter"])
_WAITING = (
    select(OpRow.__table__.c["seq", "v", "origin", "n", "type", "author_id", "at", "returned_on", "base", "data",
                             "received_at"])
    .where(OpRow.outcome == literal(decide.HELD, literal_execute=True), OpRow.waits_for.is_not(None))
    .order_by(OpRow.seq)
)  # fmt: skip


def _read_marks(session: Session, book: Book, codes: dict[str, str]) -> None:
    for work_id, id_, base, verdict, value in bulk.fetch(session.connection(), _MARKS, MarkRevision.work_id, codes):
        revision = decide.Revision(id_, tuple(base), (verdict, value))
        book.revisions.setdefault(codes[work_id], {})[id_] = revision


def _read_absences(session: Session, book: Book, lesson_ids: list[str]) -> None:
    for student_id, lesson_id, id_, base, letter in bulk.fetch(
        session.connection(), _ABSENCES, Absence.lesson_course_id, lesson_ids
    ):
        revision = decide.Revision(id_, tuple(base), ("absence", letter))
        book.revisions.setdefault(f"absence:{student_id}:{lesson_id}", {})[id_] = revision


def _read_waiting(session: Session, book: Book, targets: set[str]) -> None:
    for row in session.connection().execute(_WAITING):
        try:
            op = ops.parse(stored(row))
        except SyncError:  # taken in under rules that have changed since: it goes on waiting, and stops nobody
            continue
        if (target := target_of(op)) in targets:
            book.waiting.setdefault(target, []).append(Waiting(row.seq, op, row.received_at, None))


def stored(row: Any) -> dict[str, Any]:
    """The envelope as it was received, from a row of ``op``."""
    if row.v != ops.VERSION:
        return row.data
    return {
        "v": row.v, "origin": row.origin, "n": row.n, "type": row.type, "author": row.author_id or "", "at": row.at,
        "returned_on": row.returned_on, "base": row.base, "data": row.data,
    }  # fmt: skip


def op_row(op: Op, seq: int, now: datetime, decision: decide.Decision) -> dict[str, Any]:
    """The row of ``op``; of a newer version, which may have members of its own, ``data`` holds the whole envelope."""
    return {
        "seq": seq, "origin": op.origin, "n": op.n, "sha256": op.sha256, "v": op.v, "type": op.type,
        "author_id": op.author or None, "at": op.at, "base": list(op.base), "returned_on": op.raw["returned_on"],
        "data": op.data if op.v == ops.VERSION else op.raw, "outcome": decision.outcome, "reason": decision.reason,
        "waits_for": list(decision.waits_for) or None, "received_at": now,
    }  # fmt: skip


def revision_rows(
    op: Op, revision: decide.Revision, work_id: str, seq: int, now: datetime, fresh: bool
) -> Iterable[tuple[type, dict[str, Any]]]:
    """The rows of a revision (only if it is ``fresh``) and of its saying."""
    verdict, value = revision.value
    common = {"id": revision.id, "base": list(revision.base), "first_seq": seq}
    if op.type == "absence":
        if fresh:
            yield Absence, {**common, "student_id": op.data["student"], "lesson_course_id": op.data["lesson"],
                            "letter": value, "reason": op.data["reason"], "author_id": op.author or None}  # fmt: skip
        return
    if fresh:
        yield MarkRevision, {**common, "work_id": work_id, "verdict": verdict, "value": value}
    yield MarkAct, {"op_seq": seq, "revision_id": revision.id, "work_id": work_id, "author_id": op.author or None,
                    "comment": op.data["comment"], "at": now}  # fmt: skip


_RELEASE = (
    update(OpRow.__table__)
    .where(OpRow.__table__.c.seq == bindparam("known_seq"))
    .values(outcome=bindparam("new_outcome"), reason=bindparam("new_reason"), waits_for=None)
)


def save(session: Session, book: Book) -> None:
    """Store what the batch left behind."""
    connection = session.connection()
    for model in TABLES:
        if book.rows[model]:
            bulk.add(connection, model.__table__, book.rows[model])
    if book.released:
        connection.execute(_RELEASE, book.released)
