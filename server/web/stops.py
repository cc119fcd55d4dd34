"""Stops: the round on which paper is handed over, who belongs to each, and whom one could be proposed for."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Person
from server.policy import Action, Scope
from server.services import people, scopes
from server.services.delivery import places, stop_list, stops
from server.services.delivery.paper import KINDS
from server.services.delivery.registers import Doer
from server.services.delivery.stop_list import Kid
from server.services.delivery.stops import Words
from server.web import access, deeds, drafts
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError

blueprint = APIBlueprint("stops", __name__, url_prefix="/stops", enable_openapi=False)
MOST_TYPED = 80  # characters of a search
SCHOOL, UNDO = "school", "undo"  # where students are put, beside ids of stops
WHY = {"sibling": _l("a brother or sister is there"), "address": _l("another family of this address is there")}


def doer() -> Doer:
    """Who sends this request, and when."""
    by = deeds.author()
    return Doer(by.person_id, by.account_id, by.now, by.today)


def my_classes() -> frozenset[str] | None:
    """Ids of the groups whose delivery this person manages; None: the whole school's."""
    return people.reachable(db.session, access.realm(Action.DELIVERY_MANAGE))


def _kids() -> list[Kid]:
    """The students whose delivery this person manages, read once a request."""
    if "delivery_kids" not in g:
        g.delivery_kids = stop_list.kids(db.session, drafts.moment().today, my_classes())
    return g.delivery_kids


@blueprint.get("/")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def home() -> str:
    """The round, and students who perhaps belong to a stop."""
    return _home()


@blueprint.post("/")
@needs(Action.DELIVERY_MANAGE)
def create() -> Any:
    """A new stop at the end of the round."""
    try:
        stop_id = stops.add(_words(), doer())
    except SyncError as error:
        return _home(sentence_of(error)), entry_of(error).status
    flash(_("The stop is added. Now say who gets paper there."))
    return redirect(url_for("stops.page", stop_id=stop_id), 303)


def _home(wrong: str = "") -> str:
    today = drafts.moment().today
    served = places.open_stops(db.session, today)
    return render_template(
        "stops/home.html", lines=stop_list.round_of(db.session, _kids()), wrong=wrong, typed=request.form,
        proposals=stop_list.proposals(db.session, _kids(), served), KINDS=KINDS, WHY=WHY, may_edit=_may_edit(),
        at_school=sum(kid.stop_id not in served for kid in _kids()),
    )  # fmt: skip


def _may_edit() -> bool:
    return access.may(Action.DELIVERY_MANAGE)


def _words() -> Words:
    form = request.form
    try:
        days = int(form.get("days", "").strip() or 7)
    except ValueError as error:
        raise DomainError("value_invalid", value=form["days"][:20], field=_("days of the way back")) from error
    if not 0 <= days <= stops.MOST_DAYS:
        raise DomainError("value_invalid", value=str(days)[:20], field=_("days of the way back"))
    return Words(form.get("name", ""), form.get("kind", ""), form.get("contact", ""), form.get("note", ""), days)


@blueprint.get("/<stop_id>")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def page(stop_id: str) -> str:
    """A stop: what is known of it, who belongs to it, and a class to choose more from."""
    return _page(stop_id)


@blueprint.post("/<stop_id>")
@needs(Action.DELIVERY_MANAGE)
def save(stop_id: str) -> Any:
    """Change a stop, its place in the round, close it or open it again."""
    act, by = request.form.get("act", "edit"), doer()
    try:
        if act in ("up", "down"):
            stops.order(stop_id, act == "up", by)
            return redirect(f"{url_for('stops.home')}#stop-{stop_id}", 303)
        if act == "close":
            _told_closed(stops.close(stop_id, request.form.get("instead") or None, by))
        elif act == "reopen":
            stops.reopen(stop_id, by)
            flash(_("The stop is served again."))
        else:
            stops.edit(stop_id, _words(), by)
            flash(_("Saved."))
    except SyncError as error:
        if error.code == "stop_unknown":
            raise
        return _page(stop_id, wrong=sentence_of(error)), entry_of(error).status
    return redirect(url_for("stops.page", stop_id=stop_id), 303)


def _told_closed(done: stops.Closed) -> None:
    text = ngettext("The stop is closed; %(num)s student gets paper elsewhere now.",
                    "The stop is closed; %(num)s students get paper elsewhere now.", done.students)  # fmt: skip
    if done.packs:
        text += " " + ngettext("%(num)s pack moved to another register: print it anew.",
                               "%(num)s packs moved to other registers: print them anew.", done.packs)  # fmt: skip
    flash(text)


@blueprint.post("/<stop_id>/find")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def find(stop_id: str) -> str:
    """The same with whom the search found. Posted, so that no name stands in an address."""
    return _page(stop_id, request.form.get("q", "").strip()[:MOST_TYPED])


@blueprint.post("/<stop_id>/people")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def put(stop_id: str) -> Any:
    """Put the ticked students to this stop, or with ``to`` elsewhere; brothers and sisters along, if that is ticked."""
    to = request.form.get("to", stop_id)
    ids = _chosen(request.form.getlist("student"), bool(request.form.get("family")))
    _place(ids, to)
    return redirect(url_for("stops.page", stop_id=stop_id, group=request.form.get("group") or None), 303)


@blueprint.post("/put")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def propose() -> Any:
    """Take proposals over: each ticked one names a student and a stop."""
    known = {kid.id for kid in _kids()}
    wanted: dict[str, list[str]] = {}
    for pair in request.form.getlist("proposal"):
        student, _colon, stop = pair.partition(":")
        if student not in known:
            raise DomainError("forbidden")
        wanted.setdefault(stop, []).append(student)
    if not wanted:
        flash(_("Tick at least one student."), "error")
    done = sum(len(stops.place(students, stop, doer())) for stop, students in wanted.items())
    if done:
        flash(ngettext("%(num)s student put to a stop.", "%(num)s students put to stops.", done))
    return redirect(url_for("stops.home"), 303)


@blueprint.post("/student/<slug>")
@needs(Action.DELIVERY_MANAGE, scope=lambda slug: _student_scope(slug))
def of_student(slug: str) -> Any:
    """From a student's page: this student, or the whole household."""
    person = people.person_by_slug(db.session, slug)
    _place(_chosen([person.id], bool(request.form.get("family"))), request.form.get("to", ""))
    return redirect(url_for("people.student", slug=slug), 303)


@blueprint.post("/household/<key>")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def of_household(key: str) -> Any:
    """From a household's page: all its students whose delivery this person manages."""
    ids = [kid.id for kid in _kids() if kid.household == key]
    if not ids:
        raise DomainError("household_changed")
    _place(ids, request.form.get("to", ""))
    return redirect(url_for("households.page", key=key), 303)


def _student_scope(slug: str) -> Scope:
    person = people.person_by_slug(db.session, slug)
    return scopes.of_student(db.session, person.id, drafts.moment().today)


def _chosen(ids: list[str], family: bool) -> list[str]:
    """The students meant, siblings along. Raises DomainError forbidden for those of others."""
    known = {kid.id: kid for kid in _kids()}
    if not set(ids) <= known.keys():
        raise DomainError("forbidden")
    if family:
        ids = [*ids, *(one.id for id in ids for one in stop_list.together(_kids(), known[id]))]
    return sorted(set(ids))


def _place(ids: list[str], to: str) -> None:
    if not to:
        raise DomainError("bad_request")
    if not ids:
        flash(_("Tick at least one student."), "error")
        return
    done = stops.place(ids, None if to == SCHOOL else to, doer())
    if not done:
        flash(_("It stands so already: nothing was changed."))
    elif to == SCHOOL:
        flash(ngettext("%(num)s student gets paper at school now.", "%(num)s students get paper at school now.",
                       len(done)))  # fmt: skip
    else:
        name = places.open_stops(db.session, drafts.moment().today)[to].name
        flash(ngettext("%(num)s student gets paper at the stop %(stop)s now.",
                       "%(num)s students get paper at the stop %(stop)s now.", len(done), stop=name))  # fmt: skip


def _page(stop_id: str, typed: str = "", wrong: str = "") -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew what a refused act left
    today, known = drafts.moment().today, _kids()
    line = stop_list.one(db.session, stop_id, known)
    here = [kid for kid in known if kid.stop_id == stop_id]
    classes = stop_list.by_class(known)
    group = request.values.get("group", "")
    shown = stop_list.search(known, typed) if typed else dict(classes).get(group, [])
    choices = stop_list.choices(db.session, today)
    return render_template(
        "stops/page.html", line=line, here=stop_list.by_class(here), households=_households(here), typed=typed,
        classes=[name for name, _kids in classes], group=group, shown=shown, names=dict(choices), KINDS=KINDS,
        others=[choice for choice in choices if choice[0] != stop_id], wrong=wrong, may_edit=_may_edit(),
        form=request.form if wrong else {}, siblings={kid.id: stop_list.together(known, kid) for kid in shown},
        SCHOOL=SCHOOL,
    )  # fmt: skip


def _households(here: list[Kid]) -> dict[str, list[str]]:
    """Student → names of brothers and sisters at the same stop."""
    return {kid.id: [one.name for one in stop_list.together(here, kid)] for kid in here}


def on_sheet(person: Person, may: bool) -> dict[str, Any] | None:
    """What a student's page needs to show and change the stop; None where that is not this person's."""
    if not may:
        return None
    today = drafts.moment().today
    choices = stop_list.choices(db.session, today)
    stop = stop_list.stop_of(db.session, person)
    return {"choices": choices, "stop": stop.id if stop else "", "name": stop.name if stop else ""}
