"""Where work comes back: a code, what stands behind it, its return and its mark; then the next code."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import g, redirect, render_template, request, url_for
from flask_babel import format_datetime
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.security import school
from server.services import belonging, feedback, logging_work, scopes, student_works, works
from server.services.answers import reading
from server.services.delivery import finding
from server.services.logging_work import Arrival, Line, Said
from server.services.marking import copy_wishes, marked_copy
from server.services.returns import Outcome
from server.services.scanning import came
from server.services.weeks import parse_day
from server.services.works import WorkView
from server.web import access, drafts, marks
from server.web.access import ANYWHERE, needs
from sync import codes, decide
from sync.errors import SyncError
from sync.ops import MAX_COMMENT

blueprint = APIBlueprint("works", __name__, url_prefix="/works", enable_openapi=False)
FIELDS = {
    "mark_invalid": "mark", "mark_needed": "mark", "mark_twice": "mark", "channel_unknown": "channel",
    "date_invalid": "on", "date_in_future": "on", "date_too_early": "on", "comment_long": "comment",
}  # fmt: skip


def scope_of_work(code: str) -> Scope:
    """What the work belongs to, asked once a request."""
    known = g.setdefault("work_scopes", {})
    if code not in known:
        known[code] = scopes.of_work(db.session, code, drafts.moment().today)
    return known[code]


@blueprint.app_template_filter("hour")
def hour(value: datetime) -> str:
    """``09:41`` in the school's zone."""
    return format_datetime(value, "HH:mm")


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"mark_label": marks.mark_label, "said_label": marks.said_label, "STATES": marks.STATES,
            "TONES": marks.TONES, "max_comment": MAX_COMMENT}  # fmt: skip


@blueprint.get("/find")
@needs(Action.WORK_VIEW, scope=ANYWHERE)
def find() -> Any:
    """Ask for a code; a right one leads to its work, a wrong one is told beside the field."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return _ask()
    row = school()
    if access.may_somewhere(Action.DELIVERY_MANAGE) and finding.leads_here(db.session, typed, row.id if row else ""):
        return redirect(url_for("registers.find", code=typed), 303)  # a code reader types wherever the cursor stands
    try:
        code = codes.parse_code(typed, row.id if row else None)
        works.find(db.session, code, row.id if row else "")
        if not access.may(Action.WORK_VIEW, scope_of_work(code)):
            raise DomainError("work_of_others")
    except SyncError as error:
        return _ask(typed, sentence_of(error)), entry_of(error).status
    return redirect(url_for("works.page", code=code), 303)


def _ask(typed: str = "", wrong: str = "") -> str:
    just = _just_logged()
    done = next((one for one in just if one.code == request.args.get("done")), None)
    stands = logging_work.replaced(db.session, [done.seq]).get(done.seq) if done else None
    newer = marks.newer_label(stands, done.maximum) if done and stands else ""
    return render_template("works/find.html", typed=typed, wrong=wrong, just=just, done=done, newer=newer)


def _just_logged() -> list[logging_work.Logged]:
    now = drafts.moment()
    midnight = datetime.combine(now.today, time(), ZoneInfo(now.zone))
    return logging_work.just_logged(db.session, current_user.person_id, midnight)


@blueprint.get("/<code>")
@needs(Action.WORK_VIEW, scope=scope_of_work)
def page(code: str) -> Any:
    """A work: whose, what, what stands about it, and the form."""
    return _render(work_of(code))


@blueprint.post("/<code>")
@needs(Action.WORK_LOG, Action.MARK_SET, scope=scope_of_work)
def save(code: str) -> Any:
    """Log a return or decide a mark, then ask for the next code."""
    work = work_of(code)
    try:
        draft = drafts.opened(request.form.get("draft", ""))
        if [line.key for line in draft.lines] != [code]:
            raise DomainError("form_expired")
        said = read_said(request.form)
        arrival = read_arrival(request.form) if said.again else None
        [outcome] = drafts.deliver([logging_work.op_about_work(draft, 0, said, arrival)], scope_of_work(code))
        if outcome.outcome in (decide.HELD, decide.REJECTED):
            raise refusal(outcome)
    except SyncError as error:
        renew = error.code in ("form_expired", "draft_used")
        wrong = {FIELDS.get(error.code, "form"): sentence_of(error)}
        return _render(work, wrong, None if renew else request.form["draft"]), entry_of(error).status
    if outcome.outcome == decide.CONFLICT:
        return redirect(url_for("works.page", code=code), 303)
    return redirect(url_for("works.find", done=code), 303)


def read_said(form: Any) -> Said:
    """What the form says about the work; its ``act`` tells a return from a mark."""
    comment = read_comment(form.get("comment", ""))
    mark = marks.read_choice(form.get("mark", ""), form.get("points", ""))
    return Said(mark, comment, form.get("act") != "mark")


def read_comment(text: str) -> str:
    """A comment as it is kept. Raises DomainError comment_long."""
    clean = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(clean) > MAX_COMMENT:
        raise DomainError("comment_long", limit=MAX_COMMENT)
    return clean


def read_arrival(form: Any) -> Arrival:
    """When and how it came back. Raises DomainError date_invalid."""
    return Arrival(parse_day(form.get("on", "")), form.get("channel", ""))


def refusal(outcome: Outcome) -> DomainError:
    """Why an op was not simply accepted, as the person's page says it."""
    code = "draft_used" if outcome.reason == "op_same_id" else outcome.reason
    return DomainError(code, **outcome.data)


def work_of(code: str) -> WorkView:
    """A work by its code, as the address has it. Raises SyncError for what is none of this school's."""
    row = school()
    return works.find(db.session, code, row.id if row else "")


def _render(work: WorkView, wrong: dict[str, str] | None = None, draft: str | None = None) -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew: what others saved meanwhile is shown, too
    scope, now = scope_of_work(work.code), drafts.moment()
    state = works.states(db.session, [work.id])[work.id]
    told = works.marks_of(db.session, work.id, state) if access.may(Action.MARK_VIEW, scope) else []
    channels = logging_work.channels(db.session)
    usual = logging_work.last_channel(db.session, current_user.person_id) or channels[0][0]
    act = "return" if state.state in logging_work.AGAIN and not work.marks_only else "mark"
    may_log = access.may(Action.WORK_LOG, scope) and not work.marks_only
    may_mark = access.may(Action.MARK_SET, scope)
    typed = request.form if request.method == "POST" else {"points": request.args.get("points", "")[:4]}  # as proposed
    return render_template(
        "works/work.html", work=work, state=state, returns=works.returns_of(db.session, work.id), marks=told,
        sides=sides_of(told) if state.conflict else [], channels=channels, channel_names=dict(channels),
        kinds=logging_work.kinds(db.session), choices=marks.choices(work.rule),
        decided=state.shown is not None and state.shown.value[0] != "cleared",
        act=act if may_mark else "return", usual=usual, today=now.today, may_log=may_log, may_mark=may_mark,
        wrong=wrong or {}, typed=typed, just=_just_logged(),
        given={one.seq: one for one in feedback.given_of(db.session, work.id)} if told else {},
        has_answers=access.may(Action.MARK_VIEW, scope) and reading.has_answers(db.session, work.id),
        draft=draft or drafts.fresh([Line(work.code, state.heads, state.state)]),
        scanned=came.of_work(db.session, work.code), **_copy(work, bool(told)),
        late=student_works.is_overdue(work, state, belonging.register(db.session, [work.student_id]), now.today),
    )  # fmt: skip


def _copy(work: WorkView, sees: bool) -> dict[str, Any]:
    """What the page says of the marked copy, to those who see the mark."""
    if not sees or not marked_copy.is_there(db.session, work.id):
        return {}
    return {"copy_there": True, "copy_wish": copy_wishes.of_work(db.session, work.id), "may_wish": may_tell(work.code)}


def may_tell(code: str) -> bool:
    """Whether the person of this request marks the work or tells its family."""
    scope = scope_of_work(code)
    return access.may(Action.MARK_SET, scope) or access.may(Action.MESSAGE_SEND, scope)


def sides_of(told: list[works.MarkView]) -> list[tuple[tuple[str, str | None], list[works.MarkView]]]:
    """The values that disagree, each with who said it."""
    heads = [one for one in told if one.is_head]
    values = dict.fromkeys((one.verdict, one.value) for one in heads)
    return [(value, [one for one in heads if (one.verdict, one.value) == value]) for value in values]
