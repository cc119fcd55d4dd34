"""Approval of days: who composes lays days before who approves; they approve or return each with a remark, or all."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Person
from server.policy import Action
from server.security import school
from server.services import going_out
from server.services.agreed_works import standing
from server.services.days import approval, approval_view
from server.services.days.approval import Already, Settled
from server.services.days.finding_words import sentence
from server.services.people import short_name
from server.services.weeks import parse_day, week_name
from server.web import access, day_board, deeds, drafts, shell
from server.web.access import needs
from sync.errors import SyncError

blueprint = APIBlueprint("approval", __name__, url_prefix="/approval", enable_openapi=False)
BACK = {"publish": "publish.home"}  # pages that send days from elsewhere


def looked_at(values: Iterable[str]) -> dict[date, int]:
    """Days as forms name them, "2026-12-08:3": the day and its version that was shown. Raises DomainError
    ``date_invalid``, ``value_invalid``."""
    found = {}
    for text in values:
        day, _colon, version = text.partition(":")
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            raise DomainError("value_invalid", field="day", value=text[:20])
        found[parse_day(day)] = int(version)
    return found


@blueprint.get("/")
@needs(Action.DAY_APPROVE, Action.DAY_EDIT, Action.DAY_PUBLISH)
def home() -> str:
    """The days that wait, and how the others stand."""
    return _page()


@blueprint.post("/submit")
@needs(Action.DAY_EDIT, Action.DAY_PUBLISH)
def submit() -> Response:
    """Lay days before who approves."""
    done = approval.submit([parse_day(text) for text in request.form.getlist("day")], deeds.author())
    flash(ngettext("%(num)s day waits for approval now.", "%(num)s days wait for approval now.", len(done))
          if done else _("Nothing had changed."))  # fmt: skip
    return redirect(url_for(BACK.get(request.form.get("back", ""), "approval.home")), 303)


@blueprint.post("/approve")
@needs(Action.DAY_APPROVE)
def approve() -> Any:
    """Approve the days that were looked at; with ``publish`` they go out at once."""
    try:
        days = looked_at(request.form.getlist("day"))
        tell(approval.approve(days, deeds.author()))
    except SyncError as error:
        return _page(error), entry_of(error).status
    if "publish" not in request.form:
        return redirect(url_for("approval.home"), 303)
    access.demand(Action.DAY_PUBLISH)
    going_out.start_publishing(deeds.starter())
    return redirect(url_for("publish.home"), 303)


@blueprint.post("/return")
@needs(Action.DAY_APPROVE)
def give_back() -> Any:
    """Return a day with a remark."""
    remark = request.form.get("remark", "")
    try:
        [(on, version)] = looked_at([request.form.get("day", "")]).items()
        approval.give_back(on, version, remark, deeds.author())
    except SyncError as error:
        return _page(error, remark), entry_of(error).status
    flash(_("%(day)s is returned; who composes it sees your remark.", day=shell.long_day(on)))
    return redirect(url_for("approval.home"), 303)


def tell(settled: Settled) -> None:
    """Say what was approved, and kindly who was quicker."""
    if settled.approved:
        days = len(settled.approved)
        flash(ngettext("%(num)s day is approved.", "%(num)s days are approved.", days))
    for one in settled.already:
        flash(_already(one))
    if not settled.approved and not settled.already:
        flash(_("Nothing had changed."))


def _already(one: Already) -> str:
    person = db.session.get(Person, one.by_id) if one.by_id else None
    day, moment = shell.long_day(one.on), shell.moment(one.at)
    if person is None:
        return _("%(day)s was approved already, %(moment)s.", day=day, moment=moment)
    return _("%(day)s was approved already: %(name)s, %(moment)s.", day=day, name=short_name(person), moment=moment)


def _page(error: SyncError | None = None, remark: str = "") -> str:
    if error is not None:
        db.session.rollback()  # what stands now, not what was read before
    desk = approval_view.desk(db.session, drafts.moment().today, access.may(Action.PEOPLE_VIEW))
    about = request.form.get("day", "").partition(":")[0] if error is not None else ""
    row = school()
    not_agreed = standing.open_by_day(db.session, [day.on for day in desk.submitted])
    return render_template(
        "approval/home.html", desk=desk, error=sentence_of(error) if error else "", about=about, remark=remark,
        not_agreed=not_agreed,
        ways=lambda found: sorted({way for one in found if (way := day_board.way_out(one.code))}), week_of=week_name,
        told=lambda finding: sentence(finding, desk.read), may_approve=access.may(Action.DAY_APPROVE),
        may_publish=access.may(Action.DAY_PUBLISH), publish_at=row.publish_at if row else None,
    )  # fmt: skip
