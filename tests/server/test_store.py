"""The one place that commits: together, durably, each call for itself, and it survives disks, threads and kills."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.extensions import db
from server.failures import lost_code
from server.models import Person, Subject
from server.store import GROUP_LIMIT, Store, snapshot, write
from tests.server.offices import Office, office

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a table of words."""
    made = Store(f"sqlite:///{tmp_path / 'words.db'}")
    made.write(lambda session: session.execute(text("CREATE TABLE word (w TEXT UNIQUE, parent TEXT)")) and None)
    yield made
    made.close()


def say(word: str, more: Callable[[Session], Any] = lambda session: None) -> Callable[[Session], str]:
    """A call that stores a word, does ``more`` and returns the word."""

    def run(session: Session) -> str:
        session.execute(text("INSERT INTO word (w) VALUES (:w)"), {"w": word})
        more(session)
        return word

    return run


def words(store: Store) -> list[str]:
    """What is in the file, as another program sees it."""
    with closing(sqlite3.connect(store.writing.url.database or "")) as connection:
        return [row[0] for row in connection.execute("SELECT w FROM word ORDER BY rowid")]


def refuse(error: BaseException) -> Callable[[Session], Any]:
    def run(session: Session) -> Any:
        raise error

    return run


class Group:
    """Calls that wait together: the writer is kept busy until all of them stand in line."""

    def __init__(self, store: Store):
        self.store, self.answers, self.threads = store, {}, []
        self.free, self.busy = threading.Event(), threading.Event()
        self.commits = 0
        event.listen(store.writing, "commit", self._count)

    def _count(self, connection: Any) -> None:
        self.commits += 1

    def _call(self, name: Any, fn: Callable[[], Any]) -> None:
        try:
            self.answers[name] = fn()
        except BaseException as error:
            self.answers[name] = error

    def add(self, name: Any, fn: Callable[[], Any]) -> None:
        """One more call, in a thread of its own."""
        thread = threading.Thread(target=self._call, args=(name, fn))
        self.threads.append(thread)
        thread.start()

    def run(self, *calls: Callable[[Session], Any]) -> list[Any]:
        """Hand all over as one group; what each returned or raised."""

        def block(session: Session) -> None:
            self.busy.set()
            self.free.wait(30)

        self.add("block", lambda: self.store.write(block))
        self.busy.wait(30)
        for number, call in enumerate(calls):
            self.add(number, lambda call=call: self.store.write(call))
            wait_until(lambda number=number: waiting(self.store) > number)
        self.commits = 0
        self.free.set()
        for thread in self.threads:
            thread.join(60)
        return [self.answers[number] for number in range(len(calls))]


def waiting(store: Store) -> int:
    calls = store._calls
    return calls.qsize() if calls else 0


def wait_until(done: Callable[[], bool]) -> None:
    for _ in range(30_000):
        if done():
            return
        time.sleep(0.001)
    raise TimeoutError


def codes(answers: list[Any]) -> list[str]:
    return [answer.code if isinstance(answer, DomainError) else answer for answer in answers]


# One call


def test_an_answer_comes_after_the_commit(store: Store):
    assert store.write(say("one")) == "one"
    assert words(store) == ["one"]


def test_nobody_is_answered_before_the_commit(store: Store):
    reached, go = threading.Event(), threading.Event()

    @event.listens_for(store.writing, "commit")
    def _hold(connection: Any) -> None:
        reached.set()
        go.wait(30)

    group = Group(store)
    group.add("one", lambda: store.write(say("one")))
    assert reached.wait(30)
    assert (group.answers, words(store)) == ({}, [])
    go.set()
    group.threads[0].join(30)
    assert (group.answers, words(store)) == ({"one": "one"}, ["one"])


def test_the_writing_connection_is_durable(store: Store):
    def look(session: Session) -> list[Any]:
        return [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert store.write(look) == ["wal", 2, 1]


def test_a_failed_call_leaves_nothing_and_says_why(store: Store):
    with pytest.raises(DomainError, match="mark_invalid"):
        store.write(say("one", refuse(DomainError("mark_invalid"))))
    store.write(say("two"))
    with pytest.raises(IntegrityError):
        store.write(say("three", say("two")))
    assert words(store) == ["two"]


def test_no_error_of_the_database_tells_the_values_of_a_row(app: APIFlask, store: Store):
    with pytest.raises(DBAPIError) as written:
        store.write(lambda session: session.execute(text("INSERT INTO nowhere VALUES (:w)"), {"w": "Veslov Yegor"}))
    with pytest.raises(DBAPIError) as read:
        db.session.execute(text("SELECT * FROM nowhere WHERE w = :w"), {"w": "Veslov Yegor"})
    assert "Veslov" not in str(written.value) + str(read.value)


def test_a_write_inside_a_write_is_refused(store: Store):
    with pytest.raises(RuntimeError, match="inside"):
        store.write(say("one", lambda session: store.write(say("two"))))
    assert store.write(say("three")) == "three"
    assert words(store) == ["three"]


# Many calls


def test_calls_that_wait_together_are_committed_together(store: Store):
    group = Group(store)
    assert group.run(*(say(f"w{n}") for n in range(20))) == [f"w{n}" for n in range(20)]
    assert words(store) == [f"w{n}" for n in range(20)]
    assert group.commits == 2  # the blocking call's own, and one for all


def test_more_calls_than_fit_into_one_group_are_all_answered(store: Store):
    group = Group(store)
    count = GROUP_LIMIT + 20
    assert group.run(*(say(f"w{n}") for n in range(count))) == [f"w{n}" for n in range(count)]
    assert group.commits == 3


@pytest.mark.parametrize("error", [DomainError("mark_invalid"), ValueError("wrong"), SystemExit(3)])
def test_one_failing_call_does_not_hurt_the_others(store: Store, error: BaseException):
    answers = Group(store).run(say("one"), say("bad", refuse(error)), say("two"), say("one"), say("three"))
    assert answers[1] is error
    assert isinstance(answers[3], IntegrityError)
    assert [answers[place] for place in (0, 2, 4)] == ["one", "two", "three"]
    assert words(store) == ["one", "two", "three"]


def test_a_failure_at_the_commit_itself_hurts_nobody_else(store: Store):
    """A deferred foreign key fails at COMMIT and leaves the transaction open."""
    store.write(lambda session: session.execute(text(
        "CREATE TABLE child (p TEXT REFERENCES word (w) DEFERRABLE INITIALLY DEFERRED)"
    )) and None)  # fmt: skip

    def orphan(session: Session) -> None:
        session.execute(text("INSERT INTO child VALUES ('nobody')"))

    answers = Group(store).run(say("one"), orphan, say("two"))
    assert isinstance(answers[1], IntegrityError)
    assert (answers[0], answers[2]) == ("one", "two")
    with pytest.raises(IntegrityError):
        store.write(orphan)
    assert store.write(say("three")) == "three"
    assert words(store) == ["one", "two", "three"]


def test_one_call_does_not_see_what_another_had_read(app: APIFlask):
    """Rows are cached by session: in a shared one the second call would be told the old name."""
    write(lambda session: session.add(Subject(id="1" * 32, name="algebra")))

    def rename(session: Session) -> str:
        row = session.get_one(Subject, "1" * 32)
        session.execute(text("UPDATE subject SET name = name || '!'"))
        return row.name

    assert Group(app.extensions["store"]).run(rename, rename, rename) == ["algebra", "algebra!", "algebra!!"]


def batch(session: Session, payloads: list[str]) -> list[str]:
    """A handler that stores all words at once, and refuses a bad one."""
    if "bad" in payloads:
        raise DomainError("value_invalid")
    session.execute(text("INSERT INTO word (w) VALUES (:w)"), [{"w": each} for each in payloads])
    return [f"{each} of {len(payloads)}" for each in payloads]


def run_batched(store: Store, payloads: list[str]) -> list[Any]:
    group = Group(store)
    group.add("block", lambda: store.write(lambda session: group.busy.set() or group.free.wait(30)))
    group.busy.wait(30)
    for number, each in enumerate(payloads):
        group.add(number, lambda each=each: store.write_batched(batch, each))
        wait_until(lambda number=number: waiting(store) > number)
    group.free.set()
    for thread in group.threads:
        thread.join(60)
    return codes([group.answers[number] for number in range(len(payloads))])


def test_payloads_that_wait_together_are_handed_over_in_order(store: Store):
    assert run_batched(store, ["a", "b", "c"]) == ["a of 3", "b of 3", "c of 3"]
    assert words(store) == ["a", "b", "c"]


def test_a_payload_that_fails_is_tried_alone(store: Store):
    assert run_batched(store, ["a", "bad", "c"]) == ["a of 1", "value_invalid", "c of 1"]
    assert words(store) == ["a", "c"]


def test_a_handler_that_loses_an_answer_is_refused(store: Store):
    with pytest.raises(RuntimeError, match="one value per payload"):
        store.write_batched(lambda session, payloads: [], "a")


# The disk


def limit_pages(store: Store, spare: int | None) -> None:
    """Let the database grow by so many pages only; None: as it likes."""

    def run(session: Session) -> None:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages + spare if spare is not None else 2**30}")).all()

    store.write(run)


BIG = "x" * 40_000


def test_on_a_full_disk_nobody_in_the_group_is_saved_and_all_are_told(store: Store):
    store.write(say("before"))
    limit_pages(store, 2)
    assert codes(Group(store).run(say("one"), say(BIG), say("two"))) == ["disk_full"] * 3
    assert words(store) == ["before"]
    assert codes(Group(store).run(say(BIG))) == ["disk_full"]
    assert store.write(say("small")) == "small"
    limit_pages(store, None)
    assert Group(store).run(say("one"), say(BIG), say("two")) == ["one", BIG, "two"]
    assert words(store) == ["before", "small", "one", BIG, "two"]


def test_a_batch_on_a_full_disk_is_told_so(store: Store):
    limit_pages(store, 2)
    assert run_batched(store, ["a", BIG, "c"]) == ["disk_full"] * 3
    assert words(store) == []


def test_reading_goes_on_while_the_disk_is_full(app: APIFlask):
    store = app.extensions["store"]
    write(lambda session: session.add(Subject(id="1" * 32, name="algebra")))
    limit_pages(store, 0)
    with pytest.raises(DomainError, match="disk_full"):
        write(lambda session: session.add_all(Subject(id=f"{n:032x}", name=f"{n} {BIG}") for n in range(2, 30)))
    assert db.session.scalars(db.select(Subject.name)).all() == ["algebra"]


def test_a_call_that_hides_a_full_disk_is_not_taken_for_saved(store: Store):
    limit_pages(store, 2)

    def hide(session: Session) -> str:
        try:
            session.execute(text("INSERT INTO word (w) VALUES (:w)"), {"w": BIG})
        except DBAPIError:
            return "all well"
        return "saved"

    answers = Group(store).run(say("one"), hide, say("two"))
    assert [answers[0], answers[2]] == ["one", "two"]
    assert isinstance(answers[1], Exception)
    assert words(store) == ["one", "two"]


def test_a_disk_that_fails_is_told_as_such(tmp_path: Path):
    (tmp_path / "garbage.db").write_bytes(b"no database" * 1000)
    for path in (tmp_path / "garbage.db", tmp_path / "nowhere" / "x.db"):
        broken = Store(f"sqlite:///{path}")
        with pytest.raises(DomainError, match="disk_error"):
            broken.write(say("one"))
        broken.close()


def test_a_database_that_another_program_holds_is_busy(store: Store):
    store.write(lambda session: session.execute(text("PRAGMA busy_timeout = 20")).all() and None)
    with closing(sqlite3.connect(store.writing.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DomainError, match="database_busy"):
            store.write(say("one"))
        other.execute("ROLLBACK")
    assert store.write(say("two")) == "two"


# Threads and processes


def test_a_dead_writer_fails_its_calls_and_is_replaced(store: Store, monkeypatch: pytest.MonkeyPatch):
    group = Group(store)
    real = Store._commit_together

    def die(self: Store, calls: list) -> list:
        if len(calls) > 1:
            raise MemoryError
        return real(self, calls)

    monkeypatch.setattr(Store, "_commit_together", die)
    assert codes(group.run(*(say(f"w{n}") for n in range(5)))) == ["internal"] * 5
    monkeypatch.undo()
    assert store.write(say("one")) == "one"
    assert words(store) == ["one"]


def test_closing_finishes_what_waits(store: Store):
    group = Group(store)
    group.add("block", lambda: store.write(lambda session: group.busy.set() or group.free.wait(30)))
    group.busy.wait(30)
    for n in range(10):
        group.add(n, lambda n=n: store.write(say(f"w{n}")))
    wait_until(lambda: waiting(store) == 10)
    closing_ = threading.Thread(target=store.close)
    closing_.start()
    group.free.set()
    for thread in (closing_, *group.threads):
        thread.join(30)
    assert sorted(words(store)) == sorted(f"w{n}" for n in range(10))
    assert store.write(say("late")) == "late"


def test_closing_again_and_again_under_load_loses_and_hangs_nobody(store: Store):
    answers: list[str] = []

    def post(who: int) -> None:
        answers.extend(store.write(say(f"{who}-{n}")) for n in range(30))

    threads = [threading.Thread(target=post, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        store.close()
    for thread in threads:
        thread.join(30)
    assert sorted(words(store)) == sorted(answers)
    assert len(answers) == 180


def test_a_forked_process_may_not_write_and_its_parent_goes_on(store: Store):
    store.write(say("one"))
    child = os.fork()
    if child == 0:  # nothing of the test may run on in the child, whatever happens
        code = 1
        try:
            store.write(say("child"))
        except RuntimeError:
            store.close()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.write(say("two")) == "two"
    assert words(store) == ["one", "two"]


def acknowledged(process: subprocess.Popen, delay: float) -> list[int]:
    """Origins that the poster said were taken, until it was killed ``delay`` seconds after the first."""
    lines = [process.stdout.readline()]
    timer = threading.Timer(delay, process.kill)
    timer.start()
    lines += process.stdout.readlines()
    process.wait()
    timer.cancel()
    whole = [line.split() for line in lines if line.endswith("\n")]
    assert {outcome for _, outcome in whole} <= {"accepted"}
    return [int(number) for number, _ in whole]


@pytest.mark.large
def test_every_acknowledged_op_survives_kill_9(blank_home: Path, tmp_path: Path):
    home = tmp_path / "home"
    with office(blank_home, home) as here:
        here.fresh()
    said: list[int] = []
    for round_ in range(3):
        arguments = [sys.executable, "-m", "tests.server.poster", str(home), str(round_ * 100_000)]
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        delay = random.uniform(0.02, 0.5)
        said += acknowledged(process, delay)
        with closing(sqlite3.connect(home / "korablik.db")) as found:
            assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert found.execute("PRAGMA foreign_key_check").fetchall() == []
            stored = [int(row[0], 16) for row in found.execute("SELECT origin FROM op")]
            assert len(stored) == len(set(stored))
            assert set(said) - set(stored) == set(), f"lost after {delay:.3f} s in round {round_}"
            for table in ('"return"', "mark_act"):  # whole ops only
                assert found.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == len(stored)
    assert len(said) > 3


# Reading


def test_reading_sessions_cannot_write(app: APIFlask):
    db.session.add(Subject(id="1" * 32, name="algebra"))
    with pytest.raises(DBAPIError, match="readonly"):
        db.session.flush()


@pytest.mark.postgres
def test_reading_sessions_cannot_write_on_postgres(blank_home: Path, tmp_path: Path, pg_url: str):
    def add(session: Session) -> None:
        session.add(Subject(id="2" * 32, name="geometry"))
        session.flush()

    with office(blank_home, tmp_path / "office", pg_url) as here:
        with pytest.raises(DBAPIError, match="read-only"):
            here.read(add)
        here.write(add)


def test_what_a_request_reads_after_its_write_is_new(app: APIFlask):
    write(lambda session: session.add(Person(id="1" * 32, slug="one", last_name="Veslov")))
    row = db.session.get_one(Person, "1" * 32)
    assert row.last_name == "Veslov"

    def rename(session: Session) -> None:
        session.get_one(Person, "1" * 32).last_name = "Rulev"

    write(rename)
    assert row.last_name == "Rulev"


def sees_one_moment(here: Office) -> None:
    with here.app.app_context(), snapshot() as session:
        before = session.scalars(db.select(Subject.name)).all()
        here.write(lambda writing: writing.add(Subject(id="2" * 32, name="geometry")))
        assert session.scalars(db.select(Subject.name)).all() == before
    assert here.read(lambda reading: reading.scalars(db.select(Subject.name)).all()) == [*before, "geometry"]


def test_a_snapshot_sees_one_moment(blank_home: Path, tmp_path: Path):
    with office(blank_home, tmp_path / "office") as here:
        sees_one_moment(here)


@pytest.mark.postgres
def test_a_snapshot_sees_one_moment_on_postgres(blank_home: Path, tmp_path: Path, pg_url: str):
    with office(blank_home, tmp_path / "office", pg_url) as here:
        sees_one_moment(here)


# PostgreSQL


@pytest.fixture
def pg_store(pg_url: str) -> Iterator[Store]:
    """A store on PostgreSQL with a table of words."""
    made = Store(pg_url)
    made.write(lambda session: session.execute(text("CREATE TABLE word (w TEXT UNIQUE, parent TEXT)")) and None)
    yield made
    made.close()


def pg_words(store: Store) -> list[str]:
    return store.write(lambda session: list(session.scalars(text("SELECT w FROM word ORDER BY w"))))


@pytest.mark.postgres
def test_a_failed_call_leaves_nothing_on_postgres(pg_store: Store):
    with pytest.raises(DomainError, match="mark_invalid"):
        pg_store.write(say("one", refuse(DomainError("mark_invalid"))))
    with pytest.raises(RuntimeError, match="inside"):
        pg_store.write(say("two", lambda session: pg_store.write(say("three"))))
    with pytest.raises(IntegrityError):
        pg_store.write(say("four", say("four")))
    assert pg_store.write(say("five")) == "five"
    assert pg_words(pg_store) == ["five"]


@pytest.mark.postgres
def test_a_deadlock_is_tried_again(pg_store: Store):
    for word in ("a", "b"):
        pg_store.write(say(word))
    both, tries, done = threading.Barrier(2), [], threading.Event()

    def lock(order: str) -> Callable[[Session], str]:
        def run(session: Session) -> str:
            tries.append(order)
            first = len([each for each in tries if each == order]) == 1
            if not first:
                done.wait(30)  # a retry may overtake the call that its deadlock let go, and meet it again
            for place, word in enumerate(order):
                session.execute(text("UPDATE word SET parent = :o WHERE w = :w"), {"o": order, "w": word})
                if first and place == 0:
                    both.wait(30)
            return order

        return run

    answers: list[str] = []

    def call(order: str) -> None:
        answers.append(pg_store.write(lock(order)))
        done.set()

    threads = [threading.Thread(target=call, args=(order,)) for order in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == ["ab", "ba"]
    assert len(tries) == 3


def test_a_database_that_does_not_answer_is_told_as_such():
    away = Store("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(DomainError, match="database_unreachable"):
        away.write(lambda session: session.execute(text("SELECT 1")) and None)
    away.close()


@pytest.mark.postgres
def test_a_lost_connection_is_told_and_the_next_write_has_another(pg_store: Store):
    def cut(session: Session) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DomainError, match="database_unreachable"):
        pg_store.write(cut)
    assert pg_store.write(say("one")) == "one"


def test_a_chain_of_errors_that_leads_back_to_itself_is_no_endless_walk():
    one, two = ValueError("one"), ValueError("two")
    one.__context__, two.__context__ = two, one
    assert lost_code(one) is None
