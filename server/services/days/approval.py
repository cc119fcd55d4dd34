"""The way of a school day to the families: submitted, then approved or returned with a remark.

Who approves names the version of the day that was looked at, so that nobody answers for what they did not see.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Day, Lesson
from server.services.accounts import record
from server.services.content import Author
from server.services.content_draft import clean
from server.services.days import checking
from server.services.days.rows import approve_row, day_row, note_step

LONGEST_REMARK = 500  # characters


@dataclass(frozen=True)
class Already:
    """Somebody else was quicker: who approved the day (id of a person; None: by the command line), and when."""

    on: date
    by_id: str | None
    at: datetime


@dataclass(frozen=True)
class Settled:
    """What an approval did: days that are approved by it, and those that somebody had approved before."""

    approved: tuple[date, ...]
    already: tuple[Already, ...]


def submit(days: Iterable[date], by: Author) -> list[date]:
    """Lay days before who approves; returns those that were not there yet. Raises DomainError ``value_invalid`` for a
    day without lessons, ``day_over``."""
    wanted = sorted(set(days))
    with store.snapshot() as session:
        require_lessons(session, wanted)
    if any(on < by.today for on in wanted):
        raise DomainError("day_over")

    def save(session: Session) -> list[date]:
        done = []
        for on in wanted:
            day = day_row(session, on)
            if day.state in ("draft", "returned"):
                day.submitted_at, day.remark = by.now, ""
                note_step(session, on, "submitted", by.now, by.person_id)
                record(session, by.now, by.account_id, "day.submit", on.isoformat())
                done.append(on)
        return done

    return store.write(save)


def approve(looked: Mapping[date, int], by: Author) -> Settled:
    """Approve days, each in the version that was looked at; all or none.

    Raises DomainError ``value_invalid`` for a day without lessons, ``day_changed_meanwhile``, ``day_has_clashes``.
    A day that is over may be approved as it was: nobody can mend it any more.
    """
    with store.snapshot() as session:
        require_lessons(session, looked)
        _refuse_clashes(session, looked, by.today)

    def save(session: Session) -> Settled:
        done, already = [], []
        for on in sorted(looked):
            day = day_row(session, on)
            if day.approved_at is not None:
                already.append(Already(on, day.approved_by, day.approved_at))
                continue
            _require_version(day, looked[on])
            approve_row(session, day, by.now, by.person_id)
            record(session, by.now, by.account_id, "day.approve", on.isoformat())
            done.append(on)
        return Settled(tuple(done), tuple(already))

    return store.write(save)


def give_back(on: date, version: int, remark: str, by: Author) -> None:
    """Return a day to who composes it, with a word on why; also one that was approved and is not out yet.

    Raises DomainError ``field_needed``, ``text_long``, ``day_published``, ``day_not_submitted``,
    ``day_changed_meanwhile``.
    """
    text = clean(remark).strip()
    if not text:
        raise DomainError("field_needed", field=_l("remark"))
    if len(text) > LONGEST_REMARK:
        raise DomainError("text_long", length=len(text), limit=LONGEST_REMARK)

    def save(session: Session) -> None:
        day = day_row(session, on)
        if day.published_at is not None:
            raise DomainError("day_published", day=named(on))
        if day.state not in ("submitted", "approved"):
            raise DomainError("day_not_submitted", day=named(on))
        _require_version(day, version)
        day.submitted_at = day.approved_at = day.approved_by = None
        day.remark = text
        note_step(session, on, "returned", by.now, by.person_id, text)
        record(session, by.now, by.account_id, "day.return", on.isoformat())

    store.write(save)


def require_lessons(session: Session, days: Iterable[date]) -> None:
    """Raises DomainError ``value_invalid`` for the first day on which nothing is held."""
    wanted = set(days)
    held = set(session.scalars(select(Lesson.on).where(Lesson.on.in_(wanted), Lesson.state == "planned").distinct()))
    for day in sorted(wanted - held):
        raise DomainError("value_invalid", field="day", value=day.isoformat())


def named(day: date) -> str:
    """A day as refusals name it."""
    return f"{day:%d.%m.%Y}"


def clashes(session: Session, days: Iterable[date]) -> Counter[date]:
    """How many hard findings each of these days has; days without any are not in it."""
    wanted = set(days)
    if not wanted:
        return Counter()
    found = checking.check(session, min(wanted), max(wanted))
    return Counter(finding.on for finding in found if finding.hard and finding.on in wanted)


def _refuse_clashes(session: Session, looked: Mapping[date, int], today: date) -> None:
    """Of the state that was looked at, so that nobody is told of clashes that they could not see."""
    rows = {day.on: day for day in session.scalars(select(Day).where(Day.on.in_(looked)))}
    open_days = [on for on in looked if on not in rows or rows[on].approved_at is None]
    for on in open_days:
        if (rows[on].version if on in rows else 0) != looked[on]:
            raise DomainError("day_changed_meanwhile", day=named(on))
    found = clashes(session, [on for on in open_days if on >= today])
    for on, count in sorted(found.items()):
        raise DomainError("day_has_clashes", day=named(on), count=count)


def _require_version(day: Day, version: int) -> None:
    if day.version != version:
        raise DomainError("day_changed_meanwhile", day=named(day.on))
