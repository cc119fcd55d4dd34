"""Large print by a student's need: one button on the student's page."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from server.extensions import db
from server.policy import Action, Scope
from server.services import large_print, people, scopes
from server.web import drafts
from server.web.access import needs
from server.web.deeds import author

blueprint = APIBlueprint("large_print", __name__, url_prefix="/people", enable_openapi=False)


def _scope(slug: str) -> Scope:
    return scopes.of_student(db.session, people.person_by_slug(db.session, slug).id, drafts.moment().today)


@blueprint.post("/<slug>/large-print")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def save(slug: str) -> Any:
    """Note what the student needs; a double click changes nothing."""
    person = people.person_by_slug(db.session, slug)
    needed = request.form.get("large") == "yes"
    if large_print.note(person.id, needed, author()):
        flash(_("From the next pack on in large print.") if needed else _("From the next pack on in usual print."))
    return redirect(url_for("people.student", slug=slug), 303)
