"""Which rules of marking hold for a course: the school's rows, read once and asked for a grade, a scale and a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Assessment, Course, GradingRule, Group, MarkPercent, School, Term
from server.services.courses import TAUGHT, CourseHead, Stretch
from server.services.grading import Rule, Step

FIVE, PASS = "five", "pass"
TERM, YEAR = "term", "year"
ORAL, ELSEWHERE = "oral", "elsewhere"  # kinds of work of which nothing is handed out


@dataclass(frozen=True)
class Rulebook:
    """The rows of the school's country."""

    rules: Sequence[GradingRule]

    def rule(self, grade: int | None, scale: str | None, period: str, day: date) -> Rule | None:
        """The rule for the period (term or year); a group of several grades has that of the most grades.

        None where the school's rows say nothing: then nothing is counted, and a person decides.
        """
        fitting = [
            row for row in self.rules
            if row.period in ("", period) and _holds(row, day) and _covers(row, grade)
            and (row.scale == (scale or FIVE) or row.formula == "none")
        ]  # fmt: skip
        if grade is None:
            fitting = [row for row in fitting if row.formula != "none"]
        fitting.sort(key=lambda row: (row.grades_from - row.grades_to if grade is None else 0, row.code))
        return _rule(fitting[0]) if fitting else None


def read(session: Session) -> Rulebook:
    """The rows in force here, in two queries."""
    country = select(School.country).scalar_subquery()
    return Rulebook(
        session.scalars(select(GradingRule).where(GradingRule.country == country).order_by(GradingRule.code)).all()
    )


def table(session: Session, grade: int | None, day: date) -> list[Step]:
    """The per cent table of a grade; of a group of several grades the one for the most grades."""
    country = select(School.country).scalar_subquery()
    rows = session.scalars(select(MarkPercent).where(MarkPercent.country == country)).all()
    rows = [row for row in rows if _holds(row, day) and _covers(row, grade)]
    if grade is None and rows:
        widest = max(row.grades_to - row.grades_from for row in rows)
        rows = [row for row in rows if row.grades_to - row.grades_from == widest]
    return [Step(row.starts_at, row.value, row.source) for row in rows]


def grade_of(group: Group) -> int | None:
    """A group's grade; a part of a class has the class's."""
    return group.grade if group.grade is not None or group.parent is None else group.parent.grade


def without_marks(session: Session, grade: int | None, day: date) -> str:
    """The source of the country's row that says that this grade gets no marks; "" where it gets some."""
    if grade is None:
        return ""
    rows = session.scalars(
        select(GradingRule)
        .where(GradingRule.formula == "none", GradingRule.country == select(School.country).scalar_subquery())
    )
    return next((row.source for row in rows if _holds(row, day) and _covers(row, grade)), "")


def rule_for(session: Session, course: Course, period: str, day: date) -> Rule | None:
    """The rule of a course's term or year."""
    return read(session).rule(grade_of(course.group), course.subject.scale, period, day)


@dataclass(frozen=True)
class MarkedTerm(Stretch):
    """A term that a course is marked by; ``planned``: kinds of the works that count which are planned in it."""

    planned: frozenset[str] = frozenset()


def marked_terms(session: Session, head: CourseHead, rule: Rule | None) -> list[MarkedTerm]:
    """The year's terms that the course is marked by, in order: all of one kind.

    Where several kinds hold for the grade (quarters of the whole school and half-years of the eldest), it is the kind
    of the rule; else the kind that is for these grades alone.
    """
    rows = session.execute(
        select(Term, Assessment.kind)
        .outerjoin(Assessment, and_(Assessment.course_id == head.id, Assessment.term_number == Term.number))
        .where(Term.year_id == head.year_id, Term.kind.in_(TAUGHT)).order_by(Term.starts_on)
    )  # fmt: skip
    planned: dict[str, set[str]] = {}
    fitting: dict[str, Term] = {}
    for row, kind in rows:
        if not row.grades or head.grade is None or head.grade in row.grades:
            fitting[row.id] = row
            planned.setdefault(row.id, set()).update({kind} if kind else ())
    kinds = [row.kind for row in fitting.values()]
    own = [row.kind for row in fitting.values() if row.grades]
    chosen = rule.term_kind if rule and rule.term_kind in kinds else next(iter([*own, *kinds]), "")
    return [
        MarkedTerm(row.id, row.name, row.starts_on, row.ends_on, frozenset(planned[row.id]))
        for row in fitting.values() if row.kind == chosen
    ]  # fmt: skip


def refuse_figures(session: Session, grade: int | None, day: date) -> None:
    """Raises DomainError ``grade_without_marks`` with the source, where the grade has no marks."""
    if source := without_marks(session, grade, day):
        raise DomainError("grade_without_marks", source=source)


def _rule(row: GradingRule) -> Rule:
    return Rule(row.code, row.formula, row.decided, row.source, row.parameters, row.not_attested, row.term_kind)


def _holds(row: GradingRule | MarkPercent, day: date) -> bool:
    return (row.starts_on or day) <= day <= (row.ends_on or day)


def _covers(row: GradingRule | MarkPercent, grade: int | None) -> bool:
    return grade is None or row.grades_from <= grade <= row.grades_to
