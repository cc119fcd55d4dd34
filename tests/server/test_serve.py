"""`korablik serve`: one office for a home, found and trusted by its owner's command line, and gone without a trace."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from server.cli import remote, serving
from server.config import make_config
from server.errors import DomainError
from tests.server.terminal import Korablik
from tests.server.test_cli import codes, marks, rows


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def office(korablik: Korablik, *arguments: object, **more: object) -> Iterator["subprocess.Popen[str]"]:
    """The office as a process that answers requests; it is ended afterwards, gently or not."""
    process = korablik.start("serve", *arguments, "--port", free_port(), **more)
    try:
        line = process.stdout.readline()
        if "http://127.0.0.1:" not in line:
            raise AssertionError(line + process.stderr.read())
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def demo_home(home: Path) -> None:
    """Make the school one of a demo: only there the clock may stand still."""
    with closing(sqlite3.connect(home / "korablik.db")) as database, database:
        database.execute("UPDATE school SET is_demo = 1")


@pytest.fixture(scope="module")
def open_home(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home that an office serves while this module's tests run."""
    home = tmp_path_factory.mktemp("open") / "home"
    shutil.copytree(published_home, home)
    demo_home(home)
    with pytest.MonkeyPatch.context() as patch:
        korablik = Korablik(home, patch, None)
        korablik.settings["KORABLIK_UPLOAD_MB"] = "1"
        with office(korablik):
            yield home


@pytest.fixture
def served(open_home: Path, korablik: Korablik) -> Korablik:
    """The command line of the home that is served."""
    korablik.home = open_home
    return korablik


def post(home: Path, body: object, token: str | None = None) -> tuple[int, str, dict]:
    """Status, type and document of what the office answers to a command."""
    told = json.loads((home / "run" / "server.json").read_text(encoding="utf-8"))
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-Korablik-Token": told["token"] if token is None else token}
    request = urllib.request.Request(f"{told['address']}/api/v1/commands", data, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers["Content-Type"], json.loads(answer.read().splitlines()[-1])
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], json.loads(error.read())


def test_only_the_owner_can_read_where_the_office_is(served: Korablik):
    run = served.home / "run"
    assert run.stat().st_mode & 0o777 == 0o700
    assert (run / "server.json").stat().st_mode & 0o777 == 0o600
    assert (run / "lock").stat().st_mode & 0o777 == 0o600


def test_a_second_office_for_the_home_is_refused(served: Korablik):
    answer = served.run("serve", "--port", free_port())
    assert answer.code == 1 and len(answer.err.splitlines()) == 1
    assert served.run("init", "--school", "X", "--admin", "boss").code == 1


def test_works_are_handed_over_to_the_office(served: Korablik):
    code = codes(served.home)[0]
    answer = served.run("return", code, "000", "--as", "teacher", "--mark", "5", "--json")
    assert answer.code == 1 and answer.document["returns"][0]["outcome"] == "accepted"
    assert answer.document["refused"][0]["reason"] == "code_format" and "000" in answer.err
    assert (code, "mark", "5") in marks(served.home)


def test_files_are_handed_over_also_large_ones(served: Korablik, tmp_path: Path):
    (tmp_path / "large.csv").write_bytes(b"x" * 2_000_000)
    answer = served.run("import", "bells", tmp_path / "large.csv", "--json")
    assert answer.code == 1 and answer.document["refused"] == ["large.csv"], "larger than KORABLIK_UPLOAD_MB"
    trial = served.run("import", "bells", Path(__file__).parents[2] / "content" / "village" / "bells.csv", "--dry-run")
    assert trial.code == 0 and len(trial.out.splitlines()) > 1


def test_refusals_come_back_with_their_code(served: Korablik):
    assert served.run("publish", "--week", "2026-W99", "--json").refusal == "week_invalid"
    assert served.run("print", "packs", "--group", "12", "--json").refusal == "group_unknown"


def test_what_only_reads_is_done_beside_the_office(served: Korablik, tmp_path: Path):
    assert served.run("check", "--json").document["students"] == 96
    assert served.run("export", "journal", "--group", "7", "--out", tmp_path / "j.xlsx").code == 0


@pytest.mark.parametrize("token", ["", "0" * 64, "ё"])
def test_without_the_token_nothing_is_done(served: Korablik, token: str):
    body = {"command": "publish", "options": {}, "files": []}
    status, kind, problem = post(served.home, body, token.encode().decode("latin-1"))
    assert (status, kind) == (403, "application/problem+json")
    assert (problem["type"], problem["status"]) == ("urn:korablik:forbidden", 403)


@pytest.mark.parametrize("body", [
    b"", b"rubbish", b"[]", b"null", {"command": "check"}, {"command": "no such", "options": {}, "files": []},
    {"command": "check", "options": [1], "files": []}, {"command": "import", "options": {}, "files": [["a", "%"]]},
    {"command": ["check"], "options": {}, "files": []}, {"command": "check", "options": {}, "files": [1]},
])  # fmt: skip
def test_a_request_that_is_none_is_a_problem_and_no_fault(served: Korablik, body: object):
    status, kind, problem = post(served.home, body)
    assert (status, kind, problem["type"]) == (400, "application/problem+json", "urn:korablik:bad_request")


def test_options_that_are_missing_end_in_a_sentence(served: Korablik):
    status, _kind, last = post(served.home, {"command": "return", "options": {}, "files": []})
    assert status == 200 and last["refused"][0] == "internal"


def test_an_office_that_does_not_answer_is_told(korablik: Korablik):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # nobody listens here
        with remote.lock_of(make_config(korablik.home)):
            told = {"address": f"http://127.0.0.1:{silent.getsockname()[1]}", "token": "x"}
            for text in (json.dumps(told), "rubbish", "{}"):
                (korablik.home / "run" / "server.json").write_text(text, encoding="utf-8")
                assert korablik.run("publish", "--json").refusal == "office_unreachable"


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(korablik: Korablik, sign: signal.Signals):
    korablik.settings.clear()
    with office(korablik) as process:
        process.send_signal(sign)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    assert all("SQLite" in line for line in err.splitlines()), "nothing but the warning of an old SQLite"
    assert not (korablik.home / "run" / "server.json").exists()
    assert not (korablik.home / "korablik.db-wal").exists(), "the writer closed the database"


def test_after_a_kill_the_home_goes_on(korablik: Korablik):
    korablik.settings.clear()
    code = codes(korablik.home)[0]
    with office(korablik) as process:
        assert korablik.run("return", code, "--as", "teacher", "--date", "07.12.2026").code in (0, 1)
        process.kill()
        process.wait()
        assert (korablik.home / "run" / "server.json").exists()
        before = len(rows(korablik.home, "SELECT seq FROM op"))
        korablik.settings["KORABLIK_NOW"] = "2026-12-09T08:00"
        assert korablik.run("return", code, "--as", "teacher", "--mark", "4", "--json").code == 0
        assert not (korablik.home / "run" / "server.json").exists()
        assert len(rows(korablik.home, "SELECT seq FROM op")) == before + 1


def test_the_clock_stands_still_in_a_demo_only(korablik: Korablik):
    answer = korablik.run("serve", "--port", free_port())
    assert answer.code == 1 and len(answer.err.splitlines()) == 1 and not answer.out


def test_a_port_that_is_taken_is_named(korablik: Korablik):
    korablik.settings.clear()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = korablik.run("serve", "--port", port)
        assert answer.code == 1 and str(port) in answer.err and len(answer.err.splitlines()) == 1
        with pytest.raises(DomainError, match="port_taken"):
            serving.require_port(make_config(korablik.home, port=port))
    serving.require_port(make_config(korablik.home, port=port))


@pytest.mark.parametrize(("name", "value"), [("HOST", "no.such.host.invalid"), ("HOST", "203.0.113.7"),
                                             ("PORT", "70000"), ("PORT", "0"), ("THREADS", "0")])  # fmt: skip
def test_an_address_that_cannot_be_listened_on_is_named(korablik: Korablik, name: str, value: str):
    korablik.settings = {f"KORABLIK_{name}": value}
    answer = korablik.run("serve")
    assert answer.code == 1 and f"KORABLIK_{name}" in answer.err and len(answer.err.splitlines()) == 1


@pytest.mark.parametrize(("host", "address"), [
    ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("*", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"),
    ("office.local", "office.local"),
])  # fmt: skip
def test_the_command_line_knows_the_way_to_every_address(tmp_path: Path, host: str, address: str):
    with remote.announced(make_config(tmp_path, host=host, port=8000)) as token:
        told = json.loads((tmp_path / "run" / "server.json").read_text(encoding="utf-8"))
    assert told == {"address": f"http://{address}:8000", "token": token}


def test_no_process_is_left_behind(korablik: Korablik):
    korablik.settings.clear()
    with office(korablik) as process:
        before = psutil.Process(process.pid).children(recursive=True)
        assert before == [], "what is heavy starts with the first work for it"
        os.kill(process.pid, signal.SIGTERM)
        process.wait(60)
