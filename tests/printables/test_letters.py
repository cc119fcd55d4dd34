"""Every letter of a name is in the file with an outline, or nothing is printed and the letter is named."""

import io
import re
from dataclasses import replace

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from printables.checks import check_letters
from printables.classfile import ClassFile
from printables.errors import PrintError
from printables.fonts import BOLD, REGULAR, face
from printables.pack import print_group
from printables.stamp import Ink
from tests.printables.paper import pages_of, run

KAZAKH = "Ә Ғ Қ Ң Ө Ұ Ү Һ І ә ғ қ ң ө ұ ү һ і"
NAMES = {  # as it may be typed → as it must be found
    "Әлиғұлова Ұлжан Һайдарқызы": "Әлиғұлова Ұлжан Һайдарқызы",
    "Өңдірбек Інжу Үміт": "Өңдірбек Інжу Үміт",
    KAZAKH: KAZAKH,
    "Андреи\u0306 Е\u0308лкин": "Андрей Ёлкин",
    "Müller‑Ґречко Ўктам": "Müller‑Ґречко Ўктам",
}


def with_names(roster, names):
    students = tuple(
        replace(roster.students[number], name=name, short=name) for number, name in enumerate(names)
    )  # fmt: skip
    return replace(roster, students=students)


def outlines_in(pdf):
    """Per embedded face the letters that its ToUnicode tells and whose glyph has an outline."""
    found = {}
    for font in {font.objgen: font for page in pdf.pages for font in page.obj.Resources.Font.values()}.values():
        file = TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()))
        names = file.getGlyphOrder()
        for glyph, letters in re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]+)>", font.ToUnicode.read_bytes()):
            if file["glyf"][names[int(glyph, 16)]].numberOfContours:
                text = bytes.fromhex(letters.decode()).decode("utf-16-be")
                found.setdefault(str(font.BaseFont).split("+")[1], set()).update(text)
    return found


@pytest.mark.pdf
def test_names_are_found_and_every_letter_of_them_has_an_outline(printed, tmp_path):
    out = tmp_path / "7.pdf"
    report = print_group(printed.edition, with_names(printed.roster, NAMES), out, printed.cache, tmp_path)
    texts = pages_of(out)
    for pack, name in zip(report.packs, NAMES.values(), strict=True):
        assert all(word in texts[pack.first_page - 1] for word in name.split())
    assert run("pdftoppm", "-r", 20, out, tmp_path / "page") == ""
    with pikepdf.open(out) as pdf:
        outlines = outlines_in(pdf)
    letters = set("".join(NAMES.values())) - {" "}
    assert letters <= outlines["NotoSans-Bold"] and letters <= outlines["NotoSans-Regular"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("محمد علي", "محدعلي"), ("Иванов \U0001f600", "\U0001f600"), ("李明", "李明"),
        ("Иванов \U0001f468\u200d\U0001f469", "\U0001f468\U0001f469"), ("Иван\x07ов", "\x07"), ("Ива\nнов", "\n"),
    ],
)  # fmt: skip
def test_a_letter_that_the_paper_cannot_write_is_named(printed, name, letters):
    student = replace(printed.roster.students[0], name=name)
    with pytest.raises(PrintError) as caught:
        check_letters(student)
    assert (caught.value.code, caught.value.data) == ("font_lacks", {"name": name, "letters": letters})


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), min_size=1, max_size=12))
def test_what_passes_the_check_is_in_the_file(text):
    """Whatever name the check lets through, the stamped page asks only for glyphs of our text faces."""
    lacking = face(REGULAR).lacks(text) + face(BOLD).lacks(text)
    ink, file = Ink(), ClassFile("x", "ru")
    ink.text(0, 0, text, BOLD)
    file.take(ink)
    if not lacking:
        assert ink.letters == {BOLD: set(text)}
        glyphs = [face(BOLD).letters[letter][0] for letter in text]
        assert all(glyphs) and "".join(f"{glyph:04x}" for glyph in glyphs) in ink.operators[0]
