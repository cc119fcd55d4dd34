"""A course's marks of a term or the year: hints with their trace, what was decided, and who has no mark and why."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import OutsideMark
from server.services import grading, grading_rules, journal
from server.services.carried import CarriedTerm
from server.services.courses import CourseHead, Stretch
from server.services.grading import Given, Hint, Rule
from server.services.grading_rules import TERM, YEAR, MarkedTerm
from server.services.journal import Column, Grid, Row
from server.services.logging_work import CLEARED, WORDS, Draft
from server.services.term_values import Decision, TermState, history, states_of
from sync import ops

NOTHING = TermState()
_NA = {"н/а", "на", "н\\а", "na", "n/a"}


@dataclass(frozen=True)
class Noted:
    """A mark from elsewhere that the teacher noted for the term: it is told, and counted by nobody but a person."""

    value: str
    maximum: int | None
    topic: str
    source: str


@dataclass(frozen=True)
class Line:
    """A student. ``why``: code of a reason why there is no mark, or ""; ``missed`` of the term's ``lessons``."""

    student_id: str
    last_name: str
    first_name: str
    hint: Hint
    state: TermState
    why: str
    missed: int
    noted: tuple[Noted, ...] = ()
    carried: CarriedTerm | None = None
    history: tuple[Decision, ...] = ()

    @property
    def stands(self) -> Decision | None:
        """The decision that stands, with the trace of its day; None where there is none, or two."""
        if len(self.state.values) != 1:
            return None
        return next((one for one in reversed(self.history) if one.id in self.state.heads), None)

    @property
    def changed_since(self) -> bool:
        """True when the marks come to something else now than when it was decided."""
        stands = self.stands
        return stands is not None and stands.trace != json.loads(packed(told(self)))


@dataclass(frozen=True)
class TermSheet:
    """``term`` None: the year. ``lessons``: how many of the term's lessons the journal knows."""

    course: CourseHead
    rule: Rule
    terms: tuple[Stretch, ...]
    term: Stretch | None
    lines: tuple[Line, ...]
    lessons: int

    @property
    def term_id(self) -> str:
        """As ops name it; "" for the year."""
        return self.term.id if self.term else ""


def sheet(session: Session, head: CourseHead, asked: str, today: date) -> TermSheet:
    """The sheet of a term (by id), of the year (asked is "year"), or of the term that runs or ended last.

    Raises DomainError ``mark_rule_missing``.
    """
    rules = grading_rules.read(session)
    rule = rules.rule(head.grade, head.scale, TERM, today)
    if rule is None:
        raise DomainError("mark_rule_missing")
    terms = tuple(grading_rules.marked_terms(session, head, rule))
    term = None if asked == "year" else _term(terms, asked, today)
    span = term or _term(terms, "", today)
    since, until = (span.starts_on, span.ends_on) if span else (head.starts_on, head.ends_on)
    past = history(session, head.id)
    states = states_of(past)
    grid = journal.grid(session, head, since, until, today, terms, states, topics=False)
    if term is not None:
        hints = _hints(session, head, rule, grid, term, today)
    else:
        rule = rules.rule(head.grade, head.scale, YEAR, today) or rule
        hints = {row.student_id: grading.of_year(rule, _decided(row, terms, states)) for row in grid.rows}
    lines = tuple(_lines(session, grid, hints, states, past, term))
    return TermSheet(head, rule, terms, term, lines, len({column.lesson_course_id for column in grid.columns}))


def given(row: Row, columns: Sequence[Column]) -> list[Given]:
    """A student's works of the columns and the marks brought along, as they are counted."""
    found = []
    for column, cell in zip(columns, row.cells, strict=True):
        if cell is None:
            continue
        marks = [value for verdict, value in cell.values if verdict == "mark"]
        found.append(Given(column.kind, column.title, column.on, column.scale, marks[0] if marks else None,
                           column.maximum, column.weight, disputed=cell.conflict))  # fmt: skip
    for mark in row.carried:
        value = mark.values[0][1]
        found.append(Given(mark.kind, mark.title, mark.on, mark.scale, value, mark.maximum, mark.weight,
                           mark.group, len(mark.values) > 1))  # fmt: skip
    return found


def read_typed(typed: str, rule: Rule) -> tuple[str | None] | None:
    """What was typed for a student: (value,), (None,) to take the mark back, None for an empty field.

    Raises DomainError ``mark_invalid``.
    """
    text = re.sub(r"\s+", "", typed).casefold()
    if not text:
        return None
    if text in CLEARED:
        return (None,)
    value = next((value for value in rule.values if text == value or text in WORDS.get(value, ())), "")
    if not value and text in _NA:
        value = grading.NOT_ATTESTED
    if not value or not rule.allows(value):
        allowed = [*rule.values, *([grading.NOT_ATTESTED] if rule.not_attested else [])]
        raise DomainError("mark_invalid", value=typed.strip()[:20], allowed=", ".join(allowed) or "–")
    return (value,)


def op_about_term(draft: Draft, n: int, found: TermSheet, line: Line, value: str | None) -> dict[str, Any]:
    """The envelope of a decision: by formula where the rule has it so and the value is the formula's."""
    by_formula = found.rule.decided == "formula" and value is not None and value == line.hint.value
    data = {
        "student": line.student_id, "course": found.course.id, "term": found.term_id, "value": value,
        "decided": "formula" if by_formula else "teacher", "trace": packed(told(line)),
    }  # fmt: skip
    return ops.envelope(draft.origin, n, "term_mark", draft.author, draft.at, data, draft.lines[n].heads)


def told(line: Line) -> dict[str, Any]:
    """The trace of a line: the hint's, and what was noted from elsewhere."""
    if not line.noted:
        return line.hint.trace
    elsewhere = [{"value": one.value, "maximum": one.maximum, "title": one.topic, "from": one.source}
                 for one in line.noted]  # fmt: skip
    return {**line.hint.trace, "elsewhere": elsewhere}


def packed(trace: dict[str, Any]) -> str:
    """The trace as an op carries it; of one that is too long, works without a mark go first, then long titles."""
    text = _written(trace)
    if len(text) > ops.MAX_TRACE:
        left = trace.get("left_out", [])
        kept = [one for one in left if one["why"] != "none"]
        trace = {**trace, "left_out": kept, "not_told": len(left) - len(kept)}
        text = _written(trace)
    if len(text) > ops.MAX_TRACE:
        for name in ("counted", "left_out"):
            trace[name] = [{**one, "title": one["title"][:12]} for one in trace[name]]
        text = _written(trace)
    if len(text) > ops.MAX_TRACE:
        text = _written({**trace, "counted": [], "left_out": [], "not_told": len(trace["counted"])})
    return text


def _written(trace: dict[str, Any]) -> str:
    return json.dumps(trace, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _term(terms: Sequence[MarkedTerm], asked: str, today: date) -> MarkedTerm | None:
    chosen = next((term for term in terms if term.id == asked), None)
    begun = [term for term in terms if term.starts_on <= today]
    return chosen or (begun[-1] if begun else terms[0] if terms else None)


def _hints(
    session: Session, head: CourseHead, rule: Rule, grid: Grid, term: MarkedTerm, today: date
) -> dict[str, Hint]:
    """By student. A kind of work counts as planned, too, when somebody has one of it."""
    table = grading_rules.table(session, head.grade, today) if rule.formula == "shares" else []
    planned = term.planned | {column.kind for column in grid.columns if column.task_id}
    return {row.student_id: grading.hint(rule, given(row, grid.columns), table, planned) for row in grid.rows}


def _decided(
    row: Row, terms: Sequence[Stretch], states: dict[str, dict[str | None, TermState]]
) -> list[tuple[str, str | None]]:
    """Names of the terms with the student's marks, those from another class included; two values are none."""
    found = []
    for term in terms:
        values = states.get(row.student_id, {}).get(term.id, NOTHING).values
        if not values and term.id in row.carried_terms:
            values = row.carried_terms[term.id].values
        found.append((term.name, values[0] if len(values) == 1 else None))
    return found


def _lines(
    session: Session, grid: Grid, hints: dict[str, Hint], states: dict[str, dict[str | None, TermState]],
    past: Sequence[Decision], term: Stretch | None,
) -> Iterable[Line]:  # fmt: skip
    term_id = term.id if term else None
    noted = _noted(session, grid.course.id, term_id)
    for row in grid.rows:
        state = states.get(row.student_id, {}).get(term_id, NOTHING)
        missed = sum(any(letter for letter in one.letters) for one in row.absences.values())
        line = Line(row.student_id, row.last_name, row.first_name, hints[row.student_id], state, "", missed,
                    tuple(noted.get(row.student_id, ())), row.carried_terms.get(term_id),
                    tuple(one for one in past if (one.student_id, one.term_id) == (row.student_id, term_id)))
        why = _why(row, line)
        yield replace(line, why="terms" if why == "lacks" and term is None else why)


def _why(row: Row, line: Line) -> str:
    """Why nobody has decided: a code, or "" where a mark stands."""
    if line.state.values or line.carried:
        return "conflict" if line.state.conflict else ""
    if row.left_on is not None:
        return "left"
    if row.last_day is not None:
        return "gone"
    if row.apart:
        return "apart"
    if row.exempt:
        return "exempt"
    if line.hint.lacks:
        return "lacks"
    return "open" if line.hint.trace.get("counted") else "no_marks"


def _noted(session: Session, course_id: str, term_id: str | None) -> dict[str, list[Noted]]:
    rows = session.scalars(
        select(OutsideMark).where(OutsideMark.course_id == course_id, OutsideMark.state == "noted")
        .order_by(OutsideMark.given_on)
    )  # fmt: skip
    found: dict[str, list[Noted]] = {}
    for row in rows:
        if row.term_id == term_id or term_id is None:
            found.setdefault(row.student_id, []).append(Noted(row.value, row.max_points, row.topic, row.source))
    return found
