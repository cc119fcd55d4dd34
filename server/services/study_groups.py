"""Study groups: students of several classes taught together, from a day until a day, in subjects of their own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.importers.groups import group_slug
from server.models import Course, CourseTeacher, Group, Membership, Person, School, Subject
from server.services import home_lessons, works
from server.services.accounts import record
from server.services.content_draft import clean
from server.services.home_teaching import set_courses, year_at
from server.services.movement import FAR, Clerk
from server.services.people import folded, full_name, short_name
from server.services.study_hours import Hour, end_hours, hours_of
from server.services.works import current
from sync.ids import content_id

KIND = "study"
DAY = timedelta(days=1)
LONGEST_NAME = 60  # characters
FEWEST = 2  # students: a group of one would tell of that one


@dataclass(frozen=True)
class StudyLine:
    """A study group as lists show it."""

    slug: str
    name: str
    students: int
    subjects: tuple[str, ...]
    closed_on: date | None


@dataclass(frozen=True)
class Member:
    """A student and the class; ``since``, ``until``: of the stay in the study group."""

    id: str
    slug: str
    name: str
    klass: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class StudyCourse:
    """A subject of a study group and who is answerable for it."""

    id: str
    subject_id: str
    subject: str
    teacher_id: str
    teacher: str


@dataclass(frozen=True)
class StudyGroup:
    """A study group with all that its page shows; ``members``: those of the day and those to come."""

    id: str
    slug: str
    name: str
    shift: int
    grade: int | None
    closed_on: date | None
    members: tuple[Member, ...]
    courses: tuple[StudyCourse, ...]
    hours: tuple[Hour, ...]


@dataclass(frozen=True)
class Draft:
    """A study group to be made. ``teachers``: subject → teacher, ids; "" where nobody is known yet."""

    name: str
    members: frozenset[str]
    teachers: Mapping[str, str]
    since: date
    shift: int = 1


def listed(session: Session, day: date) -> list[StudyLine]:
    """All study groups, the open ones first, by name."""
    counted = dict(session.execute(
        select(Membership.group_id, func.count()).join(Group, Group.id == Membership.group_id)
        .where(Group.kind == KIND, current(Membership.since, Membership.until, day, date.max))
        .group_by(Membership.group_id)
    ).all())  # fmt: skip
    subjects: dict[str, list[str]] = {}
    for group_id, name in session.execute(
        select(Course.group_id, Subject.name).join(Subject, Subject.id == Course.subject_id)
        .join(Group, Group.id == Course.group_id).where(Group.kind == KIND).order_by(Subject.name)
    ):  # fmt: skip
        subjects.setdefault(group_id, []).append(name)
    rows = session.scalars(select(Group).where(Group.kind == KIND))
    return [
        StudyLine(row.slug, row.name, counted.get(row.id, 0), tuple(dict.fromkeys(subjects.get(row.id, ()))),
                  row.closed_on)
        for row in sorted(rows, key=lambda row: (row.closed_on is not None, folded(row.name)))
    ]  # fmt: skip


def by_slug(session: Session, slug: str) -> Group:
    """Raises DomainError group_unknown."""
    group = session.scalars(select(Group).where(Group.slug == slug, Group.kind == KIND)).first()
    if group is None:
        raise DomainError("group_unknown", name=slug[:40])
    return group


def page(session: Session, slug: str, day: date) -> StudyGroup:
    """Raises DomainError group_unknown."""
    group = by_slug(session, slug)
    stays = session.execute(
        select(Membership, Person).join(Person, Person.id == Membership.person_id)
        .where(Membership.group_id == group.id, current(Membership.since, Membership.until, day, date.max))
    ).all()  # fmt: skip
    classes = _classes(session, [person.id for _stay, person in stays], day)
    members = [
        Member(person.id, person.slug, full_name(person), classes.get(person.id, ""), stay.since, stay.until)
        for stay, person in stays
    ]
    return StudyGroup(
        group.id, group.slug, group.name, group.shift, group.grade, group.closed_on,
        tuple(sorted(members, key=lambda one: folded(one.name))), tuple(_courses(session, group.id, day)),
        tuple(hours_of(session, group.id, day)),
    )  # fmt: skip


def candidates(session: Session, day: date) -> dict[str, list[Member]]:
    """The students of every class on a day: name of the class → its students by name, the lowest grade first."""
    rows = session.execute(
        select(Person, Group.name).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.kind == "class", Group.closed_on.is_(None), current(Membership.since, Membership.until, day))
        .order_by(Group.grade, Group.name)
    )  # fmt: skip
    found: dict[str, list[Member]] = {}
    for person, name in rows:
        found.setdefault(name, []).append(Member(person.id, person.slug, full_name(person), name))
    return {name: sorted(own, key=lambda one: folded(one.name)) for name, own in found.items()}


def create(draft: Draft, clerk: Clerk) -> str:
    """Make a study group; returns its slug.

    Raises DomainError field_needed, text_long, study_members_needed, value_invalid, person_unknown.
    """
    name = " ".join(clean(draft.name).split())
    if not name:
        raise DomainError("field_needed", field=_l("name"))
    if len(name) > LONGEST_NAME:
        raise DomainError("text_long", length=len(name), limit=LONGEST_NAME)
    if len(draft.members) < FEWEST:
        raise DomainError("study_members_needed")
    _near(draft.since, clerk.today)
    if not draft.teachers:
        raise DomainError("field_needed", field=_l("subjects"))

    def save(session: Session) -> str:
        slug = group_slug(name, set(session.scalars(select(Group.slug))))
        school = session.scalars(select(School)).one()
        grades, languages = _grades(session, draft.members, draft.since)
        group = Group(
            id=content_id("group", school.id, slug), slug=slug, name=name, kind=KIND, shift=draft.shift,
            grade=grades.pop() if len(grades) == 1 else None, language=languages.pop() if len(languages) == 1 else "",
        )  # fmt: skip
        session.add(group)
        session.flush()
        _join(session, group, draft.members, draft.since)
        set_courses(session, group, year_at(session, draft.since), draft.teachers, draft.since)
        record(session, clerk.now, clerk.account_id, "study.create", group.id)
        return slug

    return store.write(save)


def set_members(slug: str, wanted: Collection[str], since: date, clerk: Clerk) -> None:
    """From a day on exactly these students belong to it; who joins gets the works that are published already.

    Raises DomainError group_unknown, study_closed, study_members_needed, person_unknown.
    """
    if len(set(wanted)) < FEWEST:
        raise DomainError("study_members_needed")
    _near(since, clerk.today)

    def save(session: Session) -> None:
        group = _open(session, slug)
        stays = session.scalars(
            select(Membership).where(Membership.group_id == group.id,
                                     current(Membership.since, Membership.until, since, date.max))
        ).all()  # fmt: skip
        for stay in stays:
            if stay.person_id not in wanted:
                _leave(session, stay, since - DAY)
        _join(session, group, set(wanted) - {stay.person_id for stay in stays}, since)
        works.give_to_joiners(session, max(clerk.today, since), clerk.now, clerk.randbelow)
        record(session, clerk.now, clerk.account_id, "study.members", group.id)

    store.write(save)


def set_teachers(slug: str, teachers: Mapping[str, str], since: date, clerk: Clerk) -> None:
    """Subjects of the group and who teaches each from a day on; subjects that are new are added.

    Raises DomainError group_unknown, study_closed, value_invalid.
    """
    _near(since, clerk.today)

    def save(session: Session) -> None:
        group = _open(session, slug)
        set_courses(session, group, year_at(session, since), teachers, since)
        home_lessons.plan(session, group.id, clerk)
        record(session, clerk.now, clerk.account_id, "study.teachers", group.id)

    store.write(save)


def end(slug: str, last: date, clerk: Clerk) -> None:
    """The group ends with this day: its students leave it, later lessons are withdrawn; marks and works stay.

    Until that day it is a group as any other; it is closed once the day has come.

    Raises DomainError group_unknown, study_closed, value_invalid.
    """
    _near(last, clerk.today)
    if last < clerk.today - DAY:
        raise DomainError("value_invalid", field=_l("last day"), value=last)

    def save(session: Session) -> None:
        group = _open(session, slug)
        for stay in session.scalars(select(Membership).where(Membership.group_id == group.id,
                                                             current(Membership.since, Membership.until, last,
                                                                     date.max))):  # fmt: skip
            _leave(session, stay, last)
        end_hours(session, group.id, last, clerk)
        if last <= clerk.today:
            group.closed_on = last
        record(session, clerk.now, clerk.account_id, "study.end", group.id)

    store.write(save)


def _near(day: date, today: date) -> None:
    if abs(day - today) > FAR:
        raise DomainError("value_invalid", field=_l("date"), value=day)


def _open(session: Session, slug: str) -> Group:
    group = by_slug(session, slug)
    if group.closed_on is not None:
        raise DomainError("study_closed")
    return group


def _join(session: Session, group: Group, people: Collection[str], since: date) -> None:
    if len(set(session.scalars(select(Person.id).where(Person.id.in_(people))))) != len(set(people)):
        raise DomainError("person_unknown")
    for person_id in sorted(people):
        id = content_id("membership", person_id, group.id, since.isoformat())
        session.add(Membership(id=id, person_id=person_id, group_id=group.id, since=since))
    session.flush()


def _leave(session: Session, stay: Membership, last: date) -> None:
    """One that had not begun by then never was."""
    if stay.since > last:
        session.delete(stay)
    else:
        stay.until = last
    session.flush()


def _classes(session: Session, people: Collection[str], day: date) -> dict[str, str]:
    return dict(session.execute(
        select(Membership.person_id, Group.name).join(Group, Group.id == Membership.group_id)
        .where(Group.kind == "class", Membership.person_id.in_(people),
               current(Membership.since, Membership.until, day))
    ).all())  # fmt: skip


def _grades(session: Session, people: Collection[str], day: date) -> tuple[set[int | None], set[str]]:
    rows = session.execute(
        select(Group.grade, Group.language).join(Membership, Membership.group_id == Group.id)
        .where(Group.kind == "class", Membership.person_id.in_(people),
               current(Membership.since, Membership.until, day)).distinct()
    ).all()  # fmt: skip
    return {row.grade for row in rows}, {row.language for row in rows}


def _courses(session: Session, group_id: str, day: date) -> list[StudyCourse]:
    rows = session.execute(
        select(Course.id, Subject.id.label("subject"), Subject.name, Person)
        .join(Subject, Subject.id == Course.subject_id)
        .outerjoin(CourseTeacher, (CourseTeacher.course_id == Course.id) & CourseTeacher.is_lead
                   & current(CourseTeacher.since, CourseTeacher.until, day, date.max))
        .outerjoin(Person, Person.id == CourseTeacher.person_id)
        .where(Course.group_id == group_id).order_by(Subject.name)
    )  # fmt: skip
    found: dict[str, StudyCourse] = {}
    for id, subject_id, name, person in rows:
        found.setdefault(id, StudyCourse(id, subject_id, name, person.id if person else "",
                                         short_name(person) if person else ""))  # fmt: skip
    return list(found.values())
