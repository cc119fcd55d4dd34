"""A lasting child process for what is heavy to load (MkDocs, WeasyPrint): started at the first call, kept warm.

The office itself stays small and starts fast; memory that a render takes is the child's, which has a ceiling.
"""

import contextlib
import importlib
import os
import pickle
import select
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from typing import IO, Any

from server.errors import DomainError
from sync.errors import SyncError

CEILING = 2 * 1024**3  # bytes of address space; resident memory stays far below (see tests/bench)
# A group of its own: Ctrl+C in the terminal is the caller's to answer, who then ends the child.
APART: dict[str, Any] = {"creationflags": 0x200} if sys.platform == "win32" else {"process_group": 0}


class Child:
    """One child, one call at a time. It is a plain program, so nothing of the caller's is imported or shared."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, target: str, *args: Any, progress: Callable[..., None] | None = None) -> Any:
        """Run ``"module:function"`` with the arguments in the child and return its value.

        With ``progress`` the function is given a keyword of that name; its calls are repeated here. A SyncError is
        raised here as it was there; anything else, or the child's death, as DomainError ``child_died``.
        """
        with self._lock:
            process = self._ready()
            try:
                _send(process.stdin, (target, args, progress is not None))  # type: ignore[arg-type]
                while (message := pickle.load(process.stdout))[0] == "progress":  # type: ignore[arg-type]
                    if progress is not None:
                        progress(*message[1])
            except (EOFError, OSError, pickle.UnpicklingError) as error:
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
        """End the child; a call that is under way fails with ``child_died``."""
        while not self._lock.acquire(timeout=0.05):  # a call that is just beginning starts another child
            process = self._process
            if process is not None:
                process.kill()
        try:
            self._drop()
        finally:
            self._lock.release()

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._drop()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **APART
            )
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
            process.wait()


def main() -> None:
    """The child's side: questions on what was standard input, answers on what was standard output.

    Whatever a library reads or prints meets an empty input and standard error, never the talk with the parent.
    """
    _limit_memory()
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    threading.Thread(target=_end_with_parent, args=(questions.fileno(),), daemon=True).start()
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            target, args, wants_progress = pickle.load(questions)
            _write(answers, _run(answers, target, args, wants_progress))


def _end_with_parent(questions: int) -> None:
    """A parent that was killed hangs up: end at once, also in the middle of a page, before another child begins it."""
    if not hasattr(select, "poll"):  # Windows: the child ends when it has answered
        return
    watch = select.poll()
    watch.register(questions, 0)  # hanging up is always told
    watch.poll()
    os._exit(1)


def _send(pipe: IO[bytes], message: Any) -> None:
    _write(pipe, pickle.dumps(message))  # made whole first: what cannot be sent leaves no half of it in the pipe


def _write(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(data)
    pipe.flush()


def _run(answers: IO[bytes], target: str, args: tuple[Any, ...], wants_progress: bool) -> bytes:
    module, function = target.split(":")
    keywords = {"progress": lambda *values: _send(answers, ("progress", values))} if wants_progress else {}
    try:
        return pickle.dumps(("value", getattr(importlib.import_module(module), function)(*args, **keywords)))
    except SyncError as error:
        return pickle.dumps(("error", error))
    except Exception as error:  # the text of an exception may hold a name: only where it happened is told
        sys.stderr.write("".join(traceback.format_tb(error.__traceback__)) + type(error).__name__ + "\n")
        return pickle.dumps(("error", DomainError("child_died")))


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))


if __name__ == "__main__":
    main()
