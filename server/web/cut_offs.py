"""Days on which students of a class could not be reached: noted for several at once, and taken back."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import cut_offs, people, scopes
from server.services.cut_offs import Stretch
from server.services.weeks import parse_day
from server.web import drafts
from server.web.access import ANYWHERE, needs
from server.web.class_choice import choose
from sync.errors import SyncError

blueprint = APIBlueprint("cut_offs", __name__, url_prefix="/attendance/cut-off", enable_openapi=False)


def _scope(slug: str) -> Scope:
    return scopes.of_group(db.session, people.group_by_slug(db.session, slug).id)


@blueprint.get("/")
@needs(Action.PEOPLE_EDIT, scope=ANYWHERE)
def home() -> Any:
    """The classes to choose from; who has one goes there."""
    return choose(Action.PEOPLE_EDIT, _("Out of reach"), "cut_off", "cut_offs.page")


@blueprint.get("/<slug>")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def page(slug: str) -> str:
    """The class, with what stands."""
    return _render(slug)


def _render(slug: str, wrong: str = "") -> str:
    if request.method == "POST":
        db.session.rollback()
    group, today = people.group_by_slug(db.session, slug), drafts.moment().today
    students = people.class_list(db.session, group, today)
    stands = cut_offs.of_students(db.session, [one.id for one in students], today)
    names = [(code, _(name)) for code, name in cut_offs.causes(db.session)]
    return render_template("attendance/cut_off.html", group=group, students=students, stands=stands, causes=names,
                           cause_names=dict(names), wrong=wrong, today=today, typed=request.form,
                           max_note=cut_offs.MAX_NOTE)  # fmt: skip


@blueprint.post("/<slug>")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def save(slug: str) -> Any:
    """Note the stretch for the ticked students of the class."""
    form, today = request.form, drafts.moment().today
    members = {one.id for one in people.class_list(db.session, people.group_by_slug(db.session, slug), today)}
    try:
        chosen = set(form.getlist("student"))
        if chosen - members:
            raise DomainError("person_unknown")
        stretch = Stretch(parse_day(form.get("since", "")), parse_day(form.get("until", "")), form.get("cause", ""),
                          form.get("note", ""))  # fmt: skip
        added = cut_offs.note(chosen, stretch, drafts.author())
    except SyncError as error:
        return _render(slug, sentence_of(error)), entry_of(error).status
    flash(ngettext("Noted for %(num)s student.", "Noted for %(num)s students.", added))
    return redirect(url_for("cut_offs.page", slug=slug), 303)


@blueprint.post("/<slug>/remove")
@needs(Action.PEOPLE_EDIT, scope=_scope)
def remove(slug: str) -> Any:
    """Take one stretch of a student of the class back."""
    today = drafts.moment().today
    students = [one.id for one in people.class_list(db.session, people.group_by_slug(db.session, slug), today)]
    known = {one.id for one in cut_offs.of_students(db.session, students, today)}
    cut_offs.remove(known & {request.form.get("cut_off", "")}, drafts.author())
    flash(_("Taken back."))
    return redirect(url_for("cut_offs.page", slug=slug), 303)
