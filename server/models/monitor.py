"""What watching over teaching needs of its own: feedback that was given, and the rows that figures are measured by."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Text


class Feedback(Base):
    """A decision about a work that reached the family, with all earlier ones about it.

    What waits is not stored: it is every decision after the last one given. ``op_seq``: the op of the latest decision
    that was told; ``channel``: the way it went; ``given_by`` None and ``pack_id``: a printed pack carried it;
    ``contact_id``: the talk in which it was told.
    """

    __tablename__ = "feedback"
    op_seq: Mapped[int] = mapped_column(ForeignKey("op.seq"), primary_key=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    channel: Mapped[str] = mapped_column(ForeignKey("return_channel.code"))
    given_at: Mapped[datetime]
    given_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    pack_id: Mapped[str | None] = mapped_column(ForeignKey("pack.id"), index=True)
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contact.id"), unique=True)


class MasteryLevel(Base):
    """A level of mastery of a subject: at least so much of the works done and of the maximum reached, in per cent."""

    __tablename__ = "mastery_level"
    __table_args__ = (
        CheckConstraint("min_done BETWEEN 0 AND 100", name="min_done"),
        CheckConstraint("min_share BETWEEN 0 AND 100", name="min_share"),
    )
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    min_done: Mapped[int]
    min_share: Mapped[int]
    position: Mapped[int]  # the first level that fits counts
    source: Mapped[Text]
