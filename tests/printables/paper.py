"""Looks at a PDF as a printer, a scanner and a screen reader do: with qpdf, poppler and the file's own objects.

Never with the code that wrote it. ``whole`` is what every kind of paper must pass; kinds.py lists them.
"""

import io
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import zxingcpp
from fontTools.ttLib import TTFont
from PIL import Image

from printables.fonts import FACES, face, face_of

LEAST, LEAST_RAISED = 10, 7  # points; super- and subscripts
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<((?:[0-9a-fA-F]{4})+)>")
_MISSING = re.compile(rb"<([0-9a-fA-F]{4})> 0\s")


def run(*command: object) -> str:
    """Standard output of a tool that must succeed and have nothing to complain about."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def pages_of(pdf: Path) -> list[str]:
    """The text of every page, words separated by single spaces."""
    return [" ".join(page.split()) for page in run("pdftotext", "-layout", pdf, "-").split("\f")[:-1]]


def pictures(pdf: Path, folder: Path, first: int, last: int, dpi: int = 150) -> list[Image.Image]:
    """Grey pictures of the pages ``first`` to ``last``, counted from 1."""
    folder.mkdir(parents=True, exist_ok=True)
    assert run("pdftoppm", "-r", dpi, "-gray", "-f", first, "-l", last, pdf, folder / "page") == ""
    return [Image.open(path) for path in sorted(folder.glob("page-*.pgm"))]


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of all QR on a picture, from top to bottom."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]


def noisy(picture: Image.Image, seed: int = 0) -> Image.Image:
    """The picture as a worn copier gives it: paper that is not white, black that is not black, grain."""
    grain = np.random.default_rng(seed).normal(0, 18, picture.size[::-1])
    return Image.fromarray((np.asarray(picture.convert("L"), float) * 0.7 + 40 + grain).clip(0, 255).astype("uint8"))


def darkness(picture: Image.Image, box: tuple[float, float, float, float]) -> float:
    """The share of dark pixels in a part of an A4 picture, given in millimetres from the upper left corner."""
    scale = picture.width / 210
    edges = (*picture.size, *picture.size)
    part = picture.crop(tuple(min(round(side * scale), edge) for side, edge in zip(box, edges, strict=True)))
    counts = part.convert("L").histogram()
    return sum(counts[:128]) / sum(counts)


# What every kind of paper must pass


@dataclass(frozen=True)
class Margins:
    """White edges in millimetres as a page lies before a reader."""

    left: float = 20
    right: float = 5
    top: float = 5
    bottom: float = 5


MarginsOf = Margins | Callable[[str], Margins]  # the same on all pages, or by a page's text


def whole(pdf: Path, folder: Path, *, margins: MarginsOf = Margins(), names: tuple[str, ...] = (),
          raised: bool = False) -> list[str]:  # fmt: skip
    """Everything that must be right whatever a paper says; returns the text of its pages.

    ``names`` stand in the text; ``raised``: it may have super- and subscripts.
    """
    run("qpdf", "--check", pdf)
    texts = pages_of(pdf)  # stderr of pdftotext is empty
    fonts_are_ours(pdf)
    letters_have_outlines(pdf)
    least = LEAST_RAISED if raised else LEAST
    seen = [one for one in letters(pdf) if one.text.strip()]
    small = sorted({(round(one.size, 1), one.text) for one in seen if one.size < least - 0.05})
    assert not small, f"letters under {least} pt: {small[:9]}"
    squeezed = re.sub(r"\s", "", "".join(texts))
    for name in names:
        assert re.sub(r"\s", "", name) in squeezed, f"{name} is not in the text"
    wanted = [margins(text) if callable(margins) else margins for text in texts]
    white_edges(pdf, folder, wanted)  # stderr of pdftoppm is empty
    return texts


def fonts_are_ours(pdf: Path) -> None:
    """At least one font; each embedded, one of our files, and with a way back to text."""
    lines = run("pdffonts", pdf).splitlines()[2:]
    assert lines, "no font at all"
    for line in lines:
        name, (embedded, _subset, unicode) = line.split()[0], line.split()[-5:-2]
        assert embedded == unicode == "yes", line
        file = f"{name.split('+')[-1]}.ttf"
        assert face_of(name) is not None or file in FACES.values(), f"{name} is not on the list of our fonts"


@dataclass(frozen=True)
class Letter:
    """One drawn glyph: its page (from 1), what it stands for, its height in points on the paper, and where it is from.

    ``lacks``: no font has it, an empty box is drawn.
    """

    page: int
    text: str
    size: float
    font: int
    name: str
    glyph: int
    lacks: bool = False


@dataclass
class _Font:
    key: int
    name: str
    unicode: dict[int, str]
    missing: frozenset[int]


@dataclass
class _State:
    matrix: pikepdf.Matrix = field(default_factory=pikepdf.Matrix)
    font: _Font | None = None
    size: float = 0.0


@cache
def letters(pdf: Path) -> tuple[Letter, ...]:
    """Every glyph that the file draws, by walking through its operators."""
    with pikepdf.open(pdf) as opened:
        found = []
        for number, page in enumerate(opened.pages, 1):
            if "/Contents" in page.obj:
                found += list(_drawn(page, page.obj.get("/Resources"), number, pikepdf.Matrix(), {}))
        return tuple(found)


def _drawn(page: Any, resources: Any, number: int, start: pikepdf.Matrix, fonts: dict[Any, _Font]) -> Iterator[Letter]:
    state, stack, line = _State(start), [], pikepdf.Matrix()
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "q":
            stack.append(_State(state.matrix, state.font, state.size))
        elif name == "Q":
            state = stack.pop()
        elif name == "cm":
            state.matrix = pikepdf.Matrix(*map(float, operands)) @ state.matrix
        elif name == "BT":
            line = pikepdf.Matrix()
        elif name == "Tm":
            line = pikepdf.Matrix(*map(float, operands))
        elif name == "Tf":
            state.font, state.size = _font(resources.Font[str(operands[0])], fonts), float(operands[1])
        elif name in ("Tj", "'", '"', "TJ") and state.font:
            seen = line @ state.matrix
            height = state.size * (seen.c**2 + seen.d**2) ** 0.5
            pieces = operands[0] if name == "TJ" else [operands[-1]]
            for piece in pieces:
                if isinstance(piece, pikepdf.String):
                    yield from _glyphs(bytes(piece), state.font, height, number)
        elif name == "Do":
            form = resources.XObject[str(operands[0])]
            if form.get("/Subtype") == "/Form":
                own = pikepdf.Matrix(*map(float, form.get("/Matrix", (1, 0, 0, 1, 0, 0))))
                yield from _drawn(form, form.get("/Resources", resources), number, own @ state.matrix, fonts)


def _glyphs(codes: bytes, font: _Font, height: float, page: int) -> Iterator[Letter]:
    for at in range(0, len(codes), 2):
        glyph = int.from_bytes(codes[at : at + 2], "big")
        text = font.unicode.get(glyph, "")
        yield Letter(page, text, height, font.key, font.name, glyph, glyph in font.missing)


def _font(found: Any, known: dict[Any, _Font]) -> _Font:
    key = found.objgen
    if key not in known:
        pairs = _PAIR.findall(found.ToUnicode.read_bytes())
        unicode = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
        own = found.Encoding
        missing = _MISSING.findall(own.read_bytes()) if isinstance(own, pikepdf.Stream) else []
        known[key] = _Font(key[0], str(found.BaseFont).lstrip("/"), unicode,
                           frozenset(int(code, 16) for code in missing))  # fmt: skip
    return known[key]


def letters_have_outlines(pdf: Path) -> None:
    """Every letter can be read back, and its outline in the embedded font is the one that our font file has for it."""
    used = {(one.font, one.name, one.glyph, one.text) for one in letters(pdf) if not one.lacks}
    assert used, "nothing is written"
    with pikepdf.open(pdf) as opened:
        for font in {font for font, *_rest in used}:
            embedded = _embedded(opened.get_object(font, 0))
            for _font_id, name, glyph, text in sorted(one for one in used if one[0] == font):
                assert text, f"glyph {glyph} of {name} says nothing"
                if text.strip(" \u00a0\u202f\u2009\u200b\u00ad"):
                    _same_outline(embedded, name, glyph, text)


def _embedded(font: Any) -> TTFont:
    data = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    return TTFont(io.BytesIO(data))


def _same_outline(embedded: TTFont, name: str, glyph: int, text: str) -> None:
    known = face_of(name) or face(f"{name.split('+')[-1]}.ttf")
    drawn = _outline(embedded, glyph)
    assert drawn, f"{text!r} of {name} has no outline"
    assert drawn == _outline(_source(known.path), glyph), f"the outline of {text!r} of {name} is another letter's"
    if text.isalpha() and len(text) == 1:
        assert known.letters[text][0] == glyph, f"{text!r} of {name} is drawn with another letter's outline"


@cache
def _source(path: Path) -> TTFont:
    return TTFont(path)


def _outline(font: TTFont, glyph: int) -> list[tuple[int, int]]:
    table = font["glyf"]
    coordinates, _ends, _flags = table[font.getGlyphName(glyph)].getCoordinates(table)
    return list(coordinates)


def white_edges(pdf: Path, folder: Path, margins: Sequence[Margins]) -> None:
    """Nothing is drawn outside the printable area, nor where holes are punched."""
    dpi = 60
    shown = pictures(pdf, folder / "edges" / pdf.stem, 1, len(margins), dpi)
    for number, (picture, least) in enumerate(zip(shown, margins, strict=True), 1):
        grey = np.asarray(picture.convert("L"))
        dark = np.argwhere(grey < 170)
        if not len(dark):
            continue
        (top, left), (bottom, right) = dark.min(0), dark.max(0)
        height, width = grey.shape
        found = [side * 25.4 / dpi for side in (left, width - 1 - right, top, height - 1 - bottom)]
        wanted = [least.left, least.right, least.top, least.bottom]
        assert all(own >= side - 0.6 for own, side in zip(found, wanted, strict=True)), (
            f"page {number}: white edges left, right, top, bottom {np.round(found, 1).tolist()} mm, not {wanted}"
        )


def codes_of(pdf: Path, folder: Path) -> list[list[str]]:
    """The QR of every page, read from a grey picture of 150 dots an inch with grain."""
    with pikepdf.open(pdf) as opened:
        count = len(opened.pages)
    shown = pictures(pdf, folder / "codes" / pdf.stem, 1, count)
    return [codes_in(noisy(picture, number)) for number, picture in enumerate(shown)]


def packs_begin_on_fresh_leaves(texts: list[str]) -> None:
    """Printed on both sides: «page 1 of n» is a front, and the file has an even number of sides."""
    first = [side for side, text in enumerate(texts) if re.search(r"\b1 (?:of|из) \d+$", text)]
    assert first and all(side % 2 == 0 for side in first)
    assert len(texts) % 2 == 0
