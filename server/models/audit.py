"""Every op as it came, what was decided about it, and who looked at or changed what."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class Op(Base):
    """An op that was taken in. ``seq`` is given under the writer's lock, so it grows in the order of commits."""

    __tablename__ = "op"
    __table_args__ = (
        UniqueConstraint("origin", "n"),
        CheckConstraint(one_of("outcome", "accepted", "conflict", "held"), name="outcome"),
        CheckConstraint("length(origin) = 16", name="origin_length"),
        Index("ix_op_author_id_received_at", "author_id", "received_at"),
    )
    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    origin: Mapped[str] = mapped_column(String(16))
    n: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    v: Mapped[int]
    type: Mapped[str] = mapped_column(String(24))
    author_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[str] = mapped_column(String(40))
    returned_on: Mapped[str | None] = mapped_column(String(10))
    base: Mapped[list[str]] = mapped_column(JSON)
    data: Mapped[dict] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(10), index=True)
    reason: Mapped[Text]
    waits_for: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # unknown bases
    received_at: Mapped[datetime]


class OpClash(Base):
    """Other bytes under an id that was already taken: kept, shown to a person."""

    __tablename__ = "op_clash"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    origin: Mapped[str] = mapped_column(String(16))
    n: Mapped[int] = mapped_column(BigInteger)
    envelope: Mapped[dict] = mapped_column(JSON)
    received_at: Mapped[datetime]
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Counter(Base):
    """A number that is given under one lock."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Device(Base):
    """An enrolled phone or computer that signs its ops. It asks first; a person in the office confirms it."""

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint(one_of("state", "waiting", "confirmed", "revoked"), name="state"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
        CheckConstraint("next_n >= 0", name="next_n"),
    )
    origin: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[Text]
    public_key: Mapped[str]  # base64url of the raw P-256 point
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    check_digits: Mapped[Text]  # shown on both screens until it is confirmed
    enrolled_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_seen: Mapped[datetime | None]
    next_n: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")  # one above the highest received


class Enrolment(Base):
    """A code by which one device may ask to be enrolled, once and for ten minutes. Kept as its hash."""

    __tablename__ = "enrolment"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    origin: Mapped[str | None] = mapped_column(ForeignKey("device.origin"))  # the device that used it


class AuditEntry(Base):
    """Who did or looked at what; ids only, never a name."""

    __tablename__ = "audit_entry"
    id: Mapped[Id]
    at: Mapped[datetime]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(64))
    on: Mapped[date | None]
    data: Mapped[dict] = mapped_column(JSON, default=dict)
