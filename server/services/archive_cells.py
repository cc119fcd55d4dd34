"""Cells of a school's archive: every value of the database as text that a spreadsheet shows and never runs. Pure.

``\\N`` is "nothing" (NULL, as PostgreSQL writes it); a text that begins with a sign that starts a formula, with ``'``
or with ``\\`` has one ``'`` before it; dates are ISO, moments ISO in UTC, lists and objects canonical JSON.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Float, Integer
from sqlalchemy.types import TypeEngine

from server.models.base import UtcDateTime

NOTHING = "\\N"
_MARKED = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "\\")
Writer = Callable[[Any], str]
Reader = Callable[[str], Any]


def writer(type_: TypeEngine[Any]) -> Writer:
    """How values of a column become text."""
    write = _kind(type_)[0]
    return lambda value: NOTHING if value is None else write(value)


def reader(type_: TypeEngine[Any]) -> Reader:
    """How text becomes a value again; raises ValueError for what no writer wrote."""
    read = _kind(type_)[1]
    return lambda text: None if text == NOTHING else read(text)


def _write_text(value: str) -> str:
    return "'" + value if value.startswith(_MARKED) else value


def _read_text(text: str) -> str:
    return text[1:] if text.startswith("'") else text


def _read_flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("a flag is 0 or 1")
    return text == "1"


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_KINDS: tuple[tuple[type, Writer, Reader], ...] = (
    (Boolean, lambda value: "1" if value else "0", _read_flag),
    (Integer, str, int),
    (Float, lambda value: repr(float(value)), float),
    (Date, date.isoformat, date.fromisoformat),
    (UtcDateTime, lambda value: value.astimezone(UTC).isoformat(), _read_moment),
    (JSON, _json, json.loads),
)


def _kind(type_: TypeEngine[Any]) -> tuple[Writer, Reader]:
    for known, write, read in _KINDS:
        if isinstance(type_, known):
            return write, read
    return _write_text, _read_text
