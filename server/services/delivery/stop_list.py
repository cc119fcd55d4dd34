"""Stops as people look at them: the round, who belongs to each, and whom a stop could be proposed for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.importers.addresses import read_place, same_place
from server.models import Connectivity, Group, Household, Membership, Person, Stop
from server.services.people import folded, full_name
from server.services.works import current

PAPER = "paper"


@dataclass(frozen=True)
class Kid:
    """A student who is here. ``household``: its id or "". ``paper``: the family is reached by paper."""

    id: str
    slug: str
    name: str
    group_id: str
    group_name: str
    grade: int
    household: str
    address: str
    stop_id: str | None
    paper: bool


@dataclass(frozen=True)
class StopLine:
    """A stop of the round. ``students``, ``families``: of those whom the viewer may see."""

    id: str
    name: str
    kind: str
    contact: str
    note: str
    days: int
    position: int
    closed_on: date | None
    students: int
    families: int


@dataclass(frozen=True)
class Proposal:
    """A student without a stop who perhaps belongs to one. ``why``: sibling (one of the household is there) or
    address (another household of that address is)."""

    kid: Kid
    stop_id: str
    stop_name: str
    why: str


def kids(session: Session, today: date, groups: Collection[str] | None) -> list[Kid]:
    """The students of the classes that somebody may see, class by class; None: of all."""
    query = (
        select(Person, Group, Household.address).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id).outerjoin(Household, Household.id == Person.household_id)
        .where(Group.kind == "class", current(Membership.since, Membership.until, today), Person.left_on.is_(None))
    )  # fmt: skip
    if groups is not None:
        query = query.where(Group.id.in_(list(groups)))
    rows = session.execute(query).all()
    paper = _on_paper(session, {person.id for person, *_rest in rows})
    found = {
        person.id: Kid(person.id, person.slug, full_name(person), group.id, group.name, group.grade or 99,
                       person.household_id or "", address or "", person.stop_id, person.id in paper)
        for person, group, address in rows
    }  # fmt: skip
    return sorted(found.values(), key=lambda kid: (kid.grade, kid.group_name, folded(kid.name), kid.id))


def round_of(session: Session, known: Iterable[Kid]) -> list[StopLine]:
    """All stops: those that are served in the order of the round, then the closed ones."""
    own: dict[str, list[Kid]] = {}
    for kid in known:
        own.setdefault(kid.stop_id or "", []).append(kid)
    rows = session.scalars(select(Stop).order_by(Stop.position, Stop.name))
    lines = [_line(stop, own.get(stop.id, [])) for stop in rows]
    return sorted(lines, key=lambda line: line.closed_on is not None)


def one(session: Session, stop_id: str, known: Iterable[Kid]) -> StopLine:
    """A stop. Raises DomainError stop_unknown."""
    stop = session.get(Stop, stop_id)
    if stop is None:
        raise DomainError("stop_unknown")
    return _line(stop, [kid for kid in known if kid.stop_id == stop_id])


def _line(stop: Stop, own: list[Kid]) -> StopLine:
    families = {kid.household or kid.id for kid in own}
    return StopLine(stop.id, stop.name, stop.kind, stop.contact, stop.note, stop.days, stop.position, stop.closed_on,
                    len(own), len(families))  # fmt: skip


def by_class(known: Iterable[Kid]) -> list[tuple[str, list[Kid]]]:
    """(name of a class, its students), in the order of the grades."""
    found: dict[str, list[Kid]] = {}
    for kid in known:
        found.setdefault(kid.group_name, []).append(kid)
    return list(found.items())


def together(known: Iterable[Kid], kid: Kid) -> list[Kid]:
    """The other students of a student's household."""
    return [one for one in known if kid.household and one.household == kid.household and one.id != kid.id]


def search(known: Iterable[Kid], typed: str, limit: int = 30) -> list[Kid]:
    """Students whose names begin with all the words typed."""
    words = folded(typed).split()
    hits = [kid for kid in known if words and _fits(words, folded(kid.name).split())]
    return hits[:limit]


def _fits(words: list[str], parts: list[str]) -> bool:
    return all(any(part.startswith(word) for part in parts) for word in words)


def proposals(session: Session, known: Iterable[Kid], served: dict[str, Stop]) -> list[Proposal]:
    """For students of families on paper, or with a sibling at a stop, who have none themselves: never silently.

    A household that is at two stops, or an address at two, proposes none.
    """
    everybody = list(known)
    of_household: dict[str, set[str]] = {}
    of_address: list[tuple[str, str]] = []
    for kid in everybody:
        if kid.stop_id in served and kid.household:
            of_household.setdefault(kid.household, set()).add(kid.stop_id or "")
            if kid.address:
                of_address.append((kid.address, kid.stop_id or ""))
    places = [(read_place(address), stop_id) for address, stop_id in of_address]
    found = []
    for kid in everybody:
        if kid.stop_id in served:
            continue
        stops, why = of_household.get(kid.household, set()), "sibling"
        if not stops and kid.paper and kid.address:
            mine = read_place(kid.address)
            stops, why = {stop_id for place, stop_id in places if same_place(mine, place)}, "address"
        if len(stops) == 1:
            [stop_id] = stops
            found.append(Proposal(kid, stop_id, served[stop_id].name, why))
    return found


def _on_paper(session: Session, student_ids: Collection[str]) -> set[str]:
    """Of these students those who are reached by paper, by the newest word on it."""
    rows = session.execute(
        select(Connectivity.student_id, Connectivity.channel)
        .where(Connectivity.student_id.in_(list(student_ids)))
        .order_by(Connectivity.recorded_on)
    )
    return {student for student, channel in dict(rows.all()).items() if channel == PAPER}


def stop_of(session: Session, person: Person) -> Stop | None:
    """The stop at which a student's paper is handed over, if it is served."""
    stop = session.get(Stop, person.stop_id) if person.stop_id else None
    return None if stop is None or stop.closed_on is not None else stop


def choices(session: Session, today: date) -> list[tuple[str, str]]:
    """(id, name) of the stops that are served, in the order of the round."""
    rows = session.execute(
        select(Stop.id, Stop.name)
        .where(or_(Stop.closed_on.is_(None), Stop.closed_on > today))
        .order_by(Stop.position, Stop.name)
    )
    return [(id, name) for id, name in rows]
