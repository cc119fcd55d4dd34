"""Noting how a family is reached: by whom, in which order, until what hour, with whose consent."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.importers.contacts import read_email, read_phone
from server.models import ContactChannel, FamilyChannel, School
from server.services.accounts import record
from server.services.content import Author
from server.services.family_ways import Home, Way, homes, plain_address
from sync.canonical import digest
from sync.ids import content_id

ADDRESS = 200  # characters
LANGUAGES = ("", "ru", "kk", "en")
PHONES = ("call", "sms", "messenger")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Typed:
    """A row of the form as it came; ``was``: the address the row was drawn with (None: a new row)."""

    person_id: str
    channel: str
    address: str
    order: str = ""
    works: bool = True
    until: str = ""
    consent: bool = False
    confirmed: bool = False
    language: str = ""
    was: str | None = None
    place: int = 0  # where the row stood when it was drawn; 0: not among those in order


def home_of(session: Session, student_id: str, siblings: Collection[str], day: date) -> Home:
    """The home of a student with these brothers and sisters. Raises DomainError person_unknown."""
    found = homes(session, {student_id, *siblings}, day)
    home = next((one for one in found if any(child.id == student_id for child in one.children)), None)
    if home is None:
        raise DomainError("person_unknown")
    return home


def mark_of(ways: Sequence[Way]) -> str:
    """Names the state of a family's noted ways."""
    noted = sorted(
        (way for way in ways if way.stored), key=lambda way: (way.position, way.person_id, way.channel, way.address)
    )
    return digest([[way.person_id, way.channel, way.address, way.position, way.works, way.until or "", way.consent,
                    way.confirmed_on.isoformat() if way.confirmed_on else "", way.language] for way in noted])[:32]


def save(people: Collection[str], rows: Sequence[Typed], base: str, by: Author) -> int:
    """Note these ways, and only these, of these people; returns how many there are.

    Raises DomainError changed_meanwhile, value_invalid, person_unknown.
    """

    def write(session: Session) -> int:
        known = {
            (row.person_id, row.channel, row.address): row
            for row in session.scalars(select(FamilyChannel).where(FamilyChannel.person_id.in_(list(people))))
        }
        if mark_of(_ways(known.values())) != base:
            raise DomainError("changed_meanwhile")
        wanted = _wanted(session, people, rows, known, by.today)
        for key, row in known.items():
            if key not in wanted:
                session.delete(row)
        session.flush()
        for key, way in wanted.items():
            row = known.get(key)
            if row is None:
                row = FamilyChannel(id=content_id("family_channel", *key), person_id=way.person_id,
                                    channel=way.channel, address=way.address)  # fmt: skip
                session.add(row)
            elif _way(row) == way:
                continue
            row.position, row.works, row.until, row.consent = way.position, way.works, way.until, way.consent
            row.confirmed_on, row.language = way.confirmed_on, way.language
            row.noted_by, row.noted_at = by.person_id, by.now
        for person_id in sorted(people):
            record(session, by.now, by.account_id, "family_channel.save", person_id)
        return len(wanted)

    return store.write(write)


def _wanted(
    session: Session, people: Collection[str], rows: Sequence[Typed],
    known: dict[tuple[str, str, str], FamilyChannel], today: date,
) -> dict[tuple[str, str, str], Way]:  # fmt: skip
    country = session.scalar(select(School.country)) or "RU"
    channels = dict(session.execute(select(ContactChannel.code, ContactChannel.personal)).all())
    ordered = sorted(enumerate(rows), key=lambda pair: (*_turn(pair[1]), pair[0]))
    wanted: dict[tuple[str, str, str], Way] = {}
    for position, (_n, row) in enumerate(ordered, start=1):
        if row.person_id not in people:
            raise DomainError("person_unknown")
        if not channels.get(row.channel):
            raise DomainError("value_invalid", field="channel", value=row.channel[:20])
        if row.language not in LANGUAGES:
            raise DomainError("value_invalid", field="language", value=row.language[:20])
        address = read_address(row.channel, row.address, country)
        before = known.get((row.person_id, row.channel, address))
        wanted[(row.person_id, row.channel, address)] = Way(
            row.person_id, row.channel, address, position, row.works, read_clock(row.until), row.consent,
            _confirmed(row, address, before, today), row.language, True,
        )  # fmt: skip
    return wanted


def _confirmed(row: Typed, address: str, before: FamilyChannel | None, today: date) -> date | None:
    """Another address in a row that stood begins unconfirmed, though its box is still ticked."""
    if not row.confirmed or (
        before is None and row.was is not None and plain_address(row.was) != plain_address(address)
    ):
        return None
    return before.confirmed_on if before is not None and before.confirmed_on else today


def read_address(channel: str, typed: str, country: str) -> str:
    """An address as it is kept. Raises DomainError value_invalid."""
    text = " ".join(typed.split())[:ADDRESS]
    if channel in PHONES and text:
        found = read_phone(text, country)
        if found.code == "phone_unreadable" and channel != "messenger":
            raise DomainError("value_invalid", field="phone", value=text[:40])
        return found.value if not found.code else text
    if channel == "email" and text:
        found = read_email(text)
        if found.code:
            raise DomainError("value_invalid", field="email", value=text[:40])
        return found.value
    if not text and channel in ("call", "sms", "email"):
        raise DomainError("value_invalid", field="phone" if channel != "email" else "email", value="–")
    return text


def read_clock(typed: str) -> str | None:
    """``19:30`` or None. Raises DomainError value_invalid."""
    text = typed.strip()
    if not text:
        return None
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise DomainError("value_invalid", field="until", value=text[:10])
    return f"{int(found[1]):02d}:{found[2]}"


def _turn(row: Typed) -> tuple[int, int]:
    """Its turn; of two with the same number the one that was moved there wins: upwards before, downwards behind."""
    order = int(row.order) if row.order.strip().isdecimal() and len(row.order) < 6 else 10_000
    return order, (order > row.place) - (order < row.place) if row.place else 0


def _ways(rows: Collection[FamilyChannel]) -> list[Way]:
    return [_way(row) for row in rows]


def _way(row: FamilyChannel) -> Way:
    return Way(row.person_id, row.channel, row.address, row.position, row.works, row.until, row.consent,
               row.confirmed_on, row.language, True)  # fmt: skip
