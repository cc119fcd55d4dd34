"""Every op ends here: returns, marks and absences, whoever logs them and wherever.

``receive`` decides each op (sync.decide) and stores what follows in one commit; the answer, one outcome per op, comes
after it. Calls that wait at the same moment are worked off together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import (
    Absence,
    AbsenceLetter,
    Counter,
    LessonCourse,
    MarkAct,
    MarkRevision,
    OpClash,
    Return,
    ReturnChannel,
    Work,
)
from server.models import Op as OpRow
from server.services.works import VIEW, WorkView, members, view_of
from sync import codes, decide, ops
from sync.canonical import digest
from sync.decide import Decision
from sync.errors import SyncError
from sync.ops import Op

EARLIEST = timedelta(days=366)  # a return so long before its task is a mistyped year


@dataclass(frozen=True)
class Target:
    """What an op is about, for the question whether its author may say it."""

    type: str
    course_id: str
    group_id: str


@dataclass(frozen=True)
class Outcome:
    """What became of one op; ``reason`` is a code of the error catalogue, ``revision`` the one it stands for."""

    origin: str
    n: int
    outcome: str
    reason: str = ""
    data: dict[str, str] = field(default_factory=dict)
    revision: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A batch of envelopes with its circumstances. ``author`` None: trusted as the envelopes say."""

    envelopes: Sequence[Any]
    now: datetime
    today: date
    author: str | None = None
    permits: Callable[[Target], bool] = lambda target: True


def receive(delivery: Delivery) -> list[Outcome]:
    """Take in a batch: one outcome per envelope, in order, after the commit."""
    return store.write_batched(_receive, delivery)


@dataclass
class _Book:
    """What the writer knows while it works off a batch, and what it will insert."""

    prior: dict[tuple[str, int], str]
    works: dict[str, WorkView]
    lessons: dict[str, tuple[str, str, frozenset[str]]]  # lesson course → course, group, students
    channels: frozenset[str]
    letters: frozenset[str]
    revisions: dict[str, dict[str, decide.Revision]]  # target → revisions
    rows: dict[type, list[dict[str, Any]]] = field(default_factory=lambda: {
        OpRow: [], OpClash: [], Return: [], MarkRevision: [], MarkAct: [], Absence: [],
    })  # fmt: skip
    moved: set[str] = field(default_factory=set)  # targets that got a revision


def _receive(session: Session, deliveries: Sequence[Delivery]) -> list[list[Outcome]]:
    parsed = [[_parse(raw) for raw in delivery.envelopes] for delivery in deliveries]
    good = [op for batch in parsed for op in batch if isinstance(op, Op)]
    seq = _take_numbers(session, len(good))  # first: its lock makes what is read next final
    book = _open_book(session, good)
    answers: list[list[Outcome]] = []
    for delivery, batch in zip(deliveries, parsed, strict=True):
        outcomes = []
        for item in batch:
            if isinstance(item, Op):
                seq += 1
                outcomes.append(_take(book, item, delivery, seq))
            else:
                outcomes.append(item)
        answers.append(outcomes)
    for model, rows in book.rows.items():
        if rows:
            session.execute(insert(model.__table__), rows)
    if book.moved:
        _release_waiting(session, book.moved)
    return answers


def _parse(raw: Any) -> Op | Outcome:
    try:
        return ops.parse(raw)
    except SyncError as error:
        known = raw if isinstance(raw, dict) else {}
        origin, n = known.get("origin"), known.get("n")
        return Outcome(origin if isinstance(origin, str) else "", n if type(n) is int else -1, decide.REJECTED,
                       error.code, error.data)  # fmt: skip


def _take_numbers(session: Session, count: int) -> int:
    """Reserve receive numbers under the counter's lock; returns the last one before them."""
    taken = session.execute(
        update(Counter).where(Counter.name == "op").values(value=Counter.value + count).returning(Counter.value)
    ).scalar_one()
    return taken - count


def _open_book(session: Session, good: list[Op]) -> _Book:
    ids = [(op.origin, op.n) for op in good]
    prior = {
        (origin, n): sha256
        for part in _parts(ids)
        for origin, n, sha256 in session.execute(
            select(OpRow.origin, OpRow.n, OpRow.sha256).where(tuple_(OpRow.origin, OpRow.n).in_(part))
        )
    }
    wanted = {op.data["code"] for op in good if op.known and "code" in op.data}
    works = {
        view.code: view
        for part in _parts(sorted(wanted))
        for view in map(view_of, session.execute(VIEW.where(Work.code.in_(part))))
    }
    lesson_ids = sorted({op.data["lesson"] for op in good if op.known and op.type == "absence"})
    return _Book(
        prior=prior,
        works=works,
        lessons=_lessons(session, lesson_ids),
        channels=frozenset(session.scalars(select(ReturnChannel.code))),
        letters=frozenset(session.scalars(select(AbsenceLetter.code))) if lesson_ids else frozenset(),
        revisions=_revisions(session, [view.id for view in works.values()], lesson_ids),
    )


def _parts(values: list[Any], size: int = 400) -> Iterable[list[Any]]:
    """SQLite limits the number of bound values."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _lessons(session: Session, ids: list[str]) -> dict[str, tuple[str, str, frozenset[str]]]:
    found = {}
    for part in _parts(ids):
        for row in session.scalars(select(LessonCourse).where(LessonCourse.id.in_(part))):
            students = frozenset(members(session, row.course.group, row.lesson.on))
            found[row.id] = (row.course_id, row.course.group_id, students)
    return found


def _revisions(session: Session, work_ids: list[str], lesson_ids: list[str]) -> dict[str, dict[str, decide.Revision]]:
    found: dict[str, dict[str, decide.Revision]] = {}
    for part in _parts(work_ids):
        rows = session.execute(
            select(MarkRevision.work_id, MarkRevision.id, MarkRevision.base, MarkRevision.verdict, MarkRevision.value)
            .where(MarkRevision.work_id.in_(part))
        )  # fmt: skip
        for work_id, revision_id, base, verdict, value in rows:
            found.setdefault(work_id, {})[revision_id] = decide.Revision(revision_id, tuple(base), (verdict, value))
    for part in _parts(lesson_ids):
        for row in session.scalars(select(Absence).where(Absence.lesson_course_id.in_(part))):
            target = _absence_target(row.student_id, row.lesson_course_id)
            found.setdefault(target, {})[row.id] = decide.Revision(row.id, tuple(row.base), ("absence", row.letter))
    return found


def _absence_target(student_id: str, lesson_course_id: str) -> str:
    return f"absence:{student_id}:{lesson_course_id}"


def _take(book: _Book, op: Op, delivery: Delivery, seq: int) -> Outcome:
    """Decide one op and note what must be stored."""
    decision = decide.known_before(op, book.prior.get((op.origin, op.n)))
    target, about = "", ""
    if decision is None:
        try:
            target, about = _check(book, op, delivery)
        except SyncError as error:
            return Outcome(op.origin, op.n, decide.REJECTED, error.code, error.data)
        decision = decide.decide(op, about, _value(op), book.revisions.get(target, {}))
    _note(book, op, decision, target, delivery.now, seq)
    revision = decision.revision.id if decision.revision else None
    return Outcome(op.origin, op.n, decision.outcome, decision.reason, dict(decision.data), revision)


def _check(book: _Book, op: Op, delivery: Delivery) -> tuple[str, str]:
    """The op's target (row key) and what its revision is about (portable). Raises what makes it impossible."""
    if delivery.author is not None and op.author != delivery.author:
        raise DomainError("forbidden")
    if op.type == "absence":
        return _check_absence(book, op, delivery)
    code = codes.parse_code(op.data["code"])
    work = book.works.get(code)
    if work is None:
        raise DomainError("code_unknown", code=codes.group_digits(code))
    if not delivery.permits(Target(op.type, work.course_id, work.group_id)):
        raise DomainError("forbidden")
    if op.type == "return":
        _check_return(book, op, work, delivery.today)
    value = _value(op)
    if value is not None:
        if op.type == "return" and not delivery.permits(Target("mark", work.course_id, work.group_id)):
            raise DomainError("forbidden")
        if not work.rule.allows(value):
            raise DomainError("mark_invalid", value=value[1] or value[0], allowed=work.rule.allowed())
    return work.id, code


def _check_return(book: _Book, op: Op, work: WorkView, today: date) -> None:
    if op.data["channel"] not in book.channels:
        raise DomainError("channel_unknown", value=op.data["channel"], allowed=", ".join(sorted(book.channels)))
    if op.returned_on is None or op.returned_on > today:
        raise DomainError("date_in_future", value=op.returned_on)
    if op.returned_on < work.set_on - EARLIEST:
        raise DomainError("date_too_early", value=op.returned_on)


def _check_absence(book: _Book, op: Op, delivery: Delivery) -> tuple[str, str]:
    lesson = book.lessons.get(op.data["lesson"])
    if lesson is None:
        raise DomainError("lesson_unknown")
    course_id, group_id, students = lesson
    if op.data["student"] not in students:
        raise DomainError("student_unknown")
    if not delivery.permits(Target("absence", course_id, group_id)):
        raise DomainError("forbidden")
    if op.data["letter"] is not None and op.data["letter"] not in book.letters:
        raise DomainError("letter_unknown", value=op.data["letter"], allowed=", ".join(sorted(book.letters)))
    target = _absence_target(op.data["student"], op.data["lesson"])
    return target, target


def _value(op: Op) -> decide.Value | None:
    if op.type == "absence":
        return ("absence", op.data["letter"])
    mark = op.data["mark"]
    return (mark["verdict"], mark["value"]) if mark else None


def _note(book: _Book, op: Op, decision: Decision, target: str, now: datetime, seq: int) -> None:
    """Append the rows that a decision leaves behind."""
    if decision.outcome == decide.DUPLICATE:
        return
    if decision.reason == "op_same_id":
        if not any(row["sha256"] == op.sha256 for row in book.rows[OpClash]):
            book.rows[OpClash].append({"sha256": op.sha256, "origin": op.origin, "n": op.n, "received_at": now,
                                       "envelope": _envelope(op)})  # fmt: skip
        return
    book.prior[(op.origin, op.n)] = op.sha256
    book.rows[OpRow].append(
        {"seq": seq, "origin": op.origin, "n": op.n, "sha256": op.sha256, "v": op.v, "type": op.type,
         "author_id": op.author or None, "at": op.at, "base": list(op.base), "data": op.data,
         "returned_on": op.returned_on.isoformat() if op.returned_on else None, "outcome": decision.outcome,
         "reason": decision.reason, "waits_for": list(decision.waits_for) or None, "received_at": now}
    )  # fmt: skip
    if decision.adds_return:
        book.rows[Return].append(
            {"op_seq": seq, "work_id": target, "returned_on": op.returned_on, "channel": op.data["channel"],
             "comment": "" if op.data["mark"] else op.data["comment"], "logged_by": op.author or None,
             "received_at": now}
        )  # fmt: skip
    if decision.revision is not None:
        fresh = decision.revision.id not in book.revisions.setdefault(target, {})
        book.revisions[target][decision.revision.id] = decision.revision
        book.moved.add(target)
        for model, row in _revision_rows(op, decision.revision, target, seq, now, fresh):
            book.rows[model].append(row)


def _revision_rows(
    op: Op, revision: decide.Revision, target: str, seq: int, now: datetime, fresh: bool
) -> Iterable[tuple[type, dict[str, Any]]]:
    verdict, value = revision.value
    common = {"id": revision.id, "base": list(revision.base), "first_seq": seq}
    if op.type == "absence":
        if fresh:
            yield Absence, {**common, "student_id": op.data["student"], "lesson_course_id": op.data["lesson"],
                            "letter": value, "reason": op.data["reason"], "author_id": op.author or None}  # fmt: skip
        return
    if fresh:
        yield MarkRevision, {**common, "work_id": target, "verdict": verdict, "value": value}
    yield MarkAct, {"op_seq": seq, "revision_id": revision.id, "work_id": target, "author_id": op.author or None,
                    "comment": op.data["comment"], "at": now}  # fmt: skip


def _envelope(op: Op) -> dict[str, Any]:
    raw = ops.envelope(op.origin, op.n, op.type, op.author, op.at, op.data, op.base, op.returned_on)
    return {**raw, "v": op.v}


def _release_waiting(session: Session, moved: set[str]) -> None:
    """Marks that waited for a base which has now arrived: decide them, again and again until none moves."""
    while moved:
        waiting = session.scalars(
            select(OpRow).where(OpRow.outcome == decide.HELD, OpRow.waits_for.is_not(None)).order_by(OpRow.seq)
        ).all()
        moved = {target for row in waiting if (target := _release(session, row, moved))}


def _release(session: Session, row: OpRow, moved: set[str]) -> str | None:
    op = ops.parse(_stored(row))
    if op.type == "absence":
        target = about = _absence_target(op.data["student"], op.data["lesson"])
        known = _revisions(session, [], [op.data["lesson"]]).get(target, {})
    else:
        about = codes.parse_code(op.data["code"])
        target = session.scalars(select(Work.id).where(Work.code == about)).one()
        known = _revisions(session, [target], []).get(target, {})
    if target not in moved:
        return None
    decision = decide.decide(op, about, _value(op), known)
    if decision.revision is None:
        return None
    row.outcome, row.reason, row.waits_for = decision.outcome, decision.reason, None
    fresh = decision.revision.id not in known
    for model, values in _revision_rows(op, decision.revision, target, row.seq, row.received_at, fresh):
        session.execute(insert(model.__table__), [values])
    session.flush()
    return target


def _stored(row: OpRow) -> dict[str, Any]:
    """The envelope as it was received."""
    return {
        "v": row.v, "origin": row.origin, "n": row.n, "type": row.type, "author": row.author_id or "", "at": row.at,
        "returned_on": row.returned_on, "base": row.base, "data": row.data,
    }  # fmt: skip


def state_hash(session: Session) -> str:
    """A hash of all returns, revisions and outcomes: equal on SQLite and PostgreSQL for the same delivery order."""
    returned = session.execute(
        select(Return.op_seq, Work.code, Return.returned_on, Return.channel).join(Work).order_by(Return.op_seq)
    )
    marks = session.execute(select(MarkRevision.id, MarkRevision.first_seq).order_by(MarkRevision.first_seq))
    absences = session.execute(select(Absence.id, Absence.first_seq).order_by(Absence.first_seq))
    taken = session.execute(select(OpRow.seq, OpRow.sha256, OpRow.outcome).order_by(OpRow.seq))
    tables = [returned, marks, absences, taken]
    return digest([[[str(cell) for cell in row] for row in table] for table in tables])
