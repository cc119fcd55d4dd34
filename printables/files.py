"""Files that are there whole or not at all, also when the process is killed; and whether one is still as it was."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

LEFTOVER = 3600  # seconds after which a half-written file belongs to nobody


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write beside ``path``; at the end of the block the new file takes its place, after it has reached the disk.

    An exception leaves the old file. What a killed writer of the same file left behind is removed an hour later:
    until then it may be another process that is writing.
    """
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise
    for left in path.parent.glob(f".{path.name}.*.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFTOVER:
                left.unlink()


def state(file: Path) -> tuple[int, ...]:
    """What changes with a file's bytes; nothing for one that is not there."""
    try:
        found = file.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns
