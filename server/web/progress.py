"""How long work that runs in the background is told: to the page as it is drawn, and to its script while it waits."""

from typing import Any

from flask_babel import gettext as _

from server.errors import sentence_of
from server.services.running import Run


def told(run: Run | None, viewer: str) -> dict[str, Any]:
    """``{"state", "number", "done", "total", "text"}`` as JSON holds it; state "" when nothing ever ran.

    ``viewer``: the account that looks; what went wrong with a named student is told to who began the work alone.
    """
    if run is None:
        return {"state": "", "number": 0, "done": 0, "total": 0, "text": ""}
    return {"state": run.state, "number": run.number, "done": run.done, "total": run.total, "text": _text(run, viewer)}


def _text(run: Run, viewer: str) -> str:
    if run.error is not None and "name" in run.error.data and run.owner != viewer:
        return _("What %(name)s began did not work.", name=run.started_by)
    if run.error is not None:
        return sentence_of(run.error)
    if run.what == "site":
        return _("Class sites: %(done)s of %(total)s", done=run.done, total=run.total)
    if run.what == "packs":
        return _("Classes printed: %(done)s of %(total)s", done=run.done, total=run.total)
    if run.what == "scan":
        return _("Pages read: %(done)s of %(total)s", done=run.done, total=run.total)
    if run.what == "messages":
        return _("Messages sent: %(done)s of %(total)s", done=run.done, total=run.total)
    return _("Getting ready")
