"""What changed in an edition since the one before: pages, lessons in calendars, what is new; and folders read once.

No Flask, no database: runs in the office and in the lasting child process.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sync.calendars import count_changes
from sync.canonical import canonical
from sync.edition import Edition, read_edition
from sync.errors import SyncError
from sync.news import add_news
from sync.pages import changed_in, group_pages, groups_changed, page_hashes

NEWS, CALENDAR, CHANGED = "news.json", "calendar.json", "changed.json"  # in the folder of an edition
Numbered = dict[str, dict[str, Any]]  # page → {"hash", "number"}
Signature = tuple[int, ...]
_READ: dict[tuple[Signature, ...], Edition] = {}  # the newest edition and the one before, to compare


@dataclass(frozen=True)
class Changes:
    """``news``: of add_news; ``calendar``: of count_changes; ``pages``: group → Numbered."""

    news: dict[str, Any]
    calendar: dict[str, Any]
    pages: dict[str, Numbered]


def find(edition: Edition, previous_dir: Path | None, look: str) -> Changes:
    """What an edition changes. One before it that cannot be read any more is as good as an equal one, without news."""
    earlier = _before(previous_dir)
    content, number, at = edition.content, edition.number, edition.issued_at
    touched = groups_changed(earlier.content, content) if earlier else None
    kept = _read_before(previous_dir, NEWS)
    then = earlier.content if earlier else content if previous_dir else None
    news = json.loads(canonical(add_news(kept, then, content, number, at, touched)))
    told = _read_before(previous_dir, CALENDAR)
    calendar = count_changes(content, told, number, at, earlier.content if earlier else None)
    before = _read_before(previous_dir, CHANGED)
    if touched is not None:
        touched |= {slug for slug in content["groups"] if kept.get(slug) != news.get(slug)}
    return Changes(news, calendar, _count(edition, before, look, news, touched if before else None))


def edition_of(folder: Path) -> Edition:
    """The edition of a folder, read and checked once, wherever the folder has moved since."""
    key = _signature(folder / "edition.json"), _signature(folder / "envelope.json")
    if key not in _READ:
        _READ[key] = read_edition(folder)
        while len(_READ) > 2:
            del _READ[next(iter(_READ))]
    return _READ[key]


def changes_of(folder: Path, look: str) -> dict[str, Numbered]:
    """``changed.json``; for a folder without one, as if every page were new in this edition."""
    return _changes_once(folder, look, _signature(folder / "envelope.json"), _signature(folder / CHANGED))


def news_of(folder: Path) -> dict[str, Any]:
    """``news.json``."""
    return _news_once(folder, _signature(folder / NEWS))


def told_of(folder: Path) -> dict[str, Any]:
    """``calendar.json``; an edition that kept none is as good as a first one."""
    return _told_once(folder, _signature(folder / "envelope.json"), _signature(folder / CALENDAR))


def told_in_short(folder: Path) -> dict[str, str]:
    """For each group what says whether its calendar is another one."""
    return _short_once(folder, _signature(folder / "envelope.json"), _signature(folder / CALENDAR))


def read_json(path: Path) -> dict[str, Any]:
    """A file of JSON, empty where there is none."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}


def _before(folder: Path | None) -> Edition | None:
    try:
        return edition_of(folder) if folder else None
    except SyncError:
        return None


def _read_before(folder: Path | None, name: str) -> dict[str, Any]:
    return read_json(folder / name) if folder else {}


def _signature(path: Path) -> Signature:
    """Another one when the file is another one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(maxsize=1)
def _changes_once(folder: Path, look: str, *signatures: Signature) -> dict[str, Numbered]:
    return read_json(folder / CHANGED) or _count(edition_of(folder), {}, look, news_of(folder))


@lru_cache(maxsize=1)
def _news_once(folder: Path, signature: Signature) -> dict[str, Any]:
    return read_json(folder / NEWS)


@lru_cache(maxsize=1)
def _told_once(folder: Path, *signatures: Signature) -> dict[str, Any]:
    if told := read_json(folder / CALENDAR):
        return told
    edition = edition_of(folder)
    return count_changes(edition.content, {}, edition.number, edition.issued_at)


@lru_cache(maxsize=1)
def _short_once(folder: Path, *signatures: Signature) -> dict[str, str]:
    content, told = edition_of(folder).content, told_of(folder)
    rows: dict[str, list[str]] = {slug: [] for slug in content["groups"]}
    for id, lesson in content["lessons"].items():
        rows.setdefault(lesson["group"], []).append(f"{id} {told[id]['hash']} {told[id]['sequence']} {told[id]['at']}")
    return {slug: hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest() for slug, own in rows.items()}


def _count(
    edition: Edition, before: dict[str, Any], look: str, news: dict[str, Any], touched: set[str] | None = None
) -> dict[str, Numbered]:
    """``touched``: groups that may differ from before; of the others one is compared, which tells the look from before.

    A look that changed changes every page.
    """
    changed: dict[str, Any] = {}
    for slug in sorted(edition.content["groups"], key=lambda slug: touched is None or slug in touched):
        if touched is not None and slug not in touched and slug in before:
            changed[slug] = _counted(edition, slug, before, look, news)
            if changed[slug] == before[slug]:
                changed |= {name: before[name] for name in edition.content["groups"] if name not in touched}
            touched = None
        if slug not in changed:
            changed[slug] = _counted(edition, slug, before, look, news)
    return {slug: changed[slug] for slug in edition.content["groups"]}


def _counted(edition: Edition, slug: str, before: dict[str, Any], look: str, news: dict[str, Any]) -> Numbered:
    hashes = page_hashes(group_pages(edition.content, slug, news=news.get(slug, ())), look)
    return changed_in(before.get(slug, {}), hashes, edition.number)
