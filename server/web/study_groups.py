"""Study groups across classes: made, filled, given hours at times that all can attend, ended."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Room, Subject
from server.naming import capital, course
from server.policy import Action
from server.services import people, study_groups, study_hours, study_times
from server.services.movement import FAR
from server.services.study_groups import Draft
from server.services.study_hours import Meeting
from server.services.study_times import Search, Times
from server.services.weeks import monday, parse_day
from server.services.wishes import teacher_hours, times
from server.web import access, drafts
from server.web.access import needs
from server.web.deeds import author, rights
from server.web.movement import clerk
from sync.errors import SyncError

blueprint = APIBlueprint("study_groups", __name__, url_prefix="/study-groups", enable_openapi=False)
MONDAY = date(2024, 1, 1)  # any Monday, for the names of weekdays
ROWS = 4  # subjects that a form offers at once
REASONS = {
    times.DEVICE: _l("a sibling has a lesson at the shared device"), teacher_hours.AWAY: _l("absent"),
    teacher_hours.OFF: _l("not at work"), teacher_hours.METHODICAL: _l("methodical day"),
    teacher_hours.HOURS: _l("outside of working hours"), teacher_hours.ENOUGH: _l("has enough lessons that day"),
}  # fmt: skip


@blueprint.get("/")
@needs(Action.PEOPLE_EDIT, Action.DAY_EDIT)
def home() -> str:
    """All study groups."""
    return render_template("study_groups/home.html", groups=study_groups.listed(db.session, drafts.moment().today),
                           makes=access.may(Action.PEOPLE_EDIT))  # fmt: skip


@blueprint.get("/new")
@needs(Action.PEOPLE_EDIT)
def new() -> str:
    """The form that makes one."""
    return _new()


@blueprint.post("/new")
@needs(Action.PEOPLE_EDIT)
def create() -> Any:
    """Make it; what is wrong is said and what was typed stays."""
    form = request.form
    try:
        since = parse_day(form.get("since", ""))
        slug = study_groups.create(Draft(
            form.get("name", ""), frozenset(form.getlist("member")), _teachers(), since, _shift(form.get("shift", "1")),
        ), clerk())  # fmt: skip
    except SyncError as error:
        db.session.rollback()
        return _new(sentence_of(error)), entry_of(error).status
    flash(_("The study group is there. Now find a time that all can attend."))
    return redirect(url_for("study_groups.page", slug=slug), 303)


def _new(wrong: str = "") -> str:
    today = drafts.moment().today
    return render_template(
        "study_groups/new.html", classes=study_groups.candidates(db.session, today), wrong=wrong, typed=request.form,
        today=today, ticked=set(request.form.getlist("member")), rows=ROWS, **_choices(),
    )  # fmt: skip


def _choices() -> dict[str, Any]:
    subjects = db.session.execute(select(Subject.id, Subject.name).order_by(Subject.name)).all()
    return {"subjects": [tuple(row) for row in subjects], "staff": people.staff(db.session, drafts.moment().today)}


def _teachers() -> dict[str, str]:
    pairs = zip(request.form.getlist("subject"), request.form.getlist("teacher"), strict=False)
    return {subject: teacher for subject, teacher in pairs if subject}


def _shift(text: str) -> int:
    if text not in ("1", "2", "3"):
        raise DomainError("value_invalid", field=_l("shift"), value=text[:5])
    return int(text)


@blueprint.get("/<slug>")
@needs(Action.PEOPLE_EDIT, Action.DAY_EDIT)
def page(slug: str) -> str:
    """One group: its students, subjects and hours."""
    return _page(slug)


@blueprint.post("/<slug>")
@needs(Action.PEOPLE_EDIT, Action.DAY_EDIT)
def act(slug: str) -> Any:
    """Students, subjects, an hour that ends, or the end of the group."""
    try:
        flash(_do(slug, request.form.get("act", "")))
    except SyncError as error:
        db.session.rollback()
        if error.code in ("forbidden", "group_unknown"):
            raise
        return _page(slug, sentence_of(error)), entry_of(error).status
    return redirect(url_for("study_groups.page", slug=slug), 303)


def _do(slug: str, wanted: str) -> str:
    form = request.form
    if wanted == "stop":
        access.demand(Action.DAY_EDIT)
        group = study_groups.by_slug(db.session, slug)
        study_hours.stop_meeting(group.id, form.get("hour", ""), _day("last"), clerk(), rights())
        return _("After that day the hour is not held any more.")
    access.demand(Action.PEOPLE_EDIT)
    if wanted == "members":
        study_groups.set_members(slug, form.getlist("member"), _day("since"), clerk())
        return _("Saved. Who joined finds the tasks that are open.")
    if wanted == "teachers":
        study_groups.set_teachers(slug, _teachers(), _day("since"), clerk())
        return _("Saved.")
    if wanted == "end":
        study_groups.end(slug, _day("last"), clerk())
        return _("The study group ends with that day.")
    raise DomainError("bad_request")


def _day(name: str) -> date:
    return parse_day(request.form.get(name, ""))


def _page(slug: str, wrong: str = "") -> str:
    today = drafts.moment().today
    group = study_groups.page(db.session, slug, today)
    edits = access.may(Action.PEOPLE_EDIT)
    return render_template(
        "study_groups/page.html", group=group, wrong=wrong, today=today, edits=edits, typed=request.form,
        places=access.may(Action.DAY_EDIT), classes=study_groups.candidates(db.session, today) if edits else {},
        members={member.id for member in group.members if member.until is None}, weekday=_weekday, **_choices(),
    )  # fmt: skip


def _weekday(number: int) -> str:
    return capital(format_date(MONDAY.replace(day=number), "cccc"))


@blueprint.get("/<slug>/time")
@needs(Action.PEOPLE_EDIT, Action.DAY_EDIT)
def time(slug: str) -> str:
    """Times that all can attend: the best first, then the whole week."""
    return _time(slug, request.args)


@blueprint.post("/<slug>/time")
@needs(Action.DAY_EDIT)
def meet(slug: str) -> Any:
    """Put the chosen time into the timetable, every week or once."""
    form = request.form
    try:
        meeting = _meeting(slug, form)
        _room_is_free(meeting)
        if form.get("weekly") == "1":
            study_hours.meet_weekly(meeting, clerk(), rights())
            flash(_("The group meets then every week; the lessons stand in everybody's timetable."))
            return redirect(url_for("study_groups.page", slug=slug), 303)
        act_id = study_hours.meet_once(meeting, author(), rights())
    except SyncError as error:
        db.session.rollback()
        return _time(slug, form, sentence_of(error)), entry_of(error).status
    return redirect(f"/changes/{act_id}", 303)


def _room_is_free(meeting: Meeting) -> None:
    """Raises DomainError place_taken, with the room's name, where a lesson is held in it."""
    room = db.session.get(Room, meeting.room) if meeting.room else None
    if room is not None:
        free = study_times.free_rooms(db.session, meeting.on, meeting.shift, meeting.n)
        if room.id not in {id for id, _name in free}:
            raise DomainError("place_taken", who=_("room %(name)s", name=room.name))


def _meeting(slug: str, form: Any) -> Meeting:
    known = {one.id for one in study_groups.page(db.session, slug, drafts.moment().today).courses}
    if form.get("course", "") not in known:
        raise DomainError("course_unknown")
    parts = form.get("place", "").split("|")
    if len(parts) != 3:
        raise DomainError("slot_needed")
    try:
        return Meeting(form.get("course", ""), parse_day(parts[0]), int(parts[1]), int(parts[2]),
                       form.get("room") or None)  # fmt: skip
    except ValueError as error:
        raise DomainError("slot_needed") from error


def _time(slug: str, given: Any, wrong: str = "") -> str:
    today = drafts.moment().today
    group = study_groups.page(db.session, slug, today)
    chosen = next((one for one in group.courses if one.id == given.get("course")), None)
    chosen = chosen or (group.courses[0] if group.courses else None)
    search = _search(given, today)
    found = study_times.find(db.session, group, chosen, search)
    names = {member.id: member.name for member in group.members}
    if chosen and chosen.teacher_id:
        names[chosen.teacher_id] = chosen.teacher
    return render_template(
        "study_groups/time.html", group=group, chosen=chosen, search=search, found=found, wrong=wrong, today=today,
        names=names, weekday=_weekday, why=lambda what: _why(found, what), places=access.may(Action.DAY_EDIT),
        weeks=study_times.WEEKS, room=given.get("room", ""),
    )  # fmt: skip


def _search(given: Any, today: date) -> Search:
    coming = monday(today) + timedelta(days=7)
    try:
        first = parse_day(given["first"]) if given.get("first") else coming
    except SyncError:
        first = coming
    weeks = given.get("weeks", "4")
    judged = int(weeks) if weeks in {str(n) for n in study_times.WEEKS} else 4
    return Search(min(max(first, today + timedelta(days=1)), today + FAR), given.get("weekly", "1") == "1", judged,
                  given.get("online") == "1")  # fmt: skip


def _why(found: Times, what: str) -> str:
    """What keeps somebody: a lesson of a class, or a word."""
    if what in found.lessons:
        return course(*found.lessons[what])
    return str(REASONS.get(what, what))

