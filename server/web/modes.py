"""Modes of teaching: distance, mixed or in person for the school, a class or a student, and the lessons' forms."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from server import naming
from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Group, LessonForm, ModePeriod, ModeReason, Person
from server.policy import Action
from server.reference.modes import FROST
from server.services import lesson_list, people
from server.services.days import mode_periods
from server.services.days.mode_periods import Proposal, Proposals, Told
from server.services.days.modes import DISTANCE, MODES
from server.services.home_names import home_names
from server.services.weeks import parse_day
from server.web import access, drafts
from server.web.access import needs
from server.web.deeds import author, rights
from sync.errors import SyncError

blueprint = APIBlueprint("modes", __name__, url_prefix="/modes", enable_openapi=False)
NAMES = {"in_person": _l("at school, in person"), "distance": _l("at a distance"), "mixed": _l("mixed")}
AT_ONCE = 120  # lines of proposals on one page; more are shown day by day


@blueprint.get("/")
@needs(Action.DAY_EDIT)
def home() -> str:
    """What holds and what is to come, and a form for more."""
    return _home()


def _home(wrong: str = "") -> str:
    today = drafts.moment().today
    knows = access.may(Action.PEOPLE_VIEW)
    rows = mode_periods.listed(db.session, today, with_students=knows)
    groups = [group for group in lesson_list.classes(db.session) if group.kind == "class"]
    slug = request.values.get("klass", "")
    chosen = next((group for group in groups if group.slug == slug), None)
    students = people.class_list(db.session, chosen, today) if chosen and knows else []
    return render_template(
        "modes/home.html", rows=rows, today=today, tomorrow=today + timedelta(days=1), scope=_scopes(rows),
        reasons=_reasons(), modes=[(code, NAMES[code]) for code in MODES], groups=groups, klass=slug,
        students=students, knows=knows, names=NAMES, wrong=wrong, typed=request.form,
        grades=sorted({group.grade for group in groups if group.grade}), longest=mode_periods.LONGEST,
    )  # fmt: skip


def _reasons() -> dict[str, str]:
    rows = db.session.execute(select(ModeReason.code, ModeReason.name).order_by(ModeReason.position))
    return {code: _(name) for code, name in rows}


def _scopes(rows: Iterable[ModePeriod]) -> dict[str, str]:
    """For whom each row holds, in words."""
    rows = list(rows)
    groups = dict(db.session.execute(
        select(Group.id, Group.name).where(Group.id.in_({row.group_id for row in rows if row.group_id}))).all())
    students = {one.id: people.short_name(one) for one in db.session.scalars(
        select(Person).where(Person.id.in_({row.student_id for row in rows if row.student_id})))}  # fmt: skip
    return {
        row.id: naming.klass(groups[row.group_id]) if row.group_id
        else students[row.student_id] if row.student_id else _("All classes of the school")
        for row in rows
    }  # fmt: skip


@blueprint.post("/")
@needs(Action.DAY_EDIT)
def begin() -> Any:
    """Keep a mode; a distance mode goes on to the forms of its lessons."""
    form = request.form
    try:
        told = Told(
            form.get("mode", ""), parse_day(form.get("since", "")), _day_or_none(form.get("until", "")),
            form.get("reason", ""), _groups(form.getlist("group"), form.get("scope", "")), _student(),
            form.get("order_no", "").strip(), form.get("note", "").strip(),
        )  # fmt: skip
        ids = mode_periods.start(told, author())
    except SyncError as error:
        db.session.rollback()
        return _home(sentence_of(error)), entry_of(error).status
    flash(_("Kept."))
    if told.mode == DISTANCE and not told.student:
        return redirect(url_for("modes.lessons", period_id=ids[0]), 303)
    return redirect(url_for("modes.home"), 303)


def _day_or_none(text: str) -> date | None:
    return parse_day(text) if text.strip() else None


def _groups(slugs: list[str], scope: str) -> tuple[str, ...]:
    if scope != "groups":
        return ()
    if not slugs:
        raise DomainError("group_unknown", name="")
    return tuple(people.group_by_slug(db.session, slug).id for slug in slugs)


def _student() -> str:
    if request.form.get("scope") != "student":
        return ""
    access.demand(Action.PEOPLE_VIEW)
    return people.person_by_slug(db.session, request.form.get("student", "")).id


@blueprint.post("/frost")
@needs(Action.DAY_EDIT)
def frost() -> Any:
    """A frost day for the grades chosen: their classes are at a distance that day."""
    try:
        on = parse_day(request.form.get("day", ""))
        grades = {int(grade) for grade in request.form.getlist("grade") if grade.isascii() and grade.isdecimal()}
        classes = [group.id for group in lesson_list.classes(db.session)
                   if group.kind == "class" and group.grade in grades]  # fmt: skip
        if not classes:
            raise DomainError("value_invalid", field=_("Grades"), value="")
        ids = mode_periods.start(Told(DISTANCE, on, on, FROST, tuple(classes)), author())
    except SyncError as error:
        db.session.rollback()
        return _home(sentence_of(error)), entry_of(error).status
    flash(ngettext("Frost day for %(num)s class.", "Frost day for %(num)s classes.", len(ids)))
    return redirect(url_for("modes.lessons", period_id=ids[0]), 303)


@blueprint.post("/<period_id>/end")
@needs(Action.DAY_EDIT)
def end(period_id: str) -> Any:
    """The mode holds until a day; afterwards lessons can go back to their forms."""
    row = _period(period_id)
    try:
        last = parse_day(request.form.get("last", ""))
        kept = last >= row.since and not row.student_id
        mode_periods.end(period_id, last, author())
    except SyncError as error:
        db.session.rollback()
        return _home(sentence_of(error)), entry_of(error).status
    flash(_("Ended."))
    return redirect(url_for("modes.lessons", period_id=period_id) if kept else url_for("modes.home"), 303)


def _period(period_id: str) -> ModePeriod:
    row = db.session.get(ModePeriod, period_id)
    if row is None:
        raise DomainError("not_found")
    if row.student_id:
        access.demand(Action.PEOPLE_VIEW)
    return row


@blueprint.get("/<period_id>/lessons")
@needs(Action.DAY_EDIT)
def lessons(period_id: str) -> str:
    """The forms that the lessons of the mode could take, each with its reason, to be altered before they are taken."""
    return _lessons(period_id)


def _lessons(period_id: str, wrong: str = "") -> str:
    row, today = _period(period_id), drafts.moment().today
    found = mode_periods.proposals(db.session, period_id, today)
    by_day = Counter(one.lesson.on for one in found.lines)
    asked = request.values.get("day", "")
    on = parse_day(asked) if asked else (min(by_day) if len(found.lines) > AT_ONCE else None)
    lines = [one for one in found.lines if on is None or one.lesson.on == on]
    forms = {code: _(name) for code, name in db.session.execute(
        select(LessonForm.code, LessonForm.name).order_by(LessonForm.position))}  # fmt: skip
    return render_template(
        "modes/lessons.html", row=row, scope=_scopes([row])[row.id], names=NAMES, lines=lines, found=found, on=on,
        by_day=sorted(by_day.items()), forms=forms, why=_why, naming=naming, groups=_group_names(found),
        classes=_classes(found), typed=request.form, wrong=wrong,
    )  # fmt: skip


def _group_names(found: Proposals) -> dict[str, str]:
    facts = found.days.facts
    apart = {one.part.group for one in found.lines if facts.groups[one.part.group].kind == "individual"}
    home = home_names(db.session, apart) if access.may(Action.PEOPLE_VIEW) else {}
    return {one.part.group: home.get(one.part.group) or facts.group_name(one.part.group) for one in found.lines}


def _classes(found: Proposals) -> list[Any]:
    """The classes whose families are to be reached otherwise now."""
    facts = found.days.facts
    known = {facts.class_of(one.part.group).id for one in found.lines if one.reach}
    return sorted((facts.groups[id] for id in known), key=lambda group: (group.grade or 99, group.name))


def _why(one: Proposal) -> str:
    """The counted reason of a proposal."""
    own = one.reach
    if own is None:
        return _("as it was before")
    if one.form == "tv":
        return _("a broadcast is linked")
    if one.form == "live":
        return ngettext("%(num)s student has good internet and a device of their own",
                        "all %(num)s students have good internet and a device of their own", own.students)  # fmt: skip
    text = _("%(internet)s of %(all)s have internet", internet=own.internet, all=own.students)
    if one.form == "self" and own.without:
        text += "; " + ngettext("%(num)s needs paper", "%(num)s need paper", own.without)
    return text


@blueprint.post("/<period_id>/lessons")
@needs(Action.DAY_EDIT)
def accept(period_id: str) -> Any:
    """Give the lessons of the day shown, or all, their forms."""
    _period(period_id)
    form = request.form
    try:
        on = parse_day(form.get("day", "")) if form.get("day") and form.get("act") != "all" else None
        found = mode_periods.proposals(db.session, period_id, drafts.moment().today)
        chosen = {name.removeprefix("form-"): value for name, value in form.items() if name.startswith("form-")}
        done = mode_periods.accept(db.session, found, chosen, author(), rights(), on=on)
    except SyncError as error:
        db.session.rollback()
        return _lessons(period_id, sentence_of(error)), entry_of(error).status
    return redirect(f"/changes/{done}", 303)
