"""Building the reader's site: an edition's folder → ``public/``, group by group, each swapped in whole.

No Flask, no database: these functions run in a lasting child process. MkDocs is imported only when a build begins.
"""

import ctypes
import errno
import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.services import sitechanges, sitedata, sitepictures
from server.services.collector import undisturbed
from server.services.public_documents import drop_files, put_files
from server.services.sitechanges import changes_of, edition_of, news_of, read_json, told_in_short, told_of
from server.services.whole_files import replace
from sync.calendars import calendar_of, group_entries
from sync.canonical import canonical
from sync.pages import Page, group_digest, languages

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

SITE = Path(__file__).resolve().parents[2] / "site"
MARK = "built.json"
CALENDAR = "calendar.ics"
DOCUMENTS = "documents"
LOOKS = "pages page_lists markdown pictures calendars bundle delta lines search"  # modules that its bytes depend on
AT_FDCWD = -100
RENAME_EXCHANGE = 2


@dataclass(frozen=True)
class BuildReport:
    """What one build did: pages in the site, pages whose bytes differ from before, pages that went away, and what a
    phone carries in each language."""

    slug: str
    pages: int
    changed: int
    removed: int
    sizes: tuple[sitedata.SiteSize, ...] = ()


def look_digest(locale_dir: Path) -> str:
    """SHA-256 (hex) of everything but the edition that a page's bytes depend on: theme, rendering, translations."""
    root = SITE.parent
    guides = sorted((root / "content" / "guide").glob("*.md"))
    files = [SITE / "hooks.py", *sorted(file for file in (SITE / "theme").iterdir() if file.is_file()),
             *(root / "sync" / f"{name}.py" for name in LOOKS.split()), *guides]
    files += sorted(locale_dir.glob("*/LC_MESSAGES/messages.mo"))
    total = hashlib.sha256("".join(map(version, ("cmarkgfm", "nh3", "babel", "jinja2", "icalendar"))).encode())
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


@undisturbed
def write_changed(edition_dir: Path, previous_dir: Path | None, look: str) -> dict[str, Any]:
    """Write ``changed.json`` of an edition: ``{slug: {path: {"hash", "number"}}}``; returns the same.

    A page keeps the number of the edition before while its hash (data and ``look``, see look_digest) stays. Beside it
    ``calendar.json`` keeps the same for the lessons in calendars (sync/calendars.py), and ``news.json`` what was new in
    the last editions (sync/news.py).
    """
    found = sitechanges.find(edition_of(edition_dir), previous_dir, look)
    _replace(edition_dir / sitechanges.NEWS, canonical(found.news))
    _replace(edition_dir / sitechanges.CALENDAR, canonical(found.calendar))
    _replace(edition_dir / sitechanges.CHANGED, canonical(found.pages))
    return found.pages


def groups_to_build(edition_dir: Path, public: Path, look: str, for_phones: bool = False) -> list[str]:
    """Slugs of the groups whose site in ``public`` is missing or differs from what this edition and look would give."""
    changed = changes_of(edition_dir, look)
    return [
        slug for slug, pages in changed.items()
        if read_json(public / slug / MARK) != _mark(edition_dir, slug, pages, look, for_phones)
    ]  # fmt: skip


@undisturbed
def build_group(
    edition_dir: Path, slug: str, public: Path, cache: Path | None, locale_dir: Path, look: str | None = None,
    secret: bytes | None = None,
) -> BuildReport:  # fmt: skip
    """Build one group's site beside ``public`` and swap it in at once; before that moment the old one stands.

    Raises SyncError for an edition that cannot be read, KeyError for a group that it does not have. ``cache`` keeps
    rendered Markdown by content, and what phones may still have; ``look`` saves computing look_digest for every group.
    ``secret``: the school's signing key; without it nothing is written for phones to keep (a look by hand).
    """
    look = look or look_digest(locale_dir)
    changed = changes_of(edition_dir, look)[slug]
    edition = edition_of(edition_dir)
    target, staged = public / slug, _staging(public, slug)
    _mend(target)
    sizes = []
    for number, language in enumerate(languages(edition.content["school"])):
        site = staged / language if number else staged
        texts = str((cache / "markdown").resolve()) if cache else None
        extra = {"group": slug, "language": language, "cache": texts}
        pages, html = _build(site, edition_dir, locale_dir, extra, changed)
        if secret:
            kept = cache / "sites" / slug / language if cache else None
            sizes.append(sitedata.write_data(site, edition, slug, language, pages, html, kept, secret))
    (staged / CALENDAR).write_bytes(_calendar(edition_dir, slug))
    (staged / MARK).write_bytes(canonical(_mark(edition_dir, slug, changed, look, secret is not None)))
    report = _compare(slug, staged, target, tuple(sizes))
    public.mkdir(parents=True, exist_ok=True)
    sitepictures.bring(edition_dir, edition.content, public)
    _swap(staged, target)
    return report


def refresh(edition_dir: Path, built: Iterable[str], public: Path, secret: bytes) -> None:
    """Tell the phones of all other groups, which did not change, that what they have is this edition's."""
    edition = edition_of(edition_dir)
    for slug in set(edition.content["groups"]) - set(built):
        for data in sitedata.sites(public / slug):
            sitedata.refresh(data, edition, secret)


def put_documents(edition_dir: Path, source: Path, public: Path) -> None:
    """Put the files that the edition's documents name into ``public/documents``, before the pages that lead to them."""
    put_files(edition_of(edition_dir).content, source, public / DOCUMENTS)


@undisturbed
def write_public_root(edition_dir: Path, public: Path, locale_dir: Path, public_key: str = "") -> None:
    """Write ``index.html`` (the list of groups), ``me/``, what keeps groups on phones, and ``edition.js``.


    ``public_key``: text of the school's public file, which phones keep (``school.pub``) to know its editions by.
    Sites of groups that the edition no longer has are removed; a reader never meets a class that is gone.
    """
    sitepictures.bring(edition_dir, edition_of(edition_dir).content, public)
    staged = _staging(public, ".root")
    _build(staged, edition_dir, locale_dir, {"group": None, "language": None, "cache": None}, {})
    public.mkdir(parents=True, exist_ok=True)
    if public_key:
        (staged / "school.pub").write_text(public_key, encoding="utf-8", newline="\n")
    for file in sorted((file for file in staged.rglob("*") if file.is_file()), reverse=True):
        target = public / file.relative_to(staged)
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, file.read_bytes())
    shutil.rmtree(staged)
    drop_files(edition_of(edition_dir).content, public / DOCUMENTS)
    groups = edition_of(edition_dir).content["groups"]
    for folder in public.iterdir():
        if folder.name not in groups and (folder / MARK).is_file():
            shutil.rmtree(folder)
    sitepictures.forget(edition_dir, edition_of(edition_dir), public)


def _build(
    folder: Path, edition_dir: Path, locale_dir: Path, extra: dict[str, Any], changed: dict[str, Any]
) -> tuple[dict[str, Page], dict[str, str]]:
    """Let MkDocs build a site; returns its pages as data, and as the HTML that was written."""
    from mkdocs.commands.build import build

    config = _project()
    config.site_dir = str(folder.resolve())
    config.extra |= extra | {
        "edition": str(edition_dir), "locale_dir": str(locale_dir.resolve()), "read": edition_of(edition_dir),
        "changed": changed, "news": news_of(edition_dir),
    }  # fmt: skip
    build(config)
    return config.extra["pages"], config.extra["written"]


@lru_cache(maxsize=1)
def _project() -> "MkDocsConfig":
    """The project as its file says, read once; each build says the rest."""
    from mkdocs.config import load_config

    return load_config(str(SITE / "mkdocs.yml"))


def _calendar(edition_dir: Path, slug: str) -> bytes:
    content = edition_of(edition_dir).content
    school, entries = content["school"], group_entries(content, slug, told_of(edition_dir))
    return calendar_of(content["groups"][slug]["name"], school["id"], school["timezone"], entries)


def _mark(edition_dir: Path, slug: str, pages: dict[str, Any], look: str, for_phones: bool) -> dict[str, Any]:
    """What a group's site was made from: its pages, the look, what its calendar was told, languages, data."""
    told, spoken = told_in_short(edition_dir)[slug], languages(edition_of(edition_dir).content["school"])
    return {"digest": group_digest(pages), "look": look, "calendar": told, "languages": spoken, "data": for_phones}


def _staging(public: Path, name: str) -> Path:
    """A fresh folder on the same file system; never below ``public``, which is served and copied as it is."""
    folder = public.parent / ".building" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _compare(slug: str, staged: Path, target: Path, sizes: tuple[sitedata.SiteSize, ...]) -> BuildReport:
    """Count what changed; an unchanged page also keeps its time, so that caches and copies see no change either."""
    names = {file.relative_to(staged) for file in staged.rglob("*.html")}
    old = {file.relative_to(target) for file in target.rglob("*.html")} if target.is_dir() else set()
    changed = 0
    for name in names:
        if name in old and (staged / name).read_bytes() == (target / name).read_bytes():
            shutil.copystat(target / name, staged / name)
        else:
            changed += 1
    return BuildReport(slug, len(names), changed, len(old - names), sizes)


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
    replace(path, data)
