"""A class's shared sheets: each is rendered once, named by the hash of what it says and how, and kept in the cache."""

import hashlib
import io
import re
import time
from base64 import b64decode, b64encode
from dataclasses import astuple, dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from printables import sheet_files
from printables.files import state
from printables.fonts import face_of, fonts_digest
from printables.layout import Box
from printables.parts import Parts
from printables.pictures import Pictures
from printables.render import CSS_FILE, Rendered, render

FORMAT = 3  # raise it when what is stored beside a sheet changes
_OF_TASKS = ("who", "code", "qr")  # places to stamp for one task: ``<div class="stamp number" id="code-…">``
_PLACE = re.compile(rf'(<(?:div|span) class="stamp[a-z ]*" id="(?:{"|".join(_OF_TASKS)})-)([^"]+)')
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})> <((?:[0-9a-fA-F]{4})+)>")
_NOTDEF = re.compile(rb"<([0-9a-fA-F]{4})> 0\s")


@dataclass(frozen=True)
class Sheet:
    """One rendered lesson, task, cover or set of slips.

    ``boxes``: per page, where things are stamped. ``fonts``: name in the page's resources → (font file, {glyph: text}).
    ``lacking``: letters that no face has. ``parts``: its pages as a class file takes them. ``ink``: black share of each
    page where that is known without drawing them, as of one that is in no cache.
    """

    hash: str
    pdf: Path
    boxes: tuple[dict[str, Box], ...]
    fonts: dict[str, tuple[str, dict[int, str]]]
    lacking: str
    parts: Parts
    ink: tuple[float, ...] | None = None

    @property
    def pages(self) -> int:
        return len(self.boxes)

    @property
    def members(self) -> tuple["Sheet", ...]:
        return (self,)

    def at(self, page: int) -> tuple["Sheet", int]:
        """Where the page (from 0) was rendered; past the end an empty one."""
        return self, page


@dataclass(frozen=True)
class Joined:
    """Sheets that count as one in a pack: a cover's outside, which a whole school may share, and its inside."""

    members: tuple[Sheet, ...]

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256(" ".join(sheet.hash for sheet in self.members).encode()).hexdigest()

    @cached_property
    def boxes(self) -> tuple[dict[str, Box], ...]:
        return tuple(page for sheet in self.members for page in sheet.boxes)

    @cached_property
    def lacking(self) -> str:
        return "".join(dict.fromkeys("".join(sheet.lacking for sheet in self.members)))

    @cached_property
    def pages(self) -> int:
        return sum(sheet.pages for sheet in self.members)

    def at(self, page: int) -> tuple[Sheet, int]:
        """Where the page (from 0) was rendered."""
        for sheet in self.members:
            if page < sheet.pages:
                return sheet, page
            page -= sheet.pages
        return self.members[-1], self.members[-1].pages


AnySheet = Sheet | Joined


@cache
def _style_digest() -> str:
    return hashlib.sha256(CSS_FILE.read_bytes()).hexdigest() + fonts_digest()


def sheet_hash(html: str) -> str:
    """The key of a sheet: its content as laid into the template, the stylesheet and the fonts."""
    return hashlib.sha256(f"{FORMAT}\n{_style_digest()}\n{html}".encode()).hexdigest()


class SheetCache:
    """Sheets by their hash in one folder (printables/sheet_files.py), which processes may share."""

    def __init__(self, folder: Path, pictures: Pictures | None = None):
        self.folder, self.pictures = folder, pictures
        self.rendered = 0
        self.reused = 0
        self._known: dict[str, Sheet] = {}
        self._joined: dict[tuple[str, ...], Joined] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, html: str) -> Sheet:
        """The sheet of this HTML, rendered now unless the folder or this object has it.

        Which tasks its places are for does not show: parallel groups share slips that read alike.
        """
        tasks: dict[str, str] = {}
        numbered = _PLACE.sub(lambda place: f"{place[1]}{tasks.setdefault(place[2], str(len(tasks)))}", html)
        sheet = self._sheet(sheet_hash(numbered), numbered)
        return _for_tasks(sheet, list(tasks)) if tasks else sheet

    def joined(self, *parts: str) -> Joined:
        """The sheets of these parts as one."""
        if parts not in self._joined:
            self._joined[parts] = Joined(tuple(self.get(html) for html in parts))
        return self._joined[parts]

    def _sheet(self, key: str, html: str) -> Sheet:
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
        told, drawn = self.folder / f"{key}.sheet", self.folder / f"{key}.pdf"
        return _loaded(self.folder, key, state(told), state(drawn))

    def _make(self, key: str, html: str) -> Sheet:
        rendered = render(html, self.pictures)
        stored = _describe(rendered)
        sheet_files.save(self.folder, key, stored, rendered.pdf)
        return _sheet(key, self.folder / f"{key}.pdf", stored)


@lru_cache(maxsize=64)
def _loaded(folder: Path, key: str, *states: tuple[int, ...]) -> Sheet | None:
    """A stored sheet, kept for the next group of the same print while its files stay as they are."""
    stored = sheet_files.load(folder, key, time.time())
    return _sheet(key, folder / f"{key}.pdf", stored) if stored else None


def _for_tasks(sheet: Sheet, tasks: list[str]) -> Sheet:
    """The sheet with its places named after these tasks instead of their numbers."""
    boxes = []
    for page in sheet.boxes:
        named = {}
        for name, box in page.items():
            what, _, number = name.partition("-")
            named[f"{what}-{tasks[int(number)]}" if what in _OF_TASKS and number.isdecimal() else name] = box
        boxes.append(named)
    return replace(sheet, boxes=tuple(boxes))


def _sheet(key: str, pdf: Path, stored: dict[str, Any]) -> Sheet:
    boxes = tuple({name: Box(*box) for name, box in page.items()} for page in stored["boxes"])
    fonts = {name: (file, dict(zip(glyphs, texts, strict=True))) for name, file, glyphs, texts in stored["fonts"]}
    parts = Parts(
        tuple(b64decode(content) for content in stored["contents"]), *stored["resources"],
        tuple((body, data if data is None else b64decode(data)) for body, data in stored["objects"]),
    )  # fmt: skip
    return Sheet(key, pdf, boxes, fonts, stored["lacking"], parts)


def _describe(rendered: Rendered) -> dict[str, Any]:
    """The sheet as it is stored: plain data."""
    import pikepdf  # not for sheets that are there already

    from printables.apart import take_apart

    fonts: list[tuple[str, str, list[int], list[str]]] = []
    lacking: dict[str, None] = {}
    with pikepdf.open(io.BytesIO(rendered.pdf)) as pdf:
        for name, font in pdf.pages[0].obj.Resources.get("/Font", {}).items():
            known = face_of(str(font.BaseFont))
            glyphs = _unicode(font.ToUnicode.read_bytes())
            if known and font.Encoding == "/Identity-H":
                fonts.append((name, known.file, list(glyphs), list(glyphs.values())))
            lacking |= dict.fromkeys(_missing(font, glyphs))
        parts = take_apart(pdf, {name: file for name, file, *_ in fonts})
    return {
        "boxes": [{name: astuple(box) for name, box in page.items()} for page in rendered.boxes],
        "fonts": fonts,
        "lacking": "".join(lacking),
        "contents": [_told(content) for content in parts.contents],
        "resources": [parts.resources, parts.fonts],
        "objects": [(body, data if data is None else _told(data)) for body, data in parts.objects],
    }


def _told(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _missing(font: Any, glyphs: dict[int, str]) -> str:
    """Letters that WeasyPrint could write in no face: it maps their made-up numbers to glyph 0."""
    if font.Encoding == "/Identity-H":
        return ""
    return "".join(glyphs[int(glyph, 16)] for glyph in _NOTDEF.findall(font.Encoding.read_bytes()))


def _unicode(cmap: bytes) -> dict[int, str]:
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in _PAIR.findall(cmap)}
