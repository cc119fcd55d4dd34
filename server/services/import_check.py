"""What an uploaded file would do if it were taken in: read, tried on the database, and kept until something changes."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.config import Config
from server.extensions import db
from server.importers import registry
from server.importers.findings import ERROR, Finding, GridSheet
from server.importers.mapping import Mapping, SheetView
from server.models import AuditEntry, ImportDraft, ImportRun
from server.services import import_desk, imports
from server.services.going_out import Starter
from server.services.import_told import Sort, rows_in_error, sorts
from server.services.running import WAITING, Progress, Run, running
from sync.canonical import canonical

KEPT = 3  # checks in memory: 20,000 rows that all have something to be said about them are some 20 MB
PATIENCE = 4.0  # seconds that a page waits for a check before it shows progress instead
TAKEN_TO_BE_SURE = 0.3  # how much more another kind must fit before it is proposed


@dataclass(frozen=True)
class Check:
    """What a draft would do if all rows but those in error were taken.

    ``counts``: of rows, see ImportReport; ``guesses``: what else it may be, see registry.guess_kind; ``grid``: a drawn
    timetable as it looks; ``revision``: how a timetable differs that holds from a day on.
    """

    views: tuple[SheetView, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: Map[str, int] = field(default_factory=dict)
    sorts: tuple[Sort, ...] = ()
    guesses: tuple[tuple[str, float], ...] = ()
    grid: tuple[GridSheet, ...] = ()
    revision: imports.Revision | None = None

    @property
    def refusal(self) -> Finding | None:
        """Why nothing of the file can be taken."""
        return next((finding for finding in self.findings if finding.refuses), None)

    @property
    def has_errors(self) -> bool:
        """Whether some of it, or all, cannot be taken."""
        return any(finding.level == ERROR for finding in self.findings)

    @property
    def rows_in_error(self) -> int:
        """How many rows would be left out."""
        return rows_in_error(self.findings)

    @property
    def changes_something(self) -> bool:
        """Whether taking the file in would make the database another one."""
        told = any(sort.what != "absent" for sort in self.sorts)
        return bool(told or self.counts.get("created") or self.counts.get("updated"))


@dataclass(frozen=True)
class Asked:
    """A draft as a check needs it: plain values, so that it can be done in a thread of its own.

    ``locale``: the language of who looks, in which changes are told. ``decisions``: "file/sheet/row" → "same" or "new".
    ``since``: from which day on a timetable shall hold; None: from now on.
    """

    id: str
    kind: str
    file_name: str
    shapes: Map[str, Map[str, str]]
    decisions: Map[str, str]
    locale: str
    since: date | None = None

    @property
    def mapping(self) -> Mapping:
        """What a person said of the columns."""
        return Mapping(shapes=self.shapes)


def asked_of(row: ImportDraft, locale: str, since: date | None = None) -> Asked:
    """The plain values of a draft."""
    shapes = (row.mapping or {}).get("shapes", {})
    return Asked(row.id, row.kind, row.file_name, shapes, dict(row.decisions), locale, since)


def ready(
    session: Session, config: Config, asked: Asked, by: Starter, patience: float | None = None
) -> tuple[Check | None, Run | None]:
    """The check when it is known or was soon done, else None and the run that is at it or has failed."""
    kept, name = _checks(), running_name(asked.id)
    key = _key(asked, state_of(session, by.today))
    known = kept.get(key)
    if known is not None:
        return known, None
    running().start(
        name, lambda progress: kept.put(key, check(config, asked, by, progress)), by.now, by.name, by.account_id
    )  # fmt: skip
    run = wait(name, patience)
    return kept.get(key), run


def wait(name: str, patience: float | None = None) -> Run | None:
    """The last run of this name: after its end, or as it stands after so many seconds (else PATIENCE)."""
    ends = time.monotonic() + (PATIENCE if patience is None else patience)
    while (run := running().last(name)) is not None and run.state == WAITING and time.monotonic() < ends:
        time.sleep(0.02)
    return run


def running_name(draft_id: str) -> str:
    """What the running check of a draft goes by."""
    return f"check {draft_id}"


def check(config: Config, asked: Asked, by: Starter, progress: Progress) -> Check:
    """Read the file and try it. Raises DomainError file_missing, home_missing."""
    data = import_desk.content(config, import_desk.draft(db.session, asked.id))
    with force_locale(asked.locale):
        report = imports.run(
            asked.kind, [(asked.file_name, data)], actor_id=by.person_id, dry_run=True, now=by.now, skip_errors=True,
            decisions=asked.decisions, mapping=asked.mapping, progress=progress,
            since=asked.since,
        )  # fmt: skip
    views = imports.look(asked.kind, asked.file_name, data, asked.mapping)
    guesses = registry.guess_kind(asked.file_name, data)
    return Check(views, report.findings, report.counts, sorts(report.changes), guesses, _grid(asked, data),
                 report.revision)  # fmt: skip


def _grid(asked: Asked, data: bytes) -> tuple[GridSheet, ...]:
    """A drawn timetable as it looks."""
    if asked.kind != "timetable" or data.lstrip()[:1] == b"<":
        return ()
    return registry.read(asked.kind, asked.file_name, data, mapping=asked.mapping).grid


def better_kind(kind: str, guesses: tuple[tuple[str, float], ...]) -> str:
    """The kind that the content looks like rather than ``kind``; "" when that one will do."""
    fits = dict(guesses)
    best = guesses[0] if guesses else ("", 0.0)
    return best[0] if best[0] != kind and best[1] >= fits.get(kind, 0.0) + TAKEN_TO_BE_SURE else ""


def state_of(session: Session, today: date) -> tuple[Any, ...]:
    """Something that is another one after an import, an undoing, an edit in the office, or midnight."""
    newest = (
        select(func.max(AuditEntry.id)), select(func.max(ImportRun.seq)), select(func.max(ImportRun.undone_at)),
    )  # fmt: skip
    return (*session.execute(select(*(query.scalar_subquery() for query in newest))).one(), today)


def _key(asked: Asked, state: tuple[Any, ...]) -> bytes:
    said = [asked.id, asked.kind, asked.locale, asked.shapes, asked.decisions, str(asked.since)]
    return canonical([*said, [str(part) for part in state]])


class _Checks:
    """The last few checks of one application."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, Check] = OrderedDict()

    def get(self, key: bytes) -> Check | None:
        """The check, if it is still known."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: bytes, found: Check) -> None:
        """Keep a check; the one that nobody asked for longest is forgotten."""
        with self._lock:
            self._known[key] = found
            while len(self._known) > KEPT:
                self._known.popitem(last=False)


def _checks() -> _Checks:
    return current_app.extensions.setdefault("import_checks", _Checks())
