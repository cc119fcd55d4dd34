"""Protocols of exams: results written down and corrected, closed, told to families."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action
from server.reference import VALUE_NAMES
from server.security import config, school
from server.services import messages, scopes, sending
from server.services.attestation import debts, papers, protocols, reading, results, telling
from server.services.attestation.protocols import Entry, Line
from server.services.attestation.reading import ExamView, SessionView
from server.services.messages import Words
from server.web import access, deeds, drafts, exam_rights, exam_words
from server.web.access import ANYWHERE, needs
from server.web.messages import begin_sending
from sync.errors import SyncError

blueprint = APIBlueprint("exam_protocols", __name__, url_prefix="/attestation/exam", enable_openapi=False)


@blueprint.context_processor
def _shared() -> dict[str, Any]:
    return {"words": exam_words, "result": papers.result}


def shown(exam_id: str) -> tuple[SessionView, ExamView]:
    """Raises DomainError exam_unknown, forbidden for who may not see it."""
    view = reading.read(db.session, reading.attestation_of(db.session, exam_id))
    exam = view.exam(exam_id)
    realm = access.realm(Action.EXAM_VIEW)
    if not (exam.covered(realm) or exam_rights.is_staff(exam)) or exam.kind == "consultation":
        raise DomainError("forbidden")
    return view, exam


def _lines(view: SessionView, exam: ExamView) -> list[Line]:
    """Of students of courses that this person sees; all of them for who is at the exam."""
    found = protocols.lines(db.session, view, exam)
    if exam_rights.is_staff(exam):
        return found
    realm = access.realm(Action.EXAM_VIEW)
    seen = {one.id for one in exam.courses if reading.reaches(realm, one)}
    return [one for one in found if realm.everything or one.courses & seen]


@blueprint.get("/<exam_id>/protocol")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def page(exam_id: str) -> str:
    """The protocol as it stands, to read or to fill in."""
    view, exam = shown(exam_id)
    return _render(view, exam)


def _render(view: SessionView, exam: ExamView, wrong: str = "", typed: Any = None) -> str:
    lines = _lines(view, exam)
    writes = exam_rights.writes_about(exam)
    values = protocols.values(db.session, exam)
    return render_template(
        "attestation/protocol.html", view=view, exam=exam, lines=lines, wrong=wrong, typed=typed or {},
        writes={one.student for one in lines if one.courses & writes}, counts=protocols.counts(lines),
        values=[(value, str(VALUE_NAMES.get(value, value))) for value in values],
        closes=exam_rights.manages_exam(exam) or _examines(exam), limit=protocols.REMARK,
        tells=access.may_somewhere(Action.MESSAGE_SEND) and any(one.now for one in lines),
        resits=[one for one in view.exams if one.of == exam.id and one.kind == "resit"],
    )  # fmt: skip


def _examines(exam: ExamView) -> bool:
    """The chair and the examiners close their protocol."""
    return any(one.id == current_user.person_id and one.part in ("chair", "examiner") for one in exam.staff)


@blueprint.post("/<exam_id>/protocol")
@needs(Action.EXAM_MANAGE, Action.MARK_SET, scope=ANYWHERE)
def save(exam_id: str) -> Any:
    """Keep the results that were typed, or close the protocol."""
    view, exam = shown(exam_id)
    form, writes = request.form, exam_rights.writes_about(exam)
    closing = form.get("act") == "close"
    if not writes or (closing and not (exam_rights.manages_exam(exam) or _examines(exam))):
        raise DomainError("forbidden")
    lines = _lines(view, exam)
    allowed = {one.student for one in lines if one.courses & writes}
    try:
        entries = [_entry(one) for one in lines if f"seen-{one.student}" in form]
        count = protocols.enter(view.row.id, exam_id, entries, allowed, deeds.author())
        if closing:
            protocols.close(view.row.id, exam_id, form.get("number", ""), form.get("text", ""), deeds.author())
    except SyncError as error:
        if error.code == "forbidden":
            raise
        db.session.rollback()
        fresh = reading.read(db.session, view.row.id)
        return _render(fresh, fresh.exam(exam_id), sentence_of(error), form), entry_of(error).status
    if closing:
        flash(_("The protocol is closed."))
    else:
        flash(ngettext("%(num)s result was written down.", "%(num)s results were written down.", count))
    return redirect(url_for("exam_protocols.page", exam_id=exam_id), 303)


def _entry(line: Line) -> Entry:
    form, id = request.form, line.student
    seen = form.get(f"seen-{id}", "")
    times = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 5 else -1
    absent, remark = form.get(f"absent-{id}") == "1", form.get(f"remark-{id}", "")
    return Entry(id, times, form.get(f"value-{id}", ""), absent, remark)


@blueprint.get("/<exam_id>/tell")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def look(exam_id: str) -> str:
    """What each family would be told."""
    _demand_writing()
    view, exam = shown(exam_id)
    told = _told(view, exam)
    return render_template("attestation/tell.html", view=view, exam=exam, told=told, key=secrets.token_hex(8),
                           debtors=_debtors(view, exam))  # fmt: skip


def _demand_writing() -> None:
    """Raise DomainError forbidden for who writes to no family."""
    if not access.may_somewhere(Action.MESSAGE_SEND):
        raise DomainError("forbidden")


def _told(view: SessionView, exam: ExamView) -> list[tuple[Line, str]]:
    """Students with a result whose families this person may write to, and the text in the school's language."""
    realm, lines = access.realm(Action.MESSAGE_SEND), _lines(view, exam)
    groups = scopes.groups_of(db.session, [one.student for one in lines], drafts.moment().today)
    resits = [one for one in view.exams if one.of == (exam.of or exam.id) and one.kind == "resit"
              and one.state == "planned" and one.id != exam.id]  # fmt: skip
    row = school()
    with force_locale(row.locale if row else "ru"):
        return [
            (one, telling.text(exam, one.now, resits)) for one in lines
            if one.now and (one.now.value or one.now.absent)
            and (realm.everything or groups.get(one.student, set()) & realm.groups)
        ]  # fmt: skip


def _debtors(view: SessionView, exam: ExamView) -> set[str]:
    """Who is in debt of it now, after the resits that were held."""
    said = results.read(db.session, [one.id for one in view.exams])
    held = [results.Held(one.id, one.kind, one.of, one.on, one.state == "cancelled") for one in view.exams]
    first = next((one for one in held if one.id == (exam.of or exam.id)), None)
    return debts.of_exam(held, first, said) if first else set()


@blueprint.post("/<exam_id>/tell")
@needs(Action.MESSAGE_SEND, scope=ANYWHERE)
def tell(exam_id: str) -> Any:
    """Make a message for each family that was chosen; who may hear it and how is the messages' to decide."""
    view, exam = shown(exam_id)
    chosen, key = set(request.form.getlist("student")), request.form.get("key", "")[:64]
    made, unreached = 0, []
    row = school()
    with force_locale(row.locale if row else "ru"):
        title = telling.title(exam)
    for one, text in _told(view, exam):
        if one.student not in chosen:
            continue
        words = Words("result", "student", text, title, student_id=one.student)
        try:
            messages.create(db.session, words, access.realm(Action.MESSAGE_SEND), deeds.author(),
                            f"{key}{one.student}", sending.by_itself(config()))  # fmt: skip
            made += 1
        except DomainError as error:
            if error.code != "nobody_reached":
                raise
            unreached.append(one.name)
    if made:
        begin_sending()
        flash(ngettext("%(num)s message is ready.", "%(num)s messages are ready.", made))
    if unreached:
        flash(_("No way is known to tell the families of: %(names)s.", names=", ".join(unreached)), "error")
    return redirect(url_for("messages.home") if made else url_for("exam_protocols.look", exam_id=exam_id), 303)
