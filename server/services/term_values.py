"""The marks of quarters, half-years and years as they stand: the heads of what was decided."""

from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import TermMark
from sync import decide


def term_marks(session: Session, course_id: str) -> dict[str, dict[str | None, tuple[str, ...]]]:
    """Values of the heads, by student and term."""
    rows = session.scalars(
        select(TermMark).where(TermMark.course_id == course_id).order_by(TermMark.student_id, TermMark.first_seq)
    ).all()
    found: dict[str, dict[str | None, tuple[str, ...]]] = {}
    for student_id, group in groupby(rows, key=lambda row: row.student_id):
        mine = list(group)
        for term_id in dict.fromkeys(row.term_id for row in mine):
            known = [row for row in mine if row.term_id == term_id]
            tops = decide.heads(decide.Revision(row.id, tuple(row.base), ("term", row.value)) for row in known)
            values = tuple(dict.fromkeys(top.value[1] for top in tops if top.value[1] is not None))
            if values:
                found.setdefault(student_id, {})[term_id] = values
    return found
