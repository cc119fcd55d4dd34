"""How a family is reached, on one page: who, by what, in which order, until what hour, with whose consent."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Person
from server.policy import Action, Scope
from server.services import family_channels, family_ways, people, scopes
from server.services.content import Author
from server.services.family_channels import Typed
from server.services.family_ways import Home, hindrance
from server.web import contact_words, drafts
from server.web.access import needs
from sync.errors import SyncError

blueprint = APIBlueprint("channels", __name__, url_prefix="/people", enable_openapi=False)
BLANK = 2  # empty rows for what was not known
MOST = 60  # rows that are read


def _scope(slug: str) -> Scope:
    return scopes.of_student(db.session, people.person_by_slug(db.session, slug).id, drafts.moment().today)


@blueprint.get("/<slug>/channels")
@needs(Action.PEOPLE_EDIT, Action.HOTLINE_USE, scope=_scope)
def page(slug: str) -> str:
    """What was noted, then what follows from lists, then empty rows."""
    person = people.person_by_slug(db.session, slug)
    home = _home(person)
    rows = [
        Typed(way.person_id, way.channel, way.address, str(number), way.works, way.until or "", way.consent,
              way.confirmed_on is not None, way.language, way.address)
        for number, way in enumerate(home.ways, start=1)
    ]  # fmt: skip
    return _render(person, home, rows, family_channels.mark_of(home.ways))


@blueprint.post("/<slug>/channels")
@needs(Action.PEOPLE_EDIT, Action.HOTLINE_USE, scope=_scope)
def save(slug: str) -> Any:
    """Note the rows, or show them again with what is wrong."""
    person, moment = people.person_by_slug(db.session, slug), drafts.moment()
    home, rows = _home(person), _typed()
    by = Author(current_user.person_id, current_user.account_id, moment.at, moment.today)
    try:
        count = family_channels.save([one.id for one in home.people], rows, request.form.get("version", ""), by)
    except SyncError as error:
        db.session.rollback()
        mark = request.form.get("version", "")
        if error.code == "changed_meanwhile":
            mark = family_channels.mark_of(_home(person).ways)
        return _render(person, home, rows, mark, sentence_of(error)), entry_of(error).status
    flash(ngettext("Saved: %(num)s way to reach the family.", "Saved: %(num)s ways to reach the family.", count))
    if any(row.was not in (None, row.address) and row.confirmed for row in rows):
        flash(_("Another address begins unconfirmed: confirm it when you have made sure."))
    return redirect(url_for("people.student", slug=slug), 303)


def _home(person: Person) -> Home:
    moment = drafts.moment()
    siblings = [sibling.id for sibling, _klass in people.sheet(db.session, person, moment.today).siblings]
    return family_channels.home_of(db.session, person.id, siblings, moment.today)


def _typed() -> list[Typed]:
    """The rows that say something: "r<n>-…". One without address is let go, but for ways that need none."""
    form, rows = request.form, []
    for n in range(min(MOST, int(form.get("rows", "0") if form.get("rows", "0").isdecimal() else 0))):
        channel, address = form.get(f"r{n}-channel", ""), form.get(f"r{n}-address", "").strip()
        if not channel or f"r{n}-drop" in form or (not address and channel in ("call", "sms", "email")):
            continue
        if not form.get(f"r{n}-person"):
            raise DomainError("person_unknown")
        rows.append(Typed(
            form[f"r{n}-person"], channel, address, form.get(f"r{n}-order", ""), f"r{n}-works" in form,
            form.get(f"r{n}-until", ""), f"r{n}-consent" in form, f"r{n}-confirmed" in form,
            form.get(f"r{n}-language", ""), form.get(f"r{n}-was"), n + 1,
        ))  # fmt: skip
    return rows


def _render(person: Person, home: Home, rows: list[Typed], mark: str, wrong: str = "") -> str:
    channels = family_ways.channels(db.session)
    known = {(way.person_id, way.channel, way.address): way for way in home.ways}
    return render_template(
        "channels/page.html", person=person, name=people.full_name(person), home=home, mark=mark, wrong=wrong,
        rows=rows + [Typed("", "", "") for _n in range(BLANK)], known=known, hindrance=hindrance,
        channels=[("", "–"), *((row.code, _(row.name)) for row in channels.values() if row.personal)],
        words=contact_words,
    )  # fmt: skip
