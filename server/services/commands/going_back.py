"""`korablik imports` and `korablik undo`: what was taken in from files, and taking the last of it back."""

from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _

from server.errors import DomainError
from server.extensions import db
from server.services import imports
from server.services.commands.console import Call, Console, author, place
from server.services.commands.labels import label


def list_imports(call: Call, console: Console) -> dict[str, Any]:
    """The last files that were taken in, the newest first."""
    here = place()
    found = imports.history(db.session, call.options["limit"])
    for run in found:
        at = format_datetime(run.at.astimezone(ZoneInfo(here.school.timezone)), "short", rebase=False)
        counts = ", ".join(f"{label(name)}: {count}" for name, count in run.counts.items())
        state = _("undone") if run.undone_at else _("can be undone") if run.can_undo else ""
        console.say("  ".join(part for part in (run.id, at, run.kind, run.file_name, run.by, counts, state) if part))
    if not found:
        console.say(_("Nothing was imported yet."))
    return {"imports": [
        {"id": run.id, "at": run.at.isoformat(), "kind": run.kind, "file": run.file_name, "by": run.by,
         "counts": dict(run.counts), "undone_at": run.undone_at.isoformat() if run.undone_at else None,
         "can_undo": run.can_undo} for run in found
    ]}  # fmt: skip


def undo(call: Call, console: Console) -> dict[str, Any]:
    """Take the last import back; one that is named must be the last. Exit code 1 where something stands in the way."""
    here, options = place(), call.options
    run_id = options["run"] or next((run.id for run in imports.history(db.session, 1000) if run.can_undo), "")
    if not run_id:
        raise DomainError("run_none")
    actor = author(db.session, options["as"]) if options["as"] else None
    report = imports.undo(run_id, actor, here.now, dry_run=options["dry_run"])
    for reason in report.blocked:
        console.warn(reason.text())
    if report.blocked:
        console.warn(_("%(file)s was not undone: nothing was changed.", file=report.file_name))
    else:
        rows = sum(report.counts.values())
        console.say(_("%(file)s (%(kind)s): all is as it was before.", file=report.file_name, kind=report.kind))
        console.say(ngettext("%(num)s row was put back.", "%(num)s rows were put back.", rows))
        if options["dry_run"]:
            console.say(_("This was a trial: nothing was stored."))
    return {"run": report.run_id, "kind": report.kind, "file": report.file_name, "counts": report.counts,
            "undone": report.undone and not options["dry_run"],
            "refused": [reason.text() for reason in report.blocked]}  # fmt: skip
