"""The marked copy of a work: printed at once, or wished for the student's next pack."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from server import store
from server.errors import DomainError
from server.extensions import db
from server.policy import Action
from server.services.marking import copy_wishes, marked_copy
from server.web import drafts
from server.web.access import needs
from server.web.works import may_tell, scope_of_work, work_of

blueprint = APIBlueprint("marked_copy", __name__, url_prefix="/works", enable_openapi=False)


@blueprint.get("/<code>/marked.pdf")
@needs(Action.MARK_VIEW, scope=scope_of_work)
def download(code: str) -> Any:
    """The copy as a file, for who sees the pictures and the mark; nobody keeps it, and who took it is recorded."""
    work = work_of(code)
    made = marked_copy.print_file(db.session, [work])
    marked_copy.note_download(work.id, drafts.moment().at, current_user.account_id)
    headers = {"Content-Disposition": f'inline; filename="marked-{code}.pdf"', "Cache-Control": "no-store"}
    return Response(made.pdf, mimetype="application/pdf", headers=headers)


@blueprint.post("/<code>/marked")
@needs(Action.MARK_VIEW, scope=scope_of_work)
def wish(code: str) -> Any:
    """Into the next pack, or no more; for who marks the work or tells the family."""
    work, now, by = work_of(code), drafts.moment().at, current_user.person_id
    if not may_tell(code):
        raise DomainError("forbidden")
    if request.form.get("act") == "leave":
        store.write(lambda session: copy_wishes.take_back(session, work.id))
        flash(_("No marked copy goes into the next pack."))
    else:
        store.write(lambda session: copy_wishes.ask(session, work.id, by, now))
        flash(_("The marked copy goes into the student's next pack."))
    back = "marking.page" if request.form.get("back") == "marking" else "works.page"
    return redirect(url_for(back, code=code), 303)
