"""Pictures for tests: drawn by a rule, so that every call gives the same bytes."""

import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from sync.pictures import FOLDER

AUTHOR, PLACE = "Kovaleva Anna, iPhone 8", (55.0, 45.0, 21.5)


def triangle(width: int = 480, height: int = 300) -> Image.Image:
    """A drawing of few lines on white, one of them red."""
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    corners = [(width * 0.1, height * 0.9), (width * 0.9, height * 0.9), (width * 0.4, height * 0.1)]
    pen.polygon(corners, outline="black", width=3)
    pen.line([corners[2], (width * 0.4, height * 0.9)], fill=(200, 0, 0), width=3)
    return picture


@lru_cache(8)
def _soft(width: int, height: int) -> Image.Image:
    size = width // 40 or 1, height // 40 or 1
    small = Image.frombytes("L", size, Random(7).randbytes(size[0] * size[1]))
    soft = small.resize((width, height), Image.Resampling.BICUBIC)
    return Image.merge("RGB", [soft, soft.rotate(180), soft.transpose(Image.Transpose.FLIP_LEFT_RIGHT)])


def view(width: int = 1200, height: int = 900) -> Image.Image:
    """Something like a photo: soft colours everywhere, no edge of paper."""
    return _soft(width, height).copy()


def file_of(picture: Image.Image, format: str, **options: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def photo(picture: Image.Image | None = None, orientation: int = 1) -> bytes:
    """A JPEG that tells who took it where and when, as phones write it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[0x8298], exif[0x0132] = orientation, AUTHOR, AUTHOR, "2026:12:01 08:15:00"
    exif.get_ifd(0x8825).update({1: "N", 2: PLACE, 3: "E", 4: PLACE})
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{AUTHOR}</x:xmpmeta>".encode()
    return file_of(picture or view(), "JPEG", quality=90, exif=exif, xmp=xmp, comment=AUTHOR.encode())


def add_picture(content: dict[str, Any], text: str = "Треугольник с высотой") -> tuple[str, bytes, str]:
    """Tell an edition's content of a picture; (name, bytes, the Markdown that shows it)."""
    picture = triangle()
    data = file_of(picture, "PNG", optimize=True)
    name = f"{hashlib.sha256(data).hexdigest()}.png"
    told = {"width": picture.width, "height": picture.height, "bytes": len(data)}
    content.setdefault("images", {})[name] = told
    return name, data, f"![{text}](image:{name})"


def lesson_to_show(content: Mapping[str, Any], group: str = "7") -> str:
    """The id of a lesson of the group that has a text and a task."""
    return next(
        key for key, lesson in content["lessons"].items()
        if lesson["group"] == group and lesson["material"] and lesson["tasks"]
    )  # fmt: skip


def write_pictures(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put pictures into an edition's folder."""
    (folder / FOLDER).mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / FOLDER / name).write_bytes(data)
