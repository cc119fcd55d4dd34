"""Ids sort by time, carry the version RFC 9562 wants, and name the same content alike."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import digest
from sync.ids import content_id, uuid7


def test_the_example_of_the_rfc():
    """RFC 9562, A.6: rand_a 0xCC3 and rand_b 0x18C4DC0C0C07398F at 2022-02-22 19:22:22 UTC."""
    chance = (0xCC3 << 68 | 0x18C4DC0C0C07398F).to_bytes(10)
    assert uuid7(0x017F22E279B0, lambda n: chance) == "017f22e279b07cc398c4dc0c0c07398f"


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7_that_holds_its_time(unix_ms, chance):
    made = uuid7(unix_ms, lambda n: chance[:n])
    parsed = uuid.UUID(made)
    assert (parsed.hex, parsed.version, parsed.variant) == (made, 7, uuid.RFC_4122)
    assert parsed.int >> 80 == unix_ms


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10), st.integers(0, 2**48 - 2))
def test_a_later_id_sorts_after_an_earlier_one(early, late, unix_ms):
    assert uuid7(unix_ms, lambda n: early) < uuid7(unix_ms + 1, lambda n: late)


@given(st.integers(0, 2**74 - 1), st.integers(0, 2**74 - 1))
def test_all_74_random_bits_are_used(one, other):
    """A different chance gives a different id, so two rows of one millisecond seldom meet."""

    def id_of(bits):
        spread = (bits >> 62) << 68 | bits & (2**62 - 1)
        return uuid7(1, lambda n: spread.to_bytes(10))

    assert (id_of(one) == id_of(other)) == (one == other)


@pytest.mark.parametrize("unix_ms", [-1, 2**48])
def test_a_time_that_does_not_fit_is_refused(unix_ms):
    with pytest.raises(ValueError, match="milliseconds"):
        uuid7(unix_ms, bytes)


def test_a_content_id_is_half_the_sha256_of_the_canonical_list():
    assert content_id("урок", "7a") == content_id("урок", "7a")
    assert content_id() == "4f53cda18c2baa0c0354bb5f9a3ecbe5"  # printf '[]' | sha256sum | head -c 32


@given(st.lists(st.text()), st.lists(st.text()))
def test_other_parts_give_another_content_id(one, other):
    """Also when the parts joined would be the same text."""
    assert (content_id(*one) == content_id(*other)) == (one == other)


@given(st.lists(st.text()))
def test_a_content_id_is_named_by_the_canonical_bytes(parts):
    assert content_id(*parts) == digest(parts)[:32]
