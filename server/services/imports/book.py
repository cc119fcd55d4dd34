"""What the import of one file knows and counts while it writes: session, school, clock, findings, changes."""

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, inspect
from sqlalchemy.orm import Session, make_transient_to_detached

from server.importers.findings import ERROR, INFO, WARNING, Notes
from server.importers.rows import Where
from server.models import Base, School
from server.services import bulk
from server.services.imports.change_journal import Journal, chunks
from sync.ids import uuid7

TELL_EVERY = 100  # rows
MANY = 100  # rows from which on they are stored in bulk
PORTION = 2000  # rows of one bulk


@dataclass
class Book:
    """One file, one transaction. ``touched`` grows with every row that is added, changed or removed.

    ``since``: a timetable that holds from a day to come, not from now on. ``revision``: what it changes in the pattern.
    ``days``: those whose dated lessons became other ones.
    ``is_partial``: some rows of the file could not be read, so what it lacks means nothing.
    """

    session: Session
    school: School
    now: datetime
    today: date
    notes: Notes
    randbytes: Callable[[int], bytes]
    actor_id: str | None = None
    decisions: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None
    days: set[date] = field(default_factory=set)
    revision: Any = None
    is_partial: bool = False
    journal: Journal | None = None  # is told of what goes past the session
    progress: Callable[[int], None] | None = None  # told how many rows of the file are done, now and then
    counts: Counter[str] = field(default_factory=Counter)
    touched: int = 0
    _stated: dict[tuple[str, str], object] = field(default_factory=dict)
    _new: dict[str, list[Base]] = field(default_factory=dict)
    _rows: int = 0

    @property
    def start(self) -> date:
        """The first day for which the file says anything."""
        return self.since or self.today

    def add(self, row: Base) -> None:
        """A new row; it reaches the database with the next ``flush``."""
        self._new.setdefault(row.__tablename__, []).append(row)
        self.touched += 1

    def flush(self) -> None:
        """Write what is new and changed, parents before children (the session orders by relationships only).

        A known row that shall point to a new one is changed after a flush of the new one.
        """
        for table in Base.metadata.sorted_tables:
            if rows := self._new.pop(table.name, None):
                if len(rows) >= MANY and all(is_plain(row) for row in rows):
                    self._insert(table, rows)
                else:
                    self.session.add_all(rows)
                    self.session.flush()
        self.session.flush()

    def _insert(self, table: Table, rows: Sequence[Base]) -> None:
        """Past the unit of work, which takes many times as long; the session knows the rows from then on."""
        for portion in chunks(rows, PORTION):
            values = [values_of(table, row) for row in portion]
            bulk.add(self.session.connection(), table, values)
            if self.journal is not None:
                self.journal.note_rows(table, values)
            for row, known in zip(portion, values, strict=True):
                row.__dict__.update(known)  # what is not there would be read again, row by row
                make_transient_to_detached(row)
            self.session.add_all(portion)

    def set(self, row: Base, **values: Any) -> None:
        """Change what differs."""
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
                self.touched += 1

    def fill(self, row: Any, **values: Any) -> None:
        """As ``set``, but "" and None mean "not stated", and what the file stated first about a row holds."""
        for name, value in values.items():
            if value not in ("", None) and self._stated.setdefault((row.id, name), value) == value:
                self.set(row, **{name: value})

    def remove(self, row: Base) -> None:
        """Delete a row on which nothing hangs."""
        if row in self._new.get(row.__tablename__, []):
            self._new[row.__tablename__].remove(row)
        else:
            self.session.delete(row)
        self.touched += 1

    def tally(self, before: int, created: bool = False) -> None:
        """Count one row of the file by what became of it since ``touched`` was ``before``."""
        self.counts["created" if created else "updated" if self.touched > before else "unchanged"] += 1
        self._rows += 1
        if self.progress is not None and self._rows % TELL_EVERY == 0:
            self.progress(self._rows)

    def error(self, code: str, where: Where | None = None, **more: Any) -> None:
        """This row of the file cannot be taken."""
        self.notes.add(ERROR, code, where, **more)

    def warn(self, code: str, where: Where | None = None, **more: Any) -> None:
        """Taken, and said."""
        self.notes.add(WARNING, code, where, **more)

    def say(self, code: str, where: Where | None = None, **more: Any) -> None:
        """Taken as it is, and told in passing."""
        self.notes.add(INFO, code, where, **more)

    def show(self, code: str, **more: Any) -> None:
        """Something the file does not mention; it stays as it is, a person looks."""
        if not self.is_partial:
            self.notes.add(INFO, code, **more)
            self.counts["shown"] += 1

    def decision(self, where: Where) -> str:
        """What a person has decided about a row: "same", "new" or ""; said of file, sheet and row, or of the row."""
        places = (f"{where.file}/{where.sheet}/{where.row}", f"{where.sheet}/{where.row}", str(where.row))
        return next((self.decisions[place] for place in places if place in self.decisions), "")

    def new_id(self) -> str:
        """A UUIDv7 of the import's moment."""
        return uuid7(int(self.now.timestamp() * 1000), self.randbytes)

    def new_slug(self) -> str:
        """Eight random lower-case letters and digits."""
        return base64.b32encode(self.randbytes(5)).decode().lower()


def is_plain(row: Base) -> bool:
    """A row with values only: nothing hangs on it that would have to be stored with it."""
    return row.__dict__.keys().isdisjoint(one.key for one in inspect(type(row)).relationships)


def values_of(table: Table, row: Base) -> dict[str, Any]:
    """A value for every column; where none was given the column's default."""
    given = row.__dict__
    return {column.key: given[column.key] if column.key in given else _default(column) for column in table.c}


def _default(column: Any) -> Any:
    default = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg
