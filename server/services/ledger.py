"""What the writer must know to decide a batch of ops, read in few queries, and the rows the batch leaves behind."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal, select, tuple_, update
from sqlalchemy.orm import Session

from server.models import Op as OpRow
from server.models import OpClash, Person, Return
from server.services import bulk, pack_steps
from server.services.acts import KINDS, kind_of, target_of
from server.services.acts.book import Book, Kind, Waiting
from sync import decide, ops
from sync.errors import SyncError
from sync.ops import Op

# in the order of their foreign keys
TABLES = (OpRow, OpClash, *dict.fromkeys(model for kind in KINDS.values() for model in kind.models))


def open_book(session: Session, good: Sequence[Op]) -> Book:
    """Read what the ops are about. Call it under the counter's lock, so that nobody changes it meanwhile."""
    known = [op for op in good if op.known]
    named = {op.author for op in known} | {person for op in known for person in kind_of(op).people(op)}
    book = Book(
        taken=_taken(session, [(op.origin, op.n) for op in good]),
        clashes=set(),
        people=_present(session, _PERSON, Person.id, named - {""}),
    )
    clashing = {op.sha256 for op in good if book.taken.get((op.origin, op.n), op.sha256) != op.sha256}
    book.clashes |= _present(session, _CLASH, OpClash.sha256, clashing)
    for kind, own in _by_reader(known):
        kind.read(session, book, own)
    targets = {target_of(op) for op in known if kind_of(op).value(op)}
    if targets:
        _read_waiting(session, book, targets)
    return book


def _by_reader(known: Sequence[Op]) -> Iterable[tuple[Kind, list[Op]]]:
    """The ops of the types that are read in the same way, together."""
    found: dict[Any, tuple[Kind, list[Op]]] = {}
    for op in known:
        kind = kind_of(op)
        found.setdefault(type(kind).read, (kind, []))[1].append(op)
    return found.values()


_PERSON, _CLASH = select(Person.id), select(OpClash.sha256)


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


_HELD = (
    select(OpRow.__table__.c["seq", "v", "origin", "n", "type", "author_id", "at", "returned_on", "base", "data",
                             "received_at"])
    .where(OpRow.outcome == literal(decide.HELD, literal_execute=True))
    .order_by(OpRow.seq)
)  # fmt: skip
_WAITING = _HELD.where(OpRow.waits_for.is_not(None))
_UNKNOWN = _HELD.where(OpRow.reason == literal("op_type_unknown", literal_execute=True))


def newly_known(session: Session) -> list[Waiting]:
    """Ops that were held because nobody knew their type then, and whose type is known now, in the order received."""
    found = []
    for row in session.connection().execute(_UNKNOWN):
        try:
            op = ops.parse(stored(row))
        except SyncError:  # of a newer version still, or not as the type is now
            continue
        if op.known:
            found.append(Waiting(row.seq, op, row.received_at, None))
    return found


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


_RELEASE = (
    update(OpRow.__table__)
    .where(OpRow.__table__.c.seq == bindparam("known_seq"))
    .values(
        outcome=bindparam("new_outcome"), reason=bindparam("new_reason"),
        waits_for=bindparam("new_waits", type_=OpRow.waits_for.type),
    )
)  # fmt: skip


def save(session: Session, book: Book) -> None:
    """Store what the batch left behind."""
    connection = session.connection()
    for model in TABLES:
        if rows := book.rows.get(model):
            bulk.add(connection, model.__table__, rows)
    if came := book.rows.get(Return):
        pack_steps.came_back(session, came)
    if book.released:
        connection.execute(_RELEASE, book.released)
