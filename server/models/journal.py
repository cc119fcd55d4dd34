"""What came back and what was decided: append-only returns, mark revisions, absences and term marks."""

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of

RevisionId = Annotated[str, mapped_column(String(64), primary_key=True)]  # content hash, see sync/decide.py


class ReturnChannel(Base):
    """A way in which work comes back."""

    __tablename__ = "return_channel"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    source: Mapped[Text]


class AbsenceLetter(Base):
    """A letter of absence as the journal writes it."""

    __tablename__ = "absence_letter"
    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    name: Mapped[str]
    excused: Mapped[bool]
    missed: Mapped[bool] = mapped_column(default=True, server_default=true())  # counts as missed; late does not
    position: Mapped[int]
    source: Mapped[Text]


class Return(Base):
    """One act of handing work in. Never changed, never deleted."""

    __tablename__ = "return"
    __table_args__ = (Index("ix_return_logged_by_op_seq", "logged_by", "op_seq"),)
    op_seq: Mapped[int] = mapped_column(ForeignKey("op.seq"), primary_key=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    returned_on: Mapped[date] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(ForeignKey("return_channel.code"))
    comment: Mapped[Text]
    logged_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime]


class MarkRevision(Base):
    """A decision about a work; equal bases and equal value are one revision, whoever said it."""

    __tablename__ = "mark_revision"
    __table_args__ = (
        CheckConstraint(one_of("verdict", "mark", "redo", "checked", "cleared"), name="verdict"),
        CheckConstraint("(verdict = 'mark') = (value IS NOT NULL)", name="mark_has_value"),
    )
    id: Mapped[RevisionId]
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    base: Mapped[list[str]] = mapped_column(JSON)
    verdict: Mapped[str] = mapped_column(String(8))
    value: Mapped[str | None] = mapped_column(String(8))
    first_seq: Mapped[int] = mapped_column(ForeignKey("op.seq"))


class MarkAct(Base):
    """One person's saying of a revision, with its comment: nothing anyone wrote is dropped."""

    __tablename__ = "mark_act"
    op_seq: Mapped[int] = mapped_column(ForeignKey("op.seq"), primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("mark_revision.id"), index=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    comment: Mapped[Text]
    at: Mapped[datetime]


class Absence(Base):
    """A revision of "this student was not there": letter null takes it back. Unreachable is not absent."""

    __tablename__ = "absence"
    id: Mapped[RevisionId]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    lesson_course_id: Mapped[str] = mapped_column(ForeignKey("lesson_course.id"), index=True)
    base: Mapped[list[str]] = mapped_column(JSON)
    letter: Mapped[str | None] = mapped_column(ForeignKey("absence_letter.code"))
    reason: Mapped[Text]
    first_seq: Mapped[int] = mapped_column(ForeignKey("op.seq"), index=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Presence(Base):
    """What support staff saw at a supervised place: who attended by the timetable, and how they behaved."""

    __tablename__ = "presence"
    op_seq: Mapped[int] = mapped_column(ForeignKey("op.seq"), primary_key=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    lesson_course_id: Mapped[str] = mapped_column(ForeignKey("lesson_course.id"), index=True)
    present: Mapped[bool]
    place: Mapped[Text]
    behaviour: Mapped[Text]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime]


class TermMark(Base):
    """The mark of a quarter, half-year or year: the teacher's decision, or a formula's with its trace."""

    __tablename__ = "term_mark"
    __table_args__ = (CheckConstraint(one_of("decided", "teacher", "formula"), name="decided"),)
    id: Mapped[RevisionId]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    term_id: Mapped[str | None] = mapped_column(ForeignKey("term.id"))  # null = the year
    base: Mapped[list[str]] = mapped_column(JSON)
    value: Mapped[str | None] = mapped_column(String(8))
    decided: Mapped[str] = mapped_column(String(8))
    trace: Mapped[dict] = mapped_column(JSON, default=dict)
    first_seq: Mapped[int] = mapped_column(ForeignKey("op.seq"), index=True)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Plan(Base):
    """An individual study plan of a student for a year."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("student_id", "year_id"),)
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    year_id: Mapped[str] = mapped_column(ForeignKey("year.id"))
    text: Mapped[Text]


class Card(Base):
    """The individual card of a student, kept by tutor and psychologist."""

    __tablename__ = "card"
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), unique=True)
    text: Mapped[Text]
    restricted_text: Mapped[Text]  # the psychologist's, visible to those entitled


class PortfolioItem(Base):
    """Something a student's portfolio shows."""

    __tablename__ = "portfolio_item"
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    added_on: Mapped[date]
    title: Mapped[str]
    work_id: Mapped[str | None] = mapped_column(ForeignKey("work.id"))
