"""Families: who lives together. What lists proposed is confirmed or corrected here, and any act can be taken back."""

from collections.abc import Callable, Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Person
from server.policy import Action, Scope
from server.services import household_view, households, people, scopes
from server.services.delivery import stop_list
from server.services.household_view import Family, Households
from server.services.households import Actor, Done
from server.web import access, drafts
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError

blueprint = APIBlueprint("households", __name__, url_prefix="/households", enable_openapi=False)
MOST_TYPED = 80  # characters of a search


@blueprint.get("/")
@needs(Action.PEOPLE_EDIT, scope=ANYWHERE)
def home() -> str:
    """What waits for a person first, then the search."""
    return _home()


@blueprint.post("/")
@needs(Action.PEOPLE_EDIT, scope=ANYWHERE)
def find() -> str:
    """The same with what was found. Posted, so that no name stands in an address."""
    return _home(typed=_typed())


@blueprint.get("/<key>")
@needs(Action.PEOPLE_EDIT, scope=lambda key: _scope(key))
def page(key: str) -> str:
    """One household."""
    return _page(key)


@blueprint.post("/<key>/find")
@needs(Action.PEOPLE_EDIT, scope=lambda key: _scope(key))
def find_other(key: str) -> str:
    """The same, with other households to join or to move a child to."""
    return _page(key, typed=_typed())


@blueprint.post("/act")
@needs(Action.PEOPLE_EDIT, scope=ANYWHERE)
def act() -> Any:
    """Carry out one act and show what came of it, with the way back; who was too late is told."""
    form = request.form
    name, back = form.get("act", ""), form.get("back", "")
    try:
        if name not in ACTS:
            raise DomainError("bad_request")
        done = ACTS[name](Actor(current_user.account_id, drafts.moment().at))
    except SyncError as error:
        if error.code == "forbidden":
            raise
        db.session.expire_all()
        return _shown(back, error=sentence_of(error), unsaved=name == "edit"), entry_of(error).status
    db.session.expire_all()
    if not done.changed:
        return _shown(back, said=_("It was so already."))
    token = "" if name == "undo" else _sealing().dumps([current_user.account_id, *done.plain()])
    return _shown(back, said=_said(name, done), token=token)


def _confirm(actor: Actor) -> Done:
    return households.confirm(_bases(), actor)


def _split(actor: Actor) -> Done:
    [(key, base)] = _bases(1).items()
    return households.split(key, base, request.form.get("child", ""), actor)


def _join(actor: Actor) -> Done:
    bases = _bases(2, proposed=True)
    return households.join(bases, actor)


def _move(actor: Actor) -> Done:
    return households.move(request.form.get("child", ""), _bases(2), actor)


def _edit(actor: Actor) -> Done:
    [(key, base)] = _bases(1).items()
    form = request.form
    return households.edit(key, base, form.get("address", ""), form.get("note", ""), actor)


def _undo(actor: Actor) -> Done:
    try:
        account_id, before, after = _sealing().loads(request.form.get("token", ""))
    except (BadSignature, ValueError, TypeError) as error:
        raise DomainError("form_expired") from error
    if account_id != actor.account_id:
        raise DomainError("form_expired")
    return households.undo(before, after, actor)


ACTS: Mapping[str, Callable[[Actor], Done]] = {
    "confirm": _confirm, "split": _split, "join": _join, "move": _move, "edit": _edit, "undo": _undo,
}  # fmt: skip


def _bases(least: int = 1, *, proposed: bool = False) -> dict[str, str]:
    """Key → base of the households that the form names as ``key:base``; each must be this person's to change.

    ``proposed``: of households that may be one family by what is known, one's own is enough.
    """
    pairs = dict(one.partition(":")[::2] for one in request.form.getlist("family"))
    if len(pairs) < least:
        raise DomainError("bad_request")
    mine = {key: access.may(Action.PEOPLE_EDIT, _scope(key)) for key in pairs}
    if all(mine.values()):
        return pairs
    together = {frozenset(one.key for one in found.families) for found in _households().perhaps} if proposed else set()
    if not any(mine.values()) or not any(pairs.keys() <= keys for keys in together):
        raise DomainError("forbidden")
    return pairs


def _scope(key: str) -> Scope:
    """The groups of all children of a household."""
    today = drafts.moment().today
    [ids] = households.scope_of(db.session, [key])
    return Scope(frozenset().union(*(scopes.of_student(db.session, id, today).groups for id in ids)))


def _households() -> Households:
    groups = people.reachable(db.session, access.realm(Action.PEOPLE_EDIT))
    return household_view.read(db.session, groups, drafts.moment().today)


def _typed() -> str:
    return request.form.get("q", "").strip()[:MOST_TYPED]


def _said(name: str, done: Done) -> str:
    if name == "confirm":
        return ngettext("%(num)s family confirmed.", "%(num)s families confirmed.", done.changed)
    return {
        "split": _("Now a family of its own."), "join": _("Now one family."), "move": _("Moved."), "edit": _("Saved."),
        "undo": _("Taken back."),
    }[name]  # fmt: skip


def _shown(back: str, **values: Any) -> str:
    """The page the act came from; the list where that household is no more."""
    known = _households().families
    return _page(back, **values) if back in known else _home(**values)


def _home(typed: str = "", said: str = "", token: str = "", error: str = "", unsaved: bool = False) -> str:
    found = _households()
    return render_template(
        "households/home.html", households=found, typed=typed, found=found.find(typed) if typed else [], said=said,
        token=token, error=error, mine=found.families.keys(),
    )  # fmt: skip


def _page(
    key: str, typed: str = "", said: str = "", token: str = "", error: str = "", unsaved: bool = False
) -> str:  # fmt: skip
    """``unsaved``: what was typed stands in the form again, beside what stands in the household now."""
    found = _households()
    family = found.families.get(key)
    if family is None:
        raise DomainError("household_changed")
    form = request.form
    texts = (form.get("address", ""), form.get("note", "")) if unsaved else (family.address, family.note)
    others = [one for one in found.find(typed) if one.key != key] if typed else []
    return render_template(
        "households/page.html", family=family, typed=typed, others=others, said=said, token=token, error=error,
        perhaps=_perhaps_of(found, family), address=texts[0], note=texts[1], unsaved=unsaved, **_stops(family),
    )  # fmt: skip


def _stops(family: Family) -> dict[str, Any]:
    """The stops at which paper can be handed over to all children, and the one where it is; none where it is not
    this person's to say."""
    if family.key.startswith(household_view.ALONE) or not access.may(Action.DELIVERY_MANAGE, Scope(family.groups)):
        return {"stops": [], "stop": ""}
    own = set(db.session.scalars(select(Person.stop_id).where(Person.id.in_([child.id for child in family.children]))))
    stops = stop_list.choices(db.session, drafts.moment().today)
    return {"stops": stops, "stop": own.pop() or "" if len(own) == 1 else ""}


def _perhaps_of(found: Households, family: Family) -> list[Family]:
    """Other households that may be the same family."""
    near = {one.key: one for group in found.perhaps if family in group.families for one in group.families}
    return [one for key, one in near.items() if key != family.key]


def _sealing() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="korablik-household-undo")
