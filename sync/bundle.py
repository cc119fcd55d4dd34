"""What keeps a group's site on a phone: one file with all its pages, today's first, and the signed index that names it.

A *site* is one group's pages in one language; its *tree* is SHA-256 (hex) of the canonical JSON ``{page path: SHA-256
(hex) of the page's UTF-8 bytes}``. Below the site's folder lies ``data/``:

``index.json``: ``{"signed": text, "sig": line}``. ``line`` is the second line of a minisign signature (algorithm
``Ed``, sync/signing.py) over the UTF-8 bytes of ``text``, which is canonical JSON::

    {"v": 2, "school", "group": slug, "language", "number", "edition", "issued_at", "tree",
     "look_again": "16:00" | null,
     "week": {"hash", "bytes": of the file, "pages": count, "today": {"hash", "bytes": of the text, "pages": count}},
     "images": {name: bytes of the file}}

``<hash>.json.gz``: gzip of a text whose SHA-256 (hex) is ``hash``. Its letters are a byte each, and its lines tell the
pages (sync/lines.py) after a first line ``SCHOOL GROUP LANGUAGE``. As many of its first bytes as ``today`` says are
whole lines of their own: they tell today's pages and what is needed for them, and can be read (and checked by their
hash) before the rest has come. The name is that of the files of version 1, which were JSON: hosts know it.

A host may send the text with a ``Content-Encoding`` of its own instead of the gzip: a reader looks for gzip's first
two bytes. Pictures stay apart: ``images`` names those that the site's pages show (no row where there are none); they
lie in ``images/`` of the public root, named by SHA-256 (sync/pictures.py), so whoever keeps one can check it. A page
fetches them by ``<img src="../images/NAME">`` (``../../`` below a further language). From one edition to the next
lead the files of sync/delta.py. ``look_again`` is the local time of day at which the school publishes: before it
nothing new is to be expected.

Version 1 had several files of JSON, each with its own pages. A phone that holds an edition of it knows its tree, so an
update leads from there, too.
"""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sync.canonical import canonical, digest
from sync.edition import Edition
from sync.errors import SyncError
from sync.lines import from_bytes, read, tell, to_bytes
from sync.pages import Page

VERSION = 2
LEVEL = 7  # of gzip: 9 takes a third longer for a thousandth less
Sign = Callable[[bytes], str]


@dataclass(frozen=True)
class Week:
    """The file with a site's pages: ``data`` is the gzip file, ``hash`` names its text, ``today`` its beginning."""

    hash: str
    data: bytes
    pages: int
    today: dict[str, Any]

    def named(self) -> dict[str, Any]:
        """As the index names it."""
        return {"hash": self.hash, "bytes": len(self.data), "pages": self.pages, "today": self.today}


def page_hash(html: str) -> str:
    """SHA-256 (hex) of a page's UTF-8 bytes."""
    return hashlib.sha256(html.encode()).hexdigest()


def tree_of(hashes: Mapping[str, str]) -> str:
    """The tree of pages by their hashes (``{path: page_hash}``)."""
    return digest(dict(hashes))


def head_of(edition: Edition, slug: str, language: str, tree: str) -> dict[str, Any]:
    """What is signed for a site at every edition, without its week."""
    school = edition.content["school"]
    return {
        "v": VERSION, "school": school["id"], "group": slug, "language": language, "number": edition.number,
        "issued_at": edition.issued_at, "tree": tree, "look_again": school.get("publish_at"),
    }  # fmt: skip


def signed(content: Mapping[str, Any], sign: Sign) -> dict[str, str]:
    """``{"signed", "sig"}``. ``sign`` makes the signature's line of bytes (signing.sign_line)."""
    text = canonical(dict(content))
    return {"signed": text.decode(), "sig": sign(text)}


def order(pages: Mapping[str, Page], edition: Edition, paths: Iterable[str]) -> list[tuple[str | None, list[str]]]:
    """``[(week, paths)]``: first what is needed today, then week by week from today's on.

    ``pages`` are those of sync.pages.group_pages; ``paths`` may hold more (pages that belong to no day): they go with
    today's week. Today is the first approved day whose lessons were not over when the edition was issued.
    """
    today = _today(pages, edition)
    days = {path: _day(pages[path]) if path in pages else None for path in paths}
    first = sorted(path for path, day in days.items() if path == "index.html" or (today and day == today))
    rest: dict[str, list[str]] = {}
    for path in sorted(set(days) - set(first)):
        rest.setdefault(_week(days[path] or today or edition.issued_at[:10]), []).append(path)
    now = _week(today) if today else ""
    weeks = sorted(rest, key=lambda week: (week < now, week))
    return [(None, first), *((week, rest[week]) for week in weeks)]


def images_of(pages: Mapping[str, Page]) -> dict[str, int]:
    """The pictures that a site's pages show, by name, with the bytes of each file."""
    shown = {name: told["bytes"] for page in pages.values() for name, told in page["data"].get("pictures", {}).items()}
    return dict(sorted(shown.items()))


def week_of(
    ordered: Iterable[tuple[str | None, list[str]]], pages: Mapping[str, str], head: Mapping[str, Any]
) -> Week:
    """A site's pages. ``ordered``: of order, today's first; ``pages``: html by path; ``head``: of head_of."""
    (_, today), *rest = ordered
    held = {path: pages[path] for paths in (today, *(paths for _, paths in rest)) for path in _texts_last(paths)}
    told = [whose(head), *tell(held)]
    first, text = to_bytes("\n".join(told[: len(today) + 1])), to_bytes("\n".join(told))
    said = {"hash": hashlib.sha256(first).hexdigest(), "bytes": len(first), "pages": len(today)}
    return Week(hashlib.sha256(text).hexdigest(), pack(text), len(held), said)


def whose(head: Mapping[str, Any]) -> str:
    """The line with which a week's text begins."""
    return f"{head['school']} {head['group']} {head['language']}"


def pages_of(text: bytes) -> dict[str, str]:
    """The pages that a week's text (or its beginning, today's) holds. Raises SyncError ``bundle_broken``."""
    try:
        return read(from_bytes(text).partition("\n")[2], {})
    except (KeyError, ValueError, IndexError) as error:
        raise SyncError("bundle_broken", name="") from error


def _texts_last(paths: Iterable[str]) -> list[str]:
    """Pages that are alike beside each other: gzip looks back 32 KB only."""
    return sorted(paths, key=lambda path: (path.startswith(("lesson-", "task-")), path))


def pack(text: bytes) -> bytes:
    """gzip without time and name: equal content, equal bytes."""
    return gzip.compress(text, LEVEL, mtime=0)


def text_of(data: bytes, name: str = "") -> bytes:
    """The text of a file, whether the host has taken its gzip off or not. Raises SyncError ``bundle_broken``."""
    try:
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        raise SyncError("bundle_broken", name=name) from error


def _today(pages: Mapping[str, Page], edition: Edition) -> str | None:
    zone = ZoneInfo(edition.content["school"]["timezone"])
    issued = datetime.fromisoformat(edition.issued_at).astimezone(zone)
    days = sorted(
        (page["data"]["day"]["date"], max((row["end"] for row in page["data"]["day"]["rows"]), default=""))
        for page in pages.values()
        if page["template"] == "day.html"
    )
    now = issued.date().isoformat(), f"{issued:%H:%M}"
    return next((day for day, end in days if (day, end) > now), days[-1][0] if days else None)


def _day(page: Page) -> str | None:
    """The day a page belongs to; a week's is its first; None for pages of no day."""
    data = page["data"]
    match page["template"]:
        case "day.html":
            return data["day"]["date"]
        case "lesson.html":
            return data["date"]
        case "task.html":
            return data["lesson"]["date"] if data["lesson"] else data["due"]
        case "week.html":
            return data["from"]
    return None


def _week(day: str) -> str:
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02d}"
