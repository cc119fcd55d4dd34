"""What the end of a term asks of a teacher: courses whose marks are not all decided, and marks from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import (
    Course,
    CourseTeacher,
    Group,
    LessonCourse,
    Membership,
    OutsideMark,
    Subject,
    Term,
    TermMark,
)
from server.services import grading_rules
from server.services.courses import TAUGHT
from server.services.works import current

BEFORE, AFTER = timedelta(days=5), timedelta(days=14)  # around a term's last day


@dataclass(frozen=True)
class Closing:
    """A course whose term ends, or ended lately: marks decided so far, of how many students."""

    course_id: str
    group: str
    subject: str
    term_id: str
    term: str
    ends_on: date
    decided: int
    students: int


def closing(session: Session, person_id: str, day: date) -> list[Closing]:
    """The courses that a person teaches, with lessons, whose term's marks are not all there; one query on most days."""
    terms = session.scalars(
        select(Term).where(Term.kind.in_(TAUGHT), Term.ends_on.between(day - AFTER, day + BEFORE))
    ).all()
    if not terms:
        return []
    courses = _courses(session, person_id, day)
    rules = grading_rules.read(session)
    counts = _decided(session, [course[0] for course in courses], [term.id for term in terms])
    found = []
    for course_id, group, subject, scale, grade, students in courses:
        rule = rules.rule(grade, scale, grading_rules.TERM, day)
        term = _term(terms, grade, rule.term_kind if rule else "")
        if rule is None or rule.formula == "none" or term is None:
            continue
        decided = counts.get((course_id, term.id), 0)
        if decided < students:
            found.append(Closing(course_id, group, subject, term.id, term.name, term.ends_on, decided, students))
    return sorted(found, key=lambda one: (one.ends_on, one.group, one.subject))


def offered(person_id: str, day: date) -> Select[tuple[int]]:
    """SQL: how many marks from elsewhere, brought by files, wait for a person's decision."""
    own = select(CourseTeacher.course_id).where(
        CourseTeacher.person_id == person_id, current(CourseTeacher.since, CourseTeacher.until, day)
    )
    return (
        select(func.count()).select_from(OutsideMark)
        .where(OutsideMark.state == "offered", OutsideMark.course_id.in_(own))
    )  # fmt: skip


def _courses(session: Session, person_id: str, day: date) -> Sequence[tuple]:
    """(course, class with the part's name, subject, its scale, grade, members of the group today)."""
    parent = aliased(Group)
    members = (
        select(func.count()).select_from(Membership)
        .where(Membership.group_id == Group.id, current(Membership.since, Membership.until, day))
        .correlate(Group).scalar_subquery()
    )  # fmt: skip
    name = func.coalesce(parent.name.concat(", ").concat(Group.name), Group.name)
    return session.execute(
        select(Course.id, name, Subject.name, Subject.scale, func.coalesce(Group.grade, parent.grade), members)
        .join(Group, Group.id == Course.group_id).join(Subject, Subject.id == Course.subject_id)
        .join(CourseTeacher, CourseTeacher.course_id == Course.id).outerjoin(parent, parent.id == Group.parent_id)
        .where(CourseTeacher.person_id == person_id, current(CourseTeacher.since, CourseTeacher.until, day),
               or_(CourseTeacher.is_lead.is_(True), Group.kind == "individual"),
               exists().where(LessonCourse.course_id == Course.id))
    ).all()  # fmt: skip


def _decided(session: Session, courses: Sequence[str], terms: Sequence[str]) -> dict[tuple[str, str], int]:
    rows = session.execute(
        select(TermMark.course_id, TermMark.term_id, func.count(TermMark.student_id.distinct()))
        .where(TermMark.course_id.in_(courses), TermMark.term_id.in_(terms), TermMark.value.is_not(None))
        .group_by(TermMark.course_id, TermMark.term_id)
    )  # fmt: skip
    return {(course_id, term_id): count for course_id, term_id, count in rows if term_id}


def _term(terms: Sequence[Term], grade: int | None, kind: str) -> Term | None:
    """Of the terms that hold for the grade, the one of the kind it is marked by; else any."""
    fitting = [term for term in terms if not term.grades or grade is None or grade in term.grades]
    return next((term for term in fitting if term.kind == kind), fitting[0] if fitting else None)
