"""The day board: a date's lessons by class, teacher or room, what is wrong with them, and changes made in place."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from server.errors import DomainError, sentence_of
from server.extensions import db
from server.models import Day
from server.policy import Action
from server.services.days import board, changing, composing, trying
from server.services.days.board import BY, GROUP
from server.services.days.checks.standards import read_standards
from server.services.days.composing import Side
from server.services.days.finding import Finding
from server.services.days.reading import Days, Held, read_days
from server.services.days.trying_words import hindrance_said, unfit_said
from server.services.weeks import parse_day, week_name
from server.web import access, day_board, day_words, drafts
from server.web.access import needs
from server.web.deeds import author, rights
from sync.errors import SyncError

Clashing = dict[str, tuple[trying.Hindrance, ...]]
Unfitting = dict[str, tuple[Finding, ...]]

blueprint = APIBlueprint("days", __name__, url_prefix="/days", enable_openapi=False)


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"words": day_words, "head_name": day_board.head_name}


@blueprint.get("/")
@needs(Action.LESSON_VIEW)
def home() -> Any:
    """The day that is asked for, else today's, else the next with lessons."""
    asked = request.args.get("on", "").strip()
    today = drafts.moment().today
    on = parse_day(asked) if asked else board.next_day_with_lessons(db.session, today) or today
    return redirect(url_for("days.page", on=on.isoformat(), by=request.args.get("by") or None))


@blueprint.get("/<on>")
@needs(Action.LESSON_VIEW)
def page(on: str) -> str:
    """The board of a day."""
    day, by, only = parse_day(on), asked_by(), request.args.get("only", "")
    row = db.session.get(Day, day)
    hindrance = hindered(day, row)
    edits = not hindrance and access.may(Action.DAY_EDIT)
    shown = day_board.read(day, by, only, edits, row)
    before, after = board.days_beside(db.session, day)
    return render_template(
        "days/board.html", lines=shown.lines, on=day, by=by, only=only, shown=shown, edits=edits, hindrance=hindrance,
        state=shown.row.state if shown.row else "draft", published=bool(shown.row and shown.row.published_at),
        last=board.last_act(db.session, day) if access.may(Action.DAY_EDIT) else None,
        before=before, after=after, week=week_name(day),
    )  # fmt: skip


def asked_by() -> str:
    """By what the board is laid out."""
    by = request.args.get("by", GROUP)
    return by if by in BY else GROUP


def hindered(day: date, row: Day | None) -> str:
    """Why this person does not change the day, "" for who may; nothing for who never may. ``row``: of the day."""
    if not access.may(Action.DAY_EDIT):
        return ""
    if day < drafts.moment().today:
        return sentence_of(DomainError("day_over"))
    if row is not None and row.published_at is not None and not access.may(Action.DAY_CORRECT):
        return sentence_of(DomainError("day_is_out", day=day))
    return ""


@blueprint.get("/<on>/lesson/<lesson_id>/places")
@needs(Action.DAY_EDIT)
def places(on: str, lesson_id: str) -> Any:
    """For the board's script: what is impossible at each place of the day and with each swap, and what speaks against
    it otherwise (``remarks``, ``swap_remarks``)."""
    days, lesson = lesson_of(parse_day(on), lesson_id)
    names = day_board.readable_names(days)
    facts, others, here = days.facts, days.on(lesson.on), board.places_of(days, lesson.on)
    standards = read_standards(db.session, days)

    def said(clashes: Clashing, unfit: Unfitting) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        hard = {key: [hindrance_said(one, facts, names) for one in own] for key, own in clashes.items()}
        soft: dict[str, list[str]] = {key: [] for key in hard}
        for key, own in unfit.items():
            for one in own:
                (hard if one.hard else soft)[key].append(unfit_said(one, facts))
        return hard, soft

    there, remarks = said(trying.at_places(lesson, here, others, facts),
                          trying.unfit_places(lesson, here, others, standards, facts))  # fmt: skip
    swaps, swap_remarks = said(trying.at_swaps(lesson, others, facts),
                               trying.unfit_swaps(lesson, others, standards, facts))  # fmt: skip
    return jsonify(places=there, swaps=swaps, remarks=remarks, swap_remarks=swap_remarks)


def lesson_of(day: date, lesson_id: str) -> tuple[Days, Held]:
    """A day, and a lesson of it. Raises DomainError ``lesson_unknown``."""
    days = read_days(db.session, day, day)
    for lesson in days.lessons:
        if lesson.id == lesson_id:
            return days, lesson
    raise DomainError("lesson_unknown")


@blueprint.post("/<on>/act")
@needs(Action.DAY_EDIT)
def act(on: str) -> Any:
    """Move, swap, cancel or bring back a lesson from the board; the answer is the board."""
    day, form = parse_day(on), request.form
    lesson_id, seen, reason = form.get("lesson", ""), form.get("seen", ""), form.get("reason", "")
    given = (db.session, lesson_id, seen)
    try:
        if form.get("act") == "move":
            done = composing.move(*given, *_place("place"), author(), rights(), reason)
        elif form.get("act") == "swap":
            sides = (Side(lesson_id, seen, *_place("at")),
                     Side(form.get("other", ""), form.get("other_seen", ""), *_place("place")))  # fmt: skip
            done = composing.swap(db.session, *sides, author(), rights(), reason)
        elif form.get("act") == "cancel":
            done = composing.cancel(*given, author(), rights(), reason)
        elif form.get("act") == "restore":
            done = composing.restore(*given, author(), rights(), reason)
        else:
            raise DomainError("bad_request")
    except SyncError as error:
        flash(sentence_of(error), "error" if error.code != "nothing_to_change" else "message")
        return redirect(_board(day, lesson_id), 303)
    flash(Markup("{} <a class=\"tall\" href=\"/changes/{}\">{}</a>").format(
        _("Done."), done, _("Whom it touches")))  # fmt: skip
    return redirect(_board(day, lesson_id), 303)


def _place(name: str) -> tuple[int, int]:
    """(shift, number) of a place such as "1-3". Raises DomainError ``value_invalid``."""
    return read_place(request.form.get(name, ""))


def read_place(text: str) -> tuple[int, int]:
    """The same of any text."""
    shift, _dash, n = text.partition("-")
    if not (shift.isascii() and n.isascii() and shift.isdecimal() and n.isdecimal() and len(text) < 6):
        raise DomainError("value_invalid", field=_("Place"), value=text[:20])
    return int(shift), int(n)


def _board(day: date, lesson_id: str = "") -> str:
    by, only = request.form.get("by", ""), request.form.get("only", "")
    return url_for("days.page", on=day.isoformat(), by=by if by in BY and by != GROUP else None, only=only or None,
                   _anchor=f"l-{lesson_id}" if lesson_id.isalnum() else None)  # fmt: skip


@blueprint.post("/<on>/undo")
@needs(Action.DAY_EDIT)
def undo(on: str) -> Any:
    """Take the deed back that the page showed as the day's last."""
    day = parse_day(on)
    try:
        changing.undo(request.form.get("act_id", ""), author(), rights())
        flash(_("Taken back."))
    except SyncError as error:
        flash(sentence_of(error), "error")
    return redirect(_board(day), 303)
