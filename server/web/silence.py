"""Students of whom nothing is heard, the longest first, each with the next channel to try and one tap to note it."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.policy import Action, Realm
from server.security import choose_timezone
from server.services import people, round_ticks, scopes, silence, thresholds
from server.web import access, contact_words, drafts
from server.web.access import ANYWHERE, needs
from server.web.messages import author
from sync.errors import SyncError

blueprint = APIBlueprint("silence", __name__, url_prefix="/silence", enable_openapi=False)


def realm() -> Realm:
    """Whose silence this person looks after: own classes, or the whole school; the operator's while on duty."""
    seen = access.realm(Action.FIGURES_VIEW)
    return seen if seen or not access.may_somewhere(Action.HOTLINE_USE) else access.realm(Action.HOTLINE_USE)


@blueprint.get("/")
@needs(Action.FIGURES_VIEW, Action.HOTLINE_USE, scope=ANYWHERE)
def home() -> str:
    """The list."""
    found, total = silence.silent(db.session, realm(), drafts.moment().today, choose_timezone())
    names = {person.id: person for line in found for person in line.home.people}
    return render_template(
        "silence/home.html", lines=found, total=total, names=names, words=contact_words, key=secrets.token_hex(8),
        done=request.args.get("done", "")[:32], about=request.args.get("about", ""),
        may_measure=access.may(Action.SETTINGS_EDIT) or access.may(Action.LESSON_APPROVE),
        from_days=thresholds.values(db.session)["silence_from"],
    )  # fmt: skip


@blueprint.post("/")
@needs(Action.FIGURES_VIEW, Action.HOTLINE_USE, scope=ANYWHERE)
def log() -> Any:
    """Note an attempt, or take it back."""
    moment = drafts.moment()
    student = people.person_by_slug(db.session, request.form.get("student", "")).id
    access.demand(Action.CONTACT_LOG, scopes.of_student(db.session, student, moment.today))
    what, done = request.form.get("act", ""), {}
    try:
        if what == "undo":
            round_ticks.take_back([student], request.form.get("key", ""), author(), choose_timezone())
            flash(_("Taken back."))
        elif what in ("reached", "not_reached"):
            person = request.form.get("person", "") or None
            if person is not None and not round_ticks.is_of_family(db.session, person, [student]):
                raise DomainError("person_unknown")
            key = silence.log(student, person, request.form.get("channel", ""), what == "reached",
                              request.form.get("key", "")[:64], author())  # fmt: skip
            done = {"done": key, "about": request.form.get("student", "")}
        else:
            raise DomainError("value_invalid", field="act", value=what[:20])
    except SyncError as error:
        flash(sentence_of(error), "error")
    return redirect(url_for("silence.home", **done), 303)
