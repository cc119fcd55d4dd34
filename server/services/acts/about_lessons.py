"""Ops about a student at a lesson: absences, and who was seen at a supervised place."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Absence, AbsenceLetter, Group, Incident, LessonCourse, Presence, RoleGrant
from server.services import bulk
from server.services.acts.book import Book, Delivery, Kind, KnownLesson, Row, Target
from server.services.works import current, members
from sync import decide
from sync.ids import content_id
from sync.ops import Op

_ABSENCES = select(Absence.__table__.c["student_id", "lesson_course_id", "id", "base", "letter"])
_LETTERS = select(AbsenceLetter.code)
BEHAVIOUR = "behaviour"  # the kind of incident


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
    """A student was seen at a supervised place, or was not; behaviour that is told of opens an incident."""

    models = (Presence, Incident)

    def read(self, session: Session, book: Book, ops: Sequence[Op]) -> None:
        super().read(session, book, ops)
        told = {op.data["lesson"] for op in ops if op.data["behaviour"].strip()}
        for id_ in sorted(told & book.lessons.keys()):
            if (view := session.get(LessonCourse, id_)) is not None:
                owner = _owner(session, view.course.group, view.lesson.on)
                book.owners |= dict.fromkeys(book.lessons[id_].students, owner)

    def act(self, book: Book, op: Op, seq: int, now: datetime) -> Iterable[Row]:
        data = op.data
        yield Presence, {"op_seq": seq, "student_id": data["student"], "lesson_course_id": data["lesson"],
                         "present": data["present"], "place": data["place"], "behaviour": data["behaviour"],
                         "author_id": op.author or None, "received_at": now}  # fmt: skip
        if data["behaviour"].strip():
            yield Incident, {"id": content_id("incident", op.origin, str(op.n)), "student_id": data["student"],
                             "kind": BEHAVIOUR, "text": data["behaviour"].strip(), "opened_by": op.author or None,
                             "opened_at": now, "owner_id": book.owners.get(data["student"]), "op_seq": seq,
                             "state": "open", "outcome": ""}  # fmt: skip


def _owner(session: Session, group: Group, day: date) -> str | None:
    """Who answers for a class's incidents: its class teacher, else the deputy head for upbringing."""
    own = select(RoleGrant.person_id).where(current(RoleGrant.since, RoleGrant.until, day)).order_by(RoleGrant.since)
    teacher = own.where(RoleGrant.role == "class_teacher", RoleGrant.group_id.in_((group.id, group.parent_id or "")))
    deputy = own.where(RoleGrant.role == "deputy_upbringing", RoleGrant.group_id.is_(None))
    return session.scalars(teacher).first() or session.scalars(deputy).first()


def _target(student_id: str, lesson_id: str) -> str:
    return f"absence:{student_id}:{lesson_id}"
