"""Every op ends here, whoever logs it and wherever; what each type of op needs stands in ``acts``.

``receive`` decides each op (sync.decide) and stores what follows in one commit; the answer, one outcome per op, comes
after it. Calls that wait at the same moment are worked off together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Absence, Contact, Counter, MarkAct, MarkRevision, OpClash, Presence, Return, TermMark, Work
from server.models import Op as OpRow
from server.services import bulk, ledger
from server.services.acts import kind_of, target_of, value_of
from server.services.acts.book import Book, Delivery, Target, Waiting
from sync import decide, ops
from sync.canonical import digest
from sync.decide import Decision
from sync.errors import SyncError
from sync.ops import Op

__all__ = ["TAKEN", "Delivery", "Outcome", "Target", "receive", "reconsider", "state_hash"]

TAKEN = (decide.ACCEPTED, decide.DUPLICATE, decide.CONFLICT)  # stored, and nothing waits for another op

_TAKE = (
    update(Counter.__table__)
    .where(Counter.__table__.c.name == "op")
    .values(value=Counter.__table__.c.value + bindparam("count"))
    .returning(Counter.__table__.c.value)
)


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
class _Parcel:
    """A delivery whose envelopes were looked at: an op, or the outcome of what is none."""

    delivery: Delivery
    items: list[Op | Outcome]


def receive(delivery: Delivery) -> list[Outcome]:
    """Take in a batch: one outcome per envelope, in order, after the commit."""
    items = [_read(raw, delivery.author) for raw in delivery.envelopes]
    if not any(isinstance(item, Op) for item in items):
        return [item for item in items if isinstance(item, Outcome)]
    return store.write_batched(_receive, _Parcel(delivery, items))


def _read(raw: Any, author: str | None) -> Op | Outcome:
    """All that can be said of an envelope without the database; it is done before the writer's turn."""
    try:
        op = ops.parse(raw)
        if author is not None and op.author != author:
            raise DomainError("forbidden")
        return op
    except SyncError as error:
        known = raw if isinstance(raw, dict) else {}
        origin, n = known.get("origin"), known.get("n")
        return Outcome(origin if isinstance(origin, str) else "", n if type(n) is int else -1, decide.REJECTED,
                       error.code, error.data)  # fmt: skip


def _receive(session: Session, parcels: Sequence[_Parcel]) -> list[list[Outcome]]:
    good = [item for parcel in parcels for item in parcel.items if isinstance(item, Op)]
    seq = _take_numbers(session, len(good))  # first: its lock makes what is read next final
    book = ledger.open_book(session, good)
    outcomes: dict[int, Outcome] = {}
    answers: list[list[int | Outcome]] = []
    for parcel in parcels:
        answers.append([])
        for item in parcel.items:
            if isinstance(item, Op):
                seq += 1
                _take(book, item, parcel.delivery, seq, outcomes)
                answers[-1].append(seq)
            else:
                answers[-1].append(item)
    ledger.save(session, book)
    for parcel in parcels:
        parcel.delivery.then(session)
    return [[outcomes[item] if isinstance(item, int) else item for item in answer] for answer in answers]


def _take_numbers(session: Session, count: int) -> int:
    """Reserve receive numbers under the counter's lock; returns the last one before them."""
    [(taken,)] = bulk.run(session.connection(), _TAKE, count=count)
    return taken - count


def _take(book: Book, op: Op, delivery: Delivery, seq: int, outcomes: dict[int, Outcome]) -> None:
    """Decide one op, note what must be stored, and let go what waited for it."""
    target = target_of(op) if op.known else ""
    decision = decide.known_before(op, book.taken.get((op.origin, op.n)))
    if decision is None:
        try:
            _check(book, op, delivery)
        except SyncError as error:
            outcomes[seq] = Outcome(op.origin, op.n, decide.REJECTED, error.code, error.data)
            return
        decision = decide.decide(op, target, value_of(op), book.revisions.get(target, {}))
    revision = decision.revision.id if decision.revision else None
    outcomes[seq] = Outcome(op.origin, op.n, decision.outcome, decision.reason, dict(decision.data), revision)
    _note(book, op, decision, delivery.now, seq)
    if decision.revision is not None and _note_revision(book, op, decision.revision, seq, delivery.now):
        _release(book, target, outcomes)


def _check(book: Book, op: Op, delivery: Delivery) -> None:
    """Raises what makes a known op impossible."""
    if op.author and op.author not in book.people:
        raise DomainError("person_unknown")
    kind_of(op).check(book, op, delivery)


def _note(book: Book, op: Op, decision: Decision, now: datetime, seq: int) -> None:
    """Note the rows of the op itself and of the act it tells of."""
    if decision.outcome == decide.DUPLICATE:
        return
    if decision.reason == "op_same_id":
        if op.sha256 not in book.clashes:
            book.clashes.add(op.sha256)
            book.note([(OpClash, {"sha256": op.sha256, "origin": op.origin, "n": op.n, "envelope": op.raw,
                                  "received_at": now})])  # fmt: skip
        return
    book.taken[(op.origin, op.n)] = op.sha256
    row = ledger.op_row(op, seq, now, decision)
    book.note([(OpRow, row)])
    if decision.waits_for:
        book.waiting.setdefault(target_of(op), []).append(Waiting(seq, op, now, row))
    if decision.adds_act:
        book.note(kind_of(op).act(book, op, seq, now))


def _note_revision(book: Book, op: Op, revision: decide.Revision, seq: int, now: datetime) -> bool:
    """Note the rows of a revision and its saying; True if nobody had said it before."""
    known = book.revisions.setdefault(target_of(op), {})
    fresh = revision.id not in known
    known[revision.id] = revision
    book.note(kind_of(op).revision(book, op, revision, seq, now, fresh))
    return fresh


def _release(book: Book, target: str, outcomes: dict[int, Outcome]) -> None:
    """Marks that waited for a revision which is now here: decide them in the order received, until none moves.

    At once after the revision, not after the batch: what becomes of an op must not depend on what came with it.
    """
    waiting = book.waiting.get(target, [])
    moved = bool(waiting)
    while moved:
        moved = False
        for each in list(waiting):
            decision = decide.decide(each.op, target, value_of(each.op), book.revisions[target])
            if decision.revision is None:
                continue
            waiting.remove(each)
            moved = True
            _note_revision(book, each.op, decision.revision, each.seq, each.received_at)
            if each.row is not None:
                each.row.update(outcome=decision.outcome, reason=decision.reason, waits_for=None)
            else:
                book.released.append(_decided(each.seq, decision))
            if each.seq in outcomes:  # it came with the same batch
                outcomes[each.seq] = replace(outcomes[each.seq], outcome=decision.outcome, reason=decision.reason,
                                             revision=decision.revision.id)  # fmt: skip


def _decided(seq: int, decision: Decision) -> dict[str, Any]:
    """What becomes of a record that is stored already."""
    return {"known_seq": seq, "new_outcome": decision.outcome, "new_reason": decision.reason,
            "new_waits": list(decision.waits_for) or None}  # fmt: skip


def reconsider(session: Session, circumstances: Callable[[Op], Delivery]) -> int:
    """Decide, in a write, the ops whose type was unknown when they came and is known now; returns how many.

    ``circumstances`` says of an op when it is decided and what its author may say. What is impossible stays held, with
    the reason, for a person to see.
    """
    _take_numbers(session, 0)  # its lock makes what is read next final
    held = ledger.newly_known(session)
    if not held:
        return 0
    book = ledger.open_book(session, [each.op for each in held])
    for each in held:
        target = target_of(each.op)
        try:
            _check(book, each.op, circumstances(each.op))
        except SyncError as error:
            book.released.append(_decided(each.seq, Decision(decide.HELD, error.code)))
            continue
        decision = decide.decide(each.op, target, value_of(each.op), book.revisions.get(target, {}))
        book.released.append(_decided(each.seq, decision))
        if decision.adds_act:
            book.note(kind_of(each.op).act(book, each.op, each.seq, each.received_at))
        if decision.waits_for:
            book.waiting.setdefault(target, []).append(each)
        if decision.revision is not None and _note_revision(
            book, each.op, decision.revision, each.seq, each.received_at
        ):
            _release(book, target, {})
    ledger.save(session, book)
    return len(held)


def state_hash(session: Session) -> str:
    """A hash of all returns, revisions and outcomes: equal on SQLite and PostgreSQL for the same delivery order."""
    tables = [
        select(Return.op_seq, Work.code, Return.returned_on, Return.channel).join(Work).order_by(Return.op_seq),
        select(MarkRevision.id, MarkRevision.first_seq).order_by(MarkRevision.first_seq),
        select(MarkAct.op_seq, MarkAct.revision_id, MarkAct.comment).order_by(MarkAct.op_seq),
        select(Absence.id, Absence.first_seq).order_by(Absence.first_seq),
        select(TermMark.id, TermMark.first_seq).order_by(TermMark.first_seq),
        select(Presence.op_seq, Presence.present).order_by(Presence.op_seq),
        select(Contact.op_seq, Contact.id).where(Contact.op_seq.is_not(None)).order_by(Contact.op_seq),
        select(OpRow.seq, OpRow.sha256, OpRow.outcome, OpRow.reason).order_by(OpRow.seq),
    ]
    clashes = sorted(session.scalars(select(OpClash.sha256)))
    return digest([clashes, *([[str(cell) for cell in row] for row in session.execute(table)] for table in tables)])
