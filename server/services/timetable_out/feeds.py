"""A teacher's calendar at a secret address: made, renewed, ended by its owner, read by any calendar program."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server import naming, store
from server.errors import DomainError
from server.models import CalendarFeed, Lesson, LessonChange, Person, School
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.days.reading import Facts, Held, read_days
from server.services.days.state import state_from
from server.services.people import short_name
from server.services.timetable_out.grids import HOME, Words, read_words
from sync.calendars import Entry, calendar_of

BEFORE, AHEAD = timedelta(days=14), timedelta(days=60)
WHOLE = "teachers"  # a change by hand keeps the lesson's whole state, one by a file only what it changed


@dataclass(frozen=True)
class Feed:
    """A calendar's file and its name."""

    name: str
    data: bytes


def secret_of(session: Session, person_id: str) -> str:
    """The secret of a person's calendar, "" if there is none."""
    return session.scalar(select(CalendarFeed.secret).where(
        CalendarFeed.person_id == person_id, CalendarFeed.ended_at.is_(None))) or ""  # fmt: skip


def make(by: Author) -> None:
    """A new secret address for the person's own lessons; the one before leads nowhere from now on."""

    def save(session: Session) -> None:
        _end(session, by)
        session.add(CalendarFeed(id=new_id(by.now), secret=secrets.token_urlsafe(32), person_id=by.person_id,
                                 made_at=by.now))  # fmt: skip
        record(session, by.now, by.account_id, "calendar.make", by.person_id)

    store.write(save)


def end(by: Author) -> None:
    """The address leads nowhere any more."""

    def save(session: Session) -> None:
        _end(session, by)
        record(session, by.now, by.account_id, "calendar.end", by.person_id)

    store.write(save)


def _end(session: Session, by: Author) -> None:
    session.execute(update(CalendarFeed).where(
        CalendarFeed.person_id == by.person_id, CalendarFeed.ended_at.is_(None)).values(ended_at=by.now))  # fmt: skip


def read(session: Session, secret: str, today: date) -> Feed:
    """The lessons of the secret's owner, two weeks back and two months ahead. Raises DomainError ``not_found``."""
    row = session.execute(
        select(CalendarFeed, Person).join(Person, Person.id == CalendarFeed.person_id)
        .where(CalendarFeed.secret == secret, CalendarFeed.ended_at.is_(None), Person.left_on.is_(None))
    ).first()  # fmt: skip
    if row is None:
        raise DomainError("not_found")
    feed, person = row
    first, last = today - BEFORE, today + AHEAD
    days, words = read_days(session, first, last), read_words(session)
    told = _changes(session, first, last)
    entries = [
        _entry(days.facts, words, lesson, told.get(lesson.id, (0, feed.made_at)), not lesson.is_held)
        for lesson in days.lessons if person.id in lesson.teachers
    ]  # fmt: skip
    for id in _given_away(session, person.id, first, last):
        lesson = next((one for one in days.lessons if one.id == id and person.id not in one.teachers), None)
        if lesson is not None:
            entries.append(_entry(days.facts, words, lesson, told[id], True))
    school = session.scalars(select(School)).one()
    name = f"{short_name(person)}, {school.name}"
    return Feed(name, calendar_of(name, school.id, school.timezone, entries))


def _changes(session: Session, first: date, last: date) -> dict[str, tuple[int, datetime]]:
    """Lesson → how often it was changed (an undo counts, too), and when last."""
    rows = session.execute(
        select(LessonChange.lesson_id, func.count(), func.max(LessonChange.changed_at)).join(Lesson)
        .where(Lesson.on.between(first, last)).group_by(LessonChange.lesson_id)
    )  # fmt: skip
    return {id: (count, at) for id, count, at in rows}


def _given_away(session: Session, person_id: str, first: date, last: date) -> set[str]:
    """Lessons that the person held until somebody changed that: the calendar says that they are off."""
    rows = session.execute(
        select(LessonChange.lesson_id, LessonChange.before).join(Lesson)
        .where(Lesson.on.between(first, last), LessonChange.kind != "imported", LessonChange.undone.is_(False))
    )  # fmt: skip
    return {id for id, before in rows if WHOLE in before and person_id in state_from(before).teachers}


def _entry(facts: Facts, words: Words, lesson: Held, told: tuple[int, datetime], off: bool) -> Entry:
    groups = [_("home teaching") if facts.groups[id].kind == HOME else naming.klass_short(facts.group_name(id))
              for id in lesson.groups]  # fmt: skip
    subjects = dict.fromkeys(facts.subjects[part.subject] for part in lesson.parts)
    forms = dict.fromkeys(words.forms.get(part.form or "", "") for part in lesson.parts)
    topics = dict.fromkeys(part.topic for part in lesson.parts)
    return Entry(
        lesson.id, lesson.on, lesson.starts, lesson.ends, f"{', '.join(dict.fromkeys(groups))}: {', '.join(subjects)}",
        facts.rooms[lesson.room] if lesson.room else "", "\n".join(filter(None, [*topics, *forms])), off, *told,
    )  # fmt: skip
