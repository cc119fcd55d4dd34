"""`korablik export oneroster`: people, classes and courses for other systems."""

from typing import Any

from flask_babel import ngettext

from server.extensions import db
from server.services import oneroster_export
from server.services.commands.console import Call, Console, place


def export_oneroster(call: Call, console: Console) -> dict[str, Any]:
    """A bulk set as one zip; ``births``: with birth dates and sex of the students."""
    here = place()
    data, births = oneroster_export.export_set(db.session, here.today, call.options.get("births", True))
    console.put(data)
    if births:
        console.say(ngettext("The set tells the birth date of %(num)s student; --no-births leaves it out.",
                             "The set tells the birth dates of %(num)s students; --no-births leaves them out.",
                             births))  # fmt: skip
    return {"bytes": len(data), "births": births}
