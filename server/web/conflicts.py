"""The desk of conflicts: two values side by side; who may decide keeps one with a tap, and may decide anew."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import conflicts, held
from server.services.conflict_kinds import KINDS, kind_of
from server.services.conflicts import Conflict
from server.services.logging_work import Line
from server.web import access, conflict_words, drafts
from server.web.access import ANYWHERE, needs
from server.web.works import refusal
from sync import decide
from sync.errors import SyncError

blueprint = APIBlueprint("conflicts", __name__, url_prefix="/conflicts", enable_openapi=False)
SHOWN = 40  # on one page; the rest follows when these are decided
SEES = tuple(dict.fromkeys(action for kind in KINDS.values() for action in (kind.views, kind.decides)))
DECIDES = tuple(kind.decides for kind in KINDS.values())


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"words": conflict_words}


def _scope(kind: str, key: str) -> Scope:
    return kind_of(kind).scope(db.session, key, drafts.moment().today)


@blueprint.get("/")
@needs(*SEES, scope=ANYWHERE)
def page() -> str:
    """Every conflict this person may see, those that are theirs to decide first."""
    found = conflicts.find(db.session, conflict_words.to_see())
    found.sort(key=lambda one: not _may_decide(one))  # keeps the order by class and name
    shown = found[:SHOWN]
    return render_template(
        "conflicts/page.html", found=shown, more=len(found) - len(shown),
        history=conflicts.histories(db.session, shown), drafts=_drafts(shown),
        records=held.count(db.session) if access.may(Action.RECORDS_SETTLE) else 0, **_about(),
    )  # fmt: skip


@blueprint.get("/<kind>/<key>")
@needs(*SEES, scope=_scope)
def target(kind: str, key: str) -> str:
    """One target with its whole history; what is decided can be decided anew."""
    return _render(_seen(kind, key))


@blueprint.post("/<kind>/<key>")
@needs(*DECIDES, scope=_scope)
def settle(kind: str, key: str) -> Any:
    """Keep one value: an op that names all heads as its base. The others stay in the history."""
    access.demand(kind_of(kind).decides, _scope(kind, key))
    one = conflicts.one(db.session, kind, key)
    try:
        draft = drafts.opened(request.form.get("draft", ""))
        if [line.key for line in draft.lines] != [f"{kind}:{key}"]:
            raise DomainError("form_expired")
        value = conflict_words.read(request.form.get("value", ""))
        envelope = conflicts.allowed(one, value).op(db.session, draft, key, value)
        [outcome] = drafts.deliver([envelope], _scope(kind, key))
        if outcome.outcome not in (decide.ACCEPTED, decide.DUPLICATE):
            raise refusal(outcome)
    except SyncError as error:
        db.session.rollback()  # what others saved meanwhile is shown, too
        return _render(conflicts.one(db.session, kind, key), sentence_of(error)), entry_of(error).status
    flash(_("Kept: %(value)s. All that was said stays in the history.", value=conflict_words.label(one, value)))
    return redirect(url_for("conflicts.target", kind=kind, key=key), 303)


def _seen(kind: str, key: str) -> Conflict:
    """Raises DomainError ``forbidden`` where the person may do something there, but not see these values."""
    asked, scope = kind_of(kind), _scope(kind, key)
    if not (access.may(asked.views, scope) or access.may(asked.decides, scope)):
        raise DomainError("forbidden")
    return conflicts.one(db.session, kind, key)


def _render(one: Conflict, wrong: str = "") -> str:
    left = [each for each in conflicts.find(db.session, conflict_words.to_decide()) if each.key != one.key]
    return render_template(
        "conflicts/target.html", one=one, history=conflicts.histories(db.session, [one]), drafts=_drafts([one]),
        wrong=wrong, next=left[0] if left else None, **_about(),
    )  # fmt: skip


def _about() -> dict[str, Any]:
    return {"may_decide": _may_decide, "may_work": access.may_somewhere(Action.WORK_VIEW)}


def _may_decide(one: Conflict) -> bool:
    return access.may(KINDS[one.kind].decides, one.place.scope)


def _drafts(found: list[Conflict]) -> dict[str, str]:
    """A sealed draft for each, as its form sends it."""
    own = [each for each in found if _may_decide(each)]
    return {each.key: drafts.fresh([Line(f"{each.kind}:{each.key}", each.heads)]) for each in own}
