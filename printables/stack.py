"""A stack of scanned pages: pictures of a copier or a phone → what each page says, and a copy to look at.

Runs in a child process. One page that cannot be read does not hold up the next.
"""

import errno
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from printables import stack_files
from printables.alike import alike, ink_of
from printables.files import whole_file
from printables.picture_file import BROKEN
from printables.reading import Page, Reading, label_of
from printables.scan import read
from sync.errors import SyncError

__all__ = ["Page", "alike", "count_pages", "inks_of", "label_of", "read_pages", "read_stack", "turn_kept"]

KEPT_SIDE, KEPT_QUALITY = 1750, 60  # of the copy: A4 at 150 dpi, greys
LISTED_SIDE, LISTED_QUALITY = 420, 45  # of the copy for lists
LISTED = ".small.jpg"
_FULL = (errno.ENOSPC, errno.EDQUOT)


def count_pages(paths: Sequence[str]) -> list[int]:
    """How many pages each file has; of one with too many, one more than are read."""
    return [min(stack_files.count(Path(path)), stack_files.MOST_PAGES + 1) for path in paths]


def read_pages(name: str, path: str, numbers: Sequence[int], school: str, keep: str | None) -> list[Page]:
    """Those pages of a file (they count from 1); a copy of each with ink lies upright in ``keep`` as ``<hash>.jpg``.

    Without ``keep`` (a trial) there are no copies. Of a file with too many pages the first ones are read.
    """
    folder = Path(keep) if keep else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    read_now = [number for number in numbers if number <= stack_files.MOST_PAGES]
    found = [
        _page(name, number, picture, school, folder)
        for number, picture in (stack_files.pages(Path(path), read_now) if read_now else ())
    ]
    if stack_files.MOST_PAGES + 1 in numbers:
        found.append(_wrong(name, stack_files.MOST_PAGES + 1, "scan_long"))
    return found


def read_stack(files: Sequence[tuple[str, str]], school: str, keep: str | None) -> list[Page]:
    """Every page of the files (name, path), one after the other."""
    return [
        page
        for name, path in files
        for page in read_pages(name, path, range(1, stack_files.count(Path(path)) + 1), school, keep)
    ]


def _wrong(name: str, number: int, error: str) -> Page:
    return Page(name, number, "", Reading("broken"), error=error)


def _page(name: str, number: int, picture: Image.Image | str, school: str, keep: Path | None) -> Page:
    if isinstance(picture, str):
        return _wrong(name, number, picture)
    try:
        return _read(name, number, picture, school, keep)
    except MemoryError:
        return _wrong(name, number, "scan_giant")
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise SyncError("disk_full" if error.errno in _FULL else "disk_error") from error  # no fault of the page
        return _wrong(name, number, "scan_broken")


def _read(name: str, number: int, picture: Image.Image, school: str, keep: Path | None) -> Page:
    size = f"{picture.width}x{picture.height}:".encode()
    named = hashlib.sha256(size + picture.tobytes()).hexdigest()
    reading = read(picture, school)
    if reading.state == "blank":
        return Page(name, number, named, reading)
    upright = picture.rotate(reading.turn, expand=True) if reading.turn else picture
    if keep:
        _keep(upright, keep / f"{named}.jpg")
    return Page(name, number, named, reading, ink_of(upright) if reading.state == "work" else b"")


def _keep(picture: Image.Image, path: Path) -> None:
    if path.exists():
        return
    copy = picture.copy()
    copy.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    _write(copy, path)


def _write(copy: Image.Image, path: Path, quality: int = KEPT_QUALITY) -> None:
    """The copy, through to the disk; before it the one for lists, which can be made again."""
    listed = copy.copy()
    listed.thumbnail((LISTED_SIDE, LISTED_SIDE), Image.Resampling.BOX)
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    listed.save(half, "JPEG", quality=LISTED_QUALITY)
    half.replace(path.with_suffix(LISTED))
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=quality)
    with whole_file(path) as target:
        target.write(written.getvalue())


def turn_kept(path: str, degrees: int) -> None:
    """Turn a kept picture clockwise by quarters, as somebody saw that it stands wrong."""
    with Image.open(path, formats=("JPEG",)) as picture:
        _write(picture.convert("L").rotate(-degrees, expand=True), Path(path), quality=75)


def inks_of(paths: Sequence[str]) -> list[bytes]:
    """The pictures of ink of kept pages, for ``alike``; empty for one that is gone."""
    return list(_inks(paths))


def _inks(paths: Sequence[str]) -> Iterator[bytes]:
    for path in paths:
        try:
            with Image.open(path, formats=("JPEG",)) as picture:
                yield ink_of(picture.convert("L"))
        except BROKEN:
            yield b""
