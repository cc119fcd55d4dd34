"""Households as people look at them: what the lists proposed, what may be one family, and what a search finds."""

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.importers.addresses import read_place, same_place
from server.importers.people import MOST_SIBLINGS
from server.models import Group, Guardianship, Household, Membership, Person
from server.services.people import folded, full_name
from sync.canonical import digest

ALONE = "child-"  # begins the key of a child who has no household yet


@dataclass(frozen=True)
class Child:
    """A student of a household who is here. ``groups``: ids of all groups, ``classes``: names of the classes."""

    id: str
    slug: str
    name: str
    last_name: str
    classes: tuple[str, ...]
    groups: frozenset[str]


@dataclass(frozen=True)
class Adult:
    """A guardian of a household's children."""

    id: str
    name: str
    phone: str


@dataclass(frozen=True)
class Family:
    """A household with its children. ``base`` names this state of it: equal bases, equal state."""

    key: str
    address: str
    note: str
    confirmed: bool
    children: tuple[Child, ...]
    adults: tuple[Adult, ...]
    base: str
    common: tuple[str, ...] = ()  # phones of guardians of every child

    @property
    def groups(self) -> frozenset[str]:
        """All groups of its children."""
        return frozenset().union(*(child.groups for child in self.children))

    @property
    def one_name(self) -> bool:
        """Whether the children's surnames are one, feminine and masculine alike."""
        return all(alike(*pair) for pair in itertools.combinations((child.last_name for child in self.children), 2))

    @property
    def clear(self) -> bool:
        """A phone that is every child's, and one surname: may be confirmed with all the others at once."""
        return bool(self.common) and self.one_name


@dataclass(frozen=True)
class Perhaps:
    """Households that may be one family: a guardian or a phone in common. ``same_address``: that, too."""

    families: tuple[Family, ...]
    phones: tuple[str, ...]
    same_address: bool


@dataclass(frozen=True)
class Households:
    """All households that somebody may change."""

    families: dict[str, Family] = field(default_factory=dict)
    perhaps: tuple[Perhaps, ...] = ()

    @property
    def proposals(self) -> list[Family]:
        """Siblings put together by a list, to be confirmed."""
        found = [one for one in self.families.values() if not one.confirmed and len(one.children) > 1]
        return sorted(found, key=lambda one: (one.clear, folded(one.children[0].name)))

    def find(self, text: str, limit: int = 30) -> list[Family]:
        """Those with a child or an adult whose names begin with all the words typed."""
        words = folded(text).split()
        hits = [one for one in self.families.values() if words and any(_fits(words, name) for name in _names(one))]
        return sorted(hits, key=lambda one: folded(one.children[0].name))[:limit]


def alike(one: str, other: str) -> bool:
    """Surnames that differ by their ending only: Листов and Листова, Горский and Горская."""
    one, other = folded(one), folded(other)
    common = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
    return one == other or common >= max(3, len(one) - 2, len(other) - 2)


def base_of(key: str, row: Household | None, members: Iterable[str]) -> str:
    """What names the state of a household."""
    state = [row.address, row.note, row.confirmed] if row else []
    return digest([key, state, sorted(members)])[:24]


def read(session: Session, groups: Collection[str] | None, today: date) -> Households:
    """The households of children who are here; ``groups``: only with a child of one of these, None means all."""
    children = _children(session, today)
    adults = _adults(session, children)
    rows = {row.id: row for row in session.scalars(select(Household))}
    everybody: dict[str, list[str]] = {}
    for person_id, household_id in session.execute(
        select(Person.id, Person.household_id).where(Person.household_id.is_not(None))
    ):
        everybody.setdefault(household_id, []).append(person_id)
    home: dict[str, list[Child]] = {}
    for person_id, (household_id, child) in children.items():
        home.setdefault(household_id or f"{ALONE}{person_id}", []).append(child)
    known = {
        key: _family(key, rows.get(key), found, everybody.get(key, [found[0].id]), adults)
        for key, found in home.items()
    }  # fmt: skip
    mine = {key: one for key, one in known.items() if groups is None or one.groups & set(groups)}
    return Households(mine, tuple(_perhaps(known, mine, adults)))


def _children(session: Session, today: date) -> dict[str, tuple[str | None, Child]]:
    rows = session.execute(
        select(Person, Group).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(or_(Membership.until.is_(None), Membership.until >= today))
    ).all()  # fmt: skip
    groups: dict[str, list[Group]] = {}
    people: dict[str, Person] = {}
    for person, group in rows:
        people[person.id] = person
        groups.setdefault(person.id, []).append(group)
    return {
        id: (person.household_id, Child(
            id, person.slug, full_name(person), person.last_name,
            tuple(sorted(group.name for group in groups[id] if group.kind == "class")),
            frozenset(group.id for group in groups[id]),
        ))
        for id, person in people.items()
    }  # fmt: skip


def _adults(session: Session, children: Collection[str]) -> dict[str, list[Adult]]:
    found: dict[str, list[Adult]] = {}
    rows = session.execute(
        select(Guardianship.student_id, Person).join(Person, Person.id == Guardianship.guardian_id)
        .order_by(Person.last_name, Person.first_name, Person.id)
    )  # fmt: skip
    for student_id, person in rows:
        if student_id in children:
            found.setdefault(student_id, []).append(Adult(person.id, full_name(person), person.phone))
    return found


def _family(
    key: str, row: Household | None, children: Sequence[Child], everybody: Sequence[str],
    adults: dict[str, list[Adult]],
) -> Family:  # fmt: skip
    theirs = [adults.get(child.id, []) for child in children]
    phones = [{adult.phone for adult in own if adult.phone} for own in theirs]
    return Family(
        key, row.address if row else "", row.note if row else "", bool(row and row.confirmed),
        tuple(sorted(children, key=lambda child: folded(child.name))),
        tuple({adult.id: adult for own in theirs for adult in own}.values()),
        base_of(key, row, everybody), tuple(sorted(set.intersection(*phones))),
    )  # fmt: skip


def _perhaps(known: dict[str, Family], mine: dict[str, Family], adults: dict[str, list[Adult]]) -> Iterable[Perhaps]:
    """Households with a guardian's phone in common, unless a person confirmed each of them."""
    sharing: dict[str, set[str]] = {}
    for key, one in known.items():
        for adult in one.adults:
            if adult.phone:
                sharing.setdefault(adult.phone, set()).add(key)
    together: dict[frozenset[str], list[str]] = {}
    for phone, keys in sharing.items():
        if len(keys) > 1:
            together.setdefault(frozenset(keys), []).append(phone)
    for keys, phones in together.items():
        families = [known[key] for key in sorted(keys)]
        many = sum(len(one.children) for one in families) > MOST_SIBLINGS
        if many or all(one.confirmed for one in families) or not keys & mine.keys():
            continue
        places = [read_place(one.address) for one in families]
        same = all(same_place(*pair) for pair in itertools.combinations(places, 2))
        yield Perhaps(tuple(families), tuple(sorted(phones)), same)


def _names(family: Family) -> list[str]:
    return [*(child.name for child in family.children), *(adult.name for adult in family.adults)]


def _fits(words: Sequence[str], name: str) -> bool:
    parts = folded(name).split()
    return all(any(part.startswith(word) for part in parts) for word in words)
