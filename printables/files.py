"""Files that are there whole or not at all, also when the process is killed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write beside ``path``; at the end of the block the new file takes its place, after it has reached the disk.

    An exception leaves the old file. What a killed writer of the same file left behind is removed.
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
        left.unlink(missing_ok=True)
