"""What the office gives to carry away: a class's single file, and the folder of a stick as one zip."""

import io
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from server.errors import DomainError
from server.services.carrying import source, usb
from server.services.carrying.about import Issue, about_stick
from server.services.carrying.disk import Disk
from sync import onefile
from sync.pages import languages


@dataclass(frozen=True)
class ClassRow:
    """A class whose pages are built: bytes of its pages, and of its file in each language, the school's first."""

    slug: str
    name: str
    bytes: int
    weeks: tuple[tuple[str, int], ...]


class _Scratch(Disk):
    """A folder that is packed and thrown away: nobody pulls it out."""

    def settle(self) -> None:
        """Nothing has to last."""


def rows(public: Path, issue: Issue) -> list[ClassRow]:
    """The classes that can be carried, in the order of the list of classes."""
    found = []
    for slug in issue.slugs:
        mark = public / slug / source.MARK
        if mark.is_file():
            size, weeks = _sizes(public, slug, _spoken(issue), _moment(mark), _moment(public / source.EDITION))
            found.append(ClassRow(slug, issue.name(slug), size, weeks))
    return found


def week_file(public: Path, issue: Issue, slug: str, language: str) -> tuple[str, bytes]:
    """Name and bytes of a class's single file. Raises DomainError ``not_found``, ``site_missing``."""
    spoken = _spoken(issue)
    if slug not in issue.content["groups"] or language not in spoken:
        raise DomainError("not_found")
    folder = "" if language == spoken[0] else language
    site = source.read_site(public, slug)
    return usb.week_name(slug, folder), _week(public, site, folder)


def stick_zip(public: Path, home: Path, issue: Issue, slugs: Iterable[str]) -> io.BytesIO:
    """The folder that ``korablik export usb`` would make, as one file; equal pages, equal bytes."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="korablik-stick-") as made:
        folder = Path(made) / "stick"
        usb.carry(public, _Scratch(folder), home, slugs, about_stick(issue), lambda what, done, total: None)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    name = zipfile.ZipInfo(f"korablik/{file.relative_to(folder).as_posix()}")
                    archive.writestr(name, file.read_bytes(), zipfile.ZIP_DEFLATED)
    out.seek(0)
    return out


def _spoken(issue: Issue) -> tuple[str, ...]:
    return tuple(languages(issue.content["school"]))


def _moment(file: Path) -> int:
    return file.stat().st_mtime_ns if file.is_file() else 0


@lru_cache(maxsize=256)
def _sizes(public: Path, slug: str, spoken: tuple[str, ...], *moments: int) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Remembered until the class or the edition is written anew."""
    site = source.read_site(public, slug)
    folders = [("" if number == 0 else language, language) for number, language in enumerate(spoken)]
    weeks = ((language, len(_week(public, site, folder))) for folder, language in folders if site.pages(folder))
    return sum(map(len, site.files.values())), tuple(weeks)


def _week(public: Path, site: source.Site, folder: str) -> bytes:
    pages = site.pages(folder)
    if onefile.INDEX not in pages:
        raise DomainError("site_missing", slug=site.slug)
    below = f"{site.slug}/{folder}" if folder else site.slug
    edition = (public / source.EDITION).read_text("utf-8")
    return onefile.week_page(pages, usb.reader(public, below), edition).encode()
