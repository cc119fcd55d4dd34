"""Roles and the operators' rota: what is granted to whom, on what, from when until when."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server import policy, store
from server.errors import DomainError
from server.models import Account, Course, CourseTeacher, DutyRota, Group, Person, RoleGrant
from server.policy import Grant
from server.services.accounts import record
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
    """Let a role end with a day; one that had not begun by then never counts. Raises DomainError not_found."""

    def save(session: Session) -> None:
        grant = session.get(RoleGrant, grant_id)
        if grant is None:
            raise DomainError("not_found")
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


def grants_of(session: Session, person_id: str, now: datetime, today: date) -> tuple[Grant, ...]:
    """What is granted to a person at this moment.

    Role grants that hold today (one on a class counts for its subgroups too), the courses taught today, each with its
    group; the operator's only while on the rota.
    """
    granted = session.scalars(
        select(RoleGrant).where(RoleGrant.person_id == person_id, _current(RoleGrant, today))
    ).all()
    course_ids, group_ids = {row.course_id for row in granted}, {row.group_id for row in granted}
    group_of = dict(session.execute(select(Course.id, Course.group_id).where(Course.id.in_(course_ids))).all())
    grants = {Grant(row.role, group_of.get(row.course_id, row.group_id), row.course_id) for row in granted}
    subgroups = session.execute(select(Group.parent_id, Group.id).where(Group.parent_id.in_(group_ids))).all()
    grants |= {
        Grant(row.role, child) for row in granted for parent, child in subgroups if row.group_id == parent
    }
    taught = session.execute(
        select(Course.group_id, Course.id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .where(CourseTeacher.person_id == person_id, _current(CourseTeacher, today))
    )
    grants |= {Grant("subject_teacher", group_id, course_id) for group_id, course_id in taught}
    return policy.in_force(sorted(grants, key=str), _on_duty(session, person_id, now))


def _on_duty(session: Session, person_id: str, now: datetime) -> bool:
    entry = select(DutyRota.id).where(DutyRota.person_id == person_id, DutyRota.since <= now, DutyRota.until > now)
    return session.scalar(entry.limit(1)) is not None


def _current(model: type[RoleGrant] | type[CourseTeacher], day: date) -> ColumnElement[bool]:
    return (model.since <= day) & or_(model.until.is_(None), model.until >= day)


def _person_of(session: Session, account_id: str | None) -> str | None:
    account = session.get(Account, account_id) if account_id else None
    return account.person_id if account else None
