"""Where two people saved different values: both sides with who, when and from where, the history, and the decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Device, Person
from server.policy import Realm
from server.services.conflict_kinds import KINDS, Kind, Place, Spoken, kind_of
from server.services.people import folded, full_name
from sync import decide
from sync.decide import Revision, Value


@dataclass(frozen=True)
class Saying:
    """One person's saying of a value. ``channel``: how the work came, "" where none did; ``device``: the phone's name,
    "" when it was typed in the office; ``is_head``: nothing builds on it."""

    seq: int
    value: Value
    author: str
    at: datetime
    received_at: datetime
    channel: str
    device: str
    comment: str
    is_head: bool


@dataclass(frozen=True)
class Conflict:
    """A target with its values. ``sides``: values of the heads, the earlier received first; ``past``: other values
    that were said before."""

    kind: str
    place: Place
    heads: tuple[str, ...]
    sides: tuple[Value, ...]
    past: tuple[Value, ...]
    revisions: tuple[Revision, ...]

    @property
    def key(self) -> str:
        return self.place.key

    @property
    def is_open(self) -> bool:
        """True while heads disagree."""
        return len(self.sides) > 1


def find(session: Session, realms: Mapping[str, Realm]) -> list[Conflict]:
    """All targets whose heads disagree, by kind of KINDS where a realm is given; by class and name."""
    found = []
    for name, kind in KINDS.items():
        realm = realms.get(name)
        if not realm:
            continue
        known: dict[str, list[Revision]] = {}
        for key, _seq, revision in kind.revisions(session, realm):
            known.setdefault(key, []).append(revision)
        known = {key: revisions for key, revisions in known.items() if decide.in_conflict(revisions)}
        if known:
            found += [_conflict(name, place, known[place.key]) for place in kind.places(session, known)]
    return sorted(found, key=lambda one: (one.place.group, folded(one.place.student), one.kind, one.key))


def one(session: Session, name: str, key: str) -> Conflict:
    """One target, whether its heads disagree or not. Raises DomainError ``not_found`` if nothing was said about it."""
    kind = kind_of(name)
    revisions = [revision for _key, _seq, revision in kind.of(session, key)]
    places = list(kind.places(session, [key])) if revisions else []
    if not places:
        raise DomainError("not_found")
    return _conflict(name, places[0], revisions)


def _conflict(kind: str, place: Place, revisions: list[Revision]) -> Conflict:
    tops = decide.heads(revisions)
    sides = tuple(dict.fromkeys(top.value for top in tops))
    past = tuple(value for value in dict.fromkeys(each.value for each in revisions) if value not in sides)
    return Conflict(kind, place, tuple(top.id for top in tops), sides, past, tuple(revisions))


def histories(session: Session, conflicts: Iterable[Conflict]) -> dict[tuple[str, str], list[Saying]]:
    """Everything that was said about each target, in the order received, by kind and key."""
    found: dict[tuple[str, str], list[Saying]] = {}
    for name, kind in KINDS.items():
        mine = [each for each in conflicts if each.kind == name]
        if not mine:
            continue
        spoken = list(kind.spoken(session, [revision.id for each in mine for revision in each.revisions]))
        names, devices = _names(session, spoken), _devices(session, spoken)
        for each in mine:
            values = {revision.id: revision.value for revision in each.revisions}
            found[name, each.key] = sorted(
                (_saying(one, values[one.revision_id], each.heads, names, devices)
                 for one in spoken if one.revision_id in values),
                key=lambda saying: saying.seq,
            )  # fmt: skip
    return found


def _saying(
    one: Spoken, value: Value, heads: tuple[str, ...], names: Mapping[str, str], devices: Mapping[str, str]
) -> Saying:
    op = one.op
    channel = op.data.get("channel", "") if op.type == "return" else ""
    return Saying(op.seq, value, names.get(op.author_id or "", ""), datetime.fromisoformat(op.at), op.received_at,
                  channel, devices.get(op.origin, ""), one.comment, one.revision_id in heads)  # fmt: skip


def allowed(conflict: Conflict, value: Value) -> Kind:
    """The kind that makes the op. Raises DomainError ``mark_invalid`` for a value that nobody said."""
    if value not in conflict.sides + conflict.past:
        said = ", ".join(each[1] or each[0] for each in conflict.sides)
        raise DomainError("mark_invalid", value=(value[1] or value[0])[:20], allowed=said)
    return KINDS[conflict.kind]


def _names(session: Session, spoken: Iterable[Spoken]) -> dict[str, str]:
    wanted = {one.op.author_id for one in spoken if one.op.author_id}
    return {row.id: full_name(row) for row in session.scalars(select(Person).where(Person.id.in_(wanted)))}


def _devices(session: Session, spoken: Iterable[Spoken]) -> dict[str, str]:
    origins = {one.op.origin for one in spoken}
    rows = session.execute(select(Device.origin, Device.name).where(Device.origin.in_(origins)))
    return {origin: name or origin for origin, name in rows}



