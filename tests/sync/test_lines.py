"""Pages told by lines: any text comes back as it was, in a byte a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.lines import LEAST, LETTERS, Known, from_bytes, read, tell, to_bytes

HTML = st.one_of(st.text(st.characters(codec="utf-8")), st.text(st.sampled_from("\0\x01\x02\x03\n\r\t aЖ😀0f,")))
PATHS = [f"{name}-{n}.html" for name in ("day", "lesson") for n in range(3)]
PAGES = st.dictionaries(st.sampled_from(PATHS), HTML)


def test_each_letter_is_another_byte():
    assert len(set(LETTERS)) == len(LETTERS) == 128 and LETTERS[64] == "б" and LETTERS[112] == "а"
    assert not [letter for letter in LETTERS if letter < "\x80"]


@given(PAGES)
def test_any_pages_come_back_as_they_were(pages):
    assert read(from_bytes(to_bytes("\n".join(tell(pages)))), {}) == pages


@given(st.binary())
def test_any_bytes_are_letters(data):
    assert to_bytes(from_bytes(data)) == data


def test_school_texts_take_a_byte_a_letter():
    text = "Сәлем, «Ёжик» — № 5: 3 × 4 ≤ 12; t = −20 °C, қазақ тілі"
    assert len(to_bytes(Known().tell(text))) == len(text)


def test_the_longest_run_of_known_lines_is_named():
    line = "a line that is long enough to be worth naming at all"
    pages = {"a": f"{line}\n1\n{line}\n2\n{line}", "b": f"{line}\n2\n{line}\nnew"}
    first, second = tell(pages)
    assert first == f"\x01a\n{pages['a']}"  # of its own lines a page names none
    assert second == "\x01b\n\x022,3\nnew"
    assert Known("x" * LEAST).tell("x" * LEAST) == "\x020,1" and Known("x").tell("x") == "x"


@pytest.mark.parametrize("telling", [
    "a.html", "\x01a\n\x020,4", "\x01a\n\x023,1", "\x01a\n\x02-1,1", "\x01a\n\x020,0", "\x01a\n\x020", "\x01a\n\x02",
    "\x01a\n\x020,1,2", "\x01a\n\x02 0,1", "\x01a\n\x020,1\x02", "\x01none\x03", "\x01a\x03\n\x01a\x03",
    "\x01new\n\x020,1", "\x01a\n\x020,9999999999999999999999", "\x01a\n\0d800",
])  # fmt: skip
def test_what_is_no_telling_of_these_pages_is_refused(telling):
    with pytest.raises((KeyError, ValueError, IndexError)):
        read(telling, {"a": "1\n2\n3"})
