"""Files that were taken in: what each one changed, packed so that it can be undone, and the list of the last ones."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Table, func, select
from sqlalchemy.orm import Session

from server.models import Base, ImportRun, Person
from server.models.base import UtcDateTime
from server.services.imports.change_journal import TableChanges

PACKING = 1  # version of what is packed


@dataclass(frozen=True)
class RunView:
    """One file that was taken in. ``can_undo``: it is the last one that stands; ``since``: see models.ImportRun."""

    id: str
    at: datetime
    kind: str
    file_name: str
    by: str
    counts: Mapping[str, int]
    undone_at: datetime | None
    can_undo: bool
    since: date | None = None


@dataclass(frozen=True)
class PackedTable:
    """One table's part of a packed journal; keys and rows are values of Python again.

    ``new``: (key, checksum) in order of making; ``changed``: (key, column → (before, after)); ``gone``: whole rows.
    ``columns``: of the rows and of what the checksums cover.
    """

    table: Table
    columns: tuple[str, ...]
    new: tuple[tuple[tuple[Any, ...], int], ...]
    changed: tuple[tuple[tuple[Any, ...], dict[str, tuple[Any, Any]]], ...]
    gone: tuple[dict[str, Any], ...]


def add_run(
    session: Session, id: str, kind: str, name: str, data: bytes, actor_id: str | None, now: datetime,
    counts: Mapping[str, int], changes: Iterable[TableChanges], since: date | None = None,
) -> None:  # fmt: skip
    """Write down a file that changed something. The caller holds the writer's lock."""
    seq = (session.scalar(select(func.max(ImportRun.seq))) or 0) + 1
    session.add(ImportRun(
        id=id, seq=seq, at=now, kind=kind, file_name=name, sha256=hashlib.sha256(data).hexdigest(), actor_id=actor_id,
        counts=dict(counts), changes=pack(changes), since=since,
    ))  # fmt: skip


def last_run(session: Session) -> ImportRun | None:
    """The last file that stands."""
    query = select(ImportRun).where(ImportRun.undone_at.is_(None)).order_by(ImportRun.seq.desc())
    return session.scalar(query.limit(1))


def history(session: Session, limit: int = 50) -> tuple[RunView, ...]:
    """The last files that were taken in, the newest first."""
    last = session.scalar(select(func.max(ImportRun.seq)).where(ImportRun.undone_at.is_(None)))
    query = (
        select(ImportRun.id, ImportRun.seq, ImportRun.at, ImportRun.kind, ImportRun.file_name, ImportRun.counts,
               ImportRun.undone_at, ImportRun.since, Person.last_name, Person.first_name)
        .outerjoin(Person, Person.id == ImportRun.actor_id).order_by(ImportRun.seq.desc()).limit(limit)
    )  # fmt: skip
    return tuple(
        RunView(row.id, row.at, row.kind, row.file_name, f"{row.last_name or ''} {row.first_name or ''}".strip(),
                row.counts, row.undone_at, row.seq == last, row.since)
        for row in session.execute(query)
    )  # fmt: skip


def pack(changes: Iterable[TableChanges]) -> bytes:
    """A journal as compressed JSON."""
    tables = [_pack_table(one) for one in changes]
    text = json.dumps({"v": PACKING, "tables": tables}, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def unpack(packed: bytes) -> list[PackedTable]:
    """What ``pack`` was given, parents before children; tables that are no more are left out."""
    told = json.loads(zlib.decompress(packed))
    return [_unpack_table(one) for one in told["tables"] if one["table"] in Base.metadata.tables]


def _pack_table(one: TableChanges) -> dict[str, Any]:
    names = one.table.c.keys()
    changed = []
    for key, (before, after) in one.changed.items():
        pairs = zip(names, before, after, strict=True)
        differing = {name: [_plain(old), _plain(new)] for name, old, new in pairs if old != new}
        changed.append([[_plain(value) for value in key], differing])
    return {
        "table": one.table.name, "columns": names, "changed": changed,
        "new": [[*(_plain(value) for value in key), mark] for key, mark in one.new.items()],
        "gone": [[_plain(value) for value in row] for row in one.gone.values()],
    }  # fmt: skip


def _unpack_table(told: dict[str, Any]) -> PackedTable:
    table = Base.metadata.tables[told["table"]]
    columns = list(told["columns"])
    keys = list(table.primary_key.columns.keys())

    def typed(name: str, value: Any) -> Any:
        return _typed(table, name, value)

    def key(values: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(typed(name, value) for name, value in zip(keys, values, strict=True))

    return PackedTable(
        table, tuple(columns),
        tuple((key(values), mark) for *values, mark in told["new"]),
        tuple(
            (key(values), {name: (typed(name, old), typed(name, new)) for name, (old, new) in differing.items()})
            for values, differing in told["changed"]
        ),
        tuple({name: typed(name, value) for name, value in zip(columns, row, strict=True)} for row in told["gone"]),
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(table: Table, name: str, value: Any) -> Any:
    column = table.c.get(name)
    if value is None or column is None:
        return value
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
