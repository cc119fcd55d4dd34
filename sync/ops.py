"""The op: one act of one person, as it travels from a form, a phone, a scan or a command line.

Envelope (JSON; canonical per RFC 8785 when hashed)::

    {"v": 1, "origin": "16 hex digits", "n": 0.., "type": "return", "author": person id | "",
     "at": "2026-12-07T09:41:00+05:00", "returned_on": "2026-12-07" | null, "base": [revision id, ..], "data": {..}}

``(origin, n)`` is the identity, SHA-256 of the whole envelope the content. Types and their data:

``return``   ``{"code", "channel", "mark": {"verdict", "value"} | null, "comment"}``: handed in on ``returned_on``
``mark``     ``{"code", "mark": {"verdict", "value"}, "comment"}``: a decision about a work
``absence``  ``{"student", "lesson", "letter" | null, "reason"}``: missed a course's lesson; null takes it back

``verdict`` is mark (with a value), redo (sent back for corrections), checked (no mark is given) or cleared.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sync.canonical import digest
from sync.errors import SyncError

VERSION = 1
TYPES = {
    "return": {"code", "channel", "mark", "comment"},
    "mark": {"code", "mark", "comment"},
    "absence": {"student", "lesson", "letter", "reason"},
}
VERDICTS = ("mark", "redo", "checked", "cleared")
MAX_COMMENT = 4000
_KEYS = {"v", "origin", "n", "type", "author", "at", "returned_on", "base", "data"}
_ORIGIN = re.compile(r"[0-9a-f]{16}")
_REVISION = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Op:
    """A well-formed envelope. ``sha256`` names its bytes; ``known`` is false for types of a newer program."""

    v: int
    origin: str
    n: int
    type: str
    author: str
    at: str
    returned_on: date | None
    base: tuple[str, ...]
    data: dict[str, Any]
    sha256: str

    @property
    def known(self) -> bool:
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
    if not isinstance(raw, dict) or not set(raw) >= _KEYS:
        raise SyncError("op_malformed", field="envelope")
    _demand(type(raw["v"]) is int and raw["v"] >= 1, "v")
    if raw["v"] == VERSION:
        _demand(set(raw) == _KEYS, "envelope")
    _demand(isinstance(raw["origin"], str) and _ORIGIN.fullmatch(raw["origin"]), "origin")
    _demand(type(raw["n"]) is int and 0 <= raw["n"] < 2**53, "n")
    _demand(isinstance(raw["type"], str) and 0 < len(raw["type"]) <= 24, "type")
    _demand(isinstance(raw["author"], str) and len(raw["author"]) <= 32, "author")
    _demand(_is_moment(raw["at"]), "at")
    base = raw["base"]
    _demand(isinstance(base, list) and all(isinstance(b, str) and _REVISION.fullmatch(b) for b in base), "base")
    _demand(len(set(base)) == len(base) <= 50, "base")
    _demand(isinstance(raw["data"], dict), "data")
    try:
        day = None if raw["returned_on"] is None else date.fromisoformat(raw["returned_on"])
        sha256 = digest(raw)
    except (ValueError, TypeError, RecursionError) as error:
        raise SyncError("op_malformed", field="returned_on or data") from error
    op = Op(raw["v"], raw["origin"], raw["n"], raw["type"], raw["author"], raw["at"], day, tuple(sorted(base)),
            raw["data"], sha256)  # fmt: skip
    if op.known:
        _check_data(op)
    return op


def _check_data(op: Op) -> None:
    data = op.data
    _demand(set(data) == TYPES[op.type], "data")
    for name in ("code", "channel", "comment", "student", "lesson", "reason"):
        _demand(isinstance(data.get(name, ""), str) and len(data.get(name, "")) <= MAX_COMMENT, name)
        _demand("\x00" not in data.get(name, ""), name)
    if op.type == "return":
        _demand(op.returned_on is not None, "returned_on")
    if op.type == "absence":
        _demand(data["letter"] is None or (isinstance(data["letter"], str) and 0 < len(data["letter"]) <= 4), "letter")
        return
    mark = data["mark"]
    if mark is None and op.type == "return":
        return
    _demand(isinstance(mark, dict) and set(mark) == {"verdict", "value"} and mark["verdict"] in VERDICTS, "mark")
    value = mark["value"]
    _demand((value is not None) == (mark["verdict"] == "mark"), "mark")
    _demand(value is None or (isinstance(value, str) and 0 < len(value) <= 8), "mark")


def _is_moment(text: Any) -> bool:
    try:
        return isinstance(text, str) and len(text) <= 40 and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _demand(condition: Any, field: str) -> None:
    if not condition:
        raise SyncError("op_malformed", field=field)
