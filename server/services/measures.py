"""What figures are measured by: compulsory kinds of work, levels of mastery and the school's thresholds, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Group, MasteryLevel, TaskKind, Term, Year
from server.reference import SOURCE_OWN, VALUE_NAMES
from server.services import thresholds
from server.services.courses import TAUGHT
from server.services.grading_rules import ELSEWHERE, ORAL

FAILS = "fail"


@dataclass(frozen=True)
class Level:
    """A level: its name (message id) and the least shares in per cent that it asks for."""

    code: str
    name: str
    min_done: int
    min_share: int


@dataclass(frozen=True)
class Span:
    """The days that figures are about: a term that is taught."""

    id: str
    name: str
    first: date
    last: date

    def until(self, today: date) -> date:
        """The last day that has come."""
        return min(self.last, today)


def levels(session: Session) -> list[Level]:
    """The levels of mastery, the highest first."""
    rows = session.scalars(select(MasteryLevel).order_by(MasteryLevel.position))
    return [Level(row.code, row.name, row.min_done, row.min_share) for row in rows]


def level_of(known: Sequence[Level], done: float | None, share: float | None) -> Level | None:
    """The first level whose shares (0–1) are reached; None where nothing was owed or nothing has a mark yet."""
    if done is None or share is None:
        return None
    reached = round(done * 100), round(share * 100)
    return next((level for level in known if reached[0] >= level.min_done and reached[1] >= level.min_share), None)


def share_of_maximum(scale: str, verdict: str | None, value: str | None, maximum: int | None) -> float | None:
    """A mark as a share of the best one: points of their maximum, figures of 5, passed 1, not passed 0; else None."""
    if verdict != "mark" or value is None:
        return None
    if value in VALUE_NAMES:
        return 0.0 if value == FAILS else 1.0
    if not (value.isascii() and value.isdigit()):
        return None
    most = maximum if scale == "points" else 5
    return min(int(value) / most, 1.0) if most else None


def spans(session: Session, day: date, grade: int | None = None) -> list[Span]:
    """The year's taught terms that have begun, in order; of a grade's own ones where there are such."""
    year = select(Year.id).where(Year.starts_on <= day).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    rows = session.scalars(
        select(Term).where(Term.year_id == year, Term.kind.in_(TAUGHT), Term.starts_on <= day).order_by(Term.starts_on)
    )
    return [
        Span(row.id, row.name, row.starts_on, row.ends_on)
        for row in rows if not row.grades or grade is None or grade in row.grades
    ]  # fmt: skip


def chosen_span(known: Sequence[Span], wanted: str = "") -> Span:
    """The term asked for, else the one that runs or ran last. Raises DomainError ``year_missing``."""
    chosen = next((one for one in known if one.id == wanted), known[-1] if known else None)
    if chosen is None:
        raise DomainError("year_missing")
    return chosen


COMPULSORY = select(TaskKind.code).where(TaskKind.compulsory)  # the kinds of work that every student must hand in


def compulsory(session: Session) -> list[str]:
    """Their codes, in the school's order."""
    return list(session.scalars(COMPULSORY.order_by(TaskKind.position)))


def kinds_to_choose(session: Session) -> list[TaskKind]:
    """The kinds that may be compulsory: those of which something is handed in."""
    never = TaskKind.code.in_((ORAL, ELSEWHERE))
    return list(session.scalars(select(TaskKind).where(~never).order_by(TaskKind.position)))


def grade_of(group: Group) -> int | None:
    """A subgroup's grade is its class's."""
    return group.grade if group.grade is not None or group.parent is None else group.parent.grade


@dataclass(frozen=True)
class Wanted:
    """What a form says: compulsory kinds, level → (least done, least share), threshold → number; texts as typed."""

    kinds: frozenset[str]
    levels: Mapping[str, tuple[str, str]]
    thresholds: Mapping[str, str]


def save(session: Session, wanted: Wanted) -> None:
    """Store the school's own measures. Raises DomainError ``value_invalid``."""
    for kind in session.scalars(select(TaskKind)):
        kind.compulsory = kind.code in wanted.kinds
    for level in session.scalars(select(MasteryLevel)):
        done, share = wanted.levels.get(level.code, (str(level.min_done), str(level.min_share)))
        level.min_done = thresholds.number(done, 100, level.code)
        level.min_share = thresholds.number(share, 100, level.code)
        level.source = SOURCE_OWN
    thresholds.save(session, wanted.thresholds)
