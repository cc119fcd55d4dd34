"""A file of ``public/`` as it can be sent: its text, what names it, which dictionary it is and which ones help it."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from server.services.encodings import Encodings
from server.services.sitedata import FOLDER, INDEX
from sync.bundle import text_of, whose
from sync.errors import SyncError
from sync.lines import to_bytes

TEXTS = {".html", ".js", ".css", ".json", ".ics", ".webmanifest", ".svg", ".txt", ".gz"}
LONGEST = 4 * 1024**2  # bytes; what is longer goes out as it lies
_WEEK = re.compile(r"[0-9a-f]{64}(?=\.json\.gz$)")


@dataclass(frozen=True)
class Sendable:
    """A file that is text, or gzip of a site's data (sync/bundle.py): ``raw`` is what lies there."""

    path: Path
    raw: bytes

    @cached_property
    def tag(self) -> str:
        """SHA-256 (hex) of the file."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def is_data(self) -> bool:
        """A gzip file whose text is what counts."""
        return self.path.suffix == ".gz"

    @property
    def week(self) -> str | None:
        """The hash that names a site's week: its address never says anything else."""
        found = _WEEK.match(self.path.name) if self.is_data else None
        return found[0] if found else None

    @property
    def key(self) -> str:
        """What its coded forms are kept by."""
        return self.week or self.tag

    def text(self) -> bytes:
        """What is coded. Raises SyncError ``bundle_broken`` for gzip that is damaged or not what its name says."""
        return _unpacked(self.raw, self.week) if self.is_data else self.raw

    def used_for(self) -> str | None:
        """Which files of its folder a phone that keeps the week asks for with it: a pattern, or None."""
        return "from-*" if self.week and self.week == self._index.get("week", {}).get("hash") else None

    def dictionary(self, held: str, kept: Encodings) -> bytes | None:
        """The text of a week of the same site, of this edition or of one before; None for any other hash."""
        try:
            text = _unpacked((self.path.parent / f"{held}.json.gz").read_bytes(), held)
        except (OSError, SyncError):
            text = kept.dictionary(held)
        return text if text and self._is_of_site(text) else None

    def _is_of_site(self, text: bytes) -> bool:
        try:
            return text.startswith(to_bytes(whose(self._index) + "\n"))
        except KeyError:
            return False

    @cached_property
    def _index(self) -> dict[str, Any]:
        """What the site's index says of it; nothing when there is none."""
        try:
            return json.loads(json.loads((self.path.parent / INDEX).read_bytes())["signed"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}


def sendable(path: Path) -> Sendable | None:
    """The file, if it is of a kind that gains from coding and not too long. Raises OSError when it is gone."""
    data = path.suffix == ".gz"
    if path.suffix not in TEXTS or (data and not (path.name.endswith(".json.gz") and path.parent.name == FOLDER)):
        return None
    return Sendable(path, path.read_bytes()) if path.stat().st_size <= LONGEST else None


def _unpacked(raw: bytes, week: str | None) -> bytes:
    text = text_of(raw, week or "")
    if week and hashlib.sha256(text).hexdigest() != week:
        raise SyncError("bundle_broken", name=week)
    return text
