"""A class's shared sheets: each is rendered once, named by the hash of what it says and how, and kept in the cache."""

import hashlib
import io
import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf

from printables.files import whole_file
from printables.fonts import face_of, fonts_digest
from printables.layout import Box
from printables.render import CSS_FILE, Rendered, render

FORMAT = 1  # raise it when what is stored beside a sheet changes
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})> <((?:[0-9a-fA-F]{4})+)>")
_NOTDEF = re.compile(rb"<([0-9a-fA-F]{4})> 0\s")


@dataclass(frozen=True)
class Sheet:
    """One rendered lesson, task, cover or set of slips.

    ``boxes``: per page, where things are stamped. ``fonts``: name in the page's resources → (font file, {glyph: text}).
    ``lacking``: letters that no face has.
    """

    hash: str
    pdf: Path
    boxes: tuple[dict[str, Box], ...]
    fonts: dict[str, tuple[str, dict[int, str]]]
    lacking: str

    @property
    def pages(self) -> int:
        return len(self.boxes)


@cache
def _style_digest() -> str:
    return hashlib.sha256(CSS_FILE.read_bytes()).hexdigest() + fonts_digest()


def sheet_hash(html: str) -> str:
    """The key of a sheet: its content as laid into the template, the stylesheet and the fonts."""
    return hashlib.sha256(f"{FORMAT}\n{_style_digest()}\n{html}".encode()).hexdigest()


class SheetCache:
    """Sheets by their hash in one folder: ``<hash>.pdf`` and ``<hash>.json``, each written whole, the JSON last."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.rendered = 0
        self.reused = 0
        self._known: dict[str, Sheet] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, html: str) -> Sheet:
        """The sheet of this HTML, rendered now unless the folder or this object has it."""
        key = sheet_hash(html)
        if key not in self._known:
            stored = self._load(key)
            if stored:
                self.reused += 1
            else:
                stored = self._make(key, html)
                self.rendered += 1
            self._known[key] = stored
        return self._known[key]

    def _load(self, key: str) -> Sheet | None:
        """None when the sheet is not there or cannot be read: then it is simply made anew."""
        try:
            stored = json.loads((self.folder / f"{key}.json").read_bytes())
            return _sheet(key, self.folder / f"{key}.pdf", stored) if stored["pdf"] == self._digest(key) else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _digest(self, key: str) -> str:
        return hashlib.sha256((self.folder / f"{key}.pdf").read_bytes()).hexdigest()

    def _make(self, key: str, html: str) -> Sheet:
        rendered = render(html)
        stored = {"pdf": hashlib.sha256(rendered.pdf).hexdigest(), **_describe(rendered)}
        for ending, data in ("pdf", rendered.pdf), ("json", json.dumps(stored, ensure_ascii=False).encode()):
            with whole_file(self.folder / f"{key}.{ending}") as target:
                target.write(data)
        return _sheet(key, self.folder / f"{key}.pdf", stored)


def _sheet(key: str, pdf: Path, stored: dict[str, Any]) -> Sheet:
    boxes = tuple({name: Box(**box) for name, box in page.items()} for page in stored["boxes"])
    fonts = {
        name: (file, {int(glyph): text for glyph, text in glyphs.items()})
        for name, (file, glyphs) in stored["fonts"].items()
    }
    return Sheet(key, pdf, boxes, fonts, stored["lacking"])


def _describe(rendered: Rendered) -> dict[str, Any]:
    fonts: dict[str, tuple[str, dict[int, str]]] = {}
    lacking: dict[str, None] = {}
    with pikepdf.open(io.BytesIO(rendered.pdf)) as pdf:
        for name, font in pdf.pages[0].obj.Resources.get("/Font", {}).items():
            known = face_of(str(font.BaseFont))
            glyphs = _unicode(font.ToUnicode.read_bytes())
            if known and font.Encoding == "/Identity-H":
                fonts[name] = (known.file, glyphs)
            lacking |= dict.fromkeys(_missing(font, glyphs))
    boxes = [{name: asdict(box) for name, box in page.items()} for page in rendered.boxes]
    return {"boxes": boxes, "fonts": fonts, "lacking": "".join(lacking)}


def _missing(font: Any, glyphs: dict[int, str]) -> str:
    """Letters that WeasyPrint could write in no face: it maps their made-up numbers to glyph 0."""
    if not isinstance(font.Encoding, pikepdf.Stream):
        return ""
    return "".join(glyphs[int(glyph, 16)] for glyph in _NOTDEF.findall(font.Encoding.read_bytes()))


def _unicode(cmap: bytes) -> dict[int, str]:
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in _PAIR.findall(cmap)}
