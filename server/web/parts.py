"""The parts of a class: who is in which subgroup, and who in none, placed by the class teacher."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from server.errors import DomainError
from server.extensions import db
from server.policy import Action, Scope
from server.services import parts, people, scopes
from server.services.content import Author
from server.web import drafts
from server.web.access import needs

blueprint = APIBlueprint("parts", __name__, url_prefix="/people/class", enable_openapi=False)


def _scope(slug: str) -> Scope:
    return scopes.of_group(db.session, people.group_by_slug(db.session, slug).id)


@blueprint.get("/<slug>/parts")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def page(slug: str) -> str:
    """Each division with its students; those who are in no part come first."""
    group = people.group_by_slug(db.session, slug)
    found = parts.divisions(db.session, group, drafts.moment().today)
    return render_template("people/parts.html", group=group, divisions=found)


@blueprint.post("/<slug>/parts")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def save(slug: str) -> Any:
    """Place the students that were chosen a part for. Fields are called "part/<division>/<student>"."""
    group, moment = people.group_by_slug(db.session, slug), drafts.moment()
    chosen = {}
    for name, part in request.form.items():
        if not name.startswith("part/") or not part:
            continue
        key, slash, student = name.removeprefix("part/").rpartition("/")
        if not slash:
            raise DomainError("bad_request")
        chosen[key, student] = part
    by = Author(current_user.person_id, current_user.account_id, moment.at, moment.today)
    changed = parts.place(group.id, chosen, by)
    flash(ngettext("%(num)s student placed.", "%(num)s students placed.", changed) if changed
          else _("Nothing had changed."))  # fmt: skip
    return redirect(url_for("parts.page", slug=slug), 303)
