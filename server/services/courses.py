"""Courses as lists and headings name them, their terms, and how much in them waits to be checked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.errors import DomainError
from server.models import Course, CourseTeacher, Group, Person, Subject, Task, Term, Work, Year
from server.services.aside import INDIVIDUAL
from server.services.home_names import home_names
from server.services.works import current, states

TAUGHT = ("quarter", "half", "trimester")
_PLACES = str.maketrans({"ё": "е", "ү": "у\uffff\uffff", **{
    letter: f"{like}\uffff" for letter, like in zip("әғқңөұһі", "агкноухы", strict=True)
}})  # fmt: skip


@dataclass(frozen=True)
class GroupPlace:
    """Where a group stands, as ``works.members`` asks it: a class, a part of one, or apart."""

    id: str
    kind: str
    parent_id: str | None
    division: str


@dataclass(frozen=True)
class CourseHead:
    """A course as a list or a heading names it.

    ``grade``: a part of a class has the class's; ``scale``: the subject's own, if it has one.
    """

    id: str
    group_id: str
    group_slug: str
    group_name: str
    grade: int | None
    subject: str
    year_id: str
    starts_on: date
    ends_on: date
    place: GroupPlace
    scale: str | None = None
    teachers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """A term that is taught."""

    id: str
    name: str
    starts_on: date
    ends_on: date


def courses(
    session: Session, day: date, only: tuple[Collection[str], Collection[str]] | None = None
) -> list[CourseHead]:
    """The courses of the year that runs or ran last, class by class.

    ``only``: ids of groups and of courses; a class brings the courses of its subgroups.
    """
    year = select(Year.id).where(Year.starts_on <= day).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    query = _HEADS.where(Course.year_id == year)
    if only is not None:
        groups, ids = only
        query = query.where(or_(Group.id.in_(groups), Group.parent_id.in_(groups), Course.id.in_(ids)))
    found = with_teachers(session, _heads(session, query), day)
    return sorted(found, key=lambda head: (head.grade or 99, head.group_name, alphabetical(head.subject)))


def course(session: Session, course_id: str, day: date) -> CourseHead:
    """One course with its teachers of the day. Raises DomainError ``course_unknown``."""
    return with_teachers(session, [head(session, course_id)], day)[0]


def head(session: Session, course_id: str) -> CourseHead:
    """One course, without its teachers. Raises DomainError ``course_unknown``."""
    found = _heads(session, _HEADS.where(Course.id == course_id))
    if not found:
        raise DomainError("course_unknown")
    return found[0]


def with_teachers(session: Session, heads: Sequence[CourseHead], day: date) -> list[CourseHead]:
    """The same courses with their teachers of the day."""
    teachers = _teachers(session, [one.id for one in heads], day)
    return [replace(one, teachers=teachers.get(one.id, ())) for one in heads]


def of_group(session: Session, slug: str, day: date) -> list[CourseHead]:
    """The courses of a group and of its subgroups. Raises DomainError ``group_unknown``."""
    group_id = session.scalar(select(Group.id).where(Group.slug == slug))
    if group_id is None:
        raise DomainError("group_unknown", name=slug)
    return courses(session, day, ((group_id,), ()))


_Parent = aliased(Group)
_HEADS = (
    select(Course.id, Group.id, Group.slug, Group.name, func.coalesce(Group.grade, _Parent.grade), Subject.name,
           Year.id, Year.starts_on, Year.ends_on, Group.kind, Group.parent_id, Group.division, Subject.scale)
    .select_from(Course)
    .join(Group, Group.id == Course.group_id)
    .outerjoin(_Parent, _Parent.id == Group.parent_id)
    .join(Subject, Subject.id == Course.subject_id)
    .join(Year, Year.id == Course.year_id)
)  # fmt: skip


def _heads(session: Session, query: Select[Any]) -> list[CourseHead]:
    rows = session.execute(query).all()
    home = home_names(session, {row[1] for row in rows if row.kind == INDIVIDUAL})
    places = [GroupPlace(row[1], *row[9:12]) for row in rows]
    return [
        CourseHead(*row[:3], home.get(row[1], row[3]), *row[4:9], place, row.scale)
        for row, place in zip(rows, places, strict=True)
    ]


def _teachers(session: Session, course_ids: Sequence[str], day: date) -> dict[str, tuple[str, ...]]:
    rows = session.execute(
        select(CourseTeacher.course_id, Person.last_name, Person.first_name, Person.middle_name)
        .join(Person, Person.id == CourseTeacher.person_id)
        .where(CourseTeacher.course_id.in_(course_ids), current(CourseTeacher.since, CourseTeacher.until, day))
        .order_by(CourseTeacher.course_id, CourseTeacher.is_lead.desc(), Person.last_name)
    )
    return {
        course_id: tuple(" ".join(filter(None, names)) for _, *names in group)
        for course_id, group in groupby(rows, key=lambda row: row[0])
    }


def terms(session: Session, head: CourseHead) -> list[Stretch]:
    """The year's taught terms that hold for the course's grade, in order."""
    rows = session.scalars(
        select(Term).where(Term.year_id == head.year_id, Term.kind.in_(TAUGHT)).order_by(Term.starts_on)
    )
    return [
        Stretch(row.id, row.name, row.starts_on, row.ends_on)
        for row in rows if not row.grades or head.grade is None or head.grade in row.grades
    ]  # fmt: skip


def year_and_terms(session: Session, day: date, grade: int | None) -> tuple[tuple[date, date], list[Stretch]]:
    """First and last day of the year that runs or ran last (else the day itself), and its taught terms for a grade."""
    year = select(Year.id).where(Year.starts_on <= day).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    rows = session.execute(
        select(Year.starts_on, Year.ends_on, Term)
        .outerjoin(Term, and_(Term.year_id == Year.id, Term.kind.in_(TAUGHT)))
        .where(Year.id == year).order_by(Term.starts_on)
    ).all()  # fmt: skip
    if not rows:
        return (day, day), []
    terms = [row.Term for row in rows if row.Term is not None]
    return (rows[0].starts_on, rows[0].ends_on), [
        Stretch(term.id, term.name, term.starts_on, term.ends_on)
        for term in terms if not term.grades or grade is None or grade in term.grades
    ]  # fmt: skip


def running_term(session: Session, day: date) -> tuple[date, date]:
    """First and last day of the taught term that runs or ran last, else of the year."""
    year, terms = year_and_terms(session, day, None)
    begun = [term for term in terms if term.starts_on <= day]
    return (begun[-1].starts_on, begun[-1].ends_on) if begun else year


def group_names(session: Session, group_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Group → the name of its class (of a class its own) and the name of the part, or ""."""
    parent = aliased(Group)
    rows = session.execute(
        select(Group.id, Group.name, parent.name).outerjoin(parent, parent.id == Group.parent_id)
        .where(Group.id.in_(group_ids))
    )  # fmt: skip
    return {id: (class_name, name) if class_name else (name, "") for id, name, class_name in rows}


def to_check(session: Session, course_ids: Iterable[str]) -> dict[str, int]:
    """How many works of each course came back and wait for a decision."""
    rows = session.execute(
        select(Work.id, Task.course_id).join(Task, Task.id == Work.task_id)
        .where(Task.course_id.in_(list(course_ids)), Task.withdrawn.is_(False))
    ).all()  # fmt: skip
    state = states(session, [work_id for work_id, _ in rows])
    counts: dict[str, int] = {}
    for work_id, course_id in rows:
        if state[work_id].state == "returned":
            counts[course_id] = counts.get(course_id, 0) + 1
    return counts


def alphabetical(*names: str) -> tuple[str, ...]:
    """The order of a class list: Ё with Е, a Kazakh letter behind the one it is like, capitals like small letters."""
    return tuple(name.casefold().translate(_PLACES) for name in names)
