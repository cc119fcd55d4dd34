"""Codes on a photo that somebody took of sheets: every QR of ours that can be read, the photo itself is not kept."""

from collections.abc import Iterator

from PIL import Image, ImageFilter, ImageOps

from printables.picture_file import BROKEN, open_picture
from printables.scan import labels
from sync.errors import SyncError

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
        with open_picture(data, FORMATS) as picture:
            picture.draft("L", (SIDE, SIDE))  # a JPEG is decoded at half its size where that is enough
            grey = picture.convert("L")
    except (SyncError, *BROKEN) as error:
        raise SyncError("photo_unreadable") from error
    if max(grey.size) > SIDE:
        grey.thumbnail((SIDE, SIDE))
    return grey


def _versions(picture: Image.Image) -> Iterator[Image.Image]:
    """The photo as it is, then what helps with bad ones: less noise and more contrast, twice the size, sharper."""
    yield picture
    yield ImageOps.autocontrast(picture.filter(ImageFilter.GaussianBlur(1)), cutoff=2)
    if max(picture.size) <= SIDE // 2:
        yield picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
    yield picture.filter(ImageFilter.UnsharpMask(radius=3, percent=200))


def _ours(picture: Image.Image, school: str) -> list[str]:
    found = labels(picture, invert=True)
    return list(dict.fromkeys(label.digits for label in found if label.kind == "W" and label.school == school))
