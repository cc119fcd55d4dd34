"""One student's packs: who was meant, what was printed for them week by week, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Group, Membership, Pack, Person
from server.services import pack_steps, people_search
from server.services.pack_steps import Standing
from server.services.people import person_by_slug
from server.services.works import current


@dataclass(frozen=True)
class OnePack:
    """A pack in a list. ``name`` and ``slug``: of the student, ``group``: of the class now, "" for none."""

    code: str
    week: str
    edition: int
    supplement: bool
    reason: str | None
    pages: int | None
    printed_at: datetime | None
    where: Standing


def find(session: Session, typed: str, today: date) -> tuple[Person, Group]:
    """The student whose name (with the class, if need be) or slug was typed, and the class.

    Raises DomainError ``person_unknown``, ``student_several``.
    """
    person = session.scalar(select(Person).where(Person.slug == typed))
    if person is None:
        lines = people_search.search(session, typed, None, today, phones=False)
        found = {line.slug for line in lines if line.kind == "student"}
        if len(found) > 1:
            raise DomainError("student_several")
        person = person_by_slug(session, found.pop() if found else "")
    return person, class_of(session, person.id, today)


def class_of(session: Session, student_id: str, today: date) -> Group:
    """The class of a student on a day. Raises DomainError ``person_unknown`` for one who is in none."""
    group = session.scalars(
        select(Group).join(Membership, Membership.group_id == Group.id)
        .where(Membership.person_id == student_id, Group.kind == "class", Group.closed_on.is_(None),
               current(Membership.since, Membership.until, today))
    ).first()  # fmt: skip
    if group is None:
        raise DomainError("person_unknown")
    return group


def packs_of(session: Session, student_id: str, limit: int = 40) -> list[OnePack]:
    """The student's packs, the last one first."""
    rows = session.scalars(
        select(Pack).where(Pack.student_id == student_id)
        .order_by(Pack.week.desc(), Pack.edition_number.desc()).limit(limit)
    ).all()  # fmt: skip
    where = pack_steps.standings(session, [pack.id for pack in rows])
    return [
        OnePack(pack.code, pack.week, pack.edition_number, pack.supplement, pack.reason, pack.pages, pack.printed_at,
                where.get(pack.id, Standing()))
        for pack in rows
    ]  # fmt: skip
