"""One class's week of the seeded corpus as the office publishes it, day after day, and the same texts as others do."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.services import sitebuild
from server.services.publishing import LOCALES
from sync.edition import Edition, write_edition
from sync.signing import new_keypair
from tests.bench import corpus

PAGES, GROUPS = 1400, 40
FRIDAY = (39, 44, 49)  # where three more lessons of one day stand
Change = Callable[[dict[str, Any]], None]


@dataclass
class School:
    """A home with one class's site; ``texts``: (title, Markdown) of its lessons, ``more``: of three new ones."""

    home: Path
    slug: str = ""
    texts: list[tuple[str, str]] = field(default_factory=list)
    more: list[tuple[str, str]] = field(default_factory=list)
    last: Path | None = None

    def __post_init__(self) -> None:
        every = corpus.lessons(PAGES, GROUPS)
        self.slug = next(iter(every))
        self.texts = every[self.slug]
        longer = corpus.lessons(PAGES + 3 * GROUPS, GROUPS)
        self.more = longer[self.slug][len(self.texts) :]
        self.keys = new_keypair(os.urandom)

    @property
    def public(self) -> Path:
        return self.home / "public"

    @property
    def site(self) -> Path:
        return self.public / self.slug

    def publish(self, number: int, change: Change | None = None) -> None:
        """Write, build and sign an edition; ``change`` alters the content of the first one."""
        made = corpus.edition({self.slug: self.texts}, number)
        if change:
            change(made.content)
        made = Edition(made.content, number, made.issued_at, None)
        folder = self.home / "editions" / made.id
        folder.mkdir(parents=True)
        write_edition(made, folder)
        look, (secret, public_key) = sitebuild.look_digest(LOCALES), self.keys
        sitebuild.write_changed(folder, self.last, look)
        sitebuild.build_group(folder, self.slug, self.public, self.home / "cache", LOCALES, look, secret)
        known = [public_key] if (sitebuild.SITE / "theme/app/worker.js").is_file() else []  # what a worker pins
        sitebuild.write_public_root(folder, self.public, LOCALES, *known)
        self.last = folder

    def a_day_later(self, content: dict[str, Any]) -> None:
        """Four pages change (a lesson's text, Friday, week, overview), three are new."""
        first = next(key for key, lesson in content["lessons"].items() if lesson["date"] == corpus.DAYS[0])
        content["materials"][content["lessons"][first]["material"]]["body"] += "\nДополнение.\n"
        for index, (title, text) in zip(FRIDAY, self.more, strict=True):
            corpus.add_lesson(content, self.slug, index, title, text)

    def another_time(self, content: dict[str, Any]) -> None:
        """The day after that: one row of the timetable."""
        self.a_day_later(content)
        lesson = next(one for one in content["lessons"].values() if one["date"] == corpus.DAYS[3])
        lesson |= {"start": "16:05", "end": "16:45"}

    def index(self) -> dict[str, Any]:
        """What the site's index says."""
        return json.loads(json.loads((self.site / "data/index.json").read_bytes())["signed"])

    def pages(self) -> dict[str, bytes]:
        """The site's pages by name."""
        return {file.name: file.read_bytes() for file in self.site.glob("*.html")}


def mkdocs(folder: Path, texts: list[tuple[str, str]]) -> None:
    """The same texts with MkDocs' default theme into ``folder`` (only this class's: its menus stay short)."""
    source = folder.parent / ".mkdocs"
    shutil.rmtree(source, ignore_errors=True)
    (source / "docs").mkdir(parents=True)
    (source / "docs/index.md").write_text("# Школа\n", "utf-8")
    for n, (_, text) in enumerate(texts):
        (source / f"docs/{n}.md").write_text(text, "utf-8")
    # no highlighting: its script would come from another host
    (source / "mkdocs.yml").write_text("site_name: Школа\ntheme: {name: mkdocs, highlightjs: false}\n", "utf-8")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(folder)], cwd=source, check=True,
                   capture_output=True)  # fmt: skip
    shutil.rmtree(source)


def one_by_one(folder: Path, pages: dict[str, bytes]) -> None:
    """The same pages with a worker that caches files one after another by a list of revisions, as Workbox does."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        (folder / name).write_bytes(page)
    listed = {name: hashlib.md5(page, usedforsecurity=False).hexdigest() for name, page in sorted(pages.items())}
    (folder / "list.json").write_text(json.dumps(listed, separators=(",", ":")))
    (folder / "start.html").write_text(START)
    (folder / "caching.js").write_text(CACHING)


START = """<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'self'">
<title>7</title><link rel="icon" href="data:,">"""
CACHING = """
self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
async function renew() {
  const listed = await (await fetch("list.json", { cache: "no-cache" })).json();
  const cache = await caches.open("one-by-one");
  const wanted = Object.entries(listed).map(([name, revision]) => `${name}?__WB_REVISION__=${revision}`);
  for (const name of wanted) {
    if (await cache.match(name)) continue;
    await cache.put(name, await fetch(name.split("?")[0], { cache: "no-cache" }));
  }
  return wanted.length;
}
self.addEventListener("message", ({ ports: [port] }) => {
  renew().then((count) => port.postMessage(count), (error) => port.postMessage(String(error)));
});
"""
