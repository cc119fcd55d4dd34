"""The whole office, `korablik serve`, under a teacher who logs work: killed, behind a bad network, on a broken disk.

The teacher has browsers without script (a work's form is sent until the office says that it was saved, the same bytes
each time) and phones (POST /api/v1/ops, all that was not acknowledged by its own id). What the office said so about is
acknowledged.
"""

import gzip
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from itsdangerous import URLSafeSerializer

from sync import parcel
from sync.codes import complete
from sync.p256 import sign
from tests.chaos import cuts, disk, homes
from tests.chaos.poster import WORKS
from tests.chaos.proxy import bad_network
from tests.chaos.verdict import Id, Verdict, judge
from tests.server.factory import PASSWORD
from tests.server.offices import return_op

ROOT = Path(__file__).parents[2]
NOW = "2026-12-07T08:00"
BROWSERS = 2  # at a time
BATCH = 12  # ops that a phone offers at once
RECORDED = 150  # acknowledgements in a record
PATIENCE = 60.0  # seconds for an office to open
Progress = Callable[[int, int], None]


class Refused(Exception):
    """The office answered with an error's page."""

    def __init__(self, status: int, page: str):
        super().__init__(f"{status}: {page[:200]}")
        self.status, self.page = status, page


@contextmanager
def office(home: Path, port: int, variables: dict[str, str] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """`korablik serve` on a home; ended afterwards if it still runs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KORABLIK_")}
    environment |= {"KORABLIK_HOME": str(home), "KORABLIK_NOW": NOW, "PYTHONPATH": str(ROOT), **(variables or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--port", str(port)], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        line = process.stdout.readline()  # type: ignore[union-attr]
        if "http://" not in line:
            raise RuntimeError(f"the office did not open: {line}")
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Browser:
    """One session with the office, through ``port`` (the office's own, or a proxy's)."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, address to go on to, page. Raises OSError or HTTPException when the line breaks."""
        link = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                       "Connection": "close", "Content-Type": "application/x-www-form-urlencoded"}  # fmt: skip
            body = urlencode(form).encode() if form is not None else None
            link.request("GET" if form is None else "POST", path, body, headers)
            answer = link.getresponse()
            page = answer.read().decode("utf-8", "replace")
            length = answer.getheader("Content-Length")
            if length is not None and len(page.encode()) < int(length) and form is None:
                raise HTTPException("cut off")
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _is, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.getheader("Location") or "", page
        finally:
            link.close()

    def page(self, path: str) -> str:
        """A page. Raises Refused."""
        status, _on, page = self.ask(path)
        if status != 200:
            raise Refused(status, page)
        return page

    def sign_in(self) -> None:
        """As the teacher. Raises Refused."""
        token = hidden(self.page("/sign-in"), "csrf_token")
        status, _on, page = self.ask(
            "/sign-in", {"csrf_token": token, "login": "teacher", "password": PASSWORD, "next": "/"}
        )
        if status != 302:
            raise Refused(status, page)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise HTTPException(f"no {name} on the page")
    return unescape(found[1])


def id_of(draft: str) -> Id:
    """The op that a form is, as its sealed draft says."""
    plain = URLSafeSerializer("unsealed").load_payload(draft.rpartition(".")[0].encode())
    return plain[0], 0


@dataclass
class Teacher:
    """Logs one work after the other and notes what was acknowledged; goes on until told to stop."""

    browser: Browser
    number: int
    said: list[Id] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    refusals: list[int] = field(default_factory=list)
    at_work: tuple[str, dict[str, str]] | None = None  # the form that is not acknowledged yet

    def log(self) -> None:
        """One form: opened, filled in, sent. Raises Refused, OSError, HTTPException."""
        if self.at_work is None:
            self.number += BROWSERS
            path = f"/works/{complete(f'{1_000_000 + self.number % WORKS:07d}')}"
            page = self.browser.page(path)
            form = {name: hidden(page, name) for name in ("csrf_token", "draft")}
            form |= {"act": "return", "mark": f"mark:{3 + self.number % 3}", "points": "", "channel": "paper",
                     "on": "2026-12-07", "comment": f"No. {self.number}"}  # fmt: skip
            self.at_work = path, form
        status, _on, page = self.browser.ask(*self.at_work)
        if status != 303:
            raise Refused(status, page)
        self.said.append(id_of(self.at_work[1]["draft"]))
        self.at_work = None

    def work(self) -> None:
        """Until ``stop``; whatever fails is tried again with the same bytes."""
        while not self.stop.is_set():
            try:
                self.log()
            except Refused as refusal:
                self.refusals.append(refusal.status)
                if refusal.status not in (500, 503, 507):
                    self.at_work = None
            except (OSError, HTTPException, ValueError):
                time.sleep(0.01)


@dataclass
class Phone:
    """A phone that logs works offline and offers all that is not acknowledged, until it is; then it logs more."""

    port: int
    number: int
    said: list[Id] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    refusals: list[int] = field(default_factory=list)
    outbox: dict[int, dict[str, Any]] = field(default_factory=dict)  # by n, what is not acknowledged
    n: int = 0

    def log(self) -> None:
        """A few more works, and one attempt to send the outbox. Raises Refused, OSError, HTTPException, ValueError."""
        dice = random.Random(self.n * 31 + self.number)
        while len(self.outbox) < BATCH:
            self.outbox[self.n] = self._op(dice)
            self.n += 1
        offered = list(self.outbox.values())
        body = parcel.write("TEST", "e" * 32, offered, columns=dice.random() < 0.5)
        for first, last in self._send(body):
            for n in range(first, last + 1):
                if self.outbox.pop(n, None) is not None:
                    self.said.append((homes.phone_origin(self.number), n))

    def _op(self, dice: random.Random) -> dict[str, Any]:
        code = complete(f"{1_000_000 + dice.randrange(WORKS):07d}")
        origin = int(homes.phone_origin(self.number), 16)
        return return_op(origin, code, ("mark", dice.choice("345")) if dice.random() < 0.7 else None, n=self.n)

    def _send(self, body: bytes) -> list[list[int]]:
        """The ranges of n that the office has."""
        link = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            link.request("POST", "/api/v1/ops", body, {
                "Content-Type": "application/json", "Content-Encoding": "gzip", "Connection": "close",
                "X-Korablik-Device": homes.phone_origin(self.number),
                "X-Korablik-Signature": sign(homes.phone_key(self.number), body),
            })  # fmt: skip
            answer = link.getresponse()
            data = answer.read()
            if answer.getheader("Content-Encoding") == "gzip":
                data = gzip.decompress(data)
            if answer.status != 200:
                raise Refused(answer.status, data.decode("utf-8", "replace"))
            told = json.loads(data)
            stored = [[one["n"], one["n"]] for one in told["others"] if one["outcome"] == "conflict"]
            return [*told["accepted"], *told["duplicate"], *stored]
        finally:
            link.close()

    def work(self) -> None:
        """Until ``stop``."""
        while not self.stop.is_set():
            try:
                self.log()
            except Refused as refusal:
                self.refusals.append(refusal.status)
                time.sleep(0.01)
            except (OSError, HTTPException, ValueError, EOFError):
                time.sleep(0.01)


Worker = Teacher | Phone


def crew_at(port: int, cookies: dict[str, str]) -> list[Worker]:
    """Two browsers of a teacher who is signed in, and the teacher's phones, at a port."""
    browsers: list[Worker] = [Teacher(Browser(port, dict(cookies)), number) for number in range(BROWSERS)]
    return [*browsers, *(Phone(port, number) for number in range(homes.PHONES))]


@contextmanager
def at_work(crew: list[Worker]) -> Iterator[None]:
    """They work while the block runs."""
    threads = [threading.Thread(target=each.work, daemon=True) for each in crew]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for each in crew:
            each.stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def signed_in(port: int) -> dict[str, str]:
    """The cookies of the teacher who has signed in."""
    browser = Browser(port)
    browser.sign_in()
    return browser.cookies


def kill(count: int, seed: int, progress: Progress = lambda *_: None) -> Verdict:
    """Kill the serving office ``count`` times while teachers log work, through a bad network; judge after each."""
    dice, all_found = random.Random(seed), Verdict()
    with homes.folder() as folder:
        home, port = homes.prepare(folder / "home"), free_port()
        with office(home, port):
            cookies = signed_in(port)
        with bad_network(port, seed) as proxy:
            crew = crew_at(proxy.port, cookies)
            with at_work(crew):
                for number in range(count):
                    with office(home, port) as process:
                        before = _count(crew)
                        _wait(lambda before=before: _count(crew) > before)
                        time.sleep(dice.choice((0.0, dice.uniform(0, 1.0))))
                        process.send_signal(signal.SIGKILL)
                        process.wait()
                    found = judge(home / "korablik.db", [id_ for each in crew for id_ in list(each.said)])
                    for name in ("lost", "doubled", "half", "damage"):
                        getattr(all_found, name).extend(getattr(found, name))
                    progress(number + 1, count)
        all_found.stored = _count(crew)
    return all_found


def _count(crew: list[Worker]) -> int:
    return sum(len(each.said) for each in crew)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > until:
            raise RuntimeError("the office acknowledges nothing any more")
        time.sleep(0.005)


def cut(count: int, seed: int, progress: Progress = lambda *_: None) -> Verdict:
    """Record the serving office at work, then cut the power ``count`` times. Raises disk.NoRecorder."""
    dice, all_found = random.Random(seed), Verdict()
    with homes.folder() as folder:
        shim = disk.build_recorder(folder)
        home, log, port = homes.prepare(folder / "home"), folder / "record", free_port()
        before = disk.Disk.of(home / "korablik.db")
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with office(home, port, disk.recorded(shim, home / "korablik.db", log)):
            crew = crew_at(port, signed_in(port))
            for each in crew:
                each.said = Noted(descriptor)
            with at_work(crew):
                _wait(lambda: _count(crew) >= RECORDED)
        os.close(descriptor)
        for number, found in enumerate(cuts.cuts(before, log, count, dice, folder / "left")):
            all_found.stored = max(all_found.stored, found.stored)
            for name in ("lost", "doubled", "half", "damage"):
                getattr(all_found, name).extend(getattr(found, name))
            progress(number + 1, count)
    return all_found


class Noted(list[Id]):
    """Acknowledgements that are noted in a record at once."""

    def __init__(self, descriptor: int):
        super().__init__()
        self._descriptor = descriptor

    def append(self, id_: Id) -> None:
        """One more."""
        disk.note(self._descriptor, f"{id_[0]} {id_[1]}".encode())
        super().append(id_)
