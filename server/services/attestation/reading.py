"""A session of attestation read at once: its exams with who sits and who examines, and all that they must fit into."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from server import naming
from server.errors import DomainError
from server.models import (
    Attestation,
    Course,
    CourseTeacher,
    Exam,
    Group,
    Person,
    Room,
    School,
    Subject,
    TeacherAbsence,
    Term,
    TimetableNorm,
)
from server.policy import Realm
from server.services.aside import Aside, asides
from server.services.attestation import results
from server.services.attestation.results import Held
from server.services.attestation.rules import CONSULTATION, RESIT, Limits, Sitting, Taught, World
from server.services.bell_times import minutes_of
from server.services.days.reading import Days, Facts, read_days
from server.services.exemptions import exempt
from server.services.people import short_name
from server.services.works import current

PARTS = ("chair", "examiner", "assistant", "invigilator")


@dataclass(frozen=True)
class CourseRef:
    """A course whose students sit an exam. ``parent``: the class of a subgroup, None for a class."""

    id: str
    group: str
    parent: str | None
    name: str
    grade: int | None


@dataclass(frozen=True)
class StaffRef:
    """Who is at an exam, as what."""

    id: str
    name: str
    part: str


@dataclass(frozen=True)
class ExamView:
    """An exam with everything a page shows; ``students``: ids of who sits it. ``starts``: "HH:MM" or ""."""

    id: str
    kind: str
    of: str | None
    subject: str
    subject_id: str
    form: str
    scale: str
    max_points: int | None
    on: date | None
    starts: str
    minutes: int
    room: str
    room_id: str | None
    note: str
    state: str
    courses: tuple[CourseRef, ...]
    staff: tuple[StaffRef, ...]
    students: frozenset[str]
    apart: frozenset[str]
    protocol_no: str
    protocol_text: str
    protocol_at: datetime | None

    @property
    def classes(self) -> str:
        """«7 «А», 7 «Б»», «9, 10 классы», in the language of the reader."""
        return naming.klasses(course.name for course in self.courses)

    def covered(self, realm: Realm, every: bool = False) -> bool:
        """Whether a realm reaches one of its courses, or every one."""
        reached = [reaches(realm, course) for course in self.courses]
        return realm.everything or (bool(reached) and all(reached) if every else any(reached))


def reaches(realm: Realm, course: CourseRef) -> bool:
    """Whether a realm reaches a course: itself, its group or that group's class."""
    groups = {course.group, *([course.parent] if course.parent else [])}
    return realm.everything or course.id in realm.courses or bool(groups & realm.groups)


@dataclass(frozen=True)
class SessionView:
    """A session with its exams in order of days, and what the school is like in it."""

    row: Attestation
    exams: tuple[ExamView, ...]
    facts: Facts
    days: Days
    elsewhere: tuple[ExamView, ...] = ()

    def exam(self, id: str) -> ExamView:
        """Raises DomainError exam_unknown."""
        found = next((one for one in self.exams if one.id == id), None)
        if found is None:
            raise DomainError("exam_unknown")
        return found


def read(session: Session, attestation_id: str) -> SessionView:
    """Raises DomainError attestation_unknown."""
    row = session.scalar(_SESSIONS.where(Attestation.id == attestation_id))
    if row is None:
        raise DomainError("attestation_unknown")
    days = read_days(session, row.starts_on, row.ends_on)
    others = session.scalars(
        _SESSIONS.where(Attestation.id != row.id, Attestation.starts_on <= row.ends_on,
                        Attestation.ends_on >= row.starts_on)
    ).all()  # fmt: skip
    elsewhere = tuple(exam for other in others for exam in _exams(session, other, days.facts) if exam.on)
    return SessionView(row, _exams(session, row, days.facts), days.facts, days, elsewhere)


_SESSIONS = select(Attestation).options(
    selectinload(Attestation.exams).selectinload(Exam.courses),
    selectinload(Attestation.exams).selectinload(Exam.staff),
)


def attestation_of(session: Session, exam_id: str) -> str:
    """The session of an exam. Raises DomainError exam_unknown."""
    found = session.scalar(select(Exam.attestation_id).where(Exam.id == exam_id))
    if found is None:
        raise DomainError("exam_unknown")
    return found


def _exams(session: Session, row: Attestation, facts: Facts) -> tuple[ExamView, ...]:
    subjects, rooms = facts.subjects, dict(session.execute(select(Room.id, Room.name)).all())
    staff_ids = {one.person_id for exam in row.exams for one in exam.staff}
    people = {
        person.id: short_name(person)
        for person in session.scalars(select(Person).where(Person.id.in_(staff_ids)))
    }
    courses = courses_of(session, facts, {one.course_id for exam in row.exams for one in exam.courses})
    said = results.read(session, [exam.id for exam in row.exams])
    held = [held_of(exam) for exam in row.exams]
    by_id = {one.id: one for one in held}
    sits = _sitters(session, row, courses, facts)
    found = []
    for exam in row.exams:
        own = sorted((courses[one.course_id] for one in exam.courses), key=lambda one: (one.grade or 99, one.name))
        students, apart = sits[exam.id]
        if exam.kind == RESIT and exam.of_exam_id in by_id:
            debt = results.debtors(by_id[exam.of_exam_id], held, said, by_id[exam.id])
            students = frozenset(debt | said.get(exam.id, {}).keys())
        elif exam.kind != CONSULTATION:
            students |= said.get(exam.id, {}).keys()  # whoever has a result sat it, also if gone since
        staff = [StaffRef(one.person_id, people.get(one.person_id, ""), one.part) for one in exam.staff]
        staff.sort(key=lambda one: (PARTS.index(one.part), one.name))
        found.append(ExamView(
            exam.id, exam.kind, exam.of_exam_id, subjects.get(exam.subject_id, ""), exam.subject_id, exam.form,
            exam.scale, exam.max_points, exam.on, exam.starts or "", exam.minutes,
            rooms.get(exam.room_id or "", ""), exam.room_id, exam.note, exam.state, tuple(own), tuple(staff), students,
            apart, exam.protocol_no, exam.protocol_text, exam.protocol_at,
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.on or date.max, one.starts, one.subject, one.id)))


def held_of(exam: Exam) -> Held:
    """As debts ask it."""
    return Held(exam.id, exam.kind, exam.of_exam_id, exam.on, exam.state == "cancelled")


def courses_of(session: Session, facts: Facts, ids: Iterable[str] | None = None) -> dict[str, CourseRef]:
    """Courses by id (None: all of the year of today's facts), named by their class."""
    query = select(Course.id, Course.group_id)
    if ids is not None:
        query = query.where(Course.id.in_(list(ids)))
    return {
        id: CourseRef(id, group, facts.groups[group].parent, facts.group_name(group), facts.groups[group].grade)
        for id, group in session.execute(query)
    }


def _sitters(
    session: Session, row: Attestation, courses: Mapping[str, CourseRef], facts: Facts
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:  # fmt: skip
    """Exam → who sits it, and who of its classes does not: taught the subject at home, or exempt from it."""
    everybody = {id for ref in courses.values() for id in facts.students.get(ref.group, ())}
    known, free = asides(session, everybody), exempt(session, everybody)
    found = {}
    for exam in row.exams:
        day, subject = exam.on or row.starts_on, facts.subjects.get(exam.subject_id, "")
        sits: set[str] = set()
        apart: set[str] = set()
        for one in exam.courses:
            ref = courses[one.course_id]
            all_of = facts.students.get(ref.group, frozenset())
            group: Any = facts.groups[ref.group]  # has what is asked of a group: kind, id, parent
            own = {id for id in all_of if not _is_apart(known.get(id, ()), group, subject, day)}
            own -= {id for id in own if free.on(id, subject, day)}
            sits, apart = sits | own, apart | (all_of - own)
        found[exam.id] = (frozenset(sits), frozenset(apart - sits))
    return found


def _is_apart(stretches: Iterable[Aside], group: Any, subject: str, day: date) -> bool:
    """Whether a student learns the subject apart from this class then, and so does not sit its exam."""
    return group.kind in ("class", "subgroup") and any(
        one.covers(group.parent or group.id, subject, day) for one in stretches
    )


def sittings(session: Session, view: SessionView, exams: Sequence[ExamView] | None = None) -> list[Sitting]:
    """The session's exams (or those named) as the rules ask them; cancelled ones are not there."""
    chosen = view.exams if exams is None else exams
    taught = _teachers(session, [course.id for exam in chosen for course in exam.courses], view.row.starts_on)
    return [
        Sitting(
            one.id, one.kind, one.of, one.subject_id, max((c.grade or 0 for c in one.courses), default=0) or None,
            one.on, minutes_of(one.starts) if one.starts else None, one.minutes, one.room_id,
            {person.id: person.part for person in one.staff}, one.students,
            frozenset(id for course in one.courses for id in taught.get(course.id, ())),
        )
        for one in chosen if one.state != "cancelled"
    ]  # fmt: skip


def _teachers(session: Session, course_ids: Sequence[str], day: date) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for course_id, person_id in session.execute(
        select(CourseTeacher.course_id, CourseTeacher.person_id)
        .where(CourseTeacher.course_id.in_(course_ids), current(CourseTeacher.since, CourseTeacher.until, day))
    ):  # fmt: skip
        found.setdefault(course_id, set()).add(person_id)
    return found


def world(session: Session, view: SessionView) -> World:
    """What the session must fit into."""
    row, facts = view.row, view.facts
    lessons = [
        Taught(lesson.on, minutes_of(lesson.starts), minutes_of(lesson.ends), lesson.room, frozenset(lesson.teachers),
               frozenset(id for group in lesson.groups for id in facts.students.get(group, ())),
               ", ".join(f"{facts.group_name(part.group)}, {facts.subjects[part.subject]}" for part in lesson.parts))
        for lesson in view.days.lessons if lesson.is_held and lesson.starts and lesson.ends
    ]  # fmt: skip
    free = session.execute(
        select(Term.starts_on, Term.ends_on)
        .where(Term.kind == "public_holiday", Term.starts_on <= row.ends_on, Term.ends_on >= row.starts_on)
    ).all()  # fmt: skip
    span = [date.fromordinal(n) for n in range(row.starts_on.toordinal(), row.ends_on.toordinal() + 1)]
    holidays = frozenset(day for day in span if any(first <= day <= last for first, last in free))
    return World(row.starts_on, row.ends_on, holidays, lessons, _away(session, row, span), limits(session),
                 sittings(session, view, view.elsewhere))  # fmt: skip


def _away(session: Session, row: Attestation, span: Sequence[date]) -> frozenset[tuple[str, date]]:
    """Who is absent for the whole of which days."""
    rows = session.scalars(
        select(TeacherAbsence).where(
            TeacherAbsence.since <= row.ends_on, TeacherAbsence.until >= row.starts_on,
            TeacherAbsence.ended_at.is_(None), TeacherAbsence.first_n.is_(None))
    ).unique()  # fmt: skip
    return frozenset((one.person_id, day) for one in rows for day in span if one.since <= day <= one.until)


def limits(session: Session) -> Limits:
    """The school's norms of exams, by grade; of several the stricter."""
    day: dict[int, int] = {}
    between: dict[int, int] = {}
    for row in session.scalars(
        select(TimetableNorm).where(
            TimetableNorm.country == select(School.country).scalar_subquery(),
            or_(TimetableNorm.rule == "exams_day", TimetableNorm.rule == "exams_between"))
    ):  # fmt: skip
        for grade in range(row.grades_from, row.grades_to + 1):
            if row.rule == "exams_day":
                day[grade] = min(day.get(grade, row.value), row.value)
            else:
                between[grade] = max(between.get(grade, 0), row.value)
    return Limits(day, between)


def entries(view: SessionView) -> dict[str, list[dict[str, Any]]]:
    """What families see: group → its exams and consultations in order. No people; no resits, they tell of debts."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in view.exams:
        if one.kind == RESIT or one.state == "cancelled" or one.on is None:
            continue
        row = {"date": one.on.isoformat(), "start": one.starts, "minutes": one.minutes, "subject": one.subject,
               "kind": one.kind, "room": one.room}  # fmt: skip
        for course in one.courses:
            found.setdefault(course.group, []).append(row)
    return found


@dataclass(frozen=True)
class SessionLine:
    """A session in the list."""

    id: str
    kind: str
    name: str
    starts_on: date
    ends_on: date
    published: bool
    exams: int


def listed(session: Session, realm: Realm, me: str) -> list[SessionLine]:
    """Sessions of which somebody with this realm sees something, the newest first; empty ones are for everybody."""
    rows = session.scalars(_SESSIONS.order_by(Attestation.starts_on.desc(), Attestation.name)).all()
    query = select(Course.id, Course.group_id, Group.parent_id).join(Group, Group.id == Course.group_id)
    groups = {id: (group, parent) for id, group, parent in session.execute(query)}
    found = []
    for row in rows:
        own = [
            exam for exam in row.exams
            if me in {one.person_id for one in exam.staff}
            or any(reaches(realm, CourseRef(one.course_id, *groups[one.course_id], "", None)) for one in exam.courses)
        ]  # fmt: skip
        if own or not row.exams:
            exams = sum(1 for exam in own if exam.kind == "exam")
            published = row.published_at is not None
            found.append(SessionLine(row.id, row.kind, row.name, row.starts_on, row.ends_on, published, exams))
    return found


def subjects(session: Session) -> list[tuple[str, str]]:
    """Ids and names of the subjects that have courses, by name."""
    query = select(Subject.id, Subject.name).where(Subject.id.in_(select(Course.subject_id))).order_by(Subject.name)
    return [(id, name) for id, name in session.execute(query)]
