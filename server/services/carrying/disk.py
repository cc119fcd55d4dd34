"""A folder on a stick that may be pulled out at any moment: the few acts on it, each in one place.

Sticks are FAT: no links, no letter of ``<>:"|?*``, names that differ in case are one, times of two seconds.
"""

import contextlib
import ctypes
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from server.services.sitebuild import AT_FDCWD, RENAME_EXCHANGE

FORBIDDEN = frozenset('<>:"|?*\\')
LONGEST = 100
CLUSTER = 32 * 1024


class Disk:
    """Acts below one folder; paths are relative, with "/"."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._files: set[Path] = set()  # written or renamed, perhaps only in the machine's memory yet
        self._folders: set[Path] = set()

    def path(self, name: str) -> Path:
        return self.folder / name

    def is_dir(self, name: str) -> bool:
        return self.path(name).is_dir()

    def size(self, name: str) -> int | None:
        """Bytes of a file, None when there is none."""
        try:
            return self.path(name).stat().st_size if self.path(name).is_file() else None
        except OSError:
            return None

    def read(self, name: str) -> bytes | None:
        try:
            return self.path(name).read_bytes()
        except OSError:
            return None

    def files(self, name: str) -> list[str]:
        """Paths of all files below a folder, from that folder."""
        base = self.path(name)
        return sorted(file.relative_to(base).as_posix() for file in base.rglob("*") if file.is_file())

    def write(self, name: str, data: bytes) -> None:
        """Write a new file; it is surely on the stick after ``settle``."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._files.add(path)
        path.write_bytes(data)
        self._folders.add(path.parent)

    def settle(self) -> None:
        """Wait until all that was written and renamed is on the stick."""
        for path in self._files:
            with path.open("r+b") as file:
                os.fsync(file.fileno())
        for path in self._folders if hasattr(os, "O_DIRECTORY") else ():  # Windows opens no folder
            with contextlib.suppress(FileNotFoundError):
                number = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(number)
                finally:
                    os.close(number)
        self._files.clear()
        self._folders.clear()

    def make(self, name: str) -> None:
        """A folder, with those around it."""
        self.path(name).mkdir(parents=True, exist_ok=True)

    def move(self, old: str, new: str) -> None:
        """Rename a file or folder to a name that nothing has."""
        self.path(new).parent.mkdir(parents=True, exist_ok=True)
        self.path(old).rename(self.path(new))
        self._renamed(old, new)

    def replace(self, old: str, new: str) -> None:
        """Put a file in another's place."""
        self.path(new).parent.mkdir(parents=True, exist_ok=True)
        self.path(old).replace(self.path(new))
        self._renamed(old, new)

    def exchange(self, one: str, other: str) -> bool:
        """Let two folders change places in one step; False where the system cannot."""
        try:
            renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        except (AttributeError, OSError, TypeError):
            return False
        ends = os.fsencode(self.path(one)), os.fsencode(self.path(other))
        done = renameat2(AT_FDCWD, ends[0], AT_FDCWD, ends[1], RENAME_EXCHANGE) == 0
        self._renamed(one, other)
        return done

    def _renamed(self, *names: str) -> None:
        self._folders |= {self.path(name).parent for name in names}

    def remove(self, name: str) -> None:
        """Remove a file, and the folders that it leaves empty."""
        path = self.path(name)
        path.unlink(missing_ok=True)
        while (path := path.parent) != self.folder and path.is_dir() and not any(path.iterdir()):
            path.rmdir()

    def clear(self, name: str) -> None:
        """Remove a folder with all in it, if there is one."""
        for file in self.files(name) if self.is_dir(name) else []:
            self.remove(f"{name}/{file}")
        if self.is_dir(name):
            shutil.rmtree(self.path(name))  # empty folders

    def free(self) -> tuple[int, int]:
        """Bytes that are free, and the size of the pieces in which files take them."""
        free = shutil.disk_usage(self.folder).free
        piece = os.statvfs(self.folder).f_frsize if hasattr(os, "statvfs") else CLUSTER
        return free, piece


def unfit(paths: Iterable[str]) -> str:
    """The first path that FAT could not hold beside the others; "" when all can."""
    seen: dict[str, str] = {}
    for path in sorted(paths):
        parts = path.split("/")
        for depth, part in enumerate(parts, start=1):
            whole = "/".join(parts[:depth])
            if (FORBIDDEN & set(part) or len(part) > LONGEST or part.endswith((".", " "))
                    or seen.setdefault(whole.casefold(), whole) != whole):  # fmt: skip
                return path
    return ""
