"""Rows every school starts with: kinds of work, scales, forms, channels, letters of absence, leave, with sources.

They are rows, so a school can add its own; names of these rows are translated (their text is the message id).
"""

from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Base, Counter
from server.reference import attendance, exams, families, grading, leave, measures, modes, norms, paper, works
from server.reference.attendance import LETTER_ABSENT, LETTER_LATE, LETTERS
from server.reference.families import CONTACT_CHANNELS, TOPICS
from server.reference.grading import GRADING_RULES, MARK_PERCENTS
from server.reference.measures import THRESHOLDS
from server.reference.names import SOURCE_KZ, SOURCE_OWN
from server.reference.works import CHANNELS, FORMS, KINDS, VALUE_NAMES

__all__ = [
    "CHANNELS", "CONTACT_CHANNELS", "FORMS", "GRADING_RULES", "KINDS", "LETTERS", "LETTER_ABSENT", "LETTER_LATE",
    "MARK_PERCENTS", "SOURCE_KZ", "SOURCE_OWN", "THRESHOLDS", "TOPICS", "VALUE_NAMES", "add_missing", "rows",
]  # fmt: skip


PARTS = (works, attendance, families, measures, grading, norms, exams, leave, modes, paper)


def rows() -> list[Base]:
    """The rows as model objects, table by table; lazy names are stored by their message id."""
    return [row for part in PARTS for row in part.rows()]


def add_missing(session: Session) -> None:
    """Add rows that are not there yet; never touches what a school changed."""
    for table, own in groupby(rows(), key=type):
        known = set(session.scalars(select(table.code)))  # type: ignore[attr-defined]
        session.add_all(row for row in own if row.code not in known)  # type: ignore[attr-defined]
        session.flush()  # rows of the next table may refer to these
    for name in ("op", "edition", "command"):
        if session.get(Counter, name) is None:
            session.add(Counter(name=name, value=0))
