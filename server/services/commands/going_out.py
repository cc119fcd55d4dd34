"""`korablik publish`, `print packs`, `print strips`, `export journal`: what leaves the school."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from server import store
from server.extensions import db
from server.reference.paper import CUT_STEPS
from server.services import export, pack_reasons, pack_stops, pack_student, packs, publishing, strips
from server.services.commands.console import Call, Console, author, group, place
from server.services.commands.paper import tell_school
from server.services.days import approval
from server.services.private_pages import files as private_pages
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
    private_pages.refresh(current_app.extensions["korablik"], here.now, here.today)  # an office that runs does it alone
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
    groups = [group(db.session, name) for name in options.get("groups", [])]
    choice = packs.Choice(
        everyone=bool(options.get("everyone")), supplement=bool(options.get("supplement")),
        by_stop=options.get("by") == "stop", first=int(options.get("first") or 1), plain=bool(options.get("plain")),
    )  # fmt: skip
    if options.get("stop"):
        choice = replace(choice, stop=pack_stops.key_of(db.session, options["stop"]))
    if options.get("student"):
        person, own = pack_student.find(db.session, options["student"], here.today)
        choice, groups = replace(choice, student=person.id), [own]
    began = perf_counter()
    done = packs.print_packs(
        first, [one.slug for one in groups] or None, now=here.now, progress=console.progress, choice=choice
    )
    seconds = round(perf_counter() - began, 2)
    for item in done:
        _tell(item, console)
    if choice.supplement and not done:
        console.say(_("Nothing has changed since the packs were printed."))
    for one in groups if not done or choice.first == 1 else []:
        if not choice.by_stop and not choice.supplement and one.slug not in {item.group for item in done}:
            console.say(_("%(name)s: nobody learns on paper or asked for it.", name=one.name))
    return {
        "groups": [_figures(item) for item in done], "files": [str(item.file) for item in done],
        "packs": sum(item.packs for item in done), "pages": sum(item.pages for item in done),
        "leaves": sum(item.leaves for item in done), "ink": round(sum(item.ink for item in done), 3),
        "cuts": [cut for item in done for cut in _cuts(item)], "over": sum(item.over for item in done),
        "reasons": dict(sum((Counter(item.reasons) for item in done), Counter())),
        "school": _school(done, console), "seconds": seconds, "bytes": sum(item.bytes for item in done),
    }  # fmt: skip


def _school(done: Sequence[packs.Printed], console: Console) -> dict[str, Any] | None:
    """What the print made of the school's limit, told and as figures."""
    week = next((item.school for item in done if item.school), None)
    return tell_school(week, console) if week else None


def _tell(item: packs.Printed, console: Console) -> None:
    """A file, what it takes, and what it lacks."""
    counts = [ngettext("%(num)s pack", "%(num)s packs", item.packs),
              ngettext("%(num)s page", "%(num)s pages", item.pages)]  # fmt: skip
    if item.leaves:
        counts.append(ngettext("%(num)s leaf", "%(num)s leaves", item.leaves))
    if answers := item.reasons.get(pack_reasons.ANSWER):
        counts.append(ngettext("%(num)s of them only answers", "%(num)s of them only answers", answers))
    name = f"{item.place}: " if item.place else ""
    console.say(f"{name}{item.file}: " + ", ".join(counts))
    for step, count in Counter(cut.step for cut in item.cuts).items():
        titled = sum(1 for cut in item.cuts if cut.step == step and cut.title)
        what = str(CUT_STEPS.get(step, step))
        console.say(_("  left out to save paper: %(what)s", what=f"{what} ({count})" if titled else what))
    if item.over:
        console.say(ngettext("  %(num)s leaf above the budget all the same.",
                             "  %(num)s leaves above the budget all the same.", item.over))  # fmt: skip
    for title, letters in item.lacking.items():
        console.say(_("  No font has %(letters)s, which “%(title)s” needs.", letters=letters, title=title))


def _figures(item: packs.Printed) -> dict[str, Any]:
    return {"group": item.group, "stop": item.place, "file": str(item.file), "packs": item.packs, "pages": item.pages,
            "leaves": item.leaves, "ink": item.ink, "cuts": _cuts(item), "over": item.over, "bytes": item.bytes,
            "reasons": dict(item.reasons), "rendered": item.rendered, "from_cache": item.from_cache}  # fmt: skip


def _cuts(item: packs.Printed) -> list[dict[str, str]]:
    return [{"group": item.group, "step": cut.step, "title": cut.title} for cut in item.cuts]


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
