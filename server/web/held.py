"""Records that wait for a person: what was held and why, and two records under one number, side by side."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server.errors import CATALOGUE, DomainError, sentence_of
from server.extensions import db
from server.policy import Action
from server.reference import CHANNELS
from server.services import held
from server.services.held import Saying
from server.web import access, drafts
from server.web.access import needs
from server.web.marks import mark_label
from sync.ops import VERDICTS

blueprint = APIBlueprint("held", __name__, url_prefix="/journal/held", enable_openapi=False)
TYPES = {"return": _l("handed in"), "mark": _l("mark"), "absence": _l("absence"), "presence": _l("presence"),
         "call": _l("call"), "term_mark": _l("term mark")}  # fmt: skip


@blueprint.get("/")
@needs(Action.RECORDS_SETTLE)
def page() -> str:
    """All of them. The values of marks are only for who may see marks."""
    return render_template(
        "journal/held.html", waiting=held.waiting(db.session), reason=_reason, says=_says,
        sees_works=access.may(Action.WORK_VIEW), shown=held.SHOWN,
    )  # fmt: skip


@blueprint.post("/<sha256>")
@needs(Action.RECORDS_SETTLE)
def settle(sha256: str) -> Any:
    """Somebody looked at two records under one number."""
    held.settle(sha256, current_user.person_id, current_user.account_id, drafts.moment().at)
    flash(_("Settled. Both records stay stored."))
    return redirect(url_for("held.page"), 303)


def _reason(code: str) -> str:
    return sentence_of(DomainError(code)) if code in CATALOGUE else code


def _says(one: Saying) -> list[str]:
    """What a record says, in parts: the kind of record, the day, the channel, the value."""
    parts = [str(TYPES.get(one.type, one.type)), one.returned_on, str(CHANNELS.get(one.channel, one.channel))]
    if access.may(Action.MARK_VIEW):
        verdict, value = one.mark or ("", None)
        parts += [mark_label(verdict, value) if verdict in VERDICTS and (verdict != "mark" or value) else ""]
        parts += [one.letter, one.comment]
    return [part for part in parts if part]
