"""One page for each thing a caller may want: what is to be read out, what is written down, what is promised."""

import secrets
from dataclasses import replace
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import Person
from server.naming import ROLE_NAMES
from server.policy import Action
from server.reference import FORMS
from server.services import (
    absences,
    appointment_list,
    hotline,
    hotline_sheet,
    reception,
    request_list,
    requests,
    student_days,
)
from server.services.appointments import CHANNELS, Booking
from server.services.contacts import ANSWERED, PROMISED, Touch
from server.services.hotline import Call, Logged
from server.services.hotline_sheet import Sheet
from server.services.requests import Wish
from server.services.weeks import parse_day, parse_moment
from server.web import access, drafts, hotline_call, hotline_dictated, hotline_words
from server.web.access import needs
from server.web.hotline import author, student_of, student_scope, zone
from server.web.hotline_call import CallState
from server.web.hotline_words import BY_CODE, Topic
from sync.errors import SyncError

blueprint = APIBlueprint("hotline_topics", __name__, url_prefix="/hotline/student", enable_openapi=False)
TEXT_NEEDED = {"files", "technical", "complaint", "other", "absence"}
MEETINGS = {"consultation", "reception"}
TIMES = 9  # free times that are offered at once, one for each key
BACK = 14  # days in which a lesson to be repeated lies
FIELDS = {
    "text_needed": "text", "text_long": "text", "comment_long": "text", "date_invalid": "due", "slot_taken": "time",
    "slot_in_lesson": "time", "date_order": "from", "letter_unknown": "letter", "code_format": "code",
    "code_check": "code", "code_unknown": "code", "code_of_another": "code",
}  # fmt: skip


def _topic(code: str) -> Topic:
    if code not in BY_CODE:
        raise DomainError("not_found")
    return BY_CODE[code]


@blueprint.get("/<slug>/<topic>")
@needs(Action.HOTLINE_USE)
def page(slug: str, topic: str) -> str:
    """What is to be read out and the form that notes it."""
    return _page(student_of(slug), _topic(topic), MultiDict(request.args))


@blueprint.post("/<slug>/<topic>")
@needs(Action.HOTLINE_USE)
def save(slug: str, topic: str) -> Any:
    """Note the call; whatever is wrong is said beside what was typed."""
    person, wanted, moment = student_of(slug), _topic(topic), drafts.moment()
    known = hotline_sheet.head(db.session, person, moment.today)
    call, _fresh = hotline_call.begun(person.id, moment.at)
    try:
        done = _save(known, wanted, call)
    except SyncError as error:
        db.session.rollback()
        return _page(person, wanted, request.form, {FIELDS.get(error.code, "form"): sentence_of(error)}), 422
    hotline_call.noted(replace(call, caller_id=_caller(known, call)), moment.at)
    flash(hotline_words.told(done))
    return redirect(url_for("hotline.sheet", slug=slug, noted=topic), 303)


def _save(known: Sheet, topic: Topic, call: CallState) -> Logged:
    form = request.form
    if topic.code in TEXT_NEEDED and not form.get("text", "").strip():
        raise DomainError("text_needed")
    settled = form.get("act") == "answered" or (not topic.kind and form.get("act") != "promise")
    text, booking = form.get("text", ""), None
    if topic.code == "return":
        text = hotline_dictated.hand_in(known, form)
    elif topic.code == "absence":
        settled, text = hotline_dictated.absence(known, form)
    elif topic.code == "task":
        text = "\n".join(filter(None, (*form.getlist("read"), text)))
    elif topic.code == "repeat":
        text = "\n".join(filter(None, (form.get("lesson", ""), text)))
    elif topic.code in MEETINGS:
        booking = _booking(known, form, call)
    wish = None if settled else _wish(known, topic, call, text)
    touch = _touch(known, topic, call, settled or booking is not None, text)
    return hotline.log(Call(touch, form.get("key", "")[:64], wish, booking), author(), zone())


def _touch(known: Sheet, topic: Topic, call: CallState, settled: bool, text: str) -> Touch:
    caller = _caller(known, call)
    how = call.how if caller == call.caller_id else ""  # another caller was not verified
    seconds = hotline_call.seconds_of(request.form.get("length", ""), call.seconds(drafts.moment().at))
    return Touch(topic.code, known.id, caller or None, outcome=ANSWERED if settled else PROMISED, text=text,
                 seconds=seconds, verified=how)  # fmt: skip


def _caller(known: Sheet, call: CallState) -> str:
    """Who is on the phone, as this form says, else as was said before."""
    chosen = request.form.get("caller", call.caller_id)
    return chosen if chosen in {known.id, *(one.id for one in known.callers)} else ""


def _wish(known: Sheet, topic: Topic, call: CallState, text: str) -> Wish:
    form = request.form
    due = parse_day(form["due"]) if form.get("due") else None
    host = _host(form) if topic.code in MEETINGS else None
    caller, owner = _caller(known, call) or None, form.get("owner") or None
    return Wish(topic.kind or "other", text, known.id, caller, host, owner, due)


def _host(form: Any) -> str:
    slug = form.get("host", "")
    if not slug:
        raise DomainError("field_needed", field=_("with whom"))
    return student_of(slug).id


def _booking(known: Sheet, form: Any, call: CallState) -> Booking | None:
    """The time that was agreed on the phone, or None: times will be proposed."""
    if not form.get("time"):
        return None
    starts, _bar, minutes = form["time"].partition("|")
    channel = form.get("channel", CHANNELS[0])
    try:
        return Booking(_host(form), parse_moment(starts), int(minutes), channel, known.id,
                       _caller(known, call) or None)  # fmt: skip
    except ValueError as error:
        raise DomainError("bad_request") from error


def _page(person: Person, topic: Topic, typed: Any, wrong: dict[str, str] | None = None) -> str:
    moment = drafts.moment()
    call, _fresh = hotline_call.begun(person.id, moment.at)
    known = _known(person, topic)
    return render_template(
        "hotline/topic.html", sheet=known, topic=topic, call=call, typed=typed, wrong=wrong or {}, today=moment.today,
        seconds=call.seconds(moment.at), key=typed.get("key") or secrets.token_hex(8), words=hotline_words,
        needs_text=topic.code in TEXT_NEEDED, forms=FORMS, role_names=ROLE_NAMES, **_promise(known, topic),
        **_more(known, topic, typed),
    )  # fmt: skip


def _known(person: Person, topic: Topic) -> Sheet:
    moment = drafts.moment()
    if topic.code in ("timetable", "task", "return", "paper_pack"):
        return hotline_sheet.sheet(db.session, person, moment.at, moment.today)
    return hotline_sheet.head(db.session, person, moment.today)


def _promise(known: Sheet, topic: Topic) -> dict[str, Any]:
    """Who would keep a promise, and until when, unless the operator says otherwise."""
    by = author()
    kind = request_list.kinds(db.session)[topic.kind or "other"]
    owner = requests.owner_for(db.session, kind.role, known.id, by)
    name = hotline_sheet.name_of(db.session, owner)
    others = [(host.id, host.name) for host in appointment_list.hosts(db.session, by.today) if host.id != owner]
    return {"due": requests.due(kind.days, by.today), "owner": name, "owners": others}


def _more(known: Sheet, topic: Topic, typed: Any) -> dict[str, Any]:
    """What a topic needs beside the common form."""
    if topic.code in MEETINGS:
        return _meeting(known, topic, typed)
    if topic.code == "task":
        ids = [work.view.task_id for work in (*known.missing, *known.to_do)]
        return {"texts": hotline_sheet.task_texts(db.session, ids)}
    if topic.code == "return":
        return hotline_dictated.what_is_dictated(known, typed)
    if topic.code == "absence":
        may_set = access.may(Action.ABSENCE_SET, student_scope(known.id))
        return {"letters": absences.letters(db.session), "may_set": may_set, "draft": drafts.fresh([])}
    if topic.code == "repeat":
        today = drafts.moment().today
        first = date.fromordinal(today.toordinal() - BACK)
        return {"lessons": student_days.between(db.session, known.standing, first, today)[::-1]}
    return {}


def _meeting(known: Sheet, topic: Topic, typed: Any) -> dict[str, Any]:
    """Whom one can meet; once somebody was chosen, their next free times."""
    moment = drafts.moment()
    if slug := typed.get("host"):
        host = student_of(slug)
        times = reception.free_times(db.session, host.id, moment.at, zone())
        return {"host": host, "host_name": hotline_sheet.name_of(db.session, host.id), "times": times[:TIMES],
                "CHANNELS": [(code, hotline_words.MEETINGS[code]) for code in CHANNELS]}  # fmt: skip
    if topic.code == "reception":
        people = appointment_list.hosts(db.session, moment.today, appointment_list.ADMINISTRATION)
        return {"hosts": [(host.slug, host.name, host.roles) for host in people]}
    teachers = hotline_sheet.teachers(db.session, known, moment.today)
    return {"hosts": [(one.slug, one.name, one.what) for one in teachers]}
