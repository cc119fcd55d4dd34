"""Puts a backup into a home: checked first, switched at once, and finished by the next start if it was killed.

All is prepared in ``.restoring/`` and beside the database. Then one small file (MARKER) says that the switch began;
from there on every start completes it, and before it the home is as it was.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.config import Config
from server.errors import DomainError
from server.security import private_folder
from server.services import backup_file, backups, database_copy, schema
from server.services.backup_file import Contents

STAGE, MARKER = ".restoring", "switch.json"
LOGS = ("-wal", "-shm", "-journal")  # beside a database of SQLite, part of its state
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Restored:
    """What the home holds now; ``before``: where its former state is kept, None if there was none."""

    contents: Contents
    epoch: str
    before: Path | None


def restore(config: Config, path: Path, now: datetime, epoch: str) -> Restored:
    """Restore under the home's lock; ``epoch`` is 32 fresh hex digits.

    Raises DomainError: ``file_missing``, ``backup_damaged``, ``backup_newer``, ``backup_other_school``,
    ``backup_other_database``, ``backup_tool_missing``, ``restore_failed``, ``disk_full``, ``file_unwritable``; then
    nothing has changed.
    """
    contents = backup_file.check(path)
    database = schema.database_file(config)
    ours = "sqlite" if database else "postgresql"
    if contents.database != ours:
        raise DomainError("backup_other_database", theirs=contents.database, ours=ours)
    if contents.revision not in schema.revisions():
        raise DomainError("backup_newer")
    settle(config)
    with backups.told(config.home):
        _same_school(config, database, contents)
        new = _prepare(config, path, contents, epoch)
        kept = _keep(config, database, now)
        _begin(config, _plan(config, database, new), kept, "" if database else epoch)
    before = _first(config)
    return Restored(contents, epoch, before)


def _first(config: Config) -> Path | None:
    """Carry the switch out for the first time: what PostgreSQL refuses now has changed nothing and is given up."""
    try:
        return finish(config)
    except DomainError as error:
        if error.code in ("restore_failed", "backup_tool_missing"):
            (config.home / STAGE / MARKER).unlink()
            shutil.rmtree(config.home / STAGE)
        raise


def _same_school(config: Config, database: Path | None, contents: Contents) -> None:
    """A damaged database names no school: whoever restores knows what he does."""
    try:
        if database is None:
            known, _counts = database_copy.school_of_postgres(config.database_url)
        else:
            known = database_copy.school_of(database) if database.exists() else None
    except sqlite3.DatabaseError:
        return
    if known is not None and known[0] != contents.school:
        raise DomainError("backup_other_school", theirs=contents.school, ours=known[0])


def _prepare(config: Config, path: Path, contents: Contents, epoch: str) -> Path:
    """Unpack and check everything in the stage; returns the folder that holds the new state."""
    new = private_folder(private_folder(config.home / STAGE) / "new")
    backup_file.unpack(path, contents, new)
    for folder in backup_file.FOLDERS:
        private_folder(new / folder)
    if contents.database == "sqlite":
        _check_database(new / backup_file.MEMBER["sqlite"], contents, epoch)
    _sync(new)
    return new


def _check_database(database: Path, contents: Contents, epoch: str) -> None:
    if not database_copy.is_sound(database) or database_copy.count_sqlite(database) != contents.rows:
        raise DomainError("backup_damaged", reason=database.name)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE school SET epoch = ?", (epoch,))


def _keep(config: Config, database: Path | None, now: datetime) -> Path | None:
    """A backup of the present state, if it can be read; files that cannot are kept as they are, see ``finish``."""
    if database is not None and not database.exists():
        return None
    try:
        return backups.make(config, now, "restore").path
    except DomainError as error:
        if error.code == "disk_full" or (database is None and error.code != "home_missing"):
            raise
        return None


def _plan(config: Config, database: Path | None, new: Path) -> list[list[str]]:
    """Moves [new or "", place, aside] in their order: a database's logs leave before it does."""
    aside = config.home / STAGE / "aside"
    moves = []
    if database is not None:
        moves = [["", f"{database}{log}", str(aside / f"{database.name}{log}")] for log in LOGS]
        moves.append([str(new / backup_file.MEMBER["sqlite"]), str(database), str(aside / database.name)])
    for folder in backup_file.FOLDERS:
        moves.append([str(new / folder), str(config.home / folder), str(aside / folder)])
    return moves


def _begin(config: Config, moves: list[list[str]], kept: Path | None, epoch: str) -> None:
    """From the moment this file is there, the new state counts. ``epoch``: of a PostgreSQL, which comes first."""
    stage = config.home / STAGE
    private_folder(stage / "aside")
    staged = stage / f"{MARKER}.new"
    plan = {"moves": moves, "kept": str(kept) if kept else None, "epoch": epoch}
    staged.write_text(json.dumps(plan), encoding="utf-8")
    with staged.open("rb") as file:
        os.fsync(file.fileno())
    _sync(stage)
    staged.replace(stage / MARKER)
    _sync(stage)


def is_unfinished(config: Config) -> bool:
    """True while a switch has begun and not ended."""
    return (config.home / STAGE / MARKER).exists()


def settle(config: Config) -> None:
    """Under the home's lock: complete a switch that was killed, remove what one left that had not begun."""
    if is_unfinished(config):
        finish(config)
    elif (config.home / STAGE).exists():
        shutil.rmtree(config.home / STAGE)


def finish(config: Config) -> Path | None:
    """Carry the switch out, from wherever it stopped; returns where the former state is kept."""
    stage = config.home / STAGE
    plan: dict[str, Any] = json.loads((stage / MARKER).read_text(encoding="utf-8"))
    if plan["epoch"]:
        dump = stage / "new" / backup_file.MEMBER["postgresql"]
        database_copy.restore_postgres(config.database_url, dump, plan["epoch"])
    for new, place, aside in plan["moves"]:
        _move(new, Path(place), Path(aside))
    _sync(config.home)
    kept = Path(plan["kept"]) if plan["kept"] else _set_aside(config, stage / "aside")
    (stage / MARKER).unlink()
    _sync(stage)
    shutil.rmtree(stage)
    return kept


def _move(new: str, place: Path, aside: Path) -> None:
    if new and not Path(new).exists():
        return  # done before
    if place.exists() and not aside.exists():
        shutil.move(place, aside)
    if new:
        if place.is_dir():  # made anew meanwhile: moving would put the one into the other
            shutil.rmtree(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(new, place)


def _set_aside(config: Config, aside: Path) -> Path | None:
    """What could not be backed up stays as files, for whoever can mend a database."""
    if not aside.exists() or not any(aside.iterdir()):
        return None
    stamp = datetime.fromtimestamp(aside.stat().st_mtime, UTC)
    target = private_folder(config.backups) / f"before-restore-{stamp:%Y%m%dT%H%M%SZ}"
    shutil.move(aside, target)
    return target


def _sync(folder: Path) -> None:
    """Names in a folder are through to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
