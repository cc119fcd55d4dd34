"""Who is answerable for what: roles, who holds them since and until when, and which of them nobody can act in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from server.models import ROLES, Account, Course, Group, Person, RoleGrant, TeacherAbsence
from server.policy import TABLE, Action
from server.services.people import full_name, short_name

BY_TIMETABLE = {"subject_teacher"}  # come with the courses by themselves


@dataclass(frozen=True)
class Holder:
    """Somebody with a role; ``place``: class or course, "" for the school. ``holds``: on the day asked about, or later.

    ``signs_in`` False: without an open account nothing can be done with it.
    """

    id: str
    person_id: str
    slug: str
    name: str
    place: str
    since: date
    until: date | None
    holds: bool
    signs_in: bool


@dataclass(frozen=True)
class Duty:
    """A role with those who hold it and those who did."""

    role: str
    holders: tuple[Holder, ...]
    earlier: tuple[Holder, ...]


@dataclass(frozen=True)
class Worries:
    """What keeps days from being composed or approved. ``away``: short names of approvers who are away, until when;
    ``all_away``: nobody who approves is at work."""

    nobody_approves: bool
    nobody_composes: bool
    away: tuple[tuple[str, date], ...]
    all_away: bool

    def __bool__(self) -> bool:
        return self.nobody_approves or self.nobody_composes or bool(self.away)


def distribution(session: Session, day: date) -> list[Duty]:
    """All roles in the order of the school's offices, also those that nobody holds."""
    rows = session.execute(
        select(RoleGrant, Person, Group.name, Course, Account.is_active)
        .join(Person, Person.id == RoleGrant.person_id).outerjoin(Group, Group.id == RoleGrant.group_id)
        .outerjoin(Course, Course.id == RoleGrant.course_id).outerjoin(Account, Account.person_id == Person.id)
        .options(joinedload(Course.group), joinedload(Course.subject))
        .order_by(Person.last_name, Person.first_name, RoleGrant.since)
    )  # fmt: skip
    held: dict[str, list[Holder]] = {}
    for grant, person, group, course, active in rows:
        place = f"{course.group.name}, {course.subject.name}" if course else group or ""
        held.setdefault(grant.role, []).append(
            Holder(grant.id, person.id, person.slug, full_name(person), place, grant.since, grant.until,
                   grant.until is None or grant.until >= day, bool(active))
        )  # fmt: skip
    return [
        Duty(role, tuple(one for one in held.get(role, ()) if one.holds),
             tuple(one for one in held.get(role, ()) if not one.holds))
        for role in ROLES if role not in BY_TIMETABLE or role in held
    ]  # fmt: skip


def worries(session: Session, day: date) -> Worries:
    """Whether somebody who can sign in approves and composes days, and who of the approvers is away."""
    rows = session.execute(
        select(RoleGrant.role, Person, TeacherAbsence.until)
        .join(Person, Person.id == RoleGrant.person_id)
        .join(Account, and_(Account.person_id == Person.id, Account.is_active))
        .outerjoin(TeacherAbsence, and_(
            TeacherAbsence.person_id == Person.id, TeacherAbsence.since <= day, TeacherAbsence.until >= day,
            TeacherAbsence.first_n.is_(None), TeacherAbsence.ended_at.is_(None)))
        .where(RoleGrant.group_id.is_(None), RoleGrant.course_id.is_(None), RoleGrant.since <= day,
               or_(RoleGrant.until.is_(None), RoleGrant.until >= day), Person.left_on.is_(None))
    ).all()  # fmt: skip
    approve, compose = roles_with(Action.DAY_APPROVE), roles_with(Action.DAY_EDIT)
    approvers = {person.id: (short_name(person), until) for role, person, until in rows if role in approve}
    away = sorted((name, until) for name, until in approvers.values() if until is not None)
    return Worries(
        not approvers, not any(role in compose for role, _person, _until in rows), tuple(away),
        bool(approvers) and len(away) == len(approvers),
    )  # fmt: skip


def roles_with(action: Action) -> Iterable[str]:
    """The roles that give a right."""
    return frozenset(role for role, actions in TABLE.items() if action in actions)
