"""The bytes that are hashed are RFC 8785's, so that a browser and another school get the same."""

import hashlib
import json
import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import canonical, digest

SAFE = 2**53 - 1
letters = st.text(st.characters(exclude_categories=["Cs"]))
floats = st.floats(-SAFE, SAFE)  # a greater one is written as the integer that it is, and not read again
leaves = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | floats | letters
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(letters, inner), max_leaves=20)


def test_the_sample_of_the_rfc():
    """RFC 8785, 3.2.2 and 3.2.3."""
    text = r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
               "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        r'"string":"€$\u000f\nA' + "'" + r'B\"\\\\\"/"}'
    )
    assert canonical(json.loads(text)).decode() == expected


def test_keys_are_sorted_by_utf_16_as_in_the_rfc():
    """RFC 8785, 3.2.3: U+1F600 stands before U+FB33, although its code point is greater."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict.fromkeys(keys, 0)))) == expected


@given(values)
def test_nothing_is_lost_and_nothing_changes_the_second_time(value):
    first = canonical(value)
    assert json.loads(first) == value
    assert canonical(json.loads(first)) == first


@given(st.dictionaries(letters, leaves, max_size=6))
def test_the_order_of_keys_does_not_matter(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(values)
def test_the_digest_is_the_sha_256_of_those_bytes(value):
    assert digest(value) == hashlib.sha256(canonical(value)).hexdigest()


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | letters,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner), max_leaves=40,
)  # fmt: skip


@given(plain | values)
def test_the_quick_way_writes_the_same_bytes(value):
    assert canonical(value) == rfc8785.dumps(value)


def test_every_letter_is_written_as_the_rfc_says():
    everything = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x10FFFF + 1))))
    assert canonical([everything]) == rfc8785.dumps([everything])


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, SAFE + 1, -SAFE - 1, {1: "a"}, {"a": {1, 2}}, b"bytes", "\ud800", deep(100_000)],
    ids=["nan", "inf", "large", "small", "key", "set", "bytes", "surrogate", "deep"],
)
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(ValueError):
        canonical(value)
