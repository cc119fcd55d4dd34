"""`korablik print timetable`: the sheets of a week as a PDF."""

from typing import Any

from flask_babel import ngettext

from server.errors import DomainError
from server.extensions import db
from server.services.commands.console import Call, Console, group, place
from server.services.timetable_out import paper
from server.services.weeks import monday, parse_week

OF_GROUPS = ("groups", "posters")


def print_timetable(call: Call, console: Console) -> dict[str, Any]:
    """Write the sheets of one kind."""
    options = call.options
    first = parse_week(options["week"]) if options.get("week") else monday(place().today)
    kind, name = options["kind"], options.get("group", "")
    if name and kind not in OF_GROUPS:
        raise DomainError("bad_request")
    slug = group(db.session, name).slug if name else ""
    made = paper.timetable_pdf(db.session, first, kind, slug, bool(options.get("tiled")))
    console.put(made.pdf)
    console.say(ngettext("%(num)s page", "%(num)s pages", made.pages))
    return {"kind": kind, "pages": made.pages, "bytes": len(made.pdf)}
