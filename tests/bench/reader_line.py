"""A real browser at the far end of a 2G line: how long until a page can be read, a week is kept, an update is there.

``python -m tests.bench.reader_line HOME LOG`` is the server's end: the office's public files from HOME, every coded
form made beforehand, one line of LOG for each answer.
"""

import base64
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.bench.link import SERVER, Link, link
from tests.bench.reader_site import School, mkdocs, one_by_one
from tests.browser.conftest import CHROMIUM, FLAGS

ROOT = Path(__file__).parents[2]
PORT = 8207
LONG = 900_000  # ms: baselines take minutes
FIRST_PAINT = """() => new Promise((done) => new PerformanceObserver((seen) => {
  const paint = seen.getEntriesByName("first-contentful-paint")[0];
  if (paint) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))"""
POINTER = """(site) => caches.open("korablik/public/kept").then((kept) => kept.match(`/public/-kept/site/${site}`))
  .then((found) => found && found.json())"""
CHECK = "(site) => navigator.serviceWorker.controller.postMessage({ act: 'check', site })"
LOADED = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
RENEW = """() => navigator.serviceWorker.register("caching.js").then(() => navigator.serviceWorker.ready)
  .then((registered) => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => done(data);
    registered.active.postMessage("renew", [port2]);
  }))"""


class Line:
    """The link with a server at its far end, and what that answered."""

    def __init__(self, wire: Link, home: Path) -> None:
        self.wire, self.home, self.log = wire, home, home / "answers.log"
        self.process: subprocess.Popen[str] | None = None

    def serve(self) -> None:
        """Start the server anew: what is published now is ready in all its forms."""
        self.stop()
        self.log.write_text("")
        command = [sys.executable, "-m", "tests.bench.reader_line", str(self.home), str(self.log)]
        self.process = _started(self.wire.at_server(command))

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def answers(self) -> list[dict[str, Any]]:
        """What was answered since the start: path, status, coding, bytes of the body."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def measure(home: Path, baselines: bool) -> None:
    """Print ours, and against the baselines."""
    school = School(home)
    school.publish(1)
    one_by_one(school.public / "one-by-one", school.pages())
    mkdocs(school.public / "mkdocs", school.texts)
    print("2G line, 50 kbit/s and 800 ms (TUN pair), Chromium; seconds from the first click or from the check:")
    with link() as wire, sync_playwright() as playwright:
        line = Line(wire, home)
        near = _started(wire.at_client([sys.executable, "-m", "tests.bench.link", "near", str(PORT)]))
        try:
            if not (school.public / "worker.js").is_file():
                print("  ours: left out, this checkout has no service worker")
            else:
                with _phone(playwright, wire, home / "ours") as phone:
                    _ours(line, school, phone)
            if not baselines:
                return
            _files(line, school, playwright)
            with _phone(playwright, wire, home / "theirs") as phone:
                _page_by_page(line, school, phone)
        finally:
            line.stop()
            near.kill()
            near.wait()


def _ours(line: Line, school: School, phone: BrowserContext) -> None:
    line.serve()
    page, began = phone.new_page(), time.monotonic()
    page.goto(_address(f"{school.slug}/index.html"), wait_until="commit")
    readable = page.evaluate(FIRST_PAINT) / 1000
    _until(page, school.slug, lambda facts: facts.get("whole"))
    whole = time.monotonic() - began
    print(f"  ours: first readable page {readable:.1f} s (aim ≤ 4), whole week kept {whole:.1f} s (aim ≤ 13): "
          f"{_told(line)}")  # fmt: skip
    page.wait_for_timeout(4000)  # what is fetched beside, when all is kept
    print(f"    with what is fetched after that: {_told(line)}: {_shares(line)}")
    school.publish(2, school.a_day_later)
    line.serve()
    began = time.monotonic()
    page.evaluate(CHECK, school.slug)
    _until(page, school.slug, lambda facts: facts.get("number") == 2)
    print(f"  ours: daily update {time.monotonic() - began:.1f} s (aim ≤ 5, 1 request): {_told(line)}")
    line.stop()
    names = [name for name in school.pages() if name.startswith("lesson-")]
    times = []
    for name in names:
        page.goto(_address(f"{school.slug}/{name}"))
        times.append(page.evaluate(LOADED))
    print(f"  ours: offline page {statistics.median(times):.0f} ms median, worst {max(times):.0f} of {len(times)} "
          "(aim ≤ 50)")  # fmt: skip


def _files(line: Line, school: School, playwright: Any) -> None:
    """Files cached one by one: the week, then the day after."""
    days = School(line.home / "days")
    days.publish(1)
    one_by_one(school.public / "one-by-one", days.pages())
    with _phone(playwright, line.wire, line.home / "files") as phone:
        for number, what in ((1, "whole week kept"), (2, "daily update")):
            if number == 2:
                days.publish(2, days.a_day_later)
                one_by_one(school.public / "one-by-one", days.pages())
            line.serve()
            page, began = phone.new_page(), time.monotonic()
            page.goto(_address("one-by-one/start.html"))
            page.evaluate(RENEW)
            print(f"  baseline, our pages cached one by one: {what} {time.monotonic() - began:.1f} s: {_told(line)}")


def _page_by_page(line: Line, school: School, phone: BrowserContext) -> None:
    line.serve()
    page, began = phone.new_page(), time.monotonic()
    page.goto(_address("mkdocs/0/"), wait_until="commit")
    readable = page.evaluate(FIRST_PAINT) / 1000
    page.wait_for_load_state("load")
    first = time.monotonic() - began
    for n in range(1, len(school.texts)):
        page.goto(_address(f"mkdocs/{n}/"))
    print(f"  baseline, MkDocs' default theme page by page: first readable page {readable:.1f} s (all {first:.1f}), "
          f"{len(school.texts)} pages read {time.monotonic() - began:.1f} s: {_told(line)}")  # fmt: skip


def _until(page: Page, site: str, held: Any) -> dict[str, Any]:
    """The worker's pointer as soon as it is as wanted."""
    ends = time.monotonic() + LONG / 1000
    while time.monotonic() < ends:
        facts = page.evaluate(POINTER, site)
        if facts and held(facts):
            return facts
        if facts and facts.get("trouble"):
            print(f"    trouble: {facts['trouble']} {facts.get('why', '')}")
        time.sleep(0.05)
    raise TimeoutError(site)


def _told(line: Line) -> str:
    answers = line.answers()
    codings = sorted({answer["coding"] or "as it lies" for answer in answers})
    size = sum(answer["bytes"] for answer in answers)
    return f"{len(answers)} requests, {size / 1000:.1f} KB of bodies ({', '.join(codings)})"


def _shares(line: Line) -> str:
    """What each file took: seconds after the first answer, name, bytes of the body."""
    answers = line.answers()
    began = answers[0]["at"]
    return ", ".join(f"{one['at'] - began:.1f} {Path(one['path']).name[-14:]} {one['bytes']}" for one in answers)


def _address(path: str) -> str:
    return f"http://localhost:{PORT}/public/{path}"


@contextmanager
def _phone(playwright: Any, wire: Link, profile: Path) -> Iterator[BrowserContext]:
    """Chromium whose only network is the line, with a profile of its own."""
    profile.mkdir(parents=True)
    program = profile.parent / f"{profile.name}.sh"
    program.write_text(f'#!/bin/sh\nexec {" ".join(wire.at_client([CHROMIUM]))} "$@"\n')
    program.chmod(0o755)
    phone = playwright.chromium.launch_persistent_context(
        profile, executable_path=program, args=FLAGS, viewport={"width": 360, "height": 740}
    )
    phone.set_default_timeout(LONG)
    yield phone
    phone.close()


def _started(command: list[str]) -> "subprocess.Popen[str]":
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if process.stdout.readline() != "ready\n":  # type: ignore[union-attr]
        raise RuntimeError("it did not start")
    return process


def serve(home: Path, log: Path) -> None:
    """The server's end."""
    from waitress import create_server

    from server import create_app
    from server.config import make_config
    from server.services import schema

    app = create_app(make_config(home, testing=True))
    with app.app_context():
        schema.prepare()
    _make_forms(app, home / "public")
    with log.open("a", buffering=1) as written:

        def answer(environ: dict[str, Any], start: Any) -> Any:
            def told(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                if environ["PATH_INFO"].startswith("/public/mkdocs/"):
                    headers = _as_others(environ["PATH_INFO"], headers)
                if environ["PATH_INFO"].endswith("/caching.js"):  # it may ask for files, as ours may
                    headers = [(name, value) for name, value in headers if name != "Content-Security-Policy"]
                said = dict(headers)
                written.write(json.dumps({"path": environ["PATH_INFO"], "status": status, "at": time.time(),
                                          "coding": said.get("Content-Encoding"),
                                          "bytes": int(said.get("Content-Length", 0))}) + "\n")  # fmt: skip
                return start(status, headers, *more)

            return app(environ, told)

        server = create_server(answer, host=SERVER, port=PORT, threads=8)
        print("ready", flush=True)
        server.run()


def _as_others(path: str, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """As a good host of MkDocs' pages: no policy, which those do not state; styles and scripts are kept a day."""
    kept = [(name, value) for name, value in headers if name not in ("Content-Security-Policy", "Cache-Control")]
    return [*kept, ("Cache-Control", "no-cache" if path.endswith("/") else "max-age=86400")]


def _make_forms(app: Any, public: Path) -> None:
    """As if others of the class had asked before: every file in brotli, updates by the week that they hold."""
    client, forms = app.test_client(), app.extensions["encodings"]
    for file in sorted(public.rglob("*")):
        if file.is_file():
            client.get(f"/{file.relative_to(public.parent)}", headers={"Accept-Encoding": "br"})
            forms.settle()
    for kept in sorted(forms._folder.glob("?" * 64 + ".br")):
        if not (forms.dictionary(kept.stem) or b"").startswith(b"BNCH "):
            continue  # no week of the corpus' school
        named = base64.b64encode(bytes.fromhex(kept.stem)).decode()
        for data in sorted(public.glob("*/data/*.json.gz")):
            headers = {"Accept-Encoding": "br, dcz", "Available-Dictionary": f":{named}:"}
            client.get(f"/{data.relative_to(public.parent)}", headers=headers)
            forms.settle()


if __name__ == "__main__":
    os.chdir(ROOT)
    serve(Path(sys.argv[1]), Path(sys.argv[2]))
