"""Who is here: support staff tick who attends at a supervised place, and tell of behaviour that needs an answer."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import format_datetime, ngettext
from flask_login import current_user

from server.errors import DomainError, entry_of, sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import presence, scopes
from server.services.lesson_list import LessonLine
from server.services.logging_work import Line
from server.services.presence import Report, Roll, Tick
from server.services.weeks import parse_day
from server.web import drafts
from server.web.access import ANYWHERE, needs
from server.web.works import refusal
from sync import decide
from sync.errors import SyncError

blueprint = APIBlueprint("presence", __name__, url_prefix="/attendance/presence", enable_openapi=False)
HERE, AWAY = "1", "0"


def _scope(lesson_course_id: str) -> Scope:
    return scopes.of_lesson_course(db.session, lesson_course_id)


@blueprint.get("/")
@needs(Action.PRESENCE_REPORT, scope=ANYWHERE)
def home() -> str:
    """The lessons of a day by time, each one tap from its list."""
    now = drafts.moment()
    asked = request.args.get("day", "")
    day = min(parse_day(asked), now.today) if asked else now.today
    lessons = presence.lessons(db.session, day)
    classes = {line.group_slug: line.group_name.partition(",")[0] for line in sorted(lessons, key=_by_grade)}
    chosen = request.args.get("class", "")
    shown = [line for line in lessons if chosen in ("", line.group_slug)]
    counts = presence.counts(db.session, [line.id for line in shown]) if shown else {}
    clock = format_datetime(now.at, "HH:mm") if day == now.today else ""
    return render_template(
        "attendance/presence.html", day=day, slots=presence.slots(shown, clock), counts=counts, classes=classes,
        chosen=chosen, before=_shifted(day, -1), after=_shifted(day, 1) if day < now.today else None,
    )  # fmt: skip


def _by_grade(line: LessonLine) -> tuple[int, str]:
    return line.grade or 99, line.group_name


def _shifted(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


@blueprint.get("/<lesson_course_id>")
@needs(Action.PRESENCE_REPORT, scope=_scope)
def page(lesson_course_id: str) -> str:
    """Everybody who belongs to the lesson."""
    return _render(lesson_course_id)


def _render(lesson_course_id: str, wrong: dict[str, str] | None = None) -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew: what others saved meanwhile is shown, too
    roll = presence.roll(db.session, lesson_course_id, current_user.person_id)
    return render_template(
        "attendance/roll.html", roll=roll, wrong=wrong or {}, draft=drafts.fresh(_lines(roll)),
        typed=request.form if wrong else {}, places=presence.places(db.session), max_place=presence.MAX_PLACE,
        max_behaviour=presence.MAX_BEHAVIOUR,
    )  # fmt: skip


def _lines(roll: Roll) -> list[Line]:
    """A line per student; its state is what this reporter said before."""
    return [Line(pupil.id, (), _said(pupil.mine)) for pupil in roll.pupils]


def _said(report: Report | None) -> str:
    return "" if report is None else f"{HERE if report.present else AWAY}|{report.place}"


@blueprint.post("/<lesson_course_id>")
@needs(Action.PRESENCE_REPORT, scope=_scope)
def save(lesson_course_id: str) -> Any:
    """Take in what was ticked anew or otherwise. Of who has no tick nothing is said, or that they are here as well."""
    form = request.form
    try:
        draft = drafts.opened(form.get("draft", ""))
        place = _short(form.get("place", ""), presence.MAX_PLACE)
        envelopes = []
        for n, line in enumerate(draft.lines):
            behaviour = _short(form.get(f"behaviour-{line.key}", ""), presence.MAX_BEHAVIOUR)
            tick = form.get(f"here-{line.key}", HERE if behaviour or form.get("act") == "rest" else "")
            if tick in (HERE, AWAY) and (behaviour or f"{tick}|{place}" != line.state):
                said = Tick(tick == HERE, place, behaviour)
                envelopes.append(presence.op_about_presence(draft, n, lesson_course_id, said))
    except SyncError as error:
        return _render(lesson_course_id, {"": sentence_of(error)}), entry_of(error).status
    outcomes = drafts.deliver(envelopes, _scope(lesson_course_id)) if envelopes else []
    wrong = {
        draft.lines[one.n].key: sentence_of(refusal(one))
        for one in outcomes if one.outcome not in (decide.ACCEPTED, decide.DUPLICATE)
    }  # fmt: skip
    if wrong:
        return _render(lesson_course_id, wrong), 409
    flash(ngettext("%(num)s student noted.", "%(num)s students noted.", len(outcomes)))
    if told := sum(bool(envelope["data"]["behaviour"]) for envelope in envelopes):
        flash(ngettext("%(num)s report on behaviour went to who answers for it.",
                       "%(num)s reports on behaviour went to who answers for them.", told))  # fmt: skip
    return redirect(url_for("presence.page", lesson_course_id=lesson_course_id), 303)


def _short(text: str, limit: int) -> str:
    said = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(said) > limit:
        raise DomainError("text_long", length=len(said), limit=limit)
    return said
