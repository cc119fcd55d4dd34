"""Which teachers are away when: noted, taken back, listed with how many of their lessons nobody holds yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import LeaveReason, Lesson, LessonAct, LessonChange, LessonTeacher, Person, TeacherAbsence
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.people import short_name

LONGEST = timedelta(days=120)  # who is away longer gives the courses to somebody else
BACK = timedelta(days=30)  # so long an absence that is over stays in the list
MOST_ORDER, MOST_NOTE = 60, 300  # characters
NUMBERS = range(21)  # lesson numbers


@dataclass(frozen=True)
class NewAbsence:
    """What was typed about a teacher's absence. ``first_n``, ``last_n``: only these lessons of a single day."""

    person_id: str
    since: date
    until: date
    first_n: int | None
    last_n: int | None
    reason: str
    order_no: str = ""
    note: str = ""


@dataclass(frozen=True)
class Away:
    """A teacher's absence. ``reason``: message id of its name; ``ended_at``: taken back then."""

    id: str
    person_id: str
    name: str
    since: date
    until: date
    first_n: int | None
    last_n: int | None
    reason: str
    order_no: str
    note: str
    ended_at: datetime | None

    def covers(self, on: date, n: int) -> bool:
        """True if the teacher is away at a lesson of that day and number."""
        return self.since <= on <= self.until and (self.first_n is None or self.first_n <= n <= (self.last_n or n))


@dataclass(frozen=True)
class Listed:
    """An absence, how many lessons nobody holds yet, and how many were provided for."""

    away: Away
    open: int
    covered: int


def note(new: NewAbsence, by: Author) -> str:
    """Keep an absence; returns its id. The same once more is the same one.

    Raises DomainError ``person_unknown``, ``date_order``, ``value_invalid``, ``field_needed``, ``text_long``,
    ``absence_overlaps``.
    """

    def write(session: Session) -> str:
        _refuse(session, new)
        for known in read(session, new.since, new.until, new.person_id):
            if known.ended_at is None and _meet(known, new):
                if (known.since, known.until, known.first_n, known.last_n) == _when(new):
                    return known.id
                raise DomainError("absence_overlaps", since=known.since, until=known.until)
        row = TeacherAbsence(
            id=new_id(by.now), person_id=new.person_id, since=new.since, until=new.until, first_n=new.first_n,
            last_n=new.last_n, reason=new.reason, order_no=new.order_no.strip(), note=new.note.strip(),
            noted_by=by.person_id, noted_at=by.now,
        )  # fmt: skip
        session.add(row)
        record(session, by.now, by.account_id, "absence.teacher", row.id)
        return row.id

    return store.write(write)


def _when(new: NewAbsence) -> tuple[date, date, int | None, int | None]:
    return new.since, new.until, new.first_n, new.last_n


def _meet(known: Away, new: NewAbsence) -> bool:
    if known.first_n is None or new.first_n is None:
        return True
    return known.first_n <= (new.last_n or 0) and new.first_n <= (known.last_n or 0)


def _refuse(session: Session, new: NewAbsence) -> None:
    if session.get(Person, new.person_id) is None:
        raise DomainError("person_unknown")
    if new.until < new.since or new.until - new.since > LONGEST:
        raise DomainError("date_order")
    if session.get(LeaveReason, new.reason) is None:
        raise DomainError("field_needed", field=_l("reason"))
    numbers = [new.first_n, new.last_n]
    if numbers != [None, None]:
        typed = "–".join("?" if n is None else str(n) for n in numbers)
        wrong = None in numbers or any(n not in NUMBERS for n in numbers) or new.first_n > new.last_n  # type: ignore
        if wrong or new.since != new.until:
            raise DomainError("value_invalid", field=_l("lessons of one day"), value=typed)
    for text, most in ((new.order_no, MOST_ORDER), (new.note, MOST_NOTE)):
        if len(text.strip()) > most:
            raise DomainError("text_long", length=len(text.strip()), limit=most)


def end(absence_id: str, by: Author) -> None:
    """The teacher came after all. Substitutions that were given stay until they are taken back. Raises not_found."""

    def write(session: Session) -> None:
        row = session.get(TeacherAbsence, absence_id)
        if row is None:
            raise DomainError("not_found")
        if row.ended_at is None:
            row.ended_at = by.now
            record(session, by.now, by.account_id, "absence.teacher.end", row.id)

    store.write(write)


# --- read ------------------------------------------------------------------------------------------------------


def _rows() -> Select[Any]:
    names = (Person.last_name, Person.first_name, Person.middle_name)
    return (
        select(TeacherAbsence, LeaveReason.name.label("why"), *names)
        .join(Person, Person.id == TeacherAbsence.person_id)
        .join(LeaveReason, LeaveReason.code == TeacherAbsence.reason)
        .order_by(TeacherAbsence.since, Person.last_name, TeacherAbsence.id)
    )  # fmt: skip


def _away(row: Any) -> Away:
    one = row[0]
    return Away(one.id, one.person_id, short_name(row), one.since, one.until, one.first_n, one.last_n, row.why,
                one.order_no, one.note, one.ended_at)  # fmt: skip


def get(session: Session, absence_id: str) -> Away:
    """One of them. Raises DomainError ``not_found``."""
    row = session.execute(_rows().where(TeacherAbsence.id == absence_id)).first()
    if row is None:
        raise DomainError("not_found")
    return _away(row)


def read(session: Session, first: date, last: date, person_id: str = "") -> list[Away]:
    """All that touch these days, also those that were taken back; ``person_id``: only this teacher's."""
    query = _rows().where(TeacherAbsence.since <= last, TeacherAbsence.until >= first)
    if person_id:
        query = query.where(TeacherAbsence.person_id == person_id)
    return [_away(row) for row in session.execute(query)]


def in_force(known: Iterable[Away]) -> tuple[Away, ...]:
    """Those that were not taken back."""
    return tuple(one for one in known if one.ended_at is None)


def listing(session: Session, today: date) -> list[Listed]:
    """Absences that run, come or were over not long ago, the earliest first. Three queries."""
    known = read(session, today - BACK, date.max)
    if not known:
        return []
    held, covered = _held(session, known), _covered(session, [one.id for one in known])
    return [
        Listed(one, sum(one.covers(on, n) for on, n in held.get(one.person_id, ())) if one.ended_at is None else 0,
               covered.get(one.id, 0))
        for one in known
    ]  # fmt: skip


def _held(session: Session, known: Sequence[Away]) -> dict[str, list[tuple[date, int]]]:
    """When those teachers stand in the timetable."""
    rows = session.execute(
        select(LessonTeacher.person_id, Lesson.on, Lesson.n).join(Lesson).where(
            LessonTeacher.person_id.in_({one.person_id for one in known}), Lesson.state == "planned",
            Lesson.on.between(min(one.since for one in known), max(one.until for one in known)),
        )
    )  # fmt: skip
    found: dict[str, list[tuple[date, int]]] = {}
    for person_id, on, n in rows:
        found.setdefault(person_id, []).append((on, n))
    return found


def _covered(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Lessons that were provided for, by absence: those the absent teacher was to hold."""
    rows = session.execute(
        select(LessonAct.teacher_absence_id, LessonChange.lesson_id, LessonChange.before, TeacherAbsence.person_id)
        .join(LessonChange, LessonChange.act_id == LessonAct.id)
        .join(TeacherAbsence, TeacherAbsence.id == LessonAct.teacher_absence_id)
        .where(LessonAct.teacher_absence_id.in_(ids), LessonChange.undone.is_(False))
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for absence_id, lesson_id, before, person_id in rows:
        if person_id in before.get("teachers", ()):
            found.setdefault(absence_id, set()).add(lesson_id)
    return {absence_id: len(lessons) for absence_id, lessons in found.items()}


def reasons(session: Session) -> list[tuple[str, str]]:
    """Codes and message ids of the reasons, in order."""
    rows = session.execute(select(LeaveReason.code, LeaveReason.name).order_by(LeaveReason.position))
    return [(row.code, row.name) for row in rows]


def teachers(session: Session, today: date) -> list[tuple[str, str]]:
    """(id, name) of all who hold lessons in the year and have not left, by name."""
    rows = session.scalars(
        select(Person).where(Person.id.in_(select(LessonTeacher.person_id).distinct()),
                             func.coalesce(Person.left_on, date.max) > today)
        .order_by(Person.last_name, Person.first_name, Person.middle_name)
    )  # fmt: skip
    return [(row.id, short_name(row)) for row in rows]
