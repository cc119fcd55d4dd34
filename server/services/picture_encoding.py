"""A photo, scan or drawing as somebody sends it → a small picture for phones that says nothing but what it shows. Pure.

Pixels alone are carried over: where, when, with what and by whom it was taken stays behind.
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageOps, ImageStat

from printables.picture_file import BROKEN, open_picture
from server.errors import DomainError
from server.services import written_pages

KINDS = {
    b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF8": "GIF", b"BM": "BMP", b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}  # fmt: skip
# Longest side in pixels, tried from the largest: a phone 360 points wide has three pixels to a point at most, and a
# page held upright is a third longer than wide.
SIDES = (1280, 1080, 900, 760, 640, 520, 420, 320, 240, 160)
READABLE = 900  # longest side from which writing in a photo can be read; a page of it is better as ink on paper then
BEST, LEAST = 72, 34  # quality of WebP: above it nobody sees a difference, below it thin letters run together
JUDGED = 640  # longest side at which a picture is looked at to tell a drawing from a photo
COLOURS = 16  # of a drawing: four bits a pixel
NEAR = 34.0  # decibels (PSNR) from which so few colours are as good as all
Made = tuple[str, bytes]  # ending, file
Size = tuple[int, int]
GREY = 5.0  # mean difference of the channels, of 255, below which colour is only the lamp's or the scanner's,
COLOURED, FEW_COLOURED = 60, 0.0005  # unless so large a share of the pixels differs so much: a red pen


@dataclass(frozen=True)
class Encoded:
    """A picture for the reader. ``name``: SHA-256 (hex) of ``data`` and the ending; sizes in pixels."""

    name: str
    data: bytes
    width: int
    height: int


def encode(data: bytes, budget: int) -> Encoded:
    """The picture in at most ``budget`` bytes where that can be: as large as fits, then as fine. Same in, same out.

    Of an animation the first frame. Raises DomainError ``picture_heic``, ``picture_svg``, ``picture_kind``, SyncError
    ``picture_broken``, ``picture_huge``.
    """
    kind = _kind(data)
    with open_picture(data, (kind,)) as picture:
        try:
            whole = _pixels(picture)
        except BROKEN as error:
            raise DomainError("picture_broken") from error
    few = _is_drawn(_sized(whole, JUDGED))
    sizes = list(_sizes(whole))
    readable = [one for one in sizes if max(one.size) >= READABLE] or sizes[:1]
    found = _first(readable, lambda one: _fitting(one, budget, few))
    if found is None and (page := written_pages.paper(whole)):
        found = _first(_sizes(page), lambda one: _within(_lossless(written_pages.inked(one)), budget))
    found = found or _first(sizes[len(readable) :], lambda one: _fitting(one, budget, few))
    return _named(*(found or (*_smallest(sizes[-1]), sizes[-1].size)))


def looks_like_picture(data: bytes) -> bool:
    """Whether the bytes begin as pictures do, also as those that are refused with a hint."""
    try:
        return bool(_kind(data))
    except DomainError as error:
        return error.code != "picture_kind"


def _kind(data: bytes) -> str:
    """What the first bytes say it is."""
    for start, kind in KINDS.items():
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        raise DomainError("picture_heic")
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") and b"<svg" in head:
        raise DomainError("picture_svg")
    raise DomainError("picture_kind")


def _pixels(picture: Image.Image) -> Image.Image:
    """Upright, on white, grey or RGB, without anything beside the pixels."""
    if picture.format in ("JPEG", "MPO"):
        picture.draft(None, (SIDES[0] * 2, SIDES[0] * 2))  # type: ignore[arg-type]  # decoded smaller: fast, less memory
    flat = _flat(ImageOps.exif_transpose(picture))
    shown = _sized(flat, SIDES[0] * 2)  # judged in small
    return _sized(flat if flat.mode == "L" or not _is_grey(shown) else flat.convert("L"), SIDES[0])


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        most = picture.getextrema()[1]
        scale = 1.0 if most <= 255 else 255 / max(65535, most)  # 16 bits, or even more, to 8
        return picture.convert("F").point(lambda value: value * scale + 0).convert("L")
    if picture.has_transparency_data:
        with_alpha = picture.convert("RGBA")
        white = Image.new("RGBA", with_alpha.size, "white")
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _is_grey(picture: Image.Image) -> bool:
    red, green, blue = picture.split()
    apart = ImageChops.lighter(ImageChops.difference(red, green), ImageChops.difference(green, blue))
    strong = sum(apart.histogram()[COLOURED:])
    return bool(ImageStat.Stat(apart).mean[0] < GREY and strong < FEW_COLOURED * picture.width * picture.height)


def _sizes(whole: Image.Image) -> Iterator[Image.Image]:
    """The picture as large as it may be, then smaller and smaller."""
    before = (0, 0)
    for side in SIDES:
        candidate = _sized(whole, side)
        if candidate.size != before:
            yield candidate
        before = candidate.size


def _first(sizes: Iterable[Image.Image], made: Callable[[Image.Image], Made | None]) -> tuple[str, bytes, Size] | None:
    for candidate in sizes:
        if found := made(candidate):
            return (*found, candidate.size)
    return None


def _sized(picture: Image.Image, side: int) -> Image.Image:
    longest = max(picture.size)
    if longest <= side:
        return picture
    width, height = (max(1, round(length * side / longest)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _fitting(picture: Image.Image, budget: int, few: bool) -> Made | None:
    """None when it needs more than the budget at this size."""
    photo = _photo(picture, budget)
    drawn = _within(_lossless(_drawn(picture)), budget) if few else None
    if drawn and photo:
        return min(drawn, photo, key=lambda made: len(made[1]))
    return drawn or photo


def _drawn(picture: Image.Image) -> Image.Image:
    """With few colours and every line sharp."""
    return picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _is_drawn(picture: Image.Image) -> bool:
    """Whether with few colours it is nearly the same picture."""
    error = ImageStat.Stat(ImageChops.difference(_drawn(picture).convert(picture.mode), picture)).sum2
    square = sum(error) / (len(error) * picture.width * picture.height)
    return bool(square * 10 ** (NEAR / 10) <= 255**2)


def _lossless(few: Image.Image) -> Made:
    png = _written(few, "PNG", optimize=True)
    webp = _written(few.convert("RGB"), "WEBP", lossless=True, quality=100, method=4)
    return ("png", png) if len(png) <= len(webp) else ("webp", webp)


def _within(made: Made, budget: int) -> Made | None:
    return made if len(made[1]) <= budget else None


def _photo(picture: Image.Image, budget: int) -> Made | None:
    """The finest WebP within the budget."""
    low, high = LEAST, BEST
    best = _webp(picture, low)
    if len(best) > budget:
        return None
    while low < high:
        middle = (low + high + 1) // 2
        tried = _webp(picture, middle)
        if len(tried) <= budget:
            low, best = middle, tried
        else:
            high = middle - 1
    return "webp", best


def _smallest(picture: Image.Image) -> Made:
    """What even the smallest size cannot hold is as coarse as can be."""
    return "webp", _webp(picture, 0)


def _webp(picture: Image.Image, quality: int) -> bytes:
    return _written(picture, "WEBP", quality=quality, method=4)


def _written(picture: Image.Image, format: str, **options: object) -> bytes:
    bare = picture.copy()
    bare.info = {}  # a profile, a comment: what an encoder would carry over by itself
    out = io.BytesIO()
    bare.save(out, format, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _named(ending: str, data: bytes, size: tuple[int, int]) -> Encoded:
    return Encoded(f"{hashlib.sha256(data).hexdigest()}.{ending}", data, *size)
