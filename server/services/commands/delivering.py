"""`korablik print manifest`: registers of delivery, made where packs are on none yet, and printed."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from server import store
from server.config import Config
from server.errors import DomainError
from server.extensions import db
from server.services.commands.console import Call, Console, Place, group, place
from server.services.delivery import paper, register_view, registers
from server.services.delivery.register_view import Register
from server.services.delivery.registers import Doer
from server.services.weeks import monday, parse_week, week_name
from server.services.whole_files import replace
from sync.codes import group_digits


def print_manifest(call: Call, console: Console) -> dict[str, Any]:
    """Make what registers are missing, then print those asked for."""
    here, options = place(), call.options
    week = week_name(parse_week(options["week"]) if options.get("week") else monday(here.today))
    group_id = group(db.session, options["group"]).id if options.get("group") else None
    db.session.rollback()
    made = registers.make_registers(week, Doer(None, None, here.now, here.today))
    with store.snapshot() as session:
        lines = [one for one in register_view.of_week(session, week, here.today, None) if one.going]
    chosen = _chosen(lines, options.get("stop", ""), group_id, week)
    if not chosen:
        raise DomainError("registers_missing", week=week)
    printed = paper.pdf([paper.register(one, here.school, here.today) for one in chosen])
    file = _keep(printed.pdf, week, console, bool(options.get("put")))
    for one, pages in zip(chosen, printed.pages, strict=True):
        console.say(f"{group_digits(one.code)}  {paper.place_name(one)}: "
                    + ngettext("%(num)s pack", "%(num)s packs", len(one.going)) + ", "
                    + ngettext("%(num)s page", "%(num)s pages", pages))  # fmt: skip
    if made.left:
        console.say(ngettext("%(num)s pack of a student who left was put on none.",
                             "%(num)s packs of students who left were put on none.", made.left))  # fmt: skip
    if file:
        console.say(_("Written: %(file)s", file=file))
    return _document(chosen, printed, week, file, made, here)


def _chosen(lines: Sequence[Register], stop: str, group_id: str | None, week: str) -> list[Register]:
    if group_id is not None:
        return [one for one in lines if one.stop_id is None and one.group_id == group_id]
    if not stop:
        return list(lines)
    wanted = " ".join(stop.split()).casefold()
    found = [one for one in lines if one.stop_id is not None and one.name.casefold() == wanted]
    if not found:
        known = dict.fromkeys(one.name for one in lines if one.stop_id is not None)
        raise DomainError("stop_not_found", name=stop[:40], week=week, known=", ".join(known) or "–")
    return found


def _keep(pdf: bytes, week: str, console: Console, put: bool) -> str:
    """To the file asked for; else beside the week's packs. Returns the path in that case."""
    if put:
        console.put(pdf)
        return ""
    config: Config = current_app.extensions["korablik"]
    path = config.packs / week / "manifest.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, pdf)
    return str(path)


def _document(
    chosen: Sequence[Register], printed: paper.Printed, week: str, file: str, made: registers.Made, here: Place
) -> dict[str, Any]:
    return {
        "week": week, "file": file, "bytes": len(printed.pdf), "pages": sum(printed.pages), "made": list(made.codes),
        "listed": made.listed, "left": made.left, "packs": sum(len(one.going) for one in chosen),
        "overdue": sum(len(one.overdue(here.today)) for one in chosen),
        "registers": [
            {"code": one.code, "stop": one.name if one.stop_id else "", "group": "" if one.stop_id else one.name,
             "state": one.state, "packs": len(one.going), "envelopes": one.envelopes, "leaves": one.leaves,
             "works": one.works, "works_back": one.came, "lost": one.lost,
             "due_on": one.due_on.isoformat() if one.due_on else None, "pages": pages}
            for one, pages in zip(chosen, printed.pages, strict=True)
        ],
    }  # fmt: skip
