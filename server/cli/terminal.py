"""The terminal as a Console: answers on standard output, progress on standard error."""

import json
import sys
from pathlib import Path
from typing import Any

from server.cli.words import _


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
            print(text, flush=True)

    def progress(self, what: str, done: int, total: int) -> None:
        """One line that moves on a terminal, one line at the end elsewhere."""
        if not total:
            return
        names = {"site": _("Class sites"), "packs": _("Paper packs"), "import": _("Files")}
        text = f"{names.get(what, what)}: {done}/{total}"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text}\x1b[K")
            self._open = True
        elif done == total:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def put(self, data: bytes) -> None:
        """Write the file whole: a file of that name appears only when it is complete."""
        self._end_progress()
        if self._out is None:
            sys.stdout.buffer.write(data)
            return
        staged = self._out.with_name(self._out.name + ".part")
        staged.write_bytes(data)
        staged.replace(self._out)

    def finish(self, result: dict[str, Any]) -> None:
        """The document of ``--json``."""
        self._end_progress()
        if self._as_json:
            print(json.dumps(result, ensure_ascii=False, indent=1))

    def _end_progress(self) -> None:
        if self._open:
            sys.stderr.write("\n")
            self._open = False
