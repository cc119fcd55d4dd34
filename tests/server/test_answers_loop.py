"""From a file's questions to points: printed behind their task, filled in, scanned, read, shown to the teacher."""

import json
import sqlite3
import subprocess

import pytest
from PIL import Image, ImageDraw

from printables.layout import HEIGHT
from tests.printables.scans import pdf_of
from tests.server.terminal import Korablik

DPI = 200
TEACHER = "teacher"


def printed(korablik: Korablik, tmp_path) -> tuple[str, list, list[Image.Image]]:
    """The code, the layout and the answer pages of the first physics task of class 7."""
    assert korablik.run("print", "packs", "--week", "2026-W50", "--group", "7", "--json").code == 0
    with sqlite3.connect(korablik.home / "korablik.db") as base:
        found = dict(base.execute(
            "SELECT work.code, sheet.answers FROM pack_sheet JOIN sheet ON sheet.hash = pack_sheet.sheet_hash "
            "JOIN work ON work.id = pack_sheet.work_id WHERE sheet.answers IS NOT NULL"
        ))  # fmt: skip
    file = korablik.home / "packs/2026-W50/7.pdf"
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-l", "12", str(file), str(tmp_path / "page")], check=True)
    texts = subprocess.run(["pdftotext", "-l", "12", str(file), "-"], capture_output=True, text=True).stdout.split("\f")
    code = next(one for one in found if f"{one[:3]} {one[3:6]} {one[6:]}" in texts[4] + texts[5])
    layout = json.loads(found[code])
    pages = [Image.open(path).convert("L") for path in sorted(tmp_path.glob("page*.pgm"))]
    shown = [page for page, text in zip(pages, texts, strict=False) if f"{code[:3]} {code[3:6]} {code[6:]}" in text]
    return code, layout, shown[-len(layout) :] if len(shown) > len(layout) else shown


def cross(page: Image.Image, box: list[float], side: float) -> None:
    x, y = box[0] * DPI / 72, (HEIGHT - box[1]) * DPI / 72
    size = side * DPI / 72
    draw = ImageDraw.Draw(page)
    draw.line((x, y - size, x + size, y), fill=30, width=4)
    draw.line((x, y, x + size, y - size), fill=30, width=4)


@pytest.mark.pdf
def test_what_a_file_asks_is_printed_ticked_scanned_and_read(korablik: Korablik, tmp_path):
    code, layout, pages = printed(korablik, tmp_path)
    ticked = {1: [2], 2: [4, 15, 20], 3: [1], 4: [0, 1]}
    by_number = {part["page"]: part for part in layout}
    for page, part in zip(pages[-len(layout) :], layout, strict=True):
        for field in part["fields"]:
            for box in ticked[field["position"]]:
                cross(page, field["boxes"][box], by_number[part["page"]]["side"])
    stack = tmp_path / "stack.pdf"
    stack.write_bytes(pdf_of([page.rotate(180) for page in pages[-len(layout) :]]))
    done = korablik.run("scan", str(stack), "--as", TEACHER, "--json").document
    assert [work["code"] for work in done["works"]] == [code]
    with sqlite3.connect(korablik.home / "korablik.db") as base:
        rows = dict(base.execute("SELECT position, answer FROM scan_answer"))
    answers = {position: json.loads(answer) for position, answer in rows.items()}
    assert answers == {1: [2], 2: ["450"], 3: [1], 4: [0, 1]}
