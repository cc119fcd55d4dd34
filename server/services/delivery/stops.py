"""What people decide about stops: which there are, in which order the round goes, and who gets paper where."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Manifest, Person, Stop
from server.services.accounts import new_id, record
from server.services.content_draft import clean
from server.services.delivery.places import open_stops
from server.services.delivery.registers import Doer, place_again, set_due_days

KINDS = ("village", "driver", "post", "other")
LONGEST_NAME, LONGEST_TEXT, MOST_DAYS = 80, 500, 60


@dataclass(frozen=True)
class Words:
    """A stop as a form says it. ``days``: how long works take to come back from there."""

    name: str
    kind: str
    contact: str = ""
    note: str = ""
    days: int = 7


@dataclass(frozen=True)
class Closed:
    """What closing a stop came to: students who get their paper elsewhere now, packs that moved along."""

    students: int
    packs: int


def add(words: Words, by: Doer) -> str:
    """A new stop at the end of the round; returns its id. Raises DomainError field_needed, text_long, value_invalid,
    stop_twice."""
    words = _checked(words)

    def save(session: Session) -> str:
        _unique(session, words.name)
        last = session.scalar(select(func.max(Stop.position))) or 0
        stop = Stop(id=new_id(by.now), position=last + 1, **vars(words))
        session.add(stop)
        session.flush()
        record(session, by.now, by.account_id, "stop.add", stop.id)
        return stop.id

    return store.write(save)


def edit(stop_id: str, words: Words, by: Doer) -> None:
    """Another name, contact, time; registers that were not handed over follow. Raises as ``add`` does, stop_unknown."""
    words = _checked(words)

    def save(session: Session) -> None:
        stop = _stop(session, stop_id)
        _unique(session, words.name, stop_id)
        for field, value in vars(words).items():
            setattr(stop, field, value)
        session.flush()
        session.execute(
            update(Manifest).where(Manifest.stop_id == stop_id, Manifest.handed_at.is_(None)).values(stop=words.name)
        )
        set_due_days(session, stop_id)
        record(session, by.now, by.account_id, "stop.edit", stop_id)

    store.write(save)


def order(stop_id: str, up: bool, by: Doer) -> None:
    """The stop comes one earlier or later in the round. Raises DomainError stop_unknown."""

    def save(session: Session) -> None:
        _stop(session, stop_id)
        known = list(open_stops(session, by.today).values())
        at = next((number for number, stop in enumerate(known) if stop.id == stop_id), None)
        if at is None:
            return
        to = at - 1 if up else at + 1
        if 0 <= to < len(known):
            known.insert(to, known.pop(at))
        for number, stop in enumerate(known, 1):
            stop.position = number
        record(session, by.now, by.account_id, "stop.order", stop_id)

    store.write(save)


def close(stop_id: str, instead: str | None, by: Doer) -> Closed:
    """The stop is not served any more: its students get their paper at the stop ``instead``, or at school.

    Packs on its registers that were not handed over go along. Raises DomainError stop_unknown.
    """

    def save(session: Session) -> Closed:
        stop = _stop(session, stop_id)
        if instead is not None and (instead == stop_id or instead not in open_stops(session, by.today)):
            raise DomainError("stop_unknown")
        stop.closed_on = by.today
        ids = session.scalars(select(Person.id).where(Person.stop_id == stop_id)).all()
        session.execute(update(Person).where(Person.stop_id == stop_id).values(stop_id=instead))
        session.flush()
        packs = place_again(session, stop_id, by)
        record(session, by.now, by.account_id, "stop.close", stop_id)
        return Closed(len(ids), packs)

    return store.write(save)


def reopen(stop_id: str, by: Doer) -> None:
    """The stop is served again, without students as yet. Raises DomainError stop_unknown."""

    def save(session: Session) -> None:
        stop = _stop(session, stop_id)
        stop.closed_on = None
        stop.position = (session.scalar(select(func.max(Stop.position))) or 0) + 1
        record(session, by.now, by.account_id, "stop.reopen", stop_id)

    store.write(save)


def place(student_ids: Collection[str], stop_id: str | None, by: Doer) -> Sequence[str]:
    """These students get their paper at a stop (None: at school); returns the ids of those for whom that is new.

    Packs that are on a register already stay there: the register's page shows whose paper goes elsewhere now. Raises
    DomainError stop_unknown.
    """

    def save(session: Session) -> Sequence[str]:
        if stop_id is not None and stop_id not in open_stops(session, by.today):
            raise DomainError("stop_unknown")
        people = session.scalars(select(Person).where(Person.id.in_(list(student_ids))).order_by(Person.id)).all()
        changed = [person for person in people if person.stop_id != stop_id]
        for person in changed:
            person.stop_id = stop_id
            record(session, by.now, by.account_id, "stop.place", person.id)
        return [person.id for person in changed]

    return store.write(save)


def _stop(session: Session, stop_id: str) -> Stop:
    stop = session.get(Stop, stop_id)
    if stop is None:
        raise DomainError("stop_unknown")
    return stop


def _unique(session: Session, name: str, own: str = "") -> None:
    wanted = name.casefold()
    for id, known in session.execute(select(Stop.id, Stop.name)):
        if id != own and known.casefold() == wanted:
            raise DomainError("stop_twice", name=known)


def _checked(words: Words) -> Words:
    name = " ".join(clean(words.name).split())
    contact, note = " ".join(clean(words.contact).split()), clean(words.note)
    if not name:
        raise DomainError("field_needed", field=_("Name of the stop"))
    for text, limit in ((name, LONGEST_NAME), (contact, LONGEST_TEXT), (note, LONGEST_TEXT)):
        if len(text) > limit:
            raise DomainError("text_long", length=len(text), limit=limit)
    if words.kind not in KINDS or not 0 <= words.days <= MOST_DAYS:
        raise DomainError("bad_request")
    return Words(name, words.kind, contact, note, words.days)
