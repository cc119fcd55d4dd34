"""The command line: exit codes, sentences for whatever is wrong, one document for machines, nothing half-saved."""

import csv
import hashlib
import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from server.cli import remote
from sync.codes import complete, make_label
from tests.server import village
from tests.server.terminal import Korablik

RUBBISH = bytes(range(256)) * 8


def rows(home: Path, query: str) -> list[tuple]:
    """What stands in the home's database."""
    with closing(sqlite3.connect(home / "korablik.db")) as database:
        return database.execute(query).fetchall()


def state(home: Path) -> str:
    """A hash of the database's bytes; a command that ends leaves all of it in one file."""
    if (home / "korablik.db-wal").exists():
        raise AssertionError("somebody is at work in this home")
    return hashlib.sha256((home / "korablik.db").read_bytes()).hexdigest()


def codes(home: Path, subject: str = "Физика", group: str = "7") -> list[str]:
    """Codes of a subject's works in a class."""
    return [code for (code,) in rows(home, f"""
        SELECT work.code FROM work JOIN task ON task.id = work.task_id JOIN course ON course.id = task.course_id
        JOIN subject ON subject.id = course.subject_id JOIN "group" ON "group".id = course.group_id
        WHERE subject.name = '{subject}' AND "group".slug = '{group}' ORDER BY work.code""")]  # fmt: skip


def misread(code: str) -> str:
    """The code with one digit typed wrong."""
    return f"{(int(code[0]) + 1) % 10}{code[1:]}"


def marks(home: Path) -> list[tuple]:
    """Code and value of every mark, in the order received."""
    return rows(home, """
        SELECT work.code, mark_revision.verdict, mark_revision.value FROM mark_revision
        JOIN work ON work.id = mark_revision.work_id ORDER BY mark_revision.first_seq""")  # fmt: skip


# What cannot be: each is refused with a sentence, and nothing changes.


@pytest.mark.parametrize(("arguments", "code"), [
    ("publish --week 2026-W99", "week_invalid"),
    ("publish --week 2026", "week_invalid"),
    ("publish --week 0000-W01", "week_invalid"),
    ("publish --day 2026-02-30", "date_invalid"),
    ("publish --day tomorrow", "date_invalid"),
    ("publish --day 2026-12-07 --as nobody", "login_unknown"),
    ("publish --day 2026-12-07 --as gone", "account_closed"),
    ("print packs --week 2026-W99", "week_invalid"),
    ("print packs --week 2025-W10", "week_not_in_edition"),
    ("print packs --group 12", "group_unknown"),
    ("print strips --week 2026 --out strips.pdf", "week_invalid"),
    ("print strips --group 12 --out strips.pdf", "group_unknown"),
    ("return 482170317 --as nobody", "login_unknown"),
    ("return 482170317 --as gone", "account_closed"),
    ("return 482170317 --as teacher --date 2026-13-01", "date_invalid"),
    ("return 482170317 --as teacher --channel pigeon", "channel_unknown"),
    ("export journal --group 12 --out journal.csv --format csv", "group_unknown"),
    ("export journal --group 7 --from monday --out journal.csv --format csv", "date_invalid"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_refused_by_name(korablik: Korablik, arguments: str, code: str):
    before = state(korablik.home)
    assert korablik.run(*arguments.split(), "--json").refusal == code
    assert state(korablik.home) == before


@pytest.mark.parametrize("arguments", [
    "", "sail", "import", "import cargo file.csv", "import people", "publish --weak 2026-W50", "return --as teacher",
    "return 482170317", "export journal --out x.csv", "export journal --group 7 --format pdf --out x", "print",
    "serve --port 70000", "serve --port none", "init --school X",
])  # fmt: skip
def test_wrong_usage_is_exit_code_two(korablik: Korablik, arguments: str):
    answer = korablik.run(*arguments.split())
    assert answer.code == 2 or (not arguments and answer.code in (0, 2))
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("kind", list(village.FILES))
def test_a_file_that_is_none_of_the_kind_is_refused(korablik: Korablik, tmp_path: Path, kind: str):
    file = tmp_path / "rubbish.bin"
    file.write_bytes(RUBBISH)
    before = state(korablik.home)
    answer = korablik.run("import", kind, file, "--json")
    assert answer.code == 1 and "rubbish.bin" in answer.err and "Traceback" not in answer.err
    assert answer.document["refused"] == ["rubbish.bin"] and answer.document["findings"][0]["level"] == "error"
    assert state(korablik.home) == before


def test_a_file_that_cannot_be_read_is_named(korablik: Korablik, tmp_path: Path):
    folder = tmp_path / "empty"
    folder.mkdir()
    unreadable = Path("/proc/self/mem")  # even root gets an error from reading it
    for file, code in ((tmp_path / "none.csv", "file_missing"), (folder, "file_missing"),
                       (unreadable, "file_unreadable"), (Path(__file__) / "x", "file_unreadable")):  # fmt: skip
        answer = korablik.run("import", "bells", file, "--json")
        assert answer.refusal == code and str(file) in answer.err


def test_a_bad_file_does_not_hold_up_the_next(korablik: Korablik, tmp_path: Path):
    bells = (village.FOLDER / "bells.csv").read_text(encoding="utf-8").replace("09:00", "09:01")
    (tmp_path / "good.csv").write_text(bells, encoding="utf-8")
    (tmp_path / "bad.csv").write_bytes(RUBBISH)
    answer = korablik.run("import", "bells", tmp_path / "bad.csv", tmp_path / "good.csv", "--json")
    assert answer.code == 1 and answer.document["refused"] == ["bad.csv"] and answer.document["changed"]


def test_a_trial_import_stores_nothing_and_a_second_import_changes_nothing(korablik: Korablik, tmp_path: Path):
    bells = (village.FOLDER / "bells.csv").read_text(encoding="utf-8").replace("09:00", "09:01")
    (tmp_path / "bells.csv").write_text(bells, encoding="utf-8")
    before = state(korablik.home)
    trial = korablik.run("import", "bells", tmp_path / "bells.csv", "--dry-run", "--json")
    assert (trial.code, trial.document["changed"], state(korablik.home)) == (0, False, before)
    assert korablik.run("import", "bells", tmp_path / "bells.csv", "--json").document["changed"]
    after = state(korablik.home)
    assert not korablik.run("import", "bells", tmp_path / "bells.csv", "--json").document["changed"]
    assert state(korablik.home) == after != before


def test_a_finding_names_its_column_in_words(korablik: Korablik, tmp_path: Path):
    student = next(line.split(";") for line in village.read("classes.csv").decode("cp1251").splitlines()[1:])
    (tmp_path / "parts.csv").write_text(
        f"Класс;ФИО;Подгруппа\n{student[0]};{' '.join(student[1:4])};Группа 5\n", encoding="utf-8"
    )
    answer = korablik.run("import", "membership", tmp_path / "parts.csv")
    assert answer.code == 1
    assert "Подгруппа: " in answer.err and "part:" not in answer.err


# Homes and settings


def test_without_a_school_every_command_says_how_to_begin(korablik: Korablik, tmp_path: Path):
    for home in (tmp_path / "nowhere", tmp_path):
        korablik.home = home
        for arguments in ("check", "publish", "print packs", "return 1 --as x", f"import bells {__file__}",
                          "export journal --group 7 --out x"):  # fmt: skip
            answer = korablik.run(*arguments.split(), "--json")
            assert answer.refusal == "home_missing" and "korablik init" in answer.err
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_database_is_no_school_either(korablik: Korablik, tmp_path: Path):
    korablik.home = tmp_path / "bare"
    korablik.home.mkdir()
    (korablik.home / "korablik.db").touch()
    assert korablik.run("check", "--json").refusal == "home_missing"


def test_homes_that_cannot_be_used_are_named(korablik: Korablik, tmp_path: Path):
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "inside", Path("/proc/korablik")):
        korablik.home = home
        answer = korablik.run("init", "--school", "Школа", "--admin", "boss")
        assert answer.code == 1 and str(home) in answer.err and len(answer.err.splitlines()) == 1
        assert korablik.run("check", "--json").refusal == "home_missing"


def test_the_demo_touches_no_home_that_is_named(korablik: Korablik):
    before = state(korablik.home)
    answer = korablik.run("--home", korablik.home, "demo", "--no-serve")
    assert answer.code == 2 and "build/demo" in answer.err and state(korablik.home) == before


@pytest.mark.parametrize("command", ["check", "publish", "return 482170317 --as teacher"])
def test_a_damaged_database_is_said_to_be_damaged(korablik: Korablik, command: str):
    file = korablik.home / "korablik.db"
    file.write_bytes(RUBBISH * 100)
    for leftover in korablik.home.glob("korablik.db-*"):
        leftover.unlink()
    assert korablik.run(*command.split(), "--json").refusal == "database_damaged"


def test_a_database_of_a_newer_program_is_left_alone(korablik: Korablik):
    with closing(sqlite3.connect(korablik.home / "korablik.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert korablik.run("check", "--json").refusal == "database_newer"
    assert korablik.run("publish", "--json").refusal == "database_newer"


def test_a_database_that_may_only_be_read_is_said_to_be_so(korablik: Korablik):
    file = korablik.home / "korablik.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    korablik.settings["KORABLIK_DATABASE"] = f"sqlite:///file:{file}?mode=ro&uri=true"
    assert korablik.run("check", "--json").code == 0
    assert korablik.run("publish", "--json").refusal in ("home_unusable", "disk_error")


@pytest.mark.parametrize(("name", "value"), [
    ("PORT", "eight"), ("PORT", "-1"), ("THREADS", "many"), ("UPLOAD_MB", "1.5"), ("NOW", "yesterday"),
    ("DATABASE", "oracle://scott:tiger@host/db"), ("DATABASE", "//"), ("DATABASE", "postgresql+asyncpg://u:tiger@h/d"),
])  # fmt: skip
def test_wrong_settings_are_named_and_no_password_is_shown(korablik: Korablik, name: str, value: str):
    korablik.settings[f"KORABLIK_{name}"] = value
    answer = korablik.run("check", "--json")
    assert answer.refusal == "setting_invalid" and f"KORABLIK_{name}" in answer.err and "tiger" not in answer.err


@pytest.mark.parametrize("command", ["check", "publish", "serve"])
def test_a_database_server_that_does_not_answer(korablik: Korablik, command: str):
    korablik.settings["KORABLIK_DATABASE"] = "postgresql://korablik:tiger@127.0.0.1:1/korablik?connect_timeout=2"
    answer = korablik.run(command)
    assert answer.code == 1 and "KORABLIK_DATABASE" in answer.err and "tiger" not in answer.err
    assert len(answer.err.splitlines()) == 1


def test_a_new_home_has_a_school_an_administrator_and_private_folders(korablik: Korablik, tmp_path: Path):
    korablik.home = tmp_path / "new" / "home"
    begin = ["init", "--school", "Школа", "--admin", "Boss.1"]
    answer = korablik.run(*begin, "--timezone", "Asia/Yekaterinburg", "--hotline", "8 999", "--hours", "9–17")
    assert answer.code == 0 and str(korablik.home) in answer.out and len(answer.out.splitlines()) == 3
    assert rows(korablik.home, "SELECT timezone, hotline_phone, is_demo FROM school") == [
        ("Asia/Yekaterinburg", "8 999", 0)
    ]
    assert rows(korablik.home, "SELECT login FROM account") == [("boss.1",)]
    for name in ("keys", "packs", "cache", "run"):
        assert (korablik.home / name).stat().st_mode & 0o777 == 0o700
    assert (korablik.home / "korablik.db").stat().st_mode & 0o777 == 0o600
    assert (korablik.home / "keys" / "edition.key").stat().st_mode & 0o777 == 0o600
    again = korablik.run(*begin)
    assert again.code == 1 and str(korablik.home) in again.err


@pytest.mark.parametrize("wrong", [
    ["--school", " ", "--admin", "boss"], ["--school", "X", "--admin", "директор"],
    ["--school", "X", "--admin", "boss", "--timezone", "Mars/Olympus"],
])  # fmt: skip
def test_a_school_that_is_described_wrongly_leaves_no_home(korablik: Korablik, tmp_path: Path, wrong: list[str]):
    korablik.home = tmp_path / "new"
    answer = korablik.run("init", *wrong)
    assert answer.code == 1 and len(answer.err.splitlines()) == 1
    assert not korablik.home.exists()


# Returned works


def test_works_are_logged_by_code_or_qr_with_a_mark(korablik: Korablik):
    one, two, three, *_rest = codes(korablik.home)
    spoken = f"{two[:3]} {two[3:6]}-{two[6:]}"
    answer = korablik.run("return", one, spoken, make_label("TEST", "W", three, 2).text, "--as", "teacher",
                          "--mark", "5", "--channel", "photo", "--date", "2026-12-06", "--json")  # fmt: skip
    assert answer.code == 0 and [row["outcome"] for row in answer.document["returns"]] == ["accepted"] * 3
    assert marks(korablik.home) == [(code, "mark", "5") for code in (one, two, three)]
    assert rows(korablik.home, "SELECT DISTINCT channel, returned_on FROM return") == [("photo", "2026-12-06")]
    person = rows(korablik.home, "SELECT person_id FROM account WHERE login = 'teacher'")
    assert rows(korablik.home, "SELECT DISTINCT logged_by FROM return") == person


def test_a_bad_code_blocks_no_other_and_is_told_with_its_reason(korablik: Korablik):
    one, two, *_rest = codes(korablik.home)
    unknown = next(code for n in range(10**6, 10**6 + 999) if (code := complete(str(n))) not in codes(korablik.home))
    bad = {
        misread(one): "code_check", "12": "code_format", unknown: "code_unknown", "\x00\x01": "code_format",
        make_label("FAR2", "W", one, 1).text: "qr_other_school", make_label("TEST", "P", one, 0).text: "qr_not_work",
    }  # fmt: skip
    answer = korablik.run("return", one, *bad, two, "--as", "teacher", "--json")
    assert answer.code == 1
    assert [row["code"] for row in answer.document["returns"]] == [one, two]
    assert [row["reason"] for row in answer.document["refused"]] == list(bad.values())
    assert len(rows(korablik.home, "SELECT op_seq FROM return")) == 2


@pytest.mark.parametrize(("mark", "stored"), [
    ("5", ("mark", "5")), ("redo", ("redo", None)), ("д", ("redo", None)), ("-", ("cleared", None)),
])  # fmt: skip
def test_marks_as_people_write_them(korablik: Korablik, mark: str, stored: tuple):
    code = codes(korablik.home)[0]
    assert korablik.run("return", code, "--as", "teacher", "--mark", mark).code == 0
    assert marks(korablik.home) == [(code, *stored)]


@pytest.mark.parametrize("mark", ["6", "17", "зачёт", "five", "' OR 1=1"])
def test_a_mark_of_another_scale_is_refused_with_those_allowed(korablik: Korablik, mark: str):
    answer = korablik.run("return", codes(korablik.home)[0], "--as", "teacher", f"--mark={mark}", "--json")
    assert answer.code == 1 and answer.document["refused"][0]["reason"] == "mark_invalid"
    assert all(value in answer.err for value in "2345")
    assert rows(korablik.home, "SELECT op_seq FROM return") == []


def test_other_scales_take_their_own_marks(korablik: Korablik):
    passed, points = codes(korablik.home)[0], codes(korablik.home, "Геометрия", "8")[0]
    change = "UPDATE task SET scale = ?, max_points = ? WHERE id IN (SELECT task_id FROM work WHERE code = ?)"
    with closing(sqlite3.connect(korablik.home / "korablik.db")) as database, database:
        database.executemany(change, [("pass", None, passed), ("points", 20, points)])
    assert korablik.run("return", passed, "--as", "teacher", "--mark", "зачёт").code == 0
    assert korablik.run("return", points, "--as", "teacher", "--mark", "17").code == 0
    assert korablik.run("return", points, "--as", "teacher", "--mark", "21").code == 1
    assert marks(korablik.home) == [(passed, "mark", "pass"), (points, "mark", "17")]


def test_a_day_that_has_not_come_is_refused(korablik: Korablik):
    answer = korablik.run("return", codes(korablik.home)[0], "--as", "teacher", "--date", "2026-12-08", "--json")
    assert answer.code == 1 and answer.document["refused"][0]["reason"] == "date_in_future"
    assert rows(korablik.home, "SELECT op_seq FROM return") == []


def test_a_second_handing_in_is_kept_and_says_when_the_first_was(korablik: Korablik):
    code = codes(korablik.home)[0]
    first = korablik.run("return", code, code, "--as", "teacher", "--mark", "4", "--json")
    assert first.code == 0 and len(first.document["returns"]) == 1, "a code read twice counts once"
    assert first.document["returns"][0]["before"] == ""
    second = korablik.run("return", code, "--as", "teacher", "--mark", "5", "--json")
    assert second.code == 0 and "Незабудкина" in second.document["returns"][0]["before"]
    assert [value for _code, _verdict, value in marks(korablik.home)] == ["4", "5"]
    assert len(rows(korablik.home, "SELECT op_seq FROM return")) == 2


def test_the_journal_is_given_out_as_it_stands(korablik: Korablik, tmp_path: Path):
    code, out = codes(korablik.home)[0], tmp_path / "journal.csv"
    assert korablik.run("return", code, "--as", "teacher", "--mark", "4").code == 0
    answer = korablik.run("export", "journal", "--group", "7", "--format", "csv", "--out", out)
    assert answer.code == 0
    table = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert sum(cell == "4" for row in table for cell in row[1:]) == 1
    assert not list(tmp_path.glob("*.part"))
    assert korablik.run("export", "journal", "--group", "7", "--out", tmp_path / "journal.xlsx").code == 0
    assert (tmp_path / "journal.xlsx").read_bytes()[:2] == b"PK"


def test_a_file_that_cannot_be_written_is_named(korablik: Korablik, tmp_path: Path):
    out = tmp_path / "none" / "journal.csv"
    answer = korablik.run("export", "journal", "--group", "7", "--format", "csv", "--out", out, "--json")
    assert answer.refusal == "file_unwritable" and str(out) in answer.err


# Signatures


def edition_of(home: Path) -> Path:
    [folder] = [path for path in (home / "editions").iterdir() if not path.name.startswith(".")]
    return folder


def test_an_edition_is_genuine_also_away_from_home(korablik: Korablik, tmp_path: Path):
    folder = edition_of(korablik.home)
    answer = korablik.run("verify", folder, folder / "envelope.json", "--json")
    assert answer.code == 0 and len(answer.document["verified"]) == 2
    key, korablik.home = korablik.home / "keys" / "edition.pub", tmp_path / "nowhere"
    away = korablik.run("verify", folder, "--key", key, "--json")
    assert away.code == 0 and away.document["verified"] == answer.document["verified"]
    assert korablik.run("verify", folder, "--json").refusal == "file_missing"
    assert not korablik.home.exists(), "looking at a file must not make a home"


@pytest.mark.parametrize(("file", "old", "new", "sign"), [
    ("edition.json", b"2026-12-07", b"2026-12-08", False),  # the content is not what the envelope names
    ("edition.json", b"{", b"[", False),
    ("envelope.json", b'"number":1', b'"number":2', True),  # the envelope is not what was signed
    ("envelope.json.minisig", b"edition 1", b"edition 2", True),  # nor is its comment
    ("envelope.json.minisig", b"untrusted", b"nonsense", True),
])  # fmt: skip
def test_an_altered_edition_is_found_out(korablik: Korablik, file: str, old: bytes, new: bytes, sign: bool):
    folder = edition_of(korablik.home)
    data = (folder / file).read_bytes()
    assert old in data
    (folder / file).write_bytes(data.replace(old, new, 1))
    answer = korablik.run("verify", folder, "--json")
    assert answer.code == 1 and str(folder / "edition.json") in answer.document["refused"]
    assert (str(folder / "envelope.json") in answer.document["refused"]) == sign


def test_a_wrong_key_and_a_missing_signature_are_told(korablik: Korablik, tmp_path: Path):
    folder = edition_of(korablik.home)
    (tmp_path / "rubbish.pub").write_bytes(RUBBISH)
    assert korablik.run("verify", folder, "--key", tmp_path / "rubbish.pub", "--json").refusal == "key_invalid"
    assert korablik.run("verify", folder, "--key", tmp_path / "none.pub", "--json").refusal == "file_missing"
    assert korablik.run("verify", __file__, "--json").refusal == "file_missing"
    from sync.signing import new_keypair

    (tmp_path / "other.pub").write_text(new_keypair(os.urandom)[1], encoding="utf-8")
    assert korablik.run("verify", folder, "--key", tmp_path / "other.pub").code == 1


# Machines and terminals


def test_a_document_is_alone_on_standard_output(korablik: Korablik, tmp_path: Path):
    counts = korablik.run("check", "--json")
    assert counts.document["students"] == 96 and isinstance(counts.document["problems"], list) and not counts.err
    lines = (village.FOLDER / "connectivity.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "survey.csv").write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    told = korablik.run("import", "connectivity", tmp_path / "survey.csv", "--json")
    assert {finding["level"] for finding in told.document["findings"]} & {"warning", "error", "info"}
    out = tmp_path / "journal.csv"
    answer = korablik.run("export", "journal", "--group", "7", "--format", "csv", "--out", out, "--json")
    assert answer.document == {"group": "7", "bytes": out.stat().st_size}


def test_nobody_waits_for_a_reader_that_went_away(korablik: Korablik):
    process = korablik.start("return", codes(korablik.home)[0], "--as", "teacher", "--mark", "5")
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == ("", 0)
    process.stderr.close()
    assert len(marks(korablik.home)) == 1, "the work is done though nobody listens"


def test_ctrl_c_stops_without_a_trace(korablik: Korablik, tmp_path: Path):
    pipe, before = tmp_path / "endless.csv", state(korablik.home)
    os.mkfifo(pipe)
    process = korablik.start("import", "bells", pipe)
    with pipe.open("wb"):  # opens when the program begins to read
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "") and len(err.strip().splitlines()) == 1
    assert state(korablik.home) == before


def test_another_command_at_work_is_waited_for_but_not_for_ever(korablik: Korablik, monkeypatch):
    monkeypatch.setattr(remote, "WAIT_SECONDS", 0.0)
    from server.config import make_config

    with remote.held(make_config(korablik.home)):
        assert korablik.run("publish", "--json").refusal == "database_busy"
        assert korablik.run("check", "--json").code == 0, "reading disturbs nobody"


def test_help_and_the_installed_program(korablik: Korablik):
    answer = korablik.run("--help")
    assert answer.code == 0 and "publish" in answer.out
    program = Path(subprocess.sys.executable).with_name("korablik")
    done = subprocess.run([program, "check", "--json"], capture_output=True, text=True, env=korablik.environment())
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("{")
