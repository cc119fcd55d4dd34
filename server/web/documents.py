"""Documents for families, kept at hand for the staff: the list, a new one, another text, a file, and withdrawal."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import Response, flash, redirect, render_template, request, send_from_directory, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from server.errors import DomainError, entry_of
from server.extensions import db
from server.policy import Action
from server.security import config
from server.services import document_files, documents, lesson_list
from server.services.document_files import Stored
from server.services.documents import KINDS, DocumentDraft, DocumentView
from server.services.weeks import parse_day
from server.web import access, audience_form, drafts
from server.web.access import needs, signed_in
from sync.errors import SyncError
from sync.markdown import render

blueprint = APIBlueprint("documents", __name__, url_prefix="/documents", enable_openapi=False)
NAMES = {"act": _l("Act of the school"), "norm": _l("Law or rule"), "form": _l("Blank form"), "advice": _l("Advice")}
MANY = {"form": _l("Blank forms"), "act": _l("Acts of the school"), "norm": _l("Laws and rules"),
        "advice": _l("Advice of the psychologist")}  # fmt: skip
TYPED = ("kind", "title", "number", "issued_on", "body", "url", "size_kb", "from", "to")
FIELDS = {"field_needed": "title", "notice_order": "to", "group_unknown": "groups", "address_invalid": "url",
          "document_format": "file", "document_empty": "body"}  # fmt: skip


def _kinds() -> tuple[str, ...]:
    """Kinds that this person may change."""
    if access.may(Action.DOCUMENT_EDIT):
        return KINDS
    return ("advice",) if access.may(Action.ADVICE_EDIT) else ()


@blueprint.get("/")
@signed_in
def home() -> str:
    """Everything at hand for the staff; who may change a kind also sees what is to come or over."""
    own = _kinds()
    found = documents.listed(db.session, KINDS, drafts.moment().today)
    shown = [one for one in found if one.state == "now" or one.draft.kind in own]
    return render_template("documents/home.html", documents=shown, own=own, names=MANY)


@blueprint.get("/<document_id>/file")
@signed_in
def file(document_id: str) -> Response:
    """The file, under the name it was given with."""
    draft = documents.one(db.session, document_id, KINDS, drafts.moment().today).draft
    folder = document_files.folder(config().home)
    if not draft.file or not (folder / draft.file).is_file():
        raise DomainError("not_found")
    kind = document_files.TYPES["." + draft.file.rpartition(".")[2]]
    return send_from_directory(folder, draft.file, mimetype=kind, as_attachment=True, download_name=draft.file_name)


@blueprint.get("/<document_id>")
@signed_in
def page(document_id: str) -> str:
    """The form of a document, or only what it says for who may not change it."""
    shown = documents.one(db.session, document_id, KINDS, drafts.moment().today)
    draft = shown.draft
    if draft.kind not in _kinds():
        return render_template("documents/read.html", shown=shown, names=NAMES, render=render)
    typed = {name: getattr(draft, name) for name in ("kind", "title", "number", "body", "url")}
    days = {"issued_on": draft.issued_on, "from": draft.starts_on, "to": draft.ends_on}
    typed |= {name: day.isoformat() if day else "" for name, day in days.items()}
    typed["size_kb"] = str(draft.size_kb or "") if draft.url and not draft.file else ""
    return _form(typed, list(draft.group_ids), shown, base=draft.mark())


@blueprint.get("/new")
@needs(Action.DOCUMENT_EDIT, Action.ADVICE_EDIT)
def new() -> str:
    """An empty form, from today on."""
    typed = dict.fromkeys(TYPED, "") | {"kind": _kinds()[0], "from": drafts.moment().today.isoformat()}
    asked = request.args.get("kind", "")
    return _form(typed | ({"kind": asked} if asked in _kinds() else {}), [], key=secrets.token_hex(8))


@blueprint.post("/new")
@needs(Action.DOCUMENT_EDIT, Action.ADVICE_EDIT)
def create() -> Any:
    """Store it, or show the form with what is wrong."""
    if request.form.get("act") == "preview":
        return _typed_form(preview=True)
    try:
        documents.create(_typed(None), _kinds(), drafts.moment().at, current_user.person_id, current_user.account_id,
                         request.form.get("key", "")[:64])  # fmt: skip
    except SyncError as error:
        return _typed_form(error), entry_of(error).status
    flash(_("Saved. It goes out with the next edition."))
    return redirect(url_for("documents.home"), 303)


@blueprint.post("/<document_id>")
@needs(Action.DOCUMENT_EDIT, Action.ADVICE_EDIT)
def save(document_id: str) -> Any:
    """Store it or withdraw it; what somebody else stored meanwhile is shown beside."""
    moment, kinds = drafts.moment(), _kinds()
    shown = documents.one(db.session, document_id, kinds, moment.today)
    if request.form.get("act") == "preview":
        return _typed_form(None, shown, preview=True)
    if request.form.get("act") == "withdraw":
        documents.withdraw(document_id, kinds, moment.today, moment.at, current_user.account_id)
        flash(_("Withdrawn. It leaves the site with the next edition; other days bring it back."))
        return redirect(url_for("documents.home"), 303)
    try:
        documents.change(document_id, _typed(shown), request.form.get("version", ""), kinds, moment.at,
                         current_user.account_id)  # fmt: skip
    except SyncError as error:
        db.session.expire_all()
        return _typed_form(error, documents.one(db.session, document_id, kinds, moment.today)), entry_of(error).status
    flash(_("Saved. It goes out with the next edition."))
    return redirect(url_for("documents.home"), 303)


def _typed(shown: DocumentView | None) -> DocumentDraft:
    form = request.form
    typed = {name: form.get(name, "") for name in TYPED}
    days = [parse_day(typed[name]) if typed[name].strip() else None for name in ("issued_on", "to")]
    ids = audience_form.group_ids()
    return documents.check(typed, days[0], parse_day(typed["from"]), days[1], ids, _stored(shown))


def _stored(shown: DocumentView | None) -> Stored | None:
    """The file that is sent, else the one that stands unless it was ticked away."""
    sent: FileStorage | None = request.files.get("file")
    if sent is not None and sent.filename and (data := sent.read()):
        return document_files.keep(config().home, sent.filename, data)
    if shown is None or not shown.draft.file or request.form.get("without_file"):
        return None
    return Stored(shown.draft.file, shown.draft.file_name, shown.draft.size_kb or 1)


def _typed_form(error: SyncError | None = None, shown: DocumentView | None = None, *, preview: bool = False) -> str:
    """The form with everything that was typed; a file must be chosen again."""
    return _form(**audience_form.once_more(TYPED, _field, error, shown), preview=preview)


def _field(error: SyncError) -> str:
    if error.code == "date_invalid":
        return next((name for name in ("issued_on", "from", "to")
                     if request.form.get(name, "") == error.data.get("value")), "from")  # fmt: skip
    if error.code == "text_long":
        longest = {documents.TITLE: "title", documents.NUMBER: "number", documents.ADDRESS: "url"}
        return longest.get(error.data["limit"], "body")
    if error.code == "value_invalid":
        return "kind" if request.form.get("kind") not in KINDS else "size_kb"
    return FIELDS.get(error.code, "whole")


def _form(
    typed: dict[str, str], group_ids: list[str], shown: DocumentView | None = None, *, base: str = "", key: str = "",
    wrong: dict[str, str] | None = None, theirs: bool = False, preview: bool = False, audience: str = "",
) -> str:  # fmt: skip
    kinds = [(kind, NAMES[kind]) for kind in _kinds()]
    return render_template(
        "documents/page.html", typed=typed, group_ids=group_ids, shown=shown, base=base, key=key, wrong=wrong or {},
        theirs=theirs, preview=preview, audience=audience or ("groups" if group_ids else "all"), kinds=kinds,
        groups=lesson_list.classes(db.session), render=render, limit=config().upload_mb,
    )  # fmt: skip
