"""Every op as it came, what was decided about it, and who looked at or changed what."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class Op(Base):
    """An op that was taken in. ``seq`` is given under the writer's lock, so it grows in the order of commits."""

    __tablename__ = "op"
    __table_args__ = (
        UniqueConstraint("origin", "n"),
        CheckConstraint(one_of("outcome", "accepted", "conflict", "held"), name="outcome"),
        CheckConstraint("length(origin) = 16", name="origin_length"),
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
    """An enrolled phone or computer that signs its ops."""

    __tablename__ = "device"
    origin: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    name: Mapped[Text]
    public_key: Mapped[str]
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


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
