"""Publishing: this week and the next day by day, approve and send out, watch it being built, and what is out."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action
from server.security import config, school
from server.services import going_out, publish_view
from server.services.days import approval
from server.services.going_out import PUBLISH
from server.services.running import running
from server.services.weeks import window_of
from server.web import access, deeds, drafts, progress, words
from server.web.access import needs
from server.web.approval import looked_at, tell
from sync.errors import SyncError

blueprint = APIBlueprint("publish", __name__, url_prefix="/publish", enable_openapi=False)


@blueprint.get("/")
@needs(Action.DAY_PUBLISH)
def home() -> str:
    """What goes out and what is out."""
    return _page()


@blueprint.post("/")
@needs(Action.DAY_PUBLISH)
def start() -> Any:
    """Publish what is approved; who may, approves the days named before. Somebody else's publication that is under
    way is shown instead."""
    try:
        days = looked_at(request.form.getlist("day"))
        if days:
            access.demand(Action.DAY_APPROVE)
            _require_window(days, drafts.moment().today)
            tell(approval.approve(days, deeds.author()))
    except SyncError as error:
        if error.code == "forbidden":
            raise
        return _page(error), entry_of(error).status
    run, begun = going_out.start_publishing(deeds.starter())
    if not begun:
        flash(_("%(name)s is publishing at this moment. Look at the result first, then press again.",
                name=run.started_by), "error")  # fmt: skip
    return redirect(url_for("publish.home"), 303)


@blueprint.get("/progress")
@needs(Action.DAY_PUBLISH)
def watch() -> Any:
    """How far the publication has come, for the page's script."""
    return jsonify(progress.told(running().last(PUBLISH), current_user.account_id))


def _require_window(days: Iterable[date], today: date) -> None:
    """Raises DomainError ``value_invalid`` for a day that no edition of today covers."""
    window = window_of(today)
    for day in days:
        if not window.first <= day <= window.last:
            raise DomainError("value_invalid", field="day", value=day.isoformat())


def _page(error: SyncError | None = None) -> str:
    if error is not None:
        db.session.rollback()  # what stands now, not what was read before
    run, row, today = running().last(PUBLISH), school(), drafts.moment().today
    weeks = publish_view.weeks(db.session, window_of(today))
    return render_template(
        "publish/home.html", weeks=weeks, out=publish_view.published(db.session, config()), run=run, words=words,
        told=progress.told(run, current_user.account_id), error=sentence_of(error) if error else "",
        may_approve=access.may(Action.DAY_APPROVE), publish_at=row.publish_at if row else None,
        ready=sum(day.approved_at is not None and day.published_at is None for week in weeks for day in week.days),
        to_submit=lambda week: [day for day in week.open if day.on >= today and day.state != "submitted"],
    )  # fmt: skip
