"""Cut font files keep every outline and width under its number, as fontTools reads them, and lose the rest."""

import io
import logging

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from printables import truetype
from printables.fonts import FACES, face

LETTERS = "ӘҒҚҢӨҰҮҺІәғқңөұүһі Йё№1−√Щ"


def drawn(font: TTFont, glyph: int) -> tuple[list, float]:
    glyphs, name = font.getGlyphSet(), font.getGlyphOrder()[glyph]
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return pen.value, glyphs[name].width


@pytest.mark.parametrize("file", FACES.values())
def test_letters_and_widths_are_read_as_fonttools_reads_them(file):
    typeface, whole = face(file), TTFont(face(file).path)
    assert typeface.cmap == {code: whole.getGlyphID(name) for code, name in whole.getBestCmap().items()}
    assert typeface.glyphs == len(whole.getGlyphOrder())
    scale = 1000 / whole["head"].unitsPerEm
    for glyph, name in enumerate(whole.getGlyphOrder()):
        assert typeface.advance(glyph) == whole["hmtx"][name][0] * scale
    assert typeface.vertical == (round(whole["hhea"].ascent * scale), round(whole["hhea"].descent * scale))


def test_letters_in_segments_are_those_in_groups():
    data = face("DejaVuSans.ttf").path.read_bytes()
    cmap = TTFont(io.BytesIO(data))["cmap"]
    segments = next(table for table in cmap.tables if table.format == 4 and table.isUnicode())
    whole = TTFont(io.BytesIO(data))
    read = truetype._segmented(segments.compile(whole))
    assert read == {code: whole.getGlyphID(name) for code, name in segments.cmap.items()}


@pytest.mark.parametrize("file", FACES.values())
def test_outlines_and_widths_are_those_of_the_whole_font(file, caplog):
    caplog.set_level(logging.ERROR, "fontTools")  # it warns of bytes that pad an outline
    typeface = face(file)
    letters = [letter for letter in LETTERS if letter in typeface.letters]
    glyphs = {typeface.letters[letter][0] for letter in letters}
    small = TTFont(io.BytesIO(typeface.subset(glyphs)), checkChecksums=2)
    whole = TTFont(typeface.path)
    for glyph in glyphs | {0}:
        assert drawn(small, glyph) == drawn(whole, glyph)
    assert all(drawn(small, typeface.letters[letter][0])[0] for letter in letters if letter != " ")
    assert sum(1 for name in small.getGlyphOrder() if small["glyf"][name].numberOfContours) < 3 * len(LETTERS)


def test_hints_are_gone_and_the_file_is_small():
    made = face("DejaVuSans.ttf").subset({face("DejaVuSans.ttf").letters["√"][0]})
    assert {"cvt ", "fpgm", "prep", "GSUB", "cmap"} & set(TTFont(io.BytesIO(made)).keys()) == set()
    assert len(made) < 60_000
