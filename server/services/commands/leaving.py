"""`korablik export school`: everything the school owns, to take along."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _

from server import store
from server.services import school_archive
from server.services.commands.console import Call, Console, place


def export_school(call: Call, console: Console) -> dict[str, Any]:
    """The archive of this home, as it is at one moment."""
    here = place()
    config = current_app.extensions["korablik"]
    with store.snapshot() as session:
        data, made = school_archive.write(session, config.home, here.now, console.progress)
    console.put(data)
    console.say(_("Tables: %(tables)s, rows: %(rows)s, files: %(files)s.", tables=len(made.rows),
                  rows=sum(made.rows.values()), files=made.files))  # fmt: skip
    console.say(_("State: %(state)s", state=made.state))
    return {"rows": made.rows, "files": made.files, "state": made.state, "bytes": len(data)}
