"""What was promised and is owed: mine, my class's, the school's; taken over, proposed, done or refused."""

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import DomainError, entry_of
from server.extensions import db
from server.policy import Action
from server.security import school
from server.services import appointment_list, appointments, reception, request_list, requests, scopes
from server.services.appointments import CHANNELS
from server.services.request_list import RequestView
from server.services.weeks import parse_moment
from server.web import access, drafts, hotline_words
from server.web.access import signed_in
from server.web.hotline import author, zone
from sync.errors import SyncError

blueprint = APIBlueprint("requests", __name__, url_prefix="/requests", enable_openapi=False)
SHOWS = ("mine", "overdue", "all", "closed")
TIMES = 16  # free times to choose among
MOST_PROPOSED = 4


@blueprint.get("/")
@signed_in
def home() -> str:
    """Lists: what I keep; of my class or the school what is overdue, all, and what was closed last."""
    realm, today = access.realm(Action.REQUEST_MANAGE), drafts.moment().today
    wanted = request.args.get("show", "mine")
    show = wanted if wanted in SHOWS and (realm or wanted == "mine") else "mine"
    mine = requests_of_mine()
    where = {"mine": mine, "overdue": request_list.within(realm, today), "all": request_list.within(realm, today),
             "closed": request_list.within(realm, today) if realm else mine}[show]  # fmt: skip
    states = requests.CLOSED if show == "closed" else requests.OPEN
    found = request_list.listed(db.session, today, where, states=states, limit=100 if show == "closed" else 300)
    if show == "overdue":
        found = [one for one in found if one.overdue]
    return render_template("requests/home.html", found=found, show=show, realm=realm, words=hotline_words)


def requests_of_mine() -> Any:
    """SQL: the requests that I keep."""
    return request_list.owned_by(current_user.person_id)


@blueprint.get("/<request_id>")
@signed_in
def page(request_id: str) -> str:
    """One request: all that is known, its steps, and what can be done."""
    return _page(_mine_to_see(request_id))


def _mine_to_see(request_id: str) -> RequestView:
    """A request that this person keeps, is the host of, or may manage. Raises DomainError forbidden, not_found.

    Nobody learns from the answer whether there is such a request.
    """
    try:
        one = request_list.one(db.session, request_id, drafts.moment().today)
    except DomainError as error:
        if not access.may_somewhere(Action.REQUEST_MANAGE):
            raise DomainError("forbidden") from error
        raise
    if current_user.person_id not in (one.owner_id, one.host_id) and not _manages(one):
        raise DomainError("forbidden")
    return one


def _manages(one: RequestView) -> bool:
    if one.student_id is None:
        return access.may(Action.REQUEST_MANAGE)
    return access.may(Action.REQUEST_MANAGE, scopes.of_student(db.session, one.student_id, drafts.moment().today))


def _page(one: RequestView, wrong: SyncError | None = None) -> str:
    today, moment = drafts.moment().today, drafts.moment()
    host = one.host_id or (one.owner_id if one.kind in ("consultation", "reception") else None)
    meets = host is not None and one.is_open
    times = reception.free_times(db.session, host, moment.at, zone())[:TIMES] if meets and host else []
    owners = [(person.id, person.name) for person in appointment_list.hosts(db.session, today)] if one.is_open else []
    row = school()
    return render_template(
        "requests/page.html", one=one, steps=request_list.steps(db.session, one.id), words=hotline_words, meets=meets,
        times=times, proposed=appointment_list.of_request(db.session, one.id), owners=owners, wrong=wrong,
        typed=request.form, CHANNELS=[(code, hotline_words.MEETINGS[code]) for code in CHANNELS],
        manages=_manages(one), mine=current_user.person_id == one.owner_id, school=row,
    )  # fmt: skip


@blueprint.post("/<request_id>")
@signed_in
def act(request_id: str) -> Any:
    """Carry out what a button says; what is wrong is said and what was typed stays."""
    one, by = _mine_to_see(request_id), author()
    try:
        told = _do(one, request.form.get("act", ""), by)
    except SyncError as error:
        db.session.rollback()
        return _page(request_list.one(db.session, request_id, by.today), error), entry_of(error).status
    flash(told)
    closed = request.form.get("act") in ("done", "refused")
    return redirect(url_for("requests.home") if closed else url_for("requests.page", request_id=request_id), 303)


def _do(one: RequestView, wanted: str, by: Any) -> str:
    form = request.form
    if wanted == "take":
        requests.take_over(one.id, by)
        return _("You answer for it now.")
    if wanted == "hand":
        requests.hand_over(one.id, form.get("owner", ""), by)
        return _("Somebody else answers for it now.")
    if wanted in ("done", "refused"):
        requests.close(one.id, wanted, form.get("outcome", ""), by)
        return _("The promise is kept.") if wanted == "done" else _("The request is refused.")
    if wanted == "reopen":
        requests.reopen(one.id, by)
        return _("The request is open again.")
    return _meet(one, wanted, by)


def _meet(one: RequestView, wanted: str, by: Any) -> str:
    form = request.form
    if wanted == "propose":
        times = [_time(value) for value in form.getlist("time")[:MOST_PROPOSED]]
        appointments.propose(one.id, times, form.get("channel", CHANNELS[0]), by, zone())
        return _("The times are kept free. Tell the family; the text is below.")
    if wanted == "agree":
        if not any(time.id == form.get("appointment") for time in appointment_list.of_request(db.session, one.id)):
            raise DomainError("not_found")
        appointments.agree(form["appointment"], by)
        return _("The appointment is agreed.")
    if wanted == "none_fits":
        appointments.none_fits(one.id, by)
        return _("The times are free again.")
    raise DomainError("bad_request")


def _time(value: str) -> tuple[datetime, int]:
    starts, _bar, minutes = value.partition("|")
    try:
        return parse_moment(starts), int(minutes)
    except ValueError as error:
        raise DomainError("bad_request") from error
