"""A face in a PDF: the outlines of the glyphs that a file shows, their widths, and which letters they are.

Type 0 fonts with glyph numbers for codes: ISO 32000-1, 9.7; letters of glyphs: 9.10.3.
"""

import zlib
from functools import lru_cache

from printables import pdfwriter
from printables.fonts import Face, subset_for
from printables.pdfwriter import PdfWriter


def embed(pdf: PdfWriter, number: int, typeface: Face, glyphs: dict[int, str]) -> None:
    """Make the reserved object a Type 0 font with the outlines of these glyphs, each with the letters it stands for."""
    tag = "".join(chr(65 + ord(letter) % 26) for letter in typeface.file[-10:-4])
    name = pdfwriter.name(f"{tag}+{typeface.file.removesuffix('.ttf')}")
    ascent, descent = typeface.vertical
    length, outlines = _outlines(typeface, frozenset(glyphs))
    file = pdf.packed(outlines, f"/Length1 {length}/Filter/FlateDecode")
    descriptor = pdf.add(
        f"<</Type/FontDescriptor/FontName{name}/Flags 4/FontBBox[-1000 {descent} 2000 {ascent}]/ItalicAngle 0"
        f"/Ascent {ascent}/Descent {descent}/CapHeight 714/StemV 80/FontFile2 {file} 0 R>>"
    )
    descendant = pdf.add(
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont{name}/CIDToGIDMap/Identity"
        f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        f"/W[{_widths(typeface, sorted(glyphs))}]/FontDescriptor {descriptor} 0 R>>"
    )
    letters = pdf.stream(_to_unicode(glyphs))
    pdf.put(
        number,
        f"<</Type/Font/Subtype/Type0/BaseFont{name}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]"
        f"/ToUnicode {letters} 0 R>>",
    )


@lru_cache(maxsize=64)
def _outlines(typeface: Face, glyphs: frozenset[int]) -> tuple[int, bytes]:
    """The length of the subset, and the subset deflated."""
    subset = subset_for(typeface, glyphs)
    return len(subset), zlib.compress(subset, 9)


def _widths(typeface: Face, glyphs: list[int]) -> str:
    """The array W: runs of glyphs that follow each other, each with its first number."""
    told, before = "", -2
    for glyph in glyphs:
        width = f"{round(typeface.advance(glyph), 2):g}"
        told += f" {width}" if glyph == before + 1 else f"{']' if told else ''}{glyph}[{width}"
        before = glyph
    return told + "]" if told else ""


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
