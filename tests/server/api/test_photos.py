"""Codes on photos: read at the office where the phone itself cannot, nothing kept."""

import io

import pytest
import zxingcpp
from PIL import Image, ImageFile

from sync.codes import make_label
from tests.server.api.conftest import Office
from tests.server.phones import Phone, code_of


def drawn(*texts: str, scale: int = 6, format: str = "PNG") -> bytes:
    """A sheet with QRs beside each other."""
    sheet = Image.new("L", (400 * max(len(texts), 1), 400), 255)
    for number, text in enumerate(texts):
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        picture = Image.fromarray(barcode.to_image(scale=scale))
        sheet.paste(picture, (400 * number + 60, 60))
    out = io.BytesIO()
    sheet.convert("RGB").save(out, format)
    return out.getvalue()


def label(digits: str, school: str = "TEST", kind: str = "W") -> str:
    return make_label(school, kind, digits, 1).text


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_every_code_of_a_work_is_read_once(office: Office, phone: Phone, format: str) -> None:
    one, other = office.world.near.codes.values()
    others = label(one, kind="P"), label(one, school="ABCD"), "text"
    told = phone.post("/api/v1/photos", drawn(label(one), label(other), label(one), *others, format=format))
    assert sorted(told.json["codes"]) == sorted([one, other])


def test_a_photo_without_codes_tells_none(phone: Phone) -> None:
    assert phone.post("/api/v1/photos", drawn()).json == {"codes": []}


def test_a_small_and_pale_photo_is_read_too(office: Office, phone: Phone) -> None:
    code = office.world.near.code
    with Image.open(io.BytesIO(drawn(label(code), scale=3))) as picture:
        pale = picture.convert("L").point(lambda value: 190 + value // 8)
        out = io.BytesIO()
        pale.save(out, "JPEG", quality=60)
    assert phone.post("/api/v1/photos", out.getvalue()).json == {"codes": [code]}


def bomb() -> bytes:
    """A small file of a picture that would take 400 MB."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"text", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"GIF89a" + b"\x00" * 60]
)
def test_what_is_no_photo_is_refused(phone: Phone, data: bytes) -> None:
    refused = phone.post("/api/v1/photos", data)
    assert (refused.status_code, code_of(refused)) == (422, "photo_unreadable")


@pytest.mark.parametrize("lenient", [False, True])  # WeasyPrint makes Pillow lenient in its whole process
def test_half_a_photo_and_a_bomb_are_refused(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, lenient: bool
) -> None:  # fmt: skip
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    halves = [drawn(label("482170317"), format=format) for format in ("JPEG", "PNG")]
    for data in (*(half[: len(half) // 2] for half in halves), bomb()):
        assert code_of(phone.post("/api/v1/photos", data)) == "photo_unreadable"


def test_a_photo_that_is_too_large_is_refused(phone: Phone) -> None:
    assert code_of(phone.post("/api/v1/photos", b"\xff" * (8 * 1024 * 1024 + 1))) == "too_large"


def test_only_a_confirmed_phone_has_photos_read(phone: Phone) -> None:
    waiting = Phone(phone.client, phone.person).enrolled("waiting")
    assert code_of(waiting.post("/api/v1/photos", drawn())) == "device_waiting"
    assert code_of(phone.client.post("/api/v1/photos", data=drawn())) == "device_unknown"
