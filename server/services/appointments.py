"""Meetings of families with staff: times proposed and agreed, and what became of them.

A host is never booked twice and never during an own lesson: that is looked at within the write, under a lock on the
host's row, so that two people who book at once are decided one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Appointment, Request
from server.services import reception, requests
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.content_draft import clean
from server.services.free_times import span

CHANNELS = ("in_person", "call", "online")
AFTER = ("held", "missed", "cancelled")
MOST_NOTE = 4000  # characters


@dataclass(frozen=True)
class Booking:
    """A time for somebody: host, when, how long, how; with whom, and the request that it keeps, if any."""

    host_id: str
    starts: datetime
    minutes: int
    channel: str = "in_person"
    student_id: str | None = None
    person_id: str | None = None
    request_id: str | None = None
    note: str = ""


def book(booking: Booking, state: str, by: Author, zone: ZoneInfo, id: str = "") -> str:
    """Agree on a time, or keep it free while the family thinks (proposed); returns its id.

    Raises DomainError slot_taken, slot_in_lesson, value_invalid, person_unknown, text_long.
    """
    return store.write(lambda session: put(session, booking, state, by, zone, id))


def put(session: Session, booking: Booking, state: str, by: Author, zone: ZoneInfo, id: str = "") -> str:
    """``book`` within the caller's write. An agreed time keeps its request."""
    if id and session.get(Appointment, id) is not None:
        return id
    if booking.channel not in CHANNELS or not 5 <= booking.minutes <= 240:
        raise DomainError("value_invalid", field="minutes", value=str(booking.minutes))
    reception.lock(session, booking.host_id)
    _demand_free(session, booking, zone)
    row = Appointment(
        id=id or new_id(by.now), host_id=booking.host_id, student_id=booking.student_id, person_id=booking.person_id,
        request_id=booking.request_id, starts=booking.starts, minutes=booking.minutes, channel=booking.channel,
        state=state, note=_text(booking.note), restricted_note="", made_by=by.person_id, made_at=by.now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, by.now, by.account_id, f"appointment.{state}", row.id)
    if state == "agreed" and booking.request_id:
        _keep(session, row, by)
    return row.id


def propose(request_id: str, times: Sequence[tuple[datetime, int]], channel: str, by: Author, zone: ZoneInfo) -> None:
    """Offer times to a family; those that were offered before and not chosen are let go.

    Raises DomainError not_found, request_closed, field_needed without a time, and as ``put``.
    """
    if not times:
        raise DomainError("times_needed")

    def save(session: Session) -> None:
        row = requests.open_request(session, request_id)
        _let_go(session, request_id, by)
        for starts, minutes in times:
            put(session, Booking(row.host_id or row.owner_id, starts, minutes, channel, row.student_id, row.person_id,
                                 request_id), "proposed", by, zone)  # fmt: skip
        requests.propose(session, row, by)

    store.write(save)


def agree(appointment_id: str, by: Author) -> None:
    """The family takes a proposed time: the others are let go, the promise is kept. Raises DomainError not_found."""

    def save(session: Session) -> None:
        row = _existing(session, appointment_id)
        if row.state != "proposed":
            return
        row.state = "agreed"
        record(session, by.now, by.account_id, "appointment.agreed", row.id)
        if row.request_id:
            _keep(session, row, by)

    store.write(save)


def _keep(session: Session, row: Appointment, by: Author) -> None:
    """The request of an agreed time is done; its other times are free again."""
    _let_go(session, row.request_id or "", by, but=row.id)
    request = session.get(Request, row.request_id)
    if request is not None and request.state in requests.OPEN:
        requests.end(session, request, "done", request.outcome, by.now, by.person_id)


def none_fits(request_id: str, by: Author) -> None:
    """The family can come at none of the times: they are free again, others are to be proposed."""

    def save(session: Session) -> None:
        row = requests.open_request(session, request_id)
        _let_go(session, request_id, by)
        requests.open_again(session, row, by)

    store.write(save)


def _let_go(session: Session, request_id: str, by: Author, but: str = "") -> None:
    for row in session.scalars(
        select(Appointment).where(Appointment.request_id == request_id, Appointment.state == "proposed")
    ):
        if row.id != but:
            row.state = "cancelled"
            record(session, by.now, by.account_id, "appointment.cancelled", row.id)
    session.flush()


def finish(appointment_id: str, state: str, note: str, restricted: str | None, by: Author) -> None:
    """What became of it, with notes (``restricted`` None: that note stays). Cancelled: its request is owed again.

    Raises DomainError not_found, bad_request, text_long.
    """
    if state not in (*AFTER, ""):
        raise DomainError("bad_request")

    def save(session: Session) -> None:
        row = _existing(session, appointment_id)
        row.note = _text(note)
        if restricted is not None:
            row.restricted_note = _text(restricted)
        record(session, by.now, by.account_id, f"appointment.{state or 'note'}", row.id)
        if not state or row.state == state:
            return
        row.state = state
        request = session.get(Request, row.request_id) if row.request_id and state == "cancelled" else None
        if request is not None and request.state == "done":
            requests.open_again(session, request, by)

    store.write(save)


def host_of(session: Session, appointment_id: str) -> str:
    """Whose appointment it is. Raises DomainError not_found."""
    return _existing(session, appointment_id).host_id


def _existing(session: Session, appointment_id: str) -> Appointment:
    row = session.get(Appointment, appointment_id)
    if row is None:
        raise DomainError("not_found")
    return row


def _demand_free(session: Session, booking: Booking, zone: ZoneInfo) -> None:
    wanted = span(booking.starts, booking.minutes)
    whose = Appointment.host_id == booking.host_id
    if booking.student_id:
        whose = or_(whose, Appointment.student_id == booking.student_id)
    if any(wanted.meets(other) for other in reception.booked(session, whose, wanted.starts, wanted.ends)):
        raise DomainError("slot_taken")
    day = booking.starts.astimezone(zone).date()
    if any(wanted.meets(other) for other in reception.lessons(session, booking.host_id, day, day, zone)):
        raise DomainError("slot_in_lesson")


def _text(text: str) -> str:
    said = clean(text)
    if len(said) > MOST_NOTE:
        raise DomainError("text_long", length=len(said), limit=MOST_NOTE)
    return said
