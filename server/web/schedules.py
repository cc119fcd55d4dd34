"""Working schedules of teachers: written by those who compose days, approved by the director, seen by each teacher."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Person
from server.policy import Action
from server.security import school
from server.services import people
from server.services.days import schedules
from server.services.days.schedule_form import KINDS, TypedDay, TypedSchedule, problems
from server.web import access, drafts
from server.web.access import needs, signed_in
from sync.errors import SyncError

blueprint = APIBlueprint("schedules", __name__, url_prefix="/schedules", enable_openapi=False)


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"KINDS": KINDS, "weekdays": _weekdays(), "monday": date(2024, 1, 1)}  # a Monday, to name weekdays by


def _weekdays() -> range:
    row = school()
    return range(1, (row.week_length if row else 5) + 1)


@blueprint.get("/")
@needs(Action.DAY_EDIT, Action.DAY_APPROVE)
def home() -> str:
    """All teachers: who waits for approval, who has a schedule, who has none."""
    found = schedules.lines(db.session, drafts.moment().today)
    only = request.args.get("only", "")
    shown = [one for one in found if only not in ("waiting", "none") or (
        one.waiting if only == "waiting" else not one.now and not one.waiting
    )]  # fmt: skip
    return render_template("schedules/home.html", found=found, shown=shown, only=only)


@blueprint.get("/mine")
@signed_in
def mine() -> str:
    """One's own working schedule."""
    rows = schedules.of_person(db.session, current_user.person_id)
    return render_template("schedules/mine.html", rows=rows, today=drafts.moment().today)


@blueprint.get("/<slug>")
@needs(Action.DAY_EDIT, Action.DAY_APPROVE)
def page(slug: str) -> str:
    """A teacher's schedules: the form for who may edit, the one that waits for who may approve."""
    rows = schedules.of_person(db.session, _person(slug).id)
    return _render(slug, rows, _proposed(rows), {})


@blueprint.post("/<slug>")
@needs(Action.DAY_EDIT)
def save(slug: str) -> Any:
    """Write a schedule down, or show what is wrong."""
    person, typed = _person(slug), _typed()
    if wrong := problems(typed):
        said = {field: sentence_of(error) for field, error in wrong.items()}
        return _render(slug, schedules.of_person(db.session, person.id), typed, said), 422
    try:
        changed = schedules.save(person.id, typed, request.form.get("base", ""), drafts.author())
    except DomainError as error:
        field = "since" if error.code == "schedule_approved" else ""
        rows = schedules.of_person(db.session, person.id)
        return _render(slug, rows, typed, {field: sentence_of(error)}), entry_of(error).status
    flash(_("Saved. It waits for approval.") if changed else _("Nothing had changed."))
    return redirect(url_for("schedules.page", slug=slug), 303)


@blueprint.post("/<slug>/approve")
@needs(Action.DAY_APPROVE)
def approve(slug: str) -> Any:
    """Approve the schedule that was looked at."""
    return _act(slug, schedules.approve, _("Approved."))


@blueprint.post("/<slug>/discard")
@needs(Action.DAY_EDIT)
def discard(slug: str) -> Any:
    """Take back the one that waits."""
    return _act(slug, schedules.discard, _("Taken back. The schedule before holds on."))


def _act(slug: str, act: Any, done: str) -> Any:
    try:
        act(_person(slug).id, request.form.get("mark", ""), drafts.author())
        flash(done)
    except SyncError as error:
        flash(sentence_of(error), "error")
    return redirect(url_for("schedules.page", slug=slug), 303)


def _person(slug: str) -> Person:
    if "schedule_of" not in g:
        g.schedule_of = people.person_by_slug(db.session, slug)
    return g.schedule_of


def _proposed(rows: list[schedules.Row]) -> TypedSchedule:
    """What the form begins with: the one that waits, else the newest, from today on."""
    today = drafts.moment().today.isoformat()
    if not rows:
        return TypedSchedule(today, days={weekday: TypedDay() for weekday in _weekdays()})
    newest = rows[0]
    if not newest.approved:
        return newest.typed
    since = max(today, (newest.since.fromordinal(newest.since.toordinal() + 1)).isoformat())
    return TypedSchedule(since, "", newest.typed.part_time, newest.typed.most_a_day, newest.typed.most_a_week,
                         newest.typed.note, newest.typed.days)  # fmt: skip


def _typed() -> TypedSchedule:
    form = request.form
    days = {
        weekday: TypedDay(form.get(f"kind-{weekday}", "work"), form.get(f"starts-{weekday}", "").strip(),
                          form.get(f"ends-{weekday}", "").strip())
        for weekday in _weekdays()
    }  # fmt: skip
    return TypedSchedule(
        form.get("since", "").strip(), form.get("until", "").strip(), bool(form.get("part_time")),
        form.get("most_a_day", "").strip(), form.get("most_a_week", "").strip(), form.get("note", "").strip(), days,
    )  # fmt: skip


def _render(slug: str, rows: list[schedules.Row], typed: TypedSchedule, wrong: dict[str, str]) -> str:
    waiting = next((row for row in rows if not row.approved), None)
    return render_template(
        "schedules/page.html", person=_person(slug), name=people.full_name(_person(slug)), rows=rows, waiting=waiting,
        typed=typed, wrong=wrong, seen=schedules.seen(rows), may_edit=access.may(Action.DAY_EDIT),
        may_approve=access.may(Action.DAY_APPROVE),
    )  # fmt: skip
