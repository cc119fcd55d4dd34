"""`korablik publish`, `print packs`, `print strips`, `export journal`: what leaves the school."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from server import store
from server.extensions import db
from server.services import export, packs, publishing, strips
from server.services.commands.console import Call, Console, author, group, place
from server.services.days import approval
from server.services.weeks import monday, parse_day, parse_week, week_days


def publish_days(call: Call, console: Console) -> dict[str, Any]:
    """Approve the days named and bring edition and site up to date."""
    here, options = place(), call.options
    days = [parse_day(text) for text in options.get("days", [])]
    for week in options.get("weeks", []):
        days += week_days(parse_week(week))
    actor = author(db.session, options["as"]) if options.get("as") else None
    _warn_of_clashes(days, here.today, console)
    done = publishing.publish(days, today=here.today, now=here.now, actor_id=actor, progress=console.progress)
    if done.fresh:
        console.say(_("Edition %(number)s is published.", number=done.number))
    else:
        console.say(_("Nothing has changed since edition %(number)s.", number=done.number))
    if done.works:
        console.say(ngettext("%(num)s work got its code.", "%(num)s works got their codes.", done.works))
    console.say(_("Classes rebuilt: %(built)s of %(all)s.", built=len(done.built), all=len(done.groups)))
    return {"number": done.number, "id": done.id, "fresh": done.fresh, "works": done.works,
            "groups": list(done.groups), "built": list(done.built)}  # fmt: skip


def _warn_of_clashes(days: list[date], today: date, console: Console) -> None:
    """Whoever has the home is trusted: clashes are told, and the days go out all the same."""
    with store.snapshot() as session:
        found = approval.clashes(session, [day for day in days if day >= today])
    for day, count in sorted(found.items()):
        console.warn(ngettext("%(day)s has %(num)s clash; it goes out all the same.",
                              "%(day)s has %(num)s clashes; it goes out all the same.", count,
                              day=approval.named(day)))  # fmt: skip


def print_week(call: Call, console: Console) -> dict[str, Any]:
    """Print the packs of a week."""
    here, options = place(), call.options
    first = parse_week(options["week"]) if options.get("week") else monday(here.today)
    slugs = [group(db.session, name).slug for name in options.get("groups", [])] or None
    done = packs.print_packs(first, slugs, now=here.now, progress=console.progress)
    for item in done:
        console.say(f"{item.file}: " + ngettext("%(num)s pack", "%(num)s packs", item.packs) + ", "
                    + ngettext("%(num)s page", "%(num)s pages", item.pages))  # fmt: skip
        for title, letters in item.lacking.items():
            console.say(_("  No font has %(letters)s, which “%(title)s” needs.", letters=letters, title=title))
    return {"files": [str(item.file) for item in done], "packs": sum(item.packs for item in done),
            "pages": sum(item.pages for item in done)}  # fmt: skip


def print_strips(call: Call, console: Console) -> dict[str, Any]:
    """Corrections to paste over printed timetables."""
    here, options = place(), call.options
    first = parse_week(options["week"]) if options.get("week") else monday(here.today)
    slugs = [group(db.session, name).slug for name in options.get("groups", [])] or None
    with tempfile.TemporaryDirectory() as folder:
        done = strips.make(first, slugs, Path(folder) / "strips.pdf", today=here.today)
        if done.file is not None:
            console.put(done.file.read_bytes())
    if done.report.strips:
        console.say(ngettext("%(num)s strip", "%(num)s strips", done.report.strips) + ", "
                    + ngettext("%(num)s page", "%(num)s pages", done.report.pages))  # fmt: skip
    else:
        console.say(_("Nothing has to be corrected."))
    for number in done.lost:
        console.say(_("Edition %(number)s is not kept any more: print its packs again.", number=number))
    return {"strips": done.report.strips, "pages": done.report.pages, "lost": list(done.lost)}


def export_journal(call: Call, console: Console) -> dict[str, Any]:
    """The journal of a group as a table file."""
    here, options = place(), call.options
    since = parse_day(options["from"]) if options.get("from") else None
    until = parse_day(options["to"]) if options.get("to") else None
    slug = group(db.session, options["group"]).slug
    data = export.export_journal(db.session, slug, since, until, options["format"], here.school.locale, here.today)
    console.put(data)
    return {"group": slug, "bytes": len(data)}
