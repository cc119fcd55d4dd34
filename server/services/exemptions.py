"""Who is exempt from a subject on a day, asked of many students at once.

An exempt student gets no work for a lesson in that time. A work that exists already and did not come back is owed by
nobody if the student was exempt on the day of the lesson or on its day of control: lists of what is missing pass it
over; it is never deleted, and what comes back after all is taken as ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.models import Exemption, Subject

MOST = 5000  # values of one query


@dataclass(frozen=True)
class Exempt:
    """Stretches (first day, last day or None) by student and name of the subject."""

    stretches: Mapping[tuple[str, str], tuple[tuple[date, date | None], ...]]

    def on(self, student_id: str, subject: str, *days: date | None) -> bool:
        """True if the student was exempt from the subject on one of the days."""
        held = self.stretches.get((student_id, subject), ())
        return any(since <= day and (until is None or day <= until) for since, until in held for day in days if day)


NOBODY = Exempt({})


def exempt(session: Session, student_ids: Iterable[str]) -> Exempt:
    """The exemptions of these students, in one query."""
    wanted = sorted(set(student_ids))
    starts = range(0, len(wanted), MOST)
    return gathered(row for start in starts for row in session.execute(stretches(wanted[start : start + MOST])))


def stretches(student_ids: Sequence[str]) -> Select[Any]:
    """SQL: student, name of the subject, first and last day of each exemption."""
    return (
        select(Exemption.student_id, Subject.name, Exemption.since, Exemption.until)
        .join(Subject, Subject.id == Exemption.subject_id).where(Exemption.student_id.in_(student_ids))
    )  # fmt: skip


def gathered(rows: Iterable[Any]) -> Exempt:
    """What rows of ``stretches`` say."""
    found: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
    for student_id, subject, since, until in rows:
        found.setdefault((student_id, subject), []).append((since, until))
    return Exempt({key: tuple(held) for key, held in found.items()})


@dataclass(frozen=True)
class ExemptionView:
    """An exemption as the student's page shows it."""

    id: str
    subject: str
    since: date
    until: date | None
    reason: str


def of_student(session: Session, student_id: str, day: date) -> list[ExemptionView]:
    """The student's exemptions that hold on the day or later, the first to begin first."""
    rows = session.execute(
        select(Exemption.id, Subject.name, Exemption.since, Exemption.until, Exemption.reason)
        .join(Subject, Subject.id == Exemption.subject_id).where(Exemption.student_id == student_id)
        .order_by(Exemption.since, Subject.name)
    )  # fmt: skip
    return [ExemptionView(*row) for row in rows if row.until is None or row.until >= day]
