"""`korablik print packs --dry-run` and `print slips`: what a week's packs would take, and slips to stick on copies."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from server.extensions import db
from server.models import CutStep, Group
from server.reference.paper import CUT_STEPS
from server.services import lesson_list, print_estimates, print_settings, stick_on
from server.services.commands.console import Call, Console, group, place
from server.services.pack_limit import SchoolWeek
from server.services.weeks import monday, parse_week, week_name


def count_packs(call: Call, console: Console) -> dict[str, Any]:
    """What the packs of a week would take; nothing is printed and nothing is stored."""
    here, options, first = place(), call.options, _week(call)
    named = [group(db.session, name) for name in options.get("groups", [])]
    classes = named or lesson_list.classes(db.session, Group.kind == "class")
    done = print_estimates.estimate(
        first, [one.slug for one in classes], now=here.now, everyone=bool(options.get("everyone")),
        plain=bool(options.get("plain")), progress=console.progress,
    )  # fmt: skip
    told = []
    for one in classes:
        if one.slug not in done.classes:
            continue
        figures, setting = done.classes[one.slug], print_settings.setting_for(db.session, one)
        cost = print_estimates.cost(setting, figures)
        line = f"{one.name}: " + ngettext("%(num)s pack", "%(num)s packs", figures.packs) + ", " \
            + ngettext("%(num)s leaf", "%(num)s leaves", figures.leaves) + ", " \
            + _("ink for %(pages)s black pages", pages=round(figures.ink, 1))  # fmt: skip
        console.say(line + (f", {print_estimates.money(cost, here.school.country)}" if cost is not None else ""))
        _tell_cuts(console, figures.cuts, figures.over)
        told.append({"group": one.slug, "packs": figures.packs, "leaves": figures.leaves, "limit": setting.leaves,
                     "ink": round(figures.ink, 2), "over": figures.over, "cuts": dict(figures.cuts),
                     "cost": None if cost is None else float(round(cost, 2))})  # fmt: skip
    return {"week": week_name(first), "currency": print_estimates.currency(here.school.country), "groups": told,
            "packs": sum(one["packs"] for one in told), "leaves": sum(one["leaves"] for one in told),
            "ink": round(sum(one["ink"] for one in told), 2),
            "school": tell_school(done.school, console) if done.school else None}  # fmt: skip


def tell_school(week: SchoolWeek, console: Console) -> dict[str, Any]:
    """What a print makes of the school's limit for the week, told and as figures."""
    console.say(_("The school's week: %(leaves)s of %(limit)s leaves, %(before)s of them others' packs.",
                  leaves=week.before + week.leaves, limit=week.limit, before=week.before))  # fmt: skip
    if week.steps:
        what = ", ".join(str(CUT_STEPS.get(step, step)) for step in week.steps)
        console.say(_("  every class takes the steps: %(what)s", what=what))
    if week.over:
        console.say(ngettext("  %(num)s leaf above the school's limit all the same.",
                             "  %(num)s leaves above the school's limit all the same.", week.over))  # fmt: skip
    return {"limit": week.limit, "before": week.before, "leaves": week.leaves, "over": week.over,
            "steps": list(week.steps)}  # fmt: skip


def print_slips(call: Call, console: Console) -> dict[str, Any]:
    """Slips to stick on, for packs that were printed before."""
    slugs = [group(db.session, name).slug for name in call.options["groups"]]
    done = stick_on.print_slips(_week(call), slugs, now=place().now)
    for report in done.values():
        console.say(f"{report.file}: " + ngettext("%(num)s page", "%(num)s pages", report.pages))
    return {"files": [str(report.file) for report in done.values()],
            "pages": sum(report.pages for report in done.values()),
            "leaves": sum(report.leaves for report in done.values())}  # fmt: skip


def _tell_cuts(console: Console, cuts: Mapping[str, int], over: int) -> None:
    """What the budget took away, and by how much it is exceeded all the same."""
    names = {step.code: step.name for step in db.session.scalars(select(CutStep))}
    for code, packs in cuts.items():
        told = ngettext("%(num)s pack", "%(num)s packs", packs)
        what = _(names[code]) if code in names else code
        console.say(_("  left out to save paper: %(what)s", what=f"{what} ({told})"))
    if over:
        console.say(ngettext("  %(num)s leaf above the budget all the same.",
                             "  %(num)s leaves above the budget all the same.", over))  # fmt: skip


def _week(call: Call) -> date:
    return parse_week(call.options["week"]) if call.options.get("week") else monday(place().today)
