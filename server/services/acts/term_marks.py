"""Ops about the mark of a quarter, a half-year or a year."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Course, Term, TermMark
from server.services import bulk
from server.services.acts.book import Book, Delivery, Kind, KnownCourse, Row, Target
from server.services.works import members
from sync import decide
from sync.ops import Op

_TERM_MARKS = select(TermMark.__table__.c["student_id", "course_id", "term_id", "id", "base", "value"])


class TermMarkKind(Kind):
    """A term's mark was decided, or it is taken back."""

    models = (TermMark,)

    def target(self, op: Op) -> str:
        return _target(op.data["student"], op.data["course"], op.data["term"])

    def value(self, op: Op) -> decide.Value | None:
        return ("term", op.data["value"])

    def read(self, session: Session, book: Book, ops: Sequence[Op]) -> None:
        wanted = sorted({op.data["course"] for op in ops})
        for id_ in wanted:
            row = session.get(Course, id_)
            if row is not None:
                students = members(session, row.group, row.year.starts_on, row.year.ends_on)
                terms = session.scalars(select(Term.id).where(Term.year_id == row.year_id))
                book.courses[id_] = KnownCourse(row.group_id, frozenset(students), frozenset(terms))
        for student_id, course_id, term_id, id_, base, value in bulk.fetch(
            session.connection(), _TERM_MARKS, TermMark.course_id, wanted
        ):
            revision = decide.Revision(id_, tuple(base), ("term", value))
            book.revisions.setdefault(_target(student_id, course_id, term_id or ""), {})[id_] = revision

    def check(self, book: Book, op: Op, delivery: Delivery) -> None:
        course = book.courses.get(op.data["course"])
        if course is None:
            raise DomainError("course_unknown")
        if op.data["student"] not in course.students:
            raise DomainError("student_unknown")
        if op.data["term"] and op.data["term"] not in course.terms:
            raise DomainError("term_unknown")
        if not delivery.permits(Target(op.type, op.data["course"], course.group_id)):
            raise DomainError("forbidden")

    def revision(self, book: Book, op: Op, revision: decide.Revision, seq: int, now: datetime, fresh: bool
                 ) -> Iterable[Row]:  # fmt: skip
        if fresh:
            yield TermMark, {"id": revision.id, "base": list(revision.base), "first_seq": seq,
                             "student_id": op.data["student"], "course_id": op.data["course"],
                             "term_id": op.data["term"] or None, "value": revision.value[1],
                             "decided": op.data["decided"], "trace": json.loads(op.data["trace"]),
                             "author_id": op.author or None}  # fmt: skip


def _target(student_id: str, course_id: str, term_id: str) -> str:
    return f"term:{student_id}:{course_id}:{term_id}"
