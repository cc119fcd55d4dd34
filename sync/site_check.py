"""Whether the pages that lie in a site's folder are those that the school signed, and which are not.

The signed index (sync/bundle.py) names the tree of the pages. Which page is wrong is known when something that leads to
the same tree lies beside: the site's week, or a list of hashes; neither is believed unless it does.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync import delta
from sync.bundle import VERSION, page_hash, pages_of, text_of, tree_of
from sync.errors import SyncError
from sync.signing import verify_line

INDEX = "data/index.json"


@dataclass(frozen=True)
class SiteCheck:
    """``head``: what the school signed. The lists name files by their paths in the site's folder; ``unknown``: the
    pages are not those signed, and nothing says which of them."""

    head: Mapping[str, Any]
    pages: int
    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    unknown: bool = False

    @property
    def genuine(self) -> bool:
        """Whether all is as it was signed."""
        return not (self.altered or self.missing or self.extra or self.unknown)


def check_site(files: Mapping[str, bytes], public_text: str, listed: Mapping[str, str] | None = None) -> SiteCheck:
    """Check a site. ``files``: its pages and what lies in ``data/``, by path; ``listed``: hashes of pages by path.

    Raises SyncError ``signature_bad``, ``signature_key``, ``signature_format`` of the index, ``bundle_broken`` for one
    that cannot be read.
    """
    head = _head(files[INDEX], public_text)
    found = {path: hashlib.sha256(data).hexdigest() for path, data in files.items() if path.endswith(".html")}
    bad_data, missing_data, pages = _data(files, head, public_text)
    if tree_of(found) == head["tree"]:
        return SiteCheck(head, len(found), tuple(bad_data), tuple(missing_data))
    signed = next((known for known in (listed, pages) if known and tree_of(known) == head["tree"]), None)
    if signed is None:
        return SiteCheck(head, len(found), tuple(bad_data), tuple(missing_data), unknown=True)
    altered = sorted(path for path, sha in found.items() if path in signed and signed[path] != sha)
    missing = sorted(path for path in signed if path not in found)
    extra = sorted(path for path in found if path not in signed)
    return SiteCheck(head, len(found), (*altered, *bad_data), (*missing, *missing_data), tuple(extra))


def _head(data: bytes, public_text: str) -> dict[str, Any]:
    try:
        index = json.loads(data)
        text, line = index["signed"], index["sig"]
        verify_line(public_text, text.encode(), line)
        head = json.loads(text)
        if head["v"] == VERSION and isinstance(head["week"]["hash"], str):
            return head
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SyncError("bundle_broken", name=INDEX) from error
    raise SyncError("bundle_broken", name=INDEX)


def _data(
    files: Mapping[str, bytes], head: Mapping[str, Any], public_text: str
) -> tuple[list[str], list[str], dict[str, str]]:
    """Of week and updates: which are altered, which are missing; and the hashes of the pages that the week holds.

    A folder without them (a stick's) misses none.
    """
    sha = head["week"]["hash"]
    path = f"data/{sha}.json.gz"
    updates = [path for path in files if path.startswith("data/from-")]
    altered = [path for path in updates if not _is_update(files[path], head, public_text)]
    if path not in files:
        return altered, [path] if updates else [], {}
    text = _named(files[path], sha)
    if text is None:
        return [path, *altered], [], {}
    return altered, [], {name: page_hash(html) for name, html in pages_of(text).items()}


def _named(data: bytes, sha: str) -> bytes | None:
    """A week's text, if it is the one that ``sha`` names."""
    try:
        text = text_of(data)
    except SyncError:
        return None
    return text if hashlib.sha256(text).hexdigest() == sha else None


def _is_update(data: bytes, head: Mapping[str, Any], public_text: str) -> bool:
    """Whether an update is signed and leads to the same pages."""
    try:
        delta.opened(text_of(data)).verify(public_text, head, head["tree"])
    except SyncError:
        return False
    return True
