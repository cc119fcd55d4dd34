"""A lasting child process for what is heavy to load (MkDocs, WeasyPrint): started at the first call, kept warm.

The office itself stays small and starts fast; memory that a render takes is the child's, which has a ceiling.
"""

import contextlib
import importlib
import multiprocessing
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from server.errors import DomainError
from sync.errors import SyncError

CEILING = 2 * 1024**3  # bytes of address space; resident memory stays far below (see tests/bench)


class Child:
    """One child, one call at a time. ``name`` shows in process lists."""

    def __init__(self, name: str):
        self._name = name
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def call(self, target: str, *args: Any, progress: Callable[..., None] | None = None) -> Any:
        """Run ``"module:function"`` with the arguments in the child and return its value.

        With ``progress`` the function is given a keyword of that name; its calls are repeated here. A SyncError is
        raised here as it was there; anything else, or the child's death, as DomainError ``child_died``.
        """
        with self._lock:
            pipe = self._ready()
            try:
                pipe.send((target, args, progress is not None))
                while (message := pipe.recv())[0] == "progress":
                    if progress is not None:
                        progress(*message[1])
            except (EOFError, OSError) as error:
                self._drop()
                raise DomainError("child_died") from error
            except BaseException:  # interrupted here: the child must not answer the next question with this one's
                self._drop()
                raise
        kind, value = message
        if kind == "value":
            return value
        raise value

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._drop()

    def _ready(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._pipe is None:
            self._drop()
            context = multiprocessing.get_context("spawn")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other,), name=self._name, daemon=True)
            self._process.start()
            other.close()
        return self._pipe

    def _drop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.terminate()
            self._process.join(5)
        self._pipe = self._process = None


def _serve(pipe: Connection) -> None:
    _limit_memory()
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            target, args, wants_progress = pipe.recv()
            pipe.send(_run(pipe, target, args, wants_progress))


def _run(pipe: Connection, target: str, args: tuple[Any, ...], wants_progress: bool) -> tuple[str, Any]:
    module, function = target.split(":")
    keywords = {"progress": lambda *values: pipe.send(("progress", values))} if wants_progress else {}
    try:
        return "value", getattr(importlib.import_module(module), function)(*args, **keywords)
    except SyncError as error:
        return "error", error
    except Exception as error:  # the text of an exception may hold a name: only where it happened is told
        sys.stderr.write("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__ + "\n")
        return "error", DomainError("child_died")


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
