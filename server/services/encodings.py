"""The coded forms of what lies in ``public/``: made quickly for who asks first, then once as small as can be, and kept.

``$KORABLIK_HOME/cache/encoded/`` holds ``<key>.br``, ``<key>.gzip`` and ``<dictionary>-<key>.dcz``: 16 bytes of the
SHA-256 of what follows, then the coded text. ``key`` is the SHA-256 (hex) that names the text. A class's week
(sync/bundle.py) is named by its own hash, so that its ``.br`` is also the dictionary of phones which have it: it
stays for DAYS after it was last asked for, whatever has been published since. Nothing here knows a person.
"""

import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import brotli

from server.services import codings

DAYS = 30  # unused for so long, a form goes: fourteen editions and the holidays between them
MOST = 256 * 1024**2  # bytes of the whole folder
WAITING = 64  # forms to be made at a time; what comes on top is asked for again
DAY = 24 * 3600
_SUM = 16
_KINDS = {codings.BR: codings.brotli_of, codings.GZIP: codings.gzip_of}
Text = Callable[[], bytes]


class Encodings:
    """The forms of one home. Whoever asks never waits for more than some milliseconds of work."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._waiting: dict[str, Callable[[], bytes]] = {}
        self._worker: threading.Thread | None = None

    def coded(self, coding: str, key: str, text: Text) -> bytes:
        """The text (asked for only if need be) in brotli or gzip."""
        name, make = f"{key}.{coding}", _KINDS[coding]
        kept = self._read(name)
        if kept is not None:
            return kept
        plain = text()
        self._later(name, lambda: make(text(), codings.BEST))
        return make(plain, codings.QUICK)

    def with_dictionary(self, key: str, text: Text, held: str, dictionary: Callable[[], bytes | None]) -> bytes | None:
        """The text in ``dcz`` for who holds a dictionary (its SHA-256); None when it is unknown or gains nothing."""
        name = f"{held}-{key}.{codings.DCZ}"
        kept = self._read(name)
        if kept is not None:
            return kept or None
        raw = dictionary()
        made = codings.dcz_of(text(), raw, codings.QUICK) if raw else None
        if made is None:
            return None
        self._later(name, lambda: self._smallest(key, text, dictionary))
        return made if len(made) < len(self.coded(codings.BR, key, text)) else None

    def dictionary(self, key: str) -> bytes | None:
        """A week that went out in brotli, also one of an edition before; None when it is not kept (any more)."""
        kept = self._read(f"{key}.{codings.BR}")
        if kept is None:
            return None
        with suppress(brotli.error):
            text = brotli.decompress(kept)
            if hashlib.sha256(text).hexdigest() == key:
                return text
        return None

    def settle(self) -> None:
        """Return when nothing is left to be made."""
        while (worker := self._worker) is not None:
            worker.join()

    def clean(self, now: float) -> int:
        """Remove what nobody asked for in a long time, and the oldest of too much; returns how many files."""
        found = []
        for file in self._folder.glob("*"):
            with suppress(FileNotFoundError):
                found.append((file.stat().st_mtime, file.stat().st_size, file))
        total, removed = 0, 0
        for asked, size, file in sorted(found, reverse=True):
            total += size
            if total > MOST or asked < now - (1 if file.name.startswith(".") else DAYS) * DAY:
                file.unlink(missing_ok=True)
                removed += 1
        return removed

    def _read(self, name: str) -> bytes | None:
        """A form as it was kept; one that the disk has spoilt is removed, to be made again."""
        path = self._folder / name
        try:
            kept = path.read_bytes()
            asked = path.stat().st_mtime
        except OSError:
            return None
        if kept[:_SUM] != _sum(kept[_SUM:]):
            with suppress(OSError):
                path.unlink()
            return None
        if time.time() - asked > DAY:
            with suppress(OSError):
                os.utime(path)
        return kept[_SUM:]

    def _later(self, name: str, make: Callable[[], bytes]) -> None:
        """Have a form made as well as can be, beside what people wait for."""
        with self._lock:
            if name in self._waiting or len(self._waiting) >= WAITING:
                return
            self._waiting[name] = make
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="encodings", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._worker = None
                    return
                name, make = next(iter(self._waiting.items()))
            with suppress(OSError, MemoryError):  # a full disk: the quick form does for all
                self._write(name, make())
            with self._lock:
                del self._waiting[name]

    def _smallest(self, key: str, text: Text, dictionary: Callable[[], bytes | None]) -> bytes:
        """The best ``dcz``, or nothing when brotli does without a dictionary what it does with one."""
        raw, plain = dictionary(), text()
        if raw is None:
            raise FileNotFoundError  # cleaned away meanwhile
        made = codings.dcz_of(plain, raw, codings.BEST)
        other = self._read(f"{key}.{codings.BR}") or codings.brotli_of(plain, codings.BEST)
        return made if made and len(made) < len(other) else b""

    def _write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        half = self._folder / f".{name}.{os.getpid()}"
        half.write_bytes(_sum(data) + data)
        half.replace(self._folder / name)


def _sum(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_SUM]
