"""`korablik backup` beside the serving office, `korablik restore` with it away, killed and begun again."""

import random
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from server.services import restoring
from tests.server.terminal import Korablik
from tests.server.test_cli import codes, marks, rows
from tests.server.test_serve import demo_home, office


def epoch(home: Path) -> str:
    return rows(home, "SELECT epoch FROM school")[0][0]


def test_a_backup_is_made_beside_the_office_and_restored_without_it(korablik: Korablik, tmp_path: Path):
    demo_home(korablik.home)
    one, two = codes(korablik.home)[:2]
    with office(korablik):
        assert korablik.run("return", one, "--as", "teacher", "--mark", "5").code == 0
        made = korablik.run("backup", "--out", tmp_path / "b.zip", "--json")
        assert made.code == 0 and made.document["rows"]["op"] == 1
        assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
        assert korablik.run("return", two, "--as", "teacher", "--mark", "4").code == 0
        assert korablik.run("restore", tmp_path / "b.zip", "--json").refusal == "restore_served"
        assert len(marks(korablik.home)) == 2
    before = epoch(korablik.home)
    done = korablik.run("restore", tmp_path / "b.zip", "--json")
    assert done.code == 0 and marks(korablik.home) == [(one, "mark", "5")]
    assert epoch(korablik.home) == done.document["epoch"] != before
    assert re.search("-restore.zip$", done.document["before"])
    with office(korablik):
        again = korablik.run("return", two, "--as", "teacher", "--mark", "4", "--json")
        assert again.document["returns"][0]["outcome"] == "accepted"
    assert korablik.run("restore", done.document["before"]).code == 0
    assert len(marks(korablik.home)) == 2


def test_backups_lie_in_the_home_and_the_newest_stay(korablik: Korablik):
    made = [korablik.run("backup", "--keep", "2", "--json").document for _again in range(3)]
    folder = korablik.home / "backups"
    assert sorted(path.name for path in folder.iterdir()) == sorted(Path(one["file"]).name for one in made[1:])
    said = korablik.run("backup")
    assert said.code == 0 and "backups" in said.out
    korablik.settings["KORABLIK_BACKUPS"] = "0"
    assert korablik.run("backup", "--json").refusal == "setting_invalid"


def test_what_is_no_backup_is_refused(korablik: Korablik, tmp_path: Path):
    assert korablik.run("restore", tmp_path / "none.zip", "--json").refusal == "file_missing"
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    assert korablik.run("restore", tmp_path / "text.zip", "--json").refusal == "backup_damaged"
    assert korablik.run("backup", "--out", tmp_path / "none" / "b.zip", "--json").refusal == "file_unwritable"


def test_the_check_tells_that_there_is_no_backup(korablik: Korablik):
    told = korablik.run("check", "--json").document["safety"]
    assert "backup_none" in [one["code"] for one in told]
    assert korablik.run("backup").code == 0
    told = korablik.run("check", "--json").document["safety"]
    assert [one["code"] for one in told] == (["sqlite_old"] if sqlite3.sqlite_version_info < (3, 51, 3) else [])


@pytest.mark.large
def test_a_restore_that_is_killed_leaves_the_old_or_the_new_school(korablik: Korablik, tmp_path: Path):
    one, two = codes(korablik.home)[:2]
    korablik.run("return", one, "--as", "teacher", "--mark", "5")
    assert korablik.run("backup", "--out", tmp_path / "b.zip").code == 0
    dice = random.Random()
    for _round in range(4):
        assert korablik.run("return", two, "--as", "teacher", "--mark", "4").code == 0
        before, logged = epoch(korablik.home), len(marks(korablik.home))
        process = korablik.start("restore", tmp_path / "b.zip")
        stage = korablik.home / restoring.STAGE
        while process.poll() is None and not stage.exists():
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.15))
        process.kill()
        process.communicate()
        assert korablik.run("check").code == 0  # the next start, whichever command it is
        is_new = epoch(korablik.home) != before
        assert len(marks(korablik.home)) == (1 if is_new else logged)
        assert not (stage / restoring.MARKER).exists()
        with closing(sqlite3.connect(korablik.home / "korablik.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert korablik.run("restore", tmp_path / "b.zip").code == 0
    assert marks(korablik.home) == [(one, "mark", "5")]
