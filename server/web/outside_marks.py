"""Marks from elsewhere: what is offered to a teacher's courses, taken, noted for the term or declined, row by row."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import outside_marks, scopes
from server.services.logging_work import Draft, Line
from server.services.outside_marks import DECLINED, NOTED, TAKEN, Author
from server.web import access, drafts, marks
from server.web.access import ANYWHERE, needs
from server.web.works import refusal
from sync import decide
from sync.errors import SyncError

blueprint = APIBlueprint("outside_marks", __name__, url_prefix="/journal/outside", enable_openapi=False)
ACTS = {TAKEN: _l("into the journal"), NOTED: _l("note for the term"), DECLINED: _l("decline")}
STATES = {TAKEN: _l("in the journal"), NOTED: _l("noted for the term"), DECLINED: _l("declined")}
TONES = {TAKEN: "ok", NOTED: "note", DECLINED: ""}
MAX_REASON = 200


@blueprint.get("/")
@needs(Action.JOURNAL_VIEW, scope=ANYWHERE)
def home() -> str:
    """What is offered in the courses that one may see; decided about only in one's own."""
    return _render({})


@blueprint.post("/")
@needs(Action.MARK_SET, scope=ANYWHERE)
def save() -> Any:
    """Carry out what was chosen; rows that cannot be are told, the others are done."""
    try:
        draft = drafts.opened(request.form.get("draft", ""))
    except SyncError as error:
        return _render({"": sentence_of(error)}), 400
    wrong, done = {}, 0
    moment = drafts.moment()
    by = Author(current_user.person_id, moment.at, moment.today)
    for n, line in enumerate(draft.lines):
        act = request.form.get(f"act-{line.key}", "")
        if request.form.get("all") == TAKEN and not act:
            act = TAKEN
        if act not in ACTS:
            continue
        try:
            _decide(draft, n, act, by)
            done += 1
        except SyncError as error:
            wrong[line.key] = sentence_of(error)
    if done:
        flash(ngettext("%(num)s mark decided.", "%(num)s marks decided.", done))
    if wrong:
        db.session.rollback()
        return _render(wrong), 422
    return redirect(url_for("outside_marks.home"), 303)


@blueprint.post("/<offer_id>/again")
@needs(Action.MARK_SET, scope=lambda offer_id: _scope(offer_id))
def again(offer_id: str) -> Any:
    """Offer again what was declined or noted."""
    outside_marks.reopen(offer_id)
    flash(_("It is offered again."))
    return redirect(url_for("outside_marks.home"), 303)


def _scope(offer_id: str) -> Scope:
    return scopes.of_course(db.session, outside_marks.course_of(db.session, offer_id, drafts.moment().today))


def _decide(draft: Draft, n: int, act: str, by: Author) -> None:
    """One row. Raises what keeps it from being done."""
    offer_id = draft.lines[n].key
    if outside_marks.is_done(db.session, offer_id, act, by.person_id):
        return
    scope = _scope(offer_id)
    access.demand(Action.MARK_SET, scope)
    reason = " ".join(request.form.get(f"reason-{offer_id}", "").replace("\x00", "").split())[:MAX_REASON]
    if act == TAKEN:
        place = outside_marks.prepare(offer_id, by)
        [outcome] = drafts.deliver([outside_marks.envelope(draft, n, place)], scope)
        if outcome.outcome in (decide.HELD, decide.REJECTED):
            raise refusal(outcome)
    try:
        outside_marks.settle(offer_id, act, by, reason)
    except DomainError as error:
        if error.code != "outside_decided" or act != TAKEN:
            raise


def _render(wrong: dict[str, str]) -> str:
    today = drafts.moment().today
    realm = access.realm(Action.JOURNAL_VIEW)
    found = outside_marks.offers(db.session, realm, today)
    mine = {one.id for one in found if access.may(Action.MARK_SET, one.scope)}
    courses: dict[str, list[Any]] = {}
    for one in found:
        courses.setdefault(one.course_id, []).append(one)
    past = outside_marks.decided(db.session, realm)
    return render_template(
        "journal/outside.html", courses=courses, mine=mine, wrong=wrong, ACTS=ACTS, STATES=STATES, TONES=TONES,
        draft=drafts.fresh([Line(one.id) for one in found if one.id in mine]), typed=request.form,
        past=past, again={one.id for one in past if one.state != TAKEN and access.may(Action.MARK_SET, one.scope)},
        mark_label=marks.mark_label, max_reason=MAX_REASON, may_import=access.may(Action.IMPORT_RUN),
        explain=_("A mark that stands in the journal stays; both are kept."),
    )  # fmt: skip
