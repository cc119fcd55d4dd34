"""What went out: editions, packs and their sheets, registers of delivery, and the peers things travel between."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint, false, true
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


class SiteFigure(Base):
    """What a group's site of an edition weighs on a phone: today's part, all parts, the update from the tree before.

    ``update_bytes`` is None for the first tree; ``students``: how many were in the group then. A group whose site did
    not change with an edition has no row for it.
    """

    __tablename__ = "site_figure"
    edition_number: Mapped[int] = mapped_column(ForeignKey("edition.number"), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("group.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(5), primary_key=True)
    pages: Mapped[int]
    first_bytes: Mapped[int]
    whole_bytes: Mapped[int]
    update_bytes: Mapped[int | None]
    students: Mapped[int]


class PrivatePage(Base):
    """A student's page with no login: which version of its key holds. The one before a renewal gets nothing new."""

    __tablename__ = "private_page"
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    renewed_at: Mapped[datetime | None]
    renewed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Sheet(Base):
    """A rendered lesson or task, the unit of the print cache; its page total is fixed at printing."""

    __tablename__ = "sheet"
    __table_args__ = (CheckConstraint("pages BETWEEN 1 AND 99", name="pages"),)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    pages: Mapped[int]
    answers: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # where boxes to tick stand, by page


class PrintSetting(Base):
    """How packs are printed and what they may cost: the school's (no group), and what a group has otherwise.

    ``layout``: one, two_up or booklet; ``leaves``: at most so many for all packs of a group in a week; ``leaf_cost``: a
    sheet of paper; ``ink_cost``: a page covered wholly with ink; both in the country's currency; ``marked``: marked
    copies of works go with their feedback. None in a group's row: as the school has it; None in the school's: not
    limited, not known, no copies. ``week_leaves``, in the school's alone: at most so many for all packs of a week
    together.
    """

    __tablename__ = "print_setting"
    __table_args__ = (
        UniqueConstraint("group_id"),
        CheckConstraint("layout IS NULL OR " + one_of("layout", "one", "two_up", "booklet"), name="layout"),
        CheckConstraint("leaves IS NULL OR leaves > 0", name="leaves"),
        CheckConstraint("week_leaves IS NULL OR week_leaves > 0", name="week_leaves"),
        CheckConstraint("leaf_cost IS NULL OR leaf_cost >= 0", name="leaf_cost"),
        CheckConstraint("ink_cost IS NULL OR ink_cost >= 0", name="ink_cost"),
    )
    id: Mapped[Id]
    group_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"))
    duplex: Mapped[bool | None]
    layout: Mapped[str | None] = mapped_column(String(8))
    leaves: Mapped[int | None]
    week_leaves: Mapped[int | None]
    leaf_cost: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    ink_cost: Mapped[Decimal | None] = mapped_column(Numeric(8, 3))
    marked: Mapped[bool | None]


class CutStep(Base):
    """A way to need fewer leaves, tried in the order of ``position`` while a print is over its budget, if ``used``."""

    __tablename__ = "cut_step"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    used: Mapped[bool] = mapped_column(default=True, server_default=true())
    source: Mapped[Text]


class Pack(Base):
    """One student's paper of one week, as printed.

    ``reason``: why the student gets it: channel (the family's way is paper), request, everyone, or answer: only what
    teachers answered to works that came on paper. ``supplement``: only what changed since the week's pack before.
    ``number``: its place in the class's file, from 1. ``leaves``: sheets of paper; ``ink``: pages' worth of ink, 1.0 is
    one page covered wholly. ``cuts``: what the budget took away.
    """

    __tablename__ = "pack"
    __table_args__ = (
        UniqueConstraint("student_id", "week", "edition_number"),
        CheckConstraint("reason IS NULL OR " + one_of("reason", "channel", "request", "everyone", "answer"),
                        name="reason"),
    )
    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    week: Mapped[str] = mapped_column(String(8))
    edition_number: Mapped[int] = mapped_column(ForeignKey("edition.number"))
    manifest_id: Mapped[str | None] = mapped_column(ForeignKey("manifest.id"))
    pages: Mapped[int | None]
    printed_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(8))
    supplement: Mapped[bool] = mapped_column(default=False, server_default=false())
    number: Mapped[int | None]
    leaves: Mapped[int | None]
    ink: Mapped[float | None]
    cuts: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class PackStep(Base):
    """What happened to a pack: ordered, printed, listed (on a register), handed (over), back (works came), lost.

    ``channel``: how the school learnt of it: print, register (its code was scanned or typed), call, office.
    """

    __tablename__ = "pack_step"
    __table_args__ = (
        UniqueConstraint("pack_id", "n"),
        CheckConstraint(one_of("step", "ordered", "printed", "listed", "handed", "back", "lost"), name="step"),
        CheckConstraint(one_of("channel", "print", "register", "call", "office"), name="channel"),
    )
    id: Mapped[Id]
    pack_id: Mapped[str] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"))
    n: Mapped[int]
    step: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[Text]


class PackSheet(Base):
    """What stands in a pack, in order; a task's sheet names the work whose code it bears."""

    __tablename__ = "pack_sheet"
    pack_id: Mapped[str] = mapped_column(ForeignKey("pack.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sheet_hash: Mapped[str] = mapped_column(ForeignKey("sheet.hash"))
    work_id: Mapped[str | None] = mapped_column(ForeignKey("work.id"))


class Manifest(Base):
    """A register of delivery: the packs of a week that go to one stop, or to a class at school.

    ``stop``: its name as printed; ``stop_id`` None: at school, to the class ``group_id``. ``due_on``: when the works
    should be back. ``handed_at``: packs went out; ``taken_by``: who took them along; ``back_at``: it came back signed.
    """

    __tablename__ = "manifest"
    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    stop: Mapped[str]
    created_at: Mapped[datetime]
    week: Mapped[str] = mapped_column(String(8), default="", server_default="")
    stop_id: Mapped[str | None] = mapped_column(ForeignKey("stop.id"))
    group_id: Mapped[str | None] = mapped_column(ForeignKey("group.id"))
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    handed_at: Mapped[datetime | None]
    taken_by: Mapped[Text]
    back_at: Mapped[datetime | None]


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
