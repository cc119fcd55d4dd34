"""The columnar form of a batch of ops: what a phone sends over a poor line, a few bytes an op after gzip.

A batch is JSON, gzip around it: ``{"v": 1, "school", "epoch", "ops": [envelope, ..]}``, or ``"columns"`` instead of
``"ops"``. Columns hold the same envelopes, in the same order, exactly::

    {"count": 30,
     "shapes": [["return", ["channel", "code", "comment", "mark"], []]],   # type, keys of data, other members
     "shape": column of the ops' places in shapes,
     "head": [column of v, origin, n, author, at, returned_on, base],      # over all ops
     "data": [[column per key], ..], "more": [[column per member], ..]}    # per shape, over its ops

A column is a list whose first entry tells its kind:

``["=", value]``                   every op says the same
``["+", first, step, ..]``         whole numbers, each as the step from the one before
``["t", "+05:00", first, step, ..]`` moments as seconds of the local clock since 1970, with one zone's letters
``["d", first, step, ..]``         days, since 1970
``["c", seven digits, ..]``        work codes without their check digits
``["i", [value, ..], place, ..]``  the roster of the values that occur, and each op's place in it
``["-", value, ..]``               as they are

``server/static/phone/batch.js`` is the same in JavaScript; a test holds the two together.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sync.codes import complete
from sync.errors import SyncError

MAX_OPS = 500
MAX_UNPACKED = 8 * 1024 * 1024  # characters of JSON that columns may stand for
HEAD = ("v", "origin", "n", "author", "at", "returned_on", "base")
_WHOLE = 2**53  # beyond it JavaScript cannot count
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"[0-9]{9}")
_ZONE = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
_EPOCH = datetime(1970, 1, 1)
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def pack(ops: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The columns of well-formed envelopes."""
    shapes: list[list[Any]] = []
    members: list[list[dict[str, Any]]] = []
    known: dict[str, int] = {}
    places = []
    for op in ops:
        shape = [op["type"], sorted(op["data"]), sorted(op.keys() - {*HEAD, "type", "data"})]
        place = known.setdefault(_write(shape), len(shapes))
        if place == len(shapes):
            shapes.append(shape)
            members.append([])
        members[place].append(op)
        places.append(place)
    return {
        "count": len(places), "shapes": shapes, "shape": _column(places),
        "head": [_column([op[name] for op in ops]) for name in HEAD],
        "data": [[_column([op["data"][key] for op in mine]) for key in shape[1]]
                 for shape, mine in zip(shapes, members, strict=True)],
        "more": [[_column([op[key] for op in mine]) for key in shape[2]]
                 for shape, mine in zip(shapes, members, strict=True)],
    }  # fmt: skip


def unpack(columns: Any) -> list[dict[str, Any]]:
    """The envelopes that columns stand for. Raises SyncError ``batch_malformed`` for whatever is none."""
    try:
        return _unpack(columns)
    except (TypeError, ValueError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise SyncError("batch_malformed", field="columns") from error


def _unpack(columns: dict[str, Any]) -> list[dict[str, Any]]:
    count, shapes = columns["count"], columns["shapes"]
    if type(count) is not int or not 0 <= count <= MAX_OPS or len(shapes) > max(count, 1):
        raise ValueError("count")
    room = _Room()
    places = _values(columns["shape"], count, room)
    sizes = [0] * len(shapes)
    for place in places:
        sizes[_place(place, shapes)] += 1
    head = [_values(column, count, room) for column in _listed(columns["head"], len(HEAD))]
    data, more = (
        [_table(shape[at], column, size, room)
         for shape, column, size in zip(shapes, _listed(columns[name], len(shapes)), sizes, strict=True)]
        for name, at in (("data", 1), ("more", 2))
    )  # fmt: skip
    ops, taken = [], [0] * len(shapes)
    for row, place in enumerate(places):
        mine = taken[place]
        taken[place] += 1
        op = {name: column[row] for name, column in zip(HEAD, head, strict=True)}
        ops.append({**more[place][mine], **op, "type": shapes[place][0], "data": data[place][mine]})
    return ops


def _table(keys: list[str], columns: Any, size: int, room: "_Room") -> list[dict[str, Any]]:
    """The rows of one shape."""
    if not all(isinstance(key, str) for key in keys):
        raise ValueError("keys")
    values = [_values(column, size, room) for column in _listed(columns, len(keys))]
    return [dict(zip(keys, row, strict=True)) for row in zip(*values, strict=True)] if keys else [{}] * size


def _listed(value: Any, length: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != length:
        raise ValueError("columns")
    return value


def _place(place: Any, of: Sequence[Any]) -> int:
    if type(place) is not int or not 0 <= place < len(of):
        raise ValueError("place")
    return place


class _Room:
    """How much may still be unpacked: a column can say a long value five hundred times."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED

    def take(self, value: Any, times: int) -> None:
        if isinstance(value, (str, list, dict)):
            self.left -= len(_write(value)) * times
        if self.left < 0:
            raise ValueError("size")


# --- one column: how it is written, and read ------------------------------------------------------------------------


def _column(values: Sequence[Any]) -> list[Any]:
    texts = [_write(value) for value in values]
    if len(set(texts)) == 1:
        return ["=", values[0]]
    for written in (_as_numbers, _as_moments, _as_days, _as_codes):
        if column := written(values):
            return column
    roster = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    if 2 * len(roster) <= len(values):
        first = dict(zip(reversed(texts), reversed(values), strict=True))
        return ["i", [first[text] for text in roster], *(roster[text] for text in texts)]
    return ["-", *values]


def _as_numbers(values: Sequence[Any]) -> list[Any] | None:
    if not all(type(value) is int and abs(value) < _WHOLE // 2 for value in values):
        return None
    return ["+", *_steps(values)]


def _as_moments(values: Sequence[Any]) -> list[Any] | None:
    found = [isinstance(value, str) and _MOMENT.fullmatch(value) for value in values]
    if not all(found) or len({match[2] for match in found}) != 1:  # type: ignore[index]
        return None
    try:
        seconds = [_seconds(match[1]) for match in found]  # type: ignore[index]
    except ValueError:
        return None
    if any(_moment(each) != match[1] for each, match in zip(seconds, found, strict=True)):  # type: ignore[index]
        return None
    return ["t", found[0][2], *_steps(seconds)]  # type: ignore[index]


def _as_days(values: Sequence[Any]) -> list[Any] | None:
    if not all(isinstance(value, str) and _DAY.fullmatch(value) for value in values):
        return None
    try:
        return ["d", *_steps([(date.fromisoformat(value) - _EPOCH.date()).days for value in values])]
    except ValueError:
        return None


def _as_codes(values: Sequence[Any]) -> list[Any] | None:
    if not all(isinstance(value, str) and _CODE.fullmatch(value) and complete(value[:7]) == value for value in values):
        return None
    return ["c", *(int(value[:7]) for value in values)]


def _seconds(text: str) -> int:
    return int((datetime.fromisoformat(text) - _EPOCH).total_seconds())


def _steps(numbers: Sequence[int]) -> list[int]:
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]


def _values(column: Any, count: int, room: _Room) -> list[Any]:
    kind, *rest = column
    if kind == "=":
        [value] = rest
        room.take(value, count)
        return [value] * count
    if kind == "i":
        roster, *places = rest
        chosen = [roster[_place(place, roster)] for place in places]
        for value in _counted(chosen, count):
            room.take(value, 1)
        return chosen
    if kind == "-":
        return _counted(rest, count)
    if kind == "t":
        zone, *rest = rest
        if not _ZONE.fullmatch(zone):
            raise ValueError("zone")
        return [_moment(number) + zone for number in _sums(rest, count)]
    read: Callable[[int], Any] = {"+": _number, "d": _day, "c": _code}[kind]
    return [read(number) for number in (_counted(rest, count) if kind == "c" else _sums(rest, count))]


def _counted(values: list[Any], count: int) -> list[Any]:
    if len(values) != count:
        raise ValueError("length")
    return values


def _sums(steps: list[Any], count: int) -> list[int]:
    numbers, total = [], 0
    for step in _counted(steps, count):
        total += _number(step)
        numbers.append(_number(total))
    return numbers


def _number(value: Any) -> int:
    if type(value) is not int or abs(value) >= _WHOLE:
        raise ValueError("number")
    return value


def _moment(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).date().isoformat()


def _code(seven: Any) -> str:
    if type(seven) is not int or not 0 <= seven < 10_000_000:
        raise ValueError("code")
    return complete(f"{seven:07d}")
