"""The stack to try scanning with: of printed sheets, adding up, and the same each time."""

import tempfile
from pathlib import Path

import pytest

from printables import sample_stack, stack
from printables.sample_stack import Wanted, write_stack

pytestmark = pytest.mark.pdf


@pytest.fixture(scope="module")
def wanted(printed) -> list[Wanted]:
    """Two sheets of the first student of class 7."""
    [first, *_rest] = printed.report.packs
    student = next(one for one in printed.roster.students if one.id == first.student_id)
    tasks = [sheet for sheet in first.sheets if sheet.kind == "task"][:2]
    return [Wanted(student.works[sheet.id], sheet.pages, sheet.answers or ()) for sheet in tasks]


def written(printed, wanted, folder: Path) -> Path:
    sides = printed.report.packs[0].sides
    file = folder / "samples" / "stack.pdf"
    count = write_stack(printed.report.file, sides, wanted, "en", folder, file)
    assert count == sum(one.pages for one in wanted) + 2
    return file


def test_every_page_finds_its_work_but_a_blank_back(printed, wanted, tmp_path):
    file = written(printed, wanted, tmp_path)
    with tempfile.TemporaryDirectory() as kept:
        pages = stack.read_stack([("stack.pdf", str(file))], printed.content["school"]["id"], kept)
    states = [page.reading.state for page in pages]
    assert states.count("blank") == 1 and states.count("work") == len(pages) - 1
    found = [(page.reading.label.digits, page.reading.label.page) for page in pages if page.reading.label]
    first = (wanted[0].code, 1)
    assert sorted(found) == sorted([(one.code, n) for one in wanted for n in range(1, one.pages + 1)] + [first])
    assert {page.reading.turn for page in pages if page.reading.label} == {0, 180}


def test_it_is_the_same_each_time(printed, wanted, tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    assert written(printed, wanted, first).read_bytes() == written(printed, wanted, second).read_bytes()


def test_without_poppler_or_sheets_there_is_none(printed, wanted, tmp_path, monkeypatch):
    out = tmp_path / "stack.pdf"
    assert write_stack(printed.report.file, 2, [Wanted("000000000", 1)], "en", tmp_path, out) == 0
    monkeypatch.setattr(sample_stack.shutil, "which", lambda program: None)
    assert write_stack(printed.report.file, 9, wanted, "en", tmp_path, out) == 0 and not out.exists()
