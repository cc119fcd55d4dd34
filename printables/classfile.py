"""The one PDF of a group: shared page contents once, thin pages on top of them, one subset per face, written whole.

Structure: ISO 32000-1 (page tree 7.7.3, Type 0 fonts 9.7). pikepdf writes it; equal input gives equal bytes.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from printables.files import whole_file
from printables.fonts import Face, face, subset_for
from printables.layout import HEIGHT, WIDTH
from printables.sheets import Sheet
from printables.stamp import FONT_NAMES, Ink


class ClassFile:
    """Pages are added in order; nothing is written before ``save``."""

    def __init__(self, title: str, language: str):
        self._pdf = pikepdf.new()
        self._title, self._language = title, language
        self._kids: list[Object] = []
        self._streams: dict[bytes, Object] = {}
        self._glyphs: dict[str, dict[int, str]] = {}
        self._fonts: dict[str, Object] = {}
        self._drawn_on: list[Object] = []
        self._sheets: dict[str, list[tuple[Object | None, Object]]] = {}
        self._tree = self._pdf.make_indirect(Dictionary(Type=Name.Pages))
        self._plain = self._resources(Dictionary(Font=Dictionary()))

    @property
    def sides(self) -> int:
        """How many pages there are so far."""
        return len(self._kids)

    def add_sheet_page(self, sheet: Sheet, number: int, inks: Iterable[bytes]) -> None:
        """A page of a shared sheet (``number`` from 0; past its end an empty one) with stamped streams over it."""
        pages = self._of(sheet)
        content, resources = pages[number] if number < len(pages) else (None, self._plain)
        self._add([content] if content else [], resources, inks)

    def add_blank(self) -> None:
        """An empty back."""
        self._add([], self._plain, [])

    def take(self, ink: Ink) -> bytes:
        """The bytes of an ink; its glyphs will be in the file. Equal inks are stored once."""
        for file, glyphs in ink.used.items():
            self._glyphs.setdefault(file, {}).update(glyphs)
        return ink.stream()

    def save(self, out: Path) -> int:
        """Write the file, whole or not at all; returns its size in bytes."""
        for file, name in FONT_NAMES.items():
            for resources in self._drawn_on if file in self._glyphs else ():
                resources.Font[f"/{name}"] = self._font(file)
        for file, font in sorted(self._fonts.items()):
            self._fill(font, face(file), self._glyphs.get(file, {}))
        self._tree.Kids, self._tree.Count = Array(self._kids), len(self._kids)
        self._tree.MediaBox = Array([0, 0, WIDTH, HEIGHT])
        self._pdf.Root.Pages = self._tree
        self._pdf.Root.Lang = String(self._language)
        self._pdf.docinfo["/Title"] = self._title
        with whole_file(out) as target:
            self._pdf.save(
                target,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
                compress_streams=True,
            )
        return out.stat().st_size

    def _add(self, contents: list[Object], resources: Object, inks: Iterable[bytes]) -> None:
        page = Dictionary(Type=Name.Page, Parent=self._tree, Resources=resources)
        page.Contents = Array([*contents, *(self._stream(data) for data in inks)])
        self._kids.append(self._pdf.make_indirect(page))

    def _stream(self, data: bytes) -> Object:
        if data not in self._streams:
            self._streams[data] = self._pdf.make_indirect(Stream(self._pdf, data))
        return self._streams[data]

    def _of(self, sheet: Sheet) -> list[tuple[Object | None, Object]]:
        """Each page of the sheet as (content in q…Q, resources with our shared fonts), copied at first use."""
        if sheet.hash not in self._sheets:
            with pikepdf.open(sheet.pdf) as source:
                first = source.pages[0].obj.Resources
                embedded = first.get("/Font", Dictionary())
                for name in sheet.fonts:
                    del embedded[f"/{name.lstrip('/')}"]
                first.Font = embedded
                resources = self._resources(self._pdf.copy_foreign(source.make_indirect(first)), sheet)
                self._sheets[sheet.hash] = [
                    (self._stream(b"q\n" + page.Contents.read_bytes() + b"\nQ\n"), resources) for page in source.pages
                ]
        return self._sheets[sheet.hash]

    def _resources(self, resources: Dictionary, sheet: Sheet | None = None) -> Object:
        for name, (file, glyphs) in (sheet.fonts if sheet else {}).items():
            resources.Font[f"/{name.lstrip('/')}"] = self._font(file)
            self._glyphs.setdefault(file, {}).update(glyphs)
        shared = resources if resources.is_indirect else self._pdf.make_indirect(resources)
        self._drawn_on.append(shared)
        return shared

    def _font(self, file: str) -> Object:
        if file not in self._fonts:
            self._fonts[file] = self._pdf.make_indirect(Dictionary(Type=Name.Font))
        return self._fonts[file]

    def _fill(self, font: Object, typeface: Face, glyphs: dict[int, str]) -> None:
        """Make the empty font object a Type 0 font with the outlines of these glyphs."""
        tag = "".join(chr(65 + ord(letter) % 26) for letter in typeface.file[-10:-4])
        name = Name(f"/{tag}+{typeface.file.removesuffix('.ttf')}")
        ascent, descent = typeface.vertical
        outlines = subset_for(typeface, frozenset(glyphs))
        file = Stream(self._pdf, outlines)
        file.Length1 = len(outlines)
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=name, Flags=4, FontBBox=[-1000, descent, 2000, ascent], ItalicAngle=0,
            Ascent=ascent, Descent=descent, CapHeight=714, StemV=80, FontFile2=self._pdf.make_indirect(file),
        )  # fmt: skip
        descendant = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=name, CIDToGIDMap=Name.Identity,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            W=_widths(typeface, sorted(glyphs)), FontDescriptor=self._pdf.make_indirect(descriptor),
        )  # fmt: skip
        font.Subtype, font.BaseFont, font.Encoding = Name.Type0, name, Name("/Identity-H")
        font.DescendantFonts = Array([self._pdf.make_indirect(descendant)])
        font.ToUnicode = self._pdf.make_indirect(Stream(self._pdf, _to_unicode(glyphs)))


def _widths(typeface: Face, glyphs: Sequence[int]) -> Array:
    widths: list[object] = []
    for number, glyph in enumerate(glyphs):
        if number and glyphs[number - 1] == glyph - 1:
            widths[-1].append(round(typeface.advance(glyph), 2))  # type: ignore[attr-defined]
        else:
            widths += [glyph, [round(typeface.advance(glyph), 2)]]
    return Array(widths)


def _to_unicode(glyphs: dict[int, str]) -> bytes:
    pairs = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(glyphs.items())]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
