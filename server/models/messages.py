"""How families are reached, what is said to them, how it goes out, and what they write to the school."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Clock, Id, Text, one_of


class ContactChannel(Base):
    """A way to reach a family. ``way``: send (the office does), copy, talk, print; ``personal``: no chat of many."""

    __tablename__ = "contact_channel"
    __table_args__ = (CheckConstraint(one_of("way", "send", "copy", "talk", "print"), name="way"),)
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    way: Mapped[str] = mapped_column(String(5))
    personal: Mapped[bool]
    position: Mapped[int]
    source: Mapped[Text]


class Threshold(Base):
    """From when on something rises to a person, or how much is too much; the school may change the value."""

    __tablename__ = "threshold"
    __table_args__ = (CheckConstraint("value >= 0", name="value"),)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    value: Mapped[int]
    source: Mapped[Text]


class FamilyChannel(Base):
    """One way that one person of a family can be reached, as the school was told.

    ``position``: the family's order. ``until``: not later than that on a day. ``consent``: to be written to there.
    ``confirmed_on``: somebody made sure that the address is theirs; another address begins unconfirmed.
    """

    __tablename__ = "family_channel"
    __table_args__ = (UniqueConstraint("person_id", "channel", "address"),)
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(ForeignKey("contact_channel.code"))
    address: Mapped[Text]
    position: Mapped[int]
    works: Mapped[bool] = mapped_column(default=True)
    until: Mapped[Clock | None]
    consent: Mapped[bool] = mapped_column(default=False)
    confirmed_on: Mapped[date | None]
    language: Mapped[Text]  # of what is written there; "" = the class's
    noted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]


class Message(Base):
    """What is said to families, composed once; its deliveries hold the text of each channel."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(one_of("kind", "change", "result", "reminder", "notice", "answer"), name="kind"),
        CheckConstraint(one_of("audience", "student", "groups", "school", "missing", "round"), name="audience"),
    )
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(8))
    audience: Mapped[str] = mapped_column(String(8))
    group_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    student_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[Text]
    text: Mapped[Text]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class Delivery(Base):
    """One message to one family, or to one chat, by one channel: sent once.

    ``sending``: taken by the process ``claim`` and not heard of again. ``perhaps``: it ended between sending and
    noting, so nobody knows; a person decides. ``not_before``: when it is (again) due.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint(
            one_of("state", "ready", "sending", "sent", "perhaps", "failed", "confirmed", "given_up"), name="state"
        ),
        CheckConstraint("tries >= 0", name="tries"),
        CheckConstraint("(person_id IS NULL) OR (group_id IS NULL)", name="one_address"),
        Index("ix_delivery_state", "state", "not_before"),
    )
    id: Mapped[Id]
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"))  # of a class's or its parents' chat
    channel: Mapped[str] = mapped_column(ForeignKey("contact_channel.code"))
    address: Mapped[Text]
    until: Mapped[Clock | None]
    subject: Mapped[Text]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(String(9), default="ready")
    error: Mapped[Text]
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    claim: Mapped[Text]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class DeliveryStudent(Base):
    """About whom a delivery is: siblings of one household are told at once."""

    __tablename__ = "delivery_student"
    delivery_id: Mapped[str] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Letter(Base):
    """What a family wrote or said to a member of staff, whatever way it came; answered once."""

    __tablename__ = "letter"
    __table_args__ = (CheckConstraint("length(text) > 0", name="has_text"),)
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))  # who wrote; None: not said
    to_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(ForeignKey("contact_channel.code"))
    text: Mapped[str]
    at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    answer_id: Mapped[str | None] = mapped_column(ForeignKey("message.id"), unique=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
