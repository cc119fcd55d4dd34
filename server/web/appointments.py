"""Calendars of who receives families: a week with appointments and free times, reception hours, new appointments."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user

from server import naming
from server.errors import DomainError, entry_of
from server.extensions import db
from server.models import Person
from server.policy import Action
from server.services import appointment_list, appointments, finder, people, reception, scopes
from server.services.appointments import CHANNELS, Booking
from server.services.free_times import Hours, at
from server.services.weeks import parse_day, parse_week, week_days, week_name
from server.web import access, drafts, hotline_words
from server.web.access import signed_in
from server.web.hotline import author, zone
from sync.errors import SyncError

blueprint = APIBlueprint("appointments", __name__, url_prefix="/appointments", enable_openapi=False)


def _host() -> Person:
    """Whose calendar is asked for: one's own, or for who manages requests of the whole school anybody's."""
    slug = request.values.get("host", "")
    if not slug:
        return db.session.get_one(Person, current_user.person_id)
    if not access.may(Action.REQUEST_MANAGE):
        raise DomainError("forbidden")
    return people.person_by_slug(db.session, slug)


def _sees_restricted(host_id: str) -> bool:
    return host_id == current_user.person_id or access.may(Action.COUNSEL_VIEW)


@blueprint.app_template_filter("weekday")
def weekday(day: date) -> str:
    """``Monday``."""
    return naming.capital(format_date(day, "EEEE"))


@blueprint.get("/")
@signed_in
def home() -> str:
    """A host's week."""
    return _home(_host())


def _home(host: Person, wrong: SyncError | None = None, people_found: Any = ()) -> str:
    moment, asked = drafts.moment(), request.values.get("week", "")
    monday = parse_week(asked) if asked else week_days(moment.today)[0]
    days, restricted = week_days(monday), _sees_restricted(host.id)
    booked = appointment_list.calendar(db.session, host.id, days[0], days[-1], zone(), restricted)
    free = [time for time in reception.free_times(db.session, host.id, moment.at, zone(), days=28)
            if time.starts.date() in days]  # fmt: skip
    hosts = appointment_list.hosts(db.session, moment.today) if access.may(Action.REQUEST_MANAGE) else []
    calendar = [(day, [one for one in booked if one.starts.astimezone(zone()).date() == day],
                 [time for time in free if time.starts.date() == day]) for day in days]  # fmt: skip
    return render_template(
        "appointments/home.html", host=host, name=people.full_name(host), own=host.id == current_user.person_id,
        calendar=calendar, monday=monday, today=moment.today, hosts=hosts, words=hotline_words, wrong=wrong,
        hours=reception.hours_of(db.session, host.id, moment.today), typed=request.form, people_found=people_found,
        before=week_name(monday - timedelta(days=7)), after=week_name(monday + timedelta(days=7)),
        week=week_name(monday), key=request.form.get("key") or secrets.token_hex(8),
        CHANNELS=[(code, hotline_words.MEETINGS[code]) for code in CHANNELS], weekdays=[days[n] for n in range(7)],
    )  # fmt: skip


def _back(host: Person) -> Any:
    slug = None if host.id == current_user.person_id else host.slug
    return redirect(url_for("appointments.home", host=slug, week=request.form.get("week") or None), 303)


@blueprint.post("/")
@signed_in
def book() -> Any:
    """Agree on an appointment. A student is found as on the hotline; of several one is chosen."""
    host, form = _host(), request.form
    found: Any = ()
    try:
        starts = _moment(form.get("on", ""), form.get("at", ""))
        found, student_id = _student(form)
        if found:
            return _home(host, None, found)
        booking = Booking(host.id, starts, _number(form.get("minutes", "")), form.get("channel", CHANNELS[0]),
                          student_id, None, None, form.get("note", ""))  # fmt: skip
        appointments.book(booking, "agreed", author(), zone(), _id(form.get("key", "")))
    except SyncError as error:
        db.session.rollback()
        return _home(host, error), entry_of(error).status
    flash(_("The appointment is agreed."))
    return _back(host)


def _id(key: str) -> str:
    """The id that one rendering of the form gives, so that a double click agrees once."""
    return key[:32] if len(key) == 16 and key.isalnum() else ""


def _student(form: Any) -> tuple[Any, str | None]:
    """(students to choose among, the one that is meant or None when nobody was named)."""
    chosen, typed = form.get("student", ""), form.get("who", "").strip()
    if not chosen and not typed:
        return (), None
    reach = people.reachable(db.session, access.realm(Action.PEOPLE_VIEW))
    if chosen:
        person = people.person_by_slug(db.session, chosen)
        if reach is not None and not _in_reach(person.id, reach):
            raise DomainError("forbidden")
        return (), person.id
    hits = [hit.entry for hit in finder.finder().search(db.session, typed, drafts.moment().today, 12)
            if hit.entry.kind == "student" and (reach is None or _in_reach(hit.entry.id, reach))]  # fmt: skip
    if not hits:
        raise DomainError("person_unknown")
    return ((), hits[0].id) if len(hits) == 1 else (hits, None)


def _in_reach(student_id: str, reach: frozenset[str]) -> bool:
    return bool(scopes.of_student(db.session, student_id, drafts.moment().today).groups & reach)


def _moment(day: str, clock: str) -> datetime:
    on: date = parse_day(day)
    try:
        return at(on, clock, zone())
    except ValueError as error:
        raise DomainError("value_invalid", field=_("time"), value=clock[:10]) from error


def _number(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 4:
        raise DomainError("value_invalid", field=_("minutes"), value=text[:10])
    return int(text)


@blueprint.post("/hours")
@signed_in
def hours() -> Any:
    """Add reception hours or end some."""
    host, form = _host(), request.form
    try:
        if form.get("end"):
            reception.end_hours(form["end"], host.id, author())
            flash(_("These hours have ended; what is agreed stays."))
        else:
            reception.add_hours(host.id, _hours(form), author())
            flash(_("Families can come at these hours now."))
    except SyncError as error:
        db.session.rollback()
        return _home(host, error), entry_of(error).status
    return _back(host)


def _hours(form: Any) -> Hours:
    clocks = [_clock(form.get(name, "")) for name in ("starts", "ends")]
    since = parse_day(form["since"]) if form.get("since") else drafts.moment().today
    until = parse_day(form["until"]) if form.get("until") else None
    return Hours("", _number(form.get("weekday", "")), *clocks, _number(form.get("minutes", "")), since, until)


def _clock(text: str) -> str:
    try:
        return datetime.strptime(text.strip(), "%H:%M").strftime("%H:%M")
    except ValueError as error:
        raise DomainError("value_invalid", field=_("time"), value=text[:10]) from error


@blueprint.post("/<appointment_id>")
@signed_in
def finish(appointment_id: str) -> Any:
    """Note what became of an appointment: by its host, or by who manages requests of the whole school."""
    try:
        host_id = appointments.host_of(db.session, appointment_id)
    except DomainError as error:
        raise DomainError("not_found" if access.may(Action.REQUEST_MANAGE) else "forbidden") from error
    if host_id != current_user.person_id and not access.may(Action.REQUEST_MANAGE):
        raise DomainError("forbidden")
    form = request.form
    restricted = form.get("restricted") if _sees_restricted(host_id) and "restricted" in form else None
    appointments.finish(appointment_id, form.get("state", ""), form.get("note", ""), restricted, author())
    flash(_("Saved."))
    return _back(db.session.get_one(Person, host_id))
