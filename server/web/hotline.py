"""For who answers the phone: one field that finds everybody, the student's sheet, the caller verified, the rota."""

import re
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import sentence_of
from server.extensions import db
from server.models import Person
from server.policy import Action, Scope
from server.security import school
from server.services import contacts, duty_week, finder, hotline, hotline_sheet, people, scopes, today, works
from server.services.contacts import Touch
from server.services.delivery import finding
from server.services.hotline import Call
from server.services.hotline_sheet import Caller, Sheet
from server.services.requests import Wish
from server.services.weeks import parse_week, week_days, week_name
from server.web import access, contact_words, drafts, hotline_call, hotline_words, words
from server.web.access import needs, signed_in
from server.web.deeds import author
from server.web.hotline_call import CallState
from server.web.marks import mark_label
from sync.errors import SyncError

blueprint = APIBlueprint("hotline", __name__, url_prefix="/hotline", enable_openapi=False)
FOUND = 20  # lines of a search
_CODE = re.compile(r"(?i)(?:[kк]1|л1).{14,}|(?:\d[\s-]*){9}")  # nine digits, or what a code reader types


def zone() -> ZoneInfo:
    """The school's zone."""
    return ZoneInfo(drafts.moment().zone)


def student_of(slug: str) -> Person:
    """The student of an address. Raises DomainError person_unknown."""
    return people.person_by_slug(db.session, slug)


def student_scope(person_id: str) -> Scope:
    """What the student belongs to."""
    return scopes.of_student(db.session, person_id, drafts.moment().today)


@blueprint.app_template_filter("minutes")
def minutes(seconds: int | None) -> str:
    """The length of a call: ``3:20``."""
    return f"{(seconds or 0) // 60}:{(seconds or 0) % 60:02d}"


@blueprint.get("/")
@needs(Action.HOTLINE_USE)
def home() -> str:
    """The search field, and the calls of today."""
    return _home()


@blueprint.post("/")
@needs(Action.HOTLINE_USE)
def find() -> Any:
    """What was found. A work's code leads to its student; one person alone is opened at once.

    Posted, so that a family's name stands in no address, history or log. A page with script asks for the lines only.
    """
    typed = request.form.get("q", "").strip()[:80]
    only_lines = request.headers.get("X-Fragment") == "lines"
    coded, wrong = _code_in(typed)
    if coded and not only_lines:
        return redirect(coded, 303)
    found = finder.finder().search(db.session, typed, drafts.moment().today, FOUND) if typed and not coded else []
    if only_lines:
        return render_template("hotline/lines.html", found=found, typed=typed, coded=coded, wrong=wrong, words=words)
    if len(found) == 1:
        return redirect(_address(found[0].entry), 303)
    return _home(typed, found, wrong)


def _address(entry: Any) -> str:
    return url_for("hotline.staff" if entry.kind == "staff" else "hotline.sheet", slug=entry.slug)


def _code_in(typed: str) -> tuple[str, str]:
    """(address, what is wrong) if the code of a work, a register or a pack was typed; a number that is no code may be
    a phone."""
    if not _CODE.fullmatch(typed):
        return "", ""
    row = school()
    if register := finding.leads_here(db.session, typed, row.id if row else ""):
        return url_for("registers.page", code=register, call=1), ""
    try:
        work = works.find(db.session, typed, row.id if row else "")
    except SyncError as error:
        return "", sentence_of(error)
    slug = db.session.get_one(Person, work.student_id).slug
    return url_for("hotline_topics.page", slug=slug, topic="return", work=work.code), ""


def _home(typed: str = "", found: Any = (), wrong: str = "") -> str:
    moment = drafts.moment()
    return render_template(
        "hotline/home.html", typed=typed, found=found, wrong=wrong, words=words, address_of=_address,
        calls=hotline.calls_of(db.session, current_user.person_id, moment.today, zone()),
        duty=today.duty(db.session, current_user.person_id, moment.at), OUTCOMES=contact_words.OUTCOMES,
    )  # fmt: skip


@blueprint.app_context_processor
def _address_of() -> dict[str, Any]:
    return {"hotline_address": _address}


@blueprint.get("/student/<slug>")
@needs(Action.HOTLINE_USE)
def sheet(slug: str) -> str:
    """The student's sheet; opening it begins the call."""
    moment, person = drafts.moment(), student_of(slug)
    call, fresh = hotline_call.begun(person.id, moment.at)
    if fresh:
        _recorded(person.id, "hotline.open", call)
    known = hotline_sheet.sheet(db.session, person, moment.at, moment.today)
    told = sees_marks(known, call) and _recorded(person.id, "hotline.marks", call)
    return render_template(
        "hotline/sheet.html", sheet=known, call=call, seconds=call.seconds(moment.at), told=told, words=words,
        absences=hotline_sheet.told_when_verified(db.session, person.id, moment.today) if told else [],
        topics=hotline_words.TOPICS, topic_codes=hotline_words.BY_CODE, OUTCOMES=contact_words.OUTCOMES,
        WAYS=hotline_words.WAYS, today=moment.today,
        caller=caller_of(known, call), mark_label=mark_label, STATES=hotline_words.APPOINTMENTS,
        may_see_works=access.may(Action.WORK_VIEW),
    )  # fmt: skip


def _recorded(student_id: str, action: str, call: CallState) -> bool:
    """Record a view. While nothing can be written the sheet is still read, without what must be recorded."""
    try:
        hotline.note_view(student_id, action, call.caller_id or None, call.how, author())
    except SyncError as error:
        flash(sentence_of(error), "error")
        return False
    return True


def caller_of(known: Sheet, call: CallState) -> Caller | None:
    """Who is on the phone, if that was said."""
    if call.caller_id == known.id:
        return Caller(known.id, known.name, "", known.phone, "", True)
    return next((one for one in known.callers if one.id == call.caller_id), None)


def sees_marks(known: Sheet, call: CallState) -> bool:
    """Whether marks and absences may be told now: the caller is verified, and may receive them."""
    caller = caller_of(known, call)
    return call.verified and caller is not None and caller.may_receive


@blueprint.post("/student/<slug>/verify")
@needs(Action.HOTLINE_USE)
def verify(slug: str) -> Any:
    """Say who calls and how they are known; without a way nothing is verified, and that can be taken back."""
    person, moment = student_of(slug), drafts.moment()
    known = hotline_sheet.head(db.session, person, moment.today)
    call, _fresh = hotline_call.begun(person.id, moment.at)
    caller, how = request.form.get("caller", ""), request.form.get("how", "")
    named = caller in {known.id, *(one.id for one in known.callers)}
    call = replace(call, caller_id=caller if named else "", how=how if named and how in hotline_call.WAYS else "")
    hotline_call.keep(call)
    if call.verified:
        hotline.note_view(person.id, "hotline.verified", call.caller_id, call.how, author())
        if not sees_marks(known, call):
            flash(_("This caller must not be told about marks and absences."), "error")
    return redirect(url_for("hotline.sheet", slug=slug), 303)


@blueprint.post("/student/<slug>/end")
@needs(Action.HOTLINE_USE)
def end(slug: str) -> Any:
    """The call is over: what nobody wrote down yet is noted as a call about other things."""
    person, moment = student_of(slug), drafts.moment()
    call, fresh = hotline_call.begun(person.id, moment.at)
    if not fresh and not call.noted and request.form.get("act") != "mistake":
        seconds = call.seconds(moment.at)
        touch = Touch(contacts.OTHER, person.id, call.caller_id or None, seconds=seconds, verified=call.how)
        hotline.log(Call(touch, f"end {person.id} {call.since.isoformat()}"), author(), zone())
    hotline_call.end(person.id)
    return redirect(url_for("hotline.home"), 303)


@blueprint.get("/staff/<slug>")
@needs(Action.HOTLINE_USE)
def staff(slug: str) -> str:
    """A colleague with a problem of their own."""
    return _staff(slug)


def _staff(slug: str, wrong: str = "") -> str:
    person, moment = student_of(slug), drafts.moment()
    call, _fresh = hotline_call.begun(person.id, moment.at)
    member = next((one for one in people.staff(db.session, moment.today) if one.id == person.id), None)
    return render_template(
        "hotline/staff.html", person=person, name=people.full_name(person), member=member, words=words, wrong=wrong,
        seconds=call.seconds(moment.at), past=contacts.of_person(db.session, person.id, 10), typed=request.form,
        key=request.form.get("key") or secrets.token_hex(8), OUTCOMES=contact_words.OUTCOMES,
    )  # fmt: skip


@blueprint.post("/staff/<slug>")
@needs(Action.HOTLINE_USE)
def note_staff(slug: str) -> Any:
    """Note the problem; unless it was settled on the phone, the coordinator gets it."""
    person, moment, form = student_of(slug), drafts.moment(), request.form
    call, _fresh = hotline_call.begun(person.id, moment.at)
    settled = form.get("act") == "settled"
    if not form.get("text", "").strip():
        return _staff(slug, _("Write down what the trouble is.")), 422
    seconds = hotline_call.seconds_of(form.get("length", ""), call.seconds(moment.at))
    outcome = contacts.ANSWERED if settled else contacts.PROMISED
    touch = Touch(contacts.STAFF, None, person.id, outcome=outcome, text=form["text"], seconds=seconds)
    wish = None if settled else Wish("staff", form["text"], person_id=person.id)
    try:
        done = hotline.log(Call(touch, form.get("key", "")[:64], wish), author(), zone())
    except SyncError as error:
        return _staff(slug, sentence_of(error)), 422
    hotline_call.end(person.id)
    flash(hotline_words.told(done))
    return redirect(url_for("hotline.home", noted=slug), 303)


@blueprint.get("/rota")
@signed_in
def rota() -> str:
    """Who answers when, a week; the hours in which nobody does are marked."""
    day, row = drafts.moment().today, school()
    asked = request.args.get("week", "")
    monday = parse_week(asked) if asked else week_days(day)[0]
    told = row.hotline_hours if row else ""
    days = duty_week.week(db.session, week_days(monday), told, zone())
    shown = [one for one in days if one.on.weekday() < 5 or one.shifts or one.hours]
    return render_template(
        "hotline/rota.html", days=shown, today=day, told=told, phone=row.hotline_phone if row else "",
        understood=any(one.hours for one in days), before=week_name(monday - timedelta(days=7)),
        after=week_name(monday + timedelta(days=7)), monday=monday,
    )  # fmt: skip
