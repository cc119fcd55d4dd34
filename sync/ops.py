"""The op: one act of one person, as it travels from a form, a phone, a scan or a command line.

Envelope (JSON; canonical per RFC 8785 when hashed)::

    {"v": 1, "origin": "16 hex digits", "n": 0.., "type": "return", "author": person id | "",
     "at": "2026-12-07T09:41:00+05:00", "returned_on": "2026-12-07" | null, "base": [revision id, ..], "data": {..}}

``(origin, n)`` is the identity, SHA-256 of the whole envelope the content. Types and their data:

``return``   ``{"code", "channel", "mark": {"verdict", "value"} | null, "comment"}``: handed in on ``returned_on``
``mark``     ``{"code", "mark": {"verdict", "value"}, "comment"}``: a decision about a work
``absence``  ``{"student", "lesson", "letter" | null, "reason"}``: missed a course's lesson; null takes it back
``presence``  ``{"student", "lesson", "present": true | false, "place", "behaviour"}``: seen, or not, at a supervised
              place
``call``      ``{"student", "person", "direction": "in" | "out", "channel", "topic", "outcome", "text", "seconds" |
              null}``: a touch with a family; ``person``: who was talked to, ``student`` "": staff's own problem
``term_mark`` ``{"student", "course", "term", "value" | null, "decided": "teacher" | "formula", "trace"}``: a term's
              mark, the year's with ``term`` ""; null takes it back; ``trace``: what it rests on, a JSON object as text

``verdict`` is mark (with a value), redo (sent back for corrections), checked (no mark is given) or cleared.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sync.canonical import canonical
from sync.errors import SyncError

VERSION = 1
TYPES = {
    "return": {"code", "channel", "mark", "comment"},
    "mark": {"code", "mark", "comment"},
    "absence": {"student", "lesson", "letter", "reason"},
    "presence": {"student", "lesson", "present", "place", "behaviour"},
    "call": {"student", "person", "direction", "channel", "topic", "outcome", "text", "seconds"},
    "term_mark": {"student", "course", "term", "value", "decided", "trace"},
}
DIRECTIONS = ("in", "out")
DECIDED = ("teacher", "formula")
VERDICTS = ("mark", "redo", "checked", "cleared")
MAX_COMMENT = 4000  # characters
MAX_TRACE = 16000  # characters
MAX_BYTES = 64 * 1024  # of a canonical envelope
MAX_BASE = 50
_KEYS = {"v", "origin", "n", "type", "author", "at", "returned_on", "base", "data"}
_MARK = {"verdict", "value"}
_TEXTS = (
    "code", "channel", "comment", "student", "lesson", "reason", "place", "behaviour", "person", "direction", "topic",
    "outcome", "text", "course", "term",
)  # fmt: skip
_ORIGIN = re.compile(r"[0-9a-f]{16}")
_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,23}")
_AUTHOR = re.compile(r"[0-9A-Za-z_-]{0,32}")
_REVISION = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})")
YEARS = range(1970, 2200)  # of the wildest clock: a moment near the calendar's ends exists in no other zone
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class Op:
    """A well-formed envelope. ``sha256`` names its bytes; ``known`` is false for what a newer program wrote."""

    v: int
    origin: str
    n: int
    type: str
    author: str
    at: str
    returned_on: date | None
    base: tuple[str, ...]  # in the order received
    data: dict[str, Any]
    sha256: str
    raw: dict[str, Any]  # the envelope as received

    @property
    def known(self) -> bool:
        """True if this program understands the op's data."""
        return self.v == VERSION and self.type in TYPES


def envelope(
    origin: str, n: int, type: str, author: str, at: str, data: dict[str, Any],
    base: tuple[str, ...] | list[str] = (), returned_on: date | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Build an envelope of this version; base is sorted so that equal acts are equal bytes."""
    day = returned_on.isoformat() if returned_on else None
    return {
        "v": VERSION, "origin": origin, "n": n, "type": type, "author": author, "at": at, "returned_on": day,
        "base": sorted(base), "data": data,
    }  # fmt: skip


def parse(raw: Any) -> Op:
    """Check an envelope. Raises SyncError ``op_malformed`` naming the field. Data of unknown types is not looked at."""
    if not isinstance(raw, dict) or not raw.keys() >= _KEYS:
        raise SyncError("op_malformed", field="envelope")
    v, n, type_, base, data = raw["v"], raw["n"], raw["type"], raw["base"], raw["data"]
    _demand(type(v) is int and 1 <= v < 2**15, "v")
    _demand(_is_text(raw["origin"], _ORIGIN), "origin")
    _demand(type(n) is int and 0 <= n < 2**53, "n")
    _demand(_is_text(type_, _TYPE), "type")
    _demand(_is_text(raw["author"], _AUTHOR), "author")
    _demand(_is_moment(raw["at"]), "at")
    _demand(isinstance(base, list) and len(base) <= MAX_BASE, "base")
    _demand(all(_is_text(each, _REVISION) for each in base) and len(set(base)) == len(base), "base")
    _demand(isinstance(data, dict), "data")
    day = _day(raw["returned_on"])
    known = v == VERSION and type_ in TYPES
    if v == VERSION:
        _demand(len(raw) == len(_KEYS), "envelope")
    if known:
        _check_data(type_, day, data)
    try:
        written = _encode(raw).encode() if known else canonical(raw)
    except (ValueError, TypeError) as error:
        raise SyncError("op_malformed", field="data") from error
    _demand(len(written) <= MAX_BYTES, "envelope")
    sha256 = hashlib.sha256(written).hexdigest()
    return Op(v, raw["origin"], n, type_, raw["author"], raw["at"], day, tuple(base), data, sha256, raw)


def digest_of_texts(value: Any) -> str:
    """``canonical.digest`` of strings, nulls, booleans, whole numbers below 2**53, lists, and objects with ASCII keys.

    For these the standard library's encoder writes what RFC 8785 demands, several times faster.
    """
    return hashlib.sha256(_encode(value).encode()).hexdigest()


def _check_data(type: str, day: date | None, data: dict[str, Any]) -> None:
    _demand(data.keys() == TYPES[type], "data")
    for name in _TEXTS:
        text = data.get(name, "")
        _demand(isinstance(text, str) and len(text) <= MAX_COMMENT and "\x00" not in text, name)
    _CHECKS[type](day, data)


def _check_return(day: date | None, data: dict[str, Any]) -> None:
    _demand(day is not None, "returned_on")
    if data["mark"] is not None:
        _check_mark(day, data)


def _check_mark(day: date | None, data: dict[str, Any]) -> None:
    mark = data["mark"]
    _demand(isinstance(mark, dict) and mark.keys() == _MARK and mark["verdict"] in VERDICTS, "mark")
    _demand(_is_short(mark["value"], 8) if mark["verdict"] == "mark" else mark["value"] is None, "mark")


def _check_absence(day: date | None, data: dict[str, Any]) -> None:
    _demand(data["letter"] is None or _is_short(data["letter"], 4), "letter")


def _check_presence(day: date | None, data: dict[str, Any]) -> None:
    _demand(type(data["present"]) is bool, "present")


def _check_call(day: date | None, data: dict[str, Any]) -> None:
    _demand(data["direction"] in DIRECTIONS, "direction")
    seconds = data["seconds"]
    _demand(seconds is None or (type(seconds) is int and 0 <= seconds < 2**31), "seconds")


def _check_term_mark(day: date | None, data: dict[str, Any]) -> None:
    _demand(data["value"] is None or _is_short(data["value"], 8), "value")
    _demand(data["decided"] in DECIDED, "decided")
    trace = data["trace"]
    _demand(isinstance(trace, str) and len(trace) <= MAX_TRACE and "\x00" not in trace, "trace")
    _demand(isinstance(_json(trace), dict), "trace")


_CHECKS = {
    "return": _check_return, "mark": _check_mark, "absence": _check_absence, "presence": _check_presence,
    "call": _check_call, "term_mark": _check_term_mark,
}  # fmt: skip


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_text(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_short(value: Any, length: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= length and "\x00" not in value


def _is_moment(text: Any) -> bool:
    try:
        return _is_text(text, _MOMENT) and datetime.fromisoformat(text).astimezone(UTC).year in YEARS
    except (ValueError, OverflowError):  # the first and the last day there is have no UTC in every zone
        return False


def _day(text: Any) -> date | None:
    if text is None:
        return None
    try:
        _demand(_is_text(text, _DAY), "returned_on")
        return date.fromisoformat(text)
    except ValueError as error:
        raise SyncError("op_malformed", field="returned_on") from error


def _demand(condition: bool, field: str) -> None:
    if not condition:
        raise SyncError("op_malformed", field=field)
