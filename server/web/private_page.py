"""A student's personal page in the office: how families come to it, a sheet with its address, and a new address."""

import io
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server import store
from server.errors import DomainError
from server.extensions import db
from server.models import Person
from server.policy import Action, Scope
from server.security import config
from server.services import people, scopes
from server.services.accounts import record
from server.services.private_pages import addresses, files, paper
from server.web import access, drafts
from server.web.access import needs

blueprint = APIBlueprint("private_page", __name__, url_prefix="/people", enable_openapi=False)


def _scope(slug: str) -> Scope:
    return scopes.of_student(db.session, people.person_by_slug(db.session, slug).id, drafts.moment().today)


def _classes(person: Person) -> list[Any]:
    return [group for group in people.sheet(db.session, person, drafts.moment().today).groups if group.kind == "class"]


@blueprint.get("/<slug>/personal-page")
@needs(Action.PRIVATE_PAGE_RENEW, scope=_scope)
def page(slug: str) -> str:
    """What the page is, since when its address holds, and both acts."""
    person = people.person_by_slug(db.session, slug)
    shown = addresses.page_of(db.session, person.id, drafts.moment().today)
    return render_template(
        "people/personal_page.html", person=person, name=people.full_name(person), page=shown,
        entrance=addresses.entrance(db.session), may_print=access.may(Action.MARK_VIEW, _scope(slug)),
    )  # fmt: skip


@blueprint.post("/<slug>/personal-page")
@needs(Action.PRIVATE_PAGE_RENEW, scope=_scope)
def renew(slug: str) -> Any:
    """A new address; from this moment on nothing new comes to the old one."""
    moment, person = drafts.moment(), people.person_by_slug(db.session, slug)
    by = addresses.Clerk(current_user.account_id, current_user.person_id, moment.at, moment.today)
    addresses.renew(person.id, by)
    db.session.rollback()
    files.refresh(config(), moment.at, moment.today)
    flash(_("The address is new, and the old one gets nothing any more. Print the sheet and give it to the family."))
    return redirect(url_for("private_page.page", slug=slug), 303)


@blueprint.get("/<slug>/personal-page.pdf")
@needs(Action.PRIVATE_PAGE_RENEW, scope=_scope)
def sheet(slug: str) -> Any:
    """The sheet with the address; whoever holds it reads marks, so only for who may see them, and it is recorded."""
    access.demand(Action.MARK_VIEW, _scope(slug))
    moment, person = drafts.moment(), people.person_by_slug(db.session, slug)
    classes = _classes(person)
    if not classes:
        raise DomainError("private_page_none")
    pdf = paper.slip(db.session, person, classes[0].name)
    by, target = current_user.account_id, person.id
    store.write(lambda session: record(session, moment.at, by, "private_page.print", target))
    answer = send_file(io.BytesIO(pdf), mimetype="application/pdf", as_attachment=True, etag=False,
                       download_name=f"{slug}.pdf")  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
