"""All that somebody on the phone needs to know of a student or a colleague, on one sheet and in few queries.

What must not be told to everybody (marks, absences) is read only when it is asked for: see ``told_when_verified``.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    Absence,
    Connectivity,
    Course,
    CourseTeacher,
    Group,
    Guardianship,
    Lesson,
    LessonCourse,
    Pack,
    Person,
    RoleGrant,
    Subject,
    Task,
)
from server.services import absences, appointment_list, contacts, request_list, student_days, student_works
from server.services.appointment_list import AppointmentView
from server.services.contacts import ContactView
from server.services.people import folded, full_name
from server.services.request_list import RequestView
from server.services.student_days import OwnLesson, Standing
from server.services.student_works import StudentWork
from server.services.works import current
from sync.pages import plain

RECENT = timedelta(days=30)  # of absences that are told


@dataclass(frozen=True)
class Caller:
    """Somebody who may call about a student. ``may_receive``: may be told marks and absences."""

    id: str
    name: str
    relation: str
    phone: str
    email: str
    may_receive: bool


@dataclass(frozen=True)
class Colleague:
    """A member of staff with phone; ``what``: the subjects that are taught, or ""."""

    id: str
    slug: str
    name: str
    phone: str
    what: str = ""


@dataclass(frozen=True)
class PackView:
    """A printed pack."""

    code: str
    week: str
    pages: int | None
    printed_at: datetime | None


@dataclass(frozen=True)
class AbsenceLine:
    """An absence as it is told on the phone; ``letter`` None: two people said different things."""

    on: date
    n: int
    subject: str
    letter: str | None
    reason: str


@dataclass(frozen=True)
class Sheet:
    """A student. ``days``: today and the next day with lessons; ``teachers``: who teaches the student what."""

    id: str
    slug: str
    name: str
    phone: str
    left_on: date | None
    classes: tuple[str, ...]
    standing: Standing
    callers: tuple[Caller, ...]
    class_teachers: tuple[Colleague, ...]
    link: Connectivity | None
    days: dict[date, list[OwnLesson]] = field(default_factory=dict)
    works: list[StudentWork] = field(default_factory=list)
    packs: list[PackView] = field(default_factory=list)
    contacts: list[ContactView] = field(default_factory=list)
    requests: list[RequestView] = field(default_factory=list)
    appointments: list[AppointmentView] = field(default_factory=list)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of today, classes first."""
        return self.standing.groups

    @property
    def missing(self) -> list[StudentWork]:
        """Works that did not come in time, the oldest first."""
        return [work for work in self.works if work.overdue]

    @property
    def to_do(self) -> list[StudentWork]:
        """Works that may still come in time or were sent back, the first due first."""
        waiting = [work for work in self.works if not work.overdue and work.name in ("issued", "redo")]
        return sorted(waiting, key=lambda work: (work.view.due_on or date.max, work.view.title))


def head(session: Session, person: Person, today: date) -> Sheet:
    """Who the student is and who may call: what every page of a call needs."""
    own = student_days.standing(session, person, today)
    link = session.scalars(
        select(Connectivity).where(Connectivity.student_id == person.id).order_by(Connectivity.recorded_on.desc())
        .limit(1)
    ).first()  # fmt: skip
    return Sheet(
        person.id, person.slug, full_name(person), person.phone, person.left_on,
        tuple(group.name for group in own.groups if group.kind in ("class", "study")), own,
        _callers(session, person.id), _class_teachers(session, own.groups, today), link,
    )  # fmt: skip


def sheet(session: Session, person: Person, now: datetime, today: date) -> Sheet:
    """All of it."""
    known = head(session, person, today)
    return Sheet(**{
        **vars(known),
        "days": student_days.today_and_next(session, known.standing, today),
        "works": student_works.of_student(session, person.id, today, known.standing.register),
        "packs": _packs(session, person.id),
        "contacts": contacts.of_student(session, person.id, 8),
        "requests": request_list.listed(session, today, request_list.about(person.id), named=False),
        "appointments": appointment_list.of_student(session, person.id, now),
    })  # fmt: skip


def _callers(session: Session, student_id: str) -> tuple[Caller, ...]:
    """Guardians, those who may be told first."""
    rows = session.execute(
        select(Guardianship, Person).join(Person, Person.id == Guardianship.guardian_id)
        .where(Guardianship.student_id == student_id)
    )  # fmt: skip
    found = [Caller(person.id, full_name(person), row.relation, person.phone, person.email, row.may_receive)
             for row, person in rows]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (not one.may_receive, not one.phone, folded(one.name))))


def _class_teachers(session: Session, groups: tuple[Group, ...], today: date) -> tuple[Colleague, ...]:
    rows = session.scalars(
        select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == "class_teacher", RoleGrant.group_id.in_([group.id for group in groups]),
               current(RoleGrant.since, RoleGrant.until, today))
    ).unique()  # fmt: skip
    return tuple(Colleague(row.id, row.slug, full_name(row), row.phone) for row in rows)


def _packs(session: Session, student_id: str) -> list[PackView]:
    rows = session.execute(
        select(Pack.code, Pack.week, Pack.pages, Pack.printed_at)
        .where(Pack.student_id == student_id, Pack.printed_at.is_not(None)).order_by(Pack.printed_at.desc()).limit(3)
    )  # fmt: skip
    return [PackView(*row) for row in rows]


def teachers(session: Session, known: Sheet, today: date) -> list[Colleague]:
    """Who teaches the student, with the subjects, by subject."""
    ids = [group.id for group in known.groups]
    rows = session.execute(
        select(Person, Subject.name).join(CourseTeacher, CourseTeacher.person_id == Person.id)
        .join(Course, Course.id == CourseTeacher.course_id).join(Subject, Subject.id == Course.subject_id)
        .where(Course.group_id.in_(ids), current(CourseTeacher.since, CourseTeacher.until, today))
    ).unique()  # fmt: skip
    subjects: dict[str, list[str]] = {}
    people = {}
    for person, subject in rows:
        people[person.id] = person
        if subject not in subjects.setdefault(person.id, []):
            subjects[person.id].append(subject)
    found = [Colleague(id, person.slug, full_name(person), person.phone, ", ".join(sorted(subjects[id])))
             for id, person in people.items()]  # fmt: skip
    return sorted(found, key=lambda one: (folded(one.what), folded(one.name)))


def told_when_verified(session: Session, student_id: str, today: date) -> list[AbsenceLine]:
    """The absences of the last weeks, the newest first; marks stand in the works."""
    rows = session.execute(
        select(LessonCourse.id, Lesson.on, Lesson.n, Subject.name).distinct().select_from(Absence)
        .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id).join(Subject, Subject.id == Course.subject_id)
        .where(Absence.student_id == student_id, Lesson.on > today - RECENT)
        .order_by(Lesson.on.desc(), Lesson.n)
    ).all()  # fmt: skip
    states = absences.absences(session, [row.id for row in rows])
    lines = []
    for row in rows:
        state = states.get((student_id, row.id))
        if state is None or state.letters == (None,):
            continue
        letter = state.letters[0] if len(state.letters) == 1 else None
        lines.append(AbsenceLine(row.on, row.n, row.name, letter, state.reason))
    return lines


def task_texts(session: Session, task_ids: list[str]) -> dict[str, str]:
    """What is to be done, as text without marks of Markdown, to be read out."""
    rows = session.execute(select(Task.id, Task.text).where(Task.id.in_(task_ids)))
    return {id: "\n".join(filter(None, map(plain, text.splitlines()))) for id, text in rows}


def name_of(session: Session, person_id: str) -> str:
    """The name of somebody. Raises if there is nobody."""
    return full_name(session.get_one(Person, person_id))
