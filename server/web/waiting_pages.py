"""Scanned pages that wait for a person: one after the other, each with what can be done about it."""

from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import Person, ScanPage
from server.policy import Action
from server.security import config, school
from server.services import logging_work, scopes, works
from server.services.people import short_name
from server.services.scanning import came, settling, stacks
from server.services.scanning.stacks import PageView
from server.services.scanning.taking import Taking
from server.services.works import WorkView
from server.web import access, drafts
from server.web.access import ANYWHERE, needs
from server.web.stacks import looker
from sync import codes
from sync.errors import SyncError

blueprint = APIBlueprint("waiting_pages", __name__, url_prefix="/stacks/waiting", enable_openapi=False)
TURNS = {"left": 270, "right": 90, "over": 180}


@blueprint.get("/")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def home() -> str:
    """All pages that wait for this person, with small pictures."""
    return render_template("stacks/waiting.html", pages=stacks.waiting(db.session, looker()))


@blueprint.get("/<page_id>")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def page(page_id: str) -> Any:
    """A page: why it waits, and whose it would be by the code that was typed."""
    return _render(_theirs(page_id), request.args.get("code", ""), request.args.get("page", ""))


def _theirs(page_id: str) -> PageView:
    """Raises DomainError not_found, forbidden."""
    found = stacks.page_of(db.session, page_id)
    who = looker()
    if not who.whole and (found.by_id != who.person_id or found.reason == "others"):
        raise DomainError("forbidden")
    return found


def _render(page: PageView, typed: str, number: str, wrong: str = "") -> tuple[str, int]:
    queue = stacks.waiting(db.session, looker())
    work: WorkView | None = None
    if page.state == "waiting" and page.has_picture and not wrong:
        try:
            work, number = _found(page, typed, number)
        except SyncError as error:
            wrong = sentence_of(error)
    place = next((place for place, one in enumerate(queue) if one.id == page.id), None)
    row = db.session.get_one(ScanPage, page.id)
    by = short_name(person) if (person := _settler(row)) else ""
    shown = render_template(
        "stacks/waiting_page.html", page=page, typed=typed, number=number, wrong=wrong, work=work, place=place,
        before=queue[place - 1] if place else None, total=len(queue), next=_next(queue, page),
        several=_several(page), lacking=_lacking(work), settled_at=row.settled_at, settled_by=by,
        dismissed=request.args.get("dismissed", ""), registers=_registers(page),
    )  # fmt: skip
    return shown, 422 if wrong else 200


def _settler(row: ScanPage) -> Person | None:
    return db.session.get(Person, row.settled_by) if row.settled_by else None


def _next(queue: list[PageView], page: PageView) -> PageView | None:
    """The next page of the queue, after the last one the first."""
    place = next((place for place, one in enumerate(queue) if one.id == page.id), None)
    rest = queue if place is None else queue[place + 1 :] + queue[:place]
    return rest[0] if rest else None


def _found(page: PageView, typed: str, number: str) -> tuple[WorkView | None, str]:
    """The work that is asked about: by the typed code, else by the page's own; and the page's number.

    Raises what codes.parse_code and works.find do, and DomainError work_of_others.
    """
    row = school()
    if not typed.strip():
        known = str(page.page) if page.page is not None and not number else number
        return (page.work if page.why.word not in ("several", "kind") else None), known
    work = works.find(db.session, typed, row.id if row else "")
    if not access.may(Action.WORK_LOG, scopes.of_work(db.session, work.code, drafts.moment().today)):
        raise DomainError("work_of_others")
    return work, number or _read_number(typed) or _first_lacking(work)


def _read_number(typed: str) -> str:
    """The page number that a code reader sent with the code."""
    try:
        return str(codes.parse_qr(typed).page)
    except SyncError:
        return ""


def _first_lacking(work: WorkView) -> str:
    left = _lacking(work)
    return str(left[0]) if left else ""


def _lacking(work: WorkView | None) -> tuple[int, ...]:
    if work is None:
        return ()
    left = came.missing(db.session, [work.code]).get(work.code)
    if left is not None:
        return left
    has = any(not one.earlier for one in came.pages(db.session, [work.code]))
    total = came.totals(db.session, [work.code]).get(work.code, 0)
    return () if has else tuple(range(1, total + 1))


def _several(page: PageView) -> list[tuple[WorkView, int]]:
    """The works whose codes are on the page, each with its page number, those that this person may log."""
    found = []
    row = school()
    for label in page.why.labels if page.why.word == "several" else ():
        try:
            work = works.find(db.session, label.digits, row.id if row else "")
        except SyncError:
            continue
        if label.kind == "W" and access.may(
            Action.WORK_LOG, scopes.of_work(db.session, work.code, drafts.moment().today)
        ):
            found.append((work, label.page))
    return found


def _registers(page: PageView) -> list[str]:
    """The codes of registers of delivery on the page."""
    return [label.digits for label in page.why.labels if label.kind == "M"]


@blueprint.post("/<page_id>")
@needs(Action.WORK_LOG, scope=ANYWHERE)
def settle(page_id: str) -> Any:
    """Log the page, put it away, take that back, or turn its picture."""
    page, act = _theirs(page_id), request.form.get("act", "")
    if act == "restore":
        settling.restore(page.id)
        return redirect(url_for("waiting_pages.page", page_id=page.id), 303)
    if act in TURNS:
        settling.turn(config(), db.session.get_one(ScanPage, page.id), TURNS[act])
        return redirect(url_for("waiting_pages.page", page_id=page.id), 303)
    following = _next(stacks.waiting(db.session, looker()), page)
    if act == "dismiss":
        settling.dismiss([page.id], current_user.person_id, drafts.moment().at)
        return _on(following, dismissed=page.id)
    if act != "log":
        raise DomainError("bad_request")
    try:
        _log(page)
    except SyncError as error:
        if error.code == "scan_settled":
            raise
        db.session.rollback()
        return _render(page, request.form.get("code", ""), "", sentence_of(error))
    return _on(following)


def _on(following: PageView | None, **more: str) -> Any:
    if following is None:
        return redirect(url_for("waiting_pages.home", **more), 303)
    return redirect(url_for("waiting_pages.page", page_id=following.id, **more), 303)


def _log(page: PageView) -> None:
    row, moment = school(), drafts.moment()
    chosen = [works.find(db.session, code, row.id if row else "") for code in request.form.getlist("code")]
    if not chosen:
        raise DomainError("scan_none_chosen")
    for work in chosen:
        access.demand(Action.WORK_LOG, scopes.of_work(db.session, work.code, moment.today))
    at = logging_work.make_draft(b"", moment.at, moment.zone, current_user.person_id, ()).at
    by = Taking(current_user.person_id, moment.at, at, moment.today, moment.today, "")
    settling.route(page.id, [work.code for work in chosen], _number(request.form.get("page", "")), by)
    if len(chosen) > 1:
        flash(ngettext("%(num)s work was logged as handed in.", "%(num)s works were logged as handed in.", len(chosen)))
    else:
        flash(_("Logged: %(name)s, %(subject)s.", name=f"{chosen[0].last_name} {chosen[0].first_name}",
                subject=chosen[0].subject))  # fmt: skip


def _number(typed: str) -> int:
    """The page's number; nothing typed: 0, the whole work."""
    text = typed.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= 2):
        raise DomainError("scan_page_invalid")
    return int(text or 0)
