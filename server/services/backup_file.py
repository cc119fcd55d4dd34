"""The file of a backup: a zip of database, editions, media and keys, whose contents are named by their hashes.

Format "korablik-backup", version 1. ``backup.json`` comes last: ``{format, v, school, made_at, revision, epoch,
database, rows: {table: count}, files: {name: sha256}}``; ``database`` is ``sqlite`` (member ``korablik.db``) or
``postgresql`` (member ``database.dump``, made by pg_dump's custom format). All other members lie as in the home. A
backup holds the school's secret keys: the file is its owner's alone (mode 0600).
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from server.errors import DomainError

FORMAT, VERSION = "korablik-backup", 1
CONTENTS = "backup.json"
MEMBER = {"sqlite": "korablik.db", "postgresql": "database.dump"}
FOLDERS = ("editions", "media", "keys")
CHUNK = 1024 * 1024  # bytes
FAST = 1  # level of compression: a backup is made in the middle of the day


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself; ``made_at`` in UTC, ``files`` by their SHA-256."""

    school: str
    made_at: str
    revision: str
    epoch: str
    database: str
    rows: dict[str, int]
    files: dict[str, str] = field(default_factory=dict)

    @property
    def ops(self) -> int:
        """How many ops the database holds."""
        return self.rows.get("op", 0)


def write(path: Path, contents: Contents, members: Iterable[tuple[str, Path]]) -> Contents:
    """Write a backup of mode 0600 whole and through to the disk; returns its contents with the hashes.

    Raises FileExistsError if there is such a file, OSError when the disk refuses.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:
            hashes = {name: _add(archive, name, source) for name, source in members}
            made = Contents(**{**asdict(contents), "files": hashes})
            archive.writestr(CONTENTS, json.dumps({"format": FORMAT, "v": VERSION, **asdict(made)}, indent=1))
        file.flush()
        os.fsync(file.fileno())
    return made


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as reading, archive.open(name, "w", force_zip64=True) as out:
        while data := reading.read(CHUNK):
            digest.update(data)
            out.write(data)
    return digest.hexdigest()


def check(path: Path) -> Contents:
    """Read a backup from end to end. Raises DomainError ``backup_damaged``, ``backup_newer``, ``file_missing``."""
    with _opened(path) as archive:
        contents = _contents(archive)
        for name, sha256 in contents.files.items():
            with archive.open(name) as file:
                if _digest(file) != sha256:
                    raise DomainError("backup_damaged", reason=name)
    return contents


def unpack(path: Path, contents: Contents, target: Path) -> None:
    """Put every file of a checked backup below ``target`` (mode 0700, files 0600), through to the disk."""
    with _opened(path) as archive:
        for name, sha256 in contents.files.items():
            file = target / name
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with archive.open(name) as source, os.fdopen(descriptor, "wb") as out:
                digest = hashlib.sha256()
                while data := source.read(CHUNK):
                    digest.update(data)
                    out.write(data)
                out.flush()
                os.fsync(out.fileno())
            if digest.hexdigest() != sha256:
                raise DomainError("backup_damaged", reason=name)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise DomainError("file_missing", name=path) from error
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError, NotImplementedError) as error:
        raise DomainError("backup_damaged", reason=type(error).__name__) from error
    except OSError as error:
        if error.filename not in (path, str(path)):
            raise
        raise DomainError("file_unreadable", name=path, reason=error.strerror or "") from error
    except Exception as error:  # zlib.error and its like: what compressed bytes can be broken into has no end
        if isinstance(error, DomainError) or type(error).__module__ not in ("zlib", "struct", "lzma"):
            raise
        raise DomainError("backup_damaged", reason=type(error).__name__) from error


def _contents(archive: zipfile.ZipFile) -> Contents:
    raw: dict[str, Any] = json.loads(archive.read(CONTENTS))
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise DomainError("backup_damaged", reason=CONTENTS)
    if raw.get("v") != VERSION:
        raise DomainError("backup_newer")
    try:
        found = Contents(**{name: raw[name] for name in Contents.__dataclass_fields__})
    except (KeyError, TypeError) as error:
        raise DomainError("backup_damaged", reason=CONTENTS) from error
    inside = [name for name in archive.namelist() if name != CONTENTS]
    if sorted(inside) != sorted(found.files) or not all(map(_is_ours, inside)) or found.database not in MEMBER:
        raise DomainError("backup_damaged", reason=CONTENTS)
    if MEMBER[found.database] not in found.files:
        raise DomainError("backup_damaged", reason=MEMBER[found.database])
    return found


def _is_ours(name: str) -> bool:
    """A member must stay where it belongs, whoever made the file."""
    parts = PurePosixPath(name).parts
    inside = bool(parts) and (name in MEMBER.values() or (parts[0] in FOLDERS and len(parts) > 1))
    return inside and ".." not in parts and not name.startswith("/") and "\\" not in name


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while data := file.read(CHUNK):
        digest.update(data)
    return digest.hexdigest()
