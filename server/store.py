"""The only place that commits.

On SQLite one thread owns the one writing connection (WAL, synchronous=FULL, checkpoints only here) and commits all
calls that wait at a moment together; every call gets its answer after that commit. On PostgreSQL the same function
is a transaction. What a call returns must be plain values, not rows bound to the writer's session.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from server.errors import DomainError

T = TypeVar("T")
Handler = Callable[[Session, Sequence[Any]], list[Any]]
GROUP_LIMIT = 256  # calls in one commit (measured: facts on group commit)
PG_RETRIES = {"40001", "40P01"}  # serialization failure, deadlock
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Call:
    handler: Handler
    payload: Any
    answer: "Future[Any]"


class Store:
    """Engines of one database. ``reading`` never writes; ``write`` is the way in."""

    def __init__(self, url: str):
        self.is_sqlite = url.startswith("sqlite")
        self.writing = _sqlite_writer(url) if self.is_sqlite else create_engine(url, pool_pre_ping=True)
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def write(self, fn: Callable[[Session], T]) -> T:
        """Run ``fn(session)`` in a transaction and return its value after the commit."""
        return self.write_batched(lambda session, payloads: [fn(session)], None)

    def write_batched(self, handler: Handler, payload: Any) -> Any:
        """Like write, but calls with the same handler that wait together are handed over as one list of payloads.

        ``handler(session, payloads)`` returns one value per payload. If it fails for several, each is tried alone.
        """
        if not self.is_sqlite:
            return self._transact(handler, payload)
        if threading.current_thread() is self._thread:
            raise RuntimeError("write() inside write()")
        call = _Call(handler, payload, Future())
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="korablik-writer", daemon=True)
                self._thread.start()
        self._calls.put(call)
        return call.answer.result()

    def close(self) -> None:
        """Finish waiting calls, end the writer and close its connection."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._calls.put(None)
            thread.join()
        self.writing.dispose()

    def _transact(self, handler: Handler, payload: Any) -> Any:
        for attempt in range(3):
            try:
                with Session(self.writing, expire_on_commit=False) as session, session.begin():
                    return handler(session, [payload])[0]
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in PG_RETRIES or attempt == 2:
                    raise _refusal(error) from error
        raise AssertionError("unreachable")  # pragma: no cover

    def _serve(self) -> None:
        while (first := self._calls.get()) is not None:
            calls, stop = [first], False
            while len(calls) < GROUP_LIMIT and not stop:
                try:
                    call = self._calls.get_nowait()
                except queue.Empty:
                    break
                if call is None:
                    stop = True
                else:
                    calls.append(call)
            self._commit_together(calls)
            if stop:
                return

    def _commit_together(self, calls: list[_Call]) -> None:
        """One transaction for all calls; each run of equal handlers in a savepoint of its own."""
        answers: list[tuple[_Call, Any, BaseException | None]] = []
        try:
            with self.writing.connect() as connection, Session(connection, expire_on_commit=False) as session:
                for run in _runs(calls):
                    answers.extend(_attempt(session, run))
                session.commit()
        except BaseException as error:  # the commit itself failed: nobody's call is saved
            failure = _refusal(error)
            for call in calls:
                call.answer.set_exception(failure)
            return
        for call, value, failure in answers:
            if failure is None:
                call.answer.set_result(value)
            else:
                call.answer.set_exception(failure)


def _runs(calls: list[_Call]) -> list[list[_Call]]:
    runs: list[list[_Call]] = []
    for call in calls:
        if runs and runs[-1][0].handler is call.handler:
            runs[-1].append(call)
        else:
            runs.append([call])
    return runs


def _attempt(session: Session, run: list[_Call]) -> list[tuple[_Call, Any, BaseException | None]]:
    try:
        with session.begin_nested():
            values = run[0].handler(session, [call.payload for call in run])
            session.flush()
        return [(call, value, None) for call, value in zip(run, values, strict=True)]
    except Exception as error:
        session.expire_all()
        if _is_fatal(error):
            raise
        if len(run) == 1:
            return [(run[0], None, error)]
    return [answer for call in run for answer in _attempt(session, [call])]


def _is_fatal(error: BaseException) -> bool:
    """A full or failing disk: SQLite has rolled the whole transaction back already."""
    return isinstance(error, OperationalError) and _disk_code(error) is not None


def _disk_code(error: BaseException) -> str | None:
    name = getattr(getattr(error, "orig", None), "sqlite_errorname", "") or ""
    if name == "SQLITE_FULL":
        return "disk_full"
    if name.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_CORRUPT")):
        return "disk_error"
    if getattr(getattr(error, "orig", None), "sqlstate", None) == "53100":
        return "disk_full"
    return None


def _refusal(error: BaseException) -> BaseException:
    """A database failure as the catalogue's error; anything else as it is."""
    if isinstance(error, DBAPIError):
        code = _disk_code(error)
        if code:
            return DomainError(code)
        if isinstance(error, OperationalError) and "locked" in str(error.orig):
            return DomainError("database_busy")
    return error


def _sqlite_writer(url: str) -> Engine:
    """The writing engine: one connection; transactions begin with the write lock."""
    engine = create_engine(url, pool_size=1, max_overflow=0, connect_args={"check_same_thread": False, "timeout": 10})

    @event.listens_for(engine, "connect")
    def _open(dbapi_connection: Any, record: Any) -> None:
        dbapi_connection.isolation_level = None  # the driver must not begin or commit by itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=1000"):
            dbapi_connection.execute(f"PRAGMA {pragma}").fetchone()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def prepare_reading(engine: Engine) -> None:
    """Make an engine of reads: on SQLite it cannot write, so nothing but the writer commits or checkpoints."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _open(dbapi_connection: Any, record: Any) -> None:
        dbapi_connection.execute("PRAGMA query_only=ON")
        dbapi_connection.execute("PRAGMA busy_timeout=5000")


def write(fn: Callable[[Session], T]) -> T:
    """``Store.write`` of the current application."""
    return current_app.extensions["store"].write(fn)


def write_batched(handler: Handler, payload: Any) -> Any:
    """``Store.write_batched`` of the current application."""
    return current_app.extensions["store"].write_batched(handler, payload)
