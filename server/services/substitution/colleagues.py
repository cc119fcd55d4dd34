"""Who could stand in for somebody: what each teaches, which classes they know, and when they work."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from server.models import Course, CourseTeacher, Person, RoleGrant, WorkSchedule
from server.services.days.reading import Facts
from server.services.people import short_name
from server.services.works import current

TEACHING = ("class_teacher", "subject_teacher", "network_teacher", "deputy_studies", "deputy_upbringing", "director")


@dataclass(frozen=True)
class Hours:
    """A working schedule. ``days``: weekday 1–7 → (kind, from, to), "" where no time is named; a day without an entry
    is a working day. ``most_*``: lessons, None where nothing limits them."""

    since: date
    until: date | None
    most_a_week: int | None
    most_a_day: int | None
    days: Mapping[int, tuple[str, str, str]]


@dataclass(frozen=True)
class Colleague:
    """``groups``: ids of groups taught, with the classes of subgroups; ``leads``: classes whose class teacher it is."""

    id: str
    name: str
    subjects: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = field(default=())

    def hours_on(self, day: date) -> Hours | None:
        """The schedule of a day: the newest that has begun and is not over."""
        valid = [one for one in self.hours if one.since <= day and (one.until is None or one.until >= day)]
        return max(valid, key=lambda one: one.since, default=None)

    def kept_by(self, day: date, starts: str, ends: str) -> str:
        """What in the schedule speaks against a lesson: "", "methodical", "off", or "hours" (outside of them)."""
        hours = self.hours_on(day)
        kind, since, until = hours.days.get(day.isoweekday(), ("work", "", "")) if hours else ("work", "", "")
        if kind != "work":
            return kind
        outside = (since and starts and starts < since) or (until and ends and ends > until)
        return "hours" if outside else ""


def read(session: Session, first: date, last: date, facts: Facts, holding: Collection[str]) -> dict[str, Colleague]:
    """All who teach or may teach between the days, by id; ``holding``: who holds lessons then. Four queries."""
    subjects: dict[str, set[str]] = {}
    groups: dict[str, set[str]] = {}
    for person_id, subject_id, group_id in session.execute(
        select(CourseTeacher.person_id, Course.subject_id, Course.group_id).join(Course)
        .where(current(CourseTeacher.since, CourseTeacher.until, first, last))
    ):  # fmt: skip
        subjects.setdefault(person_id, set()).add(subject_id)
        groups.setdefault(person_id, set()).update((group_id, facts.class_of(group_id).id))
    leads: dict[str, set[str]] = {}
    granted = set()
    for person_id, role, group_id in session.execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.group_id)
        .where(RoleGrant.role.in_(TEACHING), current(RoleGrant.since, RoleGrant.until, first, last))
    ):  # fmt: skip
        granted.add(person_id)
        if role == "class_teacher" and group_id:
            leads.setdefault(person_id, set()).add(group_id)
    everybody = {*subjects, *granted, *holding}
    people = session.execute(
        select(Person.id, Person.last_name, Person.first_name, Person.middle_name)
        .where(Person.id.in_(everybody), func.coalesce(Person.left_on, date.max) > first)
    ).all()  # fmt: skip
    hours = _hours(session, first, last)
    return {
        row.id: Colleague(row.id, short_name(row), frozenset(subjects.get(row.id, ())),
                          frozenset(groups.get(row.id, ())), frozenset(leads.get(row.id, ())),
                          tuple(hours.get(row.id, ())))
        for row in people
    }  # fmt: skip


def _hours(session: Session, first: date, last: date) -> dict[str, list[Hours]]:
    found: dict[str, list[Hours]] = {}
    rows = session.scalars(
        select(WorkSchedule).options(selectinload(WorkSchedule.days))
        .where(WorkSchedule.since <= last, or_(WorkSchedule.until.is_(None), WorkSchedule.until >= first))
    )  # fmt: skip
    for row in rows:
        days = {day.weekday: (day.kind, day.starts or "", day.ends or "") for day in row.days}
        found.setdefault(row.person_id, []).append(
            Hours(row.since, row.until, row.most_a_week, row.most_a_day, days)
        )
    return found
