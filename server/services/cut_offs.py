"""Days on which students could not be reached: a closed road, no power. No absence is proposed of these days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import AbsenceLetter, CutOff, CutOffCause, Person
from server.services.accounts import record
from server.services.content import Author
from server.services.courses import alphabetical
from sync.ids import content_id

MAX_NOTE = 200  # characters
LONGEST = timedelta(days=62)
SHOWN = timedelta(days=28)  # after its last day


@dataclass(frozen=True)
class Stretch:
    """From a day until a day, both included; ``cause`` is a code of ``cut_off_cause``."""

    since: date
    until: date
    cause: str
    note: str = ""


@dataclass(frozen=True)
class CutOffView:
    """A stretch of one student."""

    id: str
    student_id: str
    name: str
    stretch: Stretch


def causes(session: Session) -> list[tuple[str, str]]:
    """(code, message id) in the school's order."""
    rows = session.execute(select(CutOffCause.code, CutOffCause.name).order_by(CutOffCause.position))
    return [(code, name) for code, name in rows]


def names(session: Session) -> tuple[dict[str, str], dict[str, str]]:
    """Message ids of the letters of absence and of the causes, by code, in the school's order; in one query."""
    rows = session.execute(union_all(
        select(literal(0).label("list"), AbsenceLetter.code, AbsenceLetter.name, AbsenceLetter.position),
        select(literal(1).label("list"), CutOffCause.code, CutOffCause.name, CutOffCause.position),
    )).all()  # fmt: skip
    ordered = sorted(rows, key=lambda row: row.position)
    letters, found = ({row.code: row.name for row in ordered if row.list == number} for number in (0, 1))
    return letters, found


def note(student_ids: Collection[str], stretch: Stretch, by: Author) -> int:
    """Note that these students could not be reached; returns of how many it was not known yet.

    Raises DomainError ``notice_order``, ``value_invalid``, ``text_long``, ``field_needed``, ``person_unknown``.
    """
    if not student_ids:
        raise DomainError("field_needed", field=_l("students"))
    if stretch.until < stretch.since:
        raise DomainError("notice_order")
    if stretch.until - stretch.since > LONGEST:
        raise DomainError("value_invalid", field=_l("last day"), value=stretch.until.isoformat())
    said = " ".join(stretch.note.replace("\x00", "").split())
    if len(said) > MAX_NOTE:
        raise DomainError("text_long", length=len(said), limit=MAX_NOTE)

    def write(session: Session) -> int:
        if session.get(CutOffCause, stretch.cause) is None:
            raise DomainError("value_invalid", field=_l("cause"), value=stretch.cause[:20])
        added = 0
        for student_id in sorted(student_ids):
            if session.get(Person, student_id) is None:
                raise DomainError("person_unknown")
            days = (stretch.since.isoformat(), stretch.until.isoformat())
            id = content_id("cut_off", student_id, *days, stretch.cause)
            if session.get(CutOff, id) is None:
                session.add(CutOff(id=id, student_id=student_id, since=stretch.since, until=stretch.until,
                                   cause=stretch.cause, note=said, noted_by=by.person_id, noted_at=by.now))  # fmt: skip
                record(session, by.now, by.account_id, "cut_off.note", id)
                added += 1
        return added

    return store.write(write)


def remove(ids: Collection[str], by: Author) -> None:
    """Take stretches back."""

    def write(session: Session) -> None:
        for row in session.scalars(select(CutOff).where(CutOff.id.in_(ids))):
            record(session, by.now, by.account_id, "cut_off.remove", row.id)
            session.delete(row)

    store.write(write)


def of_students(session: Session, student_ids: Collection[str], day: date) -> list[CutOffView]:
    """The stretches of these students that hold, are to come or ended lately; the latest first."""
    rows = session.execute(
        select(CutOff, Person.last_name, Person.first_name).join(Person, Person.id == CutOff.student_id)
        .where(CutOff.student_id.in_(student_ids), CutOff.until >= day - SHOWN)
    ).all()  # fmt: skip
    found = [
        CutOffView(row.id, row.student_id, f"{last} {first}".strip(),
                   Stretch(row.since, row.until, row.cause, row.note))
        for row, last, first in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.stretch.since.toordinal(), alphabetical(one.name)))
