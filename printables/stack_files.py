"""Files of a copier or a phone → the pages in them as grey pictures, or what is wrong with one of them.

PDF files give the pictures inside them; a page that is drawn, or pieced together of strips, is rendered by poppler's
``pdftoppm``. What is damaged, locked, huge or no picture at all is named by a code of the catalogue.
"""

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
from PIL import Image, ImageOps

from printables.picture_file import BROKEN, open_picture
from printables.scan import is_blank
from sync.errors import SyncError

MOST_PAGES = 2000  # of one file
MOST_PIXELS = 50_000_000  # of one picture: A4 at 600 dpi has 35
DPI = 200  # of pages that are rendered
LONGEST = 4000  # pixels, the longer side of a rendered page, however large its sheet is said to be
LARGE = 2400  # pixels: a JPEG of twice that is decoded at half its size
SECONDS = 60  # that poppler may take for a page
TAIL = 65_536  # bytes at the end of a PDF in which its mark of the end stands, whatever a copier puts behind it
FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF")
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"RIFF", b"BM", b"GIF8")
_APPLE = (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1")
_PDF_FAILS = (pikepdf.PdfError, pikepdf.PasswordError, pikepdf.UnsupportedImageTypeError, pikepdf.DependencyError,
              NotImplementedError, RuntimeError, AttributeError, *BROKEN)  # fmt: skip
Pages = Iterator[tuple[int, Image.Image | str]]


def count(path: Path) -> int:
    """How many pages a file has; 1 for one that cannot be opened, which is one page to be looked at.

    A PDF that breaks off has one more: it stands for all that did not come.
    """
    data = _head(path)
    try:
        if _is_pdf(data):
            with pikepdf.open(path) as pdf:
                return max(1, len(pdf.pages) + (len(pdf.pages) > 0 and _is_cut(path)))
        with open_picture(path.read_bytes(), FORMATS) as picture:
            return 1 if picture.format in ("JPEG", "MPO") else getattr(picture, "n_frames", 1)
    except (SyncError, MemoryError, RecursionError, *_PDF_FAILS):
        return 1


def pages(path: Path, numbers: Sequence[int]) -> Pages:
    """(number, grey picture or code of what is wrong) of those pages of a file, which count from 1."""
    head = _head(path)
    if _is_pdf(head):
        yield from _of_pdf(path, numbers)
    elif (wrong := _no_picture(head)) is not None:
        yield numbers[0], wrong
    else:
        yield from _of_image(path.read_bytes(), numbers)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1024)


def _is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head


def _is_cut(path: Path) -> bool:
    """Whether a PDF ends before its end: what came of it can be read all the same."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return b"%%EOF" not in file.read()


def _no_picture(head: bytes) -> str | None:
    """What a file is that begins like no picture."""
    if not head.strip(b"\0"):
        return "scan_empty"
    if head[4:8] == b"ftyp" and head[8:12] in _APPLE:
        return "scan_heic"
    return None if head.startswith(_BEGINNINGS) else "scan_no_picture"


def _of_image(data: bytes, numbers: Sequence[int]) -> Pages:
    number = numbers[0]
    try:
        with open_picture(data, FORMATS) as opened:
            for number in numbers:
                if number > 1:
                    opened.seek(number - 1)
                if opened.format == "JPEG":
                    opened.draft("L" if opened.mode in ("L", "RGB") else opened.mode, (LARGE, LARGE))
                yield number, _grey(opened)
    except SyncError as error:
        yield number, "scan_giant" if error.code == "picture_huge" else "scan_broken"
    except MemoryError:
        yield number, "scan_giant"
    except BROKEN:
        yield number, "scan_broken"


def _grey(picture: Image.Image) -> Image.Image | str:
    """Grey and as the camera's own mark says it was held. A picture may be larger than anybody's scanner: refused."""
    if picture.width * picture.height > MOST_PIXELS:
        return "scan_giant"
    try:
        turned = ImageOps.exif_transpose(picture)
        if turned.mode in ("RGBA", "LA", "PA", "P", "RGBa", "La"):
            turned = _on_paper(turned)
        elif turned.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off, and all would be white
            turned = turned.convert("I").point(lambda level: level * (1 / 256))
        return turned.convert("L")
    except MemoryError:
        return "scan_giant"
    except BROKEN:
        return "scan_broken"


def _on_paper(picture: Image.Image) -> Image.Image:
    """What is transparent is white."""
    if picture.mode == "P" and "transparency" not in picture.info:
        return picture
    seen = picture.convert("RGBA")
    paper = Image.new("L", seen.size, 255)
    paper.paste(seen.convert("L"), mask=seen.getchannel("A"))
    return paper


def _of_pdf(path: Path, numbers: Sequence[int]) -> Pages:
    try:
        with pikepdf.open(path) as pdf:
            if not len(pdf.pages):
                yield numbers[0], "scan_broken"
                return
            cut = _is_cut(path)
            for number in numbers:
                if number <= len(pdf.pages):
                    page = _page(pdf, path, number)
                    yield number, "scan_broken" if cut and _is_empty(page) else page
                elif cut and number == len(pdf.pages) + 1:
                    yield number, "scan_cut"
    except pikepdf.PasswordError:
        yield numbers[0], "scan_locked"
    except (RecursionError, MemoryError, *_PDF_FAILS):
        yield numbers[0], "scan_broken"


def _page(pdf: pikepdf.Pdf, path: Path, number: int) -> Image.Image | str:
    """One page; what is wrong with it is no other page's harm."""
    try:
        page = pdf.pages[number - 1]
        return _scanned(page) or _rendered(page, path, number)
    except (RecursionError, MemoryError, *_PDF_FAILS):
        return "scan_broken"


def _is_empty(page: Image.Image | str) -> bool:
    """A page whose picture did not come is drawn white: nobody may take it for a blank back."""
    return not isinstance(page, str) and is_blank(page)


def _scanned(page: pikepdf.Page) -> Image.Image | str | None:
    """The one picture that fills the page, as scanners write it; None when the page is something else."""
    found = list(page.get_images().values())
    if len(found) != 1 or "/Font" in page.resources or _is_masked(found[0]):
        return None
    try:
        shown = pikepdf.PdfImage(found[0])
        if shown.width * shown.height > MOST_PIXELS:
            return "scan_giant"
        if min(shown.width, shown.height) < 500:
            return None
        turn = int(page.obj.get("/Rotate", 0)) % 360
        grey = _grey(shown.as_pil_image())
    except _PDF_FAILS:
        return None
    if isinstance(grey, str):
        return None  # a coding that Pillow does not know may be known to poppler
    return grey.rotate(-turn, expand=True) if turn else grey


def _is_masked(image: pikepdf.Object) -> bool:
    """Whether black and white mean something else than in the picture's own bytes."""
    return any(key in image for key in ("/ImageMask", "/SMask", "/Mask", "/Decode"))


def _rendered(page: pikepdf.Page, path: Path, number: int) -> Image.Image | str:
    program = shutil.which("pdftoppm")
    if program is None:
        return "scan_drawn"
    command = [program, *_resolution(page), "-gray", "-f", str(number), "-l", str(number), "-singlefile", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        with Image.open(io.BytesIO(done.stdout), formats=("PPM",)) as picture:
            return _grey(picture)
    except subprocess.TimeoutExpired:
        return "scan_giant"
    except (subprocess.SubprocessError, OSError, ValueError):
        return "scan_broken"


def _resolution(page: pikepdf.Page) -> list[str]:
    """A sheet of any size gives a picture of a page's size."""
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    longer = max(abs(right - left), abs(top - bottom)) * float(page.obj.get("/UserUnit", 1))
    return ["-scale-to", str(LONGEST)] if longer / 72 * DPI > LONGEST else ["-r", str(DPI)]
