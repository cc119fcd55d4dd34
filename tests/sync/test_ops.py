"""An envelope is understood or refused by a field's name, whatever arrives, and its hash is that of its bytes."""

import copy
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import ops
from sync.canonical import digest
from sync.errors import SyncError

GOOD = ops.envelope(
    "00112233445566ff", 3, "return", "a" * 32, "2026-12-07T09:41:00+05:00",
    {"code": "482170317", "channel": "paper", "mark": {"verdict": "mark", "value": "5"}, "comment": "Молодец!"},
    base=["b" * 64, "a" * 64], returned_on=date(2026, 12, 7),
)  # fmt: skip
MARK = {
    **GOOD, "type": "mark", "returned_on": None,
    "data": {"code": "482170317", "mark": {"verdict": "redo", "value": None}, "comment": ""},
}  # fmt: skip
ABSENCE = {
    **GOOD, "type": "absence", "returned_on": None,
    "data": {"student": "c" * 32, "lesson": "d" * 32, "letter": "Н", "reason": ""},
}  # fmt: skip
PRESENCE = {
    **GOOD, "type": "presence", "returned_on": None,
    "data": {"student": "c" * 32, "lesson": "d" * 32, "present": True, "place": "library", "behaviour": ""},
}  # fmt: skip
CALL = {
    **GOOD, "type": "call", "returned_on": None,
    "data": {"student": "c" * 32, "person": "", "direction": "in", "channel": "call", "topic": "task",
             "outcome": "read out", "text": "", "seconds": 95},
}  # fmt: skip
TERM_MARK = {
    **GOOD, "type": "term_mark", "returned_on": None,
    "data": {"student": "c" * 32, "course": "d" * 32, "term": "", "value": "5", "decided": "teacher",
             "trace": '{"mean": "4.6"}'},
}  # fmt: skip
EVERY = [GOOD, MARK, ABSENCE, PRESENCE, CALL, TERM_MARK]

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(
    ["482170317", "mark", "5", "return", "a" * 64, "2026-12-07", "\ud800", "\x00", "2026-12-07T09:41:00+05:00"]
)  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


def changed(envelope: dict, path: str, value: object) -> dict:
    """A deep copy with one member replaced; ``data.mark.value`` names a nested one."""
    copied = copy.deepcopy(envelope)
    *way, last = path.split(".")
    place = copied
    for step in way:
        place = place[step]
    place[last] = value
    return copied


@pytest.mark.parametrize("envelope", EVERY)
def test_what_envelope_builds_is_understood(envelope):
    op = ops.parse(json.loads(json.dumps(envelope)))
    assert op.known
    assert (op.origin, op.n, op.author, op.type) == ("00112233445566ff", 3, "a" * 32, envelope["type"])
    assert (op.data, op.raw) == (envelope["data"], envelope)


def test_the_base_is_sorted_so_that_equal_acts_are_equal_bytes():
    assert GOOD["base"] == ["a" * 64, "b" * 64]


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("v", 0, "v"), ("v", True, "v"), ("v", "1", "v"), ("v", 1.0, "v"), ("v", 2**31, "v"),
        ("origin", "00112233445566FF", "origin"), ("origin", "00112233445566ff\n", "origin"), ("origin", 1, "origin"),
        ("n", -1, "n"), ("n", 2**53, "n"), ("n", True, "n"), ("n", "3", "n"), ("n", None, "n"),
        ("type", "", "type"), ("type", "Return", "type"), ("type", "x" * 25, "type"), ("type", ["return"], "type"),
        ("type", "a\x00", "type"), ("author", None, "author"), ("author", "a" * 33, "author"),
        ("author", "a\x00", "author"), ("at", "2026-12-07T09:41:00", "at"), ("at", "2026-12-07", "at"),
        ("at", "2026-13-07T09:41:00+05:00", "at"), ("at", "2026-12-07\x0009:41:00+05:00", "at"), ("at", 5, "at"),
        ("at", "2026-12-07T09:41:00+05:00 ", "at"), ("at", "٢٠٢٦-12-07T09:41:00+05:00", "at"),
        ("returned_on", None, "returned_on"), ("returned_on", "2026-02-30", "returned_on"),
        ("returned_on", "20261207", "returned_on"), ("returned_on", "2026-W50-1", "returned_on"),
        ("returned_on", 20261207, "returned_on"), ("returned_on", ["2026-12-07"], "returned_on"),
        ("base", None, "base"), ("base", "a" * 64, "base"), ("base", ["a" * 63], "base"),
        ("base", [["a" * 64]], "base"),
        ("base", ["a" * 64] * 2, "base"), ("base", [f"{n:064x}" for n in range(51)], "base"), ("base", [{}], "base"),
        ("data", None, "data"), ("data", [], "data"), ("data", {}, "data"), ("data.more", 1, "data"),
        ("data.code", 482170317, "code"), ("data.code", "4\x00", "code"), ("data.channel", None, "channel"),
        ("data.comment", "x" * 4001, "comment"), ("data.comment", "a\x00b", "comment"),
        ("data.comment", "\ud800", "data"),
        ("data.mark", {}, "mark"), ("data.mark", "5", "mark"), ("data.mark", [], "mark"),
        ("data.mark.verdict", "praise", "mark"), ("data.mark.verdict", ["mark"], "mark"),
        ("data.mark.verdict", "redo", "mark"), ("data.mark.value", None, "mark"), ("data.mark.value", 5, "mark"),
        ("data.mark.value", "", "mark"), ("data.mark.value", "123456789", "mark"), ("data.mark.more", 1, "mark"),
        ("more", 1, "envelope"),
    ],
)  # fmt: skip
def test_a_damaged_return_is_refused_by_the_fields_name(path, value, field):
    with pytest.raises(SyncError) as caught:
        ops.parse(changed(GOOD, path, value))
    assert (caught.value.code, caught.value.data) == ("op_malformed", {"field": field})


@pytest.mark.parametrize(
    ("envelope", "path", "value", "field"),
    [
        (MARK, "data.mark", None, "mark"), (ABSENCE, "data.letter", "", "letter"),
        (ABSENCE, "data.letter", "НННННН", "letter"), (ABSENCE, "data.letter", 1, "letter"),
        (ABSENCE, "data.student", None, "student"), (ABSENCE, "data.lesson", ["x"], "lesson"),
        (ABSENCE, "data.reason", "\x00", "reason"), (ABSENCE, "data.mark", None, "data"),
        (PRESENCE, "data.present", 1, "present"), (PRESENCE, "data.place", None, "place"),
        (PRESENCE, "data.behaviour", "x" * 4001, "behaviour"),
        (CALL, "data.direction", "up", "direction"), (CALL, "data.seconds", -1, "seconds"),
        (CALL, "data.seconds", True, "seconds"), (CALL, "data.seconds", 2**31, "seconds"),
        (CALL, "data.seconds", 1.5, "seconds"), (CALL, "data.topic", [], "topic"), (CALL, "data.text", "\x00", "text"),
        (TERM_MARK, "data.value", "", "value"), (TERM_MARK, "data.value", 5, "value"),
        (TERM_MARK, "data.decided", "dice", "decided"), (TERM_MARK, "data.trace", "[]", "trace"),
        (TERM_MARK, "data.trace", "{", "trace"), (TERM_MARK, "data.trace", {}, "trace"),
        (TERM_MARK, "data.trace", "[" * 9000, "trace"), (TERM_MARK, "data.trace", "{}" + " " * 16000, "trace"),
    ],
)  # fmt: skip
def test_a_damaged_op_of_another_type_is_refused_by_the_fields_name(envelope, path, value, field):
    with pytest.raises(SyncError) as caught:
        ops.parse(changed(envelope, path, value))
    assert caught.value.data == {"field": field}


@pytest.mark.parametrize("raw", [None, 5, "op", [], {}, [GOOD], {**GOOD, "v": None}, {"v": 1}])
def test_what_is_no_envelope_is_refused(raw):
    with pytest.raises(SyncError, match="op_malformed"):
        ops.parse(raw)


def test_an_envelope_without_one_member_is_refused():
    for key in GOOD:
        with pytest.raises(SyncError) as caught:
            ops.parse({name: value for name, value in GOOD.items() if name != key})
        assert caught.value.data == {"field": "envelope"}


def test_an_endless_envelope_is_refused():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    unknown = {**GOOD, "type": "song"}
    for data in ({"deep": deep}, {"long": "x" * ops.MAX_BYTES}, {"nan": float("nan")}, {"big": 2**60}):
        with pytest.raises(SyncError, match="op_malformed"):
            ops.parse({**unknown, "data": data})


@given(raw=JSON)
def test_any_json_is_understood_or_refused(raw):
    with pytest.raises(SyncError) as caught:
        ops.parse(raw)
    assert caught.value.code == "op_malformed"


@given(
    envelope=st.sampled_from([*EVERY, {**GOOD, "type": "song"}, {**GOOD, "v": 2, "extra": 1}]),
    path=st.sampled_from([*GOOD, "data.code", "data.mark", "data.mark.value", "data.comment", "data.letter", "data.x",
                          "data.present", "data.seconds", "data.trace", "data.value"]),
    value=JSON,
)
def test_a_change_anywhere_is_understood_or_refused_with_a_field(envelope, path, value):
    try:
        raw = changed(envelope, path, value)
    except (KeyError, TypeError):  # this envelope has no such member
        raw = envelope
    try:
        op = ops.parse(raw)
    except SyncError as error:
        assert error.code == "op_malformed"
        assert error.data["field"]
    else:
        assert op.raw is raw
        assert op.sha256 == digest(raw)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@given(comment=TEXT, channel=TEXT, value=st.text("54320", min_size=1, max_size=3), base=st.sets(st.integers(0, 99)))
def test_the_hash_is_that_of_the_canonical_envelope(comment, channel, value, base):
    data = {"code": "482170317", "channel": channel, "mark": {"verdict": "mark", "value": value}, "comment": comment}
    raw = {**GOOD, "data": data, "base": [f"{n:064x}" for n in sorted(base)[:50]]}
    assert ops.parse(raw).sha256 == digest(raw)
    assert ops.digest_of_texts(raw) == digest(raw)


def test_key_order_and_escapes_do_not_change_the_hash():
    written = json.dumps(dict(reversed(GOOD.items())), ensure_ascii=True)
    assert ops.parse(json.loads(written)).sha256 == ops.parse(GOOD).sha256


@pytest.mark.parametrize("raw", [{**GOOD, "type": "song", "data": {"lines": [1, {}]}}, {**GOOD, "v": 2, "x": 1}])
def test_what_a_newer_program_wrote_is_kept_whole_and_not_looked_into(raw):
    op = ops.parse(raw)
    assert not op.known
    assert op.raw == raw


def test_every_type_and_verdict_can_be_said():
    assert {envelope["type"] for envelope in EVERY} == set(ops.TYPES)
    for verdict in ops.VERDICTS:
        value = "5" if verdict == "mark" else None
        assert ops.parse(changed(MARK, "data.mark", {"verdict": verdict, "value": value})).known
    assert ops.parse(changed(GOOD, "data.mark", None)).known
    assert ops.parse(changed(ABSENCE, "data.letter", None)).known


@pytest.mark.parametrize("at", ["0001-01-01T01:00:00+00:00", "9999-12-31T23:30:00+00:00", "1969-12-31T23:59:59Z"])
def test_a_moment_of_no_clock_is_refused(at: str) -> None:
    raw = ops.envelope("0" * 16, 1, "comment", "a" * 32, at, {"text": "x"})
    with pytest.raises(SyncError) as refused:
        ops.parse(raw)
    assert refused.value.data == {"field": "at"}
