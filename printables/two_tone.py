"""The picture of a scanned page as a school's printer gets it: black ink on white paper, or greys; small in a file.

Writing is put into two tones against the paper around it, so that shadows and grey paper cost no ink, and is coded as
fax machines do (ITU-T T.6, ISO 32000-1, 7.4.6). Where much of a page is neither ink nor paper (paintings, photographs),
its greys stay, as JPEG.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from printables.picture_file import BROKEN, open_picture
from sync.errors import SyncError

DPI = 150  # of a page of A4; pictures are kept with as much
MOST_BYTES = 60_000  # of a page in a file
DARK = 208  # of 255: darker than the paper around it is ink
MIDDLE, SHADED = (70, 190), 0.12  # greys between ink and paper, and the share of them from which on they stay
NIGHT = 0.45  # of the brightest paper: a part that is darker throughout is painted, not in a shadow
SMALLER = 0.8  # of both sides, while a page takes too many bytes
LEAST = 600  # pixels of the longer side
QUALITIES = (50, 35, 20)


@dataclass(frozen=True)
class Printable:
    """A picture as PDF holds it. ``entries`` belong into the dictionary of its stream; ``ink``: its black share."""

    width: int
    height: int
    entries: str
    data: bytes
    ink: float


def printable(path: Path, at_most: int = MOST_BYTES) -> Printable | None:
    """The picture in a file, without the codes on it; None when it cannot be read."""
    try:
        with open_picture(path.read_bytes(), ("JPEG",)) as opened:
            picture = opened.convert("L")
    except (SyncError, *BROKEN):
        return None
    return reduced(picture, at_most)


def reduced(picture: Image.Image, at_most: int = MOST_BYTES) -> Printable:
    """A grey picture in two tones, or with greys where it lives by them, in at most so many bytes if that can be."""
    picture = without_codes(picture)
    picture.thumbnail((DPI * 297 // 25, DPI * 297 // 25), Image.Resampling.BICUBIC)
    paper = _paper(picture)
    lit = _even(picture, paper)
    shaded = _is_shaded(lit, paper)
    while True:
        made = _greys(picture, at_most) if shaded else _tones(lit)
        if len(made.data) <= at_most or max(picture.size) * SMALLER < LEAST:
            return made
        size = round(picture.width * SMALLER), round(picture.height * SMALLER)
        picture, lit = (one.resize(size, Image.Resampling.BOX) for one in (picture, lit))


def without_codes(picture: Image.Image) -> Image.Image:
    """A copy on which every QR is struck out: a marked copy that comes into a scanner is no work handed in."""
    copy = picture.copy()
    draw = ImageDraw.Draw(copy)
    for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode):
        place = code.position
        corners = [(corner.x, corner.y) for corner in
                   (place.top_left, place.top_right, place.bottom_right, place.bottom_left)]  # fmt: skip
        draw.polygon(corners, fill=255, outline=0, width=3)
        draw.line([corners[0], corners[2]], fill=0, width=3)
        draw.line([corners[1], corners[3]], fill=0, width=3)
    return copy


def _paper(picture: Image.Image) -> Image.Image:
    """A small picture of the paper alone: of each place the brightest nearby."""
    small = picture.resize((max(1, picture.width // 8), max(1, picture.height // 8)), Image.Resampling.BOX)
    return small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(6))


def _is_shaded(lit: Image.Image, paper: Image.Image) -> bool:
    """Whether much of the page is neither ink nor paper."""
    middle = sum(lit.histogram()[MIDDLE[0] : MIDDLE[1]]) / (lit.width * lit.height)
    _least, brightest = paper.getextrema()
    night = sum(paper.histogram()[: int(NIGHT * brightest)]) / (paper.width * paper.height)
    return max(middle, night) > SHADED


def _even(picture: Image.Image, paper: Image.Image) -> Image.Image:
    """Each point against the paper around it."""
    lit = ImageChops.subtract(paper.resize(picture.size, Image.Resampling.BILINEAR), picture)
    return ImageChops.invert(lit.filter(ImageFilter.BoxBlur(0.5)))


def _tones(lit: Image.Image) -> Printable:
    tones = lit.point([255] * DARK + [0] * (256 - DARK)).convert("1", dither=Image.Dither.NONE)
    ink = tones.histogram()[255] / (tones.width * tones.height)
    entries = (f"/Type/XObject/Subtype/Image/Width {tones.width}/Height {tones.height}/BitsPerComponent 1"
               f"/ColorSpace/DeviceGray/Filter/CCITTFaxDecode"
               f"/DecodeParms<</K -1/Columns {tones.width}/Rows {tones.height}>>")  # fmt: skip
    return Printable(tones.width, tones.height, entries, _fax(tones), ink)


def _fax(tones: Image.Image) -> bytes:
    """The picture as one strip of T.6; bits that are set are ink."""
    out = io.BytesIO()
    tones.save(out, "TIFF", compression="group4", tiffinfo={278: tones.height})
    with Image.open(out) as told:
        [start], [length] = told.tag_v2[273], told.tag_v2[279]
    return out.getvalue()[start : start + length]


def _greys(picture: Image.Image, at_most: int) -> Printable:
    data = b""
    for quality in QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True)
        data = out.getvalue()
        if len(data) <= at_most:
            break
    dark = sum((255 - level) * count for level, count in enumerate(picture.histogram()))
    entries = (f"/Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}/BitsPerComponent 8"
               f"/ColorSpace/DeviceGray/Filter/DCTDecode")  # fmt: skip
    return Printable(picture.width, picture.height, entries, data, dark / (255 * picture.width * picture.height))
