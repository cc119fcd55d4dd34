"""Paper packs: print a week by class or stop, watch it, take the files. They bear names, so not everybody may."""

from datetime import date, timedelta
from pathlib import Path
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
from server.services.packs import Choice
from server.services.running import running
from server.services.weeks import parse_week, week_name
from server.web import access, drafts, progress
from server.web.access import ANYWHERE, needs
from server.web.deeds import starter

blueprint = APIBlueprint("packs", __name__, url_prefix="/packs", enable_openapi=False)
NEEDED, EVERYONE, SUPPLEMENT = "needed", "everyone", "supplement"  # who gets paper, as the form says it


def _scope(week: str, slug: str) -> Scope:
    return scopes.of_group(db.session, pack_files.class_of(db.session, slug).id)


def printable_classes() -> list[Group]:
    """Classes whose packs this person may print."""
    seen = people.reachable(db.session, access.realm(Action.PACKS_PRINT))
    found = lesson_list.classes(db.session, Group.kind == "class")
    return [group for group in found if seen is None or group.id in seen]


def asked_week(weeks: list[date]) -> date | None:
    """The week of the address or the form, else this one, or on a weekend the next."""
    asked = request.values.get("week", "").strip()
    if asked:
        return parse_week(asked)
    today = drafts.moment().today
    return next((week for week in weeks if (today - week).days < 5), weeks[-1] if weeks else None)


@blueprint.get("/")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def home() -> str:
    """A week's classes with the files that lie ready."""
    weeks, today = pack_files.printable_weeks(db.session), drafts.moment().today
    week, run, edition = asked_week(weeks), running().last(PRINT), publishing.newest(db.session)
    files = pack_files.files(db.session, config(), week, today, printable_classes()) if week else []
    whole = access.may(Action.PACKS_PRINT)
    return render_template("packs/home.html", weeks=weeks, week=week, files=files, run=run, week_name=week_name,
                           six_days=timedelta(days=6),
                           stops=pack_files.stop_files(db.session, config(), week, today) if week and whole else [],
                           told=progress.told(run, current_user.account_id),
                           edition=edition.number if edition else 0)  # fmt: skip


@blueprint.post("/")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def start() -> Any:
    """Begin to print; somebody else's print that is under way is shown instead."""
    rest = request.form.get("rest", "")
    slugs = [rest] if rest else request.form.getlist("group")
    for slug in slugs:
        access.demand(Action.PACKS_PRINT, scopes.of_group(db.session, pack_files.class_of(db.session, slug).id))
    week = asked_week([])
    if week is None:
        raise DomainError("week_invalid", value="")
    if not slugs:
        flash(_("Choose at least one class."), "error")
    else:
        begin_printing(week, slugs, Choice(first=_first(rest)) if rest else _who())
    return redirect(url_for("packs.home", week=week_name(week)), 303)


@blueprint.post("/stops")
@needs(Action.PACKS_PRINT)
def start_stops() -> Any:
    """Begin to print one file for each stop."""
    week, rest = asked_week([]), request.form.get("rest", "")
    if week is None:
        raise DomainError("week_invalid", value="")
    begin_printing(week, None, Choice(by_stop=True, stop=rest, first=_first(rest)) if rest else Choice(by_stop=True))
    return redirect(url_for("packs.home", week=week_name(week)) + "#stops", 303)


def begin_printing(week: date, slugs: list[str] | None, choice: Choice) -> None:
    """Begin to print, or say who is printing."""
    run, begun = going_out.start_printing(week, slugs, starter(), choice)
    if not begun:
        flash(_("%(name)s is printing at this moment. Wait until it is done, then press again.",
                name=run.started_by), "error")  # fmt: skip


def _who() -> Choice:
    who = request.form.get("who", NEEDED)
    if who not in (NEEDED, EVERYONE, SUPPLEMENT):
        raise DomainError("bad_request")
    return Choice(everyone=who == EVERYONE, supplement=who == SUPPLEMENT)


def _first(key: str) -> int:
    """From which pack of a file to go on. Raises DomainError ``pack_first``."""
    typed = request.form.get(f"first-{key}", "").strip()
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed[:6]) <= 9999:
        raise DomainError("pack_first")
    return int(typed)


@blueprint.get("/progress")
@needs(Action.PACKS_PRINT, scope=ANYWHERE)
def watch() -> Any:
    """How far the print has come, for the page's script."""
    return jsonify(progress.told(running().last(PRINT), current_user.account_id))


@blueprint.get("/<week>/<slug>.pdf")
@needs(Action.PACKS_PRINT, scope=_scope)
def download(week: str, slug: str) -> Any:
    """A class's packs as one PDF; it is kept in no cache, and who took it is recorded."""
    return given(pack_files.printed_file(config(), week, slug, request.args.get("part", "")), week, slug)


@blueprint.get("/<week>/stops/<key>.pdf")
@needs(Action.PACKS_PRINT)
def download_stop(week: str, key: str) -> Any:
    """A stop's packs as one PDF."""
    return given(pack_files.printed_for_stop(config(), week, key, request.args.get("part", "")), week, key)


def given(file: Path, week: str, what: str) -> Any:
    """The file as a download; no name of a student is in its name."""
    going_out.note_download(week, what, starter())
    name = f"{file.name.removesuffix('.pdf')}-{week_name(parse_week(week))}.pdf"
    answer = send_file(file, mimetype="application/pdf", as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer
