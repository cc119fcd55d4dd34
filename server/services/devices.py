"""Enrolled devices: a code lets one ask, a person in the office confirms it, revoking ends it.

What a device may say is decided anew with every batch, by the roles of its person on that day.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Account, Device, Enrolment, Person
from server.services.accounts import record
from server.services.people import full_name
from sync import codes
from sync.p256 import read_point

CODE_HOLDS = timedelta(minutes=10)
ASKING_HOLDS = timedelta(days=1)  # a device that nobody confirmed is forgotten
MOST = 10  # devices of one person that are not revoked
SEEN_EVERY = timedelta(minutes=1)  # a poll in between changes nothing worth a commit
MAX_NAME = 60  # characters
WAITING, CONFIRMED, REVOKED = "waiting", "confirmed", "revoked"


@dataclass(frozen=True)
class Asked:
    """What a device is told that asks: who it is from now on, and the digits that both screens show."""

    origin: str
    check: str


@dataclass(frozen=True)
class Signer:
    """A device with its person, for the question whether a signature counts. ``active``: the person works here."""

    origin: str
    device: str  # what it is called
    public_key: str
    state: str
    person_id: str
    name: str
    locale: str | None
    active: bool
    last_seen: datetime | None


@dataclass(frozen=True)
class Line:
    """A device as the office lists it."""

    origin: str
    owner: str
    name: str
    state: str
    check: str
    enrolled_at: datetime
    revoked_at: datetime | None
    last_seen: datetime | None


def make_code(person_id: str, now: datetime, account_id: str, randbelow: Callable[[int], int]) -> str:
    """A code of nine digits for one device of the person; an older one that nobody used is worth nothing any more.

    Raises DomainError ``rows_many`` when the person has as many devices as one may have.
    """

    def save(session: Session) -> str:
        _tidy(session, now)
        own = select(func.count()).where(Device.person_id == person_id, Device.state != REVOKED)
        if (session.scalar(own) or 0) >= MOST:
            raise DomainError("rows_many", limit=MOST)
        session.execute(delete(Enrolment).where(Enrolment.person_id == person_id, Enrolment.origin.is_(None)))
        while session.get(Enrolment, _hash(code := codes.new_code(randbelow))) is not None:
            pass
        session.add(Enrolment(code_hash=_hash(code), person_id=person_id, made_at=now, expires_at=now + CODE_HOLDS))
        record(session, now, account_id, "device.code", person_id)
        return code

    return store.write(save)


def ask(code: str, public_key: str, name: str, now: datetime, randbytes: Callable[[int], bytes]) -> Asked:
    """A device asks to be enrolled. The same key with the same code again is the same asking: an answer got lost.

    Raises DomainError ``device_code_wrong`` (used, old or unknown: one and the same), SyncError ``device_key_invalid``.
    """
    read_point(public_key)
    key = public_key.rstrip("=")

    def save(session: Session) -> Asked:
        enrolment = session.get(Enrolment, _hash(code))
        if enrolment is None or enrolment.expires_at <= now:
            raise DomainError("device_code_wrong")
        if enrolment.origin is not None:
            known = session.get_one(Device, enrolment.origin)
            if known.public_key != key:
                raise DomainError("device_code_wrong")
            return Asked(known.origin, known.check_digits)
        origin = randbytes(8).hex()
        device = Device(origin=origin, person_id=enrolment.person_id, name=clean_name(name), public_key=key,
                        state=WAITING, check_digits=check_digits(key, origin), enrolled_at=now)  # fmt: skip
        session.add(device)
        session.flush()
        enrolment.origin = origin
        record(session, now, None, "device.ask", origin)
        return Asked(origin, device.check_digits)

    return store.write(save)


def confirm(origin: str, person_id: str, now: datetime, account_id: str) -> None:
    """The person has compared the digits: the device's signature counts from now on. Once is enough.

    Raises DomainError ``not_found``.
    """

    def save(session: Session) -> None:
        device = _own(session, origin, person_id)
        if device.state == CONFIRMED:
            return
        if device.state != WAITING:
            raise DomainError("not_found")
        device.state, device.confirmed_at = CONFIRMED, now
        record(session, now, account_id, "device.confirm", origin)

    store.write(save)


def rename(origin: str, name: str, person_id: str, now: datetime, account_id: str) -> None:
    """Call an own device something else. Raises DomainError ``not_found``, ``field_needed``."""
    wanted = clean_name(name)
    if not wanted:
        raise DomainError("field_needed", field="name")

    def save(session: Session) -> None:
        _own(session, origin, person_id).name = wanted
        record(session, now, account_id, "device.rename", origin)

    store.write(save)


def revoke(origin: str, person_id: str | None, now: datetime, account_id: str) -> None:
    """From now on the device's signature counts for nothing; ``person_id`` None: anybody's device.

    What it sent before stays. Raises DomainError ``not_found``.
    """

    def save(session: Session) -> None:
        device = _own(session, origin, person_id)
        if device.state != REVOKED:
            device.state, device.revoked_at = REVOKED, now
            record(session, now, account_id, "device.revoke", origin)

    store.write(save)


def seen(session: Session, origin: str, now: datetime, next_n: int = 0) -> None:
    """Note a contact and how far the device has counted; call it inside a write."""
    session.execute(
        update(Device).where(Device.origin == origin, or_(Device.last_seen.is_(None), Device.last_seen < now))
        .values(last_seen=now)
    )  # fmt: skip
    if next_n:
        session.execute(update(Device).where(Device.origin == origin, Device.next_n < next_n).values(next_n=next_n))


def note_contact(signer: Signer, now: datetime) -> None:
    """Note a contact that brought nothing, unless the last one was just now."""
    if signer.last_seen is None or now - signer.last_seen >= SEEN_EVERY:
        store.write(lambda session: seen(session, signer.origin, now))


def signer(session: Session, origin: str) -> Signer | None:
    """Who signs as this origin."""
    row = session.execute(
        select(Device, Person, Account.locale, Account.is_active).join(Person, Person.id == Device.person_id)
        .outerjoin(Account, Account.person_id == Device.person_id).where(Device.origin == origin)
    ).first()  # fmt: skip
    if row is None:
        return None
    device, person, locale, is_active = row
    return Signer(device.origin, device.name, device.public_key, device.state, person.id, full_name(person), locale,
                  bool(is_active) and person.left_on is None, device.last_seen)  # fmt: skip


def of_person(session: Session, person_id: str) -> list[Line]:
    """A person's devices: those that ask, those that count, those that were revoked; the newest first."""
    return _lines(session, Device.person_id == person_id)


def everybodys(session: Session) -> list[Line]:
    """All devices of the school."""
    return _lines(session, Device.state.is_not(None))


def asking(session: Session, person_id: str) -> list[Line]:
    """The person's devices that wait to be confirmed."""
    return _lines(session, (Device.person_id == person_id) & (Device.state == WAITING))


def clean_name(name: str) -> str:
    """A device's name in one line, cut where it is too long."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:MAX_NAME]


def check_digits(public_key: str, origin: str) -> str:
    """Four digits that depend on the key: another phone that used the code shows others."""
    named = hashlib.sha256(f"{public_key}.{origin}".encode()).hexdigest()
    return f"{int(named, 16) % 10_000:04d}"


def _lines(session: Session, condition: object) -> list[Line]:
    rows = session.execute(
        select(Device, Person).join(Person, Person.id == Device.person_id).where(condition)  # type: ignore[arg-type]
        .order_by(Device.enrolled_at.desc(), Device.origin)
    )  # fmt: skip
    lines = [
        Line(device.origin, full_name(person), device.name, device.state, device.check_digits, device.enrolled_at,
             device.revoked_at, device.last_seen)
        for device, person in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (WAITING, CONFIRMED, REVOKED).index(line.state))


def _own(session: Session, origin: str, person_id: str | None) -> Device:
    device = session.get(Device, origin)
    if device is None or person_id not in (None, device.person_id):
        raise DomainError("not_found")
    return device


def _tidy(session: Session, now: datetime) -> None:
    """Forget codes that nobody can use any more, and devices that asked and were never confirmed."""
    session.execute(delete(Enrolment).where(Enrolment.expires_at <= now))
    forgotten = select(Device.origin).where(Device.state == WAITING, Device.enrolled_at < now - ASKING_HOLDS)
    session.execute(delete(Device).where(Device.origin.in_(forgotten)))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

