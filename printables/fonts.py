"""The paper's typefaces: where they lie, what they can write, how wide it is, and one subset of each for a file.

WeasyPrint gets these very files by ``@font-face`` and keeps glyph numbers, so sheets rendered at different times and
the text stamped onto them can share one embedded subset per face and file.
"""

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from printables import truetype
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
KEPT = 4096  # texts of a face
# Always in the subset of the two text faces, so that the groups of a school mostly need the very same subset.
_ALPHABET = (
    "0123456789 .,:;!?()«»„“\"'/+-–—=%№°…abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯәғқңөұүһіӘҒҚҢӨҰҮҺІ"
)


@dataclass(frozen=True)
class Face:
    """One font file. Glyphs are known by number, as WeasyPrint and Identity-H name them."""

    file: str
    path: Path

    @cached_property
    def _measures(self) -> truetype.Measures:
        return truetype.measures(self.path.read_bytes())

    @property
    def cmap(self) -> dict[int, int]:
        """Code point → glyph number."""
        return self._measures.glyphs

    @property
    def _advances(self) -> list[int]:
        return self._measures.advances

    @property
    def units(self) -> int:
        """Units per em."""
        return self._measures.units

    @property
    def vertical(self) -> tuple[int, int]:
        """Ascent and descent in thousandths of the size."""
        found = self._measures
        return round(found.ascent * 1000 / found.units), round(found.descent * 1000 / found.units)

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

    @cached_property
    def _shown(self) -> dict[str, str]:
        return {letter: f"{glyph:04x}" for letter, (glyph, _) in self.letters.items()}

    @cached_property
    def _written(self) -> dict[str, str]:
        return {}

    def written(self, text: str) -> str:
        """The text as it is stamped, four hexadecimal digits for each glyph: a code stands on several pages.

        Raises KeyError for a letter that the face lacks.
        """
        known = self._written
        if text not in known:
            if len(known) >= KEPT:
                known.clear()
            known[text] = "".join(map(self._shown.__getitem__, text))
        return known[text]

    @cached_property
    def _widths(self) -> dict[str, float]:
        return {letter: width for letter, (_, width) in self.letters.items()}

    def lacks(self, text: str) -> str:
        """The letters of ``text`` that the face cannot write, each once, in order."""
        if all(map(self.letters.__contains__, text)):
            return ""
        return "".join(dict.fromkeys(letter for letter in text if letter not in self.letters))

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` in points (no kerning, as stamped); a letter that the face lacks counts nothing."""
        try:
            return sum(map(self._widths.__getitem__, text)) * size / 1000
        except KeyError:
            return sum(self._widths.get(letter, 0.0) for letter in text) * size / 1000

    def subset(self, glyphs: set[int]) -> bytes:
        """A TrueType file with the outlines of ``glyphs`` only, under their own numbers, without hints."""
        return truetype.cut(self.path.read_bytes(), {glyph for glyph in glyphs if glyph < self.glyphs})


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
