"""`korablik import` and `korablik return`: files and works come in."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.importers.fields import LABELS
from server.importers.findings import Finding
from server.services import imports, logging_work, returns, works
from server.services.commands.console import Call, Console, author, place
from server.services.commands.labels import label
from server.services.imports.changes import Change
from server.services.imports.mapping_file import read_mapping
from server.services.logging_work import Arrival, Line
from server.services.returns import TAKEN
from server.services.weeks import parse_day
from sync import codes, decide
from sync.errors import SyncError

PERHAPS_KNOWN = "student_perhaps_known"  # the finding that asks for a decision
MOST_TOLD = 30  # changes that a terminal shows


def import_files(call: Call, console: Console) -> dict[str, Any]:
    """Import files of one kind; a file with an error leaves the database unchanged and does not hold up the next."""
    here, options = place(), call.options
    kind, mapping = options["kind"], options.get("mapping")
    report = imports.run(
        kind, list(call.files), actor_id=None, dry_run=options["dry_run"], now=here.now,
        skip_errors=options.get("skip_errors", False), mapping=read_mapping(mapping, kind) if mapping else None,
        decisions=_decisions(options), progress=console.progress,
        since=parse_day(options["from"]) if options.get("from") else None,
    )  # fmt: skip
    for finding in report.findings:
        tell = console.warn if finding.level == "error" else console.say
        tell(place_of(finding, kind) + finding.text())
    if any(finding.code == PERHAPS_KNOWN for finding in report.findings):
        console.warn(_("Decide for each such row: --same ROW if it is that student, --new ROW if it is another one "
                       "(where sheets share row numbers: SHEET/ROW)."))  # fmt: skip
    _tell_outcome(report, options["dry_run"], console)
    return {"kind": report.kind, "counts": report.counts, "changed": report.changed, "refused": list(report.refused),
            "runs": list(report.runs), "changes": [_change_as_json(change) for change in report.changes],
            "findings": [_as_json(finding) for finding in report.findings]}  # fmt: skip


def _decisions(options: dict[str, Any]) -> dict[str, str]:
    """Place → "same" or "new". Raises DomainError ``decision_twice``."""
    said = {name: list(options.get(name) or ()) for name in ("same", "new")}
    for row in set(said["same"]) & set(said["new"]):
        raise DomainError("decision_twice", row=row[:80])
    return {row: name for name, rows in said.items() for row in rows}


def _tell_outcome(report: imports.ImportReport, dry_run: bool, console: Console) -> None:
    for change in report.changes[:MOST_TOLD]:
        console.say(_line_of(change))
    if len(report.changes) > MOST_TOLD:
        rest = len(report.changes) - MOST_TOLD
        console.say(ngettext("… and %(num)s more; --json lists all.", "… and %(num)s more; --json lists all.", rest))
    for name, value in report.counts.items():
        console.say(f"  {label(name)}: {value}")
    if report.refused:
        console.warn(sentence_of(
            DomainError("import_refused", count=report.errors, files=", ".join(report.refused))
        ))  # fmt: skip
    if dry_run:
        console.say(_("This was a trial: nothing was stored."))
    elif not report.changed and not report.refused:
        console.say(_("Everything was known already: nothing changed."))
    elif report.runs:
        console.say(_("To take it back: korablik undo"))


def _line_of(change: Change) -> str:
    """``~ person Иванов Пётр: phone +7… → +7…``."""
    sign = {"created": "+", "changed": "~", "moved": "→", "absent": "?", "removed": "-"}[change.what]
    details = "; ".join(
        f"{change.field_label(name)} {before or '—'} → {after or '—'}" for name, before, after in change.details
    )
    told = f"{sign} {change.table_label()} {change.label}"
    return f"{told}: {details}" if details and change.what != "created" else told


def _change_as_json(change: Change) -> dict[str, Any]:
    return {"what": change.what, "table": change.table, "label": change.label,
            "details": [list(detail) for detail in change.details]}  # fmt: skip


def place_of(finding: Finding, kind: str) -> str:
    """Where a finding stands: ``error classes.xlsx, 7, row 12, Фамилия: ``; a column without a letter by our words."""
    row = _("row %(row)s", row=finding.row) if finding.row else ""
    levels = {"error": _("error"), "warning": _("warning"), "info": _("note")}
    column = finding.column if finding.letter else str(LABELS.get(kind, {}).get(finding.column, finding.column))
    parts = [part for part in (finding.file, finding.sheet, row, column) if part]
    return f"{levels[finding.level]} {', '.join(parts)}: "


def _as_json(finding: Finding) -> dict[str, Any]:
    return {"level": finding.level, "code": finding.code, "file": finding.file, "sheet": finding.sheet,
            "row": finding.row, "column": finding.column, "letter": finding.letter,
            "value": finding.value, "text": finding.text()}  # fmt: skip


def log_returns(call: Call, console: Console) -> dict[str, Any]:
    """Log works by their codes. One bad code never blocks the next; who refuses any of them is told at the end."""
    here, options = place(), call.options
    person = author(db.session, options["as"])
    arrival = Arrival(parse_day(options.get("date") or here.today.isoformat()), _channel(options["channel"]))
    desk = _Desk(console, here.school.id)
    found = desk.find(options["codes"])
    draft = logging_work.make_draft(secrets.token_bytes(8), here.now, here.school.timezone, person,
                                    [Line(view.code, desk.heads(view), "issued") for view in found])  # fmt: skip
    said = {}
    for number, view in enumerate(found):
        with desk.refusing(view.code):
            typed = logging_work.read_typed("+" + options.get("mark", ""), view.rule, options.get("comment", ""))
            said[view] = logging_work.op_about_work(draft, number, typed or _nothing(options), arrival)
    earlier = {view: desk.earlier(view) for view in said}
    outcomes = returns.receive(returns.Delivery(list(said.values()), here.now, here.today)) if said else []
    rows = [desk.tell(view, earlier[view], outcome) for view, outcome in zip(said, outcomes, strict=True)]
    taken = sum(outcome.outcome in TAKEN for outcome in outcomes)
    console.say(ngettext("%(num)s work was taken in.", "%(num)s works were taken in.", taken))
    if desk.refused:
        console.warn(ngettext("%(num)s code was refused; see above.", "%(num)s codes were refused; see above.",
                              len(desk.refused)))  # fmt: skip
    return {"returns": rows, "refused": desk.refused}


def _channel(code: str) -> str:
    """A known channel: said once, not for every code."""
    known = [name for name, _text in logging_work.channels(db.session)]
    if code not in known:
        raise DomainError("channel_unknown", value=code[:20], allowed=", ".join(known))
    return code


def _nothing(options: dict[str, Any]) -> logging_work.Said:
    return logging_work.Said(None, options.get("comment", ""), True)


@dataclass
class _Desk:
    """Where codes are laid down one after the other: what is known of them, and which were refused."""

    console: Console
    school: str
    refused: list[dict[str, str]] = field(default_factory=list)

    def find(self, codes_typed: list[str]) -> list[works.WorkView]:
        """The works behind the codes, each once however often its code was read."""
        found: dict[str, works.WorkView] = {}
        for typed in codes_typed:
            with self.refusing(typed[:40]):
                view = works.find(db.session, typed, self.school)
                if view.code in found:
                    self.console.say(_("%(code)s was named twice; it counts once.",
                                       code=codes.group_digits(view.code)))  # fmt: skip
                found.setdefault(view.code, view)
        return list(found.values())

    @contextmanager
    def refusing(self, typed: str) -> Iterator[None]:
        """A refusal inside is told and noted, and the next code has its turn."""
        try:
            yield
        except SyncError as error:
            self._refuse(typed, error)

    def _refuse(self, typed: str, error: SyncError) -> None:
        sentence = sentence_of(error)
        shown = codes.group_digits(typed) if typed.isdigit() and len(typed) == 9 else typed
        self.refused.append({"code": typed, "reason": error.code, "text": sentence})
        self.console.warn(f"{shown}: {sentence}")

    def heads(self, view: works.WorkView) -> tuple[str, ...]:
        """The revisions that stand on the work now."""
        return works.states(db.session, [view.id])[view.id].heads

    def earlier(self, view: works.WorkView) -> str:
        """When and by whom it was handed in before; "" for the first time."""
        before = works.returns_of(db.session, view.id)
        if not before:
            return ""
        last = before[-1]
        return _("handed in before, on %(day)s, logged by %(name)s", day=format_date(last.returned_on, "short"),
                 name=last.logged_by or "—")  # fmt: skip

    def tell(self, view: works.WorkView, earlier: str, outcome: returns.Outcome) -> dict[str, Any]:
        """Say what became of a work; a rejected one is a refused code."""
        if outcome.outcome not in TAKEN:
            self._refuse(view.code, DomainError(outcome.reason, **outcome.data))
        else:
            name = f"{view.last_name} {view.first_name}".strip()
            said = "; ".join(part for part in (_told(outcome), earlier) if part)
            self.console.say(f"{codes.group_digits(view.code)}  {name}, {view.group_name}, {view.subject}: {said}")
        return {"code": view.code, "outcome": outcome.outcome, "reason": outcome.reason, "before": earlier}


def _told(outcome: returns.Outcome) -> str:
    if outcome.outcome == decide.ACCEPTED:
        return _("taken in")
    if outcome.outcome == decide.DUPLICATE:
        return _("known already")
    return sentence_of(DomainError(outcome.reason, **outcome.data))
