"""Small QR say what they should without a single wrong module, as another maker and another reader see it."""

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from printables.qr_small import _LETTERS, MODULES, STRIDE, _frames, small_qr
from sync.codes import complete, make_label

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # without digits there is one way to say a text


def modules_of(drawing: int) -> list[list[int]]:
    return [[drawing >> (STRIDE * MODULES - 1 - STRIDE * y - x) & 1 for x in range(MODULES)] for y in range(MODULES)]


def read(drawing: int) -> str:
    picture = Image.new("L", (MODULES + 8, MODULES + 8), 255)
    for y, row in enumerate(modules_of(drawing)):
        for x, dark in enumerate(row):
            picture.putpixel((x + 4, y + 4), 0 if dark else 255)
    found = zxingcpp.read_barcodes(picture.resize((145, 145), Image.Resampling.NEAREST))
    return found[0].text if found else ""


@given(st.text("".join(_LETTERS), min_size=1, max_size=20))
def test_any_text_is_read_back(text):
    assert read(small_qr(text)) == text


@given(st.integers(0, 9_999_999), st.sampled_from("WPMDX"), st.integers(0, 99))
def test_labels_are_read_back(number, kind, page):
    text = make_label("ZRC2", kind, complete(f"{number:07d}"), page).text
    assert read(small_qr(text)) == text


@given(st.text(CAPITALS, min_size=6, max_size=20))
def test_every_module_is_that_of_another_maker_but_for_the_mask(text):
    other = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(
        scale=1, add_quiet_zones=False
    )
    wanted = [[int(value == 0) for value in row] for row in memoryview(other).tolist()]
    made = small_qr(text)
    assert wanted in [modules_of(made ^ ours ^ theirs) for ours in _frames() for theirs in _frames()]


@given(st.text(CAPITALS + "0123456789", min_size=18, max_size=18), st.sets(st.integers(0, 99), max_size=1))
def test_a_small_stain_does_not_hurt(text, stains):
    drawing = small_qr(text)
    for stain in stains:
        drawing ^= 1 << STRIDE * 10 + 5 + stain // 10
    assert read(drawing) == text


@pytest.mark.parametrize("text", ["K1ZRC2W48217031703-AND-MORE", "k1zrc2w", "Ә"])
def test_what_a_small_qr_cannot_say_is_refused(text):
    with pytest.raises(ValueError):
        small_qr(text)
