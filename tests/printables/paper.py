"""Looks at a PDF as a printer and a scanner do: with qpdf and poppler, never with the code that wrote it."""

import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image


def run(*command: object) -> str:
    """Standard output of a tool that must succeed and have nothing to complain about."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def pages_of(pdf: Path) -> list[str]:
    """The text of every page, words separated by single spaces."""
    return [" ".join(page.split()) for page in run("pdftotext", "-layout", pdf, "-").split("\f")[:-1]]


def pictures(pdf: Path, folder: Path, first: int, last: int, dpi: int = 150) -> list[Image.Image]:
    """Grey pictures of the pages ``first`` to ``last``, counted from 1."""
    folder.mkdir(parents=True, exist_ok=True)
    assert run("pdftoppm", "-r", dpi, "-gray", "-f", first, "-l", last, pdf, folder / "page") == ""
    return [Image.open(path) for path in sorted(folder.glob("page-*.pgm"))]


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of all QR on a picture, from top to bottom."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]


def darkness(picture: Image.Image, box: tuple[float, float, float, float]) -> float:
    """The share of dark pixels in a part of an A4 picture, given in millimetres from the upper left corner."""
    scale = picture.width / 210
    edges = (*picture.size, *picture.size)
    part = picture.crop(tuple(min(round(side * scale), edge) for side, edge in zip(box, edges, strict=True)))
    counts = part.convert("L").histogram()
    return sum(counts[:128]) / sum(counts)
