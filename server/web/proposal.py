"""A day proposed by the solver: started, left, looked at, taken over whole or in part."""

from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from server.errors import DomainError
from server.extensions import db
from server.policy import Action
from server.services.content_draft import clean
from server.services.proposal import proposing, solving, words
from server.services.running import DONE, Run, running
from server.services.weeks import parse_day
from server.web import deeds, drafts, progress
from server.web.access import needs
from server.web.deeds import starter

blueprint = APIBlueprint("proposal", __name__, url_prefix="/days/propose", enable_openapi=False)
PROPOSE = "propose"


@blueprint.get("/")
@needs(Action.DAY_EDIT)
def home() -> str:
    """The newest proposal, or the day to choose."""
    run = running().last(PROPOSE)
    asked = request.args.get("date", "").strip()
    day = parse_day(asked) if asked else None
    found = run.result if run is not None and run.state == DONE and day in (None, run.result.day) else None
    return render_template("proposal/home.html", run=run, day=day or (found.day if found else None), found=found,
                           words=words, is_there=solving.is_there(),
                           told=progress.told(run, current_user.account_id))  # fmt: skip


@blueprint.post("/")
@needs(Action.DAY_EDIT)
def start() -> Any:
    """Begin to solve a day; one that is being solved is shown instead."""
    day, by = parse_day(request.form.get("date", "")), starter()
    if not solving.is_there():
        raise DomainError("solver_missing")
    now = by.now.astimezone(ZoneInfo(drafts.moment().zone))
    running().start(PROPOSE, lambda tell: proposing.propose(db.session, day, now), by.now, by.name, by.account_id)
    return redirect(url_for("proposal.home", date=day.isoformat()), 303)


@blueprint.get("/progress")
@needs(Action.DAY_EDIT)
def watch() -> Any:
    """How far it is, for the page's script."""
    return jsonify(progress.told(running().last(PROPOSE), current_user.account_id))


@blueprint.post("/accept")
@needs(Action.DAY_EDIT)
def accept() -> Any:
    """Take over the ticked lessons of the proposal that was shown."""
    run = running().last(PROPOSE)
    if not _is_shown(run):
        raise DomainError("proposal_gone")
    act = proposing.accept(run.result, set(request.form.getlist("lesson")), deeds.author(), deeds.rights(),
                           clean(request.form.get("reason", "")))  # fmt: skip
    return redirect(f"/changes/{act}", 303)


def _is_shown(run: Run | None) -> bool:
    return run is not None and run.state == DONE and str(run.number) == request.form.get("run", "")
