"""Teachers and tutors in figures, for who answers for teaching: a sortable table, a page for each, a file for Excel."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import Response, render_template, request
from flask_babel import gettext as _

from server.extensions import db
from server.policy import Action
from server.services import export, feedback, kept_figures, people, teacher_figures, thresholds
from server.services.courses import alphabetical
from server.services.feedback_delay import Delay
from server.services.kept_figures import Counted
from server.services.measures import Span
from server.services.teacher_figures import Measure, TeacherLine
from server.web import drafts, words
from server.web.access import needs
from server.web.monitor import is_fresh, span_asked

blueprint = APIBlueprint("monitor_teachers", __name__, url_prefix="/monitor/teachers", enable_openapi=False)
SORTS: dict[str, Callable[[TeacherLine], Any]] = {  # the first click shows what needs a look
    "name": lambda line: alphabetical(line.name),
    "lessons": lambda line: _low(line.lessons.share),
    "talks": lambda line: _low(line.talks.share),
    "week": lambda line: line.a_week,
    "delay": lambda line: _high(line.delay.decided.median),
    "within": lambda line: _low(line.delay.decided.within),
    "given": lambda line: _high(line.delay.given.median),
    "waiting": lambda line: -line.delay.waiting,
    "handed": lambda line: _low(line.handed_in),
    "marks": lambda line: _low(line.marks.share),
}


def _low(value: float | None) -> float:
    return 2.0 if value is None else value


def _high(value: float | None) -> float:
    return 0.0 if value is None else -value


def _measure(span: Span) -> Measure:
    known, now = thresholds.values(db.session), drafts.moment()
    return Measure(span, now.today, ZoneInfo(now.zone), known["feedback_days"], known["silent_days"])


def _lines(span: Span) -> Counted[list[TeacherLine]]:
    by, now = _measure(span), drafts.moment()
    key = ("teachers", span.id, by.today, by.limit, by.silent_days)
    return kept_figures.counted(key, now.at, lambda: teacher_figures.teacher_lines(db.session, by), is_fresh())


@blueprint.get("/")
@needs(Action.FIGURES_VIEW)
def home() -> str:
    """Everybody in one table, sorted by the column asked for."""
    span, spans = span_asked()
    counted = _lines(span)
    by = request.args.get("sort", "name")
    by = by if by in SORTS else "name"
    backwards = request.args.get("order") == "back"
    lines = sorted(counted.value, key=SORTS[by], reverse=backwards)
    return render_template("monitor/teachers.html", lines=lines, counted=counted, span=span, spans=spans, by=by,
                           backwards=backwards, words=words, limit=_measure(span).limit,
                           longest=max([_days(line.delay) for line in lines] or [0]))  # fmt: skip


def _days(delay: Delay) -> float:
    return delay.decided.median or 0


@blueprint.get("/export.xlsx")
@needs(Action.FIGURES_VIEW)
def download() -> Response:
    """The same as a file for Excel."""
    span, _spans = span_asked()
    data = export.write_xlsx([_table(_lines(span).value, span)])
    headers = {"Content-Disposition": f'attachment; filename="teachers-{span.first}-{span.last}.xlsx"'}
    return Response(data, mimetype=export.FORMATS["xlsx"], headers=headers)


def _table(lines: list[TeacherLine], span: Span) -> export.Table:
    head = (
        _("Name"), _("Roles"), _("Lessons planned"), _("Lessons with a trace"), _("Lessons cancelled"),
        _("Talks with families"), _("Students talked about"), _("Students"), _("Works checked"),
        _("Days until checked, median"), _("Days until checked, worst"), _("Checked in time, %"),
        _("Days until told, median"), _("Days until told, worst"), _("Works waiting"), _("Handed in, %"),
        _("Mean mark, % of the best"), _("Quality, %"), _("Passing, %"),
    )  # fmt: skip
    rows = [
        (line.name, ", ".join(str(words.ROLES[role]) for role in line.roles), line.lessons.planned, line.lessons.traced,
         line.lessons.cancelled, line.talks.count, line.talks.students, line.talks.of, line.delay.decided.count,
         _half(line.delay.decided.median), _whole(line.delay.decided.worst), _percent(line.delay.decided.within),
         _half(line.delay.given.median), _whole(line.delay.given.worst), line.delay.waiting, _percent(line.handed_in),
         _percent(line.marks.share), _percent(line.marks.quality), _percent(line.marks.passing))
        for line in lines
    ]  # fmt: skip
    return export.Table(f"{_('Teachers')} {span.name}", (head, *rows))


def _percent(share: float | None) -> export.Value:
    return "" if share is None else round(share * 100)


def _whole(value: int | None) -> export.Value:
    return "" if value is None else value


def _half(value: float | None) -> export.Value:
    return "" if value is None else (int(value) if float(value).is_integer() else f"{value:.1f}".replace(".", ","))


@blueprint.get("/<slug>")
@needs(Action.FIGURES_VIEW)
def page(slug: str) -> str:
    """One teacher: the same figures, and course by course."""
    person = people.person_by_slug(db.session, slug)
    span, spans = span_asked()
    by, counted = _measure(span), _lines(span)
    line = next((one for one in counted.value if one.id == person.id), None)
    waiting = [one for one in feedback.outline(db.session, feedback.of_teacher(person.id, by.today))
               if one.author_id == person.id]  # fmt: skip
    return render_template(
        "monitor/teacher.html", name=people.full_name(person), line=line, counted=counted, span=span, spans=spans,
        slug=slug, courses=teacher_figures.course_lines(db.session, by, person.id), words=words, limit=by.limit,
        untold=len(waiting), oldest=waiting[0].since if waiting else None,
    )  # fmt: skip
