"""Bells: the usual ones of each shift, and short lessons or other times for a range of days."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action
from server.services.days import bell_sets
from server.services.days.bell_sets import Ring
from server.services.weeks import parse_day
from server.web import drafts
from server.web.access import needs
from server.web.deeds import author, rights
from sync.errors import SyncError

blueprint = APIBlueprint("bells", __name__, url_prefix="/bells", enable_openapi=False)
ROWS = 21  # lesson numbers that a form may have
NUMBERS = range(1, 9)  # where the shift has no usual bells
LESSON, BREAKS = "30", "10"  # minutes; what the form of short lessons begins with


@blueprint.get("/")
@needs(Action.DAY_EDIT)
def home() -> str:
    """What rings when, and a form for short lessons."""
    return _home()


def _home(wrong: str = "") -> str:
    rows = bell_sets.schedules(db.session)
    shifts = sorted({row.shift for row in rows} | {1})
    return render_template("bells/home.html", rows=rows, shifts=shifts, today=drafts.moment().today, wrong=wrong,
                           typed=request.form, lesson=LESSON, breaks=BREAKS,
                           begins={shift: _begins(rows, shift) for shift in shifts})  # fmt: skip


def _begins(rows: list[Any], shift: int) -> str:
    usual = bell_sets.usual(rows, shift)
    return usual.bells[0].starts if usual and usual.bells else "08:30"


@blueprint.post("/")
@needs(Action.DAY_EDIT)
def draw() -> Any:
    """Keep a set by the minutes of lessons and breaks; its page shows the times, to be edited."""
    form = request.form
    try:
        shift = _whole(form.get("shift", ""), _("Shift"))
        usual = bell_sets.usual(bell_sets.schedules(db.session), shift)
        numbers = [bell.n for bell in usual.bells] if usual and usual.bells else list(NUMBERS)
        numbers = [n for n in numbers if n] if "without_zero" in form else numbers
        breaks = [_whole(part, _("Breaks")) for part in form.get("breaks", "").replace(",", " ").split()]
        rings = bell_sets.drawn(numbers, form.get("begins", ""), _whole(form.get("lesson", ""), _("Lesson")), breaks)
        first, last = _range()
        id = bell_sets.put(shift, form.get("name", "").strip(), first, last, rings, author(), rights())
    except SyncError as error:
        db.session.rollback()
        return _home(sentence_of(error)), entry_of(error).status
    flash(_("Kept. The times are below; change what is otherwise."))
    return redirect(url_for("bells.page", schedule_id=id), 303)


def _range() -> tuple[date, date]:
    return parse_day(request.form.get("first", "")), parse_day(request.form.get("last", ""))


def _whole(text: str, field: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise DomainError("value_invalid", field=field, value=text[:20])
    return int(text)


@blueprint.get("/<schedule_id>")
@needs(Action.DAY_EDIT)
def page(schedule_id: str) -> str:
    """The times of a set, to be edited."""
    row = _schedule(schedule_id)
    typed = {"name": row.name, "first": row.starts_on.isoformat(), "last": (row.ends_on or row.starts_on).isoformat()}
    return _page(schedule_id, typed, [(str(bell.n), bell.starts, bell.ends) for bell in row.bells])


def _schedule(schedule_id: str) -> Any:
    """A set for a range of days: the usual bells come by a file."""
    for row in bell_sets.schedules(db.session):
        if row.id == schedule_id and row.starts_on is not None:
            return row
    raise DomainError("not_found")


def _page(schedule_id: str, typed: Any, rings: list[tuple[str, str, str]], wrong: str = "") -> str:
    row = _schedule(schedule_id)
    return render_template("bells/page.html", row=row, typed=typed, rings=[*rings, ("", "", "")][:ROWS], wrong=wrong,
                           today=drafts.moment().today)  # fmt: skip


@blueprint.post("/<schedule_id>")
@needs(Action.DAY_EDIT)
def save(schedule_id: str) -> Any:
    """Keep the edited times; an emptied number drops its lesson."""
    row, form = _schedule(schedule_id), request.form
    rings = list(zip(form.getlist("n"), form.getlist("starts"), form.getlist("ends"), strict=False))[:ROWS]
    typed_rings = [ring for ring in rings if ring[0].strip()]
    try:
        first, last = _range()
        wanted = [Ring(_number(n), starts, ends) for n, starts, ends in typed_rings]
        bell_sets.put(row.shift, form.get("name", "").strip(), first, last, wanted, author(), rights(), row.id)
    except SyncError as error:
        db.session.rollback()
        return _page(schedule_id, form, typed_rings, sentence_of(error)), entry_of(error).status
    flash(_("Kept."))
    return redirect(url_for("bells.home"), 303)


def _number(text: str) -> int:
    n = _whole(text, _("Lesson"))
    if n >= ROWS:
        raise DomainError("value_invalid", field=_("Lesson"), value=text[:20])
    return n


@blueprint.post("/<schedule_id>/end")
@needs(Action.DAY_EDIT)
def end(schedule_id: str) -> Any:
    """Take a set away, or let it end with yesterday."""
    try:
        bell_sets.end(schedule_id, author(), rights())
        flash(_("Ended."))
    except SyncError as error:
        db.session.rollback()
        return _home(sentence_of(error)), entry_of(error).status
    return redirect(url_for("bells.home"), 303)
