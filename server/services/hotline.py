"""A call on the hotline: what it was about is noted, what was promised becomes a request, in one write."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import AuditEntry, Contact, ContactTopic, Person, Request
from server.services import appointments, contacts, requests
from server.services.accounts import new_id
from server.services.appointments import Booking
from server.services.contacts import Touch
from server.services.content import Author
from server.services.content_draft import clean
from server.services.free_times import at
from server.services.people import full_name, short_name
from server.services.requests import Wish
from sync.canonical import digest

MOST_TEXT = 4000  # characters of what a call was about
LONGEST = 4 * 3600  # seconds of a call that somebody may mean


@dataclass(frozen=True)
class Call:
    """What a call came to. ``key``: of one rendering of the form, so a double click notes one call.

    ``wish``: what was promised; ``booking``: a time agreed at once, which keeps that promise.
    """

    touch: Touch
    key: str
    wish: Wish | None = None
    booking: Booking | None = None


@dataclass(frozen=True)
class Logged:
    """What was noted: ids, and of a promise who keeps it and until when."""

    contact_id: str
    request_id: str | None = None
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class CallLine:
    """A call of an operator, for the list of what was just done."""

    at: datetime
    slug: str
    student: str
    person: str
    topic: str
    outcome: str
    seconds: int | None


def log(call: Call, by: Author, zone: ZoneInfo) -> Logged:
    """Note a call and what was promised. Raises as contacts.note, requests.promise and appointments.put do."""
    text = clean(call.touch.text)
    if len(text) > MOST_TEXT:
        raise DomainError("text_long", length=len(text), limit=MOST_TEXT)
    seconds = call.touch.seconds if call.touch.seconds is None else min(max(call.touch.seconds, 0), LONGEST)
    touch = replace(call.touch, text=text, seconds=seconds)

    def save(session: Session) -> Logged:
        contact_id = contacts.note(session, touch, by.person_id, by.now, digest([by.account_id, call.key]))
        if call.wish is None:
            return Logged(contact_id)
        request_id = requests.promise(session, call.wish, by, digest([contact_id, "request"])[:32], contact_id)
        if call.booking is not None:
            booking = replace(call.booking, request_id=request_id)
            appointments.put(session, booking, "agreed", by, zone, digest([contact_id, "appointment"])[:32])
        row = session.get_one(Request, request_id)
        return Logged(contact_id, request_id, short_name(session.get_one(Person, row.owner_id)), row.due_on)

    return store.write(save)


def note_view(student_id: str, action: str, caller_id: str | None, how: str, by: Author) -> None:
    """Record that somebody looked at what is told to verified callers only, and for whom."""

    def save(session: Session) -> None:
        session.add(AuditEntry(id=new_id(by.now), at=by.now, account_id=by.account_id, action=action,
                               target=student_id, on=by.today, data={"caller": caller_id, "how": how}))  # fmt: skip

    store.write(save)


def calls_of(session: Session, author_id: str, today: date, zone: ZoneInfo, limit: int = 20) -> list[CallLine]:
    """The calls that somebody noted today, the newest first."""
    midnight = at(today, "00:00", zone)
    rows = session.execute(
        select(Contact, ContactTopic.name).join(ContactTopic, ContactTopic.code == Contact.topic)
        .where(Contact.author_id == author_id, Contact.channel == contacts.CALL, Contact.direction == contacts.IN,
               Contact.at >= midnight, Contact.at < midnight + timedelta(days=1))
        .order_by(Contact.at.desc(), Contact.id.desc()).limit(limit)
    ).all()  # fmt: skip
    ids = {id for row, _topic in rows for id in (row.student_id, row.person_id) if id}
    people = {row.id: row for row in session.scalars(select(Person).where(Person.id.in_(ids)))}
    return [_line(row, topic, people) for row, topic in rows]


def _line(row: Contact, topic: str, people: dict[str, Person]) -> CallLine:
    student, person = people.get(row.student_id or ""), people.get(row.person_id or "")
    return CallLine(row.at, student.slug if student else "", full_name(student) if student else "",
                    full_name(person) if person else "", topic, row.outcome, row.seconds)  # fmt: skip
