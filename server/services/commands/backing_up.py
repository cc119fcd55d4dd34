"""`korablik backup`: everything that brings the school back, in one checked file."""

from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from server.services import backups
from server.services.commands.console import Call, Console, place


def back_up(call: Call, console: Console) -> dict[str, Any]:
    """Write it into the home's folder or to the file that was named."""
    config, options = current_app.extensions["korablik"], call.options
    out = Path(options["out"]) if options.get("out") else None
    made = backups.make(config, place().now, "hand", out, options.get("keep") or None)
    contents = made.contents
    console.say(_("Backup: %(file)s", file=made.path))
    console.say(_("Tables: %(tables)s, rows: %(rows)s, files: %(files)s.", tables=len(contents.rows),
                  rows=sum(contents.rows.values()), files=len(contents.files) - 1))  # fmt: skip
    console.say(_("It was read back and is whole. It holds the school's secret keys: keep it where nobody else reads."))
    if made.removed:
        console.say(ngettext("%(num)s older backup was removed.", "%(num)s older backups were removed.", made.removed))
    return {"file": str(made.path), "bytes": made.bytes, "school": contents.school, "made_at": contents.made_at,
            "rows": contents.rows, "files": len(contents.files), "removed": made.removed}  # fmt: skip
