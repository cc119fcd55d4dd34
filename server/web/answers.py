"""Questions to tick: a task's questions with what is right, and what was ticked on a work, to be corrected."""

from typing import Any
from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import scopes
from server.services.answers import draft, fields, settling, view
from server.services.answers.draft import FieldDraft
from server.services.lesson_page import lesson_page
from server.web import access, drafts
from server.web.access import needs
from server.web.auth import local_path
from server.web.works import scope_of_work, work_of
from sync.errors import SyncError

blueprint = APIBlueprint("answers", __name__, url_prefix="/answers", enable_openapi=False)
KINDS = {"one": _l("one right answer"), "several": _l("several right answers"),
         "number": _l("a number, digit by digit")}  # fmt: skip
COLUMNS = ("kind", "label", "options", "digits", "key", "points")


def _lesson_scope(lesson_course_id: str, task_id: str) -> Scope:
    if "lesson_scope" not in g:
        g.lesson_scope = scopes.of_lesson_course(db.session, lesson_course_id)
    return g.lesson_scope


@blueprint.get("/<lesson_course_id>/<task_id>")
@needs(Action.LESSON_EDIT, scope=_lesson_scope)
def edit(lesson_course_id: str, task_id: str) -> str:
    """The questions of a task, to be written."""
    task = fields.task_of(db.session, lesson_course_id, task_id)
    rows = fields.read(db.session, task.id)
    return _form(lesson_course_id, task_id, [draft.typed(row) for row in rows], draft.mark(rows))


@blueprint.post("/<lesson_course_id>/<task_id>")
@needs(Action.LESSON_EDIT, scope=_lesson_scope)
def save(lesson_course_id: str, task_id: str) -> Any:
    """Store the questions, or show the form again: with a row more or less, moved, or with what is wrong."""
    typed, act, base = _read(), request.form.get("act", "save"), request.form.get("version", "")
    many = _many()
    try:
        if act != "save":
            return _form(lesson_course_id, task_id, draft.after(typed, act, many), base, at=act)
        if many[0] or many[2].strip():  # typed, and its button not pressed
            typed = draft.after(typed, "many", many)
    except DomainError as error:
        if error.code == "bad_request":
            raise
        return _form(lesson_course_id, task_id, typed, base, {"many": sentence_of(error)}), entry_of(error).status
    rows, problems = draft.checked(typed)
    if problems:
        wrong = {field: sentence_of(error) for field, error in problems.items()}
        return _form(lesson_course_id, task_id, typed, base, wrong), 422
    try:
        changed = fields.save(lesson_course_id, task_id, rows, base, drafts.author())
    except SyncError as error:
        if error.code != "material_changed":
            raise
        fresh = fields.read(db.session, task_id)
        wrong = {"whole": sentence_of(error)}
        return _form(lesson_course_id, task_id, typed, draft.mark(fresh), wrong, theirs=fresh), entry_of(error).status
    flash(_("Saved.") if changed else _("Nothing had changed."))
    return redirect(url_for("answers.edit", lesson_course_id=lesson_course_id, task_id=task_id), 303)


def _many() -> tuple[str, str, str]:
    n, options, key = (request.form.get(f"many-{name}", "") for name in ("n", "options", "key"))
    return n.strip(), options, key


def _read() -> list[FieldDraft]:
    columns = [request.form.getlist(f"field-{name}") for name in COLUMNS]
    if len({len(column) for column in columns}) != 1:
        raise DomainError("bad_request")
    return [FieldDraft(**dict(zip(COLUMNS, values, strict=True))) for values in zip(*columns, strict=True)]


def _form(
    lesson_course_id: str, task_id: str, rows: list[FieldDraft], base: str, wrong: dict[str, str] | None = None,
    at: str = "", theirs: list[Any] | None = None,
) -> str:  # fmt: skip
    task = fields.task_of(db.session, lesson_course_id, task_id)
    return render_template(
        "lessons/answers.html", page=lesson_page(db.session, lesson_course_id), task=task, rows=rows, base=base,
        wrong=wrong or {}, at=at, KINDS=KINDS, printed=fields.is_printed(db.session, task.id), many=request.form,
        theirs=[draft.typed(row) for row in theirs] if theirs is not None else None,
    )  # fmt: skip


def _page_scope(page_id: str, position: int) -> Scope:
    return scope_of_work(settling.code_of(db.session, page_id))


@blueprint.get("/work/<code>")
@needs(Action.MARK_VIEW, scope=scope_of_work)
def work(code: str) -> str:
    """What was ticked on a work, drawn on its pages, with points and what is right."""
    found = work_of(code)
    return render_template("works/answers_page.html", work=found, answers=view.answers_of_work(db.session, found.id),
                           may_settle=access.may(Action.MARK_SET, scope_of_work(code)))  # fmt: skip


@blueprint.post("/page/<page_id>/<int:position>")
@needs(Action.MARK_SET, scope=_page_scope)
def settle(page_id: str, position: int) -> Any:
    """Keep what a person says was ticked, then back to where it was said."""
    account = drafts.author()
    settling.settle(page_id, position, _said(), by=current_user.person_id, account=account.account_id, now=account.now)
    code = settling.code_of(db.session, page_id)
    return redirect(f"{_back(code)}#answer-{page_id}-{position}", 303)


def _said() -> list[Any] | None:
    """The answer that the form says: as it was read, none given, digits, or places of options."""
    said = request.form.get("said", "")
    if said in ("read", "none"):
        return None if said == "read" else []
    if "number" in request.form:
        text = "".join(request.form["number"].split())
        return [text] if text else []
    places = [said] if said else request.form.getlist("place")
    if not all(place.isascii() and place.isdigit() and len(place) < 3 for place in places):
        raise DomainError("bad_request")
    return sorted({int(place) for place in places})


def _back(code: str) -> str:
    """The page of ours that asked; only an address here, about this work."""
    asked = local_path(request.form.get("back", ""))
    here = urlsplit(asked).path.endswith(f"/{code}")
    return asked.partition("#")[0] if here else url_for("answers.work", code=code)
