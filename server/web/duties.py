"""Distribution of duties: who holds which role since and until when; granted and ended here, and printed."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from server.errors import entry_of, sentence_of
from server.extensions import db
from server.models import ROLES
from server.policy import Action, Grant
from server.services import duties, people, roles
from server.services.weeks import parse_day
from server.web import drafts, words
from server.web.access import needs
from server.web.duty_words import ANSWERS_FOR
from sync.errors import SyncError

blueprint = APIBlueprint("duties", __name__, url_prefix="/duties", enable_openapi=False)


@blueprint.get("/")
@needs(Action.ROLES_MANAGE)
def home() -> str:
    """Every role with those who hold it, what is missing, and a form to grant one."""
    return _page()


@blueprint.post("/")
@needs(Action.ROLES_MANAGE)
def grant() -> Any:
    """Give somebody a duty from a day on."""
    form = request.form
    try:
        person = people.person_by_slug(db.session, form.get("person", ""))
        since, until = parse_day(form.get("since", "")), form.get("until", "").strip()
        wanted = Grant(form.get("role", ""), form.get("group") or None)
        last = parse_day(until) if until else None
        roles.grant_role(person.id, wanted, since, last, drafts.moment().at, current_user.account_id)
    except SyncError as error:
        return _page(error), entry_of(error).status
    flash(_("The role is granted."))
    return redirect(url_for("duties.home") + f"#{wanted.role}", 303)


@blueprint.post("/<grant_id>/end")
@needs(Action.ROLES_MANAGE)
def end(grant_id: str) -> Response:
    """Let a duty end with a day."""
    roles.end_role(grant_id, parse_day(request.form.get("until", "")), drafts.moment().at, current_user.account_id)
    flash(_("The role ends on the day you gave."))
    return redirect(url_for("duties.home"), 303)


def _page(error: SyncError | None = None) -> str:
    day = drafts.moment().today
    return render_template(
        "duties/home.html", duties=duties.distribution(db.session, day), worries=duties.worries(db.session, day),
        staff=people.staff(db.session, day), groups=people.classes(db.session, None), words=words, day=day,
        answers_for=ANSWERS_FOR, roles=[(role, words.ROLES[role]) for role in ROLES],
        error=sentence_of(error) if error else "", typed=request.form,
    )  # fmt: skip
