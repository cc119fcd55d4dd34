"""Works that are alike to the letter: what counts as the same, and what never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.marking.alike import ANSWERS, PAGE, TEXT, Handed, alike, normalised

LONG = "Ёжик вышел из тумана и увидел, что звёзды совсем рядом."


@pytest.mark.parametrize(
    "other", [LONG, LONG.upper(), LONG.replace("ё", "е").replace("Ё", "Е"), f"  {LONG.replace(' ', '  ')}\n",
              LONG.replace(" ", "\u00a0")]
)  # fmt: skip
def test_case_white_space_and_yo_make_no_difference(other):
    assert alike([Handed("a", (LONG,)), Handed("b", (other,))]) == {"a": {"b": TEXT}, "b": {"a": TEXT}}


@pytest.mark.parametrize("other", [LONG[:-1], LONG.replace("рядом", "близко"), ""])
def test_one_letter_more_or_less_is_another_text(other):
    assert alike([Handed("a", (LONG,)), Handed("b", (other,))]) == {}


def test_short_answers_are_alike_because_there_is_little_to_say():
    assert alike([Handed("a", ("x = 3, y = 5",)), Handed("b", ("x = 3, y = 5",))]) == {}


def test_the_same_wrong_answers_are_told_from_three_on():
    three = frozenset({(0, "1"), (2, "0"), (5, "17")})
    two = frozenset({(0, "1"), (2, "0")})
    works = [Handed("a", wrong=three), Handed("b", wrong=three), Handed("c", wrong=two), Handed("d", wrong=two)]
    assert alike(works) == {"a": {"b": ANSWERS}, "b": {"a": ANSWERS}}


def test_one_picture_under_two_codes_is_told():
    works = [Handed("a", pages=frozenset({"1", "2"})), Handed("b", pages=frozenset({"2"})), Handed("c")]
    assert alike(works) == {"a": {"b": PAGE}, "b": {"a": PAGE}}


texts = st.text(st.sampled_from("аА ёЁеЕ\n.ж"), max_size=60)


@given(st.lists(st.tuples(texts, st.frozensets(st.tuples(st.integers(0, 2), st.sampled_from("01")), max_size=4))))
def test_likeness_is_mutual_and_nobody_is_like_oneself(rows):
    found = alike(Handed(str(n), (text,), wrong) for n, (text, wrong) in enumerate(rows))
    assert all(found[other][one] == how for one, others in found.items() for other, how in others.items())
    assert all(one not in others for one, others in found.items())


@given(texts)
def test_normalising_twice_changes_nothing(text):
    assert normalised(normalised(text)) == normalised(text)
