"""A disk that forgets: builds the recorder, reads what it recorded, and says what a power cut may leave.

Only what was synced is sure to be there. Of the rest each write is lost, whole, or torn into its sectors, in any
combination, by seeded choice; a removal that was not synced may come back.
"""

import os
import platform
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
FILES = {1: "", 2: "-wal", 3: "-journal"}  # what follows the database's name
SECTOR = 512  # bytes that a disk writes whole
HEAD = struct.Struct("=cbIQ")


class NoRecorder(Exception):
    """This machine cannot record; the text says why."""


def build_recorder(folder: Path) -> Path:
    """Compile the shim. Raises NoRecorder where there is no Linux or no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if platform.system() != "Linux" or compiler is None:
        raise NoRecorder("power cuts need Linux and a C compiler (gcc)")
    target = folder / "shim.so"
    done = subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-o", target, HERE / "shim.c", "-ldl"], capture_output=True, text=True
    )
    if done.returncode:
        raise NoRecorder(f"the recorder cannot be compiled: {done.stderr[:500]}")
    return target


def recorded(shim: Path, database: Path, log: Path | None, fault: Path | None = None) -> dict[str, str]:
    """The variables that make a program record (to ``log``) or meet a broken disk (``fault``.full, .eio, .sync)."""
    found = {"LD_PRELOAD": str(shim), "CHAOS_DATABASE": str(database)}
    return found | ({"CHAOS_LOG": str(log)} if log else {}) | ({"CHAOS_FAULT": str(fault)} if fault else {})


def note(descriptor: int, text: bytes) -> None:
    """Append an acknowledgement to the record, behind all that was recorded before it."""
    os.write(descriptor, HEAD.pack(b"A", 0, len(text), 0) + text)


@dataclass(frozen=True)
class Record:
    """W write, T truncate to ``offset``, S sync, U removal of a file; A acknowledgement."""

    kind: str
    file: int
    offset: int
    data: bytes


def read(log: Path) -> Iterator[Record]:
    """The records in their order; a last one that was cut off is left out."""
    data, place = log.read_bytes(), 0
    while place + HEAD.size <= len(data):
        kind, file, length, offset = HEAD.unpack_from(data, place)
        place += HEAD.size
        size = length if kind in b"WA" else 0
        if place + size > len(data):
            return
        yield Record(kind.decode(), file, offset, data[place : place + size])
        place += size


@dataclass
class Disk:
    """The files of one database as far as they are sure, and what is on its way to them."""

    sure: dict[int, bytearray | None]
    pending: dict[int, list[Record]] = field(default_factory=lambda: {file: [] for file in FILES})

    @classmethod
    def of(cls, database: Path) -> "Disk":
        """The disk as it lies there now."""
        found: dict[int, bytearray | None] = {}
        for file, ending in FILES.items():
            path = Path(f"{database}{ending}")
            found[file] = bytearray(path.read_bytes()) if path.exists() else None
        return cls(found)

    def take(self, record: Record) -> None:
        """One more record."""
        if record.kind == "S":
            for each in self.pending[record.file]:
                self.sure[record.file] = _applied(self.sure[record.file], each)
            self.pending[record.file] = []
            if self.sure[record.file] is None:
                self.sure[record.file] = bytearray()
        elif record.kind in "WTU":
            self.pending[record.file].append(record)

    def cut(self, dice: random.Random) -> dict[int, bytes | None]:
        """What may be left when the power goes now."""
        mood = dice.choice(("nothing", "all", "some", "some", "some"))
        return {file: self._left(file, mood, dice) for file in FILES}

    def _left(self, file: int, mood: str, dice: random.Random) -> bytes | None:
        content = None if self.sure[file] is None else bytearray(self.sure[file] or b"")
        for each in self.pending[file]:
            fate = {"nothing": "lost", "all": "whole"}.get(mood) or dice.choice(("lost", "whole", "torn"))
            if fate == "whole" or (fate == "torn" and each.kind != "W"):
                content = _applied(content, each)
            elif fate == "torn":
                for part in _sectors(each):
                    if dice.random() < 0.5:
                        content = _applied(content, part)
        return None if content is None else bytes(content)


def _applied(content: bytearray | None, record: Record) -> bytearray | None:
    if record.kind == "U":
        return None
    content = bytearray() if content is None else content
    if record.kind == "T":
        del content[record.offset :]
        content.extend(bytes(record.offset - len(content)))
        return content
    if record.offset > len(content):
        content.extend(bytes(record.offset - len(content)))
    content[record.offset : record.offset + len(record.data)] = record.data
    return content


def _sectors(record: Record) -> Iterator[Record]:
    start, end = record.offset, record.offset + len(record.data)
    while start < end:
        stop = min((start // SECTOR + 1) * SECTOR, end)
        yield Record("W", record.file, start, record.data[start - record.offset : stop - record.offset])
        start = stop


def lay_out(files: dict[int, bytes | None], database: Path) -> None:
    """Put what a cut left where a database is looked for."""
    for file, ending in FILES.items():
        path = Path(f"{database}{ending}")
        if files[file] is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(files[file] or b"")
    Path(f"{database}-shm").unlink(missing_ok=True)
