"""The norms of the timetable with their sources: how much a class may have, how long at screens, what is hard."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action
from server.services import timetable_norms
from server.services.timetable_norms import DEVICES, RULES, NewNorm, Norms, Typed
from server.web import drafts
from server.web.access import needs

blueprint = APIBlueprint("norms", __name__, url_prefix="/norms", enable_openapi=False)


@blueprint.get("/")
@needs(Action.SETTINGS_EDIT, Action.LESSON_APPROVE)
def page() -> str:
    """All norms of the school's country."""
    found = timetable_norms.read(db.session)
    return _render(found, found.now, {})


@blueprint.post("/")
@needs(Action.SETTINGS_EDIT, Action.LESSON_APPROVE)
def save() -> Any:
    """Store what was changed, or show what is wrong."""
    found = timetable_norms.read(db.session)
    typed = _typed(found.now)
    if wrong := timetable_norms.problems(found, typed):
        return _render(found, typed, {field: sentence_of(error) for field, error in wrong.items()}), 422
    try:
        changed = timetable_norms.save(typed, request.form.get("base", ""), drafts.moment().at,
                                       current_user.account_id)  # fmt: skip
    except DomainError as error:
        return _render(found, typed, {"": sentence_of(error)}), entry_of(error).status
    flash(_("Saved. The timetable is checked by these numbers from now on.") if changed else _("Nothing had changed."))
    return redirect(url_for("norms.page"), 303)


@blueprint.post("/new")
@needs(Action.SETTINGS_EDIT, Action.LESSON_APPROVE)
def add() -> Any:
    """A limit of the school's own."""
    form = request.form
    new = NewNorm(
        form.get("rule", ""), form.get("grades_from", "").strip(), form.get("grades_to", "").strip(),
        form.get("days", ""), form.get("device", ""), form.get("new_value", "").strip(),
        form.get("source", "").strip(),
    )  # fmt: skip
    if wrong := timetable_norms.problems_of_new(new):
        found = timetable_norms.read(db.session)
        said = {field: sentence_of(error) for field, error in wrong.items()}
        return _render(found, found.now, {}, new, said), 422
    timetable_norms.add(new, drafts.moment().at, current_user.account_id)
    flash(_("Added. The timetable is checked by it from now on."))
    return redirect(url_for("norms.page"), 303)


def _typed(now: Typed) -> Typed:
    """What was typed; a field that was not sent stays as it is."""
    form = request.form

    def texts(kind: str, known: dict[str, str]) -> dict[str, str]:
        return {code: form.get(f"{kind}-{code}", text).strip() for code, text in known.items()}

    return Typed(texts("value", now.values), texts("ends", now.ends), texts("screen", now.screens),
                 texts("points", now.points))  # fmt: skip


def _render(
    found: Norms, typed: Typed, wrong: dict[str, str], new: NewNorm | None = None,
    new_wrong: dict[str, str] | None = None,
) -> str:  # fmt: skip
    return render_template("norms/page.html", found=found, typed=typed, wrong=wrong, RULES=RULES, DEVICES=DEVICES,
                           new=new or NewNorm(), new_wrong=new_wrong or {})  # fmt: skip
