"""The paper's typefaces: where they lie, what they can write, how wide it is, and one subset of each for a file.

WeasyPrint gets these very files by ``@font-face`` and keeps glyph numbers, so sheets rendered at different times and
the text stamped onto them can share one embedded subset per face and file.
"""

import hashlib
import io
import logging
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from printables.errors import PrintError

FOLDERS = (
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/truetype/dejavu"),
    Path.home() / ".local/share/fonts",
)
# CSS family, weight, style → file. Noto Sans lacks − √ → ≤ ≥ ₂; DejaVu Sans has them.
FACES = {
    ("Paper", "normal", "normal"): "NotoSans-Regular.ttf",
    ("Paper", "bold", "normal"): "NotoSans-Bold.ttf",
    ("Paper", "normal", "italic"): "NotoSans-Italic.ttf",
    ("Paper", "bold", "italic"): "NotoSans-BoldItalic.ttf",
    ("Signs", "normal", "normal"): "DejaVuSans.ttf",
    ("Signs", "bold", "normal"): "DejaVuSans-Bold.ttf",
    ("Digits", "normal", "normal"): "DejaVuSansMono.ttf",
    ("Digits", "bold", "normal"): "DejaVuSansMono-Bold.ttf",
}
REGULAR, BOLD, CODE = "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "DejaVuSansMono-Bold.ttf"
# Always in the subset of the two text faces, so that the groups of a school mostly need the very same subset.
_ALPHABET = (
    "0123456789 .,:;!?()«»„“\"'/+-–—=%№°…abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯәғқңөұүһіӘҒҚҢӨҰҮҺІ"
)
_DROPPED = "BASE DSIG FFTM GDEF GPOS GSUB JSTF MATH OS/2 STAT cmap gasp kern name post meta prep cvt fpgm".split()

logging.getLogger("fontTools.subset").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Face:
    """One font file. Glyphs are known by number, as WeasyPrint and Identity-H name them."""

    file: str
    path: Path

    @cached_property
    def _font(self) -> TTFont:
        return TTFont(self.path, lazy=True)

    @cached_property
    def cmap(self) -> dict[int, int]:
        """Code point → glyph number."""
        return {code: self._font.getGlyphID(name) for code, name in self._font.getBestCmap().items()}

    @cached_property
    def _advances(self) -> list[int]:
        metrics = self._font["hmtx"]
        return [metrics[name][0] for name in self._font.getGlyphOrder()]

    @cached_property
    def units(self) -> int:
        """Units per em."""
        return self._font["head"].unitsPerEm

    @cached_property
    def vertical(self) -> tuple[int, int]:
        """Ascent and descent in thousandths of the size."""
        head = self._font["hhea"]
        return round(head.ascent * 1000 / self.units), round(head.descent * 1000 / self.units)

    @cached_property
    def glyphs(self) -> int:
        """How many glyphs the file has."""
        return len(self._advances)

    def advance(self, glyph: int) -> float:
        """Width of a glyph in thousandths of the size."""
        return self._advances[glyph] * 1000 / self.units if glyph < self.glyphs else 0.0

    @cached_property
    def letters(self) -> dict[str, tuple[int, float]]:
        """Letter → glyph number and width in thousandths of the size."""
        return {chr(code): (glyph, self.advance(glyph)) for code, glyph in self.cmap.items()}

    def lacks(self, text: str) -> str:
        """The letters of ``text`` that the face cannot write, each once, in order."""
        return "".join(dict.fromkeys(letter for letter in text if letter not in self.letters))

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` in points (no kerning, as stamped); a letter that the face lacks counts nothing."""
        letters = self.letters
        return sum([letters[letter][1] for letter in text if letter in letters]) * size / 1000

    def subset(self, glyphs: set[int]) -> bytes:
        """A TrueType file with the outlines of ``glyphs`` only, under their own numbers, without hints."""
        options = subset.Options(retain_gids=True, hinting=False, notdef_outline=True, layout_features=[])
        options.drop_tables += _DROPPED
        options.recalc_timestamp = False
        font = TTFont(self.path, lazy=True, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(gids=sorted(glyph for glyph in glyphs if glyph < self.glyphs))
        subsetter.subset(font)
        target = io.BytesIO()
        font.save(target, reorderTables=False)
        return target.getvalue()


@cache
def face(file: str) -> Face:
    """A face by its file name. Raises PrintError ``font_missing``."""
    for folder in FOLDERS:
        if (folder / file).is_file():
            return Face(file, folder / file)
    raise PrintError("font_missing", face=file)


def face_of(base_font: str) -> Face | None:
    """The face behind a PDF's ``/BaseFont`` as WeasyPrint writes it, ``/ABCDEF+Paper-Bold-Italic``; None: not ours.

    A slant that the file lacks is drawn by skewing the upright face, so it has the same glyph numbers.
    """
    family, *parts = base_font.split("+", 1)[-1].split("-")
    weight = "bold" if "Bold" in parts else "normal"
    styles = ["italic", "normal"] if {"Italic", "Oblique"} & set(parts) else ["normal"]
    if not set(parts) <= {"Bold", "Italic", "Oblique"}:
        return None
    return next((face(FACES[family, weight, style]) for style in styles if (family, weight, style) in FACES), None)


@lru_cache(maxsize=64)
def subset_for(typeface: Face, glyphs: frozenset[int]) -> bytes:
    """The TrueType file to embed for these glyphs; the text faces always bring their alphabet along."""
    alphabet = {typeface.cmap[ord(letter)] for letter in _ALPHABET} if typeface.file in (REGULAR, BOLD) else set()
    return typeface.subset({0, *glyphs} | alphabet)


@cache
def fonts_digest() -> str:
    """SHA-256 over all faces: part of the key of every cached sheet."""
    total = hashlib.sha256()
    for file in FACES.values():
        total.update(hashlib.sha256(face(file).path.read_bytes()).digest())
    return total.hexdigest()


def font_css() -> str:
    """``@font-face`` rules whose addresses only ``printables.render`` answers."""
    return "".join(
        f'@font-face{{font-family:{family};font-weight:{weight};font-style:{style};src:url("paper-font:{file}")}}'
        for (family, weight, style), file in FACES.items()
    )
