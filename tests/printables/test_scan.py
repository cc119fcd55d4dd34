"""Scanned pages: each finds its work by its own code, however it lies, and nothing else finds one."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from printables import stack
from printables.reading import Page
from printables.scan import read
from tests.printables.scans import SCHOOL, blank, code, degraded, label, pdf_of, sheet, slips


def read_stack(files: Sequence[tuple[str, bytes]], school: str, keep: Path | None) -> list[Page]:
    """The pages of files that lie on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(place) for place in range(len(files))]
        for path, (_name, data) in zip(paths, files, strict=True):
            path.write_bytes(data)
        named = [(name, str(path)) for path, (name, _data) in zip(paths, files, strict=True)]
        return stack.read_stack(named, school, str(keep) if keep else None)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("dpi", [100, 150, 200])
def test_a_poor_photo_of_a_sheet_finds_its_work(seed, dpi):
    found = read(degraded(sheet(label(seed, 2), seed), seed * 3 + dpi, dpi), SCHOOL)
    assert (found.state, found.label.digits, found.label.page) == ("work", code(seed), 2)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_known_to_be_turned(turn):
    lying = sheet(label(7)).rotate(turn, expand=True)
    upright = lying.rotate(read(lying, SCHOOL).turn, expand=True)
    assert upright.size == sheet(None).size
    assert upright.crop((1200, 0, 1654, 400)).histogram()[0] > upright.crop((0, 1900, 454, 2339)).histogram()[0]


@pytest.mark.parametrize(
    ("page", "state"),
    [
        (blank(), "blank"),
        (Image.new("L", (1654, 2339), 255), "blank"),
        (sheet(None), "unread"),
        (sheet(label(1, school="ABCD")), "school"),
        (sheet(label(1, 0, "P")), "kind"),
        (slips([label(1, 0), label(2, 0)]), "several"),
        (slips([label(1, 1), label(1, 2)]), "several"),
        (slips([label(1, 1), label(5, 1, school="ABCD")]), "work"),
    ],
)
def test_what_a_page_is(page, state):
    assert read(page, SCHOOL).state == state


def test_a_page_with_a_few_words_is_not_blank():
    page = blank()
    for x in range(300, 700, 6):
        page.paste(60, (x, 1000 + x % 40, x + 3, 1012 + x % 40))
    assert read(page, SCHOOL).state == "unread"


def test_a_pdf_of_a_copier_gives_its_pages_and_keeps_copies(tmp_path):
    pages = [sheet(label(1, 1), 1), blank(), sheet(label(1, 2), 2).rotate(180)]
    found = read_stack([("stack.pdf", pdf_of(pages))], SCHOOL, tmp_path)
    assert [page.reading.state for page in found] == ["work", "blank", "work"]
    assert [page.number for page in found] == [1, 2, 3]
    kept = {file.name for file in tmp_path.iterdir()}
    assert kept == {f"{found[i].hash}{kind}" for i in (0, 2) for kind in (".jpg", ".small.jpg")}
    with Image.open(tmp_path / f"{found[2].hash}.jpg") as upright:
        assert read(upright.convert("L"), SCHOOL).turn == 0


def test_the_same_file_gives_the_same_hashes(tmp_path):
    data = pdf_of([sheet(label(1), 1)])
    one, other = (read_stack([("a.pdf", data)], SCHOOL, None)[0].hash for _ in range(2))
    assert one == other


def test_a_rotated_page_of_a_pdf_is_read_as_it_is_shown():
    with pikepdf.open(io.BytesIO(pdf_of([sheet(label(4)).rotate(90, expand=True)]))) as pdf:
        pdf.pages[0].obj.Rotate = 90
        written = io.BytesIO()
        pdf.save(written)
    (page,) = read_stack([("a.pdf", written.getvalue())], SCHOOL, None)
    assert page.reading.label.digits == code(4)
    assert page.reading.turn == 0


def _locked() -> bytes:
    with pikepdf.open(io.BytesIO(pdf_of([sheet(label(1))]))) as pdf:
        written = io.BytesIO()
        pdf.save(written, encryption=pikepdf.Encryption(user="geheim", owner="geheim"))
    return written.getvalue()


def _picture(format: str) -> bytes:
    written = io.BytesIO()
    sheet(label(1)).convert("RGB").save(written, format)
    return written.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "BMP"])
def test_pictures_of_every_kind_are_read(format):
    (page,) = read_stack([("a", _picture(format))], SCHOOL, None)
    assert page.reading.state == "work"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "scan_empty"),
        (bytes(5000), "scan_empty"),
        (b"%PDF-1.7 nothing", "scan_broken"),
        (b"\xff\xd8\xff\xe0 no picture", "scan_broken"),
        (_picture("JPEG")[:40_000], "scan_broken"),
        (_locked(), "scan_locked"),
        (b"PK\x03\x04 a workbook", "scan_no_picture"),
        (b"a list; of names", "scan_no_picture"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "scan_heic"),
    ],
)
def test_a_bad_file_is_named_and_the_next_is_read(data, error):
    found = read_stack([("bad", data), ("good.jpg", _picture("JPEG"))], SCHOOL, None)
    assert [page.error for page in found] == [error, ""]
    assert found[1].reading.state == "work"


def test_a_giant_picture_is_refused_before_it_is_opened(monkeypatch):
    monkeypatch.setattr("printables.picture_file.MAX_PIXELS", 1_000_000)
    (page,) = read_stack([("a.png", _picture("PNG"))], SCHOOL, None)
    assert page.error == "scan_giant"
