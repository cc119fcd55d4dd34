"""The terminal as a Console: answers on standard output, progress and refusals on standard error.

A reader that went away (``| head``) stops no work: what is begun is done, and nobody is told.
"""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from server.cli.words import _
from server.errors import DomainError


class Terminal:
    """``as_json``: only one document on standard output. ``out``: where the file that was asked for goes."""

    def __init__(self, as_json: bool = False, out: Path | None = None):
        self._as_json = as_json
        self._out = out
        self._open = False

    def say(self, text: str) -> None:
        """A line of the answer."""
        self._end_progress()
        if not self._as_json:
            write(sys.stdout, text + "\n")

    def warn(self, text: str) -> None:
        """A line about what was not done."""
        self._end_progress()
        write(sys.stderr, text + "\n")

    def progress(self, what: str, done: int, total: int) -> None:
        """One line that moves on a terminal, one line at the end elsewhere."""
        if not total:
            return
        names = {"site": _("Class sites"), "packs": _("Paper packs"), "import": _("Files"), "archive": _("Tables"),
                 "stick": _("Stick"), "zim": _("ZIM files"), "send": _("Files sent")}  # fmt: skip
        text = f"{names.get(what, what)}: {done}/{total}"
        if sys.stderr.isatty():
            write(sys.stderr, f"\r{text}\x1b[K")
            self._open = True
        elif done == total:
            write(sys.stderr, text + "\n")

    def put(self, data: bytes) -> None:
        """Write the file whole: a file of that name appears only when it is complete."""
        self._end_progress()
        if self._out is None:
            sys.stdout.buffer.write(data)
            return
        staged = self._out.with_name(self._out.name + ".part")
        try:
            staged.write_bytes(data)
            staged.replace(self._out)
        except OSError as error:
            with contextlib.suppress(OSError):
                staged.unlink()
            raise DomainError("file_unwritable", name=self._out, reason=error.strerror or "") from error

    def finish(self, result: dict[str, Any]) -> None:
        """The document of ``--json``."""
        self._end_progress()
        if self._as_json:
            write(sys.stdout, json.dumps(result, ensure_ascii=False, indent=1) + "\n")

    def _end_progress(self) -> None:
        if self._open:
            self._open = False
            write(sys.stderr, "\n")


def write(stream: IO[str], text: str) -> None:
    """Write at once; letters that the terminal's encoding lacks become escapes, a reader that is gone is let go."""
    try:
        stream.write(_writable(text, stream.encoding))
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _writable(text: str, encoding: str | None) -> str:
    code = encoding or "utf-8"
    return text.encode(code, "backslashreplace").decode(code)
