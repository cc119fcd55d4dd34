"""Backups: all that brings a school back is in them, they are checked and rotated, and restoring is never half."""

import json
import os
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from server import models, store
from server.config import Config, make_config
from server.errors import DomainError
from server.extensions import db
from server.models import Person, Subject
from server.services import backup_file, backups, database_copy, restoring, safety, schema, upkeep
from tests.server import factory
from tests.server.offices import Office, mark_op, office
from tests.server.web.world import build

NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
EPOCH = "f" * 32


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


@pytest.fixture
def config(app: APIFlask) -> Config:
    """A home with a school, keys, an edition's file and a medium."""
    factory.school()
    found = app.extensions["korablik"]
    for name in ("keys/edition.key", "keys/session.key", "editions/ab/edition.json", "media/9f/map.png"):
        file = found.home / name
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(name, encoding="utf-8")
    return found


def people(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as database:
        return {name for (name,) in database.execute("SELECT last_name FROM person")}


def state(home: Path) -> dict[str, str]:
    """What a restore switches, as it can be read: the people, the epoch, the files."""
    with closing(sqlite3.connect(home / "korablik.db")) as database:
        found = {"epoch": database.execute("SELECT epoch FROM school").fetchone()[0]}
    found["people"] = ",".join(sorted(people(home / "korablik.db")))
    for folder in backup_file.FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file():
                found[path.relative_to(home).as_posix()] = path.read_text(encoding="utf-8")
    return found


def close(app: APIFlask) -> None:
    """The office has gone: what a restore needs."""
    db.session.remove()
    db.engine.dispose()
    app.extensions["store"].close()


def test_a_backup_holds_all_that_brings_the_school_back(config: Config):
    factory.person("Backedup")
    made = backups.make(config, NOW, "hand")
    assert made.path == config.backups / "korablik-TEST-20261207T030000Z-hand.zip"
    assert made.path.stat().st_mode & 0o777 == 0o600 and config.backups.stat().st_mode & 0o777 == 0o700
    names = set(zipfile.ZipFile(made.path).namelist())
    assert {"korablik.db", "backup.json", "keys/edition.key", "editions/ab/edition.json", "media/9f/map.png"} <= names
    assert "keys/session.key" not in names, "who signed out would be signed in again"
    assert made.contents.rows["person"] == 1 and made.contents.school == "TEST"
    assert made.contents.revision == schema.revisions()[-1]
    assert [path.name for path in config.backups.iterdir()] == [made.path.name], "nothing unfinished stays"


def test_a_backup_is_one_moment_while_others_write(app: APIFlask, config: Config):
    stop, written = threading.Event(), []

    def write() -> None:
        with app.app_context():
            while not stop.is_set():
                n = len(written)

                def both(session: Any, n: int = n) -> None:
                    session.add(Subject(id=f"{n:032x}", name=f"subject {n}"))
                    session.add(Person(id=f"{n:032x}", slug=f"p{n}", last_name=f"Veslov{n}"))

                store.write(both)
                written.append(n)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            before = len(written)
            rows = backups.make(config, NOW, "hand").contents.rows
            assert rows["subject"] == rows["person"] >= before, number
    finally:
        stop.set()
        thread.join()
    assert len(written) > 5, "nobody waited for the backup"


def test_two_backups_of_one_second_have_two_names_and_old_ones_go(config: Config):
    made = [backups.make(config, NOW, "hand", keep=2) for _again in range(3)]
    assert len({one.path for one in made}) == 3 and made[-1].removed == 1
    daily = backups.make(config, NOW + timedelta(days=1), "daily", keep=2)
    kinds = [one.kind for one in backups.every(config)]
    assert kinds == ["daily", "hand", "hand"] and backups.newest(config).path == daily.path


def test_the_daily_backup_is_made_once_a_day(app: APIFlask, config: Config):
    assert backups.daily(config, NOW) is not None
    assert backups.daily(config, NOW + timedelta(hours=2)) is None
    assert backups.daily(config, NOW + timedelta(hours=21)) is not None
    assert upkeep.back_up(app) is False, "the clock of the office stands at NOW"
    assert [one.kind for one in backups.every(config)] == ["daily", "daily"]


def test_a_failed_backup_is_remembered_until_one_succeeds(config: Config, monkeypatch: pytest.MonkeyPatch):
    def full(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backup_file, "write", full)
        assert backups.daily(config, NOW) is None
    assert backups.failure(config).code == "disk_full"
    assert [one.code for one in safety.worries(config, NOW)] == [*_old_sqlite(), "backup_none", "backup_failed"]
    assert backups.daily(config, NOW) is not None, "it is tried again"
    assert backups.failure(config) is None
    assert [one.code for one in safety.worries(config, NOW)] == _old_sqlite()
    late = safety.worries(config, NOW + timedelta(days=4))
    assert [one.code for one in late] == [*_old_sqlite(), "backup_old"] and "4" in str(late[-1])


def _old_sqlite() -> list[str]:
    return ["sqlite_old"] if sqlite3.sqlite_version_info < (3, 51, 3) else []


def test_an_old_sqlite_is_told_and_a_sound_one_is_not(config: Config):
    [worry] = safety.sqlite(config, (3, 51, 2))
    assert "3.51.2" in str(worry) and "3.51.3" in str(worry)
    assert safety.sqlite(config, (3, 51, 3)) == [] == safety.sqlite(config, (4, 0, 0))
    assert safety.sqlite(make_config(config.home, database_url="postgresql+psycopg://x/y"), (3, 40, 0)) == []


def test_a_copy_that_is_not_sound_is_no_backup(config: Config, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database_copy, "is_sound", lambda path: False)
    with pytest.raises(DomainError, match="database_damaged"):
        backups.make(config, NOW, "hand")
    assert list(config.backups.iterdir()) == []


def test_what_was_written_is_read_back(config: Config, monkeypatch: pytest.MonkeyPatch):
    written = backup_file.write

    def damaged(path: Path, *arguments: Any) -> Any:
        made = written(path, *arguments)
        data = bytearray(path.read_bytes())
        data[len(data) // 3] ^= 0xFF
        path.write_bytes(data)
        return made

    monkeypatch.setattr(backup_file, "write", damaged)
    with pytest.raises(DomainError, match="backup_damaged"):
        backups.make(config, NOW, "hand")
    assert list(config.backups.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 1, 100, 0.5, 0.9, 0.999])
def test_a_backup_that_is_cut_off_is_refused(app: APIFlask, config: Config, tmp_path: Path, cut: float):
    data = backups.make(config, NOW, "hand").path.read_bytes()
    file = tmp_path / "cut.zip"
    file.write_bytes(data[: int(len(data) * cut) if cut < 1 else int(cut)])
    close(app)
    before = state(config.home)
    with pytest.raises(DomainError, match="backup_damaged"):
        restoring.restore(config, file, NOW, EPOCH)
    assert state(config.home) == before


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "keys/../../evil", "korablik.db-wal", "keys", "public/x"])
def test_a_backup_with_a_file_in_a_strange_place_is_refused(config: Config, tmp_path: Path, name: str):
    made = backups.make(config, NOW, "hand").path
    file = tmp_path / "strange.zip"
    with zipfile.ZipFile(made) as good, zipfile.ZipFile(file, "w") as bad:
        told = json.loads(good.read("backup.json"))
        told["files"][name] = "0" * 64
        bad.writestr(name, b"")
        for member in good.namelist():
            bad.writestr(member, json.dumps(told) if member == "backup.json" else good.read(member))
    with pytest.raises(DomainError, match="backup_damaged"):
        backup_file.check(file)


# Restoring


def test_a_restored_home_is_as_it_was_under_a_new_epoch(app: APIFlask, config: Config):
    factory.person("Backedup")
    made = backups.make(config, NOW, "hand")
    factory.person("Later")
    (config.keys / "later.key").write_text("later", encoding="utf-8")
    close(app)
    before = state(config.home)
    done = restoring.restore(config, made.path, NOW, EPOCH)
    after = state(config.home)
    assert (after["people"], after["epoch"]) == ("Backedup", EPOCH)
    assert "keys/later.key" not in after and "keys/session.key" not in after and "media/9f/map.png" in after
    assert (config.home / "keys").stat().st_mode & 0o777 == 0o700
    assert not (config.home / restoring.STAGE).exists()
    again = restoring.restore(config, done.before, NOW, "a" * 32)
    assert again.contents.rows["person"] == 2, "the state before was kept"
    expected = {**before, "epoch": "a" * 32}
    expected.pop("keys/session.key")
    assert state(config.home) == expected


def test_an_empty_home_becomes_the_school(config: Config, tmp_path: Path):
    factory.person("Backedup")
    made = backups.make(config, NOW, "hand")
    other = make_config(tmp_path / "other")
    done = restoring.restore(other, made.path, NOW, EPOCH)
    assert done.before is None and state(other.home)["people"] == "Backedup"


def test_a_damaged_home_is_kept_as_it_is(app: APIFlask, config: Config):
    made = backups.make(config, NOW, "hand")
    close(app)
    (config.home / "korablik.db").write_bytes(b"no database at all" * 999)
    done = restoring.restore(config, made.path, NOW, EPOCH)
    assert state(config.home)["epoch"] == EPOCH
    assert (done.before / "korablik.db").read_bytes().startswith(b"no database")
    assert done.before.parent == config.backups and (done.before / "keys" / "edition.key").exists()


def test_a_log_of_the_database_before_is_not_taken_for_the_new_ones(app: APIFlask, config: Config):
    made = backups.make(config, NOW, "hand")
    factory.person("Later")
    shutil.copytree(config.home, config.home.with_name("killed"))  # with its log, as a kill leaves it
    killed = make_config(config.home.with_name("killed"))
    assert (killed.home / "korablik.db-wal").stat().st_size > 0
    restoring.restore(killed, made.path, NOW, EPOCH)
    assert state(killed.home)["people"] == ""


def test_other_schools_newer_versions_and_other_databases_are_refused(app: APIFlask, config: Config, tmp_path: Path):
    made = backups.make(config, NOW, "hand")
    close(app)
    with closing(sqlite3.connect(config.home / "korablik.db")) as database, database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("UPDATE school SET id = 'ELSE'")
    with pytest.raises(DomainError, match="backup_other_school"):
        restoring.restore(config, made.path, NOW, EPOCH)
    elsewhere = make_config(tmp_path / "pg", database_url="postgresql+psycopg://x/y")
    with pytest.raises(DomainError, match="backup_other_database"):
        restoring.restore(elsewhere, made.path, NOW, EPOCH)
    newer = backup_file.Contents(**{**vars(made.contents), "revision": "9999"})
    backup_file.write(tmp_path / "newer.zip", newer, [("korablik.db", config.home / "korablik.db")])
    with pytest.raises(DomainError, match="backup_newer"):
        restoring.restore(config, tmp_path / "newer.zip", NOW, EPOCH)


def test_killed_at_any_step_the_home_is_old_or_new_after_the_next_start(
    app: APIFlask, config: Config, monkeypatch: pytest.MonkeyPatch
):
    factory.person("Backedup")
    made = backups.make(config, NOW, "hand")
    factory.person("Later")
    close(app)
    before = state(config.home)
    outcomes = []
    for step in range(1000):
        home = config.home.with_name(f"step{step}")
        shutil.copytree(config.home, home)
        here = make_config(home)
        left = [step]

        def stop(real: Any, left: list[int] = left) -> Any:
            def run(*arguments: Any, **named: Any) -> Any:
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
                return real(*arguments, **named)

            return run

        with monkeypatch.context() as patch:
            for module, name in ((restoring.shutil, "move"), (restoring.os, "fsync"), (Path, "unlink"),
                                 (Path, "replace"), (Path, "write_text"), (shutil, "rmtree")):  # fmt: skip
                patch.setattr(module, name, stop(getattr(module, name)))
            try:
                restoring.restore(here, made.path, NOW, EPOCH)
                finished = True
            except Killed:
                finished = False
        restoring.settle(here)
        found = state(home)
        if finished:
            break
        new = found["people"] == "Backedup"
        assert new or found == before, step
        if new:
            assert found["epoch"] == EPOCH and "keys/session.key" not in found and "media/9f/map.png" in found, step
        outcomes.append(new)
        assert not (home / restoring.STAGE).exists()
        shutil.rmtree(home)
    assert finished and outcomes == sorted(outcomes), "first the old state, from one moment on the new one"
    assert True in outcomes and False in outcomes


# PostgreSQL


@pytest.fixture
def pg(blank_home: Path, tmp_path: Path, pg_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office on PostgreSQL; pg_dump and pg_restore of its version stand first on the path."""
    import pgserver

    programs = Path(pgserver.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    with office(blank_home, tmp_path / "office", pg_url) as found:
        found.write(lambda session: session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))")))
        newest = schema.revisions()[-1]
        found.write(lambda session: session.execute(text(f"INSERT INTO alembic_version VALUES ('{newest}')")))
        yield found


def _marks(here: Office) -> int:
    return here.count(models.MarkRevision)


@pytest.mark.postgres
def test_a_school_on_postgresql_is_backed_up_and_restored_by_its_own_programs(pg: Office, tmp_path: Path):
    config = pg.app.extensions["korablik"]
    (config.keys / "edition.key").write_text("secret", encoding="utf-8")
    code = pg.fresh()
    pg.receive(mark_op(1, code, ("mark", "5")))
    made = backups.make(config, NOW, "hand")
    assert "database.dump" in zipfile.ZipFile(made.path).namelist() and made.contents.ops == 1
    pg.receive(mark_op(2, code, ("mark", "4")))
    (config.keys / "edition.key").write_text("another", encoding="utf-8")
    done = restoring.restore(config, made.path, NOW, EPOCH)
    assert _marks(pg) == 1 and pg.rows(models.School.epoch) == [(EPOCH,)]
    assert (config.keys / "edition.key").read_text(encoding="utf-8") == "secret"
    restoring.restore(config, done.before, NOW, "a" * 32)
    assert _marks(pg) == 2 and (config.keys / "edition.key").read_text(encoding="utf-8") == "another"
    sqlite = make_config(tmp_path / "other")
    with pytest.raises(DomainError, match="backup_other_database"):
        restoring.restore(sqlite, made.path, NOW, EPOCH)


@pytest.mark.postgres
def test_a_restore_on_postgresql_that_was_killed_is_completed(pg: Office, monkeypatch: pytest.MonkeyPatch):
    config = pg.app.extensions["korablik"]
    (config.keys / "edition.key").write_text("secret", encoding="utf-8")
    made = backups.make(config, NOW, "hand")
    pg.receive(mark_op(1, pg.fresh(), ("mark", "5")))
    (config.keys / "edition.key").write_text("another", encoding="utf-8")

    def killed(*_arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(restoring, "_move", killed)  # the database is the new one, the keys are the old ones
        restoring.restore(config, made.path, NOW, EPOCH)
    assert restoring.is_unfinished(config)
    restoring.settle(config)
    assert _marks(pg) == 0 and pg.rows(models.School.epoch) == [(EPOCH,)]
    assert (config.keys / "edition.key").read_text(encoding="utf-8") == "secret"


@pytest.mark.postgres
def test_what_postgresql_refuses_changes_nothing(pg: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    config = pg.app.extensions["korablik"]
    made = backups.make(config, NOW, "hand")
    (tmp_path / "database.dump").write_bytes(b"no dump")
    backup_file.write(tmp_path / "bad.zip", made.contents, [("database.dump", tmp_path / "database.dump")])
    pg.receive(mark_op(1, pg.fresh(), ("mark", "5")))
    with pytest.raises(DomainError, match="restore_failed"):
        restoring.restore(config, tmp_path / "bad.zip", NOW, EPOCH)
    assert _marks(pg) == 1 and not restoring.is_unfinished(config)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DomainError, match="backup_tool_missing"):
        backups.make(config, NOW, "hand")
    assert backups.daily(config, NOW + timedelta(days=2)) is None
    assert "pg_dump" in str(safety.worries(config, NOW)[-1])


# Before a migration


def test_before_a_migration_there_is_a_backup_of_the_older_form(app: APIFlask, config: Config):
    build()
    with closing(sqlite3.connect(config.home / "korablik.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0003'")
    known, migrated = schema.revisions, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "revisions", lambda: [*known(), "9998"])
        patch.setattr(schema, "migrate", lambda: migrated.append(backups.newest(config)))
        schema.prepare()
    [found] = migrated
    assert found.kind == "migration" and backup_file.check(found.path).revision == "0003"


def test_without_room_for_a_backup_nothing_is_migrated(config: Config, monkeypatch: pytest.MonkeyPatch):
    def full(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    known = schema.revisions
    monkeypatch.setattr(schema, "revisions", lambda: [*known(), "9998"])
    monkeypatch.setattr(schema, "migrate", lambda: pytest.fail("migrated without a backup"))
    monkeypatch.setattr(backup_file, "write", full)
    with pytest.raises(DomainError, match="disk_full"):
        schema.prepare()
