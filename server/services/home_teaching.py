"""Students taught at home (на дому): from a day until a day, in chosen subjects, with a timetable of their own."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import (
    Course,
    CourseTeacher,
    Group,
    Membership,
    Movement,
    Person,
    Subject,
    WeeklyLesson,
    WeeklyLessonCourse,
    Year,
)
from server.services import home_lessons
from server.services.accounts import record
from server.services.home_lessons import Hour
from server.services.movement import HOME_TAUGHT, Clerk, Order, checked, fact_id
from server.services.people import folded, short_name
from server.services.works import current
from sync.canonical import digest
from sync.ids import content_id

DAY = timedelta(days=1)
NUMBERS = range(1, 13)  # lesson numbers that a home timetable may use
WEEKDAYS = range(1, 7)


@dataclass(frozen=True)
class Offer:
    """A subject: who teaches it, and for how many hours a week (of the class, or placed at home)."""

    subject_id: str
    name: str
    teacher_id: str
    teacher: str
    hours: float = 0


@dataclass(frozen=True)
class Home:
    """A student's home teaching. ``subjects``: id, name, teacher's id and short name; ``base`` names its hours."""

    group_id: str
    slug: str
    since: date
    until: date | None
    subjects: tuple[Offer, ...]
    hours: dict[Hour, str]
    base: str


def offers(session: Session, class_id: str, day: date) -> list[Offer]:
    """The subjects that a class and its parts have this year, by name, with the leading teacher of each."""
    year = year_at(session, day)
    rows = session.execute(
        select(Subject, Course.id).join(Course, Course.subject_id == Subject.id)
        .join(Group, Group.id == Course.group_id)
        .where(Course.year_id == year.id, Group.kind.in_(("class", "subgroup")),
               or_(Group.id == class_id, Group.parent_id == class_id))
        .order_by(Group.kind, Group.name)
    ).all()  # fmt: skip
    hours = dict(session.execute(
        select(WeeklyLessonCourse.course_id, func.sum(WeeklyLesson.hours_per_week))
        .join(WeeklyLesson, WeeklyLesson.id == WeeklyLessonCourse.weekly_lesson_id)
        .where(WeeklyLesson.withdrawn.is_(False)).group_by(WeeklyLessonCourse.course_id)
    ).all())  # fmt: skip
    leads = _leads(session, [course_id for _subject, course_id in rows], day)
    found: dict[str, Offer] = {}
    for subject, course_id in rows:
        if subject.id not in found:
            found[subject.id] = Offer(subject.id, subject.name, *leads[course_id], hours.get(course_id, 0))
    return sorted(found.values(), key=lambda one: folded(one.name))


def _leads(session: Session, course_ids: Collection[str], day: date) -> dict[str, tuple[str, str]]:
    """Of each course id and short name of who leads it on the day or will; empty where nobody does."""
    found = dict.fromkeys(course_ids, ("", ""))
    for course_id, person in session.execute(
        select(CourseTeacher.course_id, Person).join(Person, Person.id == CourseTeacher.person_id)
        .where(CourseTeacher.course_id.in_(course_ids),
               current(CourseTeacher.since, CourseTeacher.until, day, date.max))
        .order_by(CourseTeacher.is_lead.desc(), CourseTeacher.since.desc(), Person.id)
    ):  # fmt: skip
        if not found[course_id][0]:
            found[course_id] = person.id, short_name(person)
    return found


def of_student(session: Session, person_id: str, day: date) -> Home | None:
    """The home teaching that holds on a day or comes next."""
    row = session.execute(
        select(Membership, Group).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == person_id, Group.kind == "individual",
               or_(Membership.until.is_(None), Membership.until >= day)).order_by(Membership.since)
    ).first()  # fmt: skip
    if row is None:
        return None
    stay, group = row
    courses = session.execute(
        select(Course.id, Subject).join(Subject, Subject.id == Course.subject_id).where(Course.group_id == group.id)
    ).all()
    hours = home_lessons.hours_of(session, group.id)
    placed = Counter(hours.values())
    leads = _leads(session, [id for id, _subject in courses], day)
    subjects = [Offer(one.id, one.name, *leads[id], placed[one.id]) for id, one in courses]
    return Home(group.id, group.slug, stay.since, stay.until,
                tuple(sorted(subjects, key=lambda one: folded(one.name))), hours, _base(hours))  # fmt: skip


def _base(hours: Mapping[Hour, str]) -> str:
    return digest([[*hour, subject] for hour, subject in sorted(hours.items())])[:24]


def start(
    person_id: str, order: Order, until: date | None, teachers: Mapping[str, str], clerk: Clerk, name: str
) -> None:  # fmt: skip
    """Teach the student at home in these subjects (id → teacher's id, "" for nobody yet).

    ``name``: what the group is called, without any name of a person. Raises DomainError student_not_here,
    student_home_taught, field_needed, value_invalid, text_long, movement_order.
    """
    order = checked(order, clerk.today)
    if not teachers:
        raise DomainError("field_needed", field=_l("subjects"))
    if until is not None and until < order.on:
        raise DomainError("value_invalid", field=_l("last day"), value=until)

    def save(session: Session) -> None:
        year = year_at(session, order.on)
        stay, group = _class(session, person_id, order.on)
        last = min((end for end in (until, stay.until) if end is not None), default=None)
        _refuse_overlap(session, person_id, order.on, last)
        own = _own_group(session, person_id, group, name, clerk)
        id = content_id("membership", person_id, own.id, order.on.isoformat())
        session.add(Membership(id=id, person_id=person_id, group_id=own.id, since=order.on, until=last))
        set_courses(session, own, year, teachers, order.on)
        if session.get(Movement, fact_id(person_id, HOME_TAUGHT, order.on)) is not None:
            raise DomainError("movement_order", value=order.on, last=order.on)
        session.add(Movement(
            id=fact_id(person_id, HOME_TAUGHT, order.on), person_id=person_id, kind=HOME_TAUGHT, on=order.on,
            until=last, from_group_id=group.id, to_group_id=own.id, order_no=order.number, reason=order.reason,
            recorded_by=clerk.person_id, recorded_at=clerk.now,
        ))  # fmt: skip
        session.flush()
        home_lessons.plan(session, own.id, clerk)
        record(session, clerk.now, clerk.account_id, "movement.home_taught", person_id)

    store.write(save)


def arrange(
    person_id: str, hours: Mapping[Hour, str], teachers: Mapping[str, str], base: str, clerk: Clerk
) -> None:  # fmt: skip
    """The student's own week: weekday and number → subject; who teaches each. Subjects that are new are added.

    Raises DomainError student_not_home, value_invalid, changed_meanwhile.
    """
    for weekday, n in hours:
        if weekday not in WEEKDAYS or n not in NUMBERS:
            raise DomainError("value_invalid", field=_l("lesson number"), value=n)

    def save(session: Session) -> None:
        home = of_student(session, person_id, clerk.today)
        if home is None:
            raise DomainError("student_not_home")
        if home.hours != hours and home.base != base:
            raise DomainError("changed_meanwhile")
        group = session.get_one(Group, home.group_id)
        since = max(home.since, clerk.today)
        set_courses(session, group, year_at(session, since), teachers, since)
        known = set(session.scalars(select(Course.subject_id).where(Course.group_id == group.id)))
        if not set(hours.values()) <= known:
            raise DomainError("value_invalid", field=_l("subject"), value="")
        session.flush()
        home_lessons.place(session, group, hours, clerk)
        record(session, clerk.now, clerk.account_id, "movement.home_week", person_id)

    store.write(save)


def end(person_id: str, last: date, clerk: Clerk) -> None:
    """Home teaching ends with this day; lessons after it are withdrawn. Raises student_not_home, value_invalid."""

    def save(session: Session) -> None:
        home = of_student(session, person_id, clerk.today)
        if home is None:
            raise DomainError("student_not_home")
        if last < home.since:
            raise DomainError("value_invalid", field=_l("last day"), value=last)
        stay = session.scalars(
            select(Membership).filter_by(person_id=person_id, group_id=home.group_id, since=home.since)
        ).one()
        stay.until = last
        fact = session.get(Movement, fact_id(person_id, HOME_TAUGHT, home.since))
        if fact is not None:
            fact.until = last
        session.flush()
        home_lessons.plan(session, home.group_id, clerk)
        record(session, clerk.now, clerk.account_id, "movement.home_end", person_id)

    store.write(save)


def year_at(session: Session, day: date) -> Year:
    """The school year of a day, or the next. Raises DomainError value_invalid."""
    year = session.scalars(select(Year).where(Year.ends_on >= day).order_by(Year.starts_on).limit(1)).first()
    if year is None:
        raise DomainError("value_invalid", field=_l("date"), value=day)
    return year


def _class(session: Session, person_id: str, day: date) -> tuple[Membership, Group]:
    row = session.execute(
        select(Membership, Group).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == person_id, Group.kind == "class",
               current(Membership.since, Membership.until, day))
    ).first()  # fmt: skip
    if row is None:
        raise DomainError("student_not_here")
    return row[0], row[1]


def _refuse_overlap(session: Session, person_id: str, first: date, last: date | None) -> None:
    stays = session.scalars(
        select(Membership).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == person_id, Group.kind == "individual",
               or_(Membership.until.is_(None), Membership.until >= first))
    )  # fmt: skip
    if any(last is None or stay.since <= last for stay in stays):
        raise DomainError("student_home_taught")


def _own_group(session: Session, person_id: str, parent: Group, name: str, clerk: Clerk) -> Group:
    """The student's group beside the class: the one of an earlier time, else a new one that names nobody."""
    known = session.scalars(
        select(Group).join(Membership, Membership.group_id == Group.id)
        .where(Group.kind == "individual", Group.parent_id == parent.id, Membership.person_id == person_id)
    ).first()  # fmt: skip
    if known is not None:
        return known
    slug = f"{parent.slug}-{clerk.new_slug()}"
    group = Group(
        id=content_id("group", slug), slug=slug, name=name, kind="individual", grade=parent.grade, shift=parent.shift,
        language=parent.language, parent_id=parent.id, division=slug,
    )  # fmt: skip
    session.add(group)
    session.flush()
    return group


def set_courses(session: Session, group: Group, year: Year, teachers: Mapping[str, str], since: date) -> None:
    """Courses of the group with the teachers named; somebody else's time ends the day before."""
    for subject_id, teacher_id in teachers.items():
        if session.get(Subject, subject_id) is None or (teacher_id and session.get(Person, teacher_id) is None):
            raise DomainError("value_invalid", field=_l("subject"), value="")
        id = content_id("course", group.id, subject_id, year.id)
        if session.get(Course, id) is None:
            session.add(Course(id=id, group_id=group.id, subject_id=subject_id, year_id=year.id))
            session.flush()
        _set_teacher(session, id, teacher_id, since)


def _set_teacher(session: Session, course_id: str, teacher_id: str, since: date) -> None:
    rows: Sequence[CourseTeacher] = session.scalars(
        select(CourseTeacher).where(CourseTeacher.course_id == course_id,
                                    or_(CourseTeacher.until.is_(None), CourseTeacher.until >= since))
    ).all()  # fmt: skip
    for row in rows:
        if row.person_id != teacher_id:
            if row.since < since:
                row.until, row.is_lead = since - DAY, False
            else:
                session.delete(row)
    if teacher_id and teacher_id not in {row.person_id for row in rows}:
        id = content_id("course_teacher", course_id, teacher_id, since.isoformat())
        session.add(CourseTeacher(id=id, course_id=course_id, person_id=teacher_id, since=since, is_lead=True))
    session.flush()
