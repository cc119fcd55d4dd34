"""Notices: the list, a new one, another text, and the end of one."""

import secrets
from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import entry_of
from server.extensions import db
from server.models import Group
from server.policy import Action
from server.services import lesson_list, notices
from server.services.notices import NoticeDraft, NoticeView
from server.services.weeks import parse_day
from server.web import access, audience_form, drafts
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError
from sync.markdown import render

blueprint = APIBlueprint("notices", __name__, url_prefix="/notices", enable_openapi=False)
FIELDS = {"field_needed": "title", "notice_order": "to", "forbidden": "groups", "group_unknown": "groups"}


def _audiences() -> list[Group]:
    """Classes and study groups that this person may speak to."""
    realm = access.realm(Action.NOTICE_EDIT)
    where = () if realm.everything else (Group.id.in_(realm.groups),)
    return lesson_list.classes(db.session, *where)


@blueprint.get("/")
@needs(Action.NOTICE_EDIT, scope=ANYWHERE)
def home() -> str:
    """Those that one may change."""
    found = notices.listed(db.session, access.realm(Action.NOTICE_EDIT), drafts.moment().today)
    return render_template("notices/home.html", notices=found)


@blueprint.get("/new")
@needs(Action.NOTICE_EDIT, scope=ANYWHERE)
def new() -> str:
    """An empty form: from today for a week."""
    today = drafts.moment().today
    days = {"from": today.isoformat(), "to": (today + timedelta(days=7)).isoformat()}
    mine = [] if access.realm(Action.NOTICE_EDIT).everything else [group.id for group in _audiences()]
    return _form({"title": "", "body": "", **days}, mine, key=secrets.token_hex(8))


@blueprint.post("/new")
@needs(Action.NOTICE_EDIT, scope=ANYWHERE)
def create() -> Any:
    """Store it, or show the form with what is wrong."""
    if request.form.get("act") == "preview":
        return _typed_form(preview=True)
    try:
        notices.create(_typed(), access.realm(Action.NOTICE_EDIT), drafts.moment().at, current_user.person_id,
                       current_user.account_id, request.form.get("key", "")[:64])  # fmt: skip
    except SyncError as error:
        return _typed_form(error), entry_of(error).status
    flash(_("Saved. It goes out with the next edition."))
    return redirect(url_for("notices.home"), 303)


@blueprint.get("/<notice_id>")
@needs(Action.NOTICE_EDIT, scope=ANYWHERE)
def page(notice_id: str) -> str:
    """The form of a notice."""
    shown = _one(notice_id)
    draft = shown.draft
    typed = {"title": draft.title, "body": draft.body, "from": draft.starts_on.isoformat(),
             "to": draft.ends_on.isoformat()}  # fmt: skip
    return _form(typed, list(draft.group_ids), shown, base=draft.mark())


@blueprint.post("/<notice_id>")
@needs(Action.NOTICE_EDIT, scope=ANYWHERE)
def save(notice_id: str) -> Any:
    """Store it or end it; what somebody else stored meanwhile is shown beside."""
    shown, moment, realm = _one(notice_id), drafts.moment(), access.realm(Action.NOTICE_EDIT)
    if request.form.get("act") == "preview":
        return _typed_form(None, shown, preview=True)
    if request.form.get("act") == "end":
        notices.end(notice_id, realm, moment.today, moment.at, current_user.account_id)
        flash(_("The notice has ended. Give it another last day to bring it back."))
        return redirect(url_for("notices.home"), 303)
    try:
        notices.change(notice_id, _typed(), request.form.get("version", ""), realm, moment.at, current_user.account_id)
    except SyncError as error:
        db.session.expire_all()
        return _typed_form(error, _one(notice_id)), entry_of(error).status
    flash(_("Saved. It goes out with the next edition."))
    return redirect(url_for("notices.home"), 303)


def _one(notice_id: str) -> NoticeView:
    return notices.one(db.session, notice_id, access.realm(Action.NOTICE_EDIT), drafts.moment().today)


def _typed() -> NoticeDraft:
    form = request.form
    days = [parse_day(form.get(name, "")) for name in ("from", "to")]
    ids = audience_form.group_ids()
    return notices.check(form.get("title", ""), form.get("body", ""), days[0], days[1], tuple(ids))


def _typed_form(error: SyncError | None = None, shown: NoticeView | None = None, *, preview: bool = False) -> str:
    """The form with everything that was typed."""
    names = ("title", "body", "from", "to")
    return _form(**audience_form.once_more(names, _field, error, shown), preview=preview)


def _field(error: SyncError) -> str:
    if error.code == "date_invalid":
        return "from" if error.data.get("value") == request.form.get("from") else "to"
    if error.code == "text_long":
        return "title" if error.data["limit"] == notices.TITLE else "body"
    return FIELDS.get(error.code, "whole")


def _form(
    typed: dict[str, str], group_ids: list[str], shown: NoticeView | None = None, *, base: str = "", key: str = "",
    wrong: dict[str, str] | None = None, theirs: bool = False, preview: bool = False, audience: str = "",
) -> str:  # fmt: skip
    return render_template(
        "notices/page.html", typed=typed, group_ids=group_ids, shown=shown, base=base, key=key, wrong=wrong or {},
        theirs=theirs, preview=preview, audience=audience or ("groups" if group_ids else "all"), groups=_audiences(),
        whole_school=access.realm(Action.NOTICE_EDIT).everything, render=render,
    )  # fmt: skip
