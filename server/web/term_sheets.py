"""Marks of a term or the year for a whole course: hints with their trace, decided by keyboard, saved in one batch."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from apiflask import APIBlueprint
from babel.numbers import get_decimal_symbol
from flask import render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server.errors import sentence_of
from server.extensions import db
from server.policy import Action
from server.services import courses, grading, logging_work, term_sheet
from server.services.logging_work import Draft, Line
from server.services.term_sheet import TermSheet
from server.web import access, drafts, marks
from server.web.access import needs
from server.web.journal import head_of, scope_of_head
from server.web.shell import short_day
from server.web.works import refusal
from sync import decide
from sync.errors import SyncError

blueprint = APIBlueprint("term_sheets", __name__, url_prefix="/journal/<course_id>/terms", enable_openapi=False)
WHY = {
    "open": _l("not decided yet"), "no_marks": _l("no marks in this term"), "lacks": _l("waits for a work"),
    "terms": _l("not all terms are decided"),
    "exempt": _l("exempt"), "left": _l("left the school"), "gone": _l("not in this class any more"),
    "apart": _l("taught at home"), "conflict": _l("two values"),
}  # fmt: skip
LEFT_OUT = {
    "none": _l("no mark"), "disputed": _l("two values stand"), "scale": _l("another scale"),
    "weight": _l("this kind does not count"), "kind": _l("this kind is not part of the formula"),
}  # fmt: skip
KEYS = {"ru": {"pass": "з", "fail": "н", "na": "н/а"}, "en": {"pass": "p", "fail": "f", "na": "na"}}


@dataclass(frozen=True)
class Told:
    """What became of a row: a sentence and its tone (ok, wait, bad)."""

    text: str
    tone: str


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"WHY": WHY, "LEFT_OUT": LEFT_OUT, "value_name": value_name, "local": local, "mark_label": marks.mark_label,
            "kinds": {code: _(name) for code, name in logging_work.kinds(db.session).items()}, "day_of": _days()}


def _days() -> Callable[[str], str]:
    """``7 Dec`` of a day as a trace has it; each is written once a page."""
    return cache(lambda text: short_day(date.fromisoformat(text)))


@blueprint.app_template_filter("value_name")
def value_name(value: str | None) -> str:
    """``4``, ``pass``, ``n/a``: short, as a cell shows it."""
    return str(marks.SHORT.get(value or "", value or "–"))


@blueprint.app_template_filter("told_trace")
def told_trace(line: term_sheet.Line) -> dict[str, Any]:
    """The trace of a line, with what was noted from elsewhere."""
    return term_sheet.told(line)


def local(shown: str) -> str:
    """``3.50`` with the language's own sign."""
    return shown.replace(".", get_decimal_symbol(get_locale() or "ru"))


@blueprint.get("")
@needs(Action.JOURNAL_VIEW, scope=scope_of_head)
def page(course_id: str) -> str:
    """The sheet of a term, or of the year with ``term=year``."""
    return _render(_sheet(course_id))


@blueprint.get("/traces")
@needs(Action.JOURNAL_VIEW, scope=scope_of_head)
def traces(course_id: str) -> str:
    """How every student's mark came about, to print."""
    [head] = courses.with_teachers(db.session, [head_of(course_id)], drafts.moment().today)
    return render_template("journal/traces.html", sheet=_sheet(course_id), teachers=head.teachers)


@blueprint.post("")
@needs(Action.TERM_MARK_SET, scope=scope_of_head)
def save(course_id: str) -> Any:
    """Save what was typed; with ``act=accept`` also the hints of students for whom nothing stands or was typed."""
    found = _sheet(course_id)
    try:
        draft = drafts.opened(request.form.get("draft", ""))
    except SyncError as error:
        return _render(found, {}, sentence_of(error)), 400
    told, envelopes = _read(draft, found, request.form.get("act") == "accept")
    outcomes = drafts.deliver(envelopes, scope_of_head(course_id)) if envelopes else []
    told |= {draft.lines[one.n].key: _tell(one) for one in outcomes}
    refused = any(one.tone == "bad" for one in told.values())
    db.session.rollback()  # reads anew what has just been saved
    return _render(_sheet(course_id), told), 422 if refused else 200


def _sheet(course_id: str) -> TermSheet:
    today = drafts.moment().today
    return term_sheet.sheet(db.session, head_of(course_id), request.values.get("term", ""), today)


def _read(draft: Draft, found: TermSheet, accept: bool) -> tuple[dict[str, Told], list[dict[str, Any]]]:
    """Rows that cannot be understood, by student, and the envelopes of those that say something new."""
    lines = {line.student_id: line for line in found.lines}
    told: dict[str, Told] = {}
    envelopes = []
    for n, row in enumerate(draft.lines):
        line = lines.get(row.key)
        if line is None:
            continue
        try:
            said = term_sheet.read_typed(request.form.get(f"mark-{row.key}", ""), found.rule)
        except SyncError as error:
            told[row.key] = Told(sentence_of(error), "bad")
            continue
        if said is None and accept and not row.state and line.why == "open" and line.hint.value:
            said = (line.hint.value,)
        if said is not None and (said[0] or "") != row.state:
            envelopes.append(term_sheet.op_about_term(draft, n, found, line, said[0]))
    return told, envelopes


def _tell(outcome: Any) -> Told:
    if outcome.outcome in (decide.ACCEPTED, decide.DUPLICATE):
        return Told(_("saved"), "ok")
    return Told(sentence_of(refusal(outcome)), "wait" if outcome.outcome == decide.CONFLICT else "bad")


def _render(found: TermSheet, told: dict[str, Told] | None = None, wrong: str = "") -> str:
    told = told or {}
    lines = [
        Line(line.student_id, line.state.heads, "?" if line.state.conflict else "".join(line.state.values[:1]))
        for line in found.lines
    ]  # fmt: skip
    typed = {key: request.form.get(f"mark-{key}", "") for key, one in told.items() if one.tone == "bad"}
    bad = len(typed)
    rule = found.rule
    may_set = access.may(Action.TERM_MARK_SET, scope_of_head(found.course.id)) and rule.formula != "none"
    acceptable = sum(line.why == "open" and line.hint.value is not None for line in found.lines)
    return render_template(
        "journal/terms.html", sheet=found, told=told, wrong=wrong, typed=typed, saved=len(told) - bad, refused=bad,
        draft=drafts.fresh(lines), may_set=may_set, legend=_legend(found), acceptable=acceptable, keys=_keys(),
        jumps=_jumps(found), address=url_for("term_sheets.page", course_id=found.course.id, term=_asked(found)),
        may_rules=access.may(Action.SETTINGS_EDIT) or access.may(Action.LESSON_APPROVE),
    )  # fmt: skip


def _asked(found: TermSheet) -> str:
    return found.term_id or "year"


def _keys() -> dict[str, str]:
    return KEYS["en" if str(get_locale()).startswith("en") else "ru"]


def _legend(found: TermSheet) -> list[tuple[str, str]]:
    """(what to type, what it means)."""
    keys, rule = _keys(), found.rule
    if "pass" in rule.values:
        legend = [(keys["pass"], _("passed")), (keys["fail"], _("not passed"))]
    else:
        legend = [(" ".join(rule.values), _("the mark"))]
    if rule.not_attested:
        legend.append((keys["na"], _("not attested")))
    return [*legend, ("=", _("take the hint")), ("-", _("take the mark back"))]


def _jumps(found: TermSheet) -> str:
    """Keys after which nothing more can follow: the cursor goes to the next student."""
    keys = _keys()
    said = [keys.get(value, value) for value in found.rule.values]
    others = [*said, *([keys[grading.NOT_ATTESTED]] if found.rule.not_attested else [])]
    return " ".join(one for one in said if not any(other != one and other.startswith(one) for other in others))
