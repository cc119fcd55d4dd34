"""Backups of a home: made while the office serves, checked, rotated, and remembered when they fail."""

import errno
import json
import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from server.config import Config
from server.errors import DomainError
from server.failures import lost_code
from server.security import private_folder
from server.services import backup_file, database_copy, schema
from server.services.backup_file import Contents
from sync.errors import SyncError

KINDS = ("daily", "hand", "migration", "restore")  # why a backup was made
OFTEN = timedelta(hours=20)  # a computer that runs in the mornings only makes one each morning
FAILED = "failed.json"
DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
SESSIONS = "keys/session.key"  # stays behind: a restored database has forgotten who signed out
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(rf"korablik-([A-Z0-9]{{4}})-(\d{{8}}T\d{{6}}Z)-({'|'.join(KINDS)})(?:-(\d+))?\.zip")


@dataclass(frozen=True)
class Backup:
    """A file of the folder backups/."""

    path: Path
    made_at: datetime
    kind: str
    number: int = 1  # of those of one second


@dataclass(frozen=True)
class Made:
    """A backup that was written and read back; ``removed``: how many older ones went."""

    path: Path
    contents: Contents
    bytes: int
    removed: int = 0


def make(config: Config, now: datetime, kind: str, out: Path | None = None, keep: int | None = None) -> Made:
    """Write a backup into backups/ (or to ``out``), check it, and let the oldest of its kind go.

    Raises DomainError: ``home_missing`` without a school, ``disk_full``, ``disk_error``, ``database_damaged``,
    ``file_unwritable``, ``backup_failed``, ``backup_tool_missing``.
    """
    folder = private_folder(config.backups)
    with told(out or folder), tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as stage:
        contents, member, copy = _copied(config, now, Path(stage))
        target = out or _free(folder, f"korablik-{contents.school}-{now.astimezone(UTC):{_STAMP}}-{kind}")
        staged = target.with_name(f".{target.name}.part")
        staged.unlink(missing_ok=True)
        try:
            backup_file.write(staged, contents, [(member, copy), *_files(config)])
            contents = backup_file.check(staged)  # as it lies there, from end to end
            size = staged.stat().st_size
            staged.replace(target)
        finally:
            staged.unlink(missing_ok=True)
    (folder / FAILED).unlink(missing_ok=True)
    return Made(target, contents, size, 0 if out else rotate(config, keep or config.backups_kept))


def daily(config: Config, now: datetime) -> Made | None:
    """Today's backup, unless a sound one is younger than OFTEN; a failure is remembered for the people who care."""
    last = newest(config)
    if last is not None and now - last.made_at < OFTEN and failure(config) is None:
        return None
    try:
        return make(config, now, "daily")
    except SyncError as error:
        data = {key: str(value) for key, value in error.data.items()}
        note = {"at": now.isoformat(), "code": error.code, "data": data}
        try:
            (private_folder(config.backups) / FAILED).write_text(json.dumps(note), encoding="utf-8")
        except OSError:  # no room even for that: the age of the newest backup tells it
            return None
        return None


def failure(config: Config) -> DomainError | None:
    """Why the last daily backup failed; None if it did not."""
    try:
        note = json.loads((config.backups / FAILED).read_text(encoding="utf-8"))
        return DomainError(str(note["code"]), **note["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def every(config: Config) -> list[Backup]:
    """The backups of the home, the newest first."""
    found = []
    for path in config.backups.glob("korablik-*.zip"):
        if known := _NAME.fullmatch(path.name):
            found.append(Backup(path, datetime.strptime(known[2], _STAMP).replace(tzinfo=UTC), known[3],
                                int(known[4] or 1)))  # fmt: skip
    return sorted(found, key=lambda backup: (backup.made_at, backup.number), reverse=True)


def newest(config: Config) -> Backup | None:
    """The newest backup of the home."""
    return next(iter(every(config)), None)


def rotate(config: Config, keep: int) -> int:
    """Of each kind the newest ``keep`` stay; returns how many went."""
    removed = 0
    for kind in KINDS:
        for backup in [one for one in every(config) if one.kind == kind][max(keep, 1) :]:
            backup.path.unlink(missing_ok=True)
            removed += 1
    return removed


def _copied(config: Config, now: datetime, stage: Path) -> tuple[Contents, str, Path]:
    """The database's copy, its name in the backup, and what is known of it."""
    source = schema.database_file(config)
    database = "sqlite" if source else "postgresql"
    copy = stage / backup_file.MEMBER[database]
    if source is not None:
        if not source.exists():
            raise DomainError("home_missing", home=config.home)
        counts = database_copy.copy_sqlite(source, copy)
        known = database_copy.school_of(copy)
    else:
        known, counts = database_copy.school_of_postgres(config.database_url)
        database_copy.dump_postgres(config.database_url, copy)
    if known is None:
        raise DomainError("home_missing", home=config.home)
    school, epoch, revision = known
    made = Contents(school, now.astimezone(UTC).isoformat(), revision, epoch, database, counts)
    return made, copy.name, copy


def _files(config: Config) -> Iterator[tuple[str, Path]]:
    """What lies beside the database; read after it, so that all is there that the database names."""
    for folder in backup_file.FOLDERS:
        for path in sorted((config.home / folder).rglob("*")):
            name = path.relative_to(config.home).as_posix()
            unfinished = any(part.startswith(".") for part in Path(name).parts)
            if path.is_file() and not path.is_symlink() and not unfinished and name != SESSIONS:
                yield name, path


def _free(folder: Path, stem: str) -> Path:
    names: Iterable[str] = (stem, *(f"{stem}-{number}" for number in range(2, 10_000)))
    return next(path for name in names if not (path := folder / f"{name}.zip").exists())


@contextmanager
def told(target: Path) -> Iterator[None]:
    """What disks and databases throw, as errors of the catalogue."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DomainError("disk_full") from error
        raise DomainError("file_unwritable", name=target, reason=error.strerror or "") from error
    except (sqlite3.Error, DBAPIError) as error:
        if getattr(error, "sqlite_errorname", "").startswith(DAMAGED):
            raise DomainError("database_damaged", home=target) from error
        raise DomainError(lost_code(error) or "database_unreachable") from error
