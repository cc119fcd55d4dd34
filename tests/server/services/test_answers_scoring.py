"""Scoring: all points or none, nothing for what is unsure, and the same words find their question wherever it moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.importers.answer_rows import AnswerRow
from server.services.answers.scoring import CHANGED, NO_KEY, UNSURE, Given, score, scored, valid

ONE = AnswerRow("one", "a", ("А", "Б"), 0, (1,), 2)
SEVERAL = AnswerRow("several", "b", ("А", "Б", "В"), 0, (0, 2), 3)
NUMBER = AnswerRow("number", "c", (), 3, ("042",), 4)
KEYLESS = AnswerRow("one", "d", ("А", "Б"))
ASKED = [ONE, SEVERAL, NUMBER, KEYLESS]


def said(row, answer):
    return Given(row.kind, row.label, row.options, row.digits, answer)


@pytest.mark.parametrize(
    ("row", "answer", "points", "why"),
    [
        (ONE, [1], 2, ""), (ONE, [0], 0, ""), (ONE, [], 0, ""), (ONE, None, None, UNSURE),
        (SEVERAL, [0, 2], 3, ""), (SEVERAL, [2, 0], 3, ""), (SEVERAL, [0], 0, ""), (SEVERAL, [0, 1, 2], 0, ""),
        (NUMBER, ["042"], 4, ""), (NUMBER, ["42"], 4, ""), (NUMBER, ["420"], 0, ""), (NUMBER, [], 0, ""),
        (KEYLESS, [0], None, NO_KEY), (KEYLESS, None, None, UNSURE),
    ],
)  # fmt: skip
def test_a_question_counts_all_its_points_or_none(row, answer, points, why):
    found = score(row, answer)
    assert (found.points, found.most, found.why) == (points, row.points, why)


def test_a_work_is_the_sum_of_what_is_sure():
    result = scored([said(ONE, [1]), said(SEVERAL, None), said(NUMBER, ["042"]), said(KEYLESS, [0])], ASKED)
    assert (result.points, result.most, result.open, result.missing) == (6, 10, 2, ())


def test_questions_that_no_page_brought_are_named():
    result = scored([said(NUMBER, ["042"])], ASKED)
    assert (result.points, result.open, result.missing) == (4, 3, (0, 1, 3))


@given(st.permutations(range(4)))
def test_a_moved_question_is_still_found(order):
    result = scored([said(ASKED[place], None) for place in order], ASKED)
    assert [place for place, _score in result.lines] == list(order)


def test_equal_questions_keep_their_order():
    rows = [AnswerRow("one", "", ("А", "Б"), 0, (key,)) for key in (0, 1, 1)]
    result = scored([said(row, [1]) for row in rows], rows)
    assert [one.points for _place, one in result.lines] == [0, 1, 1]


def test_a_question_that_was_changed_after_printing_counts_nothing_by_itself():
    result = scored([Given("one", "a", ("А", "Б", "В"), 0, [1])], [ONE])
    assert result.lines[0] == (None, score(ONE, None).__class__(None, 0, CHANGED))
    assert (result.points, result.missing) == (0, (0,))


@pytest.mark.parametrize(
    ("answer", "kind", "fits"),
    [
        ([], "one", True), ([1], "one", True), ([0, 1], "one", False), ([2], "one", False), ([True], "one", False),
        ([0, 1], "several", True), ([0, 0], "several", False), (["12"], "number", True), (["123"], "number", False),
        (["1", "2"], "number", False), ([12], "number", False), (["-1"], "number", False), (["٣"], "number", False),
    ],
)  # fmt: skip
def test_what_a_person_may_say(answer, kind, fits):
    assert valid(answer, kind, ["А", "Б"], 2) is fits
