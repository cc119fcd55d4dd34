"""Stacks that were sent and are not taken in yet: their bytes lie in the home until the database has every page.

A stack is a folder ``scans/<id>`` of the home: the files ``0``, ``1`` … and, written last, ``stack.json``, which says
whose they are. A folder without it was broken off: it is no stack, and is removed after a day.
"""

import json
import os
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO

from server.config import Config
from server.errors import DomainError
from server.security import private_folder
from server.services.accounts import new_id
from server.services.import_desk import shown_name
from server.services.scanning.reading import File

TRIES = 3  # until a stack that fails waits for a person
BROKEN_OFF = 24 * 3600  # seconds after which a folder without its description belongs to nobody
AT_ONCE = 40  # files of one upload
_ABOUT = "stack.json"
_CHUNK = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Sent:
    """A stack that waits to be taken in. ``files``: names as sent; ``failed``: code of the last failure.

    ``person``, ``account``, ``name``: who sent it, by id and as others see them.
    """

    id: str
    person: str
    account: str
    name: str
    now: str
    at: str
    today: str
    returned_on: str
    channel: str
    files: tuple[str, ...]
    tries: int = 0
    failed: str = ""

    @property
    def moment(self) -> datetime:
        """When it was sent."""
        return datetime.fromisoformat(self.now)

    @property
    def day(self) -> date:
        """When its works came back."""
        return date.fromisoformat(self.returned_on)

    @property
    def stuck(self) -> bool:
        """Whether it failed so often that a person must say what becomes of it."""
        return self.tries >= TRIES


def folder(config: Config) -> Path:
    """Where stacks wait: ``scans/`` of the home, mode 0700, never below ``public/``."""
    return private_folder(config.home / "scans")


def put(config: Config, sent: Sent, data: Iterable[IO[bytes]]) -> Sent:
    """Store the files of a stack, through to the disk. Raises DomainError disk_full: then nothing of it stays."""
    place = folder(config) / sent.id
    try:
        place.mkdir(mode=0o700)
        for number, stream in enumerate(data):
            _write(place / str(number), stream)
        _describe(config, sent)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise DomainError("disk_full") from error
    return sent


def named(names: Iterable[str]) -> tuple[str, ...]:
    """File names as they are shown."""
    return tuple(shown_name(name) for name in names)


def fresh_id(now: datetime) -> str:
    """The id of a stack that is sent now."""
    return new_id(now)


def _write(path: Path, stream: IO[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(stream, file, _CHUNK)
        file.flush()
        os.fsync(file.fileno())


def _describe(config: Config, sent: Sent) -> None:
    """The description comes whole or not at all."""
    place = folder(config) / sent.id
    half = place / f".{_ABOUT}"
    with half.open("w", encoding="utf-8") as file:
        json.dump(asdict(sent), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    half.replace(place / _ABOUT)


def waiting(config: Config) -> list[Sent]:
    """Stacks that wait, the oldest first."""
    found = [sent for place in folder(config).iterdir() if (sent := _read(place / _ABOUT)) is not None]
    return sorted(found, key=lambda sent: sent.id)


def one(config: Config, id: str) -> Sent:
    """A stack that waits. Raises DomainError not_found."""
    found = next((sent for sent in waiting(config) if sent.id == id), None)
    if found is None:
        raise DomainError("not_found")
    return found


def _read(path: Path) -> Sent | None:
    try:
        known = json.loads(path.read_text("utf-8"))
        return Sent(**{**known, "files": tuple(known["files"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def files(config: Config, sent: Sent) -> list[File]:
    """The files of a stack as they are read."""
    return [File(name, folder(config) / sent.id / str(number)) for number, name in enumerate(sent.files)]


def note_failure(config: Config, sent: Sent, code: str) -> None:
    """Remember that taking it in failed. A full disk and its like are not the stack's fault: those do not count."""
    counts = code in ("child_died", "internal")
    _describe(config, replace(sent, tries=sent.tries + counts, failed=code))


def try_again(config: Config, id: str) -> None:
    """Somebody wants a stack to be tried again."""
    _describe(config, replace(one(config, id), tries=0, failed=""))


def leave(config: Config, id: str) -> None:
    """Forget a stack: it is in the database, or somebody does not want it any more."""
    place = folder(config) / id
    (place / _ABOUT).unlink(missing_ok=True)  # first: half a folder is no stack
    shutil.rmtree(place, ignore_errors=True)


def forget_broken_off(config: Config) -> int:
    """Remove what uploads that were broken off left more than a day ago; returns how many."""
    old = [
        place for place in folder(config).iterdir()
        if not (place / _ABOUT).exists() and time.time() - place.stat().st_mtime > BROKEN_OFF
    ]  # fmt: skip
    for place in old:
        shutil.rmtree(place, ignore_errors=True)
    return len(old)
