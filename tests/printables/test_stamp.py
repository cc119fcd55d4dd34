"""Stamped text stays in its box; a QR is version 1 and says what it should."""

import re

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from printables.fonts import BOLD, REGULAR, face, face_of, subset_for
from printables.layout import LEAST, Box
from printables.stamp import LEADING, Ink, fit

LETTERS = st.text("абвгдежШЩӘҒҚҢӨҰҮҺІёЁ -’abcW1", min_size=1, max_size=120)


@given(text=LETTERS, size=st.sampled_from([10, 13, 30]), width=st.integers(30, 500), height=st.integers(10, 80))
def test_fitted_text_never_leaves_its_box(text, size, width, height):
    box = Box(0, 0, width, height)
    lines, used = fit(text, face(BOLD), size, box)
    assert LEAST <= used <= size
    assert len(lines) == 1 or len(lines) * used * LEADING <= height
    assert all(face(BOLD).width(line, used) <= width for line in lines)
    shown = "".join(lines).replace(" ", "")
    whole = text.replace(" ", "")
    assert shown == whole or whole.startswith(shown.removesuffix("…"))


def test_a_long_name_takes_two_lines_before_it_gets_too_small():
    lines, size = fit("Ёлкина-Подосиновикова Александра Владиславовна", face(BOLD), 30, Box(0, 0, 480, 68))
    assert lines == ["Ёлкина-Подосиновикова", "Александра Владиславовна"]
    assert size > 20


def test_letters_that_no_face_has_are_drawn_as_a_box():
    ink = Ink()
    ink.text(0, 0, "7 √ 漢")
    assert ink.letters == {REGULAR: {"7", " "}, "DejaVuSans.ttf": {"√", "□"}}


@pytest.mark.parametrize(
    ("base_font", "file"),
    [
        ("/ABCDEF+Paper", "NotoSans-Regular.ttf"),
        ("/ABCDEF+Paper-Bold-Italic", "NotoSans-BoldItalic.ttf"),
        ("/ABCDEF+Signs-Bold-Oblique", "DejaVuSans-Bold.ttf"),
        ("/ABCDEF+Digits", "DejaVuSansMono.ttf"),
    ],
)
def test_weasyprints_names_lead_to_our_files(base_font, file):
    assert face_of(base_font).file == file


@pytest.mark.parametrize("base_font", ["/ABCDEF+Noto-Sans", "/ABCDEF+Paper-Light", "/ABCDEF+Lohit-Devanagari"])
def test_other_fonts_stay_as_they_are(base_font):
    assert face_of(base_font) is None


def test_a_subset_is_equal_for_equal_glyphs_and_holds_kazakh_letters():
    typeface = face(REGULAR)
    glyphs = frozenset(typeface.cmap[ord(letter)] for letter in "ӘҒҚҢӨҰҮҺІ")
    assert typeface.subset(set(glyphs)) == typeface.subset(set(glyphs))
    assert len(subset_for(typeface, glyphs)) < 40_000


def test_the_qr_is_21_modules_that_decode():
    ink = Ink()
    ink.qr(Box(0, 0, 100, 100), "K1ZRC2W48217031703")
    rows = re.search(r"ID ([0-9a-f]+)> EI", ink.operators[0])[1]
    picture = Image.new("L", (29, 29), 255)
    for y in range(21):
        bits = f"{int(rows[y * 6 : y * 6 + 6], 16):024b}"
        for x in range(21):
            picture.putpixel((x + 4, y + 4), 255 * int(bits[x]))
    big = picture.resize((290, 290), Image.Resampling.NEAREST)
    assert [found.text for found in zxingcpp.read_barcodes(big)] == ["K1ZRC2W48217031703"]


def test_a_text_too_long_for_version_1_is_refused():
    with pytest.raises(ValueError):
        Ink().qr(Box(0, 0, 100, 100), "K1ZRC2W48217031703-AND-MORE")
