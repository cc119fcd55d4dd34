"""Sets of bells: the usual ones of each shift, and others for a range of dates (short lessons)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from server import store
from server.errors import DomainError
from server.models import Bell, BellSchedule, Day
from server.services.accounts import new_id, record
from server.services.bell_times import clock_of
from server.services.content import Author
from server.services.days.changing import Rights, touch
from sync.ids import content_id

SHIFTS, LONGEST, LESSON, BREAK = range(1, 4), 80, range(10, 121), range(121)
MOST_DAYS = 366
NIGHT = 24 * 60


@dataclass(frozen=True, order=True)
class Ring:
    """One lesson's number and times, "HH:MM"."""

    n: int
    starts: str
    ends: str


def minutes_of(text: str) -> int:
    """Minutes after midnight of "8:30" or "08:30". Raises DomainError ``time_invalid``."""
    hours, _colon, minutes = text.strip().partition(":")
    digits = hours.isascii() and minutes.isascii() and hours.isdecimal() and minutes.isdecimal()
    if not digits or len(hours) > 2 or len(minutes) != 2 or int(hours) > 23 or int(minutes) > 59:
        raise DomainError("time_invalid", value=text[:20])
    return int(hours) * 60 + int(minutes)


def drawn(numbers: Sequence[int], begins: str, lesson: int, breaks: Sequence[int]) -> tuple[Ring, ...]:
    """Bells one after another: each lesson ``lesson`` minutes, then a break; the last of ``breaks`` holds for the rest.
    Raises DomainError ``value_invalid``, ``time_invalid``, ``bells_past_midnight``."""
    if lesson not in LESSON or not numbers:
        raise DomainError("value_invalid", field="lesson", value=str(lesson)[:20])
    if not breaks or any(one not in BREAK for one in breaks):
        raise DomainError("value_invalid", field="breaks", value=" ".join(map(str, breaks))[:20])
    at, found = minutes_of(begins), []
    for position, n in enumerate(sorted(numbers)):
        if at + lesson >= NIGHT:
            raise DomainError("bells_past_midnight")
        found.append(Ring(n, clock_of(at), clock_of(at + lesson)))
        at += lesson + breaks[min(position, len(breaks) - 1)]
    return tuple(found)


def checked(rings: Iterable[Ring]) -> tuple[Ring, ...]:
    """Bells as typed, in order and written alike.

    Raises DomainError ``time_invalid``, ``number_twice``, ``bells_cross`` (a lesson ends before it begins, or
    begins before the one before it ends), ``value_invalid`` for none.
    """
    rings = list(rings)
    if len({ring.n for ring in rings}) < len(rings):
        raise DomainError("number_twice")
    found = sorted(Ring(ring.n, clock_of(minutes_of(ring.starts)), clock_of(minutes_of(ring.ends))) for ring in rings)
    before = ""
    for ring in found:
        if ring.starts >= ring.ends or ring.starts < before:
            raise DomainError("bells_cross", n=ring.n)
        before = ring.ends
    if not found:
        raise DomainError("value_invalid", field="bells", value="")
    return tuple(found)


# --- kept -----------------------------------------------------------------------------------------------------------


def schedules(session: Session) -> list[BellSchedule]:
    """All sets with their bells: by shift, the usual one first."""
    rows = session.scalars(select(BellSchedule).options(selectinload(BellSchedule.bells)))
    return sorted(rows, key=lambda row: (row.shift, row.starts_on or date.min))


def usual(rows: Iterable[BellSchedule], shift: int) -> BellSchedule | None:
    """The set of a shift that holds where no other does."""
    return next((row for row in rows if row.shift == shift and row.starts_on is None), None)


def put(shift: int, name: str, first: date, last: date, rings: Sequence[Ring], by: Author, rights: Rights,
        known: str = "") -> str:  # fmt: skip
    """Keep a set for a range of days, or with ``known`` (an id) change one; returns its id.

    Days of the range that were approved must be approved again, as for every change of a day. Raises DomainError
    ``date_order``, ``day_over``, ``bells_overlap``, ``nothing_to_change``, ``text_long``, ``not_found``,
    ``day_is_out``, and as ``checked`` does.
    """

    def write(session: Session) -> str:
        row = session.get(BellSchedule, known) if known else None
        if known and (row is None or row.starts_on is None):
            raise DomainError("not_found")
        own = row.shift if row else shift
        _check_range(session, own, name, first, last, by.today, row)
        wanted = checked(rings)
        if row and (row.name, row.starts_on, row.ends_on, _rings(row)) == (name, first, last, wanted):
            raise DomainError("nothing_to_change")
        touched = [(first, last)] + ([(row.starts_on, row.ends_on)] if row else [])
        if row is None:
            row = BellSchedule(id=new_id(by.now), shift=own)
            session.add(row)
        row.name, row.starts_on, row.ends_on = name, first, last
        _set_rings(session, row, wanted)
        _touch(session, touched, by, rights)
        record(session, by.now, by.account_id, "bells.put", row.id)
        return row.id

    return store.write(write)


def _rings(row: BellSchedule) -> tuple[Ring, ...]:
    return tuple(Ring(bell.n, bell.starts, bell.ends) for bell in row.bells)


def _set_rings(session: Session, row: BellSchedule, rings: Sequence[Ring]) -> None:
    if row.bells:
        row.bells.clear()
        session.flush()  # numbers are unique within a set
    row.bells = [Bell(id=_bell_id(row.id, ring.n), n=ring.n, starts=ring.starts, ends=ring.ends) for ring in rings]
    session.flush()


def _bell_id(schedule_id: str, n: int) -> str:
    return content_id("bell", schedule_id, str(n))


def _check_range(
    session: Session, shift: int, name: str, first: date, last: date, today: date, row: BellSchedule | None
) -> None:
    if shift not in SHIFTS:
        raise DomainError("value_invalid", field="shift", value=str(shift)[:20])
    if len(name) > LONGEST:
        raise DomainError("text_long", length=len(name), limit=LONGEST)
    if last < first or (last - first).days > MOST_DAYS:
        raise DomainError("date_order")
    if last < today or (first < today and (row is None or first != row.starts_on)):
        raise DomainError("day_over")
    for other in session.scalars(select(BellSchedule).where(BellSchedule.shift == shift)):
        if other is row or other.starts_on is None:
            continue
        if other.starts_on <= last and (other.ends_on is None or first <= other.ends_on):
            raise DomainError("bells_overlap", name=other.name or other.starts_on.isoformat(),
                              first=other.starts_on.isoformat(),
                              last=other.ends_on.isoformat() if other.ends_on else "…")  # fmt: skip


def end(schedule_id: str, by: Author, rights: Rights) -> None:
    """Take a set away; one that began already ends with yesterday. Raises DomainError ``not_found``,
    ``nothing_to_change`` (it is over), ``day_is_out``."""

    def write(session: Session) -> None:
        row = session.get(BellSchedule, schedule_id)
        if row is None or row.starts_on is None:
            raise DomainError("not_found")
        if row.ends_on is not None and row.ends_on < by.today:
            raise DomainError("nothing_to_change")
        _touch(session, [(row.starts_on, row.ends_on)], by, rights)
        if row.starts_on >= by.today:
            session.delete(row)
        else:
            row.ends_on = by.today - timedelta(days=1)
        record(session, by.now, by.account_id, "bells.end", schedule_id)

    store.write(write)


def _touch(session: Session, ranges: Iterable[tuple[date | None, date | None]], by: Author, rights: Rights) -> None:
    """Days that are on their way out already follow other bells now."""
    days: set[date] = set()
    for first, last in ranges:
        query = select(Day.on).where(Day.on >= max(first or by.today, by.today))
        days |= set(session.scalars(query.where(Day.on <= last) if last else query))
    touch(session, days, by, rights)
