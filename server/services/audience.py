"""To whom a message goes: the students of an audience, and whether somebody may speak to it."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import Course, Group, Membership, Person
from server.policy import Realm
from server.services import scopes, waiting
from server.services.works import current


def students_of(session: Session, group_ids: Collection[str] | None, day: date) -> list[str]:
    """Ids of who is in one of these groups, or in a part of one, on the day; None: everybody who is here."""
    part = aliased(Group)
    query = select(Membership.person_id).distinct().join(Person, Person.id == Membership.person_id).where(
        current(Membership.since, Membership.until, day), or_(Person.left_on.is_(None), Person.left_on > day)
    )  # fmt: skip
    if group_ids is not None:
        wanted = list(group_ids)
        of_part = exists().where(part.id == Membership.group_id, part.parent_id.in_(wanted))
        query = query.where(or_(Membership.group_id.in_(wanted), of_part))
    return sorted(session.scalars(query))


def with_phones(session: Session, realm: Realm, student_ids: Iterable[str], day: date) -> set[str]:
    """Of these students those whose families' phones somebody with this realm sees."""
    wanted = set(student_ids)
    if realm.everything or not wanted:
        return wanted
    taught = session.scalars(select(Course.group_id).where(Course.id.in_(realm.courses)))
    return wanted & set(students_of(session, {*realm.groups, *taught}, day))


def with_something_missing(session: Session, group_ids: Collection[str] | None, day: date) -> list[str]:
    """Of these students those with works past their date of control."""
    everything = Realm(True, frozenset(), frozenset())
    late = {line.student.id for line in waiting.missing(session, everything, day)}
    return [id for id in students_of(session, group_ids, day) if id in late]


def may_address(
    session: Session, realm: Realm, audience: str, group_ids: Collection[str], student_id: str | None, day: date
) -> bool:
    """Whether somebody with this realm may speak to the audience; no group named means the whole school."""
    if realm.everything:
        return True
    if audience == "student":
        return bool(student_id) and bool(scopes.of_student(session, student_id or "", day).groups & realm.groups)
    return audience != "school" and bool(group_ids) and set(group_ids) <= realm.groups
