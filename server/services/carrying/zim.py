"""A class's site as a ZIM file for Kiwix, made and checked by the separate programs zimwriterfs and zimcheck (GPL).

In the copy that is packed a link that leads out of the file, but not into the internet, is taken away, and the edition
stands in every page in words instead of the script that tells its age: a ZIM file is never brought up to date by
itself, and Kiwix is no place for what keeps pages on phones. Private pages stay out. Equal pages do not give
equal bytes: the programs put a random id and the day into each file.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from server.errors import DomainError
from server.services.carrying import source
from sync.rewriting import BARE, DROP, Attributes, Gone, rewrite

WRITER, CHECKER, PACKAGE = "zimwriterfs", "zimcheck", "zim-tools"
BOAT = Path(__file__).resolve().parents[2] / "static" / "boat-48.png"
LANGUAGES = {"ru": "rus", "kk": "kaz", "en": "eng"}  # ISO 639-3, by which Kiwix knows languages
TITLE, DESCRIPTION = 30, 80  # characters, as the ZIM specification allows
_ABROAD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_PLACE = re.compile(r'(<span id="edition"[^>]*>)(</span>)')


@dataclass(frozen=True)
class Words:
    """What a ZIM file says of itself. ``edition``: number and day, as people read them; ``name`` stays the same from
    file to file, so that Kiwix sees a newer one."""

    title: str
    description: str
    school: str
    language: str
    name: str
    edition: str


def write_zim(public: Path, slug: str, out: Path, words: Words) -> int:
    """Write the file whole or not at all; its size in bytes.

    Raises DomainError ``zim_tool_missing``, ``zim_failed``, ``file_unwritable`` and what source.read_site raises.
    """
    require_tools()
    with tempfile.TemporaryDirectory(prefix="korablik-zim-") as folder:
        html, made = Path(folder) / "html", Path(folder) / "made.zim"
        for path, data in contents(public, slug, words.edition).items():
            file = html / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        shutil.copyfile(BOAT, html / BOAT.name)
        _run(WRITER, f"--welcome={slug}/{source.ROOT}", f"--illustration={BOAT.name}",
             f"--language={LANGUAGES.get(words.language, 'mul')}", f"--title={words.title[:TITLE]}",
             f"--description={words.description[:DESCRIPTION]}", f"--creator={words.school}", "--publisher=Korablik",
             f"--name={words.name}", "--scraper=Korablik", str(html), str(made))  # fmt: skip
        _run(CHECKER, str(made))
        return _put(made, out)


def require_tools() -> None:
    """Raises DomainError ``zim_tool_missing`` when one of the programs is not installed."""
    if not all(map(shutil.which, (WRITER, CHECKER))):
        raise DomainError("zim_tool_missing", name=PACKAGE)


def contents(public: Path, slug: str, edition: str = "") -> dict[str, bytes]:
    """The files that are packed, by path: the class's, the list of classes, and of what is shared what they show."""
    site = source.read_site(public, slug)
    held = {f"{slug}/{path}": data for path, data in site.files.items() if not path.endswith(source.INDEX)}
    held[source.ROOT] = source.only_classes(source.read_root(public, source.ROOT).decode("utf-8"), [slug]).encode()
    for path in source.shared(public, [slug]):
        if not path.startswith("me/") and any(_names(held, name, path) for name in list(held)):
            held[path] = (public / path).read_bytes()
    return {path: _page(path, data, held, edition) if path.endswith(".html") else data for path, data in held.items()}


def _names(held: Mapping[str, bytes], page: str, path: str) -> bool:
    """Whether a page speaks of a file of the root: "../images/x.webp"."""
    return page.endswith(".html") and join("../" * page.count("/"), path).encode() in held[page]


def _page(path: str, data: bytes, held: Mapping[str, bytes], edition: str) -> bytes:
    def change(tag: str, attributes: Attributes, around: list[str]) -> Attributes | Gone | str | None:
        for name in ("href", "src", "action", "poster", "xlink:href"):
            target = attributes.get(name)
            if target is None or not _is_lost(target, path, held, loads=tag not in ("a", "area")):
                continue
            if tag == "img":
                return attributes.get("alt") or DROP
            alone = "nav" in around or "go" in (attributes.get("class") or "").split()
            return BARE if tag == "a" and not alone else DROP
        return None

    text = _PLACE.sub(rf"\g<1>{escape(edition)}\g<2>", data.decode("utf-8"))
    return rewrite(text, change).encode()


def _is_lost(target: str, path: str, held: Mapping[str, bytes], loads: bool) -> bool:
    """Whether a link or a load has no aim in the file; loads from the internet have none, either."""
    if target.startswith(("#", "data:")):
        return False
    if _ABROAD.match(target):
        return loads or target.startswith("file:")
    aim = normpath(join(dirname(path), unquote(re.split(r"[?#]", target)[0]) or path))
    return aim not in held


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        lines = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        told = next((line for line in lines if "ERROR" in line), lines[-1] if lines else "")
        raise DomainError("zim_failed", name=command[0], reason=told[:200])


def _put(made: Path, out: Path) -> int:
    staged = out.with_name(out.name + ".part")
    try:
        shutil.copyfile(made, staged)
        staged.replace(out)
        return out.stat().st_size
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise DomainError("file_unwritable", name=out, reason=error.strerror or "") from error
