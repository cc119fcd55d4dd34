"""What people decided about attendance: refused proposals, proofs of reasons, days cut off, TV lessons followed up.

Absences themselves are revisions in ``absence``; a proposal is never stored.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class AbsenceRefusal(Base):
    """A person refused a proposal about a student at a lesson: it is kept, and not proposed again."""

    __tablename__ = "absence_refusal"
    __table_args__ = (
        CheckConstraint(one_of("verdict", "absent", "withdraw"), name="verdict"),
        UniqueConstraint("student_id", "lesson_course_id", "verdict"),
    )
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    lesson_course_id: Mapped[str] = mapped_column(ForeignKey("lesson_course.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(8))
    reason: Mapped[Text]
    refused_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    refused_at: Mapped[datetime]


class ProofKind(Base):
    """What a reason of absence rests on: a note of the parents, a certificate …"""

    __tablename__ = "proof_kind"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    source: Mapped[Text]


class AbsenceProof(Base):
    """What somebody saw or was told when they gave an absence its reason."""

    __tablename__ = "absence_proof"
    absence_id: Mapped[str] = mapped_column(String(64), ForeignKey("absence.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(ForeignKey("proof_kind.code"))
    noted_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]


class CutOffCause(Base):
    """Why somebody could not be reached: a closed road, no power …"""

    __tablename__ = "cut_off_cause"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    source: Mapped[Text]


class CutOff(Base):
    """A student could not be reached from a day until a day, both included: no absence is proposed of these days."""

    __tablename__ = "cut_off"
    __table_args__ = (
        CheckConstraint("until >= since", name="order"),
        UniqueConstraint("student_id", "since", "until", "cause"),
    )
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[date]
    until: Mapped[date]
    cause: Mapped[str] = mapped_column(ForeignKey("cut_off_cause.code"))
    note: Mapped[Text]
    noted_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]


class LessonFollowup(Base):
    """After a TV lesson the teacher added homework, advice or feedback, or said that there is nothing to add."""

    __tablename__ = "lesson_followup"
    __table_args__ = (CheckConstraint(one_of("said", "added", "nothing"), name="said"),)
    lesson_course_id: Mapped[str] = mapped_column(ForeignKey("lesson_course.id"), primary_key=True)
    said: Mapped[str] = mapped_column(String(8))
    said_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
