"""Every way in which schools draw: each sketch reads the same as drawn, turned over, and as a page."""

import pytest

from server.importers.registry import read
from tests.server.importers.drawing import page, read_sketch, sketch, told, workbook
from tests.server.importers.drawn_ways import WAYS


@pytest.mark.parametrize("way", WAYS)
def test_a_drawing_is_understood(way):
    text, expected = WAYS[way]
    result = read_sketch(text)
    assert told(result) == sorted(expected)
    assert not [finding for finding in result.findings if finding.level == "error"]


@pytest.mark.parametrize("way", WAYS)
def test_a_drawing_turned_over_its_diagonal_says_the_same(way):
    text, expected = WAYS[way]
    assert told(read("timetable", "x.xlsx", workbook({"Лист1": sketch(text).turned()}))) == sorted(expected)


@pytest.mark.parametrize("way", WAYS)
def test_a_page_with_spans_says_the_same(way):
    text, expected = WAYS[way]
    assert told(read("timetable", "x.xls", page(sketch(text)))) == sorted(expected)
