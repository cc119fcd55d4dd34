"""Incidents: something about a student that somebody owns until it has an outcome. Their texts are restricted."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class IncidentKind(Base):
    """A kind of incident. ``threshold`` of them ``within_days`` make a pattern that is shown to those who answer."""

    __tablename__ = "incident_kind"
    __table_args__ = (
        CheckConstraint("threshold IS NULL OR threshold > 0", name="threshold"),
        CheckConstraint("(threshold IS NULL) = (within_days IS NULL)", name="within_days"),
    )
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    threshold: Mapped[int | None]
    within_days: Mapped[int | None]
    source: Mapped[Text]


class Incident(Base):
    """Opened by a person or by a report (``op_seq``), owned by one, closed with an outcome."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "closed"), name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("state = 'open' OR length(outcome) > 0", name="closed_has_outcome"),
        Index("ix_incident_owner_id_state", "owner_id", "state"),
    )
    id: Mapped[Id]
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(ForeignKey("incident_kind.code"))
    text: Mapped[str]
    opened_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    op_seq: Mapped[int | None] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), ForeignKey("op.seq"), unique=True
    )
    state: Mapped[str] = mapped_column(String(8), default="open")
    outcome: Mapped[Text]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class IncidentNote(Base):
    """What was done about an incident, or said about it; never changed."""

    __tablename__ = "incident_note"
    id: Mapped[Id]
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), index=True)
    text: Mapped[str]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
