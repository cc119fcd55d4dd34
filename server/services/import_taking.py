"""Taking an uploaded file in, and taking the last one back: in the background, each of them once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import force_locale

from server.config import Config
from server.extensions import db
from server.services import import_check, import_desk, imports
from server.services.going_out import Starter
from server.services.import_told import Sort, rows_in_error, sorts
from server.services.imports import UndoReport
from server.services.running import Progress, Run, running


@dataclass(frozen=True)
class Taken:
    """What came of taking a draft in: ``run_id`` "" when nothing was taken or nothing changed.

    ``left_out``: rows in error; ``refused``: nothing was taken because of them.
    """

    run_id: str
    sorts: tuple[Sort, ...] = ()
    left_out: int = 0
    refused: bool = False


def take(config: Config, draft_id: str, skip_errors: bool, by: Starter, locale: str, since: date | None = None) -> Run:
    """Begin to take a draft in, all of it or all but the rows in error; a second call finds the first at work.

    The run's result is a ``Taken``; its changes are told in the language ``locale``.
    ``since``: from which day on a timetable holds.
    """

    def work(progress: Progress) -> Taken:
        return _take(config, draft_id, skip_errors, by, locale, progress, since)

    return _start(taking_name(draft_id), by, work)


def take_all(config: Config, draft_ids: Sequence[str], by: Starter, locale: str) -> Run:
    """Begin to take these drafts in one after the other; one with an error stays as it is and stops no other.

    The run's result is a tuple of ``Taken``. A second call of the same person finds the first at work.
    """

    def work(progress: Progress) -> tuple[Taken, ...]:
        taken = []
        for done, draft_id in enumerate(draft_ids):
            progress("files", done, len(draft_ids))
            taken.append(_take(config, draft_id, False, by, locale, lambda what, done, total: None))
        return tuple(taken)

    return _start(all_name(by.account_id), by, work)


def undo(run_id: str, by: Starter) -> Run:
    """Begin to take the last import back; the run's result is an UndoReport. Its draft is open again then."""

    def work(progress: Progress) -> UndoReport:
        report = imports.undo(run_id, by.person_id, by.now)
        if report.undone:
            import_desk.reopen(run_id)
        return report

    return _start(undoing_name(run_id), by, work)


def taking_name(draft_id: str) -> str:
    """What the taking of a draft goes by."""
    return f"take {draft_id}"


def all_name(account_id: str) -> str:
    """What the taking of all drafts of a person goes by."""
    return f"take all {account_id}"


def undoing_name(run_id: str) -> str:
    """What the taking back of an import goes by."""
    return f"undo {run_id}"


def _start(name: str, by: Starter, work: Callable[[Progress], Any]) -> Run:
    return running().start(name, work, by.now, by.name, by.account_id)[0]


def _take(
    config: Config, draft_id: str, skip_errors: bool, by: Starter, locale: str, progress: Progress,
    since: date | None = None,
) -> Taken:  # fmt: skip
    """The first to come takes the draft in; whoever comes later gets what came of it."""
    row = import_desk.draft(db.session, draft_id)
    if row.run_id is not None:
        return Taken(row.run_id)
    asked, data = import_check.asked_of(row, locale), import_desk.content(config, row)
    with force_locale(locale):
        report = imports.run(
            asked.kind, [(asked.file_name, data)], actor_id=by.person_id, dry_run=False, now=by.now,
            skip_errors=skip_errors, decisions=asked.decisions, mapping=asked.mapping, progress=progress,
            since=since,
        )  # fmt: skip
    if report.runs:
        import_desk.taken(draft_id, report.runs[0])
    run_id = report.runs[0] if report.runs else ""
    return Taken(run_id, sorts(report.changes), rows_in_error(report.findings), bool(report.refused))
