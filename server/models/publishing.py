"""What went out: editions, packs and their sheets, registers of delivery, and the peers things travel between."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Code, Id, Text, one_of


class Edition(Base):
    """A frozen publication; its content lies in the folder named by its id.

    Equal content has an equal id, so an id comes again when a change is taken back; the number never does.
    """

    __tablename__ = "edition"
    __table_args__ = (CheckConstraint("window_to >= window_from", name="order"),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(64), index=True)
    issued_at: Mapped[datetime]
    replaces: Mapped[str | None] = mapped_column(String(64))
    window_from: Mapped[date]
    window_to: Mapped[date]
    issued_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Sheet(Base):
    """A rendered lesson or task, the unit of the print cache; its page total is fixed at printing."""

    __tablename__ = "sheet"
    __table_args__ = (CheckConstraint("pages BETWEEN 1 AND 99", name="pages"),)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    pages: Mapped[int]


class Pack(Base):
    """One student's paper of one week, as printed."""

    __tablename__ = "pack"
    __table_args__ = (UniqueConstraint("student_id", "week", "edition_number"),)
    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    week: Mapped[str] = mapped_column(String(8))
    edition_number: Mapped[int] = mapped_column(ForeignKey("edition.number"))
    manifest_id: Mapped[str | None] = mapped_column(ForeignKey("manifest.id"))
    pages: Mapped[int | None]
    printed_at: Mapped[datetime | None]


class PackSheet(Base):
    """What stands in a pack, in order; a task's sheet names the work whose code it bears."""

    __tablename__ = "pack_sheet"
    pack_id: Mapped[str] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sheet_hash: Mapped[str] = mapped_column(ForeignKey("sheet.hash"))
    work_id: Mapped[str | None] = mapped_column(ForeignKey("work.id"))


class Manifest(Base):
    """A register of delivery to one stop."""

    __tablename__ = "manifest"
    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    stop: Mapped[str]
    created_at: Mapped[datetime]


class Peer(Base):
    """Another school, or the district."""

    __tablename__ = "peer"
    __table_args__ = (CheckConstraint(one_of("kind", "school", "district"), name="kind"),)
    id: Mapped[str] = mapped_column(String(4), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str]
    public_key: Mapped[Text]


class Bundle(Base):
    """A parcel exchanged with a peer, known by its hash."""

    __tablename__ = "bundle"
    __table_args__ = (CheckConstraint(one_of("direction", "in", "out"), name="direction"),)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    peer_id: Mapped[str] = mapped_column(ForeignKey("peer.id"))
    direction: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]
