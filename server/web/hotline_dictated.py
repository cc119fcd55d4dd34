"""What a caller dictates for the records: work that is handed in by voice, and the reason of an absence."""

from datetime import date
from typing import Any

from flask_babel import ngettext

from server import naming
from server.errors import DomainError, sentence_of
from server.extensions import db
from server.policy import Action
from server.security import school
from server.services import absences, logging_work, scopes, student_days, works
from server.services.hotline_sheet import Sheet
from server.services.logging_work import Arrival, Draft, Line, Said
from server.services.weeks import parse_day
from server.web import access, drafts
from server.web.hotline import student_scope
from server.web.works import read_comment, refusal
from sync import decide
from sync.errors import SyncError

BY_VOICE = "call"
MOST_DAYS = 60  # of an absence that is told on the phone


def what_is_dictated(known: Sheet, typed: Any) -> dict[str, Any]:
    """The work that was chosen or typed, with its sealed draft; else the works among which to choose."""
    code = typed.get("code") or typed.get("work") or ""
    choices = [*known.missing, *known.to_do]
    if not code:
        return {"choices": choices}
    try:
        work = _work(known, code)
    except SyncError as error:
        return {"choices": choices, "code_wrong": sentence_of(error)}
    state = works.states(db.session, [work.id])[work.id]
    draft = typed.get("draft") or drafts.fresh([Line(work.code, state.heads, state.state)])
    return {"choices": choices, "work": work, "state": state, "draft": draft}


def _work(known: Sheet, typed: str) -> works.WorkView:
    """The student's own work behind a code. Raises SyncError; code_of_another for another student's."""
    row = school()
    work = works.find(db.session, typed, row.id if row else "")
    if work.student_id != known.id:
        raise DomainError("code_of_another")
    return work


def hand_in(known: Sheet, form: Any) -> str:
    """The dictated answer goes the way of every return; gives what the call was about."""
    work = _work(known, form.get("work", ""))
    scope, moment = scopes.of_work(db.session, work.code, drafts.moment().today), drafts.moment()
    access.demand(Action.WORK_LOG, scope)
    answer = read_comment(form.get("text", ""))
    if not answer:
        raise DomainError("text_needed")
    draft = drafts.opened(form.get("draft", ""))
    if [line.key for line in draft.lines] != [work.code]:
        raise DomainError("form_expired")
    envelope = logging_work.op_about_work(draft, 0, Said(None, answer, True), Arrival(moment.today, BY_VOICE))
    [outcome] = drafts.deliver([envelope], scope)
    if outcome.outcome in (decide.HELD, decide.REJECTED):
        raise refusal(outcome)
    return f"{work.subject}: {work.title}"


def absence(known: Sheet, form: Any) -> tuple[bool, str]:
    """(whether it stands in the journal now, what the call was about).

    Who may set absences sets them for the lessons until today; the rest is for the class teacher to know.
    """
    first, last = parse_day(form.get("from", "")), parse_day(form.get("to", ""))
    if last < first or (last - first).days > MOST_DAYS:
        raise DomainError("date_order")
    letter, reason = form.get("letter", ""), form.get("text", "").strip()
    names = dict(absences.letters(db.session))
    if letter not in names:
        raise DomainError("letter_unknown", value=letter, allowed=", ".join(names))
    text = f"{letter}, {naming.days(first, last)}: {reason}"
    if not access.may(Action.ABSENCE_SET, student_scope(known.id)):
        return False, text
    today = drafts.moment().today
    count = _set(known, form, (first, min(last, today)), letter, reason) if first <= today else 0
    told = ngettext("set in the journal: %(num)s lesson", "set in the journal: %(num)s lessons", count)
    return last <= today, f"{text} ({told})"


def _set(known: Sheet, form: Any, days: tuple[date, date], letter: str, reason: str) -> int:
    """Ops for the lessons of these days in which it does not stand yet; a second click therefore says nothing."""
    lessons = student_days.between(db.session, known.standing, *days)
    standing = absences.absences(db.session, [lesson.id for lesson in lessons])
    nothing = absences.AbsenceState((), ())
    rendered, envelopes = drafts.opened(form.get("draft", "")), []
    for n, lesson in enumerate(lessons):
        state = standing.get((known.id, lesson.id), nothing)
        if lesson.state != "planned" or (state.letters == (letter,) and state.reason == reason):
            continue
        lines = (*(Line("") for _before in range(n)), Line(known.id, state.heads))
        draft = Draft(rendered.origin, rendered.at, rendered.author, lines)
        envelopes.append(logging_work.op_about_absence(draft, n, lesson.id, letter, reason))
    outcomes = drafts.deliver(envelopes, student_scope(known.id)) if envelopes else []
    for outcome in outcomes:
        if outcome.outcome in (decide.HELD, decide.REJECTED):
            raise refusal(outcome)
    return len(outcomes)

