"""Brings files of a school into the database: one call for every kind, one transaction per file, or none of it."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock, store
from server.errors import DomainError
from server.extensions import db
from server.importers import registry
from server.importers.findings import ERROR, Finding, Notes, Result
from server.importers.mapping import Mapping as ColumnMapping
from server.importers.mapping import SheetView
from server.models import Account, AuditEntry, Day, School
from server.services import pictures
from server.services.content import Author
from server.services.days import changing
from server.services.imports import (
    aliases,
    assessments,
    bells,
    beside,
    connectivity,
    content,
    exemptions,
    guardians,
    membership,
    oneroster,
    outside_marks,
    people,
    plan,
    remembered,
    runs,
    sentences,
    staff,
    terms,
    timetable,
    tv,
)
from server.services.imports.book import Book
from server.services.imports.change_journal import Journal
from server.services.imports.changes import WANTED, Change, Draft, describe, in_words
from server.services.imports.revision import Revision
from server.services.imports.runs import RunView, history
from server.services.imports.undo import Blocked, UndoReport, undo

Apply = Callable[[Book, Sequence[Any], int], None]
KINDS: dict[str, Apply] = {
    "terms": terms.apply,
    "bells": bells.apply,
    "people": people.apply,
    "guardians": guardians.apply,
    "staff": staff.apply,
    "timetable": timetable.apply,
    "tv": tv.apply,
    "connectivity": connectivity.apply,
    "content": content.apply,
    "plan": plan.apply,
    "assessments": assessments.apply,
    "exemptions": exemptions.apply,
    "membership": membership.apply,
    "outside_marks": outside_marks.apply,
    "oneroster": oneroster.apply,
}
SENTENCES = sentences.SENTENCES
Progress = Callable[[str, int, int], None]  # name of the file, rows done, rows in all; called by the writing thread


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or on a dry run would do.

    ``counts``: rows of the files by created, updated, unchanged, shown, and what followed from them. ``changed``:
    the database is another one now. ``refused``: names of the files of which nothing was taken. ``changes``: for
    people to read, of the files that were taken; ``runs``: ids of what can be undone, in the order of the files.
    ``revision``: of a timetable that holds from a day on, how it differs.
    """

    kind: str
    counts: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    changed: bool = False
    refused: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    runs: tuple[str, ...] = ()
    revision: Revision | None = None

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
    counts: Counter[str] = field(default_factory=Counter)
    findings: tuple[Finding, ...] = ()
    touched: bool = False
    drafts: tuple[Draft, ...] = ()
    run_id: str = ""
    revision: Revision | None = None


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
    progress: Progress | None = None
    since: date | None = None


@dataclass(frozen=True)
class _File:
    """A file as it was read, and what its mapping teaches: shape → letter → field."""

    name: str
    data: bytes
    result: Result
    taught: Mapping[str, Mapping[str, str]]


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
    mapping: ColumnMapping | None = None,
    progress: Progress | None = None,
    since: date | None = None,
    randbytes: Callable[[int], bytes] = secrets.token_bytes,
) -> ImportReport:
    """Import files of one kind, each in its own transaction.

    A file with an error changes nothing, unless ``skip_errors`` takes its other rows. ``decisions`` answers "perhaps
    known" students: "file/sheet/row" → "same" or "new". ``mapping`` says what columns mean, before what is remembered,
    and a file that is taken teaches it. ``shift_days`` (a multiple of 7) moves the dates of terms, broadcasts and
    lessons. ``since``: from which day on a timetable holds; the days before keep the one they have.
    Raises DomainError ``home_missing``, ``since_past``, ``since_kind``, KeyError for an unknown kind.
    """
    school = _school()
    region, today = school.country, clock.local_date(now, school.timezone)
    if since is not None and kind != "timetable":
        raise DomainError("since_kind")
    if since is not None and since < today:
        raise DomainError("since_past", day=since)
    job = _Job(kind, actor_id, now, dry_run, skip_errors, shift_days, decisions or {}, randbytes, progress, since)
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    refused: list[str] = []
    drafts: list[Draft] = []
    runs_made: list[str] = []
    changed, revision = False, None
    if kind == "content":
        joined = beside.join(files, _picture_taker(job))
        files, findings = joined.files, list(joined.findings)
    for name, data in files:
        said = remembered.of(db.session, kind, mapping)
        result = registry.read(kind, name, data, region=region, today=today, mapping=said)
        taught = remembered.lessons_of(kind, name, data, mapping, region, today)
        outcome, taken = _import(job, _File(name, data, result, taught))
        findings += outcome.findings
        revision = outcome.revision or revision
        if not taken:
            refused.append(name)
            continue
        counts += outcome.counts
        drafts += outcome.drafts
        runs_made += [outcome.run_id] if outcome.run_id else []
        changed = changed or (outcome.touched and not dry_run)
    told = in_words(drafts, (finding for finding in findings if finding.file not in refused))
    return ImportReport(kind, dict(counts), tuple(findings), changed, tuple(refused), told, tuple(runs_made), revision)


def _picture_taker(job: _Job) -> beside.Take:
    """Stores a picture at once, before any lesson speaks of it; on a trial it is only made."""
    config = store.current_app.extensions["korablik"]
    budget = pictures.budgets(db.session)[0]

    def take(data: bytes) -> str:
        if job.dry_run:
            return pictures.make(data, budget).name
        return pictures.take(config, data, budget, job.actor_id, job.now).name

    return take


def look(kind: str, name: str, data: bytes, mapping: ColumnMapping | None = None) -> tuple[SheetView, ...]:
    """How each sheet of a file would be read, with what is remembered here; () for kinds without columns to choose."""
    said = remembered.of(db.session, kind, mapping)
    return registry.look(kind, name, data, region=_school().country, mapping=said)


def remember(kind: str, shape: str, columns: Mapping[str, str], actor_id: str | None, now: datetime) -> bool:
    """Keep what columns of a shape mean (letter → field, "" = ignore); True when that is new."""
    return store.write(lambda session: remembered.learn(session, kind, shape, columns, actor_id, now))


def name_word(kind: str, text: str, target_id: str) -> bool:
    """Keep what a word of the files means: ``kind`` subject, teacher (a Person) or room; True when that is new."""
    return store.write(lambda session: aliases.learn(session, kind, text, target_id))


def _school() -> School:
    """Raises DomainError ``home_missing``."""
    school = db.session.scalar(select(School))
    if school is None:
        raise DomainError("home_missing", home=store.current_app.extensions["korablik"].home)
    return school


def _import(job: _Job, file: _File) -> tuple[_Outcome, bool]:
    """(what came of a file, whether it was taken)."""
    if file.result.refused:
        return _Outcome(findings=file.result.findings), False
    try:
        outcome = store.write(lambda session: _write(session, job, file))
    except _Undone as undone:
        outcome = undone.outcome
    broken = any(finding.level == ERROR for finding in outcome.findings)
    return outcome, job.skip_errors or not broken


def _write(session: Session, job: _Job, file: _File) -> _Outcome:
    """One file in one transaction; runs in the writer."""
    school = session.scalars(select(School).with_for_update()).one()  # one import at a time, on PostgreSQL too
    book = Book(
        session=session, school=school, now=job.now, today=clock.local_date(job.now, school.timezone),
        notes=Notes(file.name, file.result.findings), randbytes=job.randbytes, actor_id=job.actor_id,
        decisions=job.decisions, is_partial=bool(file.result.of(ERROR)), progress=_progress(job, file),
        since=job.since,
    )  # fmt: skip
    with Journal(session, WANTED) as book.journal, session.no_autoflush:
        KINDS[job.kind](book, file.result.rows, job.shift_days)
        book.flush()
        changes = book.journal.changes()
    findings = tuple(book.notes.found)
    if any(finding.level == ERROR for finding in findings) and not job.skip_errors:
        raise _Undone(_Outcome(book.counts, findings, revision=book.revision))
    outcome = _Outcome(book.counts, findings, bool(changes), tuple(describe(session, changes)),
                       revision=book.revision)  # fmt: skip
    if job.dry_run:
        raise _Undone(outcome)
    for shape, columns in file.taught.items():
        remembered.learn(session, job.kind, shape, columns, job.actor_id, job.now)
    if not outcome.touched:
        return outcome
    if job.since is not None:
        _reopen(book)
    run_id = book.new_id()
    runs.add_run(session, run_id, job.kind, file.name, file.data, job.actor_id, job.now, book.counts, changes,
                 since=job.since)  # fmt: skip
    _audit(book, job, file.data)
    return replace(outcome, run_id=run_id)


def _reopen(book: Book) -> None:
    """Days that were approved before must be looked at again. No part of what an undoing takes back."""
    account = book.session.scalar(select(Account.id).where(Account.person_id == book.actor_id))
    by = Author(book.actor_id, account, book.now, book.today)
    known = set(book.session.scalars(select(Day.on))) & book.days
    changing.touch(book.session, known, by, changing.Rights(may_correct=True))


def _progress(job: _Job, file: _File) -> Callable[[int], None] | None:
    if job.progress is None:
        return None
    tell, total = job.progress, sum(_steps(row) for row in file.result.rows)
    return lambda done: tell(file.name, min(done, total), total)


def _steps(row: Any) -> int:
    """How many entries of a file a row is: a whole timetable or roster is one row."""
    return getattr(row, "steps", 0) or len(getattr(row, "lessons", ())) or 1


def _audit(book: Book, job: _Job, data: bytes) -> None:
    account = book.session.scalar(select(Account.id).where(Account.person_id == job.actor_id))
    book.session.add(AuditEntry(
        id=book.new_id(), at=job.now, account_id=account, action="import", target=job.kind,
        data={"sha256": hashlib.sha256(data).hexdigest(), "counts": dict(book.counts)},
    ))  # fmt: skip


__all__ = [
    "KINDS", "SENTENCES", "Blocked", "Change", "ImportReport", "Revision", "RunView", "UndoReport", "history", "look",
    "name_word", "remember", "run", "undo",
]  # fmt: skip
