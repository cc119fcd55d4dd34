"""What machines and libraries throw, as sentences: a broken disk, database or setting is no fault of the program."""

import os
import sys
import traceback

from sqlalchemy.exc import DBAPIError, OperationalError

from server.config import Config
from server.errors import DomainError
from sync.errors import SyncError

DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
UNUSABLE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_AUTH")


def refusal_of(error: BaseException, config: Config) -> SyncError:
    """The error of the catalogue for anything raised; what nobody expected is ``internal``."""
    if isinstance(error, SyncError):
        return error
    if isinstance(error, DBAPIError):
        return _of_database(error, config)
    if isinstance(error, OSError) and _is_below(error.filename, config):
        return DomainError("home_unusable", home=config.home, reason=error.strerror or type(error).__name__)
    return DomainError("internal")


def _of_database(error: DBAPIError, config: Config) -> SyncError:
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is None:  # another database: refused connections and wrong passwords have no state of their own
        lost = isinstance(error, OperationalError) or error.connection_invalidated
        return DomainError("database_unreachable" if lost else "internal")
    if name.startswith(DAMAGED):
        return DomainError("database_damaged", home=config.home)
    if name.startswith(UNUSABLE):
        return DomainError("home_unusable", home=config.home, reason=str(error.orig))
    if name.startswith("SQLITE_FULL"):
        return DomainError("disk_full")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DomainError("database_busy")
    return DomainError("internal")


def _is_below(path: object, config: Config) -> bool:
    return isinstance(path, (str, os.PathLike)) and str(config.home) in os.path.abspath(path)


def note(error: BaseException) -> None:
    """Where a fault of ours happened, for whoever mends it: no values, no names of people."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    sys.stderr.write(f"{type(error).__name__}, {where.name}:{where.lineno}\n")
