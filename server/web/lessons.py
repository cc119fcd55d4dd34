"""Lessons: a week's list with what each lacks, one lesson to fill in, and the timetable."""

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import ColumnElement

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import content, lesson_list, scopes, timetable_view
from server.services.agreed_works import standing
from server.services.content_draft import BODY, LessonDraft, normal, texts
from server.services.lesson_list import LessonLine, Tally
from server.services.lesson_page import LessonPage, lesson_page
from server.services.weeks import monday, parse_week, week_days, week_name
from server.web import access, drafts, lesson_form, pictures, words
from server.web.access import ANYWHERE, needs, signed_in
from sync.errors import SyncError

blueprint = APIBlueprint("lessons", __name__, url_prefix="/lessons", enable_openapi=False)
CHANGES = {"substituted": _l("substituted"), "moved": _l("moved"), "cancelled": _l("cancelled"),
           "reassigned": _l("given again"), "added": _l("additional lesson")}  # fmt: skip
IN_FORM = {"task_marked": "tasks"}


def _scope(lesson_course_id: str) -> Scope:
    if "lesson_scope" not in g:  # asked before the page and by it
        g.lesson_scope = scopes.of_lesson_course(db.session, lesson_course_id)
    return g.lesson_scope


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"LACKS": lesson_list.LACKS, "words": words, "CHANGES": CHANGES, "week_name": week_name,
            "week": timedelta(days=7), "sees_more": _sees_more()}  # fmt: skip


def _sees_more() -> bool:
    """True for who sees more than the courses taught."""
    realm = access.realm(Action.LESSON_VIEW)
    return realm.everything or bool(realm.groups)


def asked_week(today: date) -> date:
    """The Monday of the week that is asked for, else of this week; on Saturday and Sunday of the next."""
    asked = request.args.get("week", "").strip()
    return parse_week(asked) if asked else monday(today + timedelta(days=2))


@blueprint.get("/")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def home() -> str:
    """One's own lessons of a week, those of a class or a teacher, or how the classes stand."""
    first = asked_week(drafts.moment().today)
    span = first, first + timedelta(days=6)
    seen = lesson_list.within(access.realm(Action.LESSON_VIEW))
    whose = _asked(("group", "teacher"))
    title, where = timetable_view.whose(db.session, *whose) if whose else ("", _mine())
    lines = [] if "all" in request.args else lesson_list.lessons_between(db.session, *span, where, seen)
    overview = _overview(*span, seen) if _sees_more() and not whose and not lines else None
    return render_template("lessons/home.html", monday=first, last=span[1], whose=whose, title=title, lines=lines,
                           overview=overview)  # fmt: skip


def _asked(kinds: tuple[str, ...]) -> tuple[str, str] | None:
    return next(((kind, request.args[kind]) for kind in kinds if request.args.get(kind)), None)


def _mine() -> ColumnElement[bool]:
    return lesson_list.of_teacher(current_user.person_id)


def _overview(first: date, last: date, seen: ColumnElement[bool]) -> dict[str, list[Tally]]:
    lines = lesson_list.lessons_between(db.session, first, last, seen, by_plan=False)
    known = {line.group_slug for line in lines}
    classes = [group for group in lesson_list.classes(db.session) if group.slug in known]
    return {"group": lesson_list.tally_classes(lines, classes), "teacher": lesson_list.tally_teachers(lines)}


@blueprint.get("/timetable")
@signed_in
def timetable() -> str:
    """A week of a class, a teacher or a room; a lesson one may open is a link."""
    first = asked_week(drafts.moment().today)
    chosen = _asked(timetable_view.KINDS)
    choice = timetable_view.choice(db.session, first, first + timedelta(days=6))
    grid = timetable_view.grid(db.session, first, *chosen) if chosen else None
    realm = access.realm(Action.LESSON_VIEW)

    def opens(line: LessonLine) -> bool:
        own = any(teacher.id == current_user.person_id for teacher in line.teachers)  # also in somebody's stead
        return own or realm.everything or line.group_id in realm.groups or line.course_id in realm.courses

    return render_template("lessons/timetable.html", grid=grid, choice=choice, monday=first, opens=opens,
                           chosen=chosen or ("", ""), days=week_days(first))  # fmt: skip


@blueprint.get("/<lesson_course_id>")
@needs(Action.LESSON_VIEW, scope=ANYWHERE)
def page(lesson_course_id: str) -> str:
    """A lesson: the form for who may write, the text for who may only look, or holds it in somebody's stead."""
    if not access.may(Action.LESSON_VIEW, _scope(lesson_course_id)) and not lesson_list.holds(
        db.session, lesson_course_id, current_user.person_id
    ):
        raise DomainError("forbidden")
    shown = lesson_page(db.session, lesson_course_id)
    if not access.may(Action.LESSON_EDIT, _scope(lesson_course_id)):
        return render_template("lessons/read.html", page=shown, names=shown.names, render=pictures.seen,
                               agreed=standing.of_lesson(db.session, lesson_course_id))
    return _form(shown, shown.draft)


@blueprint.post("/<lesson_course_id>")
@needs(Action.LESSON_EDIT, scope=_scope)
@pictures.limited
def save(lesson_course_id: str) -> Any:
    """Store the lesson, or show the form again: previewed, with a row more or less, or with what is wrong."""
    shown = lesson_page(db.session, lesson_course_id)
    typed, act = lesson_form.read(request.form), request.form.get("act", "save")
    base = request.form.get("version", "")
    if act == "preview":
        return _form(shown, typed, base=base, preview=True)
    if act.startswith(pictures.ADD):
        with_picture, told = pictures.added(typed, act)
        return _form(shown, with_picture, base=base, at=act, told=told), 422 if told else 200
    if act not in ("save", "save-next"):
        return _form(shown, lesson_form.after(typed, act), base=base, at=act)
    draft = normal(typed)
    try:
        done = content.save(lesson_course_id, draft, base, _author())
    except SyncError as error:
        if error.code == "material_changed":
            fresh = lesson_page(db.session, lesson_course_id)
            return _form(fresh, draft, theirs=fresh.draft), entry_of(error).status
        wrong = {field: sentence_of(one) for field, one in _problems(draft, shown).items()}
        wrong = wrong or {IN_FORM.get(error.code, "whole"): sentence_of(error)}
        return _form(shown, draft, base=base, wrong=wrong), entry_of(error).status
    flash(_("Saved.") if done.changed else _("Nothing had changed."))
    if done.works:
        flash(ngettext("%(num)s student got a code for the new task.",
                       "%(num)s students got codes for the new task.", done.works))  # fmt: skip
    onward = shown.after.id if act == "save-next" and shown.after else lesson_course_id
    return redirect(url_for("lessons.page", lesson_course_id=onward), 303)


@blueprint.post("/<lesson_course_id>/preview")
@needs(Action.LESSON_EDIT, scope=_scope)
def preview(lesson_course_id: str) -> tuple[str, int, dict[str, str]]:
    """A Markdown text as readers will see it: a piece of HTML, sanitised like every page."""
    text = request.form.get("text", "")
    if len(text) > BODY:
        raise DomainError("text_long", length=len(text), limit=BODY)
    return pictures.seen(text), 200, {"Content-Type": "text/html; charset=utf-8"}


def _problems(draft: LessonDraft, shown: LessonPage) -> dict[str, DomainError]:
    return content.problems_of(db.session, draft, shown.rules)


def _author() -> content.Author:
    moment = drafts.moment()
    return content.Author(current_user.person_id, current_user.account_id, moment.at, moment.today)


def _form(
    shown: LessonPage, draft: LessonDraft, *, base: str | None = None, wrong: dict[str, str] | None = None,
    preview: bool = False, theirs: LessonDraft | None = None, at: str = "",
    told: dict[str, pictures.Told] | None = None,
) -> str:  # fmt: skip
    due = shown.after.on.isoformat() if shown.after else ""
    return render_template(
        "lessons/page.html", page=shown, draft=lesson_form.with_blank_rows(draft, due, shown.rules.scales),
        base=shown.mark if base is None else base, wrong=wrong or {}, preview=preview, theirs=theirs, at=at,
        render=pictures.seen, told=told or {}, weight=pictures.weight(texts(draft).values()),
        agreed=standing.of_lesson(db.session, shown.line.id),
        anchors={field: lesson_form.anchor(field) for field in wrong or {}}, **_options(shown),
    )  # fmt: skip


def _options(shown: LessonPage) -> dict[str, Any]:
    """What the form's choices offer. A scale that does not fit the grade is offered only where it stands already."""
    said = {key: {code: _(name) for code, name in rows.items()} for key, rows in shown.names.items()}

    def scales(stands: str) -> list[tuple[str, str]]:
        return [(code, said["scale"][code]) for code in said["scale"] if code in shown.rules.scales or code == stands]

    kinds = [(code, name) for code, name in said["kind"].items() if code in shown.rules.kinds]
    return {"form_names": list(said["form"].items()), "kind_names": kinds, "scale_names": scales}
