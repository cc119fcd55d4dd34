"""Wishes about lessons: a person's lists, one wish with all that was said, and what can be done with it."""

from datetime import datetime, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import or_, select

from server.errors import DomainError, entry_of
from server.extensions import db
from server.models import LessonRequest, Room
from server.policy import Action, Scope
from server.security import school
from server.services import scopes
from server.services.weeks import parse_day
from server.services.wishes import asking, scheduling, wish_list
from server.services.wishes.scheduling import Choice, Proposal
from server.services.wishes.wish_list import WAITING, WishView
from server.web import access, drafts, wish_words
from server.web.access import signed_in
from server.web.deeds import author, rights
from sync.errors import SyncError

blueprint = APIBlueprint("wishes", __name__, url_prefix="/wishes", enable_openapi=False)
TOLD = timedelta(days=7)  # that long Today tells of a wish that was decided


@blueprint.get("/")
@signed_in
def home() -> str:
    """Wishes that wait, whose word is needed first; or those that ended."""
    ended = request.args.get("show") == "ended"
    office, me = access.may(Action.DAY_EDIT), current_user.person_id
    realm = access.realm(Action.LESSON_ASK, Action.DAY_EDIT)
    where = or_(wish_list.mine(me), wish_list.within(realm)) if realm else wish_list.mine(me)
    found = wish_list.listed(db.session, where, wish_list.ENDED if ended else WAITING, 100 if ended else 300)
    return render_template(
        "wishes/home.html", found=found, ended=ended, words=wish_words, office=office,
        for_me=[one for one in found if one.state == "open" and me in {who.person_id for who in one.waits_for}],
        asks=access.may_somewhere(Action.LESSON_ASK),
    )  # fmt: skip


def on_today(moment: datetime) -> dict[str, Any]:
    """What Today says of wishes: whose word is mine, what the office is to schedule, what became of my own."""
    office = access.may(Action.DAY_EDIT)
    answer, schedule, decided = wish_list.for_today(db.session, current_user.person_id, moment - TOLD, office)
    return {"to_agree": answer, "to_schedule": schedule, "decided_wishes": decided, "wish_words": wish_words}


@blueprint.get("/<wish_id>")
@signed_in
def page(wish_id: str) -> str:
    """One wish."""
    return _page(_seen(wish_id))


@blueprint.post("/<wish_id>")
@signed_in
def act(wish_id: str) -> Any:
    """Carry out what a button says; what is wrong is said and what was typed stays."""
    one, form = _seen(wish_id), request.form
    act_id = ""
    try:
        if form.get("act") == "schedule":
            access.demand(Action.DAY_EDIT)
            act_id = scheduling.schedule(one.id, _choice(one), author(), rights(), form.get("remark", ""), _topic())
        else:
            flash(_do(one, form.get("act", ""), form.get("remark", "")))
    except SyncError as error:
        db.session.rollback()
        if error.code == "forbidden":
            raise
        return _page(_seen(wish_id), error), entry_of(error).status
    return redirect(f"/changes/{act_id}" if act_id else url_for("wishes.page", wish_id=wish_id), 303)


def _do(one: WishView, wanted: str, remark: str) -> str:
    by = author()
    if wanted in ("yes", "no"):
        asking.answer(one.id, wanted == "yes", remark, by)
        return _("You agreed.") if wanted == "yes" else _("You did not agree; who asked is told why.")
    if wanted == "withdraw":
        if not _owns(one):
            raise DomainError("forbidden")
        asking.withdraw(one.id, remark, by)
        return _("The wish is withdrawn.")
    if wanted in ("refuse", "take_back"):
        access.demand(Action.DAY_EDIT)
        if wanted == "refuse":
            asking.refuse(one.id, remark, by)
            return _("The wish is refused; who asked is told why.")
        scheduling.take_back(one.id, by)
        return _("The wish waits for another time.")
    raise DomainError("bad_request")


def _choice(one: WishView) -> Choice | None:
    """The place that was chosen: one of the list, or a day and number of one's own."""
    if one.kind == "cancel":
        return None
    form, row = request.form, db.session.get_one(LessonRequest, one.id)
    slot = form.get("slot", "")
    if slot == "other":
        try:
            number = int(form.get("n", ""))
        except ValueError as error:
            raise DomainError("slot_needed") from error
        return Choice(parse_day(form.get("on", "")), number, scheduling.shift_of(db.session, row), _room(""))
    parts = slot.split("|")
    if len(parts) != 5:
        raise DomainError("slot_needed")
    day, n, shift, room, swap = parts
    try:
        return Choice(parse_day(day), int(n), int(shift), _room(room), swap)
    except ValueError as error:
        raise DomainError("slot_needed") from error


def _room(proposed: str) -> str | None:
    return request.form.get("room", "") or proposed or None


def _topic() -> str:
    """What a consultation is called in the timetable, in the school's language."""
    row = school()
    with force_locale(row.locale if row else "ru"):
        return _("Consultation")


def _seen(wish_id: str) -> WishView:
    """A wish that this person has to do with. Raises DomainError forbidden, not_found (not to who may nothing)."""
    try:
        one = wish_list.one(db.session, wish_id)
    except DomainError as error:
        if not access.may_somewhere(Action.LESSON_ASK, Action.DAY_EDIT):
            raise DomainError("forbidden") from error
        raise
    involved = {one.asked_by_id, one.entered_by_id, *(who.person_id for who in one.consents)}
    if current_user.person_id not in involved and not access.may(Action.DAY_EDIT) and not _owns(one):
        raise DomainError("forbidden")
    return one


def _owns(one: WishView) -> bool:
    """Asked for it, wrote it down, or may ask for such things there."""
    if current_user.person_id in (one.asked_by_id, one.entered_by_id):
        return True
    return access.may(Action.LESSON_ASK, scope_of(one.course_id, one.student_id))


def scope_of(course_id: str, student_id: str | None) -> Scope:
    """What a wish touches: its course, and the classes of the student who wants it."""
    course = scopes.of_course(db.session, course_id)
    if not student_id:
        return course
    student = scopes.of_student(db.session, student_id, drafts.moment().today)
    return Scope(course.groups | student.groups, course.courses)


def _page(one: WishView, wrong: SyncError | None = None) -> str:
    today, office = drafts.moment().today, access.may(Action.DAY_EDIT)
    schedules = office and one.state == "agreed"
    offered: list[Proposal] = []
    if schedules and one.kind != "cancel":
        offered = scheduling.proposals(db.session, db.session.get_one(LessonRequest, one.id), today)
    rooms = dict(db.session.execute(select(Room.id, Room.name).order_by(Room.name)).all()) if schedules else {}
    me = next((who for who in one.consents if who.person_id == current_user.person_id), None)
    became = scheduling.became(db.session, one.act_id) if one.act_id else None
    return render_template(
        "wishes/page.html", one=one, words=wish_words, wrong=wrong, typed=request.form, office=office,
        schedules=schedules, offered=offered, rooms=rooms, me=me if one.state == "open" else None, owns=_owns(one),
        became=became, told=_told(one, became), today=today,
    )  # fmt: skip


def _told(one: WishView, became: scheduling.Place | None) -> str:
    """What the family is told of how it ended; nobody's name stands in it."""
    if one.state not in ("scheduled", "refused") or one.student_id is None:
        return ""
    if one.state == "refused":
        return _("You asked for: %(what)s (%(subject)s). It cannot be done: %(why)s", what=wish_words.KINDS[one.kind],
                 subject=one.subject, why=one.outcome)  # fmt: skip
    if one.kind == "cancel" or became is None:
        return _("You asked for: %(what)s (%(subject)s). It is done.", what=wish_words.KINDS[one.kind],
                 subject=one.subject)  # fmt: skip
    day = format_date(became.on, "EEEE, d MMMM")
    when = _("%(day)s, lesson %(n)s", day=day, n=became.n) + (f" ({became.starts})" if became.starts else "")
    return _("You asked for: %(what)s (%(subject)s). It is on %(when)s.", what=wish_words.KINDS[one.kind],
             subject=one.subject, when=when)  # fmt: skip
