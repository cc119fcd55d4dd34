"""Absent teachers: noted, their lessons given to others in one form, taken back; the list of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.naming import course
from server.policy import Action
from server.services.days.checking import Finding
from server.services.days.clashes import clashes
from server.services.days.finding_words import sentence
from server.services.days.state import LessonState
from server.services.substitution import away, confirming, given, proposing, words
from server.services.substitution.away import NewAbsence
from server.services.substitution.choosing import NAMES_OTHER, OPEN, TEACHER, WHATS, Choice
from server.services.substitution.given import Given
from server.services.substitution.proposing import Case, Work
from server.services.weeks import parse_day
from server.web import access, deeds, drafts
from server.web.access import needs
from sync.errors import SyncError

blueprint = APIBlueprint("substitutions", __name__, url_prefix="/substitutions", enable_openapi=False)
FIELDS = {  # where a refusal is shown
    "person_unknown": "teacher", "date_order": "until", "date_invalid": "since", "field_needed": "reason",
    "value_invalid": "lessons", "text_long": "note", "absence_overlaps": "since",
}  # fmt: skip
TYPED = ("teacher", "since", "until", "first_n", "last_n", "reason", "order", "note")
OTHER = "other"  # the choice of a teacher who stands in the list below the proposals
SHOWN = 3  # proposals that stand open


@dataclass(frozen=True)
class Picked:
    """What a form says about a lesson: the value of its choice, the teacher of the list, the task."""

    value: str = ""
    other: str = ""
    task: str = ""


# --- all of them -----------------------------------------------------------------------------------------------


@blueprint.get("/")
@needs(Action.DAY_EDIT, Action.DAY_APPROVE)
def home() -> str:
    """Who is away and comes to be, with the lessons that nobody holds yet."""
    return _home({"since": request.args.get("on") or drafts.moment().today.isoformat()})


@blueprint.post("/")
@needs(Action.DAY_EDIT)
def note() -> Any:
    """Note an absence; then its lessons are shown."""
    typed = {name: request.form.get(name, "") for name in TYPED}
    try:
        since = parse_day(typed["since"])
        until = parse_day(typed["until"]) if typed["until"].strip() else since
        absence = away.note(NewAbsence(
            typed["teacher"], since, until, _number(typed["first_n"]), _number(typed["last_n"]), typed["reason"],
            typed["order"], typed["note"],
        ), deeds.author())  # fmt: skip
    except SyncError as error:
        return _home(typed, {FIELDS.get(error.code, "whole"): sentence_of(error)}), entry_of(error).status
    return redirect(url_for("substitutions.page", absence_id=absence), 303)


def _number(typed: str) -> int | None:
    """A lesson's number; -1 for what is none, which fits nowhere."""
    text = typed.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else -1


def _home(typed: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> str:
    today = drafts.moment().today
    found = away.listing(db.session, today)
    return render_template(
        "substitutions/home.html", typed=typed, wrong=wrong or {}, today=today,
        coming=[one for one in found if one.away.ended_at is None and one.away.until >= today],
        back=[one for one in found if one.away.ended_at is not None and one.away.until >= today],
        over=[one for one in reversed(found) if one.away.until < today],
        teachers=away.teachers(db.session, today), reasons=[(code, _(name)) for code, name in away.reasons(db.session)],
        may_edit=access.may(Action.DAY_EDIT),
    )  # fmt: skip


# --- one of them -----------------------------------------------------------------------------------------------


@blueprint.get("/<absence_id>")
@needs(Action.DAY_EDIT)
def page(absence_id: str) -> str:
    """Every open lesson of the absence with what can become of it."""
    return _page(absence_id)


@blueprint.post("/<absence_id>")
@needs(Action.DAY_EDIT)
def confirm(absence_id: str) -> Any:
    """Carry out all that is chosen, as one act."""
    picked = _picked()
    seen = {name[5:]: value for name, value in request.form.items() if name.startswith("seen-")}
    try:
        choices = [_choice(lesson, one) for lesson, one in picked.items()]
        act = confirming.confirm(absence_id, choices, seen, _since(), deeds.author(), deeds.rights())
    except SyncError as error:
        if error.code == "not_found":
            raise
        db.session.rollback()
        return _page(absence_id, picked, seen, sentence_of(error)), entry_of(error).status
    return redirect(f"/changes/{act}", 303)


@blueprint.post("/<absence_id>/end")
@needs(Action.DAY_EDIT)
def end(absence_id: str) -> Any:
    """The teacher came after all."""
    away.end(absence_id, deeds.author())
    flash(_("The absence is taken back. What was given to others stays until you take it back below."))
    return redirect(url_for("substitutions.page", absence_id=absence_id), 303)


@blueprint.post("/<absence_id>/back")
@needs(Action.DAY_EDIT)
def back(absence_id: str) -> Any:
    """Take back what was given: of one lesson, or with ``all`` of every lesson where it is possible."""
    one, by = away.get(db.session, absence_id), deeds.author()
    lessons = request.form.getlist("lesson")
    if request.form.get("all"):
        lessons = [each.lesson_id for each in given.given(db.session, one, by.today) if each.can_go_back]
    try:
        count = given.take_back(one, lessons, by, deeds.rights())
    except SyncError as error:
        db.session.rollback()
        return _page(absence_id, wrong=sentence_of(error)), entry_of(error).status
    flash(ngettext("%(num)s lesson is held by its own teacher again.",
                   "%(num)s lessons are held by their own teacher again.", count))  # fmt: skip
    return redirect(url_for("substitutions.page", absence_id=absence_id), 303)


def _since() -> date | None:
    text = request.values.get("from", "")
    return parse_day(text) if text else None


def _picked() -> dict[str, Picked]:
    """What the form says, by lesson."""
    form = request.form
    ids = [name[3:] for name in form if name.startswith("do-")]
    return {id: Picked(form[f"do-{id}"], form.get(f"who-{id}", ""), form.get(f"task-{id}", "")) for id in ids}


def _choice(lesson: str, one: Picked) -> Choice:
    if one.value == OTHER:
        if not one.other:
            raise DomainError("field_needed", field=_("another teacher"))
        return Choice(lesson, TEACHER, one.other)
    what, _colon, who = one.value.partition(":")
    if what not in WHATS or (what in NAMES_OTHER and not who):
        raise DomainError("bad_request")
    return Choice(lesson, what, who, one.task if what not in NAMES_OTHER else "")


def _page(
    absence_id: str, picked: Mapping[str, Picked] | None = None, seen: Mapping[str, str] | None = None, wrong: str = ""
) -> str:
    today = drafts.moment().today
    try:
        since = _since()
    except DomainError:
        since = None
    work = proposing.open_work(db.session, absence_id, today, since)
    found = given.given(db.session, work.away, today)
    ids = {case.lesson.id for case in work.cases}
    lost = {id: one for id, one in (picked or {}).items() if id not in ids and one.value != OPEN}
    return render_template(
        "substitutions/page.html", work=work, away=work.away, facts=work.days.facts, found=found, words=words,
        picked=_marked(work, picked), typed=picked is not None, lost=lost, wrong=wrong, today=today, shown=SHOWN,
        moved={id for id in ids if seen and id in seen and seen[id] != _marks(work)[id]}, marks=_marks(work),
        people={**{id: one.name for id, one in work.diary.colleagues.items()}, **work.days.facts.people},
        hints=_hints(work, found), earlier=_earlier(work, today), names=_part_names(found, work),
        ended=work.away.ended_at is not None, can_go_back=any(one.can_go_back for one in found),
    )  # fmt: skip


def _marked(work: Work, picked: Mapping[str, Picked] | None) -> dict[str, Picked]:
    """What is marked for each lesson: as typed, else the best; of an absence that was taken back nothing."""
    best = {}
    for case in work.cases:
        what, who = case.best if work.away.ended_at is None else (OPEN, "")
        best[case.lesson.id] = Picked(f"{what}:{who}" if what else "")
    return {id: (picked or {}).get(id, one if picked is None else Picked()) for id, one in best.items()}


def _marks(work: Work) -> dict[str, str]:
    """Marks of all lessons that the form may change."""
    return {lesson.id: lesson.as_state().mark() for case in work.cases for lesson in _of_case(case)}


def _of_case(case: Case) -> list[Any]:
    return [case.lesson, *case.swaps, *case.joins]


def _hints(work: Work, found: list[Given]) -> dict[str, list[str]]:
    """What is wrong by now with lessons that were provided for: whoever holds them is away or has another one."""
    held = {lesson.id: lesson for lesson in work.days.lessons}
    days = confirming.with_names(work.days, work.diary)
    hints: dict[str, list[str]] = {}
    watched = {id: one.lesson_id for one in found for id in (one.lesson_id, *one.with_lessons)}
    for id, own in watched.items():
        lesson = held.get(id)
        for person in lesson.teachers if lesson and lesson.is_held else ():
            if work.diary.is_away(person, lesson):
                hints.setdefault(own, []).append(_("%(name)s is absent then.", name=days.facts.people[person]))
    for clash in clashes([lesson for lesson in days.lessons if lesson.on >= work.first], days.facts):
        for id in {clash.one, clash.other} & watched.keys():
            finding = Finding(clash.kind, True, held[id].on, (clash.one, clash.other), clash.who)
            hints.setdefault(watched[id], []).append(sentence(finding, days))
    return hints


def _part_names(found: list[Given], work: Work) -> dict[str, str]:
    """«7 «А», algebra» of what was provided for, by lesson."""
    courses = {part.course: part for lesson in work.days.lessons for part in lesson.parts}

    def name(state: LessonState) -> str:
        known = [courses[part.course] for part in state.parts if part.course in courses]
        facts = work.days.facts
        return "; ".join(course(facts.group_name(one.group), facts.subjects[one.subject]) for one in known)

    return {one.lesson_id: name(one.before) for one in found}


def _earlier(work: Work, today: date) -> dict[str, str]:
    """Addresses of the parts of a long absence before and after this one."""
    one, found = work.away, {}
    if work.first > one.since:
        found["before"] = max(one.since, work.first - proposing.AT_ONCE).isoformat()
    if work.last < one.until:
        found["after"] = min(one.until, work.first + proposing.AT_ONCE).isoformat()
    return found
