"""`korablik export oneroster`: people, classes and courses for other systems."""

from typing import Any

from flask_babel import gettext as _

from server.extensions import db
from server.services import oneroster_export
from server.services.commands.console import Call, Console, place


def export_oneroster(call: Call, console: Console) -> dict[str, Any]:
    """A bulk set as one zip; ``births``: with birth dates and sex of the students."""
    here = place()
    births = call.options.get("births", True)
    data = oneroster_export.export_set(db.session, here.today, births)
    console.put(data)
    if births:
        console.say(_("The set holds birth dates. Whoever gets it must be entitled to them; else: --no-births"))
    return {"bytes": len(data), "births": births}
