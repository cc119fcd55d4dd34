"""Materials, tasks and works; the kinds, scales and forms they refer to are rows with a source."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.models.base import Base, Code, Id, Text, one_of
from server.models.people import Person
from server.models.timetable import LessonCourse


class LessonForm(Base):
    """How a lesson is held: tv, live, self, paper. ``screen``: for what share of it one sits at a computer."""

    __tablename__ = "lesson_form"
    __table_args__ = (CheckConstraint("screen BETWEEN 0 AND 100", name="screen"),)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    source: Mapped[Text]
    screen: Mapped[int] = mapped_column(default=0, server_default="0")  # per cent of the lesson


class TaskKind(Base):
    """A kind of work: homework, formative, SOR, SOCh, control … ``compulsory``: every student must hand these in."""

    __tablename__ = "task_kind"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    compulsory: Mapped[bool] = mapped_column(default=False, server_default=false())
    source: Mapped[Text]


class Scale(Base):
    """How a work is marked: a list of values, or points up to the task's maximum."""

    __tablename__ = "scale"
    __table_args__ = (CheckConstraint(one_of("type", "values", "points", "none"), name="type"),)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    type: Mapped[str] = mapped_column(String(8))
    values: Mapped[list[str]] = mapped_column(JSON, default=list)
    position: Mapped[int]
    source: Mapped[Text]


class Material(Base):
    """The text of a lesson for one course (опорный конспект), in Markdown, with its sources."""

    __tablename__ = "material"
    __table_args__ = (CheckConstraint(one_of("origin", "file", "office"), name="origin"),)
    id: Mapped[Id]
    lesson_course_id: Mapped[str] = mapped_column(ForeignKey("lesson_course.id"), unique=True)
    title: Mapped[str]
    body: Mapped[Text]
    source_key: Mapped[str | None] = mapped_column(unique=True)  # front-matter id or file name
    source_hash: Mapped[Text]
    origin: Mapped[str] = mapped_column(String(8), default="office")
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    lesson_course: Mapped[LessonCourse] = relationship()
    resources: Mapped[list["Resource"]] = relationship(order_by="Resource.position", cascade="all, delete-orphan")


class Resource(Base):
    """Something a lesson points to, with full source information."""

    __tablename__ = "resource"
    __table_args__ = (
        UniqueConstraint("material_id", "position"),
        CheckConstraint("size_kb IS NULL OR size_kb >= 0", name="size"),
    )
    id: Mapped[Id]
    material_id: Mapped[str] = mapped_column(ForeignKey("material.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[Text]
    source: Mapped[Text]
    url: Mapped[Text]
    size_kb: Mapped[int | None]


class Image(Base):
    """A picture of lessons, as re-encoded for the reader; its bytes lie in ``media/images/`` under its name.

    A text shows it by ``![what it shows](image:NAME)``. ``name``: SHA-256 (hex) of the bytes and the ending.
    """

    __tablename__ = "image"
    __table_args__ = (CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="size"),)
    name: Mapped[str] = mapped_column(String(70), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    added_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Assessment(Base):
    """A planned work of a course that counts (SOR, SOCh, control work): the n-th of its kind in a term."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("course_id", "kind", "term_number", "number"),
        CheckConstraint("max_points IS NULL OR max_points > 0", name="max_points"),
    )
    id: Mapped[Id]
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    kind: Mapped[str] = mapped_column(ForeignKey("task_kind.code"))
    term_number: Mapped[int]
    number: Mapped[int]
    topic: Mapped[Text]
    max_points: Mapped[int | None]
    planned_on: Mapped[date | None] = mapped_column(index=True)


class Norm(Base):
    """A rule on works that count, of a country, with its source; the school may change the value or end it.

    ``a_day``: at most ``value`` works of these kinds for a class on one day; ``last_days``: none on the last
    ``value`` days of a term; ``share``: at most ``value`` per cent of a subject's hours in a term are such works.
    """

    __tablename__ = "norm"
    __table_args__ = (
        CheckConstraint(one_of("rule", "a_day", "last_days", "share"), name="rule"),
        CheckConstraint("value >= 0", name="value"),
    )
    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    rule: Mapped[str] = mapped_column(String(12))
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of task kinds
    value: Mapped[int]
    source: Mapped[Text]
    starts_on: Mapped[date | None]  # None: since the school remembers
    ends_on: Mapped[date | None]


class Task(Base):
    """Something to be done and handed in, of one course.

    ``marks_only``: nothing is handed out or in (an oral answer, a mark from elsewhere); it only bears marks.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("(scale = 'points') = (max_points IS NOT NULL)", name="points_have_maximum"),
        CheckConstraint("max_points IS NULL OR max_points BETWEEN 1 AND 1000", name="max_points"),
        Index("ix_task_course_due", "course_id", "due_on"),
    )
    id: Mapped[Id]
    lesson_course_id: Mapped[str] = mapped_column(ForeignKey("lesson_course.id"), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"))
    kind: Mapped[str] = mapped_column(ForeignKey("task_kind.code"))
    title: Mapped[str]
    text: Mapped[str]
    scale: Mapped[str] = mapped_column(ForeignKey("scale.code"))
    max_points: Mapped[int | None]
    due_on: Mapped[date | None]  # date of control
    published_at: Mapped[datetime | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    marks_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1)
    lesson_course: Mapped[LessonCourse] = relationship()


class AnswerField(Base):
    """A question of a task that is answered by ticking boxes, the n-th; its key never leaves the school.

    ``kind``: one (of the options), several (of them) or number (of ``digits`` digits, ticked digit by digit).
    ``key``: positions of the right options (from 0), or the right digits as [text]; [] as long as nobody set it.
    """

    __tablename__ = "answer_field"
    __table_args__ = (
        UniqueConstraint("task_id", "position"),
        CheckConstraint(one_of("kind", "one", "several", "number"), name="kind"),
        CheckConstraint("(kind = 'number') = (digits > 0)", name="digits"),
        CheckConstraint("points BETWEEN 1 AND 100", name="points"),
    )
    id: Mapped[Id]
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[Text]
    options: Mapped[list[str]] = mapped_column(JSON, default=list)
    digits: Mapped[int] = mapped_column(default=0, server_default="0")
    key: Mapped[list[Any]] = mapped_column(JSON, default=list)
    points: Mapped[int] = mapped_column(default=1, server_default="1")


class LessonAgreement(Base):
    """The deputy's word on the tasks of a lesson for one course, the n-th: agreed, or returned with a remark.

    ``hash``: of the kinds, dates and titles that it was said about; ``version``: of the lesson's text then, 0 without
    one. A word is never changed; the next one follows it.
    """

    __tablename__ = "lesson_agreement"
    __table_args__ = (
        UniqueConstraint("lesson_course_id", "n"),
        CheckConstraint(one_of("answer", "agreed", "returned"), name="answer"),
    )
    id: Mapped[Id]
    lesson_course_id: Mapped[str] = mapped_column(ForeignKey("lesson_course.id", ondelete="CASCADE"))
    n: Mapped[int]
    answer: Mapped[str] = mapped_column(String(8))
    hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    remark: Mapped[Text]
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Work(Base):
    """One student's copy of a task; bears the code."""

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("task_id", "student_id"),
        CheckConstraint("length(code) = 9", name="code_length"),
    )
    id: Mapped[Id]
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    code: Mapped[Code] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    task: Mapped[Task] = relationship()
    student: Mapped[Person] = relationship()
