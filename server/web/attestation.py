"""Attestation: sessions, their exams with people and rooms, what stands against them, proposals, publication."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Course, Room
from server.policy import Action
from server.services import people
from server.services.attestation import planning, proposing, reading
from server.services.attestation.planning import ExamDraft
from server.services.attestation.proposing import Proposal, Wish
from server.services.attestation.reading import ExamView, SessionView
from server.services.bell_times import clock_of, minutes_of
from server.services.content import names as reference_names
from server.web import access, deeds, drafts, exam_rights, exam_words
from server.web.access import ANYWHERE, needs
from sync.canonical import digest
from sync.errors import SyncError

blueprint = APIBlueprint("attestation", __name__, url_prefix="/attestation", enable_openapi=False)
LINES = 6  # people whom a form has room for
STARTS, MINUTES = "10:00", {"exam": "120", "consultation": "45", "resit": "120"}
FIELDS = {"course_unknown": "course", "exam_person_twice": "person", "person_unknown": "person", "date_invalid": "on"}
NAMED = ("scale", "starts", "minutes", "room", "points", "form", "name", "kind")


@blueprint.context_processor
def _shared() -> dict[str, Any]:
    return {"words": exam_words}


@blueprint.get("/")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def home() -> str:
    """The sessions of this person's classes, and a form to begin one."""
    return _home({})


def _home(wrong: dict[str, str]) -> str:
    found = reading.listed(db.session, access.realm(Action.EXAM_VIEW), current_user.person_id)
    return render_template("attestation/home.html", sessions=found, wrong=wrong, typed=request.form,
                           key=request.form.get("key") or secrets.token_hex(8),
                           may_begin=access.may_somewhere(Action.EXAM_MANAGE))  # fmt: skip


@blueprint.post("/")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def begin() -> Any:
    """Begin a session."""
    try:
        id = planning.save_session(None, _session_draft(), request.form.get("key", "")[:64], deeds.author())
    except SyncError as error:
        return _home({_field(error): sentence_of(error)}), entry_of(error).status
    flash(_("The session is there. Add its exams now."))
    return redirect(url_for("attestation.page", session_id=id), 303)


def _session_draft() -> planning.SessionDraft:
    form = request.form
    return planning.session_draft(form.get("kind", ""), form.get("name", ""), form.get("first", ""),
                                  form.get("last", ""), form.get("order", ""))  # fmt: skip


def _field(error: SyncError) -> str:
    named = str(error.data.get("field", ""))
    return FIELDS.get(error.code) or (named if named in NAMED else "form")


@blueprint.get("/<session_id>")
@needs(Action.EXAM_VIEW, scope=ANYWHERE)
def page(session_id: str) -> str:
    """A session: its exams by day, what stands against them, what families know."""
    return _page(reading.read(db.session, session_id))


def _page(view: SessionView, proposal: Proposal | None = None, wish: dict[str, str] | None = None) -> str:
    exams = exam_rights.seen(view)
    manages = exam_rights.manages(view)
    found = planning.found_problems(db.session, view) if access.may_somewhere(Action.EXAM_MANAGE) else []
    ids = {one.id for one in exams}
    return render_template(
        "attestation/session.html", view=view, exams=exams, manages=manages,
        adds=access.may_somewhere(Action.EXAM_MANAGE), problems=[one for one in found if one.sitting in ids],
        say=_sayer(view), proposal=proposal, wish=wish or {"at": STARTS, "before": "14:00", "sundays": ""},
        seen=_places_mark(proposal) if proposal else "", clock=clock_of,
        changed=view.row.published_at is not None and view.row.entries != reading.entries(view),
        groups=_classes_of(view, exams),
        staff=_staff_of(exams),
        manages_exam={one.id for one in exams if exam_rights.manages_exam(one)},
        is_open=any(one.on is None or not one.starts for one in exams if one.state != "cancelled"),
    )  # fmt: skip


def _sayer(view: SessionView) -> Any:
    names = {**view.facts.rooms, **{one.id: one.name for exam in view.exams for one in exam.staff}}
    return lambda problem: exam_words.sentence(problem, view, names)


def _classes_of(view: SessionView, exams: list[ExamView]) -> list[tuple[str, str]]:
    """Slug and name of each class that sits one of the exams."""
    found = {view.facts.class_of(course.group) for one in exams for course in one.courses}
    return [(one.slug, one.name) for one in sorted(found, key=lambda one: (one.grade or 99, one.name))]


def _staff_of(exams: list[ExamView]) -> list[tuple[str, str]]:
    found = {one.id: one.name for exam in exams for one in exam.staff}
    return sorted(found.items(), key=lambda pair: pair[1])


def _managed(session_id: str) -> SessionView:
    """Raises DomainError forbidden unless all of the session is this person's to plan."""
    view = reading.read(db.session, session_id)
    if not exam_rights.manages(view):
        raise DomainError("forbidden")
    return view


@blueprint.post("/<session_id>")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def change(session_id: str) -> Any:
    """Change the session's name, days or order."""
    _managed(session_id)
    try:
        planning.save_session(session_id, _session_draft(), "", deeds.author())
    except SyncError as error:
        flash(sentence_of(error), "error")
    else:
        flash(_("Saved."))
    return redirect(url_for("attestation.page", session_id=session_id), 303)


@blueprint.post("/<session_id>/propose")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def propose(session_id: str) -> Any:
    """Show days for exams without one, or, with ``act=take``, give them the days that were shown."""
    view, form = _managed(session_id), request.form
    typed = {name: form.get(name, "") for name in ("at", "before", "sundays")}
    try:
        at, before = planning.clock(typed["at"]) or STARTS, planning.clock(typed["before"]) or "14:00"
        wish = Wish((minutes_of(at),), (minutes_of(before),), typed["sundays"] == "1")
        found = proposing.propose(reading.sittings(db.session, view), reading.world(db.session, view), wish)
        if form.get("act") != "take":
            return _page(view, found, typed)
        if _places_mark(found) != form.get("seen", ""):
            raise DomainError("changed_meanwhile")
        planning.place(found.places, deeds.author())
    except SyncError as error:
        flash(sentence_of(error), "error")
        return redirect(url_for("attestation.page", session_id=session_id), 303)
    flash(_("The exams have their days now."))
    return redirect(url_for("attestation.page", session_id=session_id), 303)


def _places_mark(found: Proposal) -> str:
    return digest(sorted([id, on.isoformat(), starts] for id, (on, starts) in found.places.items()))


@blueprint.post("/<session_id>/publish")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def publish(session_id: str) -> Any:
    """Let families see the exams with the next edition."""
    _managed(session_id)
    try:
        planning.publish(session_id, deeds.author())
    except SyncError as error:
        flash(sentence_of(error), "error")
    else:
        flash(_("Published. Families see it with the next edition."))
    return redirect(url_for("attestation.page", session_id=session_id), 303)


@blueprint.get("/<session_id>/exam")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def new(session_id: str) -> str:
    """A form for an exam; ``of`` and ``kind`` make it the consultation before that exam, or its resit."""
    view = reading.read(db.session, session_id)
    kind = request.args.get("kind", "exam")
    typed = {"kind": kind if kind in exam_words.KINDS else "exam", "of": "", "subject": request.args.get("subject", ""),
             "form": "", "scale": "five", "points": "", "on": "", "starts": "", "room": "", "note": "",
             "minutes": MINUTES.get(kind, "120"), "courses": [], "staff": []}  # fmt: skip
    if request.args.get("of"):
        exam = view.exam(request.args["of"])
        if not exam_rights.manages_exam(exam):
            raise DomainError("forbidden")
        typed |= {**_typed_of(exam), "kind": "resit" if kind == "resit" else "consultation", "of": exam.id, "on": "",
                  "starts": "", "minutes": MINUTES["resit" if kind == "resit" else "consultation"]}  # fmt: skip
    return _form(view, typed, None)


@blueprint.post("/<session_id>/exam")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def add(session_id: str) -> Any:
    """Add an exam."""
    return _save(reading.read(db.session, session_id), None)


@blueprint.get("/exam/<exam_id>")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def edit(exam_id: str) -> str:
    """An exam to change."""
    view, exam = _own(exam_id)
    return _form(view, _typed_of(exam), exam)


@blueprint.post("/exam/<exam_id>")
@needs(Action.EXAM_MANAGE, scope=ANYWHERE)
def save(exam_id: str) -> Any:
    """Change an exam, call it off or take it away."""
    view, exam = _own(exam_id)
    act = request.form.get("act", "")
    if act not in ("remove", "cancel", "uncancel"):
        return _save(view, exam)
    try:
        if act == "remove":
            planning.remove_exam(exam_id, deeds.author())
        else:
            planning.cancel_exam(exam_id, act == "cancel", deeds.author())
    except SyncError as error:
        flash(sentence_of(error), "error")
        return redirect(url_for("attestation.edit", exam_id=exam_id), 303)
    flash({"remove": _("Taken away."), "cancel": _("Called off."), "uncancel": _("It will be held after all.")}[act])
    return redirect(url_for("attestation.page", session_id=view.row.id), 303)


def _own(exam_id: str) -> tuple[SessionView, ExamView]:
    """Raises DomainError exam_unknown, forbidden."""
    view = reading.read(db.session, reading.attestation_of(db.session, exam_id))
    exam = view.exam(exam_id)
    if not exam_rights.manages_exam(exam):
        raise DomainError("forbidden")
    return view, exam


def _typed_of(exam: ExamView) -> dict[str, Any]:
    return {
        "kind": exam.kind, "of": exam.of or "", "subject": exam.subject_id, "form": exam.form, "scale": exam.scale,
        "points": str(exam.max_points or ""), "on": exam.on.isoformat() if exam.on else "", "starts": exam.starts,
        "minutes": str(exam.minutes), "room": exam.room_id or "", "note": exam.note,
        "courses": [one.id for one in exam.courses], "staff": [(one.id, one.part) for one in exam.staff],
    }  # fmt: skip


def _typed() -> dict[str, Any]:
    form = request.form
    plain = {name: form.get(name, "") for name in ("kind", "of", "subject", "form", "scale", "points", "on", "starts",
                                                   "minutes", "room", "note")}  # fmt: skip
    pairs = zip(form.getlist("person"), form.getlist("part"), strict=False)
    return {**plain, "courses": form.getlist("course"), "staff": [(id, part) for id, part in pairs if id]}


def _save(view: SessionView, exam: ExamView | None) -> Any:
    typed = _typed()
    try:
        draft = _draft(typed, exam)
        exam_rights.demand_courses(view, draft.courses)
        if draft.of:
            exam_rights.demand_courses(view, tuple(one.id for one in view.exam(draft.of).courses))
        planning.save_exam(view.row.id, exam.id if exam else None, draft, request.form.get("key", "")[:64],
                           request.form.get("base", ""), deeds.author())  # fmt: skip
    except SyncError as error:
        if error.code == "forbidden":
            raise
        return _form(view, typed, exam, {_field(error): sentence_of(error)}), entry_of(error).status
    flash(_("Saved."))
    return redirect(url_for("attestation.page", session_id=view.row.id), 303)


def _draft(typed: dict[str, Any], exam: ExamView | None) -> ExamDraft:
    """Raises DomainError value_invalid, date_invalid, text_long. What an exam is of stays as it was."""
    kind, of = (exam.kind, exam.of) if exam else (typed["kind"], typed["of"] or None)
    if kind not in exam_words.KINDS or (kind == "exam") != (of is None):
        raise DomainError("value_invalid", field="kind", value=str(kind)[:20])
    if any(part not in exam_words.PARTS for _id, part in typed["staff"]):
        raise DomainError("value_invalid", field="person", value="")
    points = planning.whole("points", typed["points"], 1, 1000) if typed["scale"] == "points" else None
    return ExamDraft(
        kind, of, typed["subject"], tuple(dict.fromkeys(typed["courses"])), planning.line("form", typed["form"], 60),
        typed["scale"], points, planning.day(typed["on"]), planning.clock(typed["starts"]),
        planning.whole("minutes", typed["minutes"], 5, 600), typed["room"],
        planning.line("note", typed["note"], planning.NOTE), tuple(typed["staff"]),
    )  # fmt: skip


def _form(view: SessionView, typed: dict[str, Any], exam: ExamView | None, wrong: dict[str, str] | None = None) -> str:
    realm = access.realm(Action.EXAM_MANAGE)
    known = reading.courses_of(db.session, view.facts, _courses_of_subject(view, typed["subject"]))
    courses = sorted((one for one in known.values() if reading.reaches(realm, one)),
                     key=lambda one: (one.grade or 99, one.name))  # fmt: skip
    rooms = sorted(db.session.execute(select(Room.id, Room.name)).all(), key=lambda row: (len(row.name), row.name))
    return render_template(
        "attestation/exam.html", view=view, exam=exam, typed=typed, wrong=wrong or {}, courses=courses,
        subjects=reading.subjects(db.session), rooms=[(row.id, row.name) for row in rooms],
        people=[(one.id, one.name) for one in people.staff(db.session, drafts.moment().today)],
        scales=[(code, _(name)) for code, name in reference_names(db.session)["scale"].items() if code != "none"],
        lines=max(LINES, len(typed["staff"]) + 2), of=view.exam(typed["of"]) if typed["of"] else None,
        base=request.form.get("base") or (planning.mark(exam) if exam else ""),
        key=request.form.get("key") or secrets.token_hex(8),
    )  # fmt: skip


def _courses_of_subject(view: SessionView, subject: str) -> list[str]:
    return list(db.session.scalars(
        select(Course.id).where(Course.subject_id == subject, Course.year_id == view.row.year_id)
    ))  # fmt: skip
