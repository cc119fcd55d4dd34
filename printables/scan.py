"""Scanned or photographed pages → whose work each one is: by its own code alone, never by its place in the stack.

A page is read as it is, then as what helps bad ones (less noise, more contrast, twice the size, even light, sharper)
until a code of ours is found. A page without ink is blank. Everything else waits for a person: a page with no readable
code, with two different ones, of another school, or of something that is no work.
"""

from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

from printables.reading import Reading
from sync.codes import Label, parse_qr
from sync.errors import SyncError

SIDE = 2400  # pixels, the longer side: A4 at 200 dpi; larger pictures are read smaller first
SMALL = 1700  # below it a page is also read at twice its size
LOOK = 220  # pixels, the longer side of the picture in which blankness is judged
DARKER, EDGE = 28, 0.04  # grey levels under the paper around it; share of the side where scanners leave shadows
SLIPS = 4  # versions of a page with slips that are read at least
INKED = 0.0006  # share of dark pixels from which on a page is not blank


def read(picture: Image.Image, school: str) -> Reading:
    """Read one page, a grey picture (mode L) of any size and orientation."""
    tries, found = 0, dict[Label, int]()
    for tries, version in enumerate(_versions(picture), 1):
        found |= {label: turn for label, turn in labels(version).items() if label not in found}
        if found and (tries >= SLIPS or not _is_slip(found)):
            return _judged(found, school, tries)
        if tries == 1 and not found and is_blank(picture):  # before the costly versions
            return Reading("blank", tries=tries)
    return _judged(found, school, tries) if found else Reading("unread", tries=tries)


def _is_slip(found: dict[Label, int]) -> bool:
    """Beside a slip lie others, mostly: all of them must be seen."""
    return all(label.kind == "W" and label.page == 0 for label in found)


def _judged(found: dict[Label, int], school: str, tries: int) -> Reading:
    ours = {label: turn for label, turn in found.items() if label.school == school}
    if not ours:
        label, turn = next(iter(found.items()))
        return Reading("school", label, turn, tries)
    if len(ours) > 1:
        return Reading("several", turn=next(iter(ours.values())), tries=tries, labels=tuple(ours))
    label, turn = next(iter(ours.items()))
    return Reading("work" if label.kind == "W" else "kind", label, turn, tries)


def _versions(picture: Image.Image) -> Iterator[Image.Image]:
    """The page as it is and, after that, what helps with bad ones, cheap ones first.

    Of a picture with enough points larger versions bring nothing, and they cost most: a page without a code of ours
    has to go through all of this.
    """
    usual = picture
    if max(picture.size) > SIDE:
        usual = picture.copy()
        usual.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    yield usual
    yield ImageOps.autocontrast(usual.filter(ImageFilter.BoxBlur(1)), cutoff=2)
    if max(usual.size) <= SMALL:
        yield usual.resize((usual.width * 2, usual.height * 2), Image.Resampling.BICUBIC)
    even = _even(usual)
    yield even
    yield even.filter(ImageFilter.UnsharpMask(radius=3, percent=200))
    if usual is not picture:
        yield picture
    if max(usual.size) <= SMALL:
        doubled = even.resize((even.width * 2, even.height * 2), Image.Resampling.BICUBIC)
        yield doubled.filter(ImageFilter.UnsharpMask(radius=5, percent=250))


def _even(picture: Image.Image) -> Image.Image:
    """Without shadows: each point against the paper around it, which is the brightest there is nearby."""
    small = picture.resize((max(1, picture.width // 8), max(1, picture.height // 8)), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(6))
    lit = ImageChops.subtract(paper.resize(picture.size, Image.Resampling.BILINEAR), picture)
    return ImageOps.autocontrast(ImageChops.invert(lit), cutoff=(0.5, 0))


def labels(picture: Image.Image, invert: bool = False) -> dict[Label, int]:
    """Labels in the picture, each once, with the degrees that bring its page upright, in the order found.

    ``invert``: also white on black.
    """
    found: dict[Label, int] = {}
    for barcode in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=invert):
        try:
            label = parse_qr(barcode.text)
        except SyncError:
            continue
        found[label] = round(barcode.orientation / 90) % 4 * 90
    return found


def is_blank(picture: Image.Image) -> bool:
    """Whether there is next to no ink. Shadows at the edges, yellow paper and what shines through do not count."""
    small = picture.copy()
    small.thumbnail((LOOK, LOOK), Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MedianFilter(9))
    ink = ImageChops.subtract(paper, small)
    across, down = round(small.width * EDGE), round(small.height * EDGE)
    inner = ink.crop((across, down, small.width - across, small.height - down))
    histogram = inner.histogram()
    return sum(histogram[DARKER:]) <= INKED * inner.width * inner.height
