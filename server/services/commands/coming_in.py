"""`korablik import` and `korablik return`: files and works come in."""

import secrets
from typing import Any

from flask_babel import gettext as _

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.importers.findings import Finding
from server.services import imports, logging_work, returns, works
from server.services.commands.console import Call, Console, author, place
from server.services.commands.labels import label
from server.services.logging_work import Arrival, Line
from server.services.weeks import parse_day
from sync import codes, decide
from sync.errors import SyncError


def import_files(call: Call, console: Console) -> dict[str, Any]:
    """Import files of one kind. Raises DomainError ``import_refused`` when errors left the database unchanged."""
    here = place()
    report = imports.run(
        call.options["kind"], list(call.files), actor_id=None, dry_run=call.options["dry_run"], now=here.now,
        skip_errors=call.options.get("skip_errors", False),
    )  # fmt: skip
    for finding in report.findings:
        console.say(place_of(finding) + finding.text())
    for name, value in report.counts.items():
        console.say(f"  {label(name)}: {value}")
    if report.refused:
        raise DomainError("import_refused", count=report.errors, files=", ".join(report.refused))
    if call.options["dry_run"]:
        console.say(_("This was a trial: nothing was stored."))
    elif not report.changed:
        console.say(_("Everything was known already: nothing changed."))
    return {"kind": report.kind, "counts": report.counts, "changed": report.changed,
            "findings": [_as_json(finding) for finding in report.findings]}  # fmt: skip


def place_of(finding: Finding) -> str:
    """Where a finding stands: ``error classes.xlsx, 7, row 12, Фамилия: ``."""
    row = _("row %(row)s", row=finding.row) if finding.row else ""
    levels = {"error": _("error"), "warning": _("warning"), "info": _("note")}
    parts = [part for part in (finding.file, finding.sheet, row, finding.column) if part]
    return f"{levels[finding.level]} {', '.join(parts)}: "


def _as_json(finding: Finding) -> dict[str, Any]:
    return {"level": finding.level, "code": finding.code, "file": finding.file, "sheet": finding.sheet,
            "row": finding.row, "column": finding.column, "value": finding.value,
            "text": finding.text()}  # fmt: skip


def log_returns(call: Call, console: Console) -> dict[str, Any]:
    """Log works by their codes. One bad code never blocks the next; raises afterwards if any was refused."""
    here, options = place(), call.options
    person = author(db.session, options["as"]) if options.get("as") else ""
    arrival = Arrival(parse_day(options["date"]) if options.get("date") else here.today, options["channel"])
    draft_lines, views, refused = [], [], []
    for typed in options["codes"]:
        try:
            view = works.find(db.session, typed, here.school.id)
            views.append(view)
            draft_lines.append(Line(view.code, works.states(db.session, [view.id])[view.id].heads, "issued"))
        except SyncError as error:
            refused.append(sentence_of(error))
            console.say(sentence_of(error))
    draft = logging_work.make_draft(secrets.token_bytes(8), here.now, here.school.timezone, person, draft_lines)
    envelopes, said_views = [], []
    for number, view in enumerate(views):
        try:
            said = logging_work.read_typed("+" + options.get("mark", ""), view.rule, options.get("comment", ""))
            envelopes.append(logging_work.op_about_work(draft, number, said or _nothing(options), arrival))
            said_views.append(view)
        except SyncError as error:
            refused.append(sentence_of(error))
            console.say(f"{codes.group_digits(view.code)}: {sentence_of(error)}")
    outcomes = returns.receive(returns.Delivery(envelopes, here.now, here.today)) if envelopes else []
    rows = []
    for view, outcome in zip(said_views, outcomes, strict=True):
        text = _told(outcome)
        console.say(f"{codes.group_digits(view.code)}  {view.last_name} {view.first_name}, {view.group_name}, "
                    f"{view.subject}: {text}")  # fmt: skip
        rows.append({"code": view.code, "outcome": outcome.outcome, "reason": outcome.reason})
        if outcome.outcome == decide.REJECTED:
            refused.append(text)
    if refused and not rows:
        raise DomainError("returns_refused", count=len(refused), first=refused[0])
    return {"returns": rows, "refused": refused}


def _nothing(options: dict[str, Any]) -> logging_work.Said:
    return logging_work.Said(None, options.get("comment", ""), True)


def _told(outcome: returns.Outcome) -> str:
    if outcome.outcome == decide.ACCEPTED:
        return _("taken in")
    if outcome.outcome == decide.DUPLICATE:
        return _("known already")
    return sentence_of(DomainError(outcome.reason, **outcome.data))
