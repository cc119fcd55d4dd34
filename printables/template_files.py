"""Compiled templates beside the cached sheets, for the next process: checked when read, and made anew if damaged."""

import hashlib
from contextlib import suppress
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from printables.sheet_files import put


class TemplateFiles(BytecodeCache):
    """``<name>.template``: a line with the SHA-256 of the rest, then what jinja2 has compiled.

    jinja2 itself compiles again what was made from another text of the template or by another version of Python.
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            digest, _, body = self._file(bucket).read_bytes().partition(b"\n")
            if _digest(body) == digest:
                bucket.bytecode_from_string(body)

    def dump_bytecode(self, bucket: Bucket) -> None:
        body = bucket.bytecode_to_string()
        with suppress(OSError):  # a full disk costs time, no print
            put(self._file(bucket), _digest(body) + b"\n" + body)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.template"


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()
