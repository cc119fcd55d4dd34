"""After a TV lesson: homework, advice and feedback go into the lesson, or there is nothing to add."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from server.errors import entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import followups, scopes
from server.services.content_draft import normal, problems
from server.services.followups import Followup
from server.services.lesson_page import lesson_page
from server.web import drafts
from server.web.access import needs
from sync.errors import SyncError

blueprint = APIBlueprint("followups", __name__, url_prefix="/attendance/followup", enable_openapi=False)
FIELDS = ("title", "text", "due", "advice", "url", "source", "feedback")
PLACES = {"title": "title", "text": "text", "due": "due"}  # a task's own fields; a resource's begin otherwise
RESOURCE_PLACES = {"title": "advice", "url": "url", "source": "source"}


def _scope(lesson_course_id: str) -> Scope:
    return scopes.of_lesson_course(db.session, lesson_course_id)


@blueprint.get("/<lesson_course_id>")
@needs(Action.LESSON_EDIT, scope=_scope)
def page(lesson_course_id: str) -> str:
    """The short form."""
    return _render(lesson_course_id, {}, {})


def _render(lesson_course_id: str, typed: Any, wrong: dict[str, str], base: str = "") -> str:
    if request.method == "POST":
        db.session.rollback()
    shown = lesson_page(db.session, lesson_course_id)
    due = typed.get("due") or (shown.after.on.isoformat() if shown.after else "")
    return render_template("attendance/followup.html", page=shown, typed=typed, wrong=wrong, due=due,
                           base=base or shown.mark, said=followups.said(db.session, lesson_course_id))  # fmt: skip


@blueprint.post("/<lesson_course_id>")
@needs(Action.LESSON_EDIT, scope=_scope)
def save(lesson_course_id: str) -> Any:
    """Write it into the lesson, or keep that nothing is to be added."""
    form, by = request.form, drafts.author()
    if form.get("act") == "nothing":
        followups.nothing(lesson_course_id, by)
        flash(_("Kept: there is nothing to add."))
        return redirect(url_for("today.home"), 303)
    shown = lesson_page(db.session, lesson_course_id)
    if form.get("base") != shown.mark and followups.said(db.session, lesson_course_id):
        flash(_("This lesson was followed up already."))  # the second click of a double click
        return redirect(url_for("lessons.page", lesson_course_id=lesson_course_id), 303)
    more = Followup(**{name: form.get(name, "").strip() for name in FIELDS})
    draft = shown.draft
    try:
        followups.check(more)
        draft = normal(followups.with_followup(shown.draft, more, shown.rules))
        done = followups.add(lesson_course_id, draft, form.get("base", ""), by)
    except SyncError as error:
        wrong = {_place(field): sentence_of(one) for field, one in problems(draft, shown.rules).items()}
        return _render(lesson_course_id, form, wrong or {"whole": sentence_of(error)}), entry_of(error).status
    flash(_("It stands in the lesson now."))
    if done.works:
        flash(ngettext("%(num)s student got a code for the new task.",
                       "%(num)s students got codes for the new task.", done.works))  # fmt: skip
    return redirect(url_for("today.home"), 303)


def _place(field: str) -> str:
    """The form's own field for a problem of the lesson's draft: ``task-2-due`` is ``due``."""
    what, _dash, rest = field.partition("-")
    name = rest.rpartition("-")[2]
    places = PLACES if what == "task" else RESOURCE_PLACES
    return places.get(name, "whole")

