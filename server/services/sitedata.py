"""What phones fetch beside a group's pages: the site's week, its signed index, and updates from the editions before.

No Flask, no database: runs in the lasting child process. Formats: sync/bundle.py and sync/delta.py. Without what is
kept of the last states (sitekept.py) phones take the whole week.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from server.services.sitekept import Kept, Tree
from server.services.whole_files import replace
from sync import bundle, delta, lines
from sync.canonical import canonical
from sync.edition import Edition
from sync.pages import Page
from sync.signing import sign_bare, sign_line

FOLDER, INDEX = "data", "index.json"
KEPT = 14  # trees before the newest from which an update leads


@dataclass(frozen=True)
class SiteSize:
    """Bytes that a phone carries for a site: until today can be read, in all, and the update from the tree before."""

    language: str
    pages: int
    today: int
    whole: int
    update: int | None


def write_data(
    site: Path, edition: Edition, slug: str, language: str, pages: dict[str, Page], html: dict[str, str],
    cache: Path | None, secret: bytes,
) -> SiteSize:  # fmt: skip
    """Write ``site/data`` for the pages ``html`` of ``site``; ``cache`` is the site's own folder of the cache."""
    kept = Kept(cache) if cache else None
    now = Tree("", edition.number, {path: bundle.page_hash(text) for path, text in sorted(html.items())})
    now.tree = bundle.tree_of(now.pages)
    folder = site / FOLDER
    folder.mkdir()
    head = bundle.head_of(edition, slug, language, now.tree)
    week = bundle.week_of(bundle.order(pages, edition, html), html, head)
    (folder / f"{week.hash}.json.gz").write_bytes(week.data)
    index = {**head, "edition": edition.id, "week": week.named()}
    if images := bundle.images_of(pages):
        index["images"] = images
    (folder / INDEX).write_bytes(canonical(bundle.signed(index, partial(sign_line, secret))))
    first = bundle.pack(bundle.text_of(week.data)[: week.today["bytes"]])
    update = _write_updates(folder, delta.made(head, sign_bare(secret, canonical(head)), ()), now, html, kept)
    return SiteSize(language, len(html), len(first), len(week.data), update)


def refresh(data: Path, edition: Edition, secret: bytes) -> None:
    """Say of a site that did not change that it is still the newest: sign its index and its updates anew."""
    index = json.loads(json.loads((data / INDEX).read_bytes())["signed"])
    head = bundle.head_of(edition, index["group"], index["language"], index["tree"])
    if index["number"] == edition.number:
        return
    fresh = delta.made(head, sign_bare(secret, canonical(head)), ())
    for file in data.glob("from-*.json.gz"):
        told = delta.opened(bundle.text_of(file.read_bytes(), file.name)).telling
        replace(file, bundle.pack(fresh._replace(telling=told).text()))
    whole = {**index, **head, "edition": edition.id}
    replace(data / INDEX, canonical(bundle.signed(whole, partial(sign_line, secret))))


def sites(folder: Path) -> Iterable[Path]:
    """The ``data`` folders of a group's site in all its languages."""
    return [file.parent for file in (folder / FOLDER / INDEX, *folder.glob(f"*/{FOLDER}/{INDEX}")) if file.is_file()]


def _write_updates(
    folder: Path, fresh: delta.Update, now: Tree, html: dict[str, str], kept: Kept | None
) -> int | None:
    """One file for the newest tree, and one for each kept tree before it; the size of that from the last of these.

    ``fresh``: the update that brings nothing new.
    """
    before = [tree for tree in kept.trees if tree.tree != now.tree][:KEPT] if kept else []
    made: dict[tuple[str, str, str], str] = {}  # each pair of texts is compared once for all trees
    sizes = []
    for tree in (now, *before):
        pieces = _change(kept, tree, now, html, made)
        data = bundle.pack(fresh._replace(telling="\n".join(pieces)).text())
        (folder / f"from-{tree.tree}.json.gz").write_bytes(data)
        sizes.append(len(data))
    if kept:
        kept.keep([now, *before], html)
    return sizes[1] if before else None


def _change(
    kept: Kept | None, tree: Tree, now: Tree, html: dict[str, str], made: dict[tuple[str, str, str], str]
) -> list[str]:
    """The pieces of an update's telling."""
    pieces = []
    for path, new in now.pages.items():
        if tree.pages.get(path) == new:
            continue
        source = path if path in tree.pages else _alike(path, tree.pages)
        old = tree.pages[source] if source else ""
        if (path, old, new) not in made:
            known = lines.Known(*([kept.page(old)] if kept and old else []))
            made[path, old, new] = lines.tell_change(path, html[path], source or path, known)
        pieces.append(made[path, old, new])
    return pieces + [f"\x01{path}\x03" for path in sorted(tree.pages.keys() - now.pages.keys())]


def _alike(path: str, pages: dict[str, str]) -> str:
    """An old page of the same kind, which shares its frame with a new one; "" when there is none."""
    kind = path.split("-")[0]
    return next((old for old in pages if old.split("-")[0] == kind), "index.html" if "index.html" in pages else "")
