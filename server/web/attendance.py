"""Proposed absences: accepted one by one or all at once, refused with a reason, taken back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Group, LessonCourse
from server.policy import Action, Realm, Scope
from server.reference import CHANNELS
from server.services import absence_proposals, cut_offs, logging_work, people, scopes
from server.services.absence_decision import Verdict
from server.services.absence_evidence import LessonHead
from server.services.absence_proposals import Proposed, Waiting
from server.services.cut_offs import Stretch
from server.services.logging_work import Draft, Line
from server.services.weeks import parse_day
from server.web import absence_words, access, drafts, presence
from server.web.access import ANYWHERE, needs
from sync import decide
from sync.errors import SyncError

blueprint = APIBlueprint("attendance", __name__, url_prefix="/attendance", enable_openapi=False)
SHOWN = 60  # proposals on one page; what is decided makes room


@dataclass(frozen=True)
class View:
    """What this person looks at: a realm, narrowed to a class where the whole school is theirs."""

    realm: Realm
    group: Group | None

    @property
    def class_id(self) -> str | None:
        return self.group.id if self.group else None


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"why": absence_words.why, "ASKS": absence_words.ASKS, "Verdict": Verdict,
            "max_reason": absence_proposals.MAX_REASON}  # fmt: skip


def realm() -> Realm:
    """Where this person may note absences by evidence. Raises DomainError forbidden for who may see no works."""
    access_realm = access.realm(Action.ABSENCE_SET)
    if not access_realm or not access.may_somewhere(Action.WORK_VIEW):
        raise DomainError("forbidden")
    return access_realm


def view() -> View:
    """The realm and the class that was asked for. Raises DomainError group_unknown."""
    slug = request.values.get("class", "")
    return View(realm(), people.group_by_slug(db.session, slug) if slug else None)


@blueprint.get("/")
@needs(Action.ABSENCE_SET, scope=ANYWHERE)
def home() -> Any:
    """What waits for this person; who only reports presence goes to that list."""
    if not access.may_somewhere(Action.WORK_VIEW):
        access.demand(Action.PRESENCE_REPORT)
        return presence.home()
    return _render(view())


def _render(shown: View, wrong: str = "") -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew: what others saved meanwhile is shown, too
    now = drafts.moment()
    if shown.realm.everything and shown.group is None:
        found = absence_proposals.candidates(db.session, shown.realm, now.today)
        counts = absence_proposals.by_class(found)
        classes = [(group, counts.get(group.id, 0)) for group in people.classes(db.session, None)]
        return render_template("attendance/classes.html", classes=classes, wrong=wrong)
    waiting = absence_proposals.waiting(db.session, shown.realm, now.today, now.zone, shown.class_id)
    lines = waiting.lines[:SHOWN]
    origin = request.args.get("done", "")
    done = absence_proposals.just_said(db.session, origin, current_user.person_id) if origin else []
    letters, causes = cut_offs.names(db.session)
    with_refused = "refused" in request.args
    refused = absence_proposals.refused(db.session, shown.realm, now.today, shown.class_id) if with_refused else None
    return render_template(
        "attendance/home.html", shown=shown, wrong=wrong, lessons=_by_lesson(lines), lines=lines,
        more=len(waiting.lines) - len(lines), unreachable=_by_student(waiting), numbers=_numbers(lines),
        refused=refused, channels=CHANNELS, letters=letters, causes=causes, done=done,
        draft=drafts.fresh(absence_proposals.lines_of(lines)),
        undo=drafts.fresh(done) if done else "", reaches=access.realm(Action.PEOPLE_EDIT),
    )  # fmt: skip


def _by_lesson(lines: Sequence[Proposed]) -> list[tuple[LessonHead, list[Proposed]]]:
    return [(lesson, list(own)) for lesson, own in groupby(lines, key=lambda line: line.lesson)]


def _by_student(waiting: Waiting) -> list[list[Proposed]]:
    found: dict[str, list[Proposed]] = {}
    for line in waiting.unreachable:
        found.setdefault(line.pupil.id, []).append(line)
    return list(found.values())


def _numbers(lines: Sequence[Proposed]) -> dict[str, int]:
    return {line.key: n for n, line in enumerate(lines)}


@blueprint.post("/")
@needs(Action.ABSENCE_SET, scope=ANYWHERE)
def accept() -> Any:
    """Note the letters of all lines, of a lesson, or of one; what changed meanwhile is left and said."""
    shown = view()
    try:
        draft = drafts.opened(request.form.get("draft", ""))
        chosen = _chosen(request.form.get("accept", ""), draft)
    except SyncError as error:
        return _render(shown, sentence_of(error)), entry_of(error).status
    now = drafts.moment()
    waiting = absence_proposals.waiting(db.session, shown.realm, now.today, now.zone, shown.class_id)
    used = logging_work.numbers(db.session, draft)
    known = {line.pair: line for line in waiting.lines}
    envelopes = absence_proposals.ops_of(draft, chosen, known, used)
    outcomes = drafts.deliver_across(envelopes, course_scopes(draft.lines)) if envelopes else []
    good = sum(one.outcome in (decide.ACCEPTED, decide.DUPLICATE) for one in outcomes)
    if good:
        flash(ngettext("%(num)s change noted.", "%(num)s changes noted.", good))
    if left := len(chosen) - good:
        flash(_("Not noted, because something changed meanwhile: %(num)s. Look at them again.", num=left), "error")
    return redirect(_here(shown, done=draft.origin), 303)


def _chosen(said: str, draft: Draft) -> list[int]:
    """Numbers of the lines: "all", "lesson-<id>", or one number. Raises DomainError bad_request."""
    if said == "all":
        return list(range(len(draft.lines)))
    if said.startswith("lesson-"):
        wanted = said.removeprefix("lesson-")
        return [n for n, line in enumerate(draft.lines) if absence_proposals.pair_of(line)[1] == wanted]
    if said.isascii() and said.isdigit() and int(said) < len(draft.lines):
        return [int(said)]
    raise DomainError("bad_request")


def course_scopes(lines: Collection[Line]) -> dict[str, Scope]:
    """The scopes of the courses of a form's lines, by course; and of the students, by student."""
    lessons = {absence_proposals.pair_of(line)[1] for line in lines}
    rows = db.session.scalars(db.select(LessonCourse.course_id).where(LessonCourse.id.in_(lessons)).distinct())
    return {course_id: scopes.of_course(db.session, course_id) for course_id in rows}


def _here(shown: View, **more: str) -> str:
    """The page again, with the class that is looked at."""
    asked = {"class": shown.group.slug} if shown.group and shown.realm.everything else {}
    return url_for("attendance.home", **asked, **more)


@blueprint.post("/undo")
@needs(Action.ABSENCE_SET, scope=ANYWHERE)
def undo() -> Any:
    """Put back what stood before the letters that were just noted."""
    shown = view()
    try:
        draft = drafts.opened(request.form.get("draft", ""))
    except SyncError as error:
        return _render(shown, sentence_of(error)), entry_of(error).status
    envelopes = [absence_proposals.op_about(draft, n, line.state or None) for n, line in enumerate(draft.lines)]
    outcomes = drafts.deliver_across(envelopes, course_scopes(draft.lines))
    good = sum(one.outcome in (decide.ACCEPTED, decide.DUPLICATE) for one in outcomes)
    flash(_("Taken back: %(num)s.", num=good))
    return redirect(_here(shown), 303)


@blueprint.post("/refuse")
@needs(Action.ABSENCE_SET, scope=ANYWHERE)
def refuse() -> Any:
    """Keep that a proposal was refused and why, or that the student could not be reached in these days."""
    shown = view()
    student, lesson = request.form.get("student", ""), request.form.get("lesson", "")
    row = db.session.get(LessonCourse, lesson)
    if row is None:
        raise DomainError("lesson_unknown")
    access.demand(Action.ABSENCE_SET, scopes.of_course(db.session, row.course_id))
    try:
        if request.form.get("act") == "cut":
            access.demand(Action.PEOPLE_EDIT, scopes.of_student(db.session, student, drafts.moment().today))
            last = max(parse_day(request.form.get("until", "")), row.lesson.on)
            cut_offs.note([student], Stretch(row.lesson.on, last, request.form.get("cause", "")), drafts.author())
            flash(_("Noted as out of reach: no absence is proposed of these days."))
        else:
            verdict = "withdraw" if request.form.get("verdict") == Verdict.WITHDRAW else "absent"
            absence_proposals.refuse((student, lesson), verdict, request.form.get("reason", ""), drafts.author())
            flash(_("Kept. It is not proposed again."))
    except SyncError as error:
        if error.code == "forbidden":
            raise
        return _render(shown, sentence_of(error)), entry_of(error).status
    return redirect(_here(shown), 303)


@blueprint.post("/again")
@needs(Action.ABSENCE_SET, scope=ANYWHERE)
def propose_again() -> Any:
    """Take a refusal back."""
    shown = view()
    refusal = request.form.get("refusal", "")
    row = absence_proposals.refusal(db.session, refusal)
    access.demand(Action.ABSENCE_SET, scopes.of_course(db.session, row.course_id))
    absence_proposals.propose_again(refusal, drafts.author())
    flash(_("It is proposed again."))
    return redirect(_here(shown), 303)
