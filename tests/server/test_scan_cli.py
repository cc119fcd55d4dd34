"""`korablik scan`: sheets that were printed come back shuffled and turned, and are taken in once."""

import subprocess

import pytest
from PIL import Image

from tests.printables.scans import blank, pdf_of
from tests.server.terminal import Korablik

TEACHER = "teacher"


def printed_pages(korablik: Korablik, tmp_path) -> list[Image.Image]:
    """The first packs of class 7 as a copier sees them."""
    assert korablik.run("print", "packs", "--everyone", "--week", "2026-W50", "--group", "7", "--json").code == 0
    file = korablik.home / "packs/2026-W50/7.pdf"
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-l", "18", str(file), str(tmp_path / "page")], check=True)
    return [Image.open(path).convert("L") for path in sorted(tmp_path.glob("page*.pgm"))]


@pytest.mark.pdf
def test_printed_sheets_come_back_by_their_own_codes(korablik: Korablik, tmp_path):
    pages = printed_pages(korablik, tmp_path)
    shuffled = [page.rotate(180 * (number % 2)) for number, page in enumerate(pages[::-1])] + [blank()]
    stack = tmp_path / "stack.pdf"
    stack.write_bytes(pdf_of(shuffled))
    command = ("scan", str(stack), "--as", TEACHER, "--json")
    trial = korablik.run(*command, "--dry-run").document
    assert trial["stack"] is None and not list((korablik.home / "media").rglob("*.jpg"))
    done = korablik.run(*command).document
    assert done["works"] and done["works"] == [work | {"taken": True} for work in trial["works"]]
    assert all(not work["missing"] for work in done["works"])
    assert sum(done[state] for state in ("routed", "blank", "doubled", "waiting")) == done["pages"] == len(shuffled)
    assert done["routed"] == sum(len(work["pages"]) for work in done["works"])
    reasons = {row["reason"] for row in done["refused"]}
    assert reasons <= {"unread", "several", "kind"}  # lessons, slips, covers
    again = korablik.run(*command).document
    assert (again["routed"], again["works"]) == (0, [])
    assert again["doubled"] == done["routed"] + done["waiting"]
    known = korablik.run("return", done["works"][0]["code"], "--as", TEACHER, "--json").document
    assert known["returns"][0]["before"]


def test_a_file_that_is_no_scan_is_refused_with_its_name(korablik: Korablik, tmp_path):
    stack = tmp_path / "list.csv"
    stack.write_text("Фамилия;Имя\n", "utf-8")
    answer = korablik.run("scan", str(stack), "--as", TEACHER, "--json")
    assert answer.code == 1
    assert answer.document["refused"] == [{"file": "list.csv", "page": 1, "reason": "scan_no_picture", "code": ""}]
    assert answer.document["waiting"] == answer.document["pages"] == 1
