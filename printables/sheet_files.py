"""The files of cached sheets: written whole by any number of processes, checked when read, removed when unused.

``<hash>.sheet`` is a line with the SHA-256 of the rest, then JSON, which has the SHA-256 of ``<hash>.pdf``, the same
sheet to look at. Files may go at any time: a sheet that is not there or not as it was written is rendered again.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from printables.files import LEFTOVER

UNUSED = 60 * 24 * 3600  # seconds after which a sheet that no print has asked for goes
_TOUCHED = 24 * 3600  # how exactly its last use is known


def load(folder: Path, key: str, now: float) -> Any:
    """What is stored under ``key``, or None when it is not there or damaged. ``now``: seconds since 1970."""
    file = folder / f"{key}.sheet"
    try:
        digest, _, body = file.read_bytes().partition(b"\n")
        if _digest(body).encode() != digest:
            return None
        stored = json.loads(body)
        if _digest((folder / f"{key}.pdf").read_bytes()) != stored["pdf"]:
            return None
        if now - file.stat().st_mtime > _TOUCHED:
            for path in folder.glob(f"{key}.*"):
                os.utime(path, (now, now))
        return stored
    except (OSError, ValueError):
        return None


def save(folder: Path, key: str, stored: dict[str, Any], pdf: bytes) -> None:
    """Store a sheet. Another process may be storing it, too: equal HTML gives equal bytes, whichever comes last."""
    body = json.dumps({**stored, "pdf": _digest(pdf)}, ensure_ascii=False, separators=(",", ":")).encode()
    put(folder / f"{key}.pdf", pdf)
    put(folder / f"{key}.sheet", _digest(body).encode() + b"\n" + body)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def forget_unused(folder: Path, now: float) -> int:
    """Remove sheets that no print has used for 60 days and what killed prints left; returns how many files went."""
    removed = 0
    for path in folder.glob("*") if folder.is_dir() else ():
        age = LEFTOVER if path.name.startswith(".") else UNUSED
        with contextlib.suppress(OSError):  # another office may be at it, too
            if path.is_file() and now - path.stat().st_mtime > age:
                path.unlink()
                removed += 1
    return removed


def put(path: Path, data: bytes) -> None:
    """Write a file whole. It is not forced onto the disk, as others are: after a power cut its digest tells."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise
