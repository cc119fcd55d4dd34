"""What ops from afar cost on the line and at the office: one phone with 10,000 ops, a class of 30, nothing new.

Everything goes over real HTTP to ``waitress`` with the whole application in a process of its own, its SQLite on the
disk of the checkout (WAL, synchronous=FULL), each answer after its commit. The phone packs, signs and waits for every
answer before it sends the next. Baseline in the same run: the same office, one plain JSON op in each request, signed as
well; measured on some ops and scaled. Bytes are those of bodies, request and answer together; where heads are counted,
too, it says so. ``hard`` are ops that pack badly: each corrects a mark, so it names a revision of 64 random digits.

Run it: ``python tests/bench/bench_ops.py``; it prints the figures and changes nothing outside ``build/bench``.
"""

import gzip
import hashlib
import json
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "bench" / "ops"
sys.path.insert(0, str(ROOT))
COUNT, BATCH, CLASS, BASELINE = 10_000, 500, 30, 300
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TODAY = date(2026, 12, 7)
SCHOOL, EPOCH = "TEST", "e" * 32


@dataclass
class Line:
    """A connection of the phone, which counts what goes over it."""

    port: int
    key: Any
    origin: str
    requests: int = 0
    sent: int = 0
    received: int = 0
    heads: int = 0
    link: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.link = socket.create_connection(("127.0.0.1", self.port))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, body: bytes, encoding: str = "gzip") -> dict[str, Any]:
        """A signed batch; its answer."""
        from sync.p256 import sign

        head = (
            f"POST /api/v1/ops HTTP/1.1\r\nHost: office\r\nContent-Type: application/json\r\n"
            f"Content-Encoding: {encoding}\r\nAccept-Encoding: gzip\r\nX-Korablik-Device: {self.origin}\r\n"
            f"X-Korablik-Signature: {sign(self.key, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return json.loads(self._talk(head.encode(), body))

    def get(self, address: str) -> dict[str, Any]:
        """A signed question; its answer."""
        from sync.p256 import sign

        at = "2026-12-07T08:00:00+05:00"
        signature = sign(self.key, f"GET {address}\n{at}".encode())
        head = (
            f"GET {address} HTTP/1.1\r\nHost: office\r\nX-Korablik-Device: {self.origin}\r\nX-Korablik-At: {at}\r\n"
            f"X-Korablik-Signature: {signature}\r\n\r\n"
        )
        return json.loads(self._talk(head.encode(), b""))

    def _talk(self, head: bytes, body: bytes) -> bytes:
        self.link.sendall(head + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        told, _, rest = answer.partition(b"\r\n\r\n")
        heads = dict(line.lower().split(b": ", 1) for line in told.split(b"\r\n")[1:])
        length = int(heads[b"content-length"])
        while len(rest) < length:
            rest += self._more()
        if b" 200 " not in told[:20]:
            sys.exit(f"not answered: {told[:200]!r} {rest[:300]!r}")
        self.requests += 1
        self.sent += len(body)
        self.received += length
        self.heads += len(head) + len(told) + 4
        if heads.get(b"content-encoding") == b"gzip":
            return gzip.decompress(rest)
        return rest

    def _more(self) -> bytes:
        more = self.link.recv(65536)
        if not more:
            sys.exit("the office closed the line")
        return more


def prepare(count: int) -> tuple[list[str], str, Any, str]:
    """A home with one class, ``count`` works, and an enrolled phone: codes, teacher, key, origin."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from sqlalchemy import insert

    from server import create_app, store
    from server.config import make_config
    from server.extensions import db
    from server.models import Device, Membership, Person, Work
    from server.services import schema
    from sync.codes import new_code
    from sync.p256 import point_of
    from tests.server import factory

    app = create_app(make_config(HOME, testing=True, fixed_now=datetime(2026, 12, 7, 8, 0)))
    key, origin, chance = ec.generate_private_key(ec.SECP256R1()), "00112233aabbccdd", random.Random(7)
    with app.app_context():
        schema.prepare()
        factory.school(id=SCHOOL, epoch=EPOCH)
        group = factory.group()
        course = factory.course(group)
        teacher = factory.teacher(course)
        factory.account("teacher", person_id=teacher)
        tasks = [factory.task(factory.lesson(course, n=n % 20).lesson_course) for n in range(-(-count // CLASS))]
        pupils = [f"{n:032x}" for n in range(CLASS)]
        codes: dict[str, None] = {}
        while len(codes) < len(tasks) * len(pupils):
            codes[new_code(chance.randrange)] = None

        def save(session: Any) -> None:
            session.execute(insert(Person), [{"id": p, "slug": p[-12:], "last_name": "Veslov"} for p in pupils])
            session.execute(insert(Membership), [
                {"id": p, "person_id": p, "group_id": group, "since": factory.SINCE} for p in pupils
            ])  # fmt: skip
            session.execute(insert(Work), [
                {"id": hashlib.md5(code.encode()).hexdigest(), "task_id": tasks[n // CLASS],
                 "student_id": pupils[n % CLASS], "code": code, "created_at": NOW} for n, code in enumerate(codes)
            ])  # fmt: skip
            session.add(Device(origin=origin, person_id=teacher, name="Nokia", public_key=point_of(key.public_key()),
                               state="confirmed", enrolled_at=NOW))  # fmt: skip

        store.write(save)
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    return list(codes)[:count], teacher, key, origin


def serve() -> None:
    """Serve the office on a free port and print the port."""
    from waitress.server import create_server

    from server import create_app
    from server.config import make_config

    app = create_app(make_config(HOME, testing=True, fixed_now=datetime(2026, 12, 7, 8, 0)))
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    print(server.effective_port, flush=True)
    server.run()


def returns(codes: Sequence[str], first: int, teacher: str, origin: str) -> list[dict[str, Any]]:
    """A teacher types: a return with its mark every few seconds, a comment on every fifteenth."""
    from sync import ops

    chance, at, typed = random.Random(first), datetime(2026, 12, 7, 7, 0), []
    for n, code in enumerate(codes, first):
        at += timedelta(seconds=chance.randint(2, 9))
        comment = "Проверь ещё раз вторую задачу: потерян знак." if n % 15 == 3 else ""
        mark = {"verdict": "mark", "value": chance.choice("2345")}
        data = {"code": code, "channel": "paper", "mark": mark, "comment": comment}
        typed.append(ops.envelope(origin, n, "return", teacher, at.isoformat() + "+05:00", data, (), TODAY))
    return typed


def corrected(typed: Sequence[dict[str, Any]], first: int) -> list[dict[str, Any]]:
    """Each mark decided anew, upon the one before."""
    from sync import ops
    from sync.decide import make_revision

    found = []
    for n, op in enumerate(typed, first):
        mark = op["data"]["mark"]
        base = make_revision(op["data"]["code"], (), (mark["verdict"], mark["value"])).id
        other = {"verdict": "mark", "value": "5" if mark["value"] != "5" else "4"}
        data = {"code": op["data"]["code"], "mark": other, "comment": ""}
        found.append(ops.envelope(op["origin"], n, "mark", op["author"], op["at"], data, (base,)))
    return found


def deliver(line: Line, typed: Sequence[dict[str, Any]]) -> float:
    """Send everything in batches; the seconds it took, packing and signing counted."""
    from sync import parcel

    began = time.perf_counter()
    taken = 0
    for start in range(0, len(typed), BATCH):
        told = line.post(parcel.write(SCHOOL, EPOCH, typed[start : start + BATCH]))
        taken += sum(last - first + 1 for first, last in told["accepted"])
    seconds = time.perf_counter() - began
    if taken != len(typed):
        sys.exit(f"{taken} of {len(typed)} taken in")
    return seconds


def one_by_one(line: Line, typed: Sequence[dict[str, Any]]) -> float:
    """The baseline: each op in a request of its own, plain."""
    began = time.perf_counter()
    for op in typed:
        line.post(json.dumps({"v": 1, "school": SCHOOL, "epoch": EPOCH, "ops": [op]}).encode(), "identity")
    return time.perf_counter() - began


def told(name: str, line: Line, seconds: float, scale: float = 1) -> None:
    """One line of figures."""
    print(f"  {name:34} {seconds * scale:7.2f} s  {(line.sent + line.received) * scale / 1000:8.1f} KB "
          f"({line.sent * scale / 1000:.1f} up, {line.received * scale / 1000:.1f} down; heads "
          f"{line.heads * scale / 1000:.1f})  {line.requests * scale:6.0f} requests", flush=True)  # fmt: skip


def measure(port: int, pid: int, codes: Sequence[str], teacher: str, key: Any, origin: str) -> None:
    """All figures against one office. CPU seconds, of phone and office, vary less with what else the machine does."""
    office = psutil.Process(pid)

    def fresh() -> Line:
        return Line(port, key, origin)

    def cpu() -> tuple[float, float]:
        times = office.cpu_times()
        return time.process_time(), times.user + times.system

    many, few, single = codes[:COUNT], codes[COUNT : COUNT + CLASS], codes[COUNT + CLASS :]
    one_by_one(fresh(), returns(single[:50], 50_000, teacher, origin))  # warm
    line = fresh()
    seconds = one_by_one(line, returns(single[50:], 60_000, teacher, origin))
    scale = COUNT / line.requests
    told(f"baseline, scaled from {line.requests}", line, seconds, scale)
    plain = seconds * scale
    line, typed = fresh(), returns(many, 0, teacher, origin)
    before = cpu()
    seconds = deliver(line, typed)
    phone, here = (after - first for after, first in zip(cpu(), before, strict=True))
    told("10,000 returns with marks", line, seconds)
    print(f"  of it CPU: phone {phone:.2f} s, office {here:.2f} s")
    print(f"ops: {seconds:.2f} s (target ≤ 2), {(line.sent + line.received) / 1000:.0f} KB (≤ 300), {line.requests} "
          f"requests (≤ 20); {plain / seconds:.0f}× faster than one plain op a request")  # fmt: skip
    line = fresh()
    told("10,000 corrections (hard)", line, deliver(line, corrected(typed, COUNT)))
    line = fresh()
    told("the same 10,000 returns again", line, again(line, typed))
    line = fresh()
    told("a class of 30", line, deliver(line, returns(few, 30_000, teacher, origin)))
    print(f"class: {line.sent + line.received} bytes in {line.requests} request (target ≤ 2,048), with all heads "
          f"{line.sent + line.received + line.heads}")  # fmt: skip
    known = fresh().get("/api/v1/changes?after=0&epoch=&lists=")
    while known["more"]:
        known = fresh().get(f"/api/v1/changes?after={known['cursor']}&epoch={known['epoch']}&lists={known['tag']}")
    line = fresh()
    address = f"/api/v1/changes?after={known['cursor']}&epoch={known['epoch']}&lists={known['tag']}"
    began = time.perf_counter()
    new = line.get(address)
    seconds = time.perf_counter() - began
    if new["works"] or new["lists"] or new["more"]:
        sys.exit("there was something new")
    print(f"nothing new: {line.requests} request, answer's body {line.received} bytes (target ≤ 400), with the heads "
          f"of request and answer {line.received + line.heads}; {seconds * 1000:.0f} ms")  # fmt: skip


def again(line: Line, typed: Sequence[dict[str, Any]]) -> float:
    """A resend of everything: all are duplicates."""
    from sync import parcel

    began = time.perf_counter()
    for start in range(0, len(typed), BATCH):
        line.post(parcel.write(SCHOOL, EPOCH, typed[start : start + BATCH]))
    return time.perf_counter() - began


def main() -> None:
    """Prepare, serve, measure, report."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    codes, teacher, key, origin = prepare(COUNT + CLASS + 50 + BASELINE)
    process = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        port = int(process.stdout.readline())  # type: ignore[union-attr]
        measure(port, process.pid, codes, teacher, key, origin)
        print(f"office: {psutil.Process(process.pid).memory_info().rss / 1e6:.0f} MB")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve()
    else:
        main()
