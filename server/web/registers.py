"""Registers of delivery: made, printed, handed over and come back; found by their code, however it is read."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale, format_datetime, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from printables.manifest import Delivery
from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import School
from server.policy import SCHOOL, Action, Scope
from server.security import school
from server.services import going_out, people, scopes
from server.services.delivery import finding, handing, overdue, paper, register_view, registers, steps, stop_list
from server.services.delivery.handing import Told
from server.services.delivery.overdue import OwingPlace
from server.services.delivery.register_view import Register
from server.services.weeks import monday, parse_day, parse_week, week_name
from server.web import access, deeds, drafts
from server.web.access import ANYWHERE, needs
from server.web.shell import moment
from server.web.stops import doer, my_classes
from sync.codes import group_digits
from sync.errors import SyncError

blueprint = APIBlueprint("registers", __name__, url_prefix="/registers", enable_openapi=False)
STATES = {
    "made": (_l("not handed over"), "wait"), "handed": (_l("on its way"), "note"), "back": (_l("came back"), "ok"),
}  # fmt: skip
GOOD = ""  # of a pack that arrived


def today() -> date:
    """The school's day."""
    return drafts.moment().today


def _register(code: str) -> Register:
    """The register of an address, read once a request."""
    known = g.setdefault("registers", {})
    if code not in known:
        known[code] = register_view.by_code(db.session, code, today())
    return known[code]


def _scope(code: str) -> Scope:
    """A class's register belongs to the class; one of a stop to the school."""
    return _scope_of(_register(code))


def _scope_of(one: Register) -> Scope:
    return scopes.of_group(db.session, one.group_id) if one.group_id and one.stop_id is None else SCHOOL


def _school() -> School:
    row = school()
    if row is None:
        raise DomainError("home_missing", home="")
    return row


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"STATES": STATES, "TROUBLES": handing.TROUBLES, "place_name": paper.place_name, "KINDS": paper.KINDS}


@blueprint.get("/")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def home() -> str:
    """A week's registers, what waits to be put on one, and what is overdue."""
    mine = my_classes()
    weeks = register_view.weeks(db.session, mine)
    asked = request.args.get("week", "").strip()
    week = week_name(parse_week(asked)) if asked else _usual(weeks)
    first = parse_week(week)
    lines = register_view.of_week(db.session, week, today(), mine)
    return render_template(
        "registers/home.html", week=week, first=first, last=first + timedelta(days=6), lines=lines, today=today(),
        weeks=sorted({*weeks[:6], week}), parse_week=parse_week, six_days=timedelta(days=6),
        waiting=register_view.waiting(db.session, week, today(), mine),
        owed=overdue.count(db.session, today(), mine), whole=mine is None,
    )  # fmt: skip


def _usual(weeks: Sequence[str]) -> str:
    """The latest week with paper, unless it is long over: then this one."""
    this = week_name(monday(today()))
    return max([week for week in weeks[:1] if week >= this], default=this)


@blueprint.post("/")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def make() -> Any:
    """Put every printed pack of the week on a register."""
    week = week_name(parse_week(request.form.get("week", "")))
    done = registers.make_registers(week, doer(), my_classes())
    if done.listed:
        text = ngettext("%(num)s pack was put on a register.", "%(num)s packs were put on registers.", done.listed)
        flash(text + " " + ngettext("%(num)s register is new.", "%(num)s registers are new.", len(done.codes)))
    else:
        flash(_("Every printed pack of this week is on a register already."))
    if done.left:
        flash(ngettext("%(num)s pack of a student who left was put on none.",
                       "%(num)s packs of students who left were put on none.", done.left))  # fmt: skip
    return redirect(url_for("registers.home", week=week), 303)


@blueprint.get("/find")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def find() -> Any:
    """Ask for the code of a register or a pack, typed or scanned; a right one leads to its register."""
    typed, call = request.args.get("code", "").strip(), bool(request.args.get("call"))
    if not typed:
        return _ask("", "", call)
    try:
        found = finding.find(db.session, typed, _school().id)
        access.demand(Action.DELIVERY_MANAGE, _scope(found.register))
    except SyncError as error:
        return _ask(typed[:40], sentence_of(error), call), entry_of(error).status
    pack = f"#pack-{found.pack}" if found.pack else ""
    return redirect(url_for("registers.page", code=found.register, call=1 if call else None) + pack, 303)


def _ask(typed: str, wrong: str, call: bool) -> str:
    return render_template("registers/find.html", typed=typed, wrong=wrong, call=call)


@blueprint.get("/overdue")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def late() -> str:
    """Works that went out and should be back, by stop and by class, with the families' phones."""
    places = overdue.overdue(db.session, today(), my_classes())
    return render_template("registers/overdue.html", places=places, key_of=_key, phones=_phones(), today=today())


def _phones() -> Callable[[str | None], bool]:
    """Whether the phones of a class's families may be shown."""
    groups = people.reachable(db.session, access.realm(Action.CONTACTS_VIEW))
    return lambda group_id: groups is None or group_id in groups


@blueprint.get("/overdue.pdf")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def collect() -> Response:
    """The list «please collect» of one place, or of all."""
    asked = request.args.get("place", "")
    places = [one for one in overdue.overdue(db.session, today(), my_classes()) if asked in ("", _key(one))]
    if not places:
        raise DomainError("nothing_overdue")
    with force_locale(_school().locale):
        documents = [paper.collect(one, _school(), today()) for one in places]
    return _download(documents, f"collect {today().isoformat()} {asked}", f"collect-{today().isoformat()}.pdf")


def _key(place: OwingPlace) -> str:
    return place.stop_id or place.group_id or "school"


@blueprint.get("/week/<week>.pdf")
@needs(Action.DELIVERY_MANAGE, scope=ANYWHERE)
def download_week(week: str) -> Response:
    """All registers of a week in one file."""
    name = week_name(parse_week(week))
    lines = [one for one in register_view.of_week(db.session, name, today(), my_classes()) if one.going]
    if not lines:
        raise DomainError("registers_missing", week=name)
    with force_locale(_school().locale):
        documents = [paper.register(one, _school(), today()) for one in lines]
    return _download(documents, f"registers {name}", f"registers-{name}.pdf")


@blueprint.get("/<code>.pdf")
@needs(Action.DELIVERY_MANAGE, scope=_scope)
def download(code: str) -> Response:
    """One register to print; kept in no cache, and who took it is recorded."""
    one = _register(code)
    if not one.going:
        raise DomainError("register_empty")
    with force_locale(_school().locale):
        documents = [paper.register(one, _school(), today())]
    return _download(documents, f"register {one.week} {one.code}", f"register-{one.code}.pdf")


def _download(documents: Sequence[Delivery], target: str, name: str) -> Response:
    pdf = paper.pdf(documents).pdf
    going_out.note_paper("registers.download", target, deeds.starter())
    return Response(pdf, mimetype="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
    })  # fmt: skip


@blueprint.get("/<code>")
@needs(Action.DELIVERY_MANAGE, scope=_scope)
def page(code: str) -> str:
    """A register: two buttons, then its packs."""
    return _page(code)


@blueprint.post("/<code>")
@needs(Action.DELIVERY_MANAGE, scope=_scope)
def act(code: str) -> Any:
    """What is said of a register; what was said before is told, whoever said it."""
    one, act = _register(code), request.form.get("act", "")
    if act not in ACTS:
        raise DomainError("bad_request")
    try:
        ACTS[act](one)
    except SyncError as error:
        return _page(code, sentence_of(error)), entry_of(error).status
    return redirect(url_for("registers.page", code=code, call=request.form.get("call") or None), 303)


def _channel() -> str:
    return steps.CALL if request.form.get("call") else steps.REGISTER


def _at() -> datetime:
    asked = request.form.get("on", "").strip()
    return handing.moment_of(parse_day(asked) if asked else today(), doer(), ZoneInfo(drafts.moment().zone))


def _hand(one: Register) -> None:
    told = handing.hand_over(one.id, request.form.get("taken_by", ""), _at(), _channel(), doer())
    _tell(told, _("Handed over: %(packs)s.", packs=ngettext("%(num)s pack", "%(num)s packs", told.packs)))


def _back(one: Register) -> None:
    troubles = {line.id: why for line in one.going if (why := request.form.get(f"pack-{line.id}", GOOD)) != GOOD}
    told = handing.come_back(one.id, troubles, _at(), _channel(), doer())
    text = _("The register came back.")
    if troubles:
        text += " " + ngettext("%(num)s pack did not arrive.", "%(num)s packs did not arrive.", len(troubles))
    _tell(told, text)


def _undo(one: Register) -> None:
    told = handing.take_back(one.id, request.form.get("state", ""), doer())
    _tell(told, _("Taken back."))


def _tell(told: Told, text: str) -> None:
    """What was done, or who had done it before."""
    if told.fresh:
        flash(text)
        return
    state = STATES[told.state][0]
    if told.who and told.at:
        flash(_("Nothing was changed: %(name)s said so on %(moment)s. The register: %(state)s.", name=told.who,
                moment=moment(told.at), state=state))  # fmt: skip
    else:
        flash(_("Nothing was changed. The register: %(state)s.", state=state))


def _chosen(one: Register) -> list[str]:
    ids = [line.id for line in one.lines if line.id in request.form.getlist("pack")]
    if not ids:
        raise DomainError("pack_choose")
    return ids


def _move(one: Register) -> None:
    to = request.form.get("to", "")
    if not to:
        raise DomainError("bad_request")
    codes = {registers.move(id, None if to == "school" else to, doer()) for id in _chosen(one)}
    flash(_("Moved to the register %(codes)s. Print both anew.", codes=", ".join(map(group_digits, sorted(codes)))))


def _off(one: Register) -> None:
    done = registers.take_off(_chosen(one), doer())
    flash(ngettext("%(num)s pack taken off. It comes onto a register when they are made again.",
                   "%(num)s packs taken off. They come onto a register when they are made again.", done))  # fmt: skip


def _never(one: Register) -> None:
    done = registers.take_off(_chosen(one), doer(), for_good=True)
    flash(ngettext("%(num)s pack taken off: it is not delivered.", "%(num)s packs taken off: they are not delivered.",
                   done))  # fmt: skip


def _lost(one: Register) -> None:
    why = request.form.get("why", "missing")
    done = sum(handing.say_lost(id, why, _channel(), doer()) for id in _chosen(one))
    flash(ngettext("%(num)s pack did not arrive. Print it again: it comes onto a new register.",
                   "%(num)s packs did not arrive. Print them again: they come onto a new register.", done))  # fmt: skip


def _found(one: Register) -> None:
    done = sum(handing.say_found(id, _channel(), doer()) for id in _chosen(one))
    flash(ngettext("%(num)s pack arrived all the same.", "%(num)s packs arrived all the same.", done))


ACTS: dict[str, Callable[[Register], None]] = {
    "hand": _hand, "back": _back, "undo": _undo, "move": _move, "off": _off, "never": _never, "lost": _lost,
    "found": _found,
}  # fmt: skip


def _page(code: str, wrong: str = "") -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew: what others did meanwhile is shown, too
        g.pop("registers", None)
    one = _register(code)
    at = drafts.moment().at
    return render_template(
        "registers/page.html", one=one, wrong=wrong, today=today(), call=request.values.get("call", ""),
        first=parse_week(one.week), six_days=timedelta(days=6), choices=stop_list.choices(db.session, today()),
        late=one.overdue(today()), hour=format_datetime(at, "HH:mm"), typed=request.form if wrong else {},
    )  # fmt: skip


def on_today(day: date) -> dict[str, Any]:
    """What Today says of paper on its way."""
    realm = access.realm(Action.DELIVERY_MANAGE)
    groups = None if realm.everything else realm.groups
    return {"paper_away": overdue.on_today(db.session, day, groups) if realm else None}
