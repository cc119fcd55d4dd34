"""What lies in ``public/`` to be carried away: each class's site whole and of one edition, and what all share."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.errors import DomainError
from server.services.sitebuild import MARK
from sync import bundle
from sync.rewriting import BARE, DROP, Attributes, Gone, rewrite

ROOT, EDITION, INDEX = "index.html", "edition.js", "data/index.json"
PICTURES = "images"
TRIES = 3
USELESS = frozenset({MARK, "worker.js"})  # on a stick no service worker runs
USELESS_KINDS = (".webmanifest", ".gz", ".br", ".zst")
_ITEM = re.compile(r"<li\b[^>]*>(?:(?!</li>).)*</li>\n?", re.DOTALL)
_CLASS_LINK = re.compile(r'\shref="([^"/:#?]+)/index\.html"')


@dataclass(frozen=True)
class Site:
    """A class's files by their paths from its folder; ``languages``: further ones, each a folder of its own."""

    slug: str
    files: Mapping[str, bytes]
    languages: tuple[str, ...]

    def pages(self, language: str = "") -> dict[str, str]:
        """html by path of the site in a language; "" is the school's own."""
        before = f"{language}/" if language else ""
        return {name: self.files[path].decode("utf-8") for path, name in page_names(self.files, before)}

    def digest(self) -> str:
        """SHA-256 (hex) over paths and bytes of all its files."""
        return digest_of(self.files)


def page_names(paths: Iterable[str], before: str) -> list[tuple[str, str]]:
    """The pages right below a folder ("7/"): (path, name)."""
    below = ((path, path.removeprefix(before)) for path in paths if path.startswith(before))
    return [(path, name) for path, name in below if name.endswith(".html") and "/" not in name]


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over paths and bytes."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return total.hexdigest()


def slugs(public: Path) -> list[str]:
    """The classes whose sites lie in ``public``."""
    return sorted(mark.parent.name for mark in public.glob(f"*/{MARK}"))


def read_site(public: Path, slug: str) -> Site:
    """A class's site without what only a server needs. Raises DomainError ``site_missing``, or ``site_moving`` when it
    is being published again and again while it is read."""
    for _ in range(TRIES):
        files = _read(public / slug)
        if not files:
            raise DomainError("site_missing", slug=slug)
        further = sorted(path.split("/")[0] for path in files if path.count("/") == 1 and path.endswith(f"/{ROOT}"))
        site = Site(slug, files, tuple(further))
        if all(_is_whole(site, language) for language in ("", *site.languages)):
            return site
    raise DomainError("site_moving")


def _read(folder: Path) -> dict[str, bytes]:
    try:
        return {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file() and is_useful(file.relative_to(folder).as_posix())
        }
    except FileNotFoundError:  # swapped at this moment
        return {ROOT: b""}


def _is_whole(site: Site, language: str) -> bool:
    """Whether the pages are those that the signed index names; a site built by hand has none."""
    index = site.files.get(f"{language}/{INDEX}" if language else INDEX)
    if index is None:
        return site.files.get(ROOT) != b""
    tree = json.loads(json.loads(index)["signed"])["tree"]
    return bundle.tree_of({path: bundle.page_hash(html) for path, html in site.pages(language).items()}) == tree


def is_useful(path: str) -> bool:
    """Whether a file of ``public`` is of use where no server is."""
    *folders, name = path.split("/")
    is_hidden = any(part.startswith(".") for part in (*folders, name))
    return not is_hidden and name not in USELESS and not name.endswith(USELESS_KINDS)


def read_root(public: Path, path: str) -> bytes:
    """A file of the root that must be there. Raises DomainError ``site_missing``."""
    try:
        return (public / path).read_bytes()
    except FileNotFoundError as error:
        raise DomainError("site_missing", slug=path) from error


def shared(public: Path, sites: Iterable[str]) -> list[str]:
    """Paths of what is no class's: pictures, private pages, scripts; without the root's page and the edition's age."""
    own = {*slugs(public), *sites}
    found = (file.relative_to(public).as_posix() for file in sorted(public.rglob("*")) if file.is_file())
    return [path for path in found if path.split("/")[0] not in own and path not in (ROOT, EDITION) and is_useful(path)]


def pictures_used(html: str) -> set[str]:
    """Names of the files below ``images/`` that a text speaks of."""
    return set(re.findall(rf"\b{PICTURES}/([A-Za-z0-9._/-]+)", html))


def only_classes(root: str, kept: Iterable[str]) -> str:
    """The root's page with these classes alone: a link to another would lead nowhere."""
    kept = set(kept)

    def item(match: re.Match[str]) -> str:
        link = _CLASS_LINK.search(match[0])
        return "" if link and link[1] not in kept else match[0]

    def change(tag: str, attributes: Attributes, around: list[str]) -> Attributes | Gone | None:
        link = re.fullmatch(r"([^/:#?]+)/index\.html", attributes.get("href") or "") if tag == "a" else None
        if link and link[1] not in kept and link[1] not in ("me", "app"):
            return BARE
        return DROP if tag == "link" and attributes.get("rel") == "manifest" else None

    return rewrite(_ITEM.sub(item, root), change)
