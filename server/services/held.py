"""Records that were kept and wait for a person: held ones, and others under a number that was taken before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Op, OpClash, Person, Work
from server.services import accounts
from server.services.ledger import stored
from server.services.people import full_name
from sync.decide import HELD

SHOWN = 200  # records of a list that a person can take in


@dataclass(frozen=True)
class Saying:
    """What one record says, "" where it says nothing of the kind. It may come from a newer program: nothing is sure.

    ``mark``: (verdict, value) or None; ``letter`` of an absence; ``student``: whose work or absence it is.
    """

    type: str
    code: str
    student: str
    author: str
    received_at: datetime
    mark: tuple[str, str | None] | None = None
    letter: str = ""
    channel: str = ""
    returned_on: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Held:
    """A record that waits; ``reason`` is a code of the error catalogue."""

    reason: str
    saying: Saying


@dataclass(frozen=True)
class Clash:
    """Two records under one number. ``stands`` came first and was carried out, ``other`` was only kept."""

    sha256: str
    stands: Saying | None
    other: Saying


@dataclass(frozen=True)
class Waiting:
    """All that waits for a person; the newest SHOWN of each."""

    held: tuple[Held, ...]
    clashes: tuple[Clash, ...]


def count(session: Session) -> int:
    """How many records wait for a person."""
    return session.scalar(number()) or 0


def number() -> Select[tuple[int]]:
    """SQL: the same."""
    held = select(func.count()).select_from(Op).where(Op.outcome == HELD).scalar_subquery()
    open_clashes = select(func.count()).select_from(OpClash).where(OpClash.settled_by.is_(None)).scalar_subquery()
    return select(held + open_clashes)


def waiting(session: Session) -> Waiting:
    """The records with what they say."""
    held = session.scalars(select(Op).where(Op.outcome == HELD).order_by(Op.seq.desc()).limit(SHOWN)).all()
    clashes = session.scalars(
        select(OpClash).where(OpClash.settled_by.is_(None)).order_by(OpClash.received_at.desc(), OpClash.sha256)
        .limit(SHOWN)
    ).all()  # fmt: skip
    taken = _taken(session, clashes)
    envelopes = [stored(row) for row in (*held, *taken.values())] + [clash.envelope for clash in clashes]
    names, owners = _names(session, envelopes), _owners(session, envelopes)

    def said(envelope: Mapping[str, Any], received_at: datetime) -> Saying:
        return saying(envelope, received_at, names, owners)

    return Waiting(
        tuple(Held(row.reason, said(stored(row), row.received_at)) for row in held),
        tuple(
            Clash(clash.sha256, said(stored(first), first.received_at) if first else None,
                  said(clash.envelope, clash.received_at))
            for clash in clashes for first in [taken.get((clash.origin, clash.n))]
        ),
    )  # fmt: skip


def saying(
    envelope: Mapping[str, Any], received_at: datetime, names: Mapping[str, str], owners: Mapping[str, str]
) -> Saying:
    """An envelope in plain words. ``names``: person id → name; ``owners``: work's code → its student's name."""
    data = envelope.get("data")
    data = data if isinstance(data, dict) else {}
    code = _text(data, "code")
    mark = data.get("mark")
    mark = mark if isinstance(mark, dict) else {}
    return Saying(
        type=_text(envelope, "type"), code=code, student=owners.get(code) or names.get(_text(data, "student"), ""),
        author=names.get(_text(envelope, "author"), ""), received_at=received_at,
        mark=(_text(mark, "verdict"), _text(mark, "value") or None) if mark else None, letter=_text(data, "letter"),
        channel=_text(data, "channel"), returned_on=_text(envelope, "returned_on"), comment=_text(data, "comment"),
    )  # fmt: skip


def settle(sha256: str, person_id: str, account_id: str, now: datetime) -> None:
    """Somebody looked at a clash: it leaves the list; both records stay stored. Raises DomainError not_found."""

    def save(session: Session) -> None:
        clash = session.get(OpClash, sha256)
        if clash is None:
            raise DomainError("not_found")
        if clash.settled_by is None:
            clash.settled_by = person_id
            accounts.record(session, now, account_id, "clash.settle", sha256)

    store.write(save)


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _taken(session: Session, clashes: Iterable[OpClash]) -> dict[tuple[str, int], Op]:
    """The records that came first under the clashes' numbers."""
    pairs = [(Op.origin == clash.origin) & (Op.n == clash.n) for clash in clashes]
    rows = session.scalars(select(Op).where(or_(*pairs))) if pairs else ()
    return {(row.origin, row.n): row for row in rows}


def _names(session: Session, envelopes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    wanted = set()
    for envelope in envelopes:
        data = envelope.get("data")
        wanted |= {_text(envelope, "author"), _text(data, "student") if isinstance(data, dict) else ""}
    people = session.scalars(select(Person).where(Person.id.in_(wanted - {""})))
    return {person.id: full_name(person) for person in people}


def _owners(session: Session, envelopes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of the works' students by code."""
    codes = {_text(data, "code") for envelope in envelopes if isinstance(data := envelope.get("data"), dict)} - {""}
    rows = session.execute(
        select(Work.code, Person).join(Person, Person.id == Work.student_id).where(Work.code.in_(codes))
    )
    return {code: full_name(person) for code, person in rows}
