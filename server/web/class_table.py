"""A whole class's works of one task in one table: typed by keyboard, saved in one batch, told row by row."""

from dataclasses import dataclass, replace
from typing import Any

from apiflask import APIBlueprint
from flask import render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from server.errors import sentence_of
from server.extensions import db
from server.policy import Action, Scope
from server.services import journal, logging_work, scopes
from server.services.journal import TaskTable
from server.services.logging_work import Draft, Line
from server.services.marking import likeness
from server.services.returns import Outcome
from server.web import access, drafts, marks
from server.web.access import needs
from server.web.works import FIELDS, read_arrival, read_comment, refusal
from sync import decide
from sync.errors import SyncError
from sync.ops import MAX_COMMENT

blueprint = APIBlueprint("class_table", __name__, url_prefix="/works/task", enable_openapi=False)
KEYS = {
    "ru": {"redo": "д", "checked": "п", "pass": "з", "fail": "н"},
    "en": {"redo": "r", "checked": "c", "pass": "p", "fail": "f"},
}
SHARED = ("channel", "on")  # what is said once for the whole table


@dataclass(frozen=True)
class Told:
    """What became of a row: a sentence and its tone (ok, bad)."""

    text: str
    tone: str


def _scope(task_id: str) -> Scope:
    return scopes.of_task(db.session, task_id)


@blueprint.get("/<task_id>")
@needs(Action.WORK_VIEW, scope=_scope)
def page(task_id: str) -> Any:
    """The table as it stands."""
    return _render(task_id)


@blueprint.post("/<task_id>")
@needs(Action.WORK_LOG, Action.MARK_SET, scope=_scope)
def save(task_id: str) -> Any:
    """Save every row that was filled in."""
    table = journal.task_table(db.session, task_id, drafts.moment().today)
    try:
        draft = drafts.opened(request.form.get("draft", ""))
        if {line.key for line in draft.lines} - {work.code for work in table.works}:
            return _render(task_id)
        if not table.marks_only:
            read_arrival(request.form)
    except SyncError as error:
        keep = None if error.code == "form_expired" else request.form["draft"]
        return _render(task_id, {}, {FIELDS.get(error.code, "form"): sentence_of(error)}, keep), 422
    told, envelopes = _read(draft, table)
    outcomes = drafts.deliver(envelopes, _scope(task_id)) if envelopes else []
    wrong = {
        FIELDS[one.reason]: sentence_of(refusal(one)) for one in outcomes if FIELDS.get(one.reason) in SHARED
    }
    told |= {draft.lines[one.n].key: _tell(one) for one in outcomes}
    told |= _replaced(draft, table, outcomes)
    refused = any(one.tone == "bad" for one in told.values())
    return _render(task_id, told, wrong), 422 if refused else 200


def _read(draft: Draft, table: TaskTable) -> tuple[dict[str, Told], list[dict[str, Any]]]:
    """Rows that cannot be understood, by code, and the envelopes of the others."""
    told: dict[str, Told] = {}
    envelopes = []
    for n, line in enumerate(draft.lines):
        try:
            comment = read_comment(request.form.get(f"comment-{line.key}", ""))
            said = logging_work.read_typed(request.form.get(f"mark-{line.key}", ""), table.rule, comment)
            if said is not None:
                if table.marks_only:  # nothing was handed in: only the mark is said
                    said, arrival = replace(said, again=False), None
                else:
                    arrival = read_arrival(request.form)
                envelopes.append(logging_work.op_about_work(draft, n, said, arrival))
            elif comment:
                told[line.key] = Told(_("A comment needs a mark or a plus beside it."), "bad")
        except SyncError as error:
            told[line.key] = Told(sentence_of(error), "bad")
    return told, envelopes


def _tell(outcome: Outcome) -> Told:
    if outcome.outcome in (decide.ACCEPTED, decide.DUPLICATE):
        return Told(_("saved"), "ok")
    return Told(sentence_of(refusal(outcome)), "wait" if outcome.outcome == decide.CONFLICT else "bad")


def _replaced(draft: Draft, table: TaskTable, outcomes: list[Outcome]) -> dict[str, Told]:
    """Rows whose mark was saved, but had been replaced by a newer one before."""
    db.session.rollback()  # reads anew what has just been saved
    seqs = logging_work.numbers(db.session, draft)
    mine = {seqs[one.n]: one.n for one in outcomes if one.outcome in (decide.ACCEPTED, decide.DUPLICATE)}
    stands = logging_work.replaced(db.session, mine)
    return {
        draft.lines[mine[seq]].key: Told(marks.newer_label(mark, table.rule.maximum), "wait")
        for seq, mark in stands.items()
    }


def _render(
    task_id: str, told: dict[str, Told] | None = None, wrong: dict[str, str] | None = None, draft: str | None = None
) -> str:
    if request.method == "POST":
        db.session.rollback()  # reads anew what has just been saved
    scope, today = _scope(task_id), drafts.moment().today
    table = journal.task_table(db.session, task_id, today)
    told = told or {}
    channels = logging_work.channels(db.session)
    may_mark = access.may(Action.MARK_SET, scope)
    lines = [Line(work.code, work.heads, work.cell.state if work.cell.state != "overdue" else "issued")
             for work in table.works]  # fmt: skip
    typed = {
        name: value for name, value in request.form.items()
        if name not in ("draft", "csrf_token") and told.get(name.partition("-")[2], Told("", "bad")).tone == "bad"
    }  # fmt: skip
    bad = sum(one.tone == "bad" for one in told.values())
    return render_template(
        "works/table.html", table=table, told=told, refused=bad, saved=len(told) - bad, wrong=wrong or {}, typed=typed,
        channels=channels,
        usual=logging_work.last_channel(db.session, current_user.person_id) or channels[0][0], today=today,
        draft=draft or drafts.fresh(lines), may_mark=may_mark, may_save=may_mark or access.may(Action.WORK_LOG, scope),
        may_see=access.may(Action.MARK_VIEW, scope), sign=marks.sign, max_comment=MAX_COMMENT,
        legend=_legend(table, may_mark), may_journal=access.may(Action.JOURNAL_VIEW, scope),
        kinds=logging_work.kinds(db.session), twins=likeness.of_task(db.session, task_id) if may_mark else {},
        whole=_whole(table) if may_mark else [],
    )  # fmt: skip


def _whole(table: TaskTable) -> list[str]:
    """What is a mark as soon as one key was pressed; points may have more figures."""
    if table.rule.type == "points":
        return []
    words = {"pass", "fail"} & set(table.rule.values) if table.rule.type == "values" else {"checked"}
    keys = KEYS["en" if str(get_locale()).startswith("en") else "ru"]
    found = [value for value in table.rule.values if len(value) == 1] + [keys[word] for word in sorted(words)]
    return found if table.marks_only else [*found, keys["redo"]]


def _legend(table: TaskTable, may_mark: bool) -> list[tuple[str, str]]:
    """(what to type, what it means) for the task's scale, on the keyboard of the person's language."""
    came = () if table.marks_only else (("+", _("handed in, no mark yet")),)
    if not may_mark:
        return [*came]
    rule, keys = table.rule, KEYS["en" if str(get_locale()).startswith("en") else "ru"]
    if rule.type == "points":
        found = [(rule.allowed(), _("points"))]
    elif rule.type == "none":
        found = [(keys["checked"], _("checked"))]
    elif "pass" in rule.values:
        found = [(keys["pass"], _("passed")), (keys["fail"], _("not passed"))]
    else:
        found = [(" ".join(rule.values), _("the mark"))]
    if table.marks_only:
        return found
    return [*found, (keys["redo"], _("sent back")), *came]
