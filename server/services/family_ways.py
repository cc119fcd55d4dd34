"""How each family is reached: what was noted, and until then what lists and the survey say; who may be told what."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.models import Connectivity, ContactChannel, FamilyChannel, Group, Guardianship, Membership, Person
from server.services.household_view import ALONE
from server.services.people import folded, full_name
from server.services.works import current

PERSONAL = ("result", "reminder", "answer")  # kinds of message that speak of one child
SURVEYED = {"messenger": "messenger", "email": "email", "paper": "slip", "call": "call", "sms": "sms"}
USUAL = ("email", "messenger", "sms", "call", "slip")  # the order where nobody said another
UNSAID = 50  # positions of ways that nobody put in order begin here


@dataclass(frozen=True)
class Kid:
    """A student who is here; ``klass``: the name of the class, ``groups``: ids of all groups and their classes."""

    id: str
    slug: str
    name: str
    first_name: str
    last_name: str
    group_id: str
    klass: str
    language: str
    groups: frozenset[str] = frozenset()
    household: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Relative:
    """Somebody of the family: a guardian with the children about whom they may be told, or a student."""

    id: str
    name: str
    relation: str
    may: frozenset[str]
    is_student: bool = False


@dataclass(frozen=True)
class Way:
    """One way to reach one person; ``stored``: it was noted, else it follows from lists."""

    person_id: str
    channel: str
    address: str = ""
    position: int = UNSAID
    works: bool = True
    until: str | None = None
    consent: bool = False
    confirmed_on: date | None = None
    language: str = ""
    stored: bool = False


@dataclass(frozen=True)
class Home:
    """The children of one household, their people, and the ways to reach them in the family's order."""

    key: str
    children: tuple[Kid, ...]
    people: tuple[Relative, ...]
    ways: tuple[Way, ...] = field(default=())

    def person(self, id: str) -> Relative:
        """One of its people."""
        return next(person for person in self.people if person.id == id)

    def of(self, ids: Collection[str]) -> "Home":
        """The same home with these children only."""
        return replace(self, children=tuple(child for child in self.children if child.id in ids))


@dataclass(frozen=True)
class Reach:
    """A way that was chosen, and the children who are spoken of there."""

    way: Way
    children: tuple[Kid, ...]


def hindrance(way: Way, kind: str) -> str:
    """Why a message of this kind must not go this way: "" (it may), off, consent or unconfirmed.

    An SMS needs consent and a confirmed number whatever it says; what speaks of a child goes to a confirmed mailbox.
    """
    if not way.works:
        return "off"
    if way.channel == "sms" and not (way.consent and way.confirmed_on):
        return "consent" if not way.consent else "unconfirmed"
    if way.channel == "email" and kind in PERSONAL and not way.confirmed_on:
        return "unconfirmed"
    return ""


def covered(home: Home, way: Way, kind: str) -> frozenset[str]:
    """The children about whom this kind of message may go that way. Results are told to guardians."""
    person = home.person(way.person_id)
    every = frozenset(child.id for child in home.children)
    if person.is_student:
        return every & {person.id} if kind != "result" or way.channel == "slip" else frozenset()
    return every & person.may if kind in PERSONAL else every


def reach(home: Home, kind: str, channels: Collection[str] | None = None) -> tuple[list[Reach], tuple[Kid, ...]]:
    """The fewest ways, in the family's order, that tell of every child; and the children nobody can be told about.

    ``channels``: only these; None means all.
    """
    usable = [
        way for way in home.ways if (channels is None or way.channel in channels) and not hindrance(way, kind)
    ]
    left = {child.id for child in home.children}
    chosen: list[Reach] = []
    while left:
        told = [(way, covered(home, way, kind) & left) for way in usable]
        best = next((one for one in told if one[1] == left), None) or next((one for one in told if one[1]), None)
        if best is None:
            break
        way, ids = best
        chosen.append(Reach(way, tuple(child for child in home.children if child.id in ids)))
        left -= ids
    return chosen, tuple(child for child in home.children if child.id in left)


def homes(session: Session, student_ids: Collection[str], day: date) -> list[Home]:
    """The homes of these students, with only these children, by the first child's name."""
    kids = _kids(session, Person.id.in_(list(student_ids)), day)
    return homes_of(session, kids)


def homes_where(session: Session, condition: ColumnElement[bool], day: date) -> list[Home]:
    """The homes of the students of whom an SQL condition about Person holds, by the first child's name."""
    return homes_of(session, _kids(session, condition, day))


def homes_of(session: Session, kids: Mapping[str, Kid]) -> list[Home]:
    """The homes of students who are known already."""
    lists: dict[str, tuple[str, str]] = {kid.id: (kid.phone, kid.email) for kid in kids.values()}
    people = _people(session, kids, lists)
    noted = _noted(session, lists)
    asked = [id for id in kids if not any(one in noted for one in (id, *(way.id for way in people.get(id, ()))))]
    surveyed = _surveyed(session, asked) if asked else {}  # what was noted since says more than the survey
    together: dict[str, list[Kid]] = {}
    for kid in kids.values():
        together.setdefault(kid.household or f"{ALONE}{kid.id}", []).append(kid)
    found = []
    for key, own in together.items():
        children = tuple(sorted(own, key=lambda kid: folded(kid.name)))
        relatives: dict[str, Relative] = {}
        for child in children:
            for person in people.get(child.id, ()):
                known = relatives.get(person.id)
                relatives[person.id] = replace(known, may=known.may | person.may) if known else person
        for child in children:
            relatives[child.id] = Relative(child.id, child.name, "", frozenset({child.id}), True)
        known_ways = [way for id in relatives for way in noted.get(id, ())]
        preferred = next((surveyed[child.id] for child in children if child.id in surveyed), "")
        ways = with_lists(known_ways, list(relatives.values()), lists, preferred)
        found.append(Home(key, children, tuple(relatives.values()), tuple(ways)))
    return sorted(found, key=lambda home: folded(home.children[0].name))


def with_lists(
    noted: Sequence[Way], people: Sequence[Relative], lists: dict[str, tuple[str, str]], preferred: str
) -> list[Way]:
    """The noted ways in their order, then those that follow from lists (person → phone, e-mail) and the survey.

    A person whose way is noted gets no other of that channel from a list unless the list has another address.
    """
    known = {(way.person_id, way.channel, plain_address(way.address)) for way in noted}
    guessed: list[Way] = []
    for person in people:
        phone, email = lists.get(person.id, ("", ""))
        if email:
            guessed.append(Way(person.id, "email", email))
        if phone:
            guessed.append(Way(person.id, "call", phone))
            guessed.append(Way(person.id, "sms", phone))
            if preferred == "messenger" and not person.is_student:
                guessed.append(Way(person.id, "messenger", phone))
    adults = [person for person in people if not person.is_student and person.may]
    holders = adults[:1] or [person for person in people if person.is_student]
    guessed += [Way(person.id, "slip") for person in holders]
    order = [preferred, *USUAL] if preferred in USUAL else list(USUAL)
    students = {person.id for person in people if person.is_student}
    fresh = [way for way in guessed if (way.person_id, way.channel, plain_address(way.address)) not in known]
    if any(way.channel == "slip" for way in noted):
        fresh = [way for way in fresh if way.channel != "slip"]
    fresh.sort(key=lambda way: (way.person_id in students and way.channel != "slip", order.index(way.channel)))
    ordered = sorted(noted, key=lambda way: way.position)
    return ordered + [replace(way, position=UNSAID + number) for number, way in enumerate(fresh)]


def plain_address(address: str) -> str:
    """For comparing: of a phone its last ten figures, however it is written."""
    figures = re.sub(r"\D", "", address)
    return figures[-10:] if len(figures) >= 10 and "@" not in address else address.casefold()


def channels(session: Session) -> dict[str, ContactChannel]:
    """The ways to reach families by their code, in the school's order."""
    rows = session.scalars(select(ContactChannel).order_by(ContactChannel.position, ContactChannel.code))
    return {row.code: row for row in rows}


def _kids(session: Session, condition: ColumnElement[bool], day: date) -> dict[str, Kid]:
    rows = session.execute(
        select(Person, Group).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(condition, current(Membership.since, Membership.until, day))
        .order_by(Group.kind != "class", Group.name)
    ).all()  # fmt: skip
    found: dict[str, Kid] = {}
    for person, group in rows:
        ids = {group.id, group.parent_id} - {None}
        if person.id in found:
            found[person.id] = replace(found[person.id], groups=found[person.id].groups | ids)
        else:
            found[person.id] = Kid(person.id, person.slug, full_name(person), person.first_name, person.last_name,
                                   group.id, group.name, group.language, frozenset(ids), person.household_id or "",
                                   person.phone, person.email)  # fmt: skip
    return found


def _people(
    session: Session, kids: Collection[str], lists: dict[str, tuple[str, str]]
) -> dict[str, list[Relative]]:  # fmt: skip
    """By student the guardians; adds their phones and mailboxes to ``lists``."""
    rows = session.execute(
        select(Guardianship.student_id, Guardianship.relation, Guardianship.may_receive, Person)
        .join(Person, Person.id == Guardianship.guardian_id).where(Guardianship.student_id.in_(list(kids)))
        .order_by(Guardianship.may_receive.desc(), Person.last_name, Person.first_name, Person.id)
    ).all()  # fmt: skip
    found: dict[str, list[Relative]] = {}
    for student_id, relation, may_receive, person in rows:
        may = frozenset({student_id}) if may_receive else frozenset()
        lists[person.id] = (person.phone, person.email)
        found.setdefault(student_id, []).append(Relative(person.id, full_name(person), relation, may))
    return found


def _noted(session: Session, ids: Iterable[str]) -> dict[str, list[Way]]:
    found: dict[str, list[Way]] = {}
    for row in session.scalars(
        select(FamilyChannel).where(FamilyChannel.person_id.in_(list(ids))).order_by(FamilyChannel.position)
    ):
        found.setdefault(row.person_id, []).append(
            Way(row.person_id, row.channel, row.address, row.position, row.works, row.until, row.consent,
                row.confirmed_on, row.language, True)
        )  # fmt: skip
    return found


def _surveyed(session: Session, kids: Iterable[str]) -> dict[str, str]:
    """By student the channel of the newest survey, as families' channels are called."""
    rows = session.execute(
        select(Connectivity.student_id, Connectivity.channel).where(Connectivity.student_id.in_(list(kids)))
        .order_by(Connectivity.recorded_on)
    )  # fmt: skip
    return {student: SURVEYED[channel] for student, channel in rows if channel in SURVEYED}
