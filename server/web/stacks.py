"""Scanned paper: stacks sent and taken in, what became of their pages, and the pictures that were kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import ScanPage
from server.policy import SCHOOL, Action
from server.security import config
from server.services import logging_work, scopes
from server.services.running import running
from server.services.scanning import inbox, pictures, reasons, settling, stacks, upload
from server.services.scanning.inbox import Sent
from server.services.scanning.stacks import Looker, PageView
from server.services.scanning.taking import Taking
from server.services.scanning.upload import SCAN
from server.services.weeks import parse_day
from server.web import access, drafts, progress
from server.web.access import ANYWHERE, needs
from server.web.deeds import starter
from sync.errors import SyncError

blueprint = APIBlueprint("stacks", __name__, url_prefix="/stacks", enable_openapi=False)
KEPT_FOR = 300  # seconds: who marks on screen is sent the next work's pages before they are asked for
MOST_MB = 512  # of one upload: a copier's whole day in colours


@blueprint.url_value_preprocessor
def _large(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Stacks may be larger than other files; before anything reads the form."""
    if endpoint == "stacks.start":
        request.max_content_length = MOST_MB * 1024 * 1024


@blueprint.app_template_filter("scan_reason")
def scan_reason(stored: str) -> str:
    """Why a page waits, in words."""
    return reasons.sentence(stored)


def looker() -> Looker:
    """Who looks at stacks: with the right on the whole school at all of them."""
    return Looker(current_user.person_id, access.may(Action.WORK_LOG, SCHOOL))


def _sees(sent: Sent) -> bool:
    return sent.person == current_user.person_id or access.may(Action.WORK_LOG, SCHOOL)


@blueprint.get("/")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def home() -> str:
    """Send a stack; those under way, and those taken in."""
    return _home()


def _home(wrong: dict[str, str] | None = None) -> str:
    upload.go_on(config())  # what a killed office left goes on
    channels = logging_work.channels(db.session)
    run = running().last(SCAN)
    return render_template(
        "stacks/home.html", wrong=wrong or {}, typed=request.form if wrong else {}, channels=channels,
        names=dict(channels), today=drafts.moment().today, told=progress.told(run, current_user.account_id),
        under_way=[sent for sent in inbox.waiting(config()) if _sees(sent)], at_once=inbox.AT_ONCE,
        lines=stacks.listed(db.session, looker()), waiting=stacks.count_waiting(db.session, looker()),
    )  # fmt: skip


@blueprint.post("/")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def start() -> Any:
    """Keep the files and begin to read them; what is missing is told beside its field."""
    files = [file for file in request.files.getlist("file") if file.filename]
    try:
        if not files:
            raise DomainError("scan_none")
        if len(files) > inbox.AT_ONCE:
            raise DomainError("scan_many", limit=inbox.AT_ONCE)
        sent = upload.send(config(), [file.filename or "" for file in files], [file.stream for file in files],
                           starter(), _at(), _day(), _channel())  # fmt: skip
    except SyncError as error:
        field = {"date_invalid": "on", "date_in_future": "on", "channel_unknown": "channel"}.get(error.code, "file")
        return _home({field: sentence_of(error)}), entry_of(error).status
    return redirect(url_for("stacks.page", stack_id=sent.id), 303)


def _at() -> str:
    moment = drafts.moment()
    return logging_work.make_draft(b"", moment.at, moment.zone, current_user.person_id, ()).at


def _day() -> date:
    day = parse_day(request.form.get("on", ""))
    if day > drafts.moment().today:
        raise DomainError("date_in_future", value=day.isoformat())
    return day


def _channel() -> str:
    known = [code for code, _name in logging_work.channels(db.session)]
    chosen = request.form.get("channel", "")
    if chosen not in known:
        raise DomainError("channel_unknown", value=chosen[:20], allowed=", ".join(known))
    return chosen


@blueprint.get("/progress")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def watch() -> Any:
    """How far the reading has come, for the page's script."""
    return jsonify(progress.told(running().last(SCAN), current_user.account_id))


@blueprint.get("/<stack_id>")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def page(stack_id: str) -> str:
    """How a stack adds up, a line per work, what waits; or how far its reading has come."""
    sent = next((one for one in inbox.waiting(config()) if one.id == stack_id), None)
    if sent is not None:
        return _under_way(sent)
    line = stacks.one(db.session, stack_id, looker())
    pages = stacks.pages_of(db.session, stack_id)
    channels = dict(logging_work.channels(db.session))
    return render_template(
        "stacks/stack.html", stack=line, channel=channels.get(line.channel, line.channel), whole=looker().whole,
        works=stacks.lines(db.session, stack_id, pages), others={state: _in(pages, state) for state in stacks.STATES},
    )  # fmt: skip


def _under_way(sent: Sent) -> str:
    if not _sees(sent):
        raise DomainError("forbidden")
    upload.go_on(config())
    told = progress.told(running().last(SCAN), current_user.account_id)
    why = sentence_of(DomainError(sent.failed)) if sent.failed else ""
    return render_template("stacks/under_way.html", sent=sent, told=told, why=why)


def _in(pages: list[PageView], state: str) -> list[PageView]:
    return [page for page in pages if page.state == state]


@blueprint.post("/<stack_id>")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def settle(stack_id: str) -> Any:
    """Of a stack that is not taken in: try again, or leave it. Of one that is: put ticked pages away."""
    act = request.form.get("act", "")
    if act in ("again", "leave"):
        return _decide(inbox.one(config(), stack_id), act)
    who = looker()
    stacks.one(db.session, stack_id, who)
    if act == "known" and who.whole:
        return _log_known(stack_id)
    if act != "away":
        raise DomainError("bad_request")
    ticked = set(request.form.getlist("page"))
    theirs = [page.id for page in stacks.waiting(db.session, who) if page.stack_id == stack_id and page.id in ticked]
    if not theirs:
        raise DomainError("scan_settled" if ticked else "scan_none_ticked")
    done = settling.dismiss(theirs, current_user.person_id, drafts.moment().at)
    flash(ngettext("%(num)s page was put away.", "%(num)s pages were put away.", done))
    return redirect(url_for("stacks.page", stack_id=stack_id), 303)


def _log_known(stack_id: str) -> Any:
    moment = drafts.moment()
    at = logging_work.make_draft(b"", moment.at, moment.zone, current_user.person_id, ()).at
    by = Taking(current_user.person_id, moment.at, at, moment.today, moment.today, "")
    done, left = settling.route_known(stack_id, by)
    if done:
        flash(ngettext("%(num)s page went to its work.", "%(num)s pages went to their works.", done))
    if left:
        flash(ngettext("%(num)s page needs a look: another sheet came to its place.",
                       "%(num)s pages need a look: other sheets came to their places.", left))  # fmt: skip
    return redirect(url_for("stacks.page", stack_id=stack_id), 303)


def _decide(sent: Sent, act: str) -> Any:
    if not _sees(sent):
        raise DomainError("forbidden")
    if act == "again":
        inbox.try_again(config(), sent.id)
        upload.go_on(config())
        return redirect(url_for("stacks.page", stack_id=sent.id), 303)
    run = running().last(SCAN)
    if run is not None and run.state == "running":
        raise DomainError("scan_running")
    inbox.leave(config(), sent.id)
    flash(_("The stack was removed. Nothing of it was logged."))
    return redirect(url_for("stacks.home"), 303)


def may_see(page: ScanPage, codes: Sequence[str], by: str | None) -> bool:
    """Who took the stack in sees its pages; a page of a work who sees the work; any other who logs all works."""
    if by == current_user.person_id or access.may(Action.WORK_LOG, SCHOOL):
        return True
    if page.state not in ("routed", "doubled"):
        return False
    own = [scopes.of_work(db.session, code, drafts.moment().today) for code in codes]
    return any(access.may(Action.WORK_VIEW, scope) or access.may(Action.MARK_VIEW, scope) for scope in own)


@blueprint.get("/page/<page_id>.jpg")
@needs(Action.WORK_LOG, Action.WORK_VIEW, Action.MARK_VIEW, scope=ANYWHERE)
def picture(page_id: str) -> Any:
    """The kept picture of a page; ``size=small`` for lists. Browsers keep it for a moment, nobody else does."""
    page, codes, by = pictures.owner(db.session, page_id)
    if not may_see(page, codes, by):
        raise DomainError("forbidden")
    file = pictures.file_of(config(), page, request.args.get("size") == "small")
    answer = send_file(file, mimetype="image/jpeg", etag=False)
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_FOR}"
    return answer
