"""Marking on screen: what came back, work by work, with its pages beside the mark; the next by one key."""

import json
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Task
from server.policy import Action
from server.services import logging_work, works
from server.services.answers.view import AnswersView, answers_of_work
from server.services.logging_work import Line, Said
from server.services.marking import copy_wishes, likeness, marked_copy, phrases, queue, sheets, signs, with_decision
from server.services.marking.queue import Queued, Wish
from server.services.marking.with_decision import Beside
from server.services.works import WorkView
from server.web import access, drafts, marks
from server.web.access import ANYWHERE, needs
from server.web.class_table import KEYS
from server.web.pictures import seen
from server.web.works import FIELDS, read_comment, refusal, scope_of_work, sides_of, work_of
from sync import decide
from sync.decide import WorkState
from sync.errors import SyncError
from sync.ops import MAX_COMMENT

blueprint = APIBlueprint("marking", __name__, url_prefix="/marking", enable_openapi=False)
SAME_KEY = {"д": "l", "п": "g", "з": "p", "н": "y"}  # the same keys while another layout is on


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"mark_label": marks.mark_label, "max_comment": MAX_COMMENT, "max_word": signs.LONGEST,
            "max_signs": signs.MOST}  # fmt: skip


def _wish() -> Wish:
    """The list that the address names."""
    return next((Wish(kind, request.args[kind]) for kind in queue.KINDS if request.args.get(kind)), Wish())


def _queue(wish: Wish) -> list[Queued]:
    """That list for who is signed in; what was decided today keeps its place."""
    now = drafts.moment()
    midnight = datetime.combine(now.today, time(), ZoneInfo(now.zone))
    return queue.queue(db.session, access.realm(Action.MARK_SET), wish, current_user.person_id, midnight)


@blueprint.get("/")
@needs(Action.MARK_SET, scope=ANYWHERE)
def home() -> str:
    """What waits, task by task, the longest waiting first; after the last work, that all is done."""
    wish = _wish()
    found = _queue(wish)
    first = next((one.code for one in found if not one.done), "")
    return render_template("marking/home.html", tasks=queue.by_task(found), first=first, wish=wish,
                           done=sum(one.done for one in found), total=len(found))  # fmt: skip


@blueprint.get("/next")
@needs(Action.MARK_SET, scope=ANYWHERE)
def first() -> Any:
    """The first work of a list that waits."""
    wish = _wish()
    code = next((one.code for one in _queue(wish) if not one.done), "")
    return redirect(url_for("marking.page", code=code, **wish.plain) if code else url_for("marking.home", **wish.plain))


@blueprint.get("/<code>")
@needs(Action.MARK_SET, scope=scope_of_work)
def page(code: str) -> str:
    """A work: its pages, and the form for the decision."""
    return _render(work_of(code))


@blueprint.post("/<code>")
@needs(Action.MARK_SET, scope=scope_of_work)
def save(code: str) -> Any:
    """Keep the decision, then show the next work of the list."""
    work, wish = work_of(code), _wish()
    try:
        draft = drafts.opened(request.form.get("draft", ""))
        if [line.key for line in draft.lines] != [code]:
            raise DomainError("form_expired")
        said, beside = _said(), _beside(work)
        envelope = logging_work.op_about_work(draft, 0, said, None)
        then = with_decision.then(envelope, work.id, beside, current_user.person_id, drafts.moment().at)
        [outcome] = drafts.deliver([envelope], scope_of_work(code), then)
        if outcome.outcome in (decide.HELD, decide.REJECTED):
            raise refusal(outcome)
    except SyncError as error:
        renew = error.code in ("form_expired", "draft_used")
        wrong = {FIELDS.get(error.code, "form"): sentence_of(error)}
        anew = error.code == "signs_changed"
        return _render(work, wrong, None if renew else request.form["draft"], anew), entry_of(error).status
    _remember(work, said.comment)
    if outcome.outcome == decide.CONFLICT:
        return redirect(url_for("marking.page", code=code, done=code, **wish.plain), 303)
    _tell_if_replaced(work, draft, outcome.n)
    db.session.rollback()  # reads anew what has just been saved
    following = queue.place(_queue(wish), code).next
    if not following:
        return redirect(url_for("marking.home", done=code, **wish.plain), 303)
    return redirect(url_for("marking.page", code=following, done=code, **wish.plain), 303)


def _said() -> Said:
    """What the form says: a mark or the work sent back, and the comment with the chosen ones behind it."""
    mark = marks.read_choice(request.form.get("mark", ""), request.form.get("points", ""))
    chosen = request.form.getlist("phrase")
    text = read_comment(request.form.get("comment", ""))
    if chosen:
        text = read_comment(phrases.with_chosen(text, chosen, phrases.of_person(db.session, current_user.person_id)))
    return Said(mark, text, again=False)


def _beside(work: WorkView) -> Beside:
    """What the form says besides: signs on pages, and whether a marked copy goes with the pack."""
    asked = signs.read(request.form.get("signs", ""), signs.pages_of_work(db.session, work.id))
    return Beside(asked, "copy_wanted" in request.form if "copy_asked" in request.form else None)


def _remember(work: WorkView, comment: str) -> None:
    """Count the comments that were used and keep a new one; a child's name is not kept, and that is told."""
    person, now, keep = current_user.person_id, drafts.moment().at, bool(request.form.get("keep"))
    if not comment:
        return

    def note(session: Session) -> str:
        return phrases.used(session, person, comment, keep, (work.first_name, work.last_name), now)

    if store.write(note) == phrases.NAMED:
        flash(_("The mark is saved. The comment was not kept for other works: it names the student."), "error")


def _tell_if_replaced(work: WorkView, draft: logging_work.Draft, n: int) -> None:
    db.session.rollback()
    seq = logging_work.numbers(db.session, draft).get(n)
    stands = logging_work.replaced(db.session, [seq]).get(seq) if seq else None
    if stands:
        flash(f"{work.last_name} {work.first_name}: {marks.newer_label(stands, work.rule.maximum)}", "error")


def _render(
    work: WorkView, wrong: dict[str, str] | None = None, draft: str | None = None, anew: bool = False
) -> str:  # fmt: skip
    """``anew``: the signs that were sent stand on top of those that somebody else put meanwhile."""
    if request.method == "POST":
        db.session.rollback()  # reads anew: what others saved meanwhile is shown, too
    wish, state = _wish(), works.states(db.session, [work.id])[work.id]
    found = _queue(wish)
    place = queue.place(found, work.code)
    told, came = works.marks_of(db.session, work.id, state), works.returns_of(db.session, work.id)
    ticked = answers_of_work(db.session, work.id)
    pages, total = sheets.pages_of(db.session, work.id)
    hand_ins = sheets.hand_ins(came, told, pages, total)
    known = signs.of_pages(db.session, [page.id for page in pages])
    stand = {page.id: known.get(page.id, signs.NONE) for page in pages}
    typed = request.form.to_dict() if request.method == "POST" else _proposed(ticked, state)
    if anew:
        typed["signs"] = signs.rebased(typed.get("signs", ""), stand)
    return render_template(
        "marking/work.html", work=work, state=state, wish=wish, place=place, hand_ins=hand_ins, returns=came,
        marks=told, sides=sides_of(told) if state.conflict else [], may_mark=True, given={},
        channel_names=dict(logging_work.channels(db.session)), kinds=logging_work.kinds(db.session),
        text=seen(db.session.get_one(Task, work.task_id).text), choices=marks.choices(work.rule),
        decided=_is_decided(state), twins=likeness.of_task(db.session, work.task_id).get(work.code, []),
        comments=phrases.of_person(db.session, current_user.person_id), wrong=wrong or {},
        typed=typed, stand={page: one.plain for page, one in stand.items()},
        copy_wish=copy_wishes.of_work(db.session, work.id),
        copy_there=_is_decided(state) and marked_copy.is_there(db.session, work.id), sending=request.method == "POST",
        chosen=request.form.getlist("phrase"),
        keys=keys_of(work.rule),
        ahead=_ahead(found, place.next), draft=draft or drafts.fresh([Line(work.code, state.heads, state.state)]),
        picture_of=_picture_of, done=request.args.get("done", ""), owner=current_user.get_id(),
        answers=ticked, may_settle=True,
    )  # fmt: skip


def _proposed(ticked: AnswersView | None, state: WorkState) -> dict[str, str]:
    """The points of ticked answers, to be confirmed, while the work waits for a decision."""
    if ticked is None or ticked.suggested is None or state.state != "returned":
        return {}
    return {"points": str(ticked.suggested)}


def _is_decided(state: WorkState) -> bool:
    return state.shown is not None and state.shown.value[0] != "cleared"


def _picture_of(page_id: str) -> str:
    return url_for("stacks.picture", page_id=page_id)


def _ahead(found: Sequence[Queued], code: str) -> list[str]:
    """Addresses of the next work's pictures."""
    following = next((one for one in found if one.code == code), None)
    pages = sheets.latest_pages(db.session, code, following.seq) if following else []
    return [_picture_of(page_id) for page_id in pages]


def keys_of(rule: decide.Scale) -> dict[str, str]:
    """Key → what it chooses in the form: the keys of the class's table, whichever layout is on."""
    known = KEYS["en" if str(get_locale()).startswith("en") else "ru"]
    meant = {"redo": "redo"}
    if rule.type == "none":
        meant["checked"] = "checked"
    meant |= {word: f"mark:{word}" for word in ("pass", "fail") if word in rule.values}
    found = {known[word]: sends for word, sends in meant.items()}
    return {SAME_KEY[key]: sends for key, sends in found.items() if key in SAME_KEY} | found


@blueprint.app_template_filter("as_json")
def as_json(value: Any) -> str:
    """A value for a script, in an attribute."""
    return json.dumps(value, ensure_ascii=False)


@blueprint.get("/<code>/beside/<other>")
@needs(Action.MARK_SET, scope=lambda code, other: scope_of_work(code))
def beside(code: str, other: str) -> str:
    """Two works of one task side by side."""
    both = [work_of(code), work_of(other)]
    if both[0].task_id != both[1].task_id or code == other:
        raise DomainError("not_found")
    known = works.states(db.session, [work.id for work in both])
    twins = likeness.of_task(db.session, both[0].task_id).get(code, [])
    halves = []
    for work in both:
        told = works.marks_of(db.session, work.id, known[work.id])
        came = works.returns_of(db.session, work.id)
        halves.append((work, known[work.id], sheets.hand_ins(came, told, *sheets.pages_of(db.session, work.id))))
    return render_template("marking/beside.html", halves=halves, wish=_wish(), picture_of=_picture_of,
                           channel_names=dict(logging_work.channels(db.session)),
                           how=next((twin.how for twin in twins if twin.code == other), ""))  # fmt: skip


@blueprint.get("/comments")
@needs(Action.MARK_SET, scope=ANYWHERE)
def comments() -> str:
    """One's own comments that are used again."""
    return _comments()


@blueprint.post("/comments/<phrase_id>")
@needs(Action.MARK_SET, scope=ANYWHERE)
def change_comment(phrase_id: str) -> Any:
    """Another text for a comment, or none any more."""
    person, text = current_user.person_id, request.form.get("text", "")
    try:
        if request.form.get("act") == "forget":
            store.write(lambda session: phrases.forget(session, person, phrase_id))
        else:
            store.write(lambda session: phrases.change(session, person, phrase_id, text))
    except DomainError as error:
        if error.code == "not_found":
            raise
        return _comments(phrase_id, sentence_of(error), text), entry_of(error).status
    flash(_("Saved."))
    return redirect(url_for("marking.comments"), 303)


def _comments(wrong: str = "", sentence: str = "", typed: str = "") -> str:
    listed = phrases.of_person(db.session, current_user.person_id, phrases.LISTED)
    return render_template("marking/comments.html", comments=listed, wrong=wrong, sentence=sentence, typed=typed)
