"""Touches with families, promises and appointments, notices and messages."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Clock, Id, Text, one_of
from server.models.people import ROLES


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


class RequestKind(Base):
    """A kind of promise: within how many working days, and which role keeps it unless somebody is named."""

    __tablename__ = "request_kind"
    __table_args__ = (
        CheckConstraint("days BETWEEN 0 AND 60", name="days"),
        CheckConstraint(one_of("role", *ROLES), name="role"),
    )
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    days: Mapped[int]
    role: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    source: Mapped[Text]


class Request(Base):
    """Something promised until it is done. ``proposed``: times were offered and the family has not chosen yet.

    ``host_id``: with whom a meeting is wanted; ``pack_id``: the pack by which it was kept; ``outcome``: how it ended,
    or why it was refused.
    """

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "proposed", "done", "refused"), name="state"),
        CheckConstraint("(state IN ('done', 'refused')) = (done_at IS NOT NULL)", name="closed"),
        Index("ix_request_state_due", "state", "due_on"),
    )
    id: Mapped[Id]
    contact_id: Mapped[str | None] = mapped_column(ForeignKey("contact.id"))
    student_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))  # who asked
    host_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(ForeignKey("request_kind.code"))
    text: Mapped[Text]
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(8), default="open")
    outcome: Mapped[Text]
    pack_id: Mapped[str | None] = mapped_column(ForeignKey("pack.id", ondelete="SET NULL"))
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class RequestStep(Base):
    """What happened to a request, in order: made, taken over, proposed, done …; nothing of it is changed later."""

    __tablename__ = "request_step"
    request_id: Mapped[str] = mapped_column(ForeignKey("request.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))  # None: a print run
    state: Mapped[str] = mapped_column(String(8))
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[Text]


class ReceptionHours(Base):
    """When somebody receives families: a stretch of a weekday, cut into visits of so many minutes."""

    __tablename__ = "reception_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("ends > starts", name="order"),
        CheckConstraint("minutes BETWEEN 5 AND 240", name="minutes"),
        CheckConstraint("until IS NULL OR until >= since", name="dates"),
        UniqueConstraint("person_id", "weekday", "starts", "since"),
    )
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[Clock]
    ends: Mapped[Clock]
    minutes: Mapped[int]
    since: Mapped[date]
    until: Mapped[date | None]


class Appointment(Base):
    """A meeting of a family with somebody of the school. Times that are proposed are kept free for it.

    ``restricted_note``: only for the host and for those who may see the psychologist's notes.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(one_of("state", "proposed", "agreed", "held", "missed", "cancelled"), name="state"),
        CheckConstraint(one_of("channel", "in_person", "call", "online"), name="channel"),
        CheckConstraint("minutes BETWEEN 5 AND 240", name="minutes"),
        Index("ix_appointment_host_starts", "host_id", "starts"),
    )
    id: Mapped[Id]
    host_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    student_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))  # who comes, if not the student
    request_id: Mapped[str | None] = mapped_column(ForeignKey("request.id"), index=True)
    starts: Mapped[datetime]
    minutes: Mapped[int]
    channel: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    note: Mapped[Text]
    restricted_note: Mapped[Text]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class Document(Base):
    """What families may read at any time: acts, normative documents, blank forms, advice.

    ``kind``: act (of the school), norm (of the state), form (to fill in), advice (of the psychologist). It has a text,
    an address elsewhere, or a file in ``media/documents/`` under ``file``: SHA-256 (hex) of its bytes and the ending.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(one_of("kind", "act", "norm", "form", "advice"), name="kind"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
    )
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str]
    number: Mapped[Text]
    issued_on: Mapped[date | None]
    body: Mapped[Text]
    url: Mapped[Text]
    file: Mapped[str | None] = mapped_column(String(72))
    file_name: Mapped[Text]
    size_kb: Mapped[int | None]  # of the file, or of what lies at the address
    group_ids: Mapped[list[str]] = mapped_column(JSON, default=list)  # empty = everybody
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]  # None: until it is withdrawn
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


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
