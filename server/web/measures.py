"""What the school measures by: compulsory kinds of work, levels of mastery and every threshold; its own to change."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import MasteryLevel, Threshold
from server.policy import Action
from server.services import accounts, measures, thresholds
from server.services.measures import Wanted
from server.web import drafts
from server.web.access import needs

blueprint = APIBlueprint("measures", __name__, url_prefix="/monitor/measures", enable_openapi=False)


@blueprint.get("/")
@needs(Action.SETTINGS_EDIT, Action.LESSON_APPROVE)
def page() -> str:
    """The measures as they stand."""
    return _render()


@blueprint.post("/")
@needs(Action.SETTINGS_EDIT, Action.LESSON_APPROVE)
def save() -> Any:
    """Store what the form says, all of it or nothing."""
    form = request.form
    wanted = Wanted(
        frozenset(form.getlist("kind")),
        {code: (form[f"done-{code}"], form.get(f"share-{code}", "")) for code in _codes(MasteryLevel)
         if f"done-{code}" in form},
        {code: form[code] for code in _codes(Threshold) if code in form},
    )  # fmt: skip
    now, by = drafts.moment().at, current_user.account_id

    def write(session: Session) -> None:
        measures.save(session, wanted)
        accounts.record(session, now, by, "measures.save", "")

    try:
        store.write(write)
    except DomainError as error:
        return _render({error.data.get("field", ""): sentence_of(error)}), 422
    flash(_("Saved."))
    return redirect(url_for("measures.page"), 303)


def _codes(model: Any) -> list[str]:
    return list(db.session.scalars(select(model.code)))


def _render(wrong: dict[str, str] | None = None) -> str:
    return render_template(
        "monitor/measures.html", kinds=measures.kinds_to_choose(db.session),
        levels=db.session.scalars(select(MasteryLevel).order_by(MasteryLevel.position)).all(),
        thresholds=thresholds.listed(db.session), wrong=wrong or {},
        typed=request.form,
    )  # fmt: skip
