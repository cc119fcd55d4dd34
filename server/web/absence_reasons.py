"""Reasons of absence: which families to ask, the oldest absence first, and what they answered."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Realm
from server.services import absence_reasons, absences, audience, scopes
from server.services.absence_reasons import ToAsk
from server.services.logging_work import Line
from server.web import access, attendance, drafts, words
from server.web.access import ANYWHERE, needs
from sync import decide
from sync.errors import SyncError

blueprint = APIBlueprint("absence_reasons", __name__, url_prefix="/attendance/reasons", enable_openapi=False)
SHOWN = 30  # families on one page


@blueprint.app_template_global()
def may_ask_reasons() -> bool:
    """True if this person asks families: a right to single courses does not make that."""
    realm = access.realm(Action.ABSENCE_SET)
    return access.may_somewhere(Action.WORK_VIEW) and (realm.everything or bool(realm.groups))


def _realm() -> Realm:
    """The classes whose families this person asks. Raises DomainError forbidden."""
    if not may_ask_reasons():
        raise DomainError("forbidden")
    realm = attendance.realm()
    return Realm(realm.everything, realm.groups, frozenset())


@blueprint.get("/")
@needs(Action.ABSENCE_SET, scope=ANYWHERE)
def home() -> str:
    """Families to ask."""
    return _render(_realm(), {})


def _asked(realm: Realm) -> list[ToAsk]:
    now = drafts.moment()
    return absence_reasons.to_ask(db.session, realm, now.today, now.zone)


def _render(realm: Realm, wrong: dict[str, str]) -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew: what others saved meanwhile is shown, too
    asked = _asked(realm)
    typed = request.form if wrong else {}
    shown = asked[:SHOWN]
    return render_template(
        "attendance/reasons.html", asked=shown, more=len(asked) - len(shown), wrong=wrong, typed=typed,
        letters=absences.letters(db.session), proofs=absence_reasons.proofs(db.session), words=words,
        phones=_with_phones(shown), max_reason=absence_reasons.MAX_REASON,
        drafts={one.student.id: drafts.fresh(_lines(one)) for one in shown},
    )  # fmt: skip


def _with_phones(asked: list[ToAsk]) -> set[str]:
    """Those whose families' phones this person sees: the right to ask may reach further than that to contacts."""
    realm = access.realm(Action.CONTACTS_VIEW)
    return audience.with_phones(db.session, realm, [one.student.id for one in asked], drafts.moment().today)


def _lines(one: ToAsk) -> list[Line]:
    return [Line(f"{one.student.id}/{missed.lesson.id}", missed.heads, missed.letter) for missed in one.missed]


@blueprint.post("/")
@needs(Action.ABSENCE_SET, scope=ANYWHERE)
def save() -> Any:
    """Note the reason of the ticked lessons: a new revision each, the call, and what it rests on."""
    realm, form = _realm(), request.form
    try:
        draft = drafts.opened(form.get("draft", ""))
        chosen = [n for n in range(len(draft.lines)) if f"lesson-{n}" in form]
        if not chosen:
            raise DomainError("field_needed", field=_("lessons"))
        answer = absence_reasons.read_answer(form.get("letter", ""), form.get("reason", ""), form.get("proof", ""))
        if answer.proof not in dict(absence_reasons.proofs(db.session)):
            raise DomainError("field_needed", field=_("what it rests on"))
    except SyncError as error:
        return _render(realm, {form.get("student", ""): sentence_of(error)}), entry_of(error).status
    student = draft.lines[0].key.partition("/")[0]
    allowed = attendance.course_scopes(draft.lines) | {
        student: scopes.of_student(db.session, student, drafts.moment().today)
    }
    outcomes = drafts.deliver_across(absence_reasons.ops_of(draft, chosen, answer), allowed)
    refused = [one for one in outcomes if one.outcome not in (decide.ACCEPTED, decide.DUPLICATE)]
    kept = {one.revision for one in outcomes if one.revision and one not in refused}
    if kept:
        absence_reasons.keep_proof(sorted(kept), answer.proof, drafts.author())
    if refused:
        return _render(realm, {student: sentence_of(DomainError(refused[0].reason, **refused[0].data))}), 409
    flash(ngettext("Reason noted for %(num)s lesson.", "Reason noted for %(num)s lessons.", len(chosen)))
    return redirect(url_for("absence_reasons.home"), 303)
