"""The folder on a stick: the sites of some classes, readable from ``file://``, and each one's week as a single file.

``korablik.json`` in it says what is there::

    {"v": 1, "school": id, "number": of the edition, "sites": {slug: {path: [SHA-256 (hex), bytes]}},
     "weeks": {file: [digest of what it was made from, bytes]}, "shared": {path: [SHA-256 (hex), bytes]}}

An update writes a class's folder anew beside (``korablik.tmp/``) and lets the two change places, so that at any moment
a class is of one edition; where a system needs two steps for that, the next update completes them. Of a class whose
pages stay only the files that differ are written (its index, signed anew at each publication). Pictures and private
pages come before the pages and go after them; the list of classes is next to last, ``korablik.json`` last. While
``korablik.tmp/`` is there an update was broken off, and what the list says is not believed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from server.errors import DomainError
from server.services.carrying import source
from server.services.carrying.disk import Disk, unfit
from sync import onefile, rewriting
from sync.canonical import canonical

LIST, ASIDE = "korablik.json", "korablik.tmp"
OTHERS = frozenset({"system volume information", "lost+found", "autorun.inf", "desktop.ini", "thumbs.db",
                    "$recycle.bin"})  # fmt: skip
WEEK = "-week"
BATCH = 64  # shared files that are written before they are put in place
Progress = Callable[[str, int, int], None]
Known = dict[str, list[Any]]


@dataclass(frozen=True)
class About:
    """Whose stick it is. ``names``: how people call each class; ``root``: turns the list of classes (html) and its
    classes' single files (class → {language: file}) into the stick's first page."""

    school: str
    number: int
    languages: tuple[str, ...]
    root: Callable[[str, Mapping[str, Mapping[str, str]]], str]


@dataclass
class Carried:
    """What an update did. ``weeks``: bytes of each single file; ``removed``: classes that were on the stick before."""

    groups: tuple[str, ...]
    files: int = 0
    bytes: int = 0
    copied: int = 0
    copied_bytes: int = 0
    removed: tuple[str, ...] = ()
    weeks: dict[str, int] = field(default_factory=dict)


def carry(public: Path, disk: Disk, home: Path, groups: Iterable[str], about: About, progress: Progress) -> Carried:
    """Bring the folder up to date; without ``groups`` those that it holds, at first all.

    Raises DomainError ``stick_home``, ``stick_taken``, ``stick_other_school``, ``stick_full``, ``stick_lost`` (it was
    pulled out or is broken), ``stick_name`` and what source.read_site raises.
    """
    _admit(disk, home)
    needed = ""
    try:
        there = source.slugs(public)
        known, broken = _open(disk, about.school)
        wanted = sorted(dict.fromkeys(groups)) or [slug for slug in known["sites"] if slug in there] or there
        if broken:
            _look_around(disk, public, known, there)
        plan = _Plan(public, disk, known, broken, about, wanted)
        plan.make(progress)
        if plan.is_needed:
            needed = plan.require_room()
            plan.carry_out(progress)
        progress("stick", 2 * len(wanted), 2 * len(wanted))
    except OSError as error:
        with suppress(OSError):
            _mend(disk)
        if error.errno == 28:
            raise DomainError("stick_full", name=disk.folder, needed=needed, free="0") from error
        raise DomainError("stick_lost", name=disk.folder, reason=error.strerror or "") from error
    return plan.done


def _admit(disk: Disk, home: Path) -> None:
    """The folder, made if only it is missing; never one of the home's."""
    folder, home = disk.folder.resolve(), home.resolve()
    if folder == home or folder.is_relative_to(home) or home.is_relative_to(folder):
        raise DomainError("stick_home", name=disk.folder)
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError as error:
        raise DomainError("file_missing", name=folder.parent) from error
    except OSError as error:
        raise DomainError("file_unwritable", name=folder, reason=error.strerror or "") from error


def _open(disk: Disk, school: str) -> tuple[dict[str, Any], bool]:
    """What the folder's list says, and whether an update was broken off."""
    broken = disk.is_dir(ASIDE)
    text = disk.read(LIST)
    if text is None and not broken:
        others = [path.name for path in disk.folder.iterdir() if not path.name.startswith(".")]
        if any(name.casefold() not in OTHERS for name in others):
            raise DomainError("stick_taken", name=disk.folder)
    known = read_list(text or b"")
    if known["school"] not in ("", school):
        raise DomainError("stick_other_school", name=disk.folder)
    return known, broken or (text is not None and not known["school"])


def read_list(text: bytes) -> dict[str, Any]:
    """The list; an empty one for what is none."""
    try:
        found = json.loads(text)
        return {"school": str(found["school"]), **{name: dict(found[name]) for name in ("sites", "weeks", "shared")}}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {"school": "", "sites": {}, "weeks": {}, "shared": {}}


def _look_around(disk: Disk, public: Path, known: dict[str, Any], slugs: Iterable[str]) -> None:
    """Add what a broken update may have left without a word in the list."""
    for slug in slugs:
        if disk.is_dir(slug):
            known["sites"].setdefault(slug, {})
    for path in disk.files("."):
        top, _, rest = path.partition("/")
        if not rest and WEEK in path and path.endswith(".html"):
            known["weeks"].setdefault(path, ["", 0])
        elif rest and top not in known["sites"] and (public / top).is_dir():
            known["shared"].setdefault(path, ["", 0])


def _mend(disk: Disk) -> None:
    """After a death between the two steps of a swap the folder before stands aside: put it back."""
    old = disk.path(f"{ASIDE}/old")
    for folder in sorted(old.iterdir()) if old.is_dir() else []:
        if not disk.path(folder.name).exists():
            disk.move(f"{ASIDE}/old/{folder.name}", folder.name)
    disk.settle()
    disk.clear(ASIDE)


@cache
def _maker() -> str:
    """What a single file depends on beside the pages."""
    files = [Path(module.__file__ or "").read_bytes() for module in (onefile, rewriting)]
    return hashlib.sha256(b"".join(files)).hexdigest()


class _Plan:
    """What differs between ``public/`` and the folder, and how it gets there."""

    def __init__(self, public: Path, disk: Disk, known: dict[str, Any], broken: bool, about: About, wanted: list[str]):
        self.public, self.disk, self.known, self.broken, self.about = public, disk, known, broken, about
        self.sites: dict[str, Known] = {}
        self.weeks: Known = {}
        self.shared: Known = {}
        self.new_sites: dict[str, source.Site] = {}
        self.new_files: dict[str, bytes] = {}
        self.new_weeks: dict[str, bytes] = {}
        self.new_shared: dict[str, int] = {}
        self.old_sites: list[str] = []
        self.old_files: list[str] = []
        self.root: dict[str, bytes] = {}
        self.wanted = wanted
        self.done = Carried(tuple(wanted))

    def make(self, progress: Progress) -> None:
        """Compare; nothing is written yet."""
        pictures: set[str] = set()
        links: dict[str, dict[str, str]] = {}
        edition = source.read_root(self.public, source.EDITION).decode("utf-8")
        for number, slug in enumerate(self.wanted):
            progress("stick", number, 2 * len(self.wanted))
            site = source.read_site(self.public, slug)
            self.sites[slug] = {path: _entry(data) for path, data in site.files.items()}
            self._compare(site)
            links[slug] = self._make_weeks(site, edition)
            for path, data in site.files.items():
                pictures |= source.pictures_used(data.decode()) if path.endswith(".html") else set()
        self._share(pictures)
        root = source.only_classes(source.read_root(self.public, source.ROOT).decode("utf-8"), self.wanted)
        self.root = {source.EDITION: edition.encode(), source.ROOT: self.about.root(root, links).encode()}
        self._find_old()
        self._require_names()
        self._count()

    def _compare(self, site: source.Site) -> None:
        wanted, listed = self.sites[site.slug], self.known["sites"].get(site.slug, {})
        differ = [path for path in wanted if not self._is_there({path: wanted[path]}, f"{site.slug}/", listed)]
        if self.broken or listed.keys() != wanted.keys() or any(path.endswith(".html") for path in differ):
            if differ or listed.keys() != wanted.keys():
                self.new_sites[site.slug] = site
        else:
            self.new_files |= {f"{site.slug}/{path}": site.files[path] for path in differ}

    def _is_there(self, wanted: Known, before: str, listed: Known) -> bool:
        """Whether files lie on the stick already; after a broken update their bytes are looked at."""
        return all(
            self.disk.size(before + path) == entry[1]
            and (_entry(self.disk.read(before + path) or b"") if self.broken else listed.get(path)) == entry
            for path, entry in wanted.items()
        )  # fmt: skip

    def _make_weeks(self, site: source.Site, edition: str) -> dict[str, str]:
        """The single files of a class by language, those that changed made anew."""
        names = {}
        for number, language in enumerate(self.about.languages):
            folder = "" if number == 0 else language
            pages = site.pages(folder)
            if onefile.INDEX not in pages:
                continue
            name = names[language] = week_name(site.slug, folder)
            below = f"{site.slug}/{folder}" if folder else site.slug
            used = set().union(*map(source.pictures_used, pages.values()))
            seed = f"{_maker()}{site.digest()}{edition}{folder}{sorted(used)}"
            digest = hashlib.sha256(seed.encode()).hexdigest()
            before = self.known["weeks"].get(name)
            if not self.broken and before and before[0] == digest and self.disk.size(name) == before[1]:
                self.weeks[name] = before
                continue
            data = onefile.week_page(pages, reader(self.public, below), edition).encode()
            self.weeks[name] = [digest, len(data)]
            if not (self.broken and self.disk.read(name) == data):
                self.new_weeks[name] = data
        return names

    def _share(self, pictures: set[str]) -> None:
        for path in source.shared(self.public, self.known["sites"]):
            top, _, rest = path.partition("/")
            if top == source.PICTURES and rest not in pictures:
                continue
            file = self.public / path
            entry, listed = self.known["shared"].get(path), None
            if top == source.PICTURES and entry and file.stat().st_size == entry[1]:  # named by their content
                listed = entry
            self.shared[path] = listed or _entry(file.read_bytes())
            if not self._is_there({path: self.shared[path]}, "", self.known["shared"]):
                self.new_shared[path] = self.shared[path][1]

    def _find_old(self) -> None:
        self.old_sites = [slug for slug in self.known["sites"] if slug not in self.sites]
        before = {*self.known["weeks"], *self.known["shared"]} - {*self.weeks, *self.shared}
        self.old_files = sorted(path for path in before if self.disk.size(path) is not None)
        self.done.removed = tuple(slug for slug in self.old_sites if self.disk.is_dir(slug))

    def _require_names(self) -> None:
        paths = [f"{slug}/{path}" for slug, site in self.sites.items() for path in site]
        bad = unfit([*paths, *self.weeks, *self.shared, *self.root, LIST, ASIDE])
        if bad:
            raise DomainError("stick_name", name=bad)

    def _count(self) -> None:
        entries = [entry for site in self.sites.values() for entry in site.values()]
        entries += [*self.weeks.values(), *self.shared.values()]
        self.done.files = len(entries) + len(self.root) + 1
        self.done.bytes = sum(entry[1] for entry in entries) + sum(map(len, self.root.values()))
        self.done.weeks = {name: entry[1] for name, entry in self.weeks.items()}

    @property
    def is_needed(self) -> bool:
        """Whether anything differs."""
        return bool(
            self.broken or self.new_sites or self.new_files or self.new_weeks or self.new_shared
            or self.done.removed or self.old_files
            or any(self.disk.read(path) != data for path, data in self.root.items())
            or self.disk.read(LIST) != self._list()
        )  # fmt: skip

    def _list(self) -> bytes:
        return canonical({"v": 1, "school": self.about.school, "number": self.about.number, "sites": self.sites,
                          "weeks": self.weeks, "shared": self.shared}) + b"\n"  # fmt: skip

    def require_room(self) -> str:
        """Megabytes at the fullest moment. Raises DomainError ``stick_full`` when they would not fit."""
        free, piece = self.disk.free()

        def taken(sizes: Iterable[int]) -> int:
            return sum(-(-size // piece) * piece for size in sizes)

        now = peak = taken(self.new_shared.values())
        for slug in self.new_sites:
            new = taken(entry[1] for entry in self.sites[slug].values())
            peak = max(peak, now + new)
            now += new - taken(entry[1] for entry in self.known["sites"].get(slug, {}).values())
        for name, data in (self.new_files | self.new_weeks).items():
            peak = max(peak, now + taken([len(data)]))
            now += taken([len(data)]) - taken([self.disk.size(name) or 0])
        needed = peak + taken(map(len, self.root.values())) + taken([len(self._list())])
        if needed > free:
            raise DomainError("stick_full", name=self.disk.folder, needed=_mb(needed), free=_mb(free))
        return _mb(needed)

    def carry_out(self, progress: Progress) -> None:
        """Write; the order is in the module's first lines."""
        disk = self.disk
        if self.broken:
            _mend(disk)
        disk.make(ASIDE)
        paths = sorted(self.new_shared)
        for first in range(0, len(paths), BATCH):
            self._put({path: (self.public / path).read_bytes() for path in paths[first : first + BATCH]})
        steps = len(self.wanted)
        for number, slug in enumerate(self.wanted):
            progress("stick", steps + number, 2 * steps)
            if slug in self.new_sites:
                self._swap(slug)
            own = (self.new_files | self.new_weeks).items()
            self._put({name: data for name, data in own if name.startswith((f"{slug}/", f"{slug}{WEEK}"))})
        self._put({path: data for path, data in self.root.items() if disk.read(path) != data})
        for path in self.old_files:
            disk.remove(path)
        for slug in self.old_sites:
            disk.clear(slug)
        self._put({LIST: self._list()})
        self.done.copied -= 1  # the list is ours, not the school's
        self.done.copied_bytes -= len(self._list())
        disk.clear(ASIDE)

    def _swap(self, slug: str) -> None:
        disk, new, old = self.disk, f"{ASIDE}/new/{slug}", f"{ASIDE}/old/{slug}"
        for path, data in self.new_sites[slug].files.items():
            disk.write(f"{new}/{path}", data)
            self._copied(data)
        disk.settle()
        if disk.path(slug).exists():
            if disk.exchange(new, slug):
                old = new
            else:
                disk.move(slug, old)
                disk.move(new, slug)
        else:
            disk.move(new, slug)
        disk.settle()
        disk.clear(old)

    def _put(self, files: Mapping[str, bytes]) -> None:
        """Write files beside, and when they are surely there put each in its place, in the order given."""
        halves = {path: f"{ASIDE}/half/{number}" for number, path in enumerate(files)}
        for path, half in halves.items():
            self.disk.write(half, files[path])
        self.disk.settle()
        for path, half in halves.items():
            self.disk.replace(half, path)
            self._copied(files[path])
        self.disk.settle()

    def _copied(self, data: bytes) -> None:
        self.done.copied += 1
        self.done.copied_bytes += len(data)


def week_name(slug: str, language: str = "") -> str:
    """The single file of a class; ``language`` is "" for the school's own."""
    return f"{slug}{WEEK}{'-' + language if language else ''}.html"


def _entry(data: bytes) -> list[Any]:
    return [hashlib.sha256(data).hexdigest(), len(data)]


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f}"


def reader(public: Path, below: str) -> onefile.Read:
    """Reads what a page names by its path from its folder, and nothing outside ``public``."""

    def read(path: str) -> bytes | None:
        found = (public / below / path).resolve()
        try:
            return found.read_bytes() if found.is_relative_to(public.resolve()) else None
        except OSError:
            return None

    return read
