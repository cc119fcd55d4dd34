"""The one PDF of a group: shared page contents once, thin pages on top of them, one subset per face, written whole.

Structure: ISO 32000-1 (page tree 7.7.3). Equal input gives equal bytes.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from printables import pdfwriter
from printables.embedding import embed
from printables.files import whole_file
from printables.fonts import face
from printables.layout import HALF_HEIGHT, HALF_WIDTH, HEIGHT, WIDTH
from printables.pdfwriter import PdfWriter
from printables.sheets import AnySheet, Sheet
from printables.stamp import FONT_NAMES, Ink

Half = tuple[AnySheet, int, Sequence[bytes]]  # a page of a sheet of A5, from 0, and what is stamped on it
# From the left page's own place, as it is read, onto the leaf: ISO 32000-1, 8.3.3.
_TURN = {90: f"q 0 1 -1 0 {WIDTH} 0 cm\n".encode(), 270: f"q 0 -1 1 0 0 {HEIGHT} cm\n".encode()}
_SHIFT = f"1 0 0 1 {HALF_WIDTH} 0 cm\n".encode()
_PLAIN = ""  # the key of the resources of pages without a sheet


class ClassFile:
    """Pages are added in order; nothing is written before ``save``."""

    def __init__(self, title: str, language: str):
        self._pdf = PdfWriter()
        self._title, self._language = title, language
        self._tree = self._pdf.reserve()
        self._pages: list[str] = []
        self._streams: dict[bytes, str] = {}
        self._letters: dict[str, set[str]] = {}
        self._glyphs: dict[str, dict[int, str]] = {}  # of the sheets
        self._fonts: dict[str, int] = {}
        self._contents: dict[tuple[str, int], str] = {}
        self._forms: dict[tuple[str, int], int] = {}
        # of sheets by their hash, of pairs of halves by their forms: number, entries, fonts
        self._resources: dict[str, tuple[int, str, str]] = {_PLAIN: (self._pdf.reserve(), "", "")}

    @property
    def sides(self) -> int:
        """How many pages there are so far."""
        return len(self._pages)

    def add_sheet_page(self, laid: AnySheet, page: int, inks: Iterable[bytes]) -> None:
        """A page of a shared sheet (``page`` from 0; past its end an empty one) with stamped streams over it."""
        self.sheet_page(laid, page, (), ())(inks)

    def sheet_page(
        self, laid: AnySheet, page: int, under: Iterable[bytes], over: Iterable[bytes]
    ) -> Callable[[Iterable[bytes]], None]:
        """What adds such a page again and again: with the streams that it is given between those named here."""
        sheet, number = laid.at(page)
        there = number < sheet.pages
        resources = self._of(sheet) if there else self._resources[_PLAIN][0]
        shared = [self._page(sheet, number)] if there else []
        head = f"{self._entry(resources)}[{' '.join([*shared, *map(self._stream, under)])} "
        tail = f" {' '.join(map(self._stream, over))}]>>"

        def add(inks: Iterable[bytes]) -> None:
            self._pages.append(f"{head}{' '.join([self._stream(data) for data in inks])}{tail}")

        return add

    def add_halves(self, halves: Sequence[Half | None], turn: int) -> None:
        """A side with a page of A5 on its left and on its right, seen after the viewer has turned it by ``turn``.

        Every page of a shared sheet is one form object in the file; a pair adds only what is stamped.
        """
        parts, forms = [_TURN[turn]], ""
        for name, half in zip(("A", "B"), halves, strict=True):
            if half:
                laid, page, inks = half
                forms += f"/{name} {self._form(*laid.at(page))} 0 R"
                parts += [f"/{name} Do\n".encode(), *inks]
            parts.append(_SHIFT if name == "A" else b"Q\n")
        if forms not in self._resources:
            self._resources[forms] = self._pdf.reserve(), f"/XObject<<{forms}>>", ""
        self._add(" ".join([self._stream(data) for data in parts]), self._resources[forms][0], f"/Rotate {turn}")

    def add_drawn(self, inks: Iterable[bytes]) -> None:
        """A page without a sheet, on which everything is stamped."""
        self._add(" ".join([self._stream(data) for data in inks]), self._resources[_PLAIN][0])

    def add_blank(self) -> None:
        """An empty back."""
        self._add("", self._resources[_PLAIN][0])

    def take(self, ink: Ink) -> bytes:
        """The bytes of an ink; its letters will be in the file. Equal inks are stored once."""
        for file, letters in ink.letters.items():
            self._letters.setdefault(file, set()).update(letters)
        return ink.stream()

    def save(self, out: Path) -> int:
        """Write the file, whole or not at all; returns its size in bytes."""
        with whole_file(out) as target:
            self.write(target)
        return out.stat().st_size

    def write(self, target: BinaryIO) -> None:
        """Write all that was added."""
        pdf = self._pdf
        stamped = "".join(
            f"/{name} {self._font(file)} 0 R" for file, name in FONT_NAMES.items() if file in self._letters
        )
        for number, entries, fonts in self._resources.values():
            pdf.put(number, f"<<{entries}/Font<<{fonts}{stamped}>>>>")
        for file, number in sorted(self._fonts.items()):
            typeface = face(file)
            stamped_glyphs = {typeface.cmap[ord(letter)]: letter for letter in sorted(self._letters.get(file, ()))}
            embed(pdf, number, typeface, {**self._glyphs.get(file, {}), **stamped_glyphs})
        # numbered in one row, which makes the table of objects short
        kids = " ".join([f"{pdf.add(page)} 0 R" for page in self._pages])
        pdf.put(self._tree, f"<</Type/Pages/Count {self.sides}/MediaBox[0 0 {WIDTH} {HEIGHT}]/Kids[{kids}]>>")
        root = pdf.add(f"<</Type/Catalog/Pages {self._tree} 0 R/Lang{pdfwriter.text(self._language)}>>")
        info = pdf.add(f"<</Title{pdfwriter.text(self._title)}>>")
        pdf.write(target, root, info)

    def _form(self, sheet: Sheet, number: int) -> int:
        if (sheet.hash, number) not in self._forms:
            there = number < sheet.pages
            resources = self._of(sheet) if there else self._resources[_PLAIN][0]
            self._forms[sheet.hash, number] = self._pdf.packed(
                sheet.parts.contents[number] if there else zlib.compress(b""),
                f"/Type/XObject/Subtype/Form/BBox[0 0 {HALF_WIDTH} {HALF_HEIGHT}]/Resources {resources} 0 R"
                "/Filter/FlateDecode",
            )
        return self._forms[sheet.hash, number]

    def _add(self, contents: str, resources: int, entries: str = "") -> None:
        self._pages.append(f"{self._entry(resources)}[{contents}]{entries}>>")

    def _entry(self, resources: int) -> str:
        return f"<</Type/Page/Parent {self._tree} 0 R/Resources {resources} 0 R/Contents"

    def _stream(self, data: bytes) -> str:
        if data not in self._streams:
            self._streams[data] = f"{self._pdf.stream(data)} 0 R"
        return self._streams[data]

    def _of(self, sheet: Sheet) -> int:
        """The resources of the sheet's pages, put into the file at its first use."""
        if sheet.hash not in self._resources:
            entries, fonts = sheet.parts.enter(self._pdf, self._font)
            for file, glyphs in sheet.fonts.values():
                self._glyphs.setdefault(file, {}).update(glyphs)
            self._resources[sheet.hash] = self._pdf.reserve(), entries, fonts
        return self._resources[sheet.hash][0]

    def _page(self, sheet: Sheet, number: int) -> str:
        """The content of a page of the sheet, put into the file at its first use."""
        if (sheet.hash, number) not in self._contents:
            content = self._pdf.packed(sheet.parts.contents[number], "/Filter/FlateDecode")
            self._contents[sheet.hash, number] = f"{content} 0 R"
        return self._contents[sheet.hash, number]

    def _font(self, file: str) -> int:
        if file not in self._fonts:
            self._fonts[file] = self._pdf.reserve()
        return self._fonts[file]
