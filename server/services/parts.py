"""Who is in which part of a class: the divisions of a class, the students in none, and placing them.

As long as a student is in no part of a division, the works of all its parts go to that student (works.members); so the
class teacher is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Course, Group, Membership, Person, Subject
from server.policy import Realm
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.courses import alphabetical
from server.services.imports.years import year_of
from server.services.people import full_name
from server.services.works import current


@dataclass(frozen=True)
class Pupil:
    """A student of a class and the part where he or she is; "" in none."""

    id: str
    name: str
    part_id: str = ""


@dataclass(frozen=True)
class Division:
    """Parts of a class that may meet at one time. ``subjects``: what is taught in them."""

    key: str
    subjects: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]  # id and name
    pupils: tuple[Pupil, ...]

    @property
    def unplaced(self) -> int:
        """How many students are in no part."""
        return sum(not pupil.part_id for pupil in self.pupils)


@dataclass(frozen=True)
class Unplaced:
    """A class with students who are in no part of some division."""

    slug: str
    name: str
    students: int


def divisions(session: Session, group: Group, day: date) -> list[Division]:
    """The divisions of a class with its students on a day; () for a class that is not divided."""
    parts = session.scalars(select(Group).where(
        Group.parent_id == group.id, Group.kind == "subgroup", Group.closed_on.is_(None)
    ).order_by(Group.name)).all()  # fmt: skip
    if not parts:
        return []
    stays = _stays(session, [group.id, *(part.id for part in parts)], day)
    people = session.scalars(select(Person).where(Person.id.in_(stays[group.id]))).all()
    ordered = sorted(people, key=lambda one: alphabetical(one.last_name, one.first_name))
    taught: dict[str, set[str]] = {}
    year = year_of(session, day)
    for part_id, subject in session.execute(
        select(Course.group_id, Subject.name).join(Subject, Subject.id == Course.subject_id)
        .where(Course.group_id.in_([part.id for part in parts]), Course.year_id == (year.id if year else ""))
    ):  # fmt: skip
        taught.setdefault(part_id, set()).add(subject)
    found = []
    for key in dict.fromkeys(part.division for part in parts):
        own = [part for part in parts if part.division == key]
        place = {student: part.id for part in own for student in stays.get(part.id, ())}
        subjects = sorted({subject for part in own for subject in taught.get(part.id, ())})
        pupils = tuple(Pupil(one.id, full_name(one), place.get(one.id, "")) for one in ordered)
        found.append(Division(key, tuple(subjects), tuple((part.id, part.name) for part in own), pupils))
    return found


def unplaced(session: Session, realm: Realm, day: date) -> list[Unplaced]:
    """The realm's classes with students in no part of a division, in two queries."""
    rows = session.scalars(select(Group).where(Group.kind.in_(("class", "subgroup")), Group.closed_on.is_(None))).all()
    parts: dict[str, list[Group]] = {}
    for part in rows:
        if part.kind == "subgroup":
            parts.setdefault(part.parent_id or "", []).append(part)
    classes = [one for one in rows if one.kind == "class" and one.id in parts]
    mine = [one for one in classes if realm.everything or one.id in realm.groups]
    ids = [one.id for one in mine] + [part.id for one in mine for part in parts[one.id]]
    stays = _stays(session, ids, day)
    found = []
    for group in sorted(mine, key=lambda one: (one.grade or 99, one.name)):
        lost: set[str] = set()
        for key in {part.division for part in parts[group.id]}:
            placed = {id for part in parts[group.id] if part.division == key for id in stays.get(part.id, ())}
            lost |= stays.get(group.id, set()) - placed
        if lost:
            found.append(Unplaced(group.slug, group.name, len(lost)))
    return found


def _stays(session: Session, group_ids: list[str], day: date) -> dict[str, set[str]]:
    rows = session.execute(
        select(Membership.group_id, Membership.person_id)
        .where(Membership.group_id.in_(group_ids), current(Membership.since, Membership.until, day))
    )  # fmt: skip
    found: dict[str, set[str]] = {id: set() for id in group_ids}
    for group_id, person_id in rows:
        found[group_id].add(person_id)
    return found


def place(group_id: str, chosen: Mapping[tuple[str, str], str], by: Author) -> int:
    """Put students into parts: (division, student) → part; returns how many changed. What is not named stays.

    Who was in no part is placed from the year's first day on, who changes the part from today. Raises DomainError
    bad_request for a part of another class or division and for somebody who is not of the class.
    """

    def write(session: Session) -> int:
        group = session.get(Group, group_id)
        known = {one.key: one for one in divisions(session, group, by.today)} if group else {}
        year = year_of(session, by.today)
        changed = 0
        for (key, student), part in chosen.items():
            division = known.get(key)
            pupil = next((one for one in division.pupils if one.id == student), None) if division else None
            if division is None or pupil is None or part not in dict(division.parts):
                raise DomainError("bad_request")
            if pupil.part_id != part:
                _move(session, pupil, part, year.starts_on if year else by.today, by)
                changed += 1
        if changed:
            record(session, by.now, by.account_id, "parts.save", group_id)
        return changed

    return store.write(write)


def _move(session: Session, pupil: Pupil, part: str, start: date, by: Author) -> None:
    if pupil.part_id:
        start = by.today
        for old in session.scalars(select(Membership).where(
            Membership.person_id == pupil.id, Membership.group_id == pupil.part_id,
            or_(Membership.until.is_(None), Membership.until >= by.today),
        )):  # fmt: skip
            if old.since >= by.today:
                session.delete(old)
            else:
                old.until = by.today - timedelta(days=1)
        session.flush()
    back = session.scalar(select(Membership).where(
        Membership.person_id == pupil.id, Membership.group_id == part, Membership.since == start
    ))  # fmt: skip
    if back is not None:
        back.until = None
    else:
        session.add(Membership(id=new_id(by.now), person_id=pupil.id, group_id=part, since=start))
