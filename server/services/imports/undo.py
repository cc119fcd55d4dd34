"""Takes the last import back: all of it or nothing, and nothing that somebody has worked on since."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Account, AuditEntry, Base, ImportRun
from server.services.imports.change_journal import (
    PARTS,
    Key,
    Row,
    checksum,
    checksums_of_parts,
    chunks,
    key_of,
    references_to,
    rows_of,
)
from server.services.imports.row_names import Names, table_label
from server.services.imports.runs import PackedTable, last_run, unpack
from sync.ids import uuid7

MOST_SAID = 20  # reasons that are named
_SENTENCES = {
    "changed": _l("%(table)s “%(label)s” was changed since."),
    "missing": _l("No longer there: %(table)s."),
    "returned": _l("%(table)s “%(label)s” was made again since."),
    "used": _l("%(table)s “%(label)s” is in use since: %(other)s."),
    "clash": _l("What was made since stands in the way of what would come back."),
}


@dataclass(frozen=True)
class Blocked:
    """One reason why an import cannot be taken back. ``label`` may be a child's name: show it, never log it."""

    code: str
    table: str = ""
    label: str = ""
    other: str = ""

    def text(self) -> str:
        """The sentence in the current language."""
        fields = {"table": table_label(self.table), "label": self.label, "other": table_label(self.other)}
        return str(_SENTENCES[self.code]) % fields


@dataclass(frozen=True)
class UndoReport:
    """What taking back did, or on a dry run would do. Nothing was changed where ``blocked`` is not empty.

    ``counts``: rows that were removed, restored and brought back.
    """

    run_id: str
    kind: str
    file_name: str
    undone: bool
    counts: dict[str, int]
    blocked: tuple[Blocked, ...] = ()


class _Stopped(Exception):
    """Carries a report out of a transaction, which is rolled back."""

    def __init__(self, report: UndoReport):
        super().__init__()
        self.report = report


def undo(
    run_id: str, actor_id: str | None, now: datetime, *, dry_run: bool = False,
    randbytes: Callable[[int], bytes] = secrets.token_bytes,
) -> UndoReport:  # fmt: skip
    """Make everything as it was before the last file that was taken in.

    Raises DomainError ``run_unknown``; ``run_undone`` when that was done already; ``run_not_last`` when a later
    file stands.
    """

    def write(session: Session) -> UndoReport:
        run = session.get(ImportRun, run_id)
        if run is None:
            raise DomainError("run_unknown")
        if run.undone_at is not None:
            raise DomainError("run_undone", name=run.file_name)
        last = last_run(session)
        if last is not None and last.id != run.id:
            raise DomainError("run_not_last", name=run.file_name, last=last.file_name)
        report = _take_back(session, run)
        if report.blocked or dry_run:
            raise _Stopped(report)
        run.undone_at, run.undone_by = now, actor_id
        account = session.scalar(select(Account.id).where(Account.person_id == actor_id))
        session.add(AuditEntry(
            id=uuid7(int(now.timestamp() * 1000), randbytes), at=now, account_id=account, action="import_undone",
            target=run.kind, data={"run": run.id, "counts": report.counts},
        ))  # fmt: skip
        return report

    try:
        return store.write(write)
    except _Stopped as stopped:
        return stopped.report


def _take_back(session: Session, run: ImportRun) -> UndoReport:
    tables = unpack(run.changes)
    blocked = [reason for one in tables for reason in _differences(session, one)]
    counts = {
        "removed": sum(len(one.new) for one in tables), "restored": sum(len(one.changed) for one in tables),
        "brought_back": sum(len(one.gone) for one in tables),
    }  # fmt: skip
    if not blocked:
        try:
            with session.begin_nested():
                blocked = _restore(session, tables)
        except IntegrityError:
            blocked = [Blocked("clash")]
    return UndoReport(run.id, run.kind, run.file_name, not blocked, counts, tuple(blocked[:MOST_SAID]))


# --- is all as the import left it? -----------------------------------------------------------------------------


def _differences(session: Session, one: PackedTable) -> list[Blocked]:
    names, table = Names(session), one.table
    now = {key_of(table, row): row for row in rows_of(session, table, _keys(one))}
    parts = checksums_of_parts(session, table, [key for key, _ in one.new])
    found = []
    for key, mark in one.new:
        row = now.get(key)
        if row is None:
            found.append(Blocked("missing", table.name))
        elif checksum(_as_packed(one, row), parts.get(key[0], 0)) != mark:
            found.append(Blocked("changed", table.name, names.of(table, row)))
    for key, differing in one.changed:
        row = now.get(key)
        values = dict(zip(table.c.keys(), row, strict=True)) if row is not None else {}
        if row is None:
            found.append(Blocked("missing", table.name))
        elif any(values.get(name) != after for name, (_, after) in differing.items()):
            found.append(Blocked("changed", table.name, names.of(table, row)))
    for key in (_key_in(one, row) for row in one.gone):
        if key in now:
            found.append(Blocked("returned", table.name, names.of(table, now[key])))
    return found


def _keys(one: PackedTable) -> list[Key]:
    return [*(key for key, _ in one.new), *(key for key, _ in one.changed), *(_key_in(one, row) for row in one.gone)]


def _key_in(one: PackedTable, row: dict[str, Any]) -> Key:
    return tuple(row[column.key] for column in one.table.primary_key.columns)


def _as_packed(one: PackedTable, row: Row) -> Row:
    """A row with the columns that its table had when it was packed."""
    if tuple(one.table.c.keys()) == one.columns:
        return row
    values = dict(zip(one.table.c.keys(), row, strict=True))
    return tuple(values.get(name) for name in one.columns)


# --- back to what was ------------------------------------------------------------------------------------------


def _restore(session: Session, tables: list[PackedTable]) -> list[Blocked]:
    """Bring back, restore, then remove what nothing refers to any more; reasons where something does."""
    connection = session.connection()
    for one in tables:
        if one.gone:
            known = [{name: row[name] for name in row if name in one.table.c} for row in one.gone]
            connection.execute(insert(one.table), known)
    for one in tables:
        _restore_values(session, one)
    blocked = [reason for one in tables for reason in _uses(session, one, tables)]
    if not blocked:
        for one in reversed(tables):
            for keys in chunks(key for key, _ in reversed(one.new)):
                connection.execute(delete(one.table).where(_is_one_of(one.table, keys)))
    return blocked


def _restore_values(session: Session, one: PackedTable) -> None:
    """Column by column as they were. Where nothing refers to a table its rows are replaced: numbers may swap."""
    connection, table = session.connection(), one.table
    by_columns: dict[tuple[str, ...], list[tuple[Key, dict[str, Any]]]] = {}
    for key, differing in one.changed:
        before = {name: old for name, (old, _) in differing.items() if name in table.c}
        by_columns.setdefault(tuple(before), []).append((key, before))
    for names, rows in by_columns.items():
        if not references_to(table):
            current = {key_of(table, row): row for row in rows_of(session, table, [key for key, _ in rows])}
            for keys in chunks(current):
                connection.execute(delete(table).where(_is_one_of(table, keys)))
            whole = [dict(zip(table.c.keys(), current[key], strict=True)) | before for key, before in rows]
            connection.execute(insert(table), whole)
            continue
        keys = table.primary_key.columns
        statement = update(table).where(*(column == bindparam(f"_{column.key}") for column in keys))
        connection.execute(
            statement.values({name: bindparam(f"new_{name}") for name in names}),
            [
                {f"_{column.key}": value for column, value in zip(keys, key, strict=True)}
                | {f"new_{name}": value for name, value in before.items()}
                for key, before in rows
            ],
        )


def _uses(session: Session, one: PackedTable, tables: Iterable[PackedTable]) -> Iterator[Blocked]:
    """Rows that were made since and refer to what shall be removed."""
    if not one.new:
        return
    ours = {other.table.name: {key for key, _ in other.new} for other in tables}
    keys = [key[0] for key, _ in one.new]
    yield from _users(session, one.table, keys, ours)
    for name, (parent, column) in PARTS.items():
        part = Base.metadata.tables[name]
        if parent == one.table.name and "id" in part.c:
            query = select(part.c.id).where(part.c[column].in_(bindparam("keys", expanding=True)))
            ids = [id for chunk in chunks(keys)
                   for id in session.connection().scalars(query, {"keys": chunk})]  # fmt: skip
            yield from _users(session, part, ids, ours)


def _users(session: Session, table: Table, keys: list[Any], ours: dict[str, set[Key]]) -> Iterator[Blocked]:
    names = Names(session)
    for other, key in references_to(table):
        own = ours.get(other.name, set())
        if other.name in PARTS and PARTS[other.name][0] in ours and PARTS[other.name][0] == table.name:
            continue  # they go with the row
        for row in _referring(session, other, key.parent, keys):
            if key_of(other, row) not in own and not _goes_along(other, row, ours):
                yield Blocked("used", table.name, names.by_id(table.name, _value(other, row, key.parent)), other.name)


def _goes_along(table: Table, row: Row, ours: dict[str, set[Key]]) -> bool:
    """The row is part of one that is removed."""
    parent, column = PARTS.get(table.name, ("", ""))
    return bool(parent) and (_value(table, row, table.c[column]),) in ours.get(parent, set())


def _value(table: Table, row: Row, column: Any) -> Any:
    return row[table.c.keys().index(column.key)]


def _referring(session: Session, table: Table, column: Any, keys: list[Any]) -> Iterator[Row]:
    connection = session.connection()
    if connection.execute(select(table).where(column.is_not(None)).limit(1)).first() is None:
        return
    for chunk in chunks(keys):
        for row in connection.execute(select(table).where(column.in_(chunk))):
            yield tuple(row)


def _is_one_of(table: Table, keys: Iterable[Key]) -> Any:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(list(keys))
