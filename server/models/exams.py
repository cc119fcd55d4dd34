"""Plans of works that count, and attestation: exams and their consultations, who sits where, results and debts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, Clock, Id, Text, one_of


class AssessmentPlan(Base):
    """A class's plan of works that count in a term, as it was published last.

    ``hash``: of all that stood there, to see whether it was changed since; ``entries``: what families are shown of it,
    in the edition's own shape.
    """

    __tablename__ = "assessment_plan"
    __table_args__ = (UniqueConstraint("group_id", "year_id", "term_number"),)
    id: Mapped[Id]
    group_id: Mapped[str] = mapped_column(ForeignKey("group.id"))
    year_id: Mapped[str] = mapped_column(ForeignKey("year.id"))
    term_number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    entries: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    published_at: Mapped[datetime]
    published_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class AssessmentConsent(Base):
    """What a teacher said to a course's plan of works in a term; ``hash``: of the works it was said about.

    A consent holds as long as the course's works stay as they were.
    """

    __tablename__ = "assessment_consent"
    __table_args__ = (CheckConstraint(one_of("answer", "yes", "no"), name="answer"),)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), primary_key=True)
    term_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(3))
    remark: Mapped[Text]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Attestation(Base):
    """A session of interim or final attestation: its exams lie between its first and its last day.

    ``entries``: what families are shown of it since it was published: {slug of a group: rows of the edition}.
    """

    __tablename__ = "attestation"
    __table_args__ = (
        CheckConstraint(one_of("kind", "interim", "final"), name="kind"),
        CheckConstraint("ends_on >= starts_on", name="order"),
    )
    id: Mapped[Id]
    year_id: Mapped[str] = mapped_column(ForeignKey("year.id"))
    kind: Mapped[str] = mapped_column(String(7))
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    order_no: Mapped[Text]
    entries: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    exams: Mapped[list["Exam"]] = relationship(cascade="all, delete-orphan")


class Exam(Base):
    """An exam, a consultation before it, or a resit, of one subject for the students of its courses.

    ``form``: how it is held, in the school's words (written, oral, project …). ``of_exam_id``: of a consultation or a
    resit: the exam. ``protocol_*``: its protocol, once it was held; ``scale``: of its results.
    """

    __tablename__ = "exam"
    __table_args__ = (
        CheckConstraint(one_of("kind", "exam", "consultation", "resit"), name="kind"),
        CheckConstraint(one_of("state", "planned", "held", "cancelled"), name="state"),
        CheckConstraint("minutes BETWEEN 5 AND 600", name="minutes"),
        CheckConstraint("(kind = 'exam') = (of_exam_id IS NULL)", name="of_exam"),
        Index("ix_exam_on", "on"),
    )
    id: Mapped[Id]
    attestation_id: Mapped[str] = mapped_column(ForeignKey("attestation.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    of_exam_id: Mapped[str | None] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), index=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subject.id"))
    form: Mapped[Text]
    scale: Mapped[str] = mapped_column(ForeignKey("scale.code"))
    max_points: Mapped[int | None]
    on: Mapped[date | None]
    starts: Mapped[Clock | None]
    minutes: Mapped[int]
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    note: Mapped[Text]
    state: Mapped[str] = mapped_column(String(9), default="planned")
    protocol_no: Mapped[Text]
    protocol_text: Mapped[Text]
    protocol_at: Mapped[datetime | None]
    protocol_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    courses: Mapped[list["ExamCourse"]] = relationship(cascade="all, delete-orphan")
    staff: Mapped[list["ExamStaff"]] = relationship(cascade="all, delete-orphan")


class ExamCourse(Base):
    """A course whose students sit the exam; of a resit only those in debt do."""

    __tablename__ = "exam_course"
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)


class ExamStaff(Base):
    """Who is at an exam, and as what."""

    __tablename__ = "exam_staff"
    __table_args__ = (CheckConstraint(one_of("part", "chair", "examiner", "assistant", "invigilator"), name="part"),)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(String(11))


class ExamResult(Base):
    """A student's result of an exam or resit, said once more when it is corrected: the row with the highest n counts.

    ``value`` "" with ``absent``: did not come. ``debt``: must be sat again.
    """

    __tablename__ = "exam_result"
    __table_args__ = (UniqueConstraint("exam_id", "student_id", "n"),)
    id: Mapped[Id]
    exam_id: Mapped[str] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), index=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    n: Mapped[int]
    value: Mapped[Text]
    absent: Mapped[bool] = mapped_column(default=False)
    debt: Mapped[bool] = mapped_column(default=False)
    remark: Mapped[Text]
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
