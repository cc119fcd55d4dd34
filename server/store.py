"""The only place that commits.

On SQLite one thread owns the one writing connection (WAL, synchronous=FULL, checkpoints only here) and commits all
calls that wait at a moment together; every call gets its answer after that commit. On PostgreSQL the same function
is a transaction. What a call returns must be plain values, not rows bound to the writer's session; a call may be run
a second time when the first was rolled back, so it does nothing but read and write the session.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.extensions import db
from server.failures import lost_code, refusal_of, state_of

T = TypeVar("T")
Handler = Callable[[Session, Sequence[Any]], list[Any]]
GROUP_LIMIT = 256  # calls in one commit (measured: facts on group commit)
LINGER = 0.002  # seconds: when several wait, more are on their way, and one commit does for all
PG_ATTEMPTS = 3
PG_RETRIES = {"40001", "40P01"}  # serialization failure, deadlock
PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
    "wal_autocheckpoint=4000",  # pages, 16 MB: a page that many commits change is copied to its place once
    "cache_size=-16000",  # kB: what a school writes to in a day stays in memory
)  # fmt: skip
_inside = threading.local()
log = logging.getLogger(__name__)


class _Call:
    """A call that waits for its answer."""

    __slots__ = ("_answered", "_failure", "_gate", "_value", "handler", "payload")

    def __init__(self, handler: Handler, payload: Any):
        self.handler, self.payload = handler, payload
        self._answered = False
        self._gate = threading.Lock()  # lighter than an Event, and there is one for every post
        self._gate.acquire()

    def answer(self, value: Any, failure: BaseException | None = None) -> None:
        """Let the caller go on; only the first answer counts."""
        if not self._answered:
            self._answered, self._value, self._failure = True, value, failure
            self._gate.release()

    def wait(self) -> Any:
        self._gate.acquire()
        if self._failure is not None:
            raise self._failure
        return self._value


Calls = queue.SimpleQueue[_Call | None]
Answer = tuple[_Call, Any, BaseException | None]


class Store:
    """The writing side of one database. ``write`` is the way in."""

    def __init__(self, url: str):
        self.is_sqlite = url.startswith("sqlite")
        self.writing = _sqlite_writer(url) if self.is_sqlite else _pg_writer(url)
        self._lock = threading.Lock()  # guards the two below
        self._calls: Calls | None = None  # of the writer at work
        self._thread: threading.Thread | None = None  # the latest
        self._process = os.getpid()

    def write(self, fn: Callable[[Session], T]) -> T:
        """Run ``fn(session)`` in a transaction and return its value after the commit.

        Raises what ``fn`` raises, and DomainError ``disk_full``, ``disk_error``, ``database_busy``,
        ``database_unreachable`` or ``internal`` when the database refuses; then nothing of the call was saved.
        """
        return self.write_batched(lambda session, payloads: [fn(session)], None)

    def write_batched(self, handler: Handler, payload: Any) -> Any:
        """Like write, but calls with the same handler that wait together are handed over as one list of payloads.

        ``handler(session, payloads)`` returns one value per payload. If it fails for several, each is tried alone.
        """
        if getattr(_inside, "write", False):
            raise RuntimeError("write() inside write()")
        if not self.is_sqlite:
            return self._transact(handler, payload)
        if self._process != os.getpid():
            raise RuntimeError("write() in a forked process: its parent owns the one writing connection")
        call = _Call(handler, payload)
        with self._lock:
            if self._calls is None:
                calls: Calls = queue.SimpleQueue()
                arguments = (calls, self._thread)
                thread = threading.Thread(target=self._serve, args=arguments, name="korablik-writer", daemon=True)
                thread.start()
                self._calls, self._thread = calls, thread
            self._calls.put(call)
        return call.wait()

    def close(self) -> None:
        """Finish waiting calls, end the writer and close its connection. A later call starts anew."""
        if self._process != os.getpid():  # the connections are the parent's
            self.writing.dispose(close=False)
            return
        with self._lock:
            calls, thread, self._calls = self._calls, self._thread, None
            if calls is not None:
                calls.put(None)  # behind every call that was let in
        if thread is not None:
            thread.join()
        elif not self.is_sqlite:
            self.writing.dispose()

    def _transact(self, handler: Handler, payload: Any) -> Any:
        if self._process != os.getpid():  # a fork's parent goes on using the connections
            self.writing.dispose(close=False)
            self._process = os.getpid()
        attempt = 1
        while True:
            try:
                with _marked(), Session(self.writing, expire_on_commit=False) as session, session.begin():
                    return _values(handler, session, [payload])[0]
            except DBAPIError as error:
                if state_of(error) not in PG_RETRIES or attempt == PG_ATTEMPTS:
                    refusal = refusal_of(error)
                    if refusal is error:
                        raise
                    raise refusal from error
                attempt += 1

    def _serve(self, calls: Calls, before: threading.Thread | None) -> None:
        """The writer thread. Should it die, whoever waits is told, and the next call starts another one."""
        taken: list[_Call] = []
        try:
            if before is not None:
                before.join()  # never two writers
            with _marked():
                while taken := _gather(calls):
                    for call, value, failure in self._commit_together(taken):
                        call.answer(value, failure)
        except BaseException as error:  # its text may quote a row
            log.critical("the writer stopped: %s", type(error).__name__)
        finally:
            with self._lock:
                if self._calls is calls:
                    self._calls = None
            for call in [*taken, *_drained(calls)]:
                call.answer(None, DomainError("internal"))
            self.writing.dispose()

    def _commit_together(self, calls: list[_Call]) -> list[Answer]:
        """One transaction for all calls; if a failing one spoils it for the others, each has a transaction alone."""
        try:
            return self._transaction(_runs(calls))
        except BaseException as error:
            if len(calls) == 1:
                return [(calls[0], None, refusal_of(error))]
            code = lost_code(error)
            if code is None:
                return [answer for call in calls for answer in self._commit_together([call])]
            log.error("a group of %d calls was rolled back: %s", len(calls), code)
            return [(call, None, DomainError(code)) for call in calls]

    def _transaction(self, runs: list[list[_Call]]) -> list[Answer]:
        with self.writing.connect() as connection:
            try:
                with connection.begin():
                    if len(runs) == 1:  # no savepoint: its failure is the failure of all
                        answers = _work_off(connection, runs[0])
                    else:
                        answers = [answer for run in runs for answer in _attempt(connection, run)]
                    if not _in_transaction(connection):
                        raise RuntimeError("a call ended the transaction")
                return answers
            except BaseException as error:
                if lost_code(error) == "disk_error":
                    connection.invalidate()  # never trust what it has cached
                raise


def _gather(calls: Calls) -> list[_Call]:
    """The calls that wait now, after waiting for a first one; an empty list ends the writer."""
    taken = [calls.get()]
    if not calls.empty():
        time.sleep(LINGER)
    try:
        while taken[-1] is not None and len(taken) < GROUP_LIMIT:
            taken.append(calls.get_nowait())
    except queue.Empty:
        pass
    if taken[-1] is None and len(taken) > 1:
        calls.put(None)  # the last of this queue: nothing comes behind it
    return [call for call in taken if call is not None]


def _drained(calls: Calls) -> Iterator[_Call]:
    while not calls.empty():
        call = calls.get_nowait()
        if call is not None:
            yield call


def _runs(calls: list[_Call]) -> list[list[_Call]]:
    runs: list[list[_Call]] = []
    for call in calls:
        if runs and runs[-1][0].handler is call.handler:
            runs[-1].append(call)
        else:
            runs.append([call])
    return runs


def _attempt(connection: Connection, run: list[_Call]) -> list[Answer]:
    """A run in a savepoint of its own; if it fails for several calls, each is tried alone."""
    try:
        with connection.begin_nested():
            return _work_off(connection, run)
    except BaseException as error:
        if lost_code(error) or not _in_transaction(connection):
            raise
        if len(run) == 1:
            return [(run[0], None, error)]
    return [answer for call in run for answer in _attempt(connection, [call])]


def _work_off(connection: Connection, run: list[_Call]) -> list[Answer]:
    """Run the handler in a session of its own, so that no row that one call read is seen by the next."""
    with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        values = _values(run[0].handler, session, [call.payload for call in run])
    return [(call, value, None) for call, value in zip(run, values, strict=True)]


def _values(handler: Handler, session: Session, payloads: list[Any]) -> list[Any]:
    values = handler(session, payloads)
    session.flush()
    if len(values) != len(payloads):
        raise RuntimeError("a handler returns one value per payload")
    return values


@contextmanager
def _marked() -> Iterator[None]:
    """This thread is writing: a write from within would wait for itself."""
    _inside.write = True
    try:
        yield
    finally:
        _inside.write = False


def _in_transaction(connection: Connection) -> bool:
    """SQLite rolls a transaction back by itself when the disk is full; what follows would be saved one by one."""
    return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def _pg_writer(url: str) -> Engine:
    """The writing engine of PostgreSQL. Values of rows, which name children, stay out of its errors' texts."""
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


def _sqlite_writer(url: str) -> Engine:
    """The writing engine: one connection; transactions begin with the write lock."""
    arguments = {"check_same_thread": False, "timeout": 10}
    engine = create_engine(url, pool_size=1, max_overflow=0, connect_args=arguments, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _open(dbapi_connection: Any, record: Any) -> None:
        dbapi_connection.isolation_level = None  # the driver must not begin or commit by itself
        for pragma in PRAGMAS:
            dbapi_connection.execute(f"PRAGMA {pragma}").fetchone()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def prepare_reading(engine: Engine) -> None:
    """Make an engine of reads: it cannot write, so nothing but the writer commits or checkpoints."""
    if engine.dialect.name != "sqlite":

        @event.listens_for(engine, "do_connect")
        def _connect(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> None:
            options["options"] = f"{options.get('options', '')} -c default_transaction_read_only=on".strip()

        return

    @event.listens_for(engine, "connect")
    def _open(dbapi_connection: Any, record: Any) -> None:
        dbapi_connection.execute("PRAGMA query_only=ON")
        dbapi_connection.execute("PRAGMA busy_timeout=5000")


@contextmanager
def snapshot() -> Iterator[Session]:
    """A session of reads that sees one moment of the database throughout. Needs the application's context."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with Session(connection) as session:
            yield session


def write(fn: Callable[[Session], T]) -> T:
    """``Store.write`` of the current application."""
    value = current_app.extensions["store"].write(fn)
    _read_anew()
    return value


def write_batched(handler: Handler, payload: Any) -> Any:
    """``Store.write_batched`` of the current application."""
    value = current_app.extensions["store"].write_batched(handler, payload)
    _read_anew()
    return value


def _read_anew() -> None:
    """What this request reads next is what was just committed, also of rows that it has read before."""
    if db.session.registry.has():
        db.session.expire_all()
