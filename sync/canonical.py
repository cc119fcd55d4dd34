"""Canonical JSON (RFC 8785) and SHA-256: the bytes that name an edition, an op or a revision."""

import hashlib
import json
from typing import Any

import rfc8785

EXACT = 2**53  # beyond it numbers of JSON are not told apart
_write = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Raises ValueError for what JSON cannot hold (NaN, large ints, endless depth)."""
    try:
        # of plain values Python's own writer, which is many times quicker, gives the very same bytes
        return _write(value).encode() if _is_plain(value) else rfc8785.dumps(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, as 64 lower-case hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _is_plain(value: Any) -> bool:
    """No fractions, whose form RFC 8785 prescribes, and no keys that UTF-16 and Unicode sort differently."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -EXACT < value < EXACT
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii() or not _is_plain(item):
                return False
        return True
    if kind is list:
        for item in value:  # noqa: SIM110 a generator is half as quick
            if not _is_plain(item):
                return False
        return True
    return False
