"""A pack in large print: what a student reads is of 18 pt, lines lie wider apart; others' packs stay as they were."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from printables.furniture import room_to_write
from printables.layout import TASK_TOP, mm
from printables.pack import print_group
from tests.printables.paper import letters, pages_of

pytestmark = pytest.mark.pdf
RAISED = 14


@pytest.fixture(scope="module")
def large(printed, tmp_path_factory):
    """The second of two students reads large print."""
    folder = tmp_path_factory.mktemp("large")
    one, two = printed.roster.students[:2]
    roster = replace(printed.roster, students=(one, replace(two, large=True)))
    return print_group(printed.edition, roster, folder / "7.pdf", printed.cache, folder)


@pytest.fixture(scope="module")
def sizes(large) -> dict[str, list[float]]:
    """Of each kind of sheet in large print the sizes of all its letters, head and foot included."""
    found, seen = {}, [one for one in letters(large.file) if one.text.strip()]
    page = large.packs[1].first_page
    for sheet in large.packs[1].sheets:
        pages = range(page, page + sheet.pages)
        found.setdefault(sheet.kind, []).extend(one.size for one in seen if one.page in pages)
        page += sheet.pages + sheet.pages % 2  # a fresh leaf
    return found


def test_what_is_read_is_of_18_points(sizes):
    """But what folds and cuts, sub- and superscripts, and letters inside drawings."""
    assert {"cover", "lesson", "task", "slips"} <= sizes.keys()
    for kind, found in sizes.items():
        assert sum(size >= 17.9 for size in found) / len(found) > (0.4 if kind == "slips" else 0.9), kind
        assert min(found) >= (10.9 if kind == "slips" else RAISED - 0.1), kind


def test_head_foot_code_and_the_teachers_box_are_large_too(sizes):
    assert min(sizes["task"]) >= 16


def test_the_sheets_are_cached_under_names_of_their_own(printed, large, tmp_path):
    usual, big = ({sheet.hash for sheet in pack.sheets} for pack in large.packs)
    assert usual.isdisjoint(big)
    roster = replace(printed.roster, students=(replace(printed.roster.students[0], large=True),))
    again = print_group(printed.edition, roster, tmp_path / "again.pdf", printed.cache, tmp_path)
    assert again.rendered == 0


def test_the_other_pack_is_as_it_would_be_alone(printed, large, tmp_path):
    roster = replace(printed.roster, students=printed.roster.students[:1])
    alone = print_group(printed.edition, roster, tmp_path / "7.pdf", printed.cache, tmp_path)
    assert alone.packs[0].sheets == large.packs[0].sheets
    mine, both = (pages_of(Path(one.file))[: alone.pages] for one in (alone, large))
    assert [re.sub(r"pack 1 of \d", "", page) for page in mine] == [re.sub(r"pack 1 of \d", "", page) for page in both]


def test_it_holds_the_same_tasks_and_lessons(large):
    usual, big = ([(sheet.kind, sheet.id) for sheet in pack.sheets] for pack in large.packs)
    assert usual == big
    assert large.packs[1].pages > large.packs[0].pages


def test_lines_to_write_on_lie_wider_apart():
    lines = room_to_write(1, TASK_TOP, False, big=True).lines[0]
    assert lines[0] - lines[1] == pytest.approx(mm(16))
