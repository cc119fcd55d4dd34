"""Which rules of marking hold for a course: the school's rows, read once and asked for a grade, a scale and a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Course, GradingRule, Group, KindWeight, MarkPercent, School, Term
from server.services.courses import TAUGHT, Stretch
from server.services.grading import Rule, Step

FIVE, PASS = "five", "pass"
TERM, YEAR = "term", "year"
ORAL, ELSEWHERE = "oral", "elsewhere"  # kinds of work of which nothing is handed out


@dataclass(frozen=True)
class Rulebook:
    """The rows of the school's country, and the weights of the kinds of work."""

    rules: Sequence[GradingRule]
    percents: Sequence[MarkPercent]
    weights: dict[str, int]

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

    def table(self, grade: int | None, day: date) -> list[Step]:
        """The per cent table of a grade; of a group of several grades the one for the most grades."""
        rows = [row for row in self.percents if _holds(row, day) and _covers(row, grade)]
        if grade is None and rows:
            widest = max(row.grades_to - row.grades_from for row in rows)
            rows = [row for row in rows if row.grades_to - row.grades_from == widest]
        return [Step(row.starts_at, row.value, row.source) for row in rows]


def read(session: Session) -> Rulebook:
    """The rows in force here, in three queries."""
    country = select(School.country).scalar_subquery()
    rules = session.scalars(select(GradingRule).where(GradingRule.country == country).order_by(GradingRule.code)).all()
    percents = session.scalars(select(MarkPercent).where(MarkPercent.country == country)).all()
    weights = dict(session.execute(select(KindWeight.code, KindWeight.weight)).all())
    return Rulebook(rules, percents, weights)


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


def marked_terms(session: Session, course: Course, rule: Rule | None) -> list[Stretch]:
    """The year's terms that the course is marked by, in order: all of one kind.

    Where several kinds hold for the grade (quarters of the whole school and half-years of the eldest), it is the kind
    of the rule; else the kind with the fewest terms that the rule does not speak against.
    """
    grade = grade_of(course.group)
    rows = session.scalars(
        select(Term).where(Term.year_id == course.year_id, Term.kind.in_(TAUGHT)).order_by(Term.starts_on)
    ).all()
    fitting = [row for row in rows if not row.grades or grade is None or grade in row.grades]
    kinds = list(dict.fromkeys(row.kind for row in fitting))
    own = [row for row in fitting if row.grades]
    wanted = rule.term_kind if rule and rule.term_kind in kinds else ""
    kind = wanted or next((row.kind for row in own), "") or next(iter(kinds), "")
    return [Stretch(row.id, row.name, row.starts_on, row.ends_on) for row in fitting if row.kind == kind]


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
