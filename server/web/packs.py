"""Paper packs: print a week for some classes, watch it, take the files. They bear names, so not everybody may."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import DomainError
from server.extensions import db
from server.models import Group
from server.policy import Action, Scope
from server.security import config
from server.services import going_out, lesson_list, pack_files, people, publishing, scopes
from server.services.going_out import PRINT
from server.services.running import running
from server.services.weeks import parse_week, week_name
from server.web import access, drafts, progress
from server.web.access import ANYWHERE, needs
from server.web.deeds import starter

blueprint = APIBlueprint("packs", __name__, url_prefix="/packs", enable_openapi=False)


def _scope(week: str, slug: str) -> Scope:
    return scopes.of_group(db.session, pack_files.class_of(db.session, slug).id)


def _classes() -> list[Group]:
    """Classes whose packs this person may print."""
    seen = people.reachable(db.session, access.realm(Action.PACKS_PRINT))
    found = lesson_list.classes(db.session, Group.kind == "class")
    return [group for group in found if seen is None or group.id in seen]


def _asked_week(weeks: list[date]) -> date | None:
    asked = request.values.get("week", "").strip()
    if asked:
        return parse_week(asked)
    today = drafts.moment().today
    return next((week for week in weeks if (today - week).days < 5), weeks[-1] if weeks else None)


@blueprint.get("/")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def home() -> str:
    """A week's classes with the files that lie ready."""
    weeks = pack_files.printable_weeks(db.session)
    week, run, edition = _asked_week(weeks), running().last(PRINT), publishing.newest(db.session)
    files = pack_files.files(db.session, config(), week, drafts.moment().today, _classes()) if week else []
    return render_template("packs/home.html", weeks=weeks, week=week, files=files, run=run, week_name=week_name,
                           six_days=timedelta(days=6),
                           told=progress.told(run, current_user.account_id),
                           edition=edition.number if edition else 0)  # fmt: skip


@blueprint.post("/")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def start() -> Any:
    """Begin to print; somebody else's print that is under way is shown instead."""
    slugs = request.form.getlist("group")
    for slug in slugs:
        access.demand(Action.PACKS_PRINT, scopes.of_group(db.session, pack_files.class_of(db.session, slug).id))
    week = _asked_week([])
    if week is None:
        raise DomainError("week_invalid", value="")
    if not slugs:
        flash(_("Choose at least one class."), "error")
    else:
        run, begun = going_out.start_printing(week, slugs, starter())
        if not begun:
            flash(_("%(name)s is printing at this moment. Wait until it is done, then press again.",
                    name=run.started_by), "error")  # fmt: skip
    return redirect(url_for("packs.home", week=week_name(week)), 303)


@blueprint.get("/progress")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def watch() -> Any:
    """How far the print has come, for the page's script."""
    return jsonify(progress.told(running().last(PRINT), current_user.account_id))


@blueprint.get("/<week>/<slug>.pdf")
@needs(Action.PACKS_PRINT, scope=_scope)
def download(week: str, slug: str) -> Any:
    """A class's packs as one PDF; it is kept in no cache, and who took it is recorded."""
    file = pack_files.printed_file(config(), week, slug)
    going_out.note_download(week, slug, starter())
    name = f"{slug}-{file.parent.name}.pdf"
    answer = send_file(file, mimetype="application/pdf", as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer
