"""Paper that came back through a scanner: stacks and their pages, and what teachers put onto those."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Double, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class ScanStack(Base):
    """Files that were scanned together. Their pages add up: every page is one row of ``scan_page``."""

    __tablename__ = "scan_stack"
    id: Mapped[Id]
    at: Mapped[datetime]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    returned_on: Mapped[date]
    channel: Mapped[str] = mapped_column(ForeignKey("return_channel.code"))
    files: Mapped[list[str]] = mapped_column(JSON)


class ScanPage(Base):
    """A page of a stack and where it went; its picture, unless it is blank, is ``media/scans/<hash>.jpg``.

    ``state``: routed (to ``work_id``), blank, doubled, waiting for a person (``reason`` says why) or dismissed by one.
    ``page`` counts within the task's sheet; 0: a slip, which stands for all pages.
    """

    __tablename__ = "scan_page"
    __table_args__ = (
        UniqueConstraint("stack_id", "position"),
        CheckConstraint(one_of("state", "routed", "blank", "doubled", "waiting", "dismissed"), name="state"),
        CheckConstraint("state <> 'routed' OR work_id IS NOT NULL", name="routed_to_a_work"),
    )
    id: Mapped[Id]
    stack_id: Mapped[str] = mapped_column(ForeignKey("scan_stack.id"), index=True)
    position: Mapped[int]
    file: Mapped[str]
    number: Mapped[int]  # of the page in its file
    hash: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(9))
    reason: Mapped[Text]
    work_id: Mapped[str | None] = mapped_column(ForeignKey("work.id"), index=True)
    page: Mapped[int | None]
    op_seq: Mapped[int | None] = mapped_column(ForeignKey("op.seq"))
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


class ScanPageWork(Base):
    """A further work whose slip lies on a page: it came on that page, too. The page's own work is in ``ScanPage``.

    ``op_seq``: the return that the page stands for.
    """

    __tablename__ = "scan_page_work"
    page_id: Mapped[str] = mapped_column(ForeignKey("scan_page.id", ondelete="CASCADE"), primary_key=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), primary_key=True, index=True)
    op_seq: Mapped[int | None] = mapped_column(ForeignKey("op.seq"))


class ScanAnswer(Base):
    """What was ticked for a field on a scanned page: as read, and as a person corrected it.

    ``read``: for each box of the field "yes", "no" or "unsure", in the order of printing; ``answer`` as in
    ``answer_field.key``, None while it is unsure. ``settled`` is a person's answer, which then counts. ``printed``: the
    question as it stands on that page: kind, label, options, digits; places of the boxes' middles as shares of the
    picture's width and height, their size as one of its width, and the picture's ratio of height to width (no place
    when the sheet was not found on it).
    """

    __tablename__ = "scan_answer"
    page_id: Mapped[str] = mapped_column(ForeignKey("scan_page.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # of the field
    read: Mapped[list[str]] = mapped_column(JSON)
    answer: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    settled: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    printed: Mapped[dict[str, Any]] = mapped_column(JSON)


class SignSet(Base):
    """All signs that stood on a scanned page after somebody saved them, the n-th time; the last set is what holds.

    A set is never changed: a correction is the next one, and may be empty.
    """

    __tablename__ = "sign_set"
    __table_args__ = (UniqueConstraint("page_id", "n"), CheckConstraint("n > 0", name="n"))
    id: Mapped[Id]
    page_id: Mapped[str] = mapped_column(ForeignKey("scan_page.id", ondelete="CASCADE"))
    n: Mapped[int]
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Sign(Base):
    """A teacher's sign on the picture of a page, the n-th of its set in the order of putting, at most a hundred.

    ``kind``: right (✓), line (under what is wrong, from x, y to x2, y2), unclear (?) or text (a word or number).
    Places are shares of the picture's width and height, from its upper left corner.
    """

    __tablename__ = "sign"
    __table_args__ = (
        CheckConstraint("position BETWEEN 0 AND 99", name="position"),
        CheckConstraint(one_of("kind", "right", "line", "unclear", "text"), name="kind"),
        CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name="place"),
        CheckConstraint("(kind = 'line') = (x2 IS NOT NULL) AND (x2 IS NULL OR x2 BETWEEN 0 AND 1)", name="x2"),
        CheckConstraint("(kind = 'line') = (y2 IS NOT NULL) AND (y2 IS NULL OR y2 BETWEEN 0 AND 1)", name="y2"),
        CheckConstraint("(kind = 'text') = (length(text) > 0)", name="text_is_there"),
        CheckConstraint("length(text) <= 40", name="text_length"),
    )
    set_id: Mapped[str] = mapped_column(ForeignKey("sign_set.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    x: Mapped[float] = mapped_column(Double)
    y: Mapped[float] = mapped_column(Double)
    x2: Mapped[float | None] = mapped_column(Double)
    y2: Mapped[float | None] = mapped_column(Double)
    text: Mapped[Text]


class MarkedCopy(Base):
    """A wish to print a work's marked copy into the student's next pack; ``pack_id``: the one that brought it."""

    __tablename__ = "marked_copy"
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"), primary_key=True)
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    pack_id: Mapped[str | None] = mapped_column(ForeignKey("pack.id", ondelete="SET NULL"), index=True)


class Phrase(Base):
    """A comment that a teacher uses again. ``uses`` and ``used_at`` bring the usual ones up first."""

    __tablename__ = "phrase"
    __table_args__ = (UniqueConstraint("person_id", "text"),)
    id: Mapped[Id]
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    uses: Mapped[int] = mapped_column(default=1, server_default="1")
    used_at: Mapped[datetime]
