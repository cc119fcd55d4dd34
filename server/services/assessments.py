"""What the plans of works that count (SOR, SOCh, control works) stand on: norms, terms and their days, how many."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Assessment, Course, Group, Lesson, School, Term
from server.models import Norm as NormRow
from server.services import calendar
from server.services.assessment_norms import Norm
from server.services.courses import Stretch


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
