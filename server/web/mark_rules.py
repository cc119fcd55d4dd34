"""The rules of marks with their sources: weights of kinds, per cent tables, pass/fail subjects."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action
from server.services import mark_rules
from server.services.mark_rules import MarkRules, Typed
from server.web import drafts
from server.web.access import needs

blueprint = APIBlueprint("mark_rules", __name__, url_prefix="/journal/rules", enable_openapi=False)
FORMULAS = {
    "none": _l("no marks"), "mean": _l("weighted mean, rounded half up"),
    "shares": _l("shares of points, by the table"), "terms": _l("mean of the terms, rounded half up"),
    "passed": _l("passed, when enough works are"),
}  # fmt: skip
PERIODS = {"": _l("term and year"), "term": _l("term"), "year": _l("year")}
DECIDED = {"teacher": _l("the teacher decides, the formula is a hint"),
           "formula": _l("the teacher confirms the formula's value")}  # fmt: skip


@blueprint.get("/")
@needs(Action.SETTINGS_EDIT, Action.LESSON_APPROVE)
def page() -> str:
    """All rules of the school's country."""
    found = mark_rules.read(db.session, drafts.moment().today)
    return _render(found, found.now, {})


@blueprint.post("/")
@needs(Action.SETTINGS_EDIT, Action.LESSON_APPROVE)
def save() -> Any:
    """Store what was changed, or show what is wrong."""
    moment = drafts.moment()
    found = mark_rules.read(db.session, moment.today)
    typed = _typed(found)
    if wrong := mark_rules.problems(found, typed):
        return _render(found, typed, {field: sentence_of(error) for field, error in wrong.items()}), 422
    try:
        changed = mark_rules.save(typed, request.form.get("base", ""), moment.today, moment.at,
                                  current_user.account_id)  # fmt: skip
    except DomainError as error:
        return _render(found, typed, {"": sentence_of(error)}), entry_of(error).status
    flash(_("Saved. Hints are counted by these rules from now on.") if changed else _("Nothing had changed."))
    return redirect(url_for("mark_rules.page"), 303)


def _typed(found: MarkRules) -> Typed:
    form = request.form
    return Typed(
        {code: form.get(f"weight-{code}", "").strip() for code in found.now.weights},
        {code: form.get(f"percent-{code}", "").strip() for code in found.now.percents},
        tuple(sorted(row.code for row in found.rules if row.code in form.getlist("not_attested"))),
        tuple(sorted(id_ for id_, _name in found.subjects if id_ in form.getlist("passing"))),
    )


def _render(found: MarkRules, typed: Typed, wrong: dict[str, str]) -> str:
    return render_template("journal/rules.html", found=found, typed=typed, wrong=wrong, FORMULAS=FORMULAS,
                           PERIODS=PERIODS, DECIDED=DECIDED)  # fmt: skip
