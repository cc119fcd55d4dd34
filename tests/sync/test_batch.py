"""Batches in columns stand for exactly the envelopes that went in, of every type and version; and fit a poor line."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import batch, ops, parcel
from sync.canonical import canonical
from sync.codes import new_code
from sync.errors import SyncError

ORIGIN = "00112233aabbccdd"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
    | st.floats(-(2.0**52), 2.0**52),  # JavaScript writes a larger whole one without its point
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6,
)  # fmt: skip
moments = st.one_of(
    st.builds(
        lambda at, zone: at.replace(microsecond=0).isoformat() + zone,
        st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)), st.sampled_from(["Z", "+05:00", "-09:30"]),
    ),
    st.sampled_from(["2026-12-07T08:00+05:00", "2026-12-07T08:00:00.25Z", "2026-12-07T08:00:00Z"]),
)  # fmt: skip
days = st.none() | st.dates().map(lambda day: day.isoformat())
codes = st.integers(0, 9_999_999).map(lambda seven: batch.complete(f"{seven:07d}"))
hashes = st.integers(0, 3).map(lambda number: f"{number:064x}")
marks = st.none() | st.sampled_from([{"verdict": "mark", "value": "5"}, {"verdict": "redo", "value": None}])
data = st.one_of(
    st.fixed_dictionaries({"code": codes | texts, "channel": texts, "mark": marks, "comment": texts}),
    st.fixed_dictionaries({"student": texts, "lesson": texts, "letter": st.none() | texts, "reason": texts}),
    st.dictionaries(texts, json_values, max_size=4),
)  # fmt: skip


@st.composite
def envelopes(draw: st.DrawFn) -> dict[str, Any]:
    """A well-formed envelope: as phones write them, of unknown types, of newer versions with members of their own."""
    v = draw(st.sampled_from([1, 1, 1, 2]))
    more = draw(st.dictionaries(texts, json_values, max_size=2)) if v > 1 else {}
    envelope = {
        **more, "v": v, "origin": draw(st.sampled_from([ORIGIN, "f" * 16])), "n": draw(st.integers(0, 2**53 - 1)),
        "type": draw(st.sampled_from(["return", "weather", "mark"])), "author": draw(st.sampled_from(["", "a" * 32])),
        "at": draw(moments), "returned_on": draw(days), "base": draw(st.lists(hashes, unique=True, max_size=2)),
        "data": draw(data),
    }  # fmt: skip
    return envelope


batches = st.lists(envelopes(), max_size=12)


def as_bytes(each: list[dict[str, Any]]) -> list[bytes]:
    return [canonical(envelope) for envelope in each]


@given(batches)
@settings(deadline=None)
def test_what_comes_out_is_what_went_in(each: list[dict[str, Any]]) -> None:
    assert as_bytes(batch.unpack(batch.pack(each))) == as_bytes(each)


@given(batches)
@settings(deadline=None)
def test_it_travels_as_json_and_gzip(each: list[dict[str, Any]]) -> None:
    for columns in (True, False):
        read = parcel.read(parcel.write("TEST", "e", each, columns))
        assert as_bytes(read.envelopes) == as_bytes(each)


@given(batches.filter(bool), st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_changed_in_columns_is_ops_or_refused(each: list[dict[str, Any]], choose: st.DataObject) -> None:
    columns = json.loads(json.dumps(batch.pack(each)))
    place: Any = columns
    while isinstance(place, (list, dict)) and place:
        key = choose.draw(st.sampled_from(range(len(place)) if isinstance(place, list) else sorted(place)))
        if not isinstance(place[key], (list, dict)) or not place[key] or choose.draw(st.booleans()):
            place[key] = choose.draw(json_values | st.just(10**30))
            break
        place = place[key]
    try:
        found = batch.unpack(columns)
    except SyncError as error:
        assert error.code == "batch_malformed"
    else:
        assert len(found) <= batch.MAX_OPS


@given(json_values)
def test_nonsense_is_refused(value: Any) -> None:
    with pytest.raises(SyncError, match="batch_malformed"):
        batch.unpack(value)


def a_class(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Returns with marks and some comments, as a teacher types them one after the other."""
    chance, at = random.Random(seed), datetime(2026, 12, 7, 14, 0)
    typed = []
    for n in range(count):
        at += timedelta(seconds=chance.randint(2, 9))
        comment = "Проверь ещё раз вторую задачу: потерян знак." if n % 15 == 3 else ""
        mark = {"verdict": "mark", "value": chance.choice("2345")}
        data = {"code": new_code(chance.randrange), "channel": "paper", "mark": mark, "comment": comment}
        typed.append(ops.envelope(ORIGIN, n, "return", "a" * 32, at.isoformat() + "+05:00", data, (), at.date()))
    return typed


def test_columns_are_a_fraction_of_objects() -> None:
    typed = a_class(500)
    packed, plain = (len(parcel.write("TEST", "e" * 32, typed, columns)) for columns in (True, False))
    assert packed / 500 < 8  # bytes an op; half of them are the random digits of its code
    assert packed * 2 < plain


def test_columns_say_each_thing_in_the_shortest_way() -> None:
    columns = batch.pack(a_class(30))
    head = dict(zip(batch.HEAD, columns["head"], strict=True))
    assert {name: column[0] for name, column in head.items()} == {
        "v": "=", "origin": "=", "n": "+", "author": "=", "at": "t", "returned_on": "=", "base": "=",
    }  # fmt: skip
    assert [column[0] for column in columns["data"][0]] == ["=", "c", "i", "i"]


def test_the_same_ops_make_the_same_bytes() -> None:
    assert parcel.write("TEST", "e", a_class(30)) == parcel.write("TEST", "e", a_class(30))
