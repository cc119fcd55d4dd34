"""Many rows in few statements: what the writer reads and stores for a whole batch at once.

On SQLite these go past SQLAlchemy, straight to the driver: it lets other threads run at every step of a statement, so
every statement and every row-wise step makes the writer, for whom everybody waits, wait for all of them in turn. Types
are still written and read by SQLAlchemy's own converters.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import JSON, Column, Connection, Select, String, Table, bindparam, func, insert, select
from sqlalchemy.dialects import sqlite

PART = 1000  # values in one list on PostgreSQL
CHUNK = 32  # rows in one INSERT on SQLite; smaller ones are halves, so that few statements are kept prepared
Convert = Callable[[Any], Any]
_dialect = sqlite.dialect()
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def raw(connection: Connection, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement on SQLite's own connection, inside the transaction that SQLAlchemy holds on it."""
    return connection.connection.driver_connection.execute(sql, values).fetchall()  # type: ignore[union-attr]


def as_json(value: Any) -> str | None:
    """A value of a JSON column as text; None is no value."""
    return None if value is None else _encode(value)


def run(connection: Connection, statement: Any, **values: Any) -> list[Sequence[Any]]:
    """The rows of a statement about texts and whole numbers only. Keep the statement in a constant."""
    if connection.dialect.name != "sqlite":
        return list(connection.execute(statement, values))
    sql, fixed, names = _sqlite_text(statement)
    return list(raw(connection, sql, [values.get(name, fixed[name]) for name in names]))


@cache
def _sqlite_text(statement: Any) -> tuple[str, dict[str, Any], list[str]]:
    compiled = statement.compile(dialect=_dialect)
    return str(compiled), compiled.params, compiled.positiontup


def fetch(connection: Connection, query: Select[Any], column: Any, wanted: Iterable[Any]) -> list[Sequence[Any]]:
    """The rows of ``query`` in which ``column`` holds one of the wanted values. Keep the query in a constant."""
    values = list(wanted)
    if not values:
        return []
    if connection.dialect.name != "sqlite":
        parts = (values[start : start + PART] for start in range(0, len(values), PART))
        return [row for part in parts for row in connection.execute(query.where(column.in_(part)))]
    sql, readers = _sqlite_query(query, column)
    found = raw(connection, sql, (_encode(values),))
    return [[read(cell) if read else cell for read, cell in zip(readers, row, strict=True)] for row in found]


@cache
def _sqlite_query(query: Select[Any], column: Any) -> tuple[str, list[Convert | None]]:
    wanted = func.json_each(bindparam("wanted", type_=String())).table_valued("value")
    text = str(query.where(column.in_(select(wanted.c.value))).compile(dialect=_dialect))
    types = [each.type.dialect_impl(_dialect) for each in query.selected_columns]
    return text, [type_.result_processor(_dialect, None) for type_ in types]


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that all have the same keys."""
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), rows)
        return
    keys = tuple(rows[0])
    writers = _writers(table, keys)
    start, size = 0, CHUNK
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        cells = [write(row[key]) if write else row[key] for row in rows[start : start + size] for key, write in writers]
        raw(connection, _sqlite_insert(table, keys, size), cells)
        start += size


@cache
def _writers(table: Table, keys: tuple[str, ...]) -> list[tuple[str, Convert | None]]:
    return [(key, _writer(table.c[key])) for key in keys]


def _writer(column: Column[Any]) -> Convert | None:
    if isinstance(column.type, JSON):
        return as_json
    write = column.type.dialect_impl(_dialect).bind_processor(_dialect)
    return write and lru_cache(64)(write)  # days and moments, and a batch is full of equal ones


@cache
def _sqlite_insert(table: Table, keys: tuple[str, ...], rows: int) -> str:
    names = ", ".join(f'"{key}"' for key in keys)
    row = f"({', '.join('?' * len(keys))})"
    return f'INSERT INTO "{table.name}" ({names}) VALUES {", ".join([row] * rows)}'
