"""Publishing: this week and the next day by day, approve and send out, watch it being built, and what is out."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.extensions import db
from server.models import Person
from server.policy import Action
from server.security import config
from server.services import going_out, publish_view
from server.services.going_out import PUBLISH, Starter
from server.services.people import short_name
from server.services.running import running
from server.services.weeks import parse_day, window_of
from server.web import drafts, progress, words
from server.web.access import needs

blueprint = APIBlueprint("publish", __name__, url_prefix="/publish", enable_openapi=False)


def starter() -> Starter:
    """Who presses the button of this request."""
    moment = drafts.moment()
    person = db.session.get(Person, current_user.person_id)
    name = short_name(person) if person else current_user.login
    return Starter(current_user.person_id, current_user.account_id, name, moment.at, moment.today)


@blueprint.get("/")
@needs(Action.DAY_PUBLISH)
def home() -> str:
    """What goes out and what is out."""
    run = running().last(PUBLISH)
    weeks = publish_view.weeks(db.session, window_of(drafts.moment().today))
    return render_template("publish/home.html", weeks=weeks, out=publish_view.published(db.session, config()), run=run,
                           told=progress.told(run, current_user.account_id), words=words)  # fmt: skip


@blueprint.post("/")
@needs(Action.DAY_PUBLISH)
def start() -> Any:
    """Approve the days named and publish; somebody else's publication that is under way is shown instead."""
    days = [parse_day(text) for text in request.form.getlist("day")]
    run, begun = going_out.start_publishing(db.session, days, starter())
    if not begun:
        flash(_("%(name)s is publishing at this moment. Look at the result first, then press again.",
                name=run.started_by), "error")  # fmt: skip
    return redirect(url_for("publish.home"), 303)


@blueprint.get("/progress")
@needs(Action.DAY_PUBLISH)
def watch() -> Any:
    """How far the publication has come, for the page's script."""
    return jsonify(progress.told(running().last(PUBLISH), current_user.account_id))
