"""What is typed in a class's table is understood, and equal drafts and words make equal bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import DomainError
from server.services.logging_work import (
    Arrival,
    Draft,
    Line,
    Said,
    make_draft,
    mark_of,
    op_about_work,
    read_typed,
)
from sync import ops
from sync.decide import Scale
from tests.server.factory import TODAY
from tests.server.logbook import NOW

FIVE, PASS = Scale("values", ("5", "4", "3", "2")), Scale("values", ("pass", "fail"))
POINTS, NONE = Scale("points", maximum=20), Scale("none")


@pytest.mark.parametrize(
    ("typed", "rule", "mark", "again"),
    [
        ("5", FIVE, ("mark", "5"), None),
        (" 2 ", FIVE, ("mark", "2"), None),
        ("д", FIVE, ("redo", None), None),
        ("Д", FIVE, ("redo", None), None),
        ("на доработку", FIVE, ("redo", None), None),
        ("r", POINTS, ("redo", None), None),
        ("+5", FIVE, ("mark", "5"), True),
        ("+ д", FIVE, ("redo", None), True),
        ("-", FIVE, ("cleared", None), None),
        ("12", POINTS, ("mark", "12"), None),
        ("012/20", POINTS, ("mark", "12"), None),
        ("0", POINTS, ("mark", "0"), None),
        ("зач", PASS, ("mark", "pass"), None),
        ("Незачёт", PASS, ("mark", "fail"), None),
        ("п", NONE, ("checked", None), None),
    ],
)
def test_what_people_type(typed, rule, mark, again):
    assert read_typed(typed, rule, "c") == Said(mark_of(*mark), "c", again)


def test_a_plus_says_that_it_came_and_nothing_says_nothing():
    assert read_typed("+", FIVE) == Said(None, "", True)
    assert read_typed("  ", FIVE) is None


@pytest.mark.parametrize(
    ("typed", "rule"),
    [("6", FIVE), ("5-", FIVE), ("зач", FIVE), ("п", FIVE), ("5", PASS), ("21", POINTS), ("12/25", POINTS), ("5", NONE),
     ("++5", FIVE), ("?", FIVE), ("=5", FIVE)],
)  # fmt: skip
def test_what_is_no_mark_here_is_refused(typed, rule):
    with pytest.raises(DomainError) as refused:
        read_typed(typed, rule)
    assert refused.value.code == "mark_invalid"


@given(st.text(max_size=8), st.sampled_from([FIVE, PASS, POINTS, NONE]))
def test_whatever_is_typed_fits_the_scale_or_is_refused(typed, rule):
    try:
        said = read_typed(typed, rule)
    except DomainError:
        return
    assert said is None or said.mark is None or rule.allows((said.mark["verdict"], said.mark["value"]))


@given(st.text(max_size=20).filter(lambda text: "\x00" not in text), st.sampled_from(["issued", "returned", "redo"]))
def test_equal_words_on_one_draft_are_equal_bytes_also_after_travelling(comment, state):
    draft = make_draft(b"12345678", NOW, "Asia/Yekaterinburg", "p" * 32, [Line("482170317", ("a" * 64,), state)])
    said, arrival = Said(mark_of("mark", "4"), comment), Arrival(TODAY, "paper")
    first = ops.parse(op_about_work(draft, 0, said, arrival))
    assert ops.parse(op_about_work(Draft.of(draft.plain()), 0, said, arrival)).sha256 == first.sha256
    assert first.type == ("mark" if state == "returned" else "return")
    assert first.base == ("a" * 64,)


def test_a_mark_is_needed_where_nothing_came_back():
    draft = make_draft(b"12345678", NOW, "Asia/Yekaterinburg", "p", [Line("482170317", (), "returned")])
    with pytest.raises(DomainError, match="mark_needed"):
        op_about_work(draft, 0, Said(None), Arrival(TODAY, "paper"))
