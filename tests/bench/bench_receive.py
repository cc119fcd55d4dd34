"""How fast a single durable post is taken in, against plain Flask and SQLite: throughput and waiting times.

Each side answers one bare Flask route (no sign-in) behind waitress with the same threads, in a process of its own,
with its database on the disk of the checkout in WAL mode with synchronous=FULL. Fifty clients post one return with a
mark at a time and wait for the answer. The plain side (Flask-SQLAlchemy, as its documentation has it) checks whether
the id is there and inserts one row in a transaction of its own; ours is ``services.returns.receive``, which checks
people, rights and scale and stores op, return, revision and comment. ``driver`` is the plain side without SQLAlchemy,
on the bare sqlite3 module: no target, but worth knowing. Runs alternate, so that a busy machine is fair to all.

Run it: ``python tests/bench/bench_receive.py``; it prints the ratios and changes nothing outside ``build/bench``.
"""

import hashlib
import json
import logging
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, request

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "bench" / "receive"
CLIENTS = 50
POSTS = 1500  # in one run of one side
ROUNDS = 4
SIDES = ("plain", "driver", "ours")
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TODAY = date(2026, 12, 7)
COLUMNS = ("origin", "n", "sha256", "v", "type", "author", "at", "returned_on", "base", "data", "received_at")


def values_of(op: dict[str, Any]) -> dict[str, Any]:
    """The columns that both plain sides store."""
    sha256 = hashlib.sha256(json.dumps(op, sort_keys=True).encode()).hexdigest()
    return {**{name: op[name] for name in COLUMNS if name in op}, "sha256": sha256, "received_at": NOW.isoformat()}


def plain_app() -> Flask:
    """Check, insert, commit with Flask-SQLAlchemy and its own pool of connections."""
    from flask_sqlalchemy import SQLAlchemy
    from sqlalchemy import JSON, UniqueConstraint, event
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    app = Flask("plain")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{HOME / 'plain.db'}"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"timeout": 60}}
    db = SQLAlchemy(app, model_class=Base)

    class Op(db.Model):  # type: ignore[name-defined]
        __table_args__ = (UniqueConstraint("origin", "n"),)
        seq: Mapped[int] = mapped_column(primary_key=True)
        origin: Mapped[str]
        n: Mapped[int]
        sha256: Mapped[str]
        v: Mapped[int]
        type: Mapped[str]
        author: Mapped[str]
        at: Mapped[str]
        returned_on: Mapped[str | None]
        base: Mapped[list[str]] = mapped_column(JSON)
        data: Mapped[dict[str, Any]] = mapped_column(JSON)
        received_at: Mapped[str]

    with app.app_context():

        @event.listens_for(db.engine, "connect")
        def _open(connection: sqlite3.Connection, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

        db.create_all()

    @app.post("/op")
    def take() -> Any:
        op = request.get_json()
        row = db.session.scalar(db.select(Op).filter_by(origin=op["origin"], n=op["n"]))
        if row is None:
            db.session.add(Op(**values_of(op)))
            db.session.commit()
        return jsonify([{"outcome": "accepted" if row is None else "duplicate"}])

    return app


def driver_app() -> Flask:
    """Check, insert, commit with one sqlite3 connection a thread."""
    app = Flask("driver")
    local = threading.local()
    insert = f"INSERT INTO op ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"

    def connect() -> sqlite3.Connection:
        if not hasattr(local, "db"):
            local.db = sqlite3.connect(HOME / "driver.db", timeout=60)
            local.db.execute("PRAGMA journal_mode=WAL")
            local.db.execute("PRAGMA synchronous=FULL")
        return local.db

    with connect() as db:
        db.execute(f"CREATE TABLE IF NOT EXISTS op (seq INTEGER PRIMARY KEY, {', '.join(COLUMNS)}, UNIQUE (origin, n))")

    @app.post("/op")
    def take() -> Any:
        op = request.get_json()
        with connect() as db:
            row = db.execute("SELECT sha256 FROM op WHERE origin = ? AND n = ?", (op["origin"], op["n"])).fetchone()
            if row is None:
                values = {**values_of(op), "base": json.dumps(op["base"]), "data": json.dumps(op["data"])}
                db.execute(insert, values)
        return jsonify([{"outcome": "accepted" if row is None else "duplicate"}])

    return app


def our_app() -> Flask:
    """``receive`` behind the same route."""
    from server.services.returns import Delivery, receive
    from server.store import Store

    app = Flask("ours")
    app.extensions["store"] = Store(f"sqlite:///{HOME / 'korablik.db'}")

    @app.post("/op")
    def take() -> Any:
        return jsonify([vars(each) for each in receive(Delivery([request.get_json()], NOW, TODAY))])

    return app


def prepare(count: int) -> tuple[list[str], str]:
    """A home with one class and ``count`` works; returns their codes and the teacher's id."""
    from sqlalchemy import insert

    from server import create_app, store
    from server.config import make_config
    from server.extensions import db
    from server.models import Membership, Person, Work
    from server.services import schema
    from sync.codes import complete
    from tests.server import factory

    app = create_app(make_config(HOME, testing=True))
    with app.app_context():
        schema.prepare()
        factory.school()
        group = factory.group()
        course = factory.course(group)
        teacher = factory.teacher(course)
        tasks = [factory.task(factory.lesson(course, n=n).lesson_course) for n in range(40)]
        pupils = [f"{n:032x}" for n in range(-(-count // len(tasks)))]
        codes = [complete(f"{n:07d}") for n in range(1_000_000, 1_000_000 + len(tasks) * len(pupils))]

        def save(session: Any) -> None:
            session.execute(insert(Person), [{"id": p, "slug": p[-12:], "last_name": "Veslov"} for p in pupils])
            session.execute(insert(Membership), [
                {"id": p, "person_id": p, "group_id": group, "since": factory.SINCE} for p in pupils
            ])  # fmt: skip
            session.execute(insert(Work), [
                {"id": f"{n:032x}", "task_id": tasks[n % len(tasks)], "student_id": pupils[n // len(tasks)],
                 "code": code, "created_at": NOW} for n, code in enumerate(codes)
            ])  # fmt: skip

        store.write(save)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    return codes[:count], teacher


def post_of(number: int, code: str, teacher: str) -> bytes:
    """The bytes of one HTTP request."""
    from sync import ops

    origin = hashlib.sha256(str(number).encode()).hexdigest()[:16]
    data = {"code": code, "channel": "paper", "mark": {"verdict": "mark", "value": "5"}, "comment": ""}
    op = ops.envelope(origin, 0, "return", teacher, "2026-12-07T07:41:00+05:00", data, returned_on=TODAY)
    body = json.dumps(op).encode()
    head = f"POST /op HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def serving(side: str) -> Iterator[int]:
    """A server process of one side; yields its port."""
    process = subprocess.Popen([sys.executable, __file__, side], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        yield int(process.stdout.readline())  # type: ignore[union-attr]
    finally:
        process.terminate()
        process.wait()


def serve(side: str) -> None:
    """Serve one side on a free port and print the port."""
    from waitress.server import create_server

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # fifty clients for fifty threads is meant
    app = {"plain": plain_app, "driver": driver_app, "ours": our_app}[side]()
    server = create_server(app, host="127.0.0.1", port=0, threads=CLIENTS)
    print(server.effective_port, flush=True)
    server.run()


def client(port: int, posts: list[bytes], waits: list[float], start: threading.Barrier) -> None:
    """Post one after the other on one connection and note how long each answer took."""
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start.wait()
        for post in posts:
            began = time.perf_counter()
            link.sendall(post)
            answer = link.recv(65536)
            while b"]\n" not in answer:
                more = link.recv(65536)
                if not more:
                    break
                answer += more
            waits.append(time.perf_counter() - began)
            if not answer.startswith(b"HTTP/1.1 200") or b'"accepted"' not in answer:
                sys.exit(f"not taken in: {answer[:400]!r}")


def run(port: int, posts: list[bytes]) -> tuple[float, list[float]]:
    """All clients at once; returns the seconds it took and every wait."""
    waits: list[list[float]] = [[] for _ in range(CLIENTS)]
    start = threading.Barrier(CLIENTS + 1)
    threads = [
        threading.Thread(target=client, args=(port, posts[each::CLIENTS], waits[each], start))
        for each in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    flat = [wait for each in waits for wait in each]
    if len(flat) != len(posts):
        sys.exit("a client stopped early")
    return seconds, flat


def stored(name: str, table: str) -> int:
    """Rows of a table, read from the file after the servers have gone."""
    db = sqlite3.connect(HOME / name)
    try:
        return db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
    finally:
        db.close()


def report(took: dict[str, float], waits: dict[str, list[float]]) -> None:
    """Print both sides and the two ratios."""
    rate = {side: len(waits[side]) / took[side] for side in took}
    p50 = {side: statistics.median(waits[side]) * 1000 for side in waits}
    p99 = {side: statistics.quantiles(waits[side], n=100)[98] * 1000 for side in waits}
    for side in took:
        print(f"  {side:6}  {rate[side]:6.0f} ops/s   p50 {p50[side]:6.1f} ms   p99 {p99[side]:7.1f} ms")
    print(
        f"receive: {rate['ours']:.0f} ops/s vs {rate['plain']:.0f}, ratio {rate['ours'] / rate['plain']:.1f}× "
        f"(target ≥ 3×), p99 ratio 1/{p99['plain'] / p99['ours']:.1f} (target ≤ 1/5); "
        f"against the bare driver {rate['ours'] / rate['driver']:.1f}×, 1/{p99['driver'] / p99['ours']:.1f}"
    )


def main(rounds: int = ROUNDS, posts: int = POSTS) -> None:
    """Prepare, alternate the sides, check that every post was stored, report."""
    sys.path.insert(0, str(ROOT))
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    warm = CLIENTS * 4
    codes, teacher = prepare(rounds * posts + warm)
    requests = [post_of(number, code, teacher) for number, code in enumerate(codes)]
    took: dict[str, float] = dict.fromkeys(SIDES, 0.0)
    waits: dict[str, list[float]] = {side: [] for side in SIDES}
    with ExitStack() as stack:
        ports = {side: stack.enter_context(serving(side)) for side in SIDES}
        for port in ports.values():
            run(port, requests[-warm:])
        for number in range(rounds):
            part = requests[number * posts : (number + 1) * posts]
            for side in SIDES[:: 1 if number % 2 == 0 else -1]:
                seconds, each = run(ports[side], part)
                took[side] += seconds
                waits[side] += each
                print(f"  run {number + 1}: {side:6} {posts / seconds:6.0f} ops/s", flush=True)
    expected = [("plain.db", "op"), ("driver.db", "op")]
    expected += [("korablik.db", table) for table in ("op", "return", "mark_revision", "mark_act")]
    for name, table in expected:
        if stored(name, table) != len(requests):
            sys.exit(f"{name}: {stored(name, table)} rows in {table}, {len(requests)} expected")
    report(took, waits)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        main()
