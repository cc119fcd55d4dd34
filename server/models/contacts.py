"""Touches with families, promises and notices."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class ContactTopic(Base):
    """What a touch with a family is about."""

    __tablename__ = "contact_topic"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    source: Mapped[Text]


class Contact(Base):
    """Any touch with a family, or with staff about a problem of their own: in or out, channel, topic, outcome.

    ``person_id``: who was talked to; ``student_id``: about whom. ``verified``: how the caller was known to be who they
    said: "" (not), call_back (to the number on file), word (the family's). ``op_seq``: the op that brought it.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint(one_of("direction", "in", "out"), name="direction"),
        CheckConstraint(one_of("verified", "", "call_back", "word"), name="verified"),
        CheckConstraint("seconds IS NULL OR seconds >= 0", name="seconds"),
    )
    id: Mapped[Id]
    student_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    direction: Mapped[str] = mapped_column(String(3))
    channel: Mapped[str] = mapped_column(String(12))
    topic: Mapped[str] = mapped_column(ForeignKey("contact_topic.code"))
    outcome: Mapped[Text]
    text: Mapped[Text]
    at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[int | None]  # length of a call
    verified: Mapped[Text]
    author_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    op_seq: Mapped[int | None] = mapped_column(ForeignKey("op.seq"), unique=True)


class Request(Base):
    """Something promised until it is done."""

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "done", "refused"), name="state"),
        CheckConstraint(one_of("kind", "paper_pack", "files", "consultation", "repeat", "other"), name="kind"),
    )
    id: Mapped[Id]
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contact.id"))
    student_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[Text]
    due_on: Mapped[date]
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(8), default="open")
    done_at: Mapped[datetime | None]


class Notice(Base):
    """A notice to an audience, with its last day."""

    __tablename__ = "notice"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"),)
    id: Mapped[Id]
    title: Mapped[str]
    body: Mapped[Text]
    group_ids: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty = everybody
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
