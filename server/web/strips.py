"""Corrections for printed timetables: which classes have packs from an older edition, and the strips as a file."""

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from server.extensions import db
from server.policy import Action, Scope
from server.security import config
from server.services import going_out, lesson_list, pack_files, people, scopes, strips
from server.services.weeks import monday, parse_week, week_name
from server.web import access, drafts
from server.web.access import ANYWHERE, needs
from server.web.deeds import starter

blueprint = APIBlueprint("strips", __name__, url_prefix="/changes/strips", enable_openapi=False)


def _scope(week: str, slug: str) -> Scope:
    return scopes.of_group(db.session, pack_files.class_of(db.session, slug).id)


@blueprint.get("")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def home() -> str:
    """A week's classes with packs from an older edition."""
    today = drafts.moment().today
    asked = request.args.get("week", "").strip()
    week = parse_week(asked) if asked else monday(today + timedelta(days=2))
    seen = people.reachable(db.session, access.realm(Action.PACKS_PRINT))
    groups = [group for group in lesson_list.classes(db.session) if group.kind == "class"
              and (seen is None or group.id in seen)]  # fmt: skip
    lines = strips.outdated(db.session, config(), week, today, groups)
    return render_template("changes/strips.html", week=week, lines=lines, week_name=week_name,
                           weeks=pack_files.printable_weeks(db.session), six_days=timedelta(days=6))  # fmt: skip


@blueprint.get("/<week>/<slug>.pdf")
@needs(Action.PACKS_PRINT, scope=_scope)
def download(week: str, slug: str) -> Any:
    """A class's strips as one PDF; it is kept in no cache, and who took it is recorded."""
    first = parse_week(week)
    out = config().packs / week_name(first) / f"strips-{slug}.pdf"
    made = strips.make(first, [slug], out, today=drafts.moment().today)
    if made.file is None:
        flash(_("Nothing has to be corrected: the printed timetables of this class are right."))
        return redirect(url_for("strips.home", week=week_name(first)), 303)
    going_out.note_download(f"strips {week_name(first)}", slug, starter())
    answer = send_file(made.file, mimetype="application/pdf", as_attachment=True, download_name=out.name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer
