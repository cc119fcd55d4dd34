"""Pictures for phones: small, upright, readable, the same every time, and silent about who took them where."""

import io
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFile, ImageStat

from server.errors import CATALOGUE
from server.services.picture_encoding import SIDES, encode
from sync.errors import SyncError
from sync.pictures import NAME
from tests.pictures import AUTHOR, file_of, photo, triangle, view

BUDGET = 30_000
MODES = {
    "JPEG": ("L", "RGB", "CMYK"), "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "GIF": ("P",),
    "WEBP": ("RGB", "RGBA"), "BMP": ("1", "L", "P", "RGB"), "TIFF": ("1", "L", "RGB", "CMYK", "RGBA", "I;16", "F"),
}  # fmt: skip
WRITABLE = [(format, mode) for format, modes in MODES.items() for mode in modes]


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def code_of(data: bytes) -> str:
    with pytest.raises(SyncError) as refused:
        encode(data, BUDGET)
    assert refused.value.code in CATALOGUE
    return refused.value.code


def written(kind: tuple[str, str], width: int, height: int) -> bytes:
    format, mode = kind
    source = view(width, height)
    source = (
        source.convert("L").convert("F" if mode == "F" else "I;16") if mode in ("F", "I;16") else source.convert(mode)
    )
    return file_of(source, format)


@pytest.mark.large
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(WRITABLE), st.integers(1, 700), st.integers(1, 700), st.integers(2_000, 60_000))
def test_whatever_the_picture_is_it_comes_out_within_its_budget(kind, width, height, budget):
    data = written(kind, width, height)
    made = encode(data, budget)
    picture = opened(made.data)
    assert NAME.fullmatch(made.name)
    assert picture.size == (made.width, made.height)
    assert len(made.data) <= budget or max(picture.size) <= SIDES[-1]
    assert max(picture.size) <= max(width, height)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(WRITABLE), st.integers(1, 300), st.integers(1, 300), st.integers(2_000, 60_000))
def test_the_same_picture_comes_out_the_same(kind, width, height, budget):
    data = written(kind, width, height)
    assert encode(data, budget) == encode(data, budget)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"]), st.data())
def test_half_a_file_is_no_picture(format, data):
    whole = file_of(triangle().convert("P") if format == "GIF" else triangle(), format)
    cut = data.draw(st.integers(12, len(whole) - 13))  # a last checksum says nothing of the picture
    with pytest.raises(SyncError):
        encode(whole[:cut], BUDGET)


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x99\0\0\0WEBP", b"II*\0"]),
)
def test_any_bytes_are_refused_with_a_sentence(rest, start):
    with pytest.raises(SyncError) as refused:
        encode(start + rest, BUDGET)
    assert refused.value.code in CATALOGUE


def test_half_a_file_is_refused_even_where_others_allow_it(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint sets it for the whole process
    for format in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):
        whole = file_of(view(300, 200).convert("P") if format == "GIF" else view(300, 200), format)
        assert code_of(whole[: len(whole) // 2]) == "picture_broken", format


def test_nothing_of_who_took_it_where_is_left():
    data = photo()
    assert AUTHOR.encode() in data
    made = encode(data, BUDGET)
    assert AUTHOR.encode() not in made.data
    picture = opened(made.data)
    assert not picture.getexif() and not {"exif", "xmp", "icc_profile", "comment"} & picture.info.keys()


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_nothing_is_left_of_other_formats_either(format):
    exif = Image.Exif()
    exif[0x013B] = AUTHOR
    options = {"exif": exif, "icc_profile": AUTHOR.encode() * 20}
    if format == "TIFF":
        options = {"artist": AUTHOR, "icc_profile": AUTHOR.encode() * 20}
    made = encode(file_of(triangle(), format, **options), BUDGET)
    assert AUTHOR.encode() not in made.data and not {"exif", "icc_profile"} & opened(made.data).info.keys()


def test_a_photo_taken_sideways_stands_upright():
    upright = Image.new("RGB", (400, 600), (200, 210, 250))
    ImageDraw.Draw(upright).rectangle((0, 0, 400, 200), fill=(20, 40, 60))  # dark above
    made = encode(photo(upright.transpose(Image.Transpose.ROTATE_90), orientation=6), BUDGET)
    picture = opened(made.data).convert("L")
    assert picture.size == (400, 600)
    assert (
        ImageStat.Stat(picture.crop((0, 0, 400, 150))).mean[0]
        < 90
        < ImageStat.Stat(picture.crop((0, 250, 400, 600))).mean[0]
    )


def test_what_is_clear_is_white_and_sixteen_bits_keep_their_greys():
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    assert opened(encode(file_of(clear, "PNG"), BUDGET).data).convert("L").getextrema() == (255, 255)
    grey = Image.new("I;16", (60, 60), 32768)
    darkest, lightest = opened(encode(file_of(grey, "PNG"), BUDGET).data).convert("L").getextrema()
    assert 120 <= darkest <= lightest <= 136


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (80, 60), colour) for colour in ("white", "black")]
    for format in ("GIF", "PNG", "WEBP"):
        data = file_of(frames[0], format, save_all=True, append_images=frames[1:])
        assert ImageStat.Stat(opened(encode(data, BUDGET).data).convert("L")).mean[0] > 250, format


def test_a_film_behind_a_photo_does_no_harm():
    made = encode(photo() + b"\0\0\0\x18ftypmp42" + b"\xff\xda" * 400, BUDGET)
    assert made == encode(photo(), BUDGET)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), "picture_heic"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "picture_svg"),
        (b"%PDF-1.7\n", "picture_kind"),
        (b"", "picture_kind"),
        (b"MZ" + bytes(200), "picture_kind"),
    ],
)
def test_what_is_no_picture_says_what_to_do(data, code):
    assert code_of(data) == code


def test_a_picture_that_would_fill_the_memory_is_not_decoded():
    bomb = file_of(Image.new("1", (12_000, 12_000)), "PNG", optimize=True)
    assert len(bomb) < 50_000
    assert code_of(bomb) == "picture_huge"


def test_lines_of_a_drawing_stay_sharp():
    made = encode(file_of(triangle(1600, 1000), "PNG"), BUDGET)
    picture = opened(made.data).convert("RGB")
    assert picture.width == SIDES[0] and len(made.data) < 12_000
    assert len(picture.getcolors(100)) <= 16  # no ringing around the lines


def page_of_writing() -> Image.Image:
    """Dense small writing on paper, lit from one side, with a red correction."""
    page = Image.new("RGB", (1500, 2000), (250, 248, 240))
    pen = ImageDraw.Draw(page)
    for row in range(60):
        for word in range(14):
            pen.text((80 + word * 98, 60 + row * 31), f"x{row}+{word}={row + word}", fill=(30, 30, 60), font_size=20)
    pen.line((300, 300, 900, 330), fill=(210, 20, 30), width=5)
    light = Image.linear_gradient("L").resize(page.size).point(lambda value: 120 + value // 2)
    grain = Image.frombytes("L", (750, 1000), Random(3).randbytes(750_000)).resize(page.size)
    lit = ImageChops.multiply(page, Image.merge("RGB", [light] * 3))
    return Image.blend(lit, Image.merge("RGB", [grain] * 3), 0.05)


@pytest.mark.large
def test_a_page_of_writing_becomes_ink_on_white_paper():
    made = encode(file_of(page_of_writing(), "JPEG", quality=88), BUDGET)
    picture = opened(made.data).convert("RGB")
    assert max(picture.size) >= 640 and len(made.data) <= BUDGET
    assert len(picture.getcolors(100)) <= 8
    counts = {colour: count for count, colour in picture.getcolors(100)}
    assert counts[255, 255, 255] > 0.7 * picture.width * picture.height
    assert counts.get((200, 30, 30), 0) > 100  # the correction is still red
