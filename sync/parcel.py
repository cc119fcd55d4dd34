"""A batch of ops as bytes: gzip around JSON, unpacked within bounds, its ops plain or in columns (sync/batch.py)."""

import gzip
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from sync import batch
from sync.errors import SyncError

VERSION = 1
MAX_PACKED = 1024 * 1024  # bytes on the wire
MAX_JSON = 1024 * 1024  # bytes of JSON


@dataclass(frozen=True)
class Batch:
    """What was sent: envelopes as they came, not looked at."""

    school: str
    epoch: str
    envelopes: list[Any]


def write(school: str, epoch: str, ops: Sequence[dict[str, Any]], columns: bool = True) -> bytes:
    """The bytes of a batch; the same ops always make the same bytes."""
    body = {"columns": batch.pack(ops)} if columns else {"ops": list(ops)}
    plain = {"v": VERSION, "school": school, "epoch": epoch, **body}
    return gzip.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def read(data: bytes, packed: bool = True) -> Batch:
    """The batch in the bytes. Raises SyncError ``too_large``, ``batch_malformed`` (with the field), ``batch_long``."""
    body = _json(gunzip(data) if packed else _bounded(data))
    if not isinstance(body, dict) or body.get("v") != VERSION:
        raise SyncError("batch_malformed", field="v")
    school, epoch = body.get("school"), body.get("epoch")
    if not isinstance(school, str) or len(school) > 16 or not school.isascii():
        raise SyncError("batch_malformed", field="school")
    if not isinstance(epoch, str) or len(epoch) > 64:
        raise SyncError("batch_malformed", field="epoch")
    if ("ops" in body) == ("columns" in body):
        raise SyncError("batch_malformed", field="ops")
    if "ops" not in body:
        columns = body["columns"]
        count = columns.get("count") if isinstance(columns, dict) else None
        _check_count(count if type(count) is int else 0)
        return Batch(school, epoch, batch.unpack(columns))
    if not isinstance(body["ops"], list):
        raise SyncError("batch_malformed", field="ops")
    _check_count(len(body["ops"]))
    return Batch(school, epoch, body["ops"])


def gunzip(data: bytes, most: int = MAX_JSON) -> bytes:
    """Unpack no more than ``most`` bytes. Raises SyncError ``too_large``, ``batch_malformed``."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, most + 1)
    except zlib.error as error:
        raise SyncError("batch_malformed", field="gzip") from error
    if len(plain) > most:
        raise SyncError("too_large")
    if not unpacker.eof or unpacker.unused_data:
        raise SyncError("batch_malformed", field="gzip")
    return plain


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_JSON:
        raise SyncError("too_large")
    return data


def _check_count(count: int) -> None:
    if count > batch.MAX_OPS:
        raise SyncError("batch_long", limit=batch.MAX_OPS)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise SyncError("batch_malformed", field="json") from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
