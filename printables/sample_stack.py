"""A stack to try scanning with: printed sheets as a copier gives them back, filled in by nobody, in no order."""

import io
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from printables.layout import HEIGHT
from printables.texts import texts_of
from sync.codes import group_digits

DPI = 150
QUALITY = 55  # of JPEG
PAPER, PENCIL = 248, 40  # grey of a scanned page and of what is written on it
TILT = 1.2  # degrees, at most
BEGINNING = time.gmtime(0)  # the file says no other moment, so that it is the same each time


@dataclass(frozen=True)
class Wanted:
    """A work whose sheet of so many ``pages`` lies in the stack; ``answers``: where its boxes to tick stand."""

    code: str
    pages: int
    answers: Sequence[Mapping[str, Any]] = ()


def write_stack(packs: Path, last: int, wanted: Sequence[Wanted], locale: str, locale_dir: Path, out: Path) -> int:
    """Write the sheets of these works, from the first ``last`` pages of a file of packs, as one PDF of pictures.

    One page is upside down, one came twice, one back is blank, and all are shuffled, always in the same way. Returns
    how many pages there are; 0, and no file, without poppler or without these sheets.
    """
    if not shutil.which("pdftoppm") or not shutil.which("pdftotext"):
        return 0
    chance = random.Random(2026)
    told = subprocess.run(["pdftotext", "-l", str(last), str(packs), "-"], capture_output=True, check=True).stdout
    texts = told.decode("utf-8").split("\f")
    pages = [page for one in wanted for page in _sheet(packs, texts, one, locale, locale_dir, chance)]
    if not pages:
        return 0
    scanned = [_scanned(page, chance) for page in pages]
    scanned[-1] = scanned[-1].rotate(180)
    scanned += [_scanned(pages[0], chance), Image.new("L", pages[0].size, PAPER - 3)]
    chance.shuffle(scanned)
    out.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    scanned[0].save(written, "PDF", save_all=True, append_images=scanned[1:], resolution=DPI, quality=QUALITY,
                    creationDate=BEGINNING, modDate=BEGINNING)  # fmt: skip
    out.write_bytes(written.getvalue())
    return len(scanned)


def _sheet(
    packs: Path, texts: Sequence[str], one: Wanted, locale: str, locale_dir: Path, chance: random.Random
) -> Iterator[Image.Image]:
    """The pages of a work's sheet, written on."""
    ticked = {part["page"]: part for part in one.answers}
    for page in range(1, one.pages + 1):
        said = texts_of(locale, locale_dir).gettext("task sheet %(page)s of %(total)s", page=page, total=one.pages)
        found = [n for n, text in enumerate(texts, 1) if said in text and group_digits(one.code) in text]
        if found:
            command = ["pdftoppm", "-r", str(DPI), "-gray", "-f", str(found[0]), "-singlefile", str(packs)]
            seen = subprocess.run(command, capture_output=True, check=True).stdout
            picture = Image.open(io.BytesIO(seen)).convert("L")
            if page in ticked:
                _tick(picture, ticked[page], chance)
            else:
                _scribble(picture, chance)
            yield picture


def _tick(picture: Image.Image, part: Mapping[str, Any], chance: random.Random) -> None:
    """One cross for a question, one for each digit of a number."""
    draw, scale, side = ImageDraw.Draw(picture), DPI / 72, part["side"]
    for field in part["fields"]:
        boxes = field["boxes"]
        columns = range(0, len(boxes), 10) if field["kind"] == "number" else (0,)
        for start in columns:
            x, y = chance.choice(boxes[start : start + 10])
            left, low, right, high = x * scale, (HEIGHT - y) * scale, (x + side) * scale, (HEIGHT - y - side) * scale
            draw.line((left, high, right, low), fill=PENCIL, width=3)
            draw.line((left, low, right, high), fill=PENCIL, width=3)


def _scribble(picture: Image.Image, chance: random.Random) -> None:
    """Lines of what might be handwriting in the lower half."""
    draw, (width, height) = ImageDraw.Draw(picture), picture.size
    for row in range(5):
        x, y = width * 0.14, height * (0.46 + 0.05 * row)
        while x < width * chance.uniform(0.5, 0.85):
            word = [(x + step * 7, y + chance.uniform(-9, 3)) for step in range(chance.randint(4, 12))]
            draw.line(word, fill=PENCIL, width=3, joint="curve")
            x = word[-1][0] + 22


def _scanned(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Greyer and a little askew."""
    paper = picture.point(lambda level: round(level * PAPER / 255))
    return paper.rotate(chance.uniform(-TILT, TILT), Image.Resampling.BICUBIC, fillcolor=PAPER)
