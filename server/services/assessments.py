"""The schedule of works that count (SOR, SOCh, control works): a class's terms, and where a norm is broken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models import Assessment, Course, Group, Lesson, School, Subject, TaskKind, Term
from server.models import Norm as NormRow
from server.services import calendar
from server.services.assessment_norms import Breach, Norm, Planned, breaches
from server.services.courses import Stretch, alphabetical


@dataclass(frozen=True)
class Entry:
    """One planned work. ``parts``: names of the subgroups that write it, () for the entire class."""

    on: date | None
    subject: str
    kind: str
    number: int
    max_points: int | None
    topic: str
    course_id: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class TermPlan:
    """A term's works by day, those without a day last; ``outside``: days that are not in the term."""

    number: int
    name: str
    starts_on: date | None
    ends_on: date | None
    entries: tuple[Entry, ...] = ()
    breaches: tuple[Breach, ...] = ()
    outside: frozenset[date] = field(default_factory=frozenset)


def norms(session: Session) -> list[Norm]:
    """The norms of the school's country."""
    country = session.scalar(select(School.country))
    rows = session.scalars(select(NormRow).where(NormRow.country == country).order_by(NormRow.code))
    return [Norm(row.code, row.rule, frozenset(row.kinds), row.value, row.source, row.starts_on, row.ends_on)
            for row in rows]  # fmt: skip


def term_stretches(session: Session, year_id: str, grade: int | None) -> dict[int, Stretch]:
    """Number → the taught term that holds for a grade."""
    rows = session.scalars(
        select(Term).where(Term.year_id == year_id, Term.kind.in_(calendar.TAUGHT), Term.number.is_not(None))
        .order_by(Term.starts_on)
    )  # fmt: skip
    return {
        row.number: Stretch(row.id, row.name, row.starts_on, row.ends_on)
        for row in rows if row.number and (not row.grades or grade is None or grade in row.grades)
    }  # fmt: skip


def term_days(session: Session, terms: dict[int, Stretch]) -> dict[int, list[date]]:
    """Number of a term → its days with lessons, in order."""
    days = list(session.scalars(select(Lesson.on).where(Lesson.state == "planned").distinct().order_by(Lesson.on)))
    return {
        number: [day for day in days if term.starts_on <= day <= term.ends_on] for number, term in terms.items()
    }  # fmt: skip


def of_class(session: Session, group: Group, year_id: str) -> list[TermPlan]:
    """A class's schedule, its subgroups' works included, term by term; a term without works is there too."""
    rows = session.execute(
        select(Assessment, Subject.name, Course.id, Group)
        .join(Course, Course.id == Assessment.course_id).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).join(TaskKind, TaskKind.code == Assessment.kind)
        .where(Course.year_id == year_id, or_(Group.id == group.id, Group.parent_id == group.id))
        .order_by(TaskKind.position, Assessment.number, Group.name)
    ).all()  # fmt: skip
    terms = term_stretches(session, year_id, group.grade)
    found: dict[int, dict[tuple[object, ...], Entry]] = {number: {} for number in terms}
    for row, subject, course_id, own in rows:
        part = (own.name,) if own.parent_id else ()
        key = (row.planned_on, subject, row.kind, row.number, row.max_points)
        entries = found.setdefault(row.term_number, {})
        known = entries.get(key)
        parts = (*known.parts, *part) if known else part
        entries[key] = Entry(row.planned_on, subject, row.kind, row.number, row.max_points, row.topic, course_id, parts)
    works = [Planned(group.id, one.on, one.subject, one.kind, number, one.number)
             for number, entries in found.items() for one in entries.values() if one.on]  # fmt: skip
    broken = breaches(works, norms(session), term_days(session, terms))
    return [_term(number, terms.get(number), found[number].values(), broken) for number in sorted(found)]


def _term(number: int, term: Stretch | None, entries: Iterable[Entry], broken: Sequence[Breach]) -> TermPlan:
    ordered = sorted(entries, key=lambda one: (one.on or date.max, alphabetical(one.subject), one.kind, one.number))
    days = {one.on for one in ordered if one.on}
    outside = frozenset(day for day in days if term and not term.starts_on <= day <= term.ends_on)
    return TermPlan(
        number, term.name if term else "", term.starts_on if term else None, term.ends_on if term else None,
        tuple(ordered), tuple(one for one in broken if one.on in days), outside,
    )  # fmt: skip


def count(session: Session) -> int:
    """How many works are planned; what parallel classes, or parts of a class, write alike counts once per grade."""
    rows = session.execute(
        select(Group.id, Course.subject_id, Assessment.kind, Assessment.term_number, Assessment.number)
        .join(Course, Course.id == Assessment.course_id).join(Group, Group.id == Course.group_id)
    ).all()  # fmt: skip
    groups = {
        id: (grade, parent) for id, grade, parent in session.execute(select(Group.id, Group.grade, Group.parent_id))
    }
    grades = calendar.grades_by_group(groups)
    return len({(grades[group_id], *work) for group_id, *work in rows})
