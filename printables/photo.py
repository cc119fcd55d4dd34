"""Codes on a photo that somebody took of sheets: every QR of ours that can be read, the photo itself is not kept."""

import io
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from sync import codes
from sync.errors import SyncError

MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG")
SIDE = 3000  # pixels: larger photos are read smaller first, which is faster and as good


def codes_on(data: bytes, school: str) -> list[str]:
    """Codes of works of this school, each once, in the order found. Raises SyncError ``photo_unreadable``."""
    picture = _grey(data)
    for version in _versions(picture):
        found = _ours(version, school)
        if found:
            return found
    return []


def _grey(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise SyncError("photo_unreadable")
            if not _is_whole(data, picture.format):
                raise SyncError("photo_unreadable")
            picture.draft("L", (SIDE, SIDE))  # a JPEG is decoded at half its size where that is enough
            grey = picture.convert("L")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise SyncError("photo_unreadable") from error
    if max(grey.size) > SIDE:
        grey.thumbnail((SIDE, SIDE))
    return grey


def _is_whole(data: bytes, format: str | None) -> bool:
    """Whether the file ends as its format does (JPEG: EOI after the last scan; PNG: an IEND chunk).

    Pillow would refuse half a file, but not in a process where WeasyPrint told it to take what there is.
    """
    if format == "PNG":
        return data.rfind(b"IEND") >= 0
    return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")


def _versions(picture: Image.Image) -> Iterator[Image.Image]:
    """The photo as it is, then what helps with bad ones: less noise and more contrast, twice the size, sharper."""
    yield picture
    yield ImageOps.autocontrast(picture.filter(ImageFilter.GaussianBlur(1)), cutoff=2)
    if max(picture.size) <= SIDE // 2:
        yield picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
    yield picture.filter(ImageFilter.UnsharpMask(radius=3, percent=200))


def _ours(picture: Image.Image, school: str) -> list[str]:
    found: dict[str, None] = {}
    for barcode in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode):
        try:
            label = codes.parse_qr(barcode.text)
        except SyncError:
            continue
        if label.kind == "W" and label.school == school:
            found[label.digits] = None
    return list(found)
