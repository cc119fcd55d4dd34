"""Movement of students: the list of a month or a term with its balance, and the forms that note a movement."""

import base64
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from random import SystemRandom
from typing import Any

from apiflask import APIBlueprint
from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Group, Person
from server.naming import capital
from server.policy import Action, Realm
from server.services import export, movement, movement_report, moving, people
from server.services.lesson_list import classes
from server.services.movement_report import Span
from server.services.moving import Clerk, Newcomer, Order
from server.services.weeks import parse_day
from server.web import access, drafts, words
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError

blueprint = APIBlueprint("movement", __name__, url_prefix="/movement", enable_openapi=False)
MOST_ABSENT = 1000  # names that a page may hand over
FIELDS = {  # where a refusal is shown
    "field_needed": "last", "date_invalid": "on", "value_invalid": "on", "movement_order": "on",
    "group_unknown": "group", "text_long": "reason",
}  # fmt: skip


def clerk() -> Clerk:
    """Who notes a movement in this request."""
    moment = drafts.moment()
    return Clerk(current_user.person_id, current_user.account_id, moment.at, moment.today,
                 SystemRandom().randrange, new_slug)  # fmt: skip


def new_slug() -> str:
    """A random name for addresses: eight lower-case letters and digits."""
    return base64.b32encode(secrets.token_bytes(5)).decode().lower()


def open_classes() -> list[Group]:
    """The classes a student can come to."""
    return classes(db.session, Group.kind == "class")


def order() -> Order:
    """The day, the order's number and the reason as typed. Raises DomainError date_invalid."""
    form = request.form
    return Order(parse_day(form.get("on", "")), form.get("order", ""), form.get("reason", ""))


# --- the list --------------------------------------------------------------------------------------------------


def _reach() -> frozenset[str] | None:
    """The groups whose movement this person may see; None means all."""
    realms = [access.realm(action) for action in (Action.PEOPLE_EDIT, Action.FIGURES_VIEW)]
    both = Realm(any(one.everything for one in realms), realms[0].groups | realms[1].groups, frozenset())
    return people.reachable(db.session, both)


def _span() -> Span:
    """The days asked for; this month when none are."""
    spans = movement_report.spans(db.session, drafts.moment().today)
    if not request.args.get("from"):
        return spans[0]
    first, last = parse_day(request.args["from"]), parse_day(request.args.get("to", ""))
    if last < first or (last - first).days > 3700:
        raise DomainError("value_invalid", field=_l("days"), value=f"{first} – {last}")
    return next((one for one in spans if (one.first, one.last) == (first, last)), Span(first, last))


@blueprint.get("/")
@needs(Action.PEOPLE_EDIT, Action.FIGURES_VIEW, scope=ANYWHERE)
def home() -> Any:
    """Who came, went and moved, with the orders, and how many each class had before and after."""
    wrong, status = "", 200
    try:
        span = _span()
    except DomainError as error:
        wrong, status = sentence_of(error), 422
        span = movement_report.spans(db.session, drafts.moment().today)[0]
    lines = movement_report.balance(db.session, span, _reach())
    return render_template(
        "movement/home.html", span=span, spans=movement_report.spans(db.session, drafts.moment().today), lines=lines,
        total=movement_report.total(numbers for _group, numbers in lines), kinds=words.MOVEMENTS, wrong=wrong,
        facts=movement.between(db.session, span.first, span.last, _reach()), may_note=access.may(Action.PEOPLE_EDIT),
        month=lambda day: capital(format_date(day, "LLLL yyyy")),
    ), status  # fmt: skip


@blueprint.get("/export.<any(xlsx, csv):format>")
@needs(Action.PEOPLE_EDIT, Action.FIGURES_VIEW, scope=ANYWHERE)
def download(format: str) -> Response:
    """The same as a file for Excel."""
    span, reach = _span(), _reach()
    names = {kind: str(name) for kind, name in words.MOVEMENTS.items()}
    tables = movement_report.tables(
        movement_report.balance(db.session, span, reach), movement.between(db.session, span.first, span.last, reach),
        names, str(get_locale()),
    )  # fmt: skip
    data = export.write_xlsx(tables) if format == "xlsx" else export.write_csv(tables)
    headers = {"Content-Disposition": f'attachment; filename="movement-{span.first}-{span.last}.{format}"'}
    return Response(data, mimetype=export.FORMATS[format], headers=headers)


# --- one student -----------------------------------------------------------------------------------------------


@blueprint.get("/student/<slug>")
@needs(Action.PEOPLE_EDIT)
def student(slug: str) -> str:
    """What was noted about a student, and the forms that can follow it."""
    return _student(people.person_by_slug(db.session, slug))


@blueprint.post("/student/<slug>")
@needs(Action.PEOPLE_EDIT)
def note(slug: str) -> Any:
    """Note a departure, a transfer, a return, or take the newest back."""
    person = people.person_by_slug(db.session, slug)
    act = request.form.get("act", "")
    try:
        if act not in ACTS:
            raise DomainError("bad_request")
        said = ACTS[act](person)
    except SyncError as error:
        db.session.expire_all()
        wrong = {FIELDS.get(error.code, "whole"): sentence_of(error)}
        return _student(person, act, wrong), entry_of(error).status
    flash(said)
    return redirect(url_for("movement.student", slug=slug), 303)


def _leave(person: Person) -> str:
    moving.depart([person.id], order(), clerk())
    return _("Noted: left the school. Nothing was deleted; it can be taken back below.")


def _transfer(person: Person) -> str:
    moving.transfer(person.id, request.form.get("group", ""), order(), clerk())
    return _("Noted: another class. The marks go along; it can be taken back below.")


def _back(person: Person) -> str:
    moving.come_back(person.id, request.form.get("group", ""), order(), clerk())
    return _("Noted: back at the school. It can be taken back below.")


def _undo(person: Person) -> str:
    moving.take_back(person.id, request.form.get("movement", ""), clerk())
    return _("Taken back.")


ACTS: Mapping[str, Callable[[Person], str]] = {"left": _leave, "transferred": _transfer, "back": _back, "undo": _undo}


def _student(person: Person, act: str = "", wrong: dict[str, str] | None = None) -> str:
    today = drafts.moment().today
    facts = movement.of_person(db.session, person.id)
    newest = [fact for fact in facts if fact.kind != "home_taught"]
    undoable = newest[-1].id if newest and (newest[-1].kind != "arrived" or len(newest) > 1) else ""
    typed = {name: request.form.get(name, "") for name in ("on", "order", "reason", "group")} if act else {}
    return render_template(
        "movement/student.html", person=person, name=people.full_name(person), facts=list(reversed(facts)),
        kinds=words.MOVEMENTS, undoable=undoable, classes=open_classes(), today=today, act=act, typed=typed,
        wrong=wrong or {}, sheet=people.sheet(db.session, person, today), is_gone=person.left_on is not None,
    )  # fmt: skip


# --- a new one, and several who left ---------------------------------------------------------------------------


@blueprint.get("/new")
@needs(Action.PEOPLE_EDIT)
def new() -> str:
    """An empty form for a student who arrives."""
    return _new({"on": drafts.moment().today.isoformat(), "group": request.args.get("class", "")})


@blueprint.post("/new")
@needs(Action.PEOPLE_EDIT)
def create() -> Any:
    """Store the new student, or show the form with what is wrong."""
    form = request.form
    typed = {name: form.get(name, "") for name in ("last", "first", "middle", "born", "sex", "group", "on", "order")}
    try:
        newcomer = Newcomer(typed["last"], typed["first"], typed["middle"], _born(typed["born"]), typed["sex"] or None)
        slug = moving.arrive(newcomer, typed["group"], order(), clerk(), is_other=form.get("other") == "1")
    except SyncError as error:
        known = str(error.data.get("slug", ""))
        return _new(typed, {_field(error): sentence_of(error)}, known, error.code), entry_of(error).status
    flash(_("Noted: a new student. Add the family's contacts with the next list."))
    return redirect(url_for("movement.student", slug=slug), 303)


def _born(typed: str) -> date:
    try:
        return parse_day(typed)
    except DomainError as error:
        raise DomainError("date_invalid", value=typed, born=True) from error


def _field(error: SyncError) -> str:
    if error.data.get("born") or str(error.data.get("field", "")) == str(_l("birth date")):
        return "born"
    if str(error.data.get("field", "")) == str(_l("first name")):
        return "first"
    return "whole" if error.code in ("student_known", "student_alike") else FIELDS.get(error.code, "whole")


def _new(typed: dict[str, str], wrong: dict[str, str] | None = None, known: str = "", code: str = "") -> str:
    return render_template("movement/new.html", typed=typed, wrong=wrong or {}, known=known, code=code,
                           classes=open_classes())  # fmt: skip


@blueprint.get("/leaving/<slug>")
@needs(Action.PEOPLE_EDIT)
def leaving(slug: str) -> str:
    """A class, to tick those who left together."""
    group = people.group_by_slug(db.session, slug)
    return _leaving(people.class_list(db.session, group, drafts.moment().today), group)


@blueprint.post("/leaving/<slug>")
@needs(Action.PEOPLE_EDIT)
def leave(slug: str) -> Any:
    """Note that all who are ticked left on one day."""
    group = people.group_by_slug(db.session, slug)
    return _leave_together(people.class_list(db.session, group, drafts.moment().today), group)


@blueprint.post("/absent")
@needs(Action.PEOPLE_EDIT)
def absent() -> Any:
    """Those whom a new list does not name, to tick who of them left. Posted: no name stands in an address."""
    named = set(request.form.getlist("name")[:MOST_ABSENT])
    today = drafts.moment().today
    found = {group.name: people.class_list(db.session, group, today) for group in open_classes()}
    listed = [one for students in found.values() for one in students if one.name in named]
    where = {one.slug: name for name, students in found.items() for one in students}  # namesakes are told apart by it
    return _leave_together(listed, None, where) if request.form.get("act") == "left" else _leaving(listed, None, where)


def _leave_together(
    listed: Sequence[people.Student], group: Group | None = None, classes: Mapping[str, str] | None = None
) -> Any:
    """``classes``: the class of each student, where they are of several."""
    ticked = set(request.form.getlist("person"))
    try:
        if not ticked:
            raise DomainError("field_needed", field=_l("who left"))
        if not ticked <= {one.slug for one in listed}:
            raise DomainError("student_not_here")
        count = moving.depart([one.id for one in listed if one.slug in ticked], order(), clerk())
    except SyncError as error:
        db.session.expire_all()
        where = "whole" if error.code == "field_needed" else FIELDS.get(error.code, "whole")
        return _leaving(listed, group, classes, ticked, {where: sentence_of(error)}), entry_of(error).status
    flash(ngettext("Noted: %(num)s student left. Each can be taken back on the student's page.",
                   "Noted: %(num)s students left. Each can be taken back on the student's page.", count))  # fmt: skip
    return redirect(url_for("movement.home"), 303)


def _leaving(
    listed: Sequence[people.Student], group: Group | None = None, classes: Mapping[str, str] | None = None,
    ticked: Collection[str] = (), wrong: dict[str, str] | None = None,
) -> str:  # fmt: skip
    typed = {name: request.form.get(name, "") for name in ("on", "order", "reason")}
    return render_template(
        "movement/leaving.html", group=group, students=listed, ticked=ticked, typed=typed, wrong=wrong or {},
        today=drafts.moment().today, classes=classes or {},
    )  # fmt: skip
