"""Every kind of paper is whole: fonts, letters, sizes, margins, codes, sides; and no kind is forgotten."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import printables
from tests.printables.kinds import KINDS, Kind
from tests.printables.paper import codes_of, packs_begin_on_fresh_leaves, pages_of, whole

pytestmark = pytest.mark.pdf
ROOM = Path(printables.__file__).parent
FRAMES = {"sheet.html", "document.html", "top.html"}  # what templates of kinds extend or hold


@pytest.fixture(scope="module")
def specimen(tmp_path_factory) -> Callable[[Kind], Path]:
    """The file of a kind, made once."""
    return cache(lambda kind: kind.make(tmp_path_factory.mktemp("kind")))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_it_is_whole(kind, specimen, tmp_path):
    pdf = specimen(kind)
    texts = whole(pdf, tmp_path, margins=kind.margins, names=kind.names, raised=kind.raised)
    if kind.packs:
        packs_begin_on_fresh_leaves(texts)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.codes], ids=lambda kind: kind.name)
def test_its_codes_are_read_from_a_grainy_picture(kind, specimen, tmp_path):
    pdf = specimen(kind)
    assert [len(page) for page in codes_of(pdf, tmp_path)] == kind.codes(pages_of(pdf))


def test_no_module_that_draws_is_without_a_specimen():
    draws = re.compile(r"^from printables\.render import .*\brender\b", re.M)
    drawing = {file.stem for file in ROOM.glob("*.py") if draws.search(file.read_text("utf-8"))}
    assert drawing == {kind.module for kind in KINDS}


def test_no_template_is_without_a_specimen():
    templates = {file.name for file in (ROOM / "templates").glob("*.html")}
    assert templates - FRAMES == {name for kind in KINDS for name in kind.templates}
