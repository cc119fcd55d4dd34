"""Watches a session while an import writes: which rows it makes, changes and removes, and how they looked before."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Any

from sqlalchemy import Column, ForeignKey, Select, String, Table, event, inspect, select, tuple_
from sqlalchemy.orm import ORMExecuteState, Session, attributes

from server.models import Base
from server.services import bulk

Key = tuple[Any, ...]  # the values of a primary key
Row = tuple[Any, ...]  # the values of all columns, in the table's order
CHUNK = 900  # keys in one IN list
PORTION = 5000  # rows read at once

# Rows that come and go with a row of another table: when that one is new they are not written down one by one.
PARTS = {"lesson_course": ("lesson", "lesson_id"), "lesson_teacher": ("lesson", "lesson_id")}
_NOTHING = object()  # where no value was given


@dataclass
class TableChanges:
    """What became of the rows of one table. ``new``: key → checksum of the row and its parts, in order of making."""

    table: Table
    new: dict[Key, int] = field(default_factory=dict)
    changed: dict[Key, tuple[Row, Row]] = field(default_factory=dict)
    gone: dict[Key, Row] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)  # the new rows, of tables that were asked for

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


class Journal:
    """Use as a context around all writes of a session; then ``changes`` says what they came to.

    What the session's own flushes do is seen, and every insert, update and delete that it executes. Statements that
    go past it (``session.connection()``) must be told with ``keep`` before they run, or with ``note_rows``.
    ``wanted``: tables whose new rows shall be at hand in the end.
    """

    def __init__(self, session: Session, wanted: Iterable[str] = ()):
        self.session = session
        self.wanted = frozenset(wanted)
        self._before: dict[str, dict[Key, Row | None]] = {}  # table → key → the row before; None: there was none
        self._marks: dict[str, dict[Key, int]] = {}  # checksums of new rows, while nothing has touched them
        self._whole: dict[str, dict[Key, Row]] = {}  # these rows, of the tables that are wanted
        self._listeners = (
            ("before_flush", self._flushing), ("after_flush", self._flushed), ("do_orm_execute", self._executing),
        )  # fmt: skip

    def __enter__(self) -> "Journal":
        for name, listener in self._listeners:
            event.listen(self.session, name, listener)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for name, listener in self._listeners:
            event.remove(self.session, name, listener)

    def keep(self, table: Table, keys: Iterable[Key]) -> None:
        """Remember how these rows look, unless that is known already."""
        known, marks = self._before.setdefault(table.name, {}), self._marks.get(table.name, {})
        missing = []
        for key in keys:
            if key not in known:
                missing.append(key)
            marks.pop(key, None)
        for row in rows_of(self.session, table, missing):
            self._keep_row(table, row)

    def note_rows(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Rows that were inserted past the session; those with a value for every column need not be read again."""
        parent, column = PARTS.get(table.name, ("", ""))
        made, known = self._before.get(parent, {}), self._before.setdefault(table.name, {})
        marks, whole = self._marks.setdefault(parent or table.name, {}), self._marks.setdefault(table.name, {})
        names, columns = _key_names(table), table.c.keys()
        for row in rows:
            in_order = list(row) == columns
            values = tuple(row.values()) if in_order else tuple(row.get(name, _NOTHING) for name in columns)
            if parent and made.get((row[column],), ()) is None:
                self._add_part(marks, (row[column],), values)
                continue
            key = tuple(row[name] for name in names)
            if known.setdefault(key, None) is None and _NOTHING not in values:
                whole[key] = checksum(values)
                if table.name in self.wanted:
                    self._whole.setdefault(table.name, {})[key] = values

    @staticmethod
    def _add_part(marks: dict[Key, int], key: Key, values: Row) -> None:
        if key in marks and _NOTHING not in values:
            marks[key] = (marks[key] + checksum(values)) & 0xFFFFFFFF
        else:
            marks.pop(key, None)

    def keep_deleted(self, table: Table, keys: Iterable[Key]) -> None:
        """As ``keep``, and so for all rows that refer to these: they go with them, or lose their reference."""
        keys = list(keys)
        self.keep(table, keys)
        for other, key in references_to(table):
            column, mine = key.parent, [row[table.c.keys().index(key.column.key)] for row in self._rows(table, keys)]
            found = list(_where_in(self.session, other, column, mine))
            for row in found:
                self._keep_row(other, row)
            if found and (key.ondelete or "").upper() == "CASCADE":
                self.keep_deleted(other, [key_of(other, row) for row in found])

    def changes(self) -> list[TableChanges]:
        """What all writes came to, parents before children."""
        found = []
        for table in Base.metadata.sorted_tables:
            if known := self._before.get(table.name):
                outcome = self._compare(table, known)
                if outcome:
                    found.append(outcome)
        return found

    # --- what the session does ---------------------------------------------------------------------------------

    def _flushing(self, session: Session, context: Any, instances: Any) -> None:
        dirty: dict[Table, list[Key]] = {}
        deleted: dict[Table, list[Key]] = {}
        for row in session.dirty:
            _file(dirty, row)
            for orphan in _orphans(row):
                _file(deleted, orphan)
        for row in session.deleted:
            _file(deleted, row)
        for table, keys in dirty.items():
            self.keep(table, keys)
        for table, keys in deleted.items():
            self.keep_deleted(table, keys)

    def _flushed(self, session: Session, context: Any) -> None:
        for row in session.new:
            table = row.__table__
            key = tuple(inspect(row).mapper.primary_key_from_instance(row))
            self._note_new(table, key, lambda column, row=row: getattr(row, column))

    def _executing(self, state: ORMExecuteState) -> None:
        if not (state.is_insert or state.is_update or state.is_delete):
            return
        statement, given = state.statement, state.parameters
        table: Table = statement.table
        rows = [given] if isinstance(given, dict) else list(given or ())
        if state.is_insert:
            self.note_rows(table, rows or [statement.compile().params])
        elif statement.whereclause is None and rows:  # an update by primary keys
            self.keep(table, [tuple(row[name] for name in _key_names(table)) for row in rows])
        else:
            query = select(table)
            if statement.whereclause is not None:
                query = query.where(statement.whereclause)
            connection = self.session.connection()
            found = [row for one in rows or [{}] for row in connection.execute(query, one)]
            for row in found:
                self._keep_row(table, tuple(row))
            if state.is_delete:
                self.keep_deleted(table, [key_of(table, row) for row in found])

    # --- what is remembered ------------------------------------------------------------------------------------

    def _note_new(self, table: Table, key: Key, value: Any) -> None:
        if not self._is_part_of_new(table, value):
            self._before.setdefault(table.name, {}).setdefault(key, None)
            self._marks.get(table.name, {}).pop(key, None)

    def _keep_row(self, table: Table, row: Row) -> None:
        if not self._is_part_of_new(table, lambda column: row[table.c.keys().index(column)]):
            self._before.setdefault(table.name, {}).setdefault(key_of(table, row), row)
            self._marks.get(table.name, {}).pop(key_of(table, row), None)

    def _is_part_of_new(self, table: Table, value: Any) -> bool:
        """True for a row that comes and goes with a new one, which has then been touched."""
        parent, column = PARTS.get(table.name, ("", ""))
        known = self._before.get(parent)
        if known is None or known.get((value(column),), ()) is not None:
            return False
        self._marks.get(parent, {}).pop((value(column),), None)
        return True

    def _rows(self, table: Table, keys: Sequence[Key]) -> list[Row]:
        known = self._before.get(table.name, {})
        return [row for key in keys if (row := known.get(key)) is not None]

    def _compare(self, table: Table, known: dict[Key, Row | None]) -> TableChanges:
        outcome, with_rows = TableChanges(table), table.name in self.wanted
        marks, rows = self._marks.get(table.name, {}), self._whole.get(table.name, {})
        outcome.new.update(marks)
        outcome.rows.update((key, rows[key]) for key in marks if with_rows)
        unread = [key for key in known if key not in marks]
        parts = checksums_of_parts(self.session, table, [key for key in unread if known[key] is None])
        seen: set[Key] = set()
        for row in rows_of(self.session, table, unread):
            key = key_of(table, row)
            before = known[key]
            seen.add(key)
            if before is None:
                outcome.new[key] = checksum(row, parts.get(key[0], 0))
                if with_rows:
                    outcome.rows[key] = row
            elif before != row:
                outcome.changed[key] = (before, row)
        order = {key: place for place, key in enumerate(known)}
        outcome.new = dict(sorted(outcome.new.items(), key=lambda item: order[item[0]]))
        outcome.gone = {key: row for key, row in known.items() if row is not None and key not in seen}
        return outcome


# --- rows as plain values --------------------------------------------------------------------------------------


def key_of(table: Table, row: Sequence[Any]) -> Key:
    """The primary key of a row of all columns."""
    return tuple(row[place] for place in _key_places(table))


def rows_of(session: Session, table: Table, keys: Iterable[Key]) -> Iterator[Row]:
    """The rows of these keys as the database has them now, in no order."""
    columns = list(table.primary_key.columns)
    column = columns[0] if len(columns) == 1 else tuple_(*columns)
    values = (key[0] if len(columns) == 1 else key for key in keys)
    yield from _where_in(session, table, column, values)


def checksum(row: Row, parts: int = 0) -> int:
    """Tells rows apart: CRC-32 of the values, and the sum of those of its parts."""
    return (zlib.crc32(repr(row).encode()) + parts) & 0xFFFFFFFF


def checksums_of_parts(session: Session, table: Table, keys: Sequence[Key]) -> dict[Any, int]:
    """First value of the key → the sum of the checksums of the rows that are part of it; order does not matter."""
    found: dict[Any, int] = {}
    for name, (parent, column) in PARTS.items():
        if parent != table.name:
            continue
        part = Base.metadata.tables[name]
        place = part.c.keys().index(column)
        for row in _where_in(session, part, part.c[column], (key[0] for key in keys)):
            found[row[place]] = (found.get(row[place], 0) + zlib.crc32(repr(row).encode())) & 0xFFFFFFFF
    return found


def chunks(values: Iterable[Any], most: int = CHUNK) -> Iterator[list[Any]]:
    """Lists of at most so many values; by default as many as one query may name."""
    pending = iter(values)
    while chunk := list(islice(pending, most)):
        yield chunk


def references_to(table: Table) -> list[tuple[Table, ForeignKey]]:
    """Every table with the foreign key by which its rows refer to this one."""
    if "references" not in table.info:
        table.info["references"] = [
            (other, key)
            for other in Base.metadata.sorted_tables
            for key in sorted(other.foreign_keys, key=lambda key: key.parent.name)
            if key.column.table is table
        ]
    return table.info["references"]


def _where_in(session: Session, table: Table, column: Any, values: Iterable[Any]) -> Iterator[Row]:
    connection, query = session.connection(), _everything(table)
    if isinstance(column, Column) and isinstance(column.type, String):
        for chunk in chunks(values, PORTION):
            yield from map(tuple, bulk.fetch(connection, query, column, chunk))
        return
    for chunk in chunks(values):
        yield from map(tuple, connection.execute(query.where(column.in_(chunk))))


def _everything(table: Table) -> Select[Any]:
    return table.info.setdefault("everything", select(table))


def _key_names(table: Table) -> list[str]:
    return [column.key for column in table.primary_key.columns]


def _key_places(table: Table) -> list[int]:
    if "key_places" not in table.info:
        names = table.c.keys()
        table.info["key_places"] = [names.index(name) for name in _key_names(table)]
    return table.info["key_places"]


def _file(found: dict[Table, list[Key]], row: Base) -> None:
    state = inspect(row)
    if state.identity is not None:
        found.setdefault(row.__table__, []).append(tuple(state.identity))


def _orphans(row: Base) -> list[Base]:
    """What a flush will delete because it left a collection that owns its members."""
    owned = [one.key for one in inspect(row).mapper.relationships if one.cascade.delete_orphan]
    loaded = [name for name in owned if name in row.__dict__]
    return [gone for name in loaded for gone in attributes.get_history(row, name).deleted]
