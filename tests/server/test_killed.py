"""Killed at any moment: what was acknowledged is there, what is shown is whole, and the next run completes."""

import random
import re
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from http.client import HTTPException
from pathlib import Path

import psutil
import pytest

from tests.server.terminal import Korablik
from tests.server.test_cli import codes, marks, rows
from tests.server.test_serve import demo_home, office, post

ROUNDS = 3
LINK = re.compile(r'href="([^"#:?]+\.(?:html|css|js))')


@pytest.fixture
def moments() -> list[float]:
    """Seconds after which to kill, others in each run of the tests."""
    dice = random.Random()
    return [dice.uniform(0.3, 1.0) for _round in range(ROUNDS)]


def change_every_lesson(home: Path, mark: str) -> None:
    """Give a publication something to do in every class."""
    with closing(sqlite3.connect(home / "korablik.db")) as database, database:
        database.execute("UPDATE lesson_course SET topic = topic || ?", (mark,))


def sound(home: Path) -> bool:
    return rows(home, "PRAGMA integrity_check") == [("ok",)] and not rows(home, "PRAGMA foreign_key_check")


def broken_links(public: Path) -> list[str]:
    """Pages and files that a page of some class names and that are not there: a half-written site has some."""
    return [
        f"{page}: {link}"
        for page in public.glob("*/*.html")
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).resolve().exists()
    ]


def kill_after(process: "subprocess.Popen[str]", seconds: float, begun: Path) -> None:
    """Kill a command, counted from the moment when it has the home's lock in hand and begins."""
    before = begun.stat().st_mtime_ns if begun.exists() else 0
    while process.poll() is None and (not begun.exists() or begun.stat().st_mtime_ns == before):
        time.sleep(0.01)
    time.sleep(seconds)
    children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.communicate()
    if psutil.wait_procs(children, timeout=10)[1]:
        raise AssertionError("the child goes on without its parent")


@pytest.mark.pdf
def test_a_publication_that_is_killed_is_completed_by_the_next(korablik: Korablik, moments: list[float]):
    code = codes(korablik.home)[0]
    assert korablik.run("return", code, "--as", "teacher", "--mark", "5").code == 0
    assert korablik.run("publish").code == 0
    for number, seconds in enumerate(moments):
        change_every_lesson(korablik.home, f"§{number}")
        kill_after(korablik.start("publish"), seconds, korablik.home / "korablik.db-wal")
        assert sound(korablik.home), moments
        assert broken_links(korablik.home / "public") == [], moments
        assert marks(korablik.home) == [(code, "mark", "5")], moments
    done = korablik.run("publish", "--json")
    assert done.code == 0, moments
    assert broken_links(korablik.home / "public") == []
    number = rows(korablik.home, "SELECT max(number) FROM edition")[0][0]
    assert done.document["number"] == number
    assert str(number) in (korablik.home / "public" / "edition.js").read_text(encoding="utf-8")
    newest = "".join(f"§{number}" for number in range(ROUNDS))
    for folder in (path.parent for path in (korablik.home / "public").glob("*/built.json")):
        text = "".join(page.read_text(encoding="utf-8") for page in folder.glob("*.html"))
        assert text.count("§0") == text.count(newest) > 0, f"an old page stayed in {folder}"
    assert korablik.run("publish", "--json").document["built"] == []
    assert korablik.run("verify", korablik.home / "editions" / done.document["id"]).code == 0


@pytest.mark.pdf
def test_a_print_that_is_killed_leaves_no_half_of_a_file(korablik: Korablik, moments: list[float]):
    for seconds in moments:
        kill_after(korablik.start("print", "packs", "--everyone"), seconds, korablik.home / "korablik.db-wal")
        assert sound(korablik.home), moments
        for file in (korablik.home / "packs").rglob("*.pdf"):
            assert subprocess.run(["qpdf", "--check", file], capture_output=True).returncode == 0, moments
    before = dict(rows(korablik.home, "SELECT student_id, code FROM pack"))
    done = korablik.run("print", "packs", "--everyone", "--group", "7", "--group", "8", "--json")
    assert done.code == 0 and done.document["packs"] == 17, moments
    assert before.items() <= dict(rows(korablik.home, "SELECT student_id, code FROM pack")).items()
    assert not [file for file in (korablik.home / "packs").rglob("*") if file.is_file() and file.suffix != ".pdf"]


@pytest.mark.large
def test_every_work_that_was_acknowledged_is_there_after_a_kill(korablik: Korablik, moments: list[float]):
    demo_home(korablik.home)
    every = [code for (code,) in rows(korablik.home, "SELECT code FROM work ORDER BY code")]
    acknowledged: list[str] = []
    with office(korablik) as process:
        killer = threading.Timer(moments[0], process.kill)
        for code in every:
            options = {"codes": [code], "as": "teacher", "channel": "paper", "mark": "", "date": "", "comment": ""}
            try:
                status, _kind, last = post(korablik.home, {"command": "return", "options": options, "files": []})
            except (OSError, HTTPException, IndexError, ValueError):  # cut off before, in or after the answer
                break
            if status == 200 and "result" in last:
                acknowledged.append(code)
                if len(acknowledged) == 1:
                    killer.start()
        killer.join()
    stored = [code for (code,) in rows(korablik.home, """
        SELECT work.code FROM return JOIN work ON work.id = return.work_id ORDER BY return.op_seq""")]  # fmt: skip
    assert acknowledged and stored[: len(acknowledged)] == acknowledged and len(stored) <= len(acknowledged) + 1
    assert sound(korablik.home)
    again = korablik.run("return", every[-1], "--as", "teacher", "--json")
    assert again.code == 0 and again.document["returns"][0]["outcome"] == "accepted"
