"""Building the reader's site: an edition's folder → ``public/``, group by group, each swapped in whole.

No Flask, no database: these functions run in a lasting child process. MkDocs is imported only when a build begins.
"""

import ctypes
import errno
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sync.calendars import calendar_of, count_changes, group_entries
from sync.canonical import canonical, digest
from sync.edition import Edition, read_edition
from sync.pages import changed_in, group_digest, group_pages, page_hashes

SITE = Path(__file__).resolve().parents[2] / "site"
MARK = "built.json"
CALENDAR = "calendar.ics"
AT_FDCWD = -100
RENAME_EXCHANGE = 2


@dataclass(frozen=True)
class BuildReport:
    """What one build did: pages in the site, pages whose bytes differ from before, pages that went away."""

    slug: str
    pages: int
    changed: int
    removed: int


def look_digest(locale_dir: Path) -> str:
    """SHA-256 (hex) of everything but the edition that a page's bytes depend on: theme, rendering, translations."""
    root = SITE.parent
    files = [SITE / "hooks.py", *sorted((SITE / "theme").iterdir()), root / "sync/pages.py", root / "sync/markdown.py",
             root / "sync/calendars.py"]
    files += sorted(locale_dir.glob("*/LC_MESSAGES/messages.mo"))
    total = hashlib.sha256("".join(map(version, ("mistune", "nh3", "babel", "jinja2", "icalendar"))).encode())
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def write_changed(edition_dir: Path, previous_dir: Path | None, look: str) -> dict[str, Any]:
    """Write ``changed.json`` of an edition: ``{slug: {path: {"hash", "number"}}}``; returns the same.

    A page keeps the number of the edition before while its hash (data and ``look``, see look_digest) stays. Beside it
    ``calendar.json`` keeps the same for the lessons in calendars (sync/calendars.py).
    """
    edition = _edition(edition_dir)
    told = _read_json(previous_dir / "calendar.json") if previous_dir else {}
    _replace(edition_dir / "calendar.json", canonical(_tell(edition, told)))
    before = _read_json(previous_dir / "changed.json") if previous_dir else {}
    changed = _count(edition, before, look)
    _replace(edition_dir / "changed.json", canonical(changed))
    return changed


def groups_to_build(edition_dir: Path, public: Path, look: str) -> list[str]:
    """Slugs of the groups whose site in ``public`` is missing or differs from what this edition and look would give."""
    changed = _changes(edition_dir, look)
    return [
        slug for slug, pages in changed.items()
        if _read_json(public / slug / MARK) != _mark(edition_dir, slug, pages, look)
    ]  # fmt: skip


def build_group(
    edition_dir: Path, slug: str, public: Path, cache: Path | None, locale_dir: Path, look: str | None = None
) -> BuildReport:
    """Build one group's site beside ``public`` and swap it in at once; before that moment the old one stands.

    Raises SyncError for an edition that cannot be read, KeyError for a group that it does not have. ``cache`` keeps
    rendered Markdown by content; ``look`` saves computing look_digest for every group.
    """
    look = look or look_digest(locale_dir)
    pages = _changes(edition_dir, look)[slug]
    target, staged = public / slug, _staging(public, slug)
    _mend(target)
    extra = {"group": slug, "cache": str(cache.resolve()) if cache else None}
    _build(staged, edition_dir, locale_dir, extra, pages)
    (staged / CALENDAR).write_bytes(_calendar(edition_dir, slug))
    (staged / MARK).write_bytes(canonical(_mark(edition_dir, slug, pages, look)))
    report = _compare(slug, staged, target)
    public.mkdir(parents=True, exist_ok=True)
    _swap(staged, target)
    return report


def write_public_root(edition_dir: Path, public: Path, locale_dir: Path) -> None:
    """Write ``index.html`` (the list of groups) and ``edition.js`` (number and age of the edition).

    Sites of groups that the edition no longer has are removed; a reader never meets a class that is gone.
    """
    staged = _staging(public, ".root")
    _build(staged, edition_dir, locale_dir, {"group": None, "cache": None}, {})
    public.mkdir(parents=True, exist_ok=True)
    for file in sorted(staged.iterdir(), reverse=True):
        _replace(public / file.name, file.read_bytes())
    shutil.rmtree(staged)
    groups = _edition(edition_dir).content["groups"]
    for folder in public.iterdir():
        if folder.name not in groups and (folder / MARK).is_file():
            shutil.rmtree(folder)


def _build(folder: Path, edition_dir: Path, locale_dir: Path, extra: dict[str, Any], changed: dict[str, Any]) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    extra |= {"edition": str(edition_dir), "locale_dir": str(locale_dir.resolve())}
    config = load_config(str(SITE / "mkdocs.yml"), site_dir=str(folder.resolve()), extra=extra)
    config.extra |= {
        "read": _edition(edition_dir),
        "changed": changed,
    }  # not before: load_config writes all it gets into its debug log
    build(config)


def _edition(folder: Path) -> Edition:
    """The edition of a folder, checked once for all its groups, not for each."""
    return _read_once(folder, _time(folder / "edition.json"), _time(folder / "envelope.json"))


@lru_cache(maxsize=1)
def _read_once(folder: Path, *times: int) -> Edition:
    return read_edition(folder)


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _changes(edition_dir: Path, look: str) -> dict[str, Any]:
    """``changed.json``; for a folder without one, as if every page were new in this edition."""
    return _changes_once(edition_dir, look, _time(edition_dir / "envelope.json"), _time(edition_dir / "changed.json"))


@lru_cache(maxsize=1)
def _changes_once(edition_dir: Path, look: str, *times: int) -> dict[str, Any]:
    return _read_json(edition_dir / "changed.json") or _count(_edition(edition_dir), {}, look)


def _count(edition: Edition, before: dict[str, Any], look: str) -> dict[str, Any]:
    changed = {}
    for slug in edition.content["groups"]:
        hashes = page_hashes(group_pages(edition.content, slug), look)
        changed[slug] = changed_in(before.get(slug, {}), hashes, edition.number)
    return changed


def _tell(edition: Edition, before: dict[str, Any]) -> dict[str, Any]:
    return count_changes(edition.content, before, edition.number, edition.issued_at)


def _told(edition_dir: Path) -> dict[str, Any]:
    """``calendar.json``; an edition that kept none is as good as a first one."""
    return _told_once(edition_dir, _time(edition_dir / "envelope.json"), _time(edition_dir / "calendar.json"))


@lru_cache(maxsize=1)
def _told_once(edition_dir: Path, *times: int) -> dict[str, Any]:
    return _read_json(edition_dir / "calendar.json") or _tell(_edition(edition_dir), {})


def _calendar(edition_dir: Path, slug: str) -> bytes:
    content = _edition(edition_dir).content
    school, entries = content["school"], group_entries(content, slug, _told(edition_dir))
    return calendar_of(content["groups"][slug]["name"], school["id"], school["timezone"], entries)


def _mark(edition_dir: Path, slug: str, pages: dict[str, Any], look: str) -> dict[str, str]:
    """What a group's site was made from: its pages, the look, and what its calendar was told."""
    told, lessons = _told(edition_dir), _edition(edition_dir).content["lessons"]
    own = {id: told[id] for id, lesson in lessons.items() if lesson["group"] == slug}
    return {"digest": group_digest(pages), "look": look, "calendar": digest(own)}


def _staging(public: Path, name: str) -> Path:
    """A fresh folder on the same file system; never below ``public``, which is served and copied as it is."""
    folder = public.parent / ".building" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _compare(slug: str, staged: Path, target: Path) -> BuildReport:
    """Count what changed; an unchanged page also keeps its time, so that caches and copies see no change either."""
    names = {file.name for file in staged.glob("*.html")}
    old = {file.name for file in target.glob("*.html")} if target.is_dir() else set()
    changed = 0
    for name in names:
        if name in old and (staged / name).read_bytes() == (target / name).read_bytes():
            shutil.copystat(target / name, staged / name)
        else:
            changed += 1
    return BuildReport(slug, len(names), changed, len(old - names))


def _swap(staged: Path, target: Path) -> None:
    """Put ``staged`` in ``target``'s place: in one step where the system can, else in two that ``_mend`` completes."""
    if not target.exists():
        staged.rename(target)
        return
    if not _exchange(staged, target):
        aside = _aside(target)
        shutil.rmtree(aside, ignore_errors=True)
        target.rename(aside)
        staged.rename(target)
        staged = aside
    shutil.rmtree(staged)


def _exchange(one: Path, other: Path) -> bool:
    """Linux' renameat2(RENAME_EXCHANGE); False where the system or the file system has no such thing."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    if renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    if ctypes.get_errno() in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


def _aside(target: Path) -> Path:
    return target.parent.parent / ".building" / f"{target.name}.before"


def _mend(target: Path) -> None:
    """After a death between the two steps of ``_swap`` the site before stands aside: put it back."""
    if not target.exists() and _aside(target).is_dir():
        _aside(target).rename(target)


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; one with these bytes already is left alone."""
    if path.is_file() and path.read_bytes() == data:
        return
    half = path.with_name(f".{path.name}.half")
    half.write_bytes(data)
    half.replace(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
