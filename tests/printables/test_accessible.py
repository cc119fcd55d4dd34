"""The tagged copy: what a screen reader needs is in the file's own objects, and nothing that names a person."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from printables.accessible import nested, print_accessible
from printables.errors import PrintError
from tests.editions import TEACHERS, sample_content, sample_edition, write_sample
from tests.printables.kinds import LOCALES, accessible_copy
from tests.printables.paper import fonts_are_ours, pages_of, run

pytestmark = pytest.mark.pdf
PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "Do", "INLINE IMAGE"}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    return accessible_copy(tmp_path_factory.mktemp("accessible"))


@pytest.fixture(scope="module")
def pdf(file) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(file) as opened:
        yield opened


def elements(node: Any) -> Iterator[Any]:
    """The structure's elements in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def of_kind(pdf: pikepdf.Pdf, *names: str) -> list[Any]:
    return [one for one in elements(pdf.Root.StructTreeRoot) if str(one.S) in names]


def test_it_says_that_it_is_tagged_in_which_language_and_how_it_is_called(pdf):
    root = pdf.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "ru"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.docinfo["/Title"]).startswith("8\u00a0класс")
    with pdf.open_metadata() as metadata:
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:title"].startswith("8\u00a0класс")


def test_questions_to_tick_are_read_aloud_with_their_options(tmp_path):
    content = sample_content()
    for task in content["tasks"].values():
        task["answers"] = [
            {"kind": "one", "label": "Брусок может быть", "options": ["железным", "сосновым"], "digits": 0},
            {"kind": "number", "label": "Масса льда", "options": [], "digits": 3},
        ]
    folder = write_sample(tmp_path, sample_edition(41, content))
    (tmp_path / "copy.pdf").write_bytes(print_accessible(folder, "7", "2026-W50", 41, LOCALES).pdf)
    said = " ".join(run("pdftotext", "-layout", str(tmp_path / "copy.pdf"), "-").split())
    assert "Брусок может быть верно одно: железным; сосновым" in said
    assert "Масса льда ответ — число" in said
    assert "Физика, понедельник, 7 декабря: Плотность вещества" in said


def test_headings_are_in_order_and_none_is_skipped(pdf):
    levels = [int(str(one.S)[2:]) for one in of_kind(pdf, *(f"/H{n}" for n in range(1, 7)))]
    assert levels[0] == 1 and levels.count(1) == 1 and len(levels) > 10
    assert all(later <= before + 1 for before, later in itertools.pairwise(levels))


def test_every_picture_has_an_alternative_text(pdf):
    figures = of_kind(pdf, "/Figure")
    assert figures and all(str(one.get("/Alt", "")).strip() for one in figures)


def test_tables_have_headers_for_every_cell(pdf):
    tables = of_kind(pdf, "/Table")
    assert tables
    for table in tables:
        inner = list(elements(table))
        assert any(str(one.S) == "/TH" for one in inner)
        for cell in (one for one in inner if str(one.S) == "/TD"):
            assert len(cell.A.Headers) >= 1


def test_everything_that_is_drawn_is_tagged_or_said_to_be_decoration(pdf):
    for page in pdf.pages:
        depth: list[str] = []
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BDC", "BMC"):
                depth.append(str(operands[0]))
            elif name == "EMC":
                depth.pop()
            elif name in PAINTS:
                assert depth, f"{name} outside of marked content"
        assert not depth


def test_reading_aloud_gives_the_words_in_order_without_a_complaint(file):
    said = run("pdfinfo", "-struct-text", file)
    order = [said.index(word) for word in ("Расписание", "Понедельник", "Вторник", "Объявления")]
    assert order == sorted(order)


def test_fonts_are_embedded_with_a_way_back_to_text(file):
    fonts_are_ours(file)


def test_nobody_is_named_and_no_code_is_in_it(file):
    text = " ".join(pages_of(file))
    assert not [name for name in TEACHERS.values() if name.split()[0] in text]
    assert not re.search(r"\b\d{3} \d{3} \d{3}\b", text)


def test_a_drawing_whose_author_said_nothing_is_called_by_its_lesson(tmp_path):
    content = sample_content()
    content["school"]["locale"] = "ru"
    for material in content["materials"].values():
        material["body"] = re.sub(r'\saria-label="[^"]*"', "", material["body"])
    made = print_accessible(write_sample(tmp_path, sample_edition(41, content)), "8", "2026-W50", 41, LOCALES)
    file = tmp_path / "copy.pdf"
    file.write_bytes(made.pdf)
    with pikepdf.open(file) as opened:
        said = [str(one.Alt) for one in of_kind(opened, "/Figure")]
    titles = [material["title"] for material in content["materials"].values()]
    assert said and all(any(one.endswith(title) for title in titles) for one in said)


def test_an_unknown_class_is_refused(tmp_path):
    folder = write_sample(tmp_path, sample_edition(41, sample_content()))
    with pytest.raises(PrintError) as refused:
        print_accessible(folder, "12", "2026-W50", 41, LOCALES)
    assert refused.value.code == "group_unknown"


@given(st.lists(st.integers(1, 6), max_size=12), st.integers(2, 5))
def test_headings_of_any_text_are_nested(levels, level):
    html = "".join(f"<h{one}>x</h{one}>" for one in levels)
    found = [int(one) for one in re.findall(r"<h(\d)>x</h\1>", nested(html, level))]
    assert len(found) == len(levels)
    assert all(later <= before + 1 for before, later in itertools.pairwise([level - 1, *found]))
    assert all(level <= one <= 6 for one in found)
