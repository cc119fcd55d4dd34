"""Sheets as a copier or a phone would give them back: drawn here, then turned, blurred, shaded, squeezed."""

import io
import random
from collections.abc import Sequence

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from sync.codes import complete, make_label

SCHOOL = "ZRC2"
DPI = 200
A4 = (1654, 2339)  # pixels at 200 dpi
MM = DPI / 25.4


def code(number: int) -> str:
    return complete(f"{number:07d}")


def sheet(text: str | None, seed: int = 0) -> Image.Image:
    """A task sheet: print, handwriting-like strokes that ``seed`` varies, and the QR upper right; no QR for None."""
    drawing = random.Random(seed)
    page = Image.new("L", A4, 255)
    draw = ImageDraw.Draw(page)
    for row in range(40):
        y = 380 + row * 42
        for _ in range(drawing.randint(3, 12)):
            x = drawing.randint(160, 1400)
            draw.line(
                [(x, y), (x + drawing.randint(8, 90), y + drawing.randint(-9, 9))], fill=drawing.randint(0, 90), width=3
            )
    if text:
        _stamp(page, text, (int(1654 - 44 * MM), int(11 * MM)))
    return page


def slips(texts: Sequence[str]) -> Image.Image:
    """Several slips on one page."""
    page = sheet(None)
    for number, text in enumerate(texts):
        _stamp(page, text, (1200, 100 + number * 340))
    return page


def blank(seed: int = 0) -> Image.Image:
    """An empty back: yellowish paper, a shadow at the edge, what shines through."""
    noise = np.random.default_rng(seed).normal(243, 3, A4[::-1])
    noise[:, :30] -= 90
    return Image.fromarray(noise.clip(0, 255).astype("uint8"))


def label(number: int, page: int = 1, kind: str = "W", school: str = SCHOOL) -> str:
    return make_label(school, kind, code(number), page).text


def _stamp(page: Image.Image, text: str, place: tuple[int, int]) -> None:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    modules = Image.fromarray(np.array(barcode.to_image(scale=1, add_quiet_zones=False)))
    side = round(24 * MM)
    page.paste(255, (place[0] - 30, place[1] - 30, place[0] + side + 30, place[1] + side + 30))
    page.paste(modules.resize((side, side), Image.Resampling.NEAREST), place)


def degraded(page: Image.Image, seed: int, dpi: int = 150) -> Image.Image:
    """As a poor photo: turned by up to 20° and a quarter, in perspective by up to 10 %, blurred by 0.4 mm, unevenly and
    poorly lit, noisy, JPEG 30."""
    chance, scale = random.Random(seed), dpi / DPI
    width, height = page.width * scale, page.height * scale
    angle = np.deg2rad(chance.uniform(-20, 20))
    corners = [(0, 0), (page.width, 0), page.size, (0, page.height)]
    placed = []
    for x, y in corners:
        across = x * scale - width / 2 + chance.uniform(-0.05, 0.05) * width
        down = y * scale - height / 2 + chance.uniform(-0.05, 0.05) * height
        placed.append((across * np.cos(angle) - down * np.sin(angle), across * np.sin(angle) + down * np.cos(angle)))
    left, top = (min(point[axis] for point in placed) - 10 for axis in (0, 1))
    placed = [(x - left, y - top) for x, y in placed]
    size = tuple(int(max(point[axis] for point in placed)) + 10 for axis in (0, 1))
    bent = page.transform(
        size, Image.Transform.PERSPECTIVE, _perspective(corners, placed), Image.Resampling.BICUBIC, fillcolor=90
    )
    bent = bent.filter(ImageFilter.GaussianBlur(0.2 / 25.4 * dpi))
    light = (
        np.linspace(chance.uniform(0.35, 1), chance.uniform(0.35, 1), size[0])[None, :]
        * np.linspace(chance.uniform(0.5, 1), 1, size[1])[:, None]
    )
    noise = np.random.default_rng(seed).normal(0, 6, size[::-1])
    seen = (np.asarray(bent, float) * light * 0.7 + 15 + noise).clip(0, 255).astype("uint8")
    return jpeg(Image.fromarray(seen).rotate(chance.choice([0, 90, 180, 270]), expand=True), 30)


def jpeg(page: Image.Image, quality: int) -> Image.Image:
    written = io.BytesIO()
    page.save(written, "JPEG", quality=quality)
    return Image.open(written).convert("L")


def _perspective(source: Sequence[tuple[float, float]], target: Sequence[tuple[float, float]]) -> list[float]:
    rows, values = [], []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return list(np.linalg.solve(np.array(rows, float), np.array(values, float)))


def pdf_of(pages: Sequence[Image.Image]) -> bytes:
    written = io.BytesIO()
    pages[0].save(written, "PDF", save_all=True, append_images=list(pages[1:]), resolution=DPI, quality=60)
    return written.getvalue()
