"""Ten thousand requests made at random from the description of the interface: no 5xx, no traceback, memory flat.

The requests are those of ``tests/server/api/test_fuzz.py``: schemathesis reads the description of the interface and
makes what fits it and what does not, most of it signed by an enrolled phone; beside it come batches of ops that are
right but for one member. Every answer must be one that the description names, in the shape it names. The office
answers over real HTTP from a process of its own; its memory is looked at after the first thousand and at the end.

Run it: ``python tests/bench/bench_fuzz.py [REQUESTS]``; a wrong answer ends it with what was asked.
"""

import http.client
import json
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "bench" / "fuzz"
sys.path.insert(0, str(ROOT))
COUNT, WARM = 10_000, 1_000


class Answer:
    """What came back, as the tests look at it."""

    def __init__(self, response: http.client.HTTPResponse):
        self.status_code, self.data = response.status, response.read()
        self.text = self.data.decode()
        self.mimetype = (response.headers.get("Content-Type") or "").partition(";")[0]

    @property
    def json(self) -> Any:
        """The document."""
        return json.loads(self.data)


class Caller:
    """Asks over one connection."""

    def __init__(self, port: int):
        self.link = http.client.HTTPConnection("127.0.0.1", port)

    def open(self, address: str, method: str, data: bytes | None, headers: dict[str, str], content_type: str) -> Answer:
        """One request."""
        self.link.request(method, address, data, {**headers, "Content-Type": content_type})
        return Answer(self.link.getresponse())


def make() -> Any:
    """The application on the bench's home."""
    from server import create_app
    from server.config import make_config

    return create_app(make_config(HOME, testing=True, fixed_now=datetime(2026, 12, 7, 8, 0)))


def serve() -> None:
    """Serve the office on a free port and print the port."""
    from waitress.server import create_server

    server = create_server(make(), host="127.0.0.1", port=0, threads=4)
    print(server.effective_port, flush=True)
    server.run()


def main(count: int = COUNT) -> None:
    """Prepare an office and a phone, serve, ask, report."""
    from server.extensions import db
    from server.services import schema
    from tests.server import phones
    from tests.server.api.conftest import Office
    from tests.server.web.world import build

    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True, mode=0o700)
    app = make()
    with app.app_context():
        schema.prepare()
        office = Office(app, build(), HOME)
        phone = phones.of_role(office, "subject_teacher")
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    process = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        phone.client = Caller(int(process.stdout.readline()))  # type: ignore[assignment, union-attr]
        ask(office, phone, psutil.Process(process.pid), count)
    finally:
        process.terminate()
        process.wait()


def ask(office: Any, phone: Any, here: psutil.Process, count: int) -> None:
    """A thousand to warm up, then the rest, and what became of the office's memory."""
    from tests.server.api.test_fuzz import run

    run(office, phone, WARM * 2 // 3)
    before, began = here.memory_info().rss, time.perf_counter()
    fuzz = run(office, phone, count * 2 // 3)
    grown = here.memory_info().rss - before
    told = ", ".join(f"{status}: {number}" for status, number in sorted(fuzz.statuses.items()))
    print(f"fuzz: {fuzz.asked} requests in {time.perf_counter() - began:.0f} s, none answered with 5xx ({told}); "
          f"office {grown / 1e6:+.1f} MB after the first {WARM} (of {before / 1e6:.0f})")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
