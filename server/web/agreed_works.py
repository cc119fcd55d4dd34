"""Tasks of the coming week between deputy and teachers: looked at by class or teacher, agreed or returned."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from server.errors import entry_of, sentence_of
from server.extensions import db
from server.policy import Action
from server.reference import KINDS
from server.services import lesson_list, timetable_view
from server.services.agreed_works import deciding, reading, states
from server.services.weeks import monday, parse_week, week_name
from server.web import deeds, drafts
from server.web.access import needs
from sync.errors import SyncError

blueprint = APIBlueprint("agreed_works", __name__, url_prefix="/agreed-works", enable_openapi=False)
WEEK = timedelta(days=7)
STATES = {
    states.NONE: (_l("no tasks"), ""),
    states.OPEN: (_l("to be agreed"), "wait"),
    states.AGREED: (_l("tasks agreed"), "ok"),
    states.CHANGED: (_l("changed since it was agreed"), "bad"),
    states.RETURNED: (_l("returned to the teacher"), "note"),
    states.ANSWERED: (_l("changed after your remark"), "wait"),
}


@blueprint.get("/")
@needs(Action.LESSON_APPROVE)
def home() -> str:
    """How far classes and teachers are, or the tasks of one of them."""
    return _page()


@blueprint.post("/agree")
@needs(Action.LESSON_APPROVE)
def agree() -> Response:
    """Agree to lessons as they were looked at, one or many."""
    looked_at = dict(_named(text) for text in request.form.getlist("lesson"))
    settled = deciding.agree(looked_at, deeds.author())
    if settled.agreed:
        flash(ngettext("The tasks of %(num)s lesson are agreed.", "The tasks of %(num)s lessons are agreed.",
                       settled.agreed))  # fmt: skip
    if settled.changed:
        changed = ngettext("%(num)s lesson was changed meanwhile. Look at it again.",
                           "%(num)s lessons were changed meanwhile. Look at them again.", settled.changed)  # fmt: skip
        flash(changed, "error")
    if not settled.agreed and not settled.changed:
        flash(_("Nothing had changed."))
    return _back()


@blueprint.post("/return")
@needs(Action.LESSON_APPROVE)
def give_back() -> Any:
    """Return a lesson's tasks with a remark."""
    id, mark = _named(request.form.get("lesson", ""))
    try:
        deciding.give_back(id, mark, request.form.get("remark", ""), deeds.author())
    except SyncError as error:
        db.session.rollback()  # what stands now, not what was read before
        return _page(sentence_of(error), id), entry_of(error).status
    flash(_("Returned. The teacher sees your remark."))
    return _back()


def _named(text: str) -> tuple[str, str]:
    id, _colon, mark = text.partition(":")
    return id[:40], mark[:40]


def _week() -> date:
    """The Monday that is asked for, else that of the coming week. Raises DomainError week_invalid."""
    asked = request.values.get("week", "").strip()
    return parse_week(asked) if asked else monday(drafts.moment().today + WEEK)


def _whose() -> tuple[str, str] | None:
    return next(((kind, request.values[kind]) for kind in ("group", "teacher") if request.values.get(kind)), None)


def _back() -> Response:
    asked = dict([whose]) if (whose := _whose()) else {}
    return redirect(url_for("agreed_works.home", week=week_name(_week()), **asked), 303)


def _page(error: str = "", about: str = "") -> str:
    first, whose = _week(), _whose()
    title, where = timetable_view.whose(db.session, *whose) if whose else ("", None)
    week = reading.read(db.session, first, *([where] if where is not None else []))
    tallies = None if whose else {
        "group": reading.by_class(week.lines, [(one.slug, one.name) for one in lesson_list.classes(db.session)]),
        "teacher": reading.by_teacher(week.lines),
    }  # fmt: skip
    return render_template(
        "agreed_works/home.html", monday=first, last=first + WEEK - timedelta(days=1), whose=whose, title=title,
        week=week, tallies=tallies, error=error, about=about, remark=request.form.get("remark", "") if error else "",
        before=week_name(first - WEEK), after=week_name(first + WEEK), name=week_name(first), STATES=STATES,
        ODD=states.ODD, KINDS=KINDS, many=reading.MANY, most=deciding.REMARK,
    )  # fmt: skip
