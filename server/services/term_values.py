"""The marks of quarters, half-years and years as they stand: the heads of what was decided, and who decided it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
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

    id: str
    student_id: str
    term_id: str | None
    base: tuple[str, ...]
    value: str | None
    decided: str
    author: str
    at: datetime
    trace: dict[str, Any]  # as it was when it was decided


def term_states(session: Session, course_id: str) -> dict[str, dict[str | None, TermState]]:
    """By student and term (None: the year)."""
    rows = session.execute(
        select(TermMark.student_id, TermMark.term_id, TermMark.id, TermMark.base, TermMark.value)
        .where(TermMark.course_id == course_id).order_by(TermMark.first_seq)
    )  # fmt: skip
    return states_of(rows)


def states_of(rows: Iterable[Any]) -> dict[str, dict[str | None, TermState]]:
    """What rows of term marks come to, given in the order received."""
    found: dict[str, dict[str | None, list[Any]]] = {}
    for row in rows:
        found.setdefault(row.student_id, {}).setdefault(row.term_id, []).append(row)
    return {
        student_id: {term_id: _state(own) for term_id, own in terms.items()} for student_id, terms in found.items()
    }


def standing(rows: Iterable[TermMark]) -> dict[str | None, tuple[str, ...]]:
    """Of one student's rows in the order received, the values of the heads by term, where there are any."""
    states = next(iter(states_of(rows).values()), {})
    return {term_id: state.values for term_id, state in states.items() if state.values}


def history(session: Session, course_id: str) -> list[Decision]:
    """Every decision about the course's terms, in the order received."""
    rows = session.execute(
        select(TermMark, Person, Op.received_at).join(Op, Op.seq == TermMark.first_seq)
        .outerjoin(Person, Person.id == TermMark.author_id)
        .where(TermMark.course_id == course_id).order_by(TermMark.first_seq)
    )  # fmt: skip
    return [
        Decision(row.id, row.student_id, row.term_id, tuple(row.base), row.value, row.decided,
                 short_name(person) if person else "", at, row.trace)
        for row, person, at in rows
    ]  # fmt: skip


def _state(rows: Iterable[Any]) -> TermState:
    tops = decide.heads(decide.Revision(row.id, tuple(row.base), ("term", row.value)) for row in rows)
    values = tuple(dict.fromkeys(top.value[1] for top in tops if top.value[1] is not None))
    return TermState(tuple(top.id for top in tops), values)
