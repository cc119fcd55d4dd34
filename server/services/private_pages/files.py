"""The sealed files in ``public/me/``: all written anew when an edition goes out or something on a page changed.

Of an edition every file has a new name. Those of the edition before stay: who still has that number finds them, and so
does who asks in the seconds between an edition and its private pages, which must not delay the classes' pages. Names
of renewed keys and of students who left are removed from both.
"""

import json
import os
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock, store
from server.config import Config
from server.models import Edition, School
from server.services.private_pages.addresses import FOLDER, keys_of
from server.services.private_pages.content import Asked, pages
from server.services.whole_files import replace
from sync.canonical import digest
from sync.sealed import NONCE, common_size, file_name, seal

KEPT = 2  # editions
STAMP = "private_pages.json"  # in cache/: what the files were made from, for which edition, and when that was looked at
LOOK = timedelta(hours=1)  # marks and messages reach families within it
_TURN = threading.Lock()


@dataclass(frozen=True)
class Sealed:
    """What was written: files, and the bytes of each."""

    files: int
    bytes: int


@dataclass(frozen=True)
class _Read:
    """All that the files are made of. ``numbers``: of the editions whose files may lie there, the newest first."""

    numbers: list[int]
    pages: dict[str, dict[str, Any]]
    keys: dict[str, bytes]

    @property
    def names(self) -> dict[str, str]:
        """Student → file of the newest edition."""
        return {student: file_name(key, self.numbers[0]) for student, key in self.keys.items()}


def refresh(config: Config, now: datetime, today: date) -> Sealed | None:
    """Bring the files up to date; None if nothing had changed or nothing is published."""
    with _TURN:
        with store.snapshot() as session:
            read = _read(session, config, now, today)
        if read is None:
            return None
        folder, names = config.public / FOLDER, read.names
        made_of = digest([names, {id: {**page, "at": ""} for id, page in read.pages.items()}])
        done = None
        if _stamp(config).get("made_of") != made_of or not _are_there(folder, names.values()):
            folder.mkdir(parents=True, exist_ok=True)
            done = _write(folder, names, read)
            kept = (file_name(key, number) for key in read.keys.values() for number in read.numbers[1:])
            _prune(folder, {*names.values(), *kept})
        config.cache.mkdir(parents=True, exist_ok=True)
        told = {"made_of": made_of, "edition": read.numbers[0], "looked_at": now.isoformat()}
        replace(config.cache / STAMP, json.dumps(told).encode())
        return done


def tick(app: APIFlask) -> Sealed | None:
    """The look of every minute: after an edition at once, else every hour. Reading a whole school takes seconds."""
    with app.app_context():
        config: Config = app.extensions["korablik"]
        with store.snapshot() as session:
            zone = session.scalars(select(School.timezone)).first()
            newest = session.scalar(select(func.max(Edition.number)))
        if zone is None:
            return None
        now = clock.now(config, zone)
        return refresh(config, now, clock.local_date(now, zone)) if _is_due(_stamp(config), newest, now) else None


def _is_due(told: Mapping[str, Any], newest: int | None, now: datetime) -> bool:
    if newest is None:
        return False
    if told.get("edition") != newest:
        return True
    since = now - datetime.fromisoformat(told["looked_at"])
    return not timedelta(0) <= since < LOOK


def _stamp(config: Config) -> dict[str, Any]:
    try:
        return json.loads((config.cache / STAMP).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}


def _read(session: Session, config: Config, now: datetime, today: date) -> _Read | None:
    editions = session.scalars(select(Edition).order_by(Edition.number.desc()).limit(KEPT)).all()
    if not editions:
        return None
    found = pages(session, Asked(editions[0], now, today))
    return _Read([edition.number for edition in editions], found, keys_of(session, config, found))


def _are_there(folder: Path, names: Collection[str]) -> bool:
    return folder.is_dir() and set(os.listdir(folder)) >= set(names)


def _write(folder: Path, names: Mapping[str, str], read: _Read) -> Sealed:
    """By name, so that neither the order nor the times of files tell anything of whose they are."""
    size, length = common_size(read.pages.values()), 0
    for student, name in sorted(names.items(), key=lambda item: item[1]):
        data = seal(read.keys[student], read.numbers[0], read.pages[student], size, os.urandom(NONCE))
        length = len(data)
        replace(folder / name, data)
    return Sealed(len(names), length)


def _prune(folder: Path, kept: Collection[str]) -> None:
    """Remove sealed files that nobody may read any more, and halves; the page itself stays."""
    longest = len(file_name(bytes(16), 1))
    for file in folder.iterdir():
        old = file.suffix == ".js" and len(file.name) == longest and file.name not in kept
        if old or file.suffix == ".half":
            file.unlink()
