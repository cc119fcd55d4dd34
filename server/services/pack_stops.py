"""Which packs go to which stop: families together, and those without a stop to their class at school."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from printables.stopfile import Family
from server.errors import DomainError
from server.models import Group, Household, Person, School, Stop
from server.naming import klass
from server.services.courses import alphabetical
from server.services.people import folded


@dataclass(frozen=True)
class Place:
    """Where packs are handed over. ``key`` names its file: a stop's id, or ``class-<slug>`` for a class at school."""

    key: str
    name: str
    families: tuple[Family, ...]

    @property
    def students(self) -> tuple[str, ...]:
        """Everybody who gets a pack there, in the order of printing."""
        return tuple(student for family in self.families for student in family.students)


def places(session: Session, classes: Mapping[str, Collection[str]]) -> list[Place]:
    """The stops in the order of the round, then the classes at school. ``classes``: slug → students who get a pack."""
    by_class = {student: slug for slug, students in classes.items() for student in students}
    people = {
        person.id: person for person in session.scalars(select(Person).where(Person.id.in_(list(by_class))))
    }  # fmt: skip
    groups = {group.slug: group for group in session.scalars(select(Group).where(Group.slug.in_(list(classes))))}
    stops = {stop.id: stop for stop in session.scalars(select(Stop))}
    at: dict[str, list[str]] = {}
    for student, slug in by_class.items():
        at.setdefault(people[student].stop_id or f"class-{slug}", []).append(student)
    addresses = dict(session.execute(select(Household.id, Household.address)).all())
    with force_locale(session.scalars(select(School.locale)).one()):
        names = {f"class-{slug}": _("At school, %(name)s", name=klass(group.name)) for slug, group in groups.items()}
    order = [stop.id for stop in sorted(stops.values(), key=lambda stop: (stop.position, stop.name))]
    order += [f"class-{group.slug}" for group in sorted(groups.values(), key=_of_class)]
    ranks = {slug: place for place, slug in enumerate(sorted(groups, key=lambda slug: _of_class(groups[slug])))}
    return [
        Place(key, stops[key].name if key in stops else names[key],
              _families([people[student] for student in at[key]], {one: ranks[by_class[one]] for one in at[key]},
                        addresses))
        for key in order if key in at
    ]  # fmt: skip


def key_of(session: Session, typed: str) -> str:
    """The key of a stop as typed: its name, or its id; a class at school: ``class-<slug>``.

    Raises DomainError ``stop_name_unknown``.
    """
    if typed.startswith("class-"):
        return typed
    wanted = folded(typed)
    found = [stop.id for stop in session.scalars(select(Stop)) if stop.id == typed or folded(stop.name) == wanted]
    if len(found) != 1:
        raise DomainError("stop_name_unknown", name=typed[:40])
    return found[0]


def _of_class(group: Group) -> tuple[int, str]:
    return group.grade or 99, group.name


def _families(
    people: Sequence[Person], rank: Mapping[str, int], addresses: Mapping[str, str]
) -> tuple[Family, ...]:  # fmt: skip
    """Students by household, each family where its first name stands in the alphabet, the youngest class first."""
    found: dict[str, list[Person]] = {}
    for person in people:
        found.setdefault(person.household_id or person.id, []).append(person)
    for own in found.values():
        own.sort(key=lambda person: (rank[person.id], *_name(person), person.id))
    ordered = sorted(found.items(), key=lambda item: (*min(_name(person) for person in item[1]), item[0]))
    return tuple(
        Family(", ".join(dict.fromkeys(person.last_name for person in own)), addresses.get(household, ""),
               tuple(person.id for person in own))
        for household, own in ordered
    )  # fmt: skip


def _name(person: Person) -> tuple[str, ...]:
    return alphabetical(person.last_name, person.first_name)
