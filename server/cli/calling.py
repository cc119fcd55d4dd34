"""Hands a command over to where the data is, and turns its answer into an exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Files = tuple[tuple[str, bytes], ...]  # name and bytes


def call(
    command: str, options: dict[str, Any], files: Callable[[], Files], as_json: bool, out: Path | None = None,
    texts: dict[str, Path | None] | None = None,
) -> int:  # fmt: skip
    """Run a command; 1 when it did not do all it was asked. With ``--json`` a refusal is a document too.

    ``texts``: options that are the text of a file.
    """
    from server.cli import local, reading
    from server.cli.terminal import Terminal
    from server.services.commands.console import Call

    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}

    def work(terminal: Terminal) -> dict[str, Any]:
        read = {name: reading.text(path) for name, path in (texts or {}).items()}
        return local.run(Call(command, plain | read, files()), terminal)

    return answered(work, as_json, out)


def answered(work: Callable[[Any], dict[str, Any]], as_json: bool, out: Path | None = None) -> int:
    """Let ``work(terminal)`` answer; a refusal is told."""
    from server.cli import local
    from server.cli.remote import Refused
    from server.cli.terminal import Terminal
    from sync.errors import SyncError

    terminal = Terminal(as_json, out)
    try:
        result = work(terminal)
    except (SyncError, Refused) as error:
        sentence = local.told(error) if isinstance(error, SyncError) else str(error)
        terminal.warn(sentence)
        terminal.finish({"error": {"code": error.code, "text": sentence}})
        return 1
    terminal.finish(result)
    return 1 if result.get("refused") else 0
