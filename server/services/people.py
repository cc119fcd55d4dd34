"""People as the office shows them: a class list, one student on a sheet, the staff."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from server.errors import DomainError
from server.models import (
    Account,
    Connectivity,
    Course,
    CourseTeacher,
    Group,
    Guardianship,
    Membership,
    Person,
    RoleGrant,
)
from server.policy import Realm
from server.services.works import current, members


def full_name(person: Person) -> str:
    """``Иванова Мария Петровна``: the order of class registers, in every language of the office."""
    return " ".join(part for part in (person.last_name, person.first_name, person.middle_name) if part)


def short_name(person: Any) -> str:
    """``Иванова М. П.``, of a Person or a row with its three names."""
    initials = " ".join(f"{part[0]}." for part in (person.first_name, person.middle_name) if part)
    return f"{person.last_name} {initials}".strip()


@dataclass(frozen=True)
class Guardian:
    """Who stands for a student."""

    name: str
    relation: str
    phone: str
    email: str
    may_receive: bool


@dataclass(frozen=True)
class Student:
    """A student in a class list or on a sheet; ``link`` is the newest word on connectivity."""

    id: str
    slug: str
    name: str
    birth_date: date | None
    phone: str
    email: str
    left_on: date | None
    guardians: tuple[Guardian, ...] = ()
    link: Connectivity | None = None
    large_print: bool = False


@dataclass(frozen=True)
class Sheet:
    """All about one student but the works."""

    student: Student
    groups: tuple[Group, ...]
    address: str
    siblings: tuple[tuple["Student", str], ...]  # with the names of their classes
    class_teachers: tuple[str, ...]


@dataclass
class Member:
    """A member of staff with roles (role, group's name) and courses (group, subject)."""

    id: str
    slug: str
    name: str
    phone: str
    email: str
    roles: list[tuple[str, str]] = field(default_factory=list)
    courses: list[tuple[str, str]] = field(default_factory=list)


def reachable(session: Session, realm: Realm) -> frozenset[str] | None:
    """Ids of the groups whose people a realm shows: with subgroups and classes of subgroups; None means all."""
    if realm.everything:
        return None
    rows = session.execute(select(Group.id, Group.parent_id)).all()
    taught = select(Course.group_id).where(Course.id.in_(realm.courses))
    own = realm.groups | (frozenset(session.scalars(taught)) if realm.courses else frozenset())
    children = {id for id, parent in rows if parent in own}
    parents = {parent for id, parent in rows if id in own and parent}
    return frozenset(own | children | parents)


def classes(session: Session, groups: Collection[str] | None) -> list[Group]:
    """Open classes and study groups, the lowest grade first; None means all."""
    rows = session.scalars(select(Group).where(Group.closed_on.is_(None), Group.kind.in_(("class", "study"))))
    chosen = [row for row in rows if groups is None or row.id in groups]
    return sorted(chosen, key=lambda row: (row.kind != "class", row.grade or 99, row.name))


def group_by_slug(session: Session, slug: str) -> Group:
    """Raises DomainError group_unknown."""
    group = session.scalar(select(Group).filter_by(slug=slug))
    if group is None:
        raise DomainError("group_unknown", name=slug)
    return group


def person_by_slug(session: Session, slug: str) -> Person:
    """Raises DomainError person_unknown."""
    person = session.scalar(select(Person).filter_by(slug=slug).options(joinedload(Person.household)))
    if person is None:
        raise DomainError("person_unknown")
    return person


def class_list(session: Session, group: Group, day: date) -> list[Student]:
    """The students of a group on a day, by name, with guardians and connectivity."""
    return students(session, members(session, group, day))


def students(session: Session, ids: Sequence[str]) -> list[Student]:
    """Students by name, with guardians and the last that is known of their connection, in one query."""
    adult = aliased(Person)
    people: dict[str, Person] = {}
    guardians: dict[str, dict[str, Guardian]] = {}
    links: dict[str, Connectivity] = {}
    for person, link, bond, guardian in session.execute(
        select(Person, Connectivity, Guardianship, adult)
        .outerjoin(Connectivity, Connectivity.student_id == Person.id)
        .outerjoin(Guardianship, Guardianship.student_id == Person.id)
        .outerjoin(adult, adult.id == Guardianship.guardian_id)
        .where(Person.id.in_(ids)).order_by(Connectivity.recorded_on, Guardianship.id)
    ):  # fmt: skip
        people[person.id] = person
        if link is not None:
            links[person.id] = link
        if bond is not None:
            known = guardians.setdefault(person.id, {})
            known[bond.id] = known.get(bond.id) or Guardian(
                full_name(guardian), bond.relation, guardian.phone, guardian.email, bond.may_receive
            )
    found = [
        Student(person.id, person.slug, full_name(person), person.birth_date, person.phone, person.email,
                person.left_on, tuple(guardians.get(person.id, {}).values()), links.get(person.id),
                person.large_print)
        for person in people.values()
    ]  # fmt: skip
    return sorted(found, key=lambda student: folded(student.name))


def sheet(session: Session, person: Person, day: date) -> Sheet:
    """One student. Raises DomainError person_unknown for somebody who never was one."""
    stays = _household_stays(session, person)
    own = tuple(_of_day(stays.get(person.id, ()), day))
    if not stays.get(person.id):
        raise DomainError("person_unknown")
    teachers = session.scalars(
        select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == "class_teacher", RoleGrant.group_id.in_([group.id for group in own]),
               current(RoleGrant.since, RoleGrant.until, day))
    )  # fmt: skip
    names = {id: sorted(group.name for group in _of_day(rows, day) if group.kind in ("class", "study"))
             for id, rows in stays.items() if id != person.id}  # fmt: skip
    known = {one.id: one for one in students(session, [person.id, *(id for id, groups in names.items() if groups)])}
    mine = known.pop(person.id)
    return Sheet(
        mine, own, person.household.address if person.household else "",
        tuple((one, ", ".join(names[one.id])) for one in known.values()), tuple(full_name(one) for one in teachers),
    )  # fmt: skip


def _household_stays(session: Session, person: Person) -> dict[str, list[tuple[Membership, Group]]]:
    """All memberships, past ones too, of a person and who lives in the same household, by person."""
    housed = Person.household_id == person.household_id if person.household_id else false()
    found: dict[str, list[tuple[Membership, Group]]] = {}
    for row, group in session.execute(
        select(Membership, Group).join(Group, Group.id == Membership.group_id)
        .join(Person, Person.id == Membership.person_id).where(or_(Person.id == person.id, housed))
    ):  # fmt: skip
        found.setdefault(row.person_id, []).append((row, group))
    return found


def _of_day(stays: Iterable[tuple[Membership, Group]], day: date) -> list[Group]:
    """The groups of the stays that hold on a day, the class first."""
    now = [group for row, group in stays if row.since <= day and (row.until is None or row.until >= day)]
    return sorted(now, key=lambda group: (group.kind != "class", group.name))


def known_groups(session: Session, person_id: str, day: date) -> list[Group]:
    """The groups of a student on a day, the class first. Raises DomainError person_unknown for who never was one."""
    stays = session.execute(
        select(Membership, Group).join(Group, Group.id == Membership.group_id).where(Membership.person_id == person_id)
    ).all()
    if not stays:
        raise DomainError("person_unknown")
    return _of_day([(row, group) for row, group in stays], day)


def groups_of(session: Session, person_id: str, day: date) -> tuple[Group, ...]:
    """The groups of a student on a day, the class first."""
    rows = session.scalars(
        select(Group).join(Membership, Membership.group_id == Group.id)
        .where(Membership.person_id == person_id, current(Membership.since, Membership.until, day))
    )  # fmt: skip
    return tuple(sorted(rows, key=lambda group: (group.kind != "class", group.name)))


def staff(session: Session, day: date) -> list[Member]:
    """Everybody who teaches, has a role or signs in, by name."""
    found: dict[str, Member] = {}

    def entry(person: Person) -> Member:
        return found.setdefault(
            person.id, Member(person.id, person.slug, full_name(person), person.phone, person.email)
        )

    for person, role, group in session.execute(
        select(Person, RoleGrant.role, Group.name).join(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(Group, Group.id == RoleGrant.group_id).where(current(RoleGrant.since, RoleGrant.until, day))
    ):  # fmt: skip
        entry(person).roles.append((role, group or ""))
    for teacher in session.scalars(
        select(CourseTeacher).where(current(CourseTeacher.since, CourseTeacher.until, day))
        .options(joinedload(CourseTeacher.person), joinedload(CourseTeacher.course).joinedload(Course.group),
                 joinedload(CourseTeacher.course).joinedload(Course.subject))
    ):  # fmt: skip
        entry(teacher.person).courses.append((teacher.course.group.name, teacher.course.subject.name))
    for person in session.scalars(select(Person).join(Account, Account.person_id == Person.id)):
        entry(person)
    for member in found.values():
        member.courses.sort()
    return sorted(found.values(), key=lambda member: folded(member.name))


def folded(text: str) -> str:
    """For comparing and sorting names: no case, ё as е."""
    return text.casefold().replace("ё", "е")
