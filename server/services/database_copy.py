"""A copy of the whole database as it is at one moment, made while others read and write, and whether it is sound."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from server.errors import DomainError

WAIT = 10  # seconds for a lock


def copy_sqlite(source: Path, target: Path) -> dict[str, int]:
    """Copy a SQLite database by its backup interface and check the copy; returns the rows by table.

    The copy is one file without a log. The writer is never held up. Raises DomainError ``database_damaged`` and
    sqlite3.Error.
    """
    with closing(sqlite3.connect(source, timeout=WAIT)) as reading, closing(sqlite3.connect(target)) as copy:
        reading.execute("PRAGMA query_only=ON")  # nothing but the writer commits or checkpoints
        reading.execute("BEGIN")
        counts = rows(reading)
        reading.backup(copy)
        reading.rollback()
        copy.execute("PRAGMA journal_mode=DELETE")
    if not is_sound(target) or count_sqlite(target) != counts:
        raise DomainError("database_damaged", home=source.parent)
    return counts


def rows(connection: sqlite3.Connection) -> dict[str, int]:
    """The number of rows of every table."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names.fetchall()}


def count_sqlite(path: Path) -> dict[str, int]:
    """The number of rows of every table of a file."""
    with closing(sqlite3.connect(path, timeout=WAIT)) as connection:
        return rows(connection)


def is_sound(path: Path) -> bool:
    """True if SQLite finds the whole file in order."""
    try:
        with closing(sqlite3.connect(path, timeout=WAIT)) as connection:
            return connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        return False


def school_of(path: Path) -> tuple[str, str, str] | None:
    """Id and epoch of the school in a SQLite file and the number of its last migration; None without a school."""
    with closing(sqlite3.connect(path, timeout=WAIT)) as connection:
        known = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('school', 'alembic_version')"
        ).fetchone()[0]
        if known != 2:
            return None
        row = connection.execute("SELECT id, epoch FROM school").fetchone()
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return (*row, revision[0]) if row and revision else None


def dump_postgres(url: str, target: Path) -> None:
    """Let pg_dump write the database. Raises DomainError ``backup_tool_missing``, ``backup_failed``."""
    program = shutil.which("pg_dump")
    if program is None:
        raise DomainError("backup_tool_missing", name="pg_dump")
    address = make_url(url)
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    plain = address.set(drivername="postgresql", password=None).render_as_string()
    done = subprocess.run(
        [program, "--format=custom", "--no-owner", f"--file={target}", f"--dbname={plain}"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        reason = next(iter(done.stderr.strip().splitlines()), "pg_dump")
        raise DomainError("backup_failed", reason=reason[:200])
