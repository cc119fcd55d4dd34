"""How marks of a term come about, as rows with a source, and marks that were given elsewhere."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class GradingRule(Base):
    """How a term's or a year's mark is found for these grades of a country; the school may change or end it.

    ``period``: term, year, or "" for both. ``scale``: the scale of the subjects it is for. ``formula`` names a way of
    counting (services/grading.py), ``parameters`` its numbers. ``decided``: the teacher decides and the formula is a
    hint, or the formula's value is confirmed.
    """

    __tablename__ = "grading_rule"
    __table_args__ = (
        CheckConstraint("grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12", name="grades"),
        CheckConstraint(one_of("period", "", "term", "year"), name="period"),
        CheckConstraint(one_of("formula", "none", "mean", "shares", "terms", "passed"), name="formula"),
        CheckConstraint(one_of("decided", "teacher", "formula"), name="decided"),
    )
    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    grades_from: Mapped[int]
    grades_to: Mapped[int]
    scale: Mapped[str] = mapped_column(ForeignKey("scale.code"))
    period: Mapped[Text]
    term_kind: Mapped[Text]  # the kind of term that these grades are marked by, where the school has several
    formula: Mapped[str] = mapped_column(String(8))
    parameters: Mapped[dict] = mapped_column(JSON, default=dict)
    decided: Mapped[str] = mapped_column(String(8))
    not_attested: Mapped[bool] = mapped_column(default=False)  # "н/а" may stand instead of a mark
    source: Mapped[Text]
    starts_on: Mapped[date | None]  # None: since the school remembers
    ends_on: Mapped[date | None]


class KindWeight(Base):
    """How much a kind of work counts in a weighted mean, compared with the others; 0: not at all."""

    __tablename__ = "kind_weight"
    __table_args__ = (CheckConstraint("weight BETWEEN 0 AND 100", name="weight"),)
    code: Mapped[str] = mapped_column(ForeignKey("task_kind.code"), primary_key=True)
    weight: Mapped[int]
    source: Mapped[Text]


class MarkPercent(Base):
    """From which whole per cent on, up to the next row, a value is given, for these grades of a country."""

    __tablename__ = "mark_percent"
    __table_args__ = (
        CheckConstraint("grades_from BETWEEN 1 AND 12 AND grades_to BETWEEN grades_from AND 12", name="grades"),
        CheckConstraint("starts_at BETWEEN 0 AND 100", name="starts_at"),
    )
    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    grades_from: Mapped[int]
    grades_to: Mapped[int]
    starts_at: Mapped[int]
    value: Mapped[str] = mapped_column(String(8))
    source: Mapped[Text]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class OutsideMark(Base):
    """A mark given elsewhere (network course, tutor, platform), offered to the subject teacher of the class.

    ``taken``: it stands as a mark of a task; ``noted``: it is shown beside a term's mark; ``declined``: with a reason.
    What came stays as it came. ``from_work_id``: it was given here, in a study group's course.
    """

    __tablename__ = "outside_mark"
    __table_args__ = (
        CheckConstraint(one_of("state", "offered", "taken", "noted", "declined"), name="state"),
        CheckConstraint("(state = 'offered') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(scale = 'points') = (max_points IS NOT NULL)", name="points_have_maximum"),
        CheckConstraint("max_points IS NULL OR max_points BETWEEN 1 AND 1000", name="max_points"),
        CheckConstraint("length(source) > 0", name="has_source"),
        UniqueConstraint("from_work_id", "value"),
    )
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id"), index=True)
    given_on: Mapped[date]
    kind: Mapped[str] = mapped_column(ForeignKey("task_kind.code"))
    topic: Mapped[Text]
    scale: Mapped[str] = mapped_column(ForeignKey("scale.code"))
    value: Mapped[str] = mapped_column(String(8))
    max_points: Mapped[int | None]
    comment: Mapped[Text]
    source: Mapped[str]  # the platform, school or course that gave it
    sender: Mapped[Text]  # who gave or sent it, as the file says
    file_name: Mapped[Text]
    received_at: Mapped[datetime]
    received_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    from_work_id: Mapped[str | None] = mapped_column(ForeignKey("work.id"))
    state: Mapped[str] = mapped_column(String(8), default="offered")
    reason: Mapped[Text]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    task_id: Mapped[str | None] = mapped_column(ForeignKey("task.id"))
    term_id: Mapped[str | None] = mapped_column(ForeignKey("term.id"))
