"""Brings files of a school into the database: one call for every kind, one transaction per file, or none of it."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock, store
from server.errors import DomainError
from server.extensions import db
from server.importers import registry
from server.importers.findings import ERROR, Finding, Notes, Result
from server.models import Account, AuditEntry, School
from server.services.imports import (
    bells,
    connectivity,
    content,
    people,
    sentences,
    staff,
    terms,
    timetable,
    tv,
)
from server.services.imports.book import Book

Apply = Callable[[Book, Sequence[Any], int], None]
KINDS: dict[str, Apply] = {
    "terms": terms.apply,
    "bells": bells.apply,
    "people": people.apply,
    "staff": staff.apply,
    "timetable": timetable.apply,
    "tv": tv.apply,
    "connectivity": connectivity.apply,
    "content": content.apply,
}
SENTENCES = sentences.SENTENCES


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or on a dry run would do.

    ``counts``: rows of the files by created, updated, unchanged, shown, and what followed from them. ``changed``:
    the database is another one now. ``refused``: names of the files of which nothing was taken.
    """

    kind: str
    counts: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    changed: bool = False
    refused: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(finding.level == ERROR for finding in self.findings)


class _Undone(Exception):
    """Carries the result of a file out of its transaction, which is rolled back."""

    def __init__(self, outcome: "_Outcome"):
        super().__init__()
        self.outcome = outcome


@dataclass(frozen=True)
class _Outcome:
    counts: Counter[str]
    findings: tuple[Finding, ...]
    touched: bool


@dataclass(frozen=True)
class _Job:
    """All circumstances of an import but the file."""

    kind: str
    actor_id: str | None
    now: datetime
    dry_run: bool
    skip_errors: bool
    shift_days: int
    decisions: Mapping[str, str]
    randbytes: Callable[[int], bytes]


def run(
    kind: str,
    files: Iterable[tuple[str, bytes]],
    *,
    actor_id: str | None,
    dry_run: bool,
    now: datetime,
    skip_errors: bool = False,
    shift_days: int = 0,
    decisions: Mapping[str, str] | None = None,
    randbytes: Callable[[int], bytes] = secrets.token_bytes,
) -> ImportReport:
    """Import files of one kind, each in its own transaction.

    A file with an error changes nothing, unless ``skip_errors`` takes its other rows. ``decisions`` answers "perhaps
    known" students: "file/sheet/row" → "same" or "new". ``shift_days`` (a multiple of 7) moves the dates of terms,
    broadcasts and lessons. Raises DomainError ``home_missing``, KeyError for an unknown kind.
    """
    school = db.session.scalar(select(School))
    if school is None:
        raise DomainError("home_missing", home=store.current_app.extensions["korablik"].home)
    region, today = school.country, clock.local_date(now, school.timezone)
    job = _Job(kind, actor_id, now, dry_run, skip_errors, shift_days, decisions or {}, randbytes)
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    refused: list[str] = []
    changed = False
    for name, data in files:
        result = registry.read(kind, name, data, region=region, today=today)
        outcome, taken = _import(job, name, data, result)
        findings += outcome.findings
        if not taken:
            refused.append(name)
            continue
        counts += outcome.counts
        changed = changed or (outcome.touched and not dry_run)
    return ImportReport(kind, dict(counts), tuple(findings), changed, tuple(refused))


def _import(job: _Job, name: str, data: bytes, result: Result) -> tuple[_Outcome, bool]:
    """(what came of a file, whether it was taken)."""
    if result.refused:
        return _Outcome(Counter(), result.findings, False), False
    try:
        outcome = store.write(lambda session: _write(session, job, name, data, result))
    except _Undone as undone:
        outcome = undone.outcome
    broken = any(finding.level == ERROR for finding in outcome.findings)
    return outcome, job.skip_errors or not broken


def _write(session: Session, job: _Job, name: str, data: bytes, result: Result) -> _Outcome:
    """One file in one transaction; runs in the writer."""
    school = session.scalars(select(School)).one()
    book = Book(
        session=session, school=school, now=job.now, today=clock.local_date(job.now, school.timezone),
        notes=Notes(name, result.findings), randbytes=job.randbytes, actor_id=job.actor_id,
        decisions=job.decisions, is_partial=bool(result.of(ERROR)),
    )  # fmt: skip
    with session.no_autoflush:
        KINDS[job.kind](book, result.rows, job.shift_days)
        book.flush()
    outcome = _Outcome(book.counts, tuple(book.notes.found), book.touched > 0)
    broken = any(finding.level == ERROR for finding in outcome.findings)
    if job.dry_run or (broken and not job.skip_errors):
        raise _Undone(outcome)
    if outcome.touched:
        _audit(book, job, data)
    return outcome


def _audit(book: Book, job: _Job, data: bytes) -> None:
    account = book.session.scalar(select(Account.id).where(Account.person_id == job.actor_id))
    book.session.add(AuditEntry(
        id=book.new_id(), at=job.now, account_id=account, action="import", target=job.kind,
        data={"sha256": hashlib.sha256(data).hexdigest(), "counts": dict(book.counts)},
    ))  # fmt: skip
