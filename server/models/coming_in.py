"""What was brought in from files: runs that can be undone, what was learned about layouts and words, open uploads."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, Id, Text, one_of


class ImportRun(Base):
    """One file that was taken in. ``changes`` is the packed journal of its rows, from which it can be undone.

    ``since``: a timetable that holds from a day on; None: from the moment it was taken in.
    """

    __tablename__ = "import_run"
    id: Mapped[Id]
    seq: Mapped[int] = mapped_column(unique=True)  # the order in which files were taken: the last is undone first
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[Text]
    sha256: Mapped[str] = mapped_column(String(64))
    actor_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    changes: Mapped[bytes] = mapped_column(LargeBinary)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    since: Mapped[date | None]


class ImportMapping(Base):
    """What the columns of a source mean, as a person confirmed it; known again by the shape of its header."""

    __tablename__ = "import_mapping"
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    shape: Mapped[str] = mapped_column(String(64), primary_key=True)
    columns: Mapped[dict] = mapped_column(JSON)
    learned_at: Mapped[datetime]
    learned_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class ImportAlias(Base):
    """What a word of the files means here, as a person said: a subject's short form, a teacher's initials."""

    __tablename__ = "import_alias"
    __table_args__ = (CheckConstraint(one_of("kind", "subject", "teacher", "room"), name="kind"),)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    words: Mapped[str] = mapped_column(primary_key=True)  # as words are compared: no case, no punctuation
    target_id: Mapped[str] = mapped_column(String(32))


class StaffSubject(Base):
    """What a staff list says that somebody teaches, in its own words: proposals for courses without a teacher."""

    __tablename__ = "staff_subject"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    words: Mapped[str] = mapped_column(primary_key=True)


class ImportDraft(Base):
    """An uploaded file on its way in; its bytes lie in the home, ``imports/<id>``, until it is taken or forgotten."""

    __tablename__ = "import_draft"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)
    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[Text]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    mapping: Mapped[dict | None] = mapped_column(JSON(none_as_null=True))
    decisions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    run_id: Mapped[str | None] = mapped_column(ForeignKey("import_run.id"))
