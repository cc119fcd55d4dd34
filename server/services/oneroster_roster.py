"""Reads who learns, works and is taught what at the school today, for a roster that other systems take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from server.models import (
    Course,
    CourseTeacher,
    Group,
    Guardianship,
    Membership,
    Person,
    RoleGrant,
    School,
    Term,
    Year,
)
from server.services.aside import asides, with_the_class
from server.services.calendar import TAUGHT
from server.services.imports.groups import by_grade
from server.services.imports.years import year_of

_Dated = TypeVar("_Dated", Membership, CourseTeacher, RoleGrant)


@dataclass
class Roster:
    """Everything of one day, each list in an order that only names and dates decide.

    ``members``: group → memberships; ``students``: course → memberships of its group, without those of a class who
    learn the subject at home; ``grants``: person → roles on the whole school.
    """

    school: School
    year: Year | None
    terms: list[Term]
    groups: dict[str, Group]
    classes: list[Group]
    courses: list[Course]
    people: list[Person] = field(default_factory=list)
    members: dict[str, list[Membership]] = field(default_factory=dict)
    teachers: dict[str, list[CourseTeacher]] = field(default_factory=dict)
    grants: dict[str, list[RoleGrant]] = field(default_factory=dict)
    class_teachers: dict[str, list[RoleGrant]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    guardians: dict[str, list[str]] = field(default_factory=dict)
    home: dict[str, Group] = field(default_factory=dict)
    staff: set[str] = field(default_factory=set)
    students: dict[str, list[Membership]] = field(default_factory=dict)

    def grade(self, group_id: str) -> int | None:
        """The grade of a group or of the class it is part of."""
        group = self.groups[group_id]
        return group.grade or (self.groups[group.parent_id].grade if group.parent_id else None)

    def home_grade(self, person_id: str) -> int | None:
        """The grade of a student, None for others."""
        return self.home[person_id].grade if person_id in self.home else None

    def is_student(self, person_id: str) -> bool:
        """Whether somebody is in a class."""
        return person_id in self.home

    def is_staff(self, person_id: str) -> bool:
        """Whether somebody works here."""
        return person_id in self.staff

    def agents(self, person_id: str) -> list[str]:
        """A student's guardians, or a guardian's children."""
        return self.guardians.get(person_id, []) or self.children.get(person_id, [])


def load(session: Session, today: date) -> Roster:
    """The school of a day; who has left is left out."""
    school = session.scalars(select(School)).one()
    year = year_of(session, today)
    groups = {group.id: group for group in session.scalars(select(Group).where(Group.closed_on.is_(None)))}
    roster = Roster(school, year, _terms(session, year), groups, _classes(groups), _courses(session, year, groups))
    people = {
        row.id: row
        for row in session.scalars(select(Person).where(or_(Person.left_on.is_(None), Person.left_on > today)))
    }
    _place(session, roster, people, today)
    _employ(session, roster, people, today)
    _bind(session, roster, people)
    known = {*roster.home, *roster.staff, *roster.children}
    roster.people = sorted((people[id] for id in known), key=lambda one: _order(roster, one))
    for lists in (roster.children, roster.guardians):
        rank = {person.id: number for number, person in enumerate(roster.people)}
        for id in lists:
            lists[id].sort(key=rank.__getitem__)
    return roster


def _order(roster: Roster, person: Person) -> tuple:
    group = roster.home.get(person.id)
    kind = 0 if group else 1 if roster.is_staff(person.id) else 2
    return (kind, by_grade(group) if group else (0, ""), *_name(person))


def _name(person: Person) -> tuple[str, str, str, str, str]:
    return person.last_name, person.first_name, person.middle_name, person.phone, person.id


def _terms(session: Session, year: Year | None) -> list[Term]:
    query = select(Term).where(Term.year_id == (year.id if year else ""), Term.kind.in_(TAUGHT))
    return list(session.scalars(query.order_by(Term.starts_on, Term.ends_on, Term.name)))


def _classes(groups: dict[str, Group]) -> list[Group]:
    return sorted((group for group in groups.values() if group.kind == "class"), key=by_grade)


def _courses(session: Session, year: Year | None, groups: dict[str, Group]) -> list[Course]:
    query = select(Course).where(Course.year_id == (year.id if year else "")).options(joinedload(Course.subject))
    return sorted((row for row in session.scalars(query) if row.group_id in groups), key=lambda row: _rank(groups, row))


def _rank(groups: dict[str, Group], course: Course) -> tuple:
    group = groups[course.group_id]
    whole = groups.get(group.parent_id or "", group)
    return (*by_grade(whole), course.subject.name, group.kind, group.name)


def _current(session: Session, model: type[_Dated], today: date, people: dict[str, Person]) -> Sequence[_Dated]:
    query = select(model).where(or_(model.until.is_(None), model.until >= today))
    rows = [row for row in session.scalars(query) if row.person_id in people]
    return sorted(rows, key=lambda row: (*_name(people[row.person_id]), row.since))


def _place(session: Session, roster: Roster, people: dict[str, Person], today: date) -> None:
    for row in _current(session, Membership, today, people):
        roster.members.setdefault(row.group_id, []).append(row)
    for group in roster.classes:
        for row in roster.members.setdefault(group.id, []):
            roster.home.setdefault(row.person_id, group)
    apart = asides(session)
    for course in roster.courses:
        group, rows = roster.groups[course.group_id], roster.members.get(course.group_id, [])
        if group.kind == "class":
            together = set(with_the_class(apart, (row.person_id for row in rows), group, course.subject.name, today))
            rows = [row for row in rows if row.person_id in together]
        roster.students[course.id] = rows


def _employ(session: Session, roster: Roster, people: dict[str, Person], today: date) -> None:
    for grant in _current(session, RoleGrant, today, people):
        if grant.person_id in roster.home:
            continue
        if grant.group_id is None and grant.course_id is None:
            roster.grants.setdefault(grant.person_id, []).append(grant)
        elif grant.role == "class_teacher" and grant.group_id in roster.groups:
            roster.class_teachers.setdefault(grant.group_id, []).append(grant)
        else:
            continue
        roster.staff.add(grant.person_id)
    for grants in roster.grants.values():
        grants.sort(key=lambda grant: (grant.role != "director", grant.role != "subject_teacher", grant.role))
    taught = {course.id for course in roster.courses}
    for row in _current(session, CourseTeacher, today, people):
        if row.course_id in taught and row.person_id not in roster.home:
            roster.teachers.setdefault(row.course_id, []).append(row)
            roster.staff.add(row.person_id)
    for rows in roster.teachers.values():
        rows.sort(key=lambda row: not row.is_lead)


def _bind(session: Session, roster: Roster, people: dict[str, Person]) -> None:
    for row in session.scalars(select(Guardianship).where(Guardianship.may_receive)):
        if row.student_id in roster.home and row.guardian_id in people and row.guardian_id not in roster.home:
            roster.children.setdefault(row.guardian_id, []).append(row.student_id)
            roster.guardians.setdefault(row.student_id, []).append(row.guardian_id)
