"""The survey of one student: device, internet, television, phone and channel, kept current by the class teacher."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import entry_of, sentence_of
from server.extensions import db
from server.models import Person
from server.policy import Action, Scope
from server.services import connectivity, people, scopes
from server.services.connectivity import Told
from server.services.content import Author
from server.web import drafts, words
from server.web.access import needs
from sync.errors import SyncError

blueprint = APIBlueprint("connectivity", __name__, url_prefix="/people", enable_openapi=False)


def _scope(slug: str) -> Scope:
    return scopes.of_student(db.session, people.person_by_slug(db.session, slug).id, drafts.moment().today)


@blueprint.get("/<slug>/connection")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def page(slug: str) -> str:
    """The form with what was told last."""
    person = people.person_by_slug(db.session, slug)
    form = connectivity.told(connectivity.newest(db.session, person.id))
    return _render(person, form, form.mark())


@blueprint.post("/<slug>/connection")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def save(slug: str) -> Any:
    """Store what was told, or show the form again with what is wrong."""
    moment = drafts.moment()
    person = people.person_by_slug(db.session, slug)
    form = Told(**{name: request.form.get(name, "").strip() for name in Told.__dataclass_fields__})
    by = Author(current_user.person_id, current_user.account_id, moment.at, moment.today)
    try:
        changed = connectivity.save(person.id, form, request.form.get("version", ""), by)
    except SyncError as error:
        db.session.rollback()
        wrong = {name: sentence_of(one) for name, one in connectivity.problems(form).items()}
        mark = request.form.get("version", "")
        if error.code == "changed_meanwhile":
            mark = connectivity.told(connectivity.newest(db.session, person.id)).mark()
        return _render(person, form, mark, wrong or {"": sentence_of(error)}), entry_of(error).status
    flash(_("Saved.") if changed else _("Nothing had changed."))
    return redirect(url_for("people.student", slug=slug), 303)


def _render(person: Person, form: Told, mark: str, wrong: dict[str, str] | None = None) -> str:
    names = {"device": words.DEVICES, "internet": words.INTERNET, "channel": words.CHANNELS}
    options = {
        name: [("", _("not asked")), *((code, str(names[name][code])) for code in codes)]
        for name, codes in connectivity.CODES.items()
    }
    link = connectivity.newest(db.session, person.id)
    return render_template("people/connection.html", person=person, name=people.full_name(person), form=form,
                           mark=mark, wrong=wrong or {}, options=options, link=link, words=words)  # fmt: skip
