"""Long work that a page starts and may leave: one of a kind at a time, its progress kept in memory.

After a restart nothing runs and nothing is remembered here; what was finished stands in the database and on the disk.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import current_app

from server.errors import DomainError
from sync.errors import SyncError

Progress = Callable[[str, int, int], None]  # what ("site", "packs"), done, total
WAITING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True)
class Run:
    """One piece of work as it stands. ``number`` counts from 1 since the start; ``error`` is set when it failed.

    ``owner`` is the account that began it, ``started_by`` the name that others see.
    """

    number: int
    kind: str
    started_at: datetime
    started_by: str
    owner: str
    state: str = WAITING
    what: str = ""
    done: int = 0
    total: int = 0
    result: Any = None
    error: SyncError | None = None


class Running:
    """The work of one application."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._count = 0

    def start(
        self, kind: str, work: Callable[[Progress], Any], now: datetime, name: str, owner: str
    ) -> tuple[Run, bool]:
        """Begin ``work(progress)`` in a thread with the application's context.

        Returns the run and True, or the one of this kind that is under way already and False.
        """
        with self._lock:
            known = self._runs.get(kind)
            if known is not None and known.state == WAITING:
                return known, False
            self._count += 1
            run = self._runs[kind] = Run(self._count, kind, now, name, owner)
            app = current_app._get_current_object()  # type: ignore[attr-defined]
            thread = threading.Thread(target=self._work, args=(app, run, work), daemon=True, name=f"korablik-{kind}")
            self._threads[kind] = thread
            thread.start()
        return run, True

    def last(self, kind: str) -> Run | None:
        """The run of this kind that is under way or ended last."""
        return self._runs.get(kind)

    def wait(self, kind: str) -> Run | None:
        """The last run of this kind after its end."""
        thread = self._threads.get(kind)
        if thread is not None:
            thread.join()
        return self.last(kind)

    def _work(self, app: Any, run: Run, work: Callable[[Progress], Any]) -> None:
        def progress(what: str, done: int, total: int) -> None:
            self._change(run.kind, what=what, done=done, total=total)

        with app.app_context():
            try:
                result = work(progress)
            except SyncError as error:
                self._change(run.kind, state=FAILED, error=error)
            except Exception as error:  # its text may hold a name: only its kind is told
                app.logger.error("%s: %s", run.kind, type(error).__name__)
                self._change(run.kind, state=FAILED, error=DomainError("internal"))
            else:
                self._change(run.kind, state=DONE, result=result)

    def _change(self, kind: str, **values: Any) -> None:
        with self._lock:
            self._runs[kind] = replace(self._runs[kind], **values)


def running() -> Running:
    """The running work of the current application."""
    return current_app.extensions.setdefault("running", Running())
