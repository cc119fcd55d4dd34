"""Whether bytes are a whole picture of a kind that can be read: by what they say, never by a name.

Pillow would refuse half a file by itself, but not in a process where WeasyPrint told it to take what there is.
"""

import io
import re
from collections.abc import Iterable, Mapping

from PIL import Image

from sync.errors import SyncError

MAX_PIXELS = 50_000_000
BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, Image.DecompressionBombError)
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # neither stuffing nor a restart inside the coded picture
_SPOTS = {"strips": (273, 279), "tiles": (324, 325)}  # TIFF: where pieces begin, and how long each is


def open_picture(data: bytes, formats: Iterable[str]) -> Image.Image:
    """The picture, not yet decoded. Raises SyncError ``picture_broken`` and ``picture_huge`` (``pixels``: millions)."""
    try:
        picture = Image.open(io.BytesIO(data), formats=tuple(formats))
        pixels = picture.width * picture.height
        whole = pixels > MAX_PIXELS or is_whole(data, picture.format, getattr(picture, "tag_v2", None))
    except Image.DecompressionBombError as error:
        raise SyncError("picture_huge", pixels=MAX_PIXELS // 1_000_000) from error
    except BROKEN as error:
        raise SyncError("picture_broken") from error
    if pixels > MAX_PIXELS:
        raise SyncError("picture_huge", pixels=MAX_PIXELS // 1_000_000)
    if not whole:
        raise SyncError("picture_broken")
    return picture


def is_whole(data: bytes, format: str | None, tags: Mapping[int, tuple[int, ...]] | None = None) -> bool:
    """Whether the file reaches as far as it says: what a format leaves open is left to its decoder.

    ``format`` as Pillow calls it; ``tags``: of a TIFF.
    """
    match format:
        case "JPEG" | "MPO":
            return _has_end(data)
        case "PNG":
            return data.rfind(b"IEND") >= 0
        case "WEBP":
            return len(data) >= int.from_bytes(data[4:8], "little") + 8
        case "GIF":
            return data.rstrip(b"\x00").endswith(b";")
        case "BMP":
            return len(data) >= int.from_bytes(data[2:6], "little")
        case "TIFF":
            return _holds_pieces(data, tags or {})
    return True


def _has_end(data: bytes) -> bool:
    """Walk through a JPEG's segments to its end. Phones put more behind that: a film, a map of light."""
    at = 2
    while found := _MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            return True
        if marker != 0x01:
            at += int.from_bytes(data[at : at + 2], "big")
    return False


def _holds_pieces(data: bytes, tags: Mapping[int, tuple[int, ...]]) -> bool:
    for starts, lengths in _SPOTS.values():
        if starts in tags:
            pairs = zip(tags[starts], tags[lengths], strict=True)
            return all(start + length <= len(data) for start, length in pairs)
    return False
