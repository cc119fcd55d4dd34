"""The journal's pages: own courses, a course's grid, absences of a lesson, files for Excel."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from apiflask import APIBlueprint
from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import format_decimal, get_locale, ngettext

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import LessonCourse
from server.policy import Action, Scope
from server.services import absences, courses, export, grading, journal, journal_paper, logging_work, scopes
from server.services.absences import LessonPage
from server.services.courses import CourseHead
from server.services.logging_work import Line
from server.web import access, drafts, marks
from server.web.access import ANYWHERE, needs
from server.web.works import refusal
from sync import decide
from sync.errors import SyncError

blueprint = APIBlueprint("journal", __name__, url_prefix="/journal", enable_openapi=False)
MAX_REASON = 200


@dataclass(frozen=True)
class Span:
    """The days a page shows; ``name`` is the term's, or empty for the year."""

    since: date
    until: date
    term: str = ""
    name: str = ""


def _scope(course_id: str) -> Scope:
    return scopes.of_course(db.session, course_id)


def head_of(course_id: str) -> CourseHead:
    """The course that a page is about, without teachers, looked up once a request. Raises course_unknown."""
    known = g.setdefault("course_heads", {})
    if course_id not in known:
        known[course_id] = courses.head(db.session, course_id)
    return known[course_id]


def scope_of_head(course_id: str) -> Scope:
    """The same as ``scopes.of_course``, of what is looked up already."""
    place = head_of(course_id).place
    return Scope(frozenset({place.id, *([place.parent_id] if place.parent_id else [])}), frozenset({course_id}))


def _lesson_scope(lesson_course_id: str) -> Scope:
    row = db.session.get(LessonCourse, lesson_course_id)
    if row is None:
        raise DomainError("lesson_unknown")
    return _scope(row.course_id)


@blueprint.get("/")
@needs(Action.JOURNAL_VIEW, scope=ANYWHERE)
def home() -> str:
    """The courses whose journal this person may open; counts of what waits only for one's own."""
    realm = access.realm(Action.JOURNAL_VIEW)
    found = courses.courses(
        db.session, drafts.moment().today, None if realm.everything else (realm.groups, realm.courses)
    )
    own = access.realm(Action.MARK_SET)
    mine = [one.id for one in found if one.id in own.courses or one.group_id in own.groups]
    classes: dict[str, list[CourseHead]] = {}
    for one in found:
        classes.setdefault(one.group_name, []).append(one)
    waiting = courses.to_check(db.session, mine) if mine else {}
    may_rules = access.may(Action.SETTINGS_EDIT) or access.may(Action.LESSON_APPROVE)
    return render_template("journal/home.html", classes=classes, waiting=waiting, may_rules=may_rules)


@blueprint.get("/<course_id>")
@needs(Action.JOURNAL_VIEW, scope=scope_of_head)
def page(course_id: str) -> str:
    """A course's students × lessons."""
    today = drafts.moment().today
    [head] = courses.with_teachers(db.session, [head_of(course_id)], today)
    terms = courses.terms(db.session, head)
    span = _span(head, terms, today)
    scope = scope_of_head(course_id)
    return render_template(
        "journal/course.html", grid=journal.grid(db.session, head, span.since, span.until, today, terms), terms=terms,
        span=span, today=today, sign=marks.signs(), letter_names=dict(absences.letters(db.session)),
        mark_label=marks.mark_label, decimal=_decimal, work_at=url_for("works.page", code="0").removesuffix("0"),
        may_export=access.may(Action.JOURNAL_EXPORT, scope),
        states=[(marks.SIGNS[name], marks.STATES[name]) for name in ("returned", "redo", "checked", "overdue")],
    )  # fmt: skip


def _decimal(value: Fraction) -> str:
    """``4.33`` as the language writes it, never rounded across a half."""
    return format_decimal(Decimal(grading.decimal(value)), "0.##")


def _span(head: CourseHead, terms: list[courses.Stretch], today: date) -> Span:
    """The term asked for; without a wish the one that runs, else the latest that began, else the year."""
    asked = request.args.get("term")
    begun = [term for term in terms if term.starts_on <= today]
    wanted = next((term for term in terms if term.id == asked), None) if asked else (begun[-1] if begun else None)
    if wanted is None:
        return Span(head.starts_on, head.ends_on)
    return Span(wanted.starts_on, wanted.ends_on, wanted.id, wanted.name)


@blueprint.get("/<course_id>/export.<any(xlsx, csv):format>")
@needs(Action.JOURNAL_EXPORT, scope=lambda course_id, format: _scope(course_id))
def download(course_id: str, format: str) -> Response:
    """The same as a file for Excel."""
    today = drafts.moment().today
    head = courses.course(db.session, course_id, today)
    span = _span(head, courses.terms(db.session, head), today)
    data = export.export_courses(db.session, [head], span.since, span.until, format, str(get_locale()), today)
    name = f"journal-{head.group_slug}-{span.since}-{span.until}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=export.FORMATS[format], headers=headers)


@blueprint.get("/<course_id>/pages.pdf")
@needs(Action.JOURNAL_EXPORT, scope=lambda course_id: _scope(course_id))
def pages(course_id: str) -> Response:
    """The same as pages to print, with topics and homework and a page for remarks."""
    today = drafts.moment().today
    head = courses.course(db.session, course_id, today)
    span = _span(head, courses.terms(db.session, head), today)
    days = journal_paper.Span(span.since, span.until, span.name)
    data = journal_paper.print_pages(db.session, [(head, days)], str(get_locale()), today)
    name = f"journal-{head.group_slug}-{span.since}-{span.until}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, mimetype="application/pdf", headers=headers)


@blueprint.get("/lesson/<lesson_course_id>")
@needs(Action.ABSENCE_SET, Action.JOURNAL_VIEW, scope=_lesson_scope)
def lesson(lesson_course_id: str) -> str:
    """Who was absent from a lesson."""
    return _lesson(lesson_course_id)


@blueprint.post("/lesson/<lesson_course_id>")
@needs(Action.ABSENCE_SET, scope=_lesson_scope)
def save_lesson(lesson_course_id: str) -> Any:
    """Save the letters that were changed."""
    scope = _lesson_scope(lesson_course_id)
    try:
        draft = drafts.opened(request.form.get("draft", ""))
    except SyncError as error:
        return _lesson(lesson_course_id, {"": sentence_of(error)}), 400
    envelopes = []
    for n, line in enumerate(draft.lines):
        letter = request.form.get(f"letter-{line.key}")
        reason = request.form.get(f"reason-{line.key}", "").replace("\x00", "").strip()[:MAX_REASON]
        if letter is not None and _said(letter, reason) != line.state:
            envelopes.append(logging_work.op_about_absence(draft, n, lesson_course_id, letter or None, reason))
    outcomes = drafts.deliver(envelopes, scope) if envelopes else []
    wrong = {
        draft.lines[one.n].key: sentence_of(refusal(one))
        for one in outcomes if one.outcome not in (decide.ACCEPTED, decide.DUPLICATE)
    }  # fmt: skip
    if wrong:
        return _lesson(lesson_course_id, wrong), 409
    flash(ngettext("%(num)s change saved.", "%(num)s changes saved.", len(outcomes)))
    return redirect(url_for("journal.lesson", lesson_course_id=lesson_course_id), 303)


def _lesson(lesson_course_id: str, wrong: dict[str, str] | None = None) -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew: what others saved meanwhile is shown, too
    found = absences.lesson(db.session, lesson_course_id, drafts.moment().today)
    scope = _lesson_scope(lesson_course_id)
    return render_template(
        "journal/lesson.html", lesson=found, letters=absences.letters(db.session), wrong=wrong or {},
        draft=drafts.fresh(_lines(found)), may_set=access.may(Action.ABSENCE_SET, scope), max_reason=MAX_REASON,
        may_journal=access.may(Action.JOURNAL_VIEW, scope), may_mark=access.may(Action.MARK_SET, scope),
        today=drafts.moment().today,
    )  # fmt: skip


def _lines(found: LessonPage) -> list[Line]:
    """A line per student; its state is what the form says when nothing was changed."""
    nothing = absences.AbsenceState((None,), ())
    standing = [(student_id, found.absences.get(student_id, nothing)) for student_id, _last, _first in found.students]
    return [
        Line(student_id, state.heads, "?" if state.conflict else _said(state.letters[0] or "", state.reason))
        for student_id, state in standing
    ]  # fmt: skip


def _said(letter: str, reason: str) -> str:
    return f"{letter}|{reason}"
