"""Roles and the operators' rota: what is granted to whom, on what, from when until when."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, bindparam, exists, false, literal, null, or_, select
from sqlalchemy.orm import Session, aliased

from server import policy, store
from server.errors import DomainError
from server.models import Account, Course, CourseTeacher, DutyRota, Group, Person, RoleGrant
from server.policy import Grant
from server.services.accounts import record
from server.services.people import full_name
from sync.ids import content_id


def grant_role(
    person_id: str, grant: Grant, since: date, until: date | None, now: datetime, by: str | None = None
) -> str:
    """Grant a role from a day on; the same grant twice is one. Returns its id.

    Raises DomainError person_unknown, value_invalid, group_unknown, course_unknown. ``by`` is an account.
    """
    if grant.role not in policy.TABLE:
        raise DomainError("value_invalid", field="role", value=grant.role)
    if until is not None and until < since:
        raise DomainError("value_invalid", field="until", value=until.isoformat())
    id = content_id("grant", person_id, grant.role, grant.group_id or "", grant.course_id or "", since.isoformat())

    def save(session: Session) -> str:
        if session.get(Person, person_id) is None:
            raise DomainError("person_unknown")
        if grant.group_id and session.get(Group, grant.group_id) is None:
            raise DomainError("group_unknown", name="")
        if grant.course_id and session.get(Course, grant.course_id) is None:
            raise DomainError("course_unknown")
        known = session.get(RoleGrant, id)
        if known is None:
            giver = _person_of(session, by)
            known = RoleGrant(id=id, person_id=person_id, since=since, granted_by=giver, **grant._asdict())
            session.add(known)
        known.until = until
        record(session, now, by, "role.grant", id)
        return id

    return store.write(save)


def end_role(grant_id: str, last_day: date, now: datetime, by: str) -> None:
    """Let a role end with a day; one that had not begun by then never counts.

    Raises DomainError not_found, and own_account when an administrator would end the role that lets them do this.
    """

    def save(session: Session) -> None:
        grant = session.get(RoleGrant, grant_id)
        if grant is None:
            raise DomainError("not_found")
        if grant.role == "admin" and grant.person_id == _person_of(session, by):
            raise DomainError("own_account")
        if last_day < grant.since:
            session.delete(grant)
        else:
            grant.until = last_day
        record(session, now, by, "role.end", grant_id)

    store.write(save)


def add_duty(person_id: str, since: datetime, until: datetime, now: datetime, by: str) -> None:
    """Put a person on the hotline's rota. Raises DomainError person_unknown, value_invalid."""
    if until <= since:
        raise DomainError("value_invalid", field="until", value=until.strftime("%H:%M"))
    id = content_id("duty", person_id, since.isoformat())

    def save(session: Session) -> None:
        if session.get(Person, person_id) is None:
            raise DomainError("person_unknown")
        session.merge(DutyRota(id=id, person_id=person_id, since=since, until=until))
        record(session, now, by, "duty.add", id)

    store.write(save)


def remove_duty(duty_id: str, now: datetime, by: str) -> None:
    """Take an entry off the rota; one that is gone already is no error."""

    def save(session: Session) -> None:
        entry = session.get(DutyRota, duty_id)
        if entry is not None:
            session.delete(entry)
            record(session, now, by, "duty.remove", duty_id)

    store.write(save)


@dataclass(frozen=True)
class GrantLine:
    """A role of a person: on which group or course ("" for the school), and whether it holds on the day asked about."""

    id: str
    role: str
    place: str
    since: date
    until: date | None
    holds: bool


@dataclass(frozen=True)
class Duty:
    """An entry of the rota."""

    id: str
    name: str
    since: datetime
    until: datetime


def of_person(session: Session, person_id: str, day: date) -> list[GrantLine]:
    """Everything ever granted to a person: what holds first, then the newest."""
    rows = session.execute(
        select(RoleGrant, Group.name, Course).outerjoin(Group, Group.id == RoleGrant.group_id)
        .outerjoin(Course, Course.id == RoleGrant.course_id).where(RoleGrant.person_id == person_id)
    )  # fmt: skip
    lines = [
        GrantLine(row.id, row.role, f"{course.group.name}, {course.subject.name}" if course else group or "",
                  row.since, row.until, row.until is None or row.until >= day)
        for row, group, course in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (not line.holds, -line.since.toordinal(), line.role, line.place))


def rota(session: Session, since: datetime) -> list[Duty]:
    """Duties that have not ended by a moment, the next first."""
    rows = session.execute(
        select(DutyRota, Person).join(Person, Person.id == DutyRota.person_id)
        .where(DutyRota.until > since).order_by(DutyRota.since)
    )  # fmt: skip
    return [Duty(row.id, full_name(person), row.since, row.until) for row, person in rows]


def operators(session: Session, day: date) -> list[tuple[str, str]]:
    """Slugs and names of those who may be put on the rota."""
    people = session.scalars(
        select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == "operator", _current(RoleGrant, day)).order_by(Person.last_name)
    )  # fmt: skip
    return [(person.slug, full_name(person)) for person in people.unique()]


def grants_of(session: Session, person_id: str, now: datetime, today: date) -> tuple[Grant, ...]:
    """What is granted to a person at this moment.

    Role grants that hold today (one on a class counts for its subgroups too), the courses taught today, each with its
    group; the operator's only while on the rota.
    """
    asked = {"person": person_id, "now": now, "today": today}
    found: set[Grant] = set()
    is_operator = on_duty = False
    for role, group_id, course_id, place, parent, child, duty in session.execute(_granted(), asked):
        is_operator, on_duty = is_operator or role == "operator", on_duty or bool(duty)
        if course_id:
            found |= {Grant(role, group, course_id) for group in (place, parent) if group}
        else:
            found |= {Grant(role, group) for group in (group_id, child) if group or not group_id}
    return policy.in_force(sorted(found, key=str), is_operator and on_duty)


@cache
def _granted() -> CompoundSelect[Any]:
    """SQL: role, group, course, the course's group and class, subgroup, whether on the rota.

    Every page asks it, so it is put together once; ``person``, ``now`` and ``today`` are filled in.
    """
    person_id, now, today = bindparam("person"), bindparam("now"), bindparam("today")
    part = aliased(Group)
    duty = exists().where(DutyRota.person_id == person_id, DutyRota.since <= now, DutyRota.until > now)
    roles = (
        select(RoleGrant.role, RoleGrant.group_id, RoleGrant.course_id, Group.id, Group.parent_id,
               part.id, and_(RoleGrant.role == "operator", duty))
        .outerjoin(Course, Course.id == RoleGrant.course_id).outerjoin(Group, Group.id == Course.group_id)
        .outerjoin(part, part.parent_id == RoleGrant.group_id)
        .where(RoleGrant.person_id == person_id, _current(RoleGrant, today))
    )  # fmt: skip
    taught = (
        select(literal("subject_teacher"), null(), CourseTeacher.course_id, Group.id, Group.parent_id, null(), false())
        .join(Course, Course.id == CourseTeacher.course_id).join(Group, Group.id == Course.group_id)
        .where(CourseTeacher.person_id == person_id, _current(CourseTeacher, today))
    )  # fmt: skip
    return roles.union_all(taught)


def _current(model: type[RoleGrant] | type[CourseTeacher], day: date | ColumnElement[Any]) -> ColumnElement[bool]:
    return (model.since <= day) & or_(model.until.is_(None), model.until >= day)


def _person_of(session: Session, account_id: str | None) -> str | None:
    account = session.get(Account, account_id) if account_id else None
    return account.person_id if account else None
