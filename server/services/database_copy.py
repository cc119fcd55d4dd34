"""A copy of the whole database as it is at one moment, made while others read and write, and whether it is sound."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

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


def school_of_postgres(url: str) -> tuple[tuple[str, str, str] | None, dict[str, int]]:
    """The same of a PostgreSQL database, and how many ops it holds."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
            return None, {}
        row = connection.execute(text("SELECT id, epoch FROM school")).first()
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        ops = connection.scalar(text("SELECT count(*) FROM op"))
    return ((row[0], row[1], revision) if row and revision else None), {"op": ops}


def dump_postgres(url: str, target: Path) -> None:
    """Let pg_dump write the database. Raises DomainError ``backup_tool_missing``, ``backup_failed``."""
    _run("pg_dump", url, "--format=custom", f"--file={target}", failure="backup_failed")


def restore_postgres(url: str, dump: Path, epoch: str) -> None:
    """Let pg_restore put a dump in place of the database, all of it or nothing, then set the school's epoch.

    May be done again after a kill. Raises DomainError ``backup_tool_missing``, ``restore_failed``.
    """
    _run("pg_restore", url, "--clean", "--if-exists", "--single-transaction", "--exit-on-error", str(dump),
         failure="restore_failed")  # fmt: skip
    import psycopg

    with psycopg.connect(_plain(url, hide=False)) as connection:
        connection.execute("UPDATE school SET epoch = %s", (epoch,))


def _run(name: str, url: str, *arguments: str, failure: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise DomainError("backup_tool_missing", name=name)
    password = make_url(url).password  # not on the command line, which everybody on the machine can read
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run(
        [program, "--no-owner", f"--dbname={_plain(url)}", *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        reason = next(iter(done.stderr.strip().splitlines()), name)
        raise DomainError(failure, reason=reason[:200])


def _plain(url: str, hide: bool = True) -> str:
    address = make_url(url).set(drivername="postgresql")
    return (address.set(password=None) if hide else address).render_as_string(hide_password=False)
