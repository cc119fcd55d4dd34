"""What a failing database means in the words of the error catalogue."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from server.errors import DomainError

LOST = (  # codes of the catalogue, beginnings of SQLite's names and PostgreSQL's states
    ("disk_full", ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"), ("53100",)),  # the latter: no room for the log's index
    ("disk_error", ("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOTADB"), ("58",)),
    ("database_busy", ("SQLITE_BUSY", "SQLITE_LOCKED"), ("55P03",)),
    ("database_unreachable", (), ("08", "57P")),
)
DEPTH = 10  # errors looked at behind an error; a chain can lead back to itself


def lost_code(error: BaseException | None) -> str | None:
    """The catalogue's code of a failure that loses the whole transaction, looked for behind what it led to."""
    for _ in range(DEPTH):
        if isinstance(error, DBAPIError | sqlite3.Error):
            name = getattr(getattr(error, "orig", error), "sqlite_errorname", None) or ""
            state = state_of(error) or ""
            for code, names, states in LOST:
                if name.startswith(names) or state.startswith(states):
                    return code
        error = error and (error.__cause__ or error.__context__)
    return None


def state_of(error: BaseException) -> str | None:
    """PostgreSQL's SQLSTATE of an error, if it has one."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def refusal_of(error: BaseException) -> BaseException:
    """A failing database as the catalogue's error; anything else as it is."""
    code = lost_code(error)
    if code is None and isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") is None:
        code = "database_unreachable"  # psycopg lost the connection or got none
    return DomainError(code) if code else error
