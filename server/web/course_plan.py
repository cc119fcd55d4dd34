"""Course plans: what is planned where, and one plan as a sheet to edit."""

from typing import Any

from apiflask import APIBlueprint
from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.models import Group
from server.policy import Action, Scope
from server.services import course_plan_page, courses, people, scopes, term_dates
from server.services.content import Author
from server.services.course_plan_page import PlanPage, plan_page
from server.services.courses import CourseHead
from server.services.plan_draft import PlanDraft, RowDraft, after, normal, problems
from server.web import access, drafts
from server.web.access import ANYWHERE, needs
from sync.errors import SyncError

blueprint = APIBlueprint("plans", __name__, url_prefix="/plans", enable_openapi=False)
FIELDS = ("section", "topic", "hours", "on")
BLANK = 5  # rows of a plan that is begun


def _scope(course_id: str) -> Scope:
    return scopes.of_course(db.session, course_id)


@blueprint.context_processor
def _shared() -> dict[str, Any]:
    imports = "imports.home" in current_app.view_functions and access.may(Action.IMPORT_RUN)
    return {"upload": url_for("imports.home", kind="plan") if imports else ""}


@blueprint.get("/")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def home() -> str:
    """The courses whose plan this person may see, class by class, and how each plan stands."""
    realm, today = access.realm(Action.LESSON_VIEW), drafts.moment().today
    found = courses.courses(db.session, today, None if realm.everything else (realm.groups, realm.courses))
    names = courses.group_names(db.session, {one.group_id for one in found})
    classes: dict[str, list[tuple[CourseHead, str]]] = {}
    for one in found:
        class_name, part = names[one.group_id]
        classes.setdefault(class_name, []).append((one, part))
    stands = course_plan_page.balances(db.session, [one.id for one in found], today)
    return render_template("plans/home.html", classes=classes, stands=stands,
                           groups=people.classes(db.session, None))  # fmt: skip


@blueprint.get("/<course_id>")
@needs(Action.LESSON_VIEW, scope=_scope)
def page(course_id: str) -> str:
    """A plan: a sheet to edit, or to read."""
    shown = plan_page(db.session, course_id, drafts.moment().today)
    return _render(shown, shown.draft)


@blueprint.post("/<course_id>")
@needs(Action.LESSON_EDIT, scope=_scope)
def save(course_id: str) -> Any:
    """Store the plan, or show the sheet again: with rows moved or taken away, or with what is wrong."""
    moment = drafts.moment()
    shown = plan_page(db.session, course_id, moment.today)
    typed, act, base = _read(request.form), request.form.get("act", "save"), request.form.get("version", "")
    if act == "dates":
        return _render(shown, shown.dated(normal(typed)), base=base, act=act)
    if act != "save":
        return _render(shown, after(typed, act), base=base, act=act)
    draft = normal(typed)
    try:
        done = course_plan_page.save(
            course_id, draft, base, Author(current_user.person_id, current_user.account_id, moment.at, moment.today)
        )
    except SyncError as error:
        if error.code == "changed_meanwhile":
            db.session.rollback()
            fresh = plan_page(db.session, course_id, moment.today)
            return _render(fresh, draft, theirs=fresh.draft), entry_of(error).status
        wrong = {field: sentence_of(one) for field, one in problems(draft).items()} or {"rows": sentence_of(error)}
        return _render(shown, draft, base=base, wrong=wrong), entry_of(error).status
    flash(_("Saved.") if done.changed else _("Nothing had changed."))
    if done.removed:
        flash(ngettext("%(num)s topic less than before.", "%(num)s topics less than before.", done.removed))
    return redirect(url_for("plans.page", course_id=course_id), 303)


def _read(form: MultiDict[str, str]) -> PlanDraft:
    """Rows come as equally long lists. Raises DomainError bad_request."""
    removed = _columns(form, "gone-")
    places = form.getlist("gone-at")
    if len(places) != len(removed) or not all(place.isascii() and place.isdigit() for place in places):
        raise DomainError("bad_request")
    rows = tuple(RowDraft(*values) for values in _columns(form, ""))
    return PlanDraft(rows, tuple((int(at), RowDraft(*row)) for at, row in zip(places, removed, strict=True)))


def _columns(form: MultiDict[str, str], prefix: str) -> list[tuple[str, ...]]:
    columns = [form.getlist(prefix + name) for name in FIELDS]
    if len({len(column) for column in columns}) != 1:
        raise DomainError("bad_request")
    return list(zip(*columns, strict=True))


def _render(
    shown: PlanPage, draft: PlanDraft, *, base: str | None = None, wrong: dict[str, str] | None = None,
    theirs: PlanDraft | None = None, act: str = "",
) -> str:  # fmt: skip
    may_edit = access.may(Action.LESSON_EDIT, _scope(shown.head.id))
    rows = draft.rows or (RowDraft(),) * BLANK if may_edit else draft.rows
    draft = PlanDraft(rows, draft.removed)
    return render_template(
        "plans/page.html", page=shown, title=_title(shown.head), draft=draft, class_slug=_class_slug(shown.head),
        falls=shown.falls(draft), stands=shown.balance(normal(draft)),
        base=shown.mark if base is None else base, wrong=wrong or {}, theirs=theirs, act=act,
        differs=_differs(theirs, draft) if theirs else [], may_edit=may_edit,
        focus=_focus(act), unsaved=bool(act or wrong or theirs),
        shift=next(iter(term_dates.unseen(db.session, [shown.head.id])), None),
    )  # fmt: skip


def _title(head: CourseHead) -> str:
    """The class, and the part of it where the course is a part's."""
    return ", ".join(filter(None, courses.group_names(db.session, {head.group_id})[head.group_id]))


def _class_slug(head: CourseHead) -> str:
    """Of the class whose plan of control works the course's works stand in."""
    parent = db.session.get(Group, head.place.parent_id) if head.place.parent_id else None
    return parent.slug if parent else head.group_slug


def _differs(theirs: PlanDraft, mine: PlanDraft) -> list[tuple[int, RowDraft]]:
    """The rows that stand now and are not the same in the sheet, with their numbers."""
    return [(n, row) for n, row in enumerate(theirs.rows, 1) if mine.rows[n - 1 : n] != (row,)]


def _focus(act: str) -> int | None:
    """The row that a button has just put somewhere; -1 is the last one."""
    verb, _dash, number = act.partition("-")
    if act == "add":
        return -1
    if verb in ("insert", "up", "down") and number.isdigit():
        return int(number) + {"insert": 1, "down": 1, "up": -1}[verb]
    return None
