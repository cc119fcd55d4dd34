"""The marks of quarters, half-years and years as they stand: the heads of what was decided, and who decided it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Op, Person, TermMark
from server.services.people import short_name
from sync import decide


@dataclass(frozen=True)
class TermState:
    """What stands about a student's term: ids of the heads and their values; several values are a conflict."""

    heads: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def conflict(self) -> bool:
        return len(self.values) > 1


@dataclass(frozen=True)
class Decision:
    """One revision of a term's mark, for its history. ``value`` None: taken back; ``author`` "" when unknown."""

    student_id: str
    term_id: str | None
    value: str | None
    decided: str
    author: str
    at: datetime
    trace: dict[str, Any] = field(default_factory=dict)


def term_states(session: Session, course_id: str) -> dict[str, dict[str | None, TermState]]:
    """By student and term (None: the year)."""
    rows = session.execute(
        select(TermMark.student_id, TermMark.term_id, TermMark.id, TermMark.base, TermMark.value)
        .where(TermMark.course_id == course_id).order_by(TermMark.student_id, TermMark.first_seq)
    )  # fmt: skip
    found: dict[str, dict[str | None, TermState]] = {}
    for student_id, group in groupby(rows, key=lambda row: row.student_id):
        mine = list(group)
        for term_id in dict.fromkeys(row.term_id for row in mine):
            found.setdefault(student_id, {})[term_id] = _state(row for row in mine if row.term_id == term_id)
    return found


def term_marks(session: Session, course_id: str) -> dict[str, dict[str | None, tuple[str, ...]]]:
    """Values of the heads, by student and term, where there are any."""
    found: dict[str, dict[str | None, tuple[str, ...]]] = {}
    for student_id, terms in term_states(session, course_id).items():
        values = {term_id: state.values for term_id, state in terms.items() if state.values}
        if values:
            found[student_id] = values
    return found


def history(session: Session, course_id: str, term_id: str | None) -> dict[str, list[Decision]]:
    """By student every decision about the term, in the order received."""
    rows = session.execute(
        select(TermMark, Person, Op.received_at).join(Op, Op.seq == TermMark.first_seq)
        .outerjoin(Person, Person.id == TermMark.author_id)
        .where(TermMark.course_id == course_id, TermMark.term_id == term_id if term_id else TermMark.term_id.is_(None))
        .order_by(TermMark.first_seq)
    )  # fmt: skip
    found: dict[str, list[Decision]] = {}
    for row, person, at in rows:
        author = short_name(person) if person else ""
        told = Decision(row.student_id, row.term_id, row.value, row.decided, author, at, row.trace)
        found.setdefault(row.student_id, []).append(told)
    return found


def _state(rows: Iterable[Any]) -> TermState:
    tops = decide.heads(decide.Revision(row.id, tuple(row.base), ("term", row.value)) for row in rows)
    values = tuple(dict.fromkeys(top.value[1] for top in tops if top.value[1] is not None))
    return TermState(tuple(top.id for top in tops), values)
