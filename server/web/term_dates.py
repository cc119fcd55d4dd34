"""The dates of the year: terms shifted, holidays and quarantine days added, with all that follows told beforehand."""

import re
from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import scopes, term_dates, term_lessons
from server.services.content import names as reference_names
from server.services.term_changes import Added, Known, Wanted, span
from server.services.term_dates import Effects
from server.services.weeks import parse_day
from server.web import deeds
from server.web.access import needs

blueprint = APIBlueprint("term_dates", __name__, url_prefix="/term-dates", enable_openapi=False)
KINDS = {
    "quarter": _l("quarter"),
    "half": _l("half-year"),
    "trimester": _l("trimester"),
    "vacation": _l("vacation"),
    "public_holiday": _l("days off"),
}
NEW_KINDS = ("public_holiday", "vacation")
LONGEST_NAME = 60
GRADES = range(1, 13)


def _course(course_id: str) -> Scope:
    return scopes.of_course(db.session, course_id)


@blueprint.get("/")
@needs(Action.DAY_EDIT)
def home() -> str:
    """The dates as they stand, to be changed; lessons that wait for a decision."""
    return _render({})


@blueprint.post("/")
@needs(Action.DAY_EDIT)
def change() -> Any:
    """Show what would follow; then, when that was seen, carry it out."""
    form, by = request.form, deeds.author()
    try:
        _year, standing = term_dates.known(db.session, by.today)
        wanted = _read(form, standing)
        if form.get("act") != "apply":
            return _render(form, term_dates.effects(db.session, wanted, by))
        run_id = term_dates.apply(wanted, form.get("seen", ""), by, deeds.rights(), _name(wanted, standing))
    except DomainError as error:
        db.session.rollback()
        return _render(form, wrong=sentence_of(error)), entry_of(error).status
    flash(_("The dates were changed, and the lessons with them. The teachers see in Today what became of their plans."))
    return redirect(url_for("term_dates.home", run=run_id), 303)


@blueprint.post("/lessons/<lesson_id>")
@needs(Action.DAY_EDIT)
def decide(lesson_id: str) -> Any:
    """A lesson that fell away: its content goes to the next lesson of the course, or it is cancelled."""
    by, rights = deeds.author(), deeds.rights()
    if request.form.get("act") == "move":
        act = term_lessons.move(lesson_id, request.form.get("to", ""), by, rights)
    elif request.form.get("act") == "cancel":
        act = term_lessons.cancel(lesson_id, by, rights)
    else:
        raise DomainError("bad_request")
    return redirect(f"/changes/{act}", 303)


@blueprint.post("/seen/<course_id>")
@needs(Action.LESSON_EDIT, scope=_course)
def see(course_id: str) -> Any:
    """The teacher has seen that the plan was dated anew."""
    term_dates.see(course_id, deeds.author())
    return redirect(url_for("plans.page", course_id=course_id), 303)


def _render(form: Mapping[str, str], told: Effects | None = None, wrong: str = "") -> str:
    by = deeds.author()
    try:
        year, standing = term_dates.known(db.session, by.today)
    except DomainError as error:
        return render_template("term_dates/home.html", year=None, rows=[], wrong=sentence_of(error), waiting=[])
    return render_template(
        "term_dates/home.html", year=year, rows=[_row(one, form) for one in standing], form=form, told=told,
        wrong=wrong, kinds=KINDS, new_kinds=[(kind, KINDS[kind]) for kind in NEW_KINDS], today=by.today,
        waiting=term_lessons.undecided(db.session, by), work_kinds=reference_names(db.session)["kind"],
        done=request.args.get("run", ""),
    )  # fmt: skip


def _row(one: Known, form: Mapping[str, str]) -> dict[str, Any]:
    starts, ends = span(one)
    return {
        "one": one, "starts": form.get(f"starts-{one.id}", starts.isoformat()),
        "ends": form.get(f"ends-{one.id}", ends.isoformat()), "gone": f"gone-{one.id}" in form,
    }  # fmt: skip


def _read(form: Mapping[str, str], standing: list[Known]) -> Wanted:
    """What the form says. Raises DomainError for what is no day or no grade."""
    dates, removed = {}, set()
    for one in standing:
        if f"gone-{one.id}" in form:
            removed.add(one.id)
            continue
        starts, ends = form.get(f"starts-{one.id}", ""), form.get(f"ends-{one.id}", "")
        said = (parse_day(starts) if starts else span(one)[0], parse_day(ends) if ends else span(one)[1])
        if said != span(one):
            dates[one.id] = said
    return Wanted(dates, frozenset(removed), _added(form))


def _added(form: Mapping[str, str]) -> Added | None:
    name, first, last = (form.get(f"new-{part}", "").strip() for part in ("name", "starts", "ends"))
    if not (name or first or last):
        return None
    kind = form.get("new-kind", "")
    if kind not in NEW_KINDS:
        raise DomainError("bad_request")
    if not first:
        raise DomainError("value_invalid", value="", field=_("First day"))
    if len(name) > LONGEST_NAME:
        raise DomainError("text_long", length=len(name), limit=LONGEST_NAME)
    text = form.get("new-grades", "").strip()
    grades = tuple(sorted({int(part) for part in re.findall(r"\d{1,2}", text)}))
    if any(grade not in GRADES for grade in grades) or (text and not grades):
        raise DomainError("value_invalid", value=text, field=_("Grades"))
    return Added(kind, name, parse_day(first), parse_day(last or first), grades)


def _name(wanted: Wanted, standing: list[Known]) -> str:
    """What the change is called in the list of what was taken in."""
    names = [one.name for one in standing if one.id in wanted.dates or one.id in wanted.removed]
    names += [wanted.added.name] if wanted.added else []
    told = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
    return ngettext("Date changed: %(names)s", "Dates changed: %(names)s", len(names), names=told)
