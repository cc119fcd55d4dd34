"""Incidents: what is open and whose, one incident with its notes, and patterns that ask for one."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import entry_of, sentence_of
from server.extensions import db
from server.models import Incident
from server.policy import Action, Scope
from server.services import incident_patterns, incidents, people, scopes
from server.services.incidents import Opening
from server.web import access, drafts, words
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError

blueprint = APIBlueprint("incidents", __name__, url_prefix="/incidents", enable_openapi=False)
FILTERS = ("mine", "open", "closed")
SHOWN = 50  # patterns before the rest is one tap away


def _student_scope(slug: str) -> Scope:
    person = people.person_by_slug(db.session, slug)
    return scopes.of_student(db.session, person.id, drafts.moment().today)


def _scope(incident_id: str) -> Scope:
    student = incidents.student_of(db.session, incident_id)
    return scopes.of_student(db.session, student, drafts.moment().today)


@blueprint.get("/")
@needs(Action.INCIDENT_MANAGE, scope=ANYWHERE)
def home() -> str:
    """The incidents of one's own classes or of the school, and patterns that ask for one."""
    realm, today = access.realm(Action.INCIDENT_MANAGE), drafts.moment().today
    asked = request.args.get("show", "open")
    where = [Incident.state == ("closed" if asked == "closed" else "open"), incidents.within(realm, today)]
    if asked == "mine":
        where.append(Incident.owner_id == current_user.person_id)
    patterns = incident_patterns.patterns(db.session, realm, today) if asked != "closed" else []
    return render_template(
        "incidents/home.html", lines=incidents.incidents(db.session, today, *where), show=asked, patterns=patterns,
        shown=len(patterns) if "all" in request.args else SHOWN, filters=FILTERS, today=today,
    )  # fmt: skip


@blueprint.get("/new/<slug>")
@needs(Action.INCIDENT_MANAGE, scope=_student_scope)
def new(slug: str) -> str:
    """An empty form; ``kind`` may be asked for."""
    return _form(slug, {"kind": request.args.get("kind", "")}, "", secrets.token_hex(8))


def _form(slug: str, typed: Any, wrong: str, key: str) -> str:
    if request.method == "POST":
        db.session.rollback()
    person, today = people.person_by_slug(db.session, slug), drafts.moment().today
    return render_template(
        "incidents/new.html", person=person, name=people.full_name(person), typed=typed, wrong=wrong, key=key,
        kinds=[(code, _(name)) for code, name in incidents.kinds(db.session)], owners=_owners(person.id),
        stands=incidents.open_of(db.session, person.id, today), max_text=incidents.MAX_TEXT,
    )  # fmt: skip


def _owners(student_id: str) -> list[tuple[str, str]]:
    found = incidents.owners(db.session, student_id, drafts.moment().today)
    return [(id, f"{name}, {words.ROLES[role]}") for id, name, role in found]


@blueprint.post("/new/<slug>")
@needs(Action.INCIDENT_MANAGE, scope=_student_scope)
def create(slug: str) -> Any:
    """Open it."""
    form = request.form
    person = people.person_by_slug(db.session, slug)
    key = form.get("key", "")[:32]
    try:
        opening = Opening(person.id, form.get("kind", ""), form.get("text", ""), form.get("owner", ""))
        made = incidents.open_incident(opening, drafts.author(), f"{current_user.person_id}{key}" if key else "")
    except SyncError as error:
        return _form(slug, form, sentence_of(error), key), entry_of(error).status
    flash(_("The incident is open."))
    return redirect(url_for("incidents.page", incident_id=made), 303)


@blueprint.get("/<incident_id>")
@needs(Action.INCIDENT_MANAGE, scope=_scope)
def page(incident_id: str) -> str:
    """One incident."""
    return _render(incident_id)


def _render(incident_id: str, wrong: dict[str, str] | None = None) -> str:
    if request.method == "POST":
        db.session.rollback()
    found = incidents.incident(db.session, incident_id, drafts.moment().today)
    student = incidents.student_of(db.session, incident_id)
    return render_template("incidents/page.html", one=found, owners=_owners(student), wrong=wrong or {},
                           typed=request.form if wrong else {}, max_text=incidents.MAX_TEXT)  # fmt: skip


@blueprint.post("/<incident_id>")
@needs(Action.INCIDENT_MANAGE, scope=_scope)
def save(incident_id: str) -> Any:
    """Add a note, hand over, close with an outcome, or open again."""
    form, act, by = request.form, request.form.get("act", ""), drafts.author()
    try:
        if act == "owner":
            incidents.hand_over(incident_id, form.get("owner", ""), by)
            flash(_("Handed over."))
        elif act == "close":
            incidents.close(incident_id, form.get("outcome", ""), by)
            flash(_("Closed."))
        elif act == "reopen":
            incidents.reopen(incident_id, by)
            flash(_("Open again."))
        else:
            incidents.add_note(incident_id, form.get("note", ""), by)
            flash(_("Noted."))
    except SyncError as error:
        field = {"owner": "owner", "close": "outcome"}.get(act, "note")
        return _render(incident_id, {field: sentence_of(error)}), entry_of(error).status
    return redirect(url_for("incidents.page", incident_id=incident_id), 303)
