"""Ops about a student at a lesson: absences, and who was seen at a supervised place."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Absence, AbsenceLetter, LessonCourse, Presence
from server.services import bulk
from server.services.acts.book import Book, Delivery, Kind, KnownLesson, Row, Target
from server.services.works import members
from sync import decide
from sync.ops import Op

_ABSENCES = select(Absence.__table__.c["student_id", "lesson_course_id", "id", "base", "letter"])
_LETTERS = select(AbsenceLetter.code)


class AboutLesson(Kind):
    """What absences and presences share: a course's lesson and a student who belongs there."""

    def read(self, session: Session, book: Book, ops: Sequence[Op]) -> None:
        for id_ in sorted({op.data["lesson"] for op in ops} - book.lessons.keys()):
            row = session.get(LessonCourse, id_)
            if row is not None:
                students = frozenset(members(session, row.course.group, row.lesson.on))
                book.lessons[id_] = KnownLesson(row.course_id, row.course.group_id, students)

    def check(self, book: Book, op: Op, delivery: Delivery) -> None:
        lesson = book.lessons.get(op.data["lesson"])
        if lesson is None:
            raise DomainError("lesson_unknown")
        if op.data["student"] not in lesson.students:
            raise DomainError("student_unknown")
        if not delivery.permits(Target(op.type, lesson.course_id, lesson.group_id)):
            raise DomainError("forbidden")


class AbsenceKind(AboutLesson):
    """A student missed a lesson, or it is taken back."""

    models = (Absence,)

    def target(self, op: Op) -> str:
        return _target(op.data["student"], op.data["lesson"])

    def value(self, op: Op) -> decide.Value | None:
        return ("absence", op.data["letter"])

    def read(self, session: Session, book: Book, ops: Sequence[Op]) -> None:
        super().read(session, book, ops)
        connection = session.connection()
        book.letters = frozenset(code for (code,) in bulk.run(connection, _LETTERS))
        wanted = sorted({op.data["lesson"] for op in ops})
        for student_id, lesson_id, id_, base, letter in bulk.fetch(
            connection, _ABSENCES, Absence.lesson_course_id, wanted
        ):
            revision = decide.Revision(id_, tuple(base), ("absence", letter))
            book.revisions.setdefault(_target(student_id, lesson_id), {})[id_] = revision

    def check(self, book: Book, op: Op, delivery: Delivery) -> None:
        super().check(book, op, delivery)
        if op.data["letter"] is not None and op.data["letter"] not in book.letters:
            raise DomainError("letter_unknown", value=op.data["letter"], allowed=", ".join(sorted(book.letters)))

    def revision(self, book: Book, op: Op, revision: decide.Revision, seq: int, now: datetime, fresh: bool
                 ) -> Iterable[Row]:  # fmt: skip
        if fresh:
            yield Absence, {"id": revision.id, "base": list(revision.base), "first_seq": seq,
                            "student_id": op.data["student"], "lesson_course_id": op.data["lesson"],
                            "letter": revision.value[1], "reason": op.data["reason"],
                            "author_id": op.author or None}  # fmt: skip


class PresenceKind(AboutLesson):
    """A student was seen at a supervised place, or was not."""

    models = (Presence,)

    def act(self, book: Book, op: Op, seq: int, now: datetime) -> Iterable[Row]:
        data = op.data
        yield Presence, {"op_seq": seq, "student_id": data["student"], "lesson_course_id": data["lesson"],
                         "present": data["present"], "place": data["place"], "behaviour": data["behaviour"],
                         "author_id": op.author or None, "received_at": now}  # fmt: skip


def _target(student_id: str, lesson_id: str) -> str:
    return f"absence:{student_id}:{lesson_id}"
