"""Who is known under a name and birth date, or nearly so: asked before a student is added by hand."""

from datetime import date
from typing import Protocol

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.importers.names import identity, near_identity
from server.models import Membership, Person


class Named(Protocol):
    """A name in three parts and a birth date."""

    last: str
    first: str
    middle: str
    birth_date: date


def same(session: Session, wanted: Named) -> Person | None:
    """The student of exactly this name and birth date."""
    key = identity(wanted.last, wanted.first, wanted.middle)
    return next((one for one in _born(session, wanted.birth_date) if identity(*_parts(one)) == key), None)


def alike(session: Session, wanted: Named) -> Person | None:
    """A student born on that day whose name differs by ё and е, by the surname, or by a patronymic one side lacks."""
    whole = near_identity(wanted.last, wanted.first, wanted.middle)
    given = near_identity("", wanted.first, wanted.middle)
    short = near_identity(wanted.last, wanted.first, "")
    for person in _born(session, wanted.birth_date):
        last, first, middle = _parts(person)
        lacks = not (middle and wanted.middle)
        if (
            near_identity(last, first, middle) == whole
            or near_identity("", first, middle) == given
            or (lacks and near_identity(last, first, "") == short)
        ):
            return person
    return None


def _born(session: Session, day: date) -> list[Person]:
    is_student = exists().where(Membership.person_id == Person.id)
    return list(session.scalars(select(Person).where(Person.birth_date == day, is_student).order_by(Person.id)))


def _parts(person: Person) -> tuple[str, str, str]:
    return person.last_name, person.first_name, person.middle_name
