"""A class's plan of works as it stands: works with what they collide with, who agreed, whether families know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.models import (
    Assessment,
    AssessmentConsent,
    AssessmentPlan,
    Course,
    CourseTeacher,
    Group,
    Lesson,
    LessonCourse,
    Person,
    Subject,
    TaskKind,
)
from server.services import assessments
from server.services.assessment_norms import Norm
from server.services.courses import Stretch, alphabetical
from server.services.people import short_name
from server.services.works import current
from server.services.works_plan.hits import Hit, Planned, TermDays, hits
from sync.canonical import digest

NOT_PLANNED = ("homework", "formative", "oral", "elsewhere")  # kinds that nobody plans for a term


@dataclass(frozen=True)
class Consent:
    """A course's word on its works. ``answer`` "": nothing is said, or it was said of other works (``lapsed``)."""

    course: str
    subject: str
    part: str
    teachers: tuple[str, ...]
    teacher_ids: tuple[str, ...]
    works: int
    answer: str = ""
    remark: str = ""
    by: str = ""
    lapsed: bool = False


@dataclass(frozen=True)
class Published:
    """When and by whom the plan was published last, and whether it is another one now."""

    at: datetime
    by: str
    changed: bool


@dataclass(frozen=True)
class TermPlan:
    """A class's plan of a term. ``hash``: of all works; ``hits``: by id of the work; ``days``: what is known of it."""

    number: int
    name: str
    days: TermDays
    works: tuple[Planned, ...]
    hits: Mapping[str, Sequence[Hit]]
    consents: tuple[Consent, ...]
    hash: str
    published: Published | None = None

    @property
    def open_consents(self) -> list[Consent]:
        """Courses with works whose teacher has not agreed to them."""
        return [one for one in self.consents if one.works and one.answer != "yes"]

    @property
    def sources(self) -> list[str]:
        """Where the norms stand that something collides with."""
        return sorted({hit.norm.source for found in self.hits.values() for hit in found if hit.norm})

    @property
    def collisions(self) -> int:
        """How many works collide with something."""
        return sum(1 for found in self.hits.values() if found)


def kinds(session: Session) -> dict[str, str]:
    """Kinds of work that are planned for a term: code → message id of the name."""
    query = select(TaskKind.code, TaskKind.name).where(TaskKind.code.not_in(NOT_PLANNED)).order_by(TaskKind.position)
    return dict(session.execute(query).all())


def of_class(session: Session, group: Group, year_id: str, today: date) -> list[TermPlan]:
    """A class's plans, term by term."""
    return of_classes(session, [group], year_id, today)[group.id]


def of_classes(
    session: Session, groups: Sequence[Group], year_id: str, today: date
) -> dict[str, list[TermPlan]]:  # fmt: skip
    """The plans of many classes, in a number of queries that does not grow with them but for the terms of grades."""
    ids = [group.id for group in groups]
    courses = _courses(session, ids, year_id)
    lessons = _lessons(session, courses)
    known = _Known(
        _works(session, courses), lessons, sorted({day for days in lessons.values() for day in days}),
        _consents(session, courses), _teachers(session, courses, today), _published(session, ids, year_id),
        assessments.norms(session),
    )  # fmt: skip
    terms = {grade: assessments.term_stretches(session, year_id, grade) for grade in {one.grade for one in groups}}
    return {
        group.id: [
            _term(number, term, group.id, [one for one in courses.values() if one.class_id == group.id], known)
            for number, term in sorted(terms[group.grade].items())
        ]
        for group in groups
    }


@dataclass(frozen=True)
class _Course:
    id: str
    class_id: str
    part: str
    subject: str


def _courses(session: Session, group_ids: Sequence[str], year_id: str) -> dict[str, _Course]:
    rows = session.execute(
        select(Course.id, Group.id, Group.parent_id, Group.name, Subject.name).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id)
        .where(Course.year_id == year_id, Group.kind != "individual",
               or_(Group.id.in_(group_ids), Group.parent_id.in_(group_ids)))
    ).all()  # fmt: skip
    found = [_Course(id, parent or own, name if parent else "", subject) for id, own, parent, name, subject in rows]
    return {one.id: one for one in sorted(found, key=lambda one: (alphabetical(one.subject), one.part))}


def _works(session: Session, courses: Mapping[str, _Course]) -> dict[tuple[str, int], list[Planned]]:
    """Course and term → its works."""
    found: dict[tuple[str, int], list[Planned]] = {}
    for row in session.scalars(select(Assessment).where(Assessment.course_id.in_(courses))):
        course = courses[row.course_id]
        found.setdefault((row.course_id, row.term_number), []).append(
            Planned(row.id, row.course_id, course.subject, row.kind, row.number, row.planned_on, row.topic,
                    row.max_points, course.part)
        )  # fmt: skip
    return found


def _lessons(session: Session, courses: Mapping[str, _Course]) -> dict[str, dict[date, int]]:
    """Course → day → how many lessons it has then."""
    rows = session.execute(
        select(LessonCourse.course_id, Lesson.on, func.count()).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Lesson.state == "planned", LessonCourse.course_id.in_(courses))
        .group_by(LessonCourse.course_id, Lesson.on)
    )  # fmt: skip
    found: dict[str, dict[date, int]] = {}
    for course_id, on, count in rows:
        found.setdefault(course_id, {})[on] = count
    return found


def _consents(
    session: Session, courses: Mapping[str, _Course]
) -> dict[tuple[str, int], tuple[AssessmentConsent, str]]:  # fmt: skip
    rows = session.execute(
        select(AssessmentConsent, Person).join(Person, Person.id == AssessmentConsent.person_id)
        .where(AssessmentConsent.course_id.in_(courses))
    )  # fmt: skip
    return {(row.course_id, row.term_number): (row, short_name(person)) for row, person in rows}


def _teachers(
    session: Session, courses: Mapping[str, _Course], today: date
) -> dict[str, list[tuple[str, str]]]:  # fmt: skip
    """Course → (id, name) of who is answerable for it; where nobody is, of all who teach it."""
    rows = session.execute(
        select(CourseTeacher.course_id, CourseTeacher.is_lead, Person)
        .join(Person, Person.id == CourseTeacher.person_id)
        .where(CourseTeacher.course_id.in_(courses), current(CourseTeacher.since, CourseTeacher.until, today))
        .order_by(Person.last_name, Person.id)
    ).all()  # fmt: skip
    led = {row.course_id for row in rows if row.is_lead}
    found: dict[str, list[tuple[str, str]]] = {}
    for course_id, is_lead, person in rows:
        if is_lead or course_id not in led:
            found.setdefault(course_id, []).append((person.id, short_name(person)))
    return found


def _published(
    session: Session, group_ids: Sequence[str], year_id: str
) -> dict[tuple[str, int], tuple[AssessmentPlan, str]]:  # fmt: skip
    rows = session.execute(
        select(AssessmentPlan, Person).outerjoin(Person, Person.id == AssessmentPlan.published_by)
        .where(AssessmentPlan.year_id == year_id, AssessmentPlan.group_id.in_(group_ids))
    )  # fmt: skip
    return {(row.group_id, row.term_number): (row, short_name(person) if person else "") for row, person in rows}


@dataclass(frozen=True)
class _Known:
    """What was read for all classes at once."""

    works: Mapping[tuple[str, int], list[Planned]]
    lessons: Mapping[str, Mapping[date, int]]
    school: Sequence[date]
    consents: Mapping[tuple[str, int], tuple[AssessmentConsent, str]]
    teachers: Mapping[str, list[tuple[str, str]]]
    published: Mapping[tuple[str, int], tuple[AssessmentPlan, str]]
    norms: Sequence[Norm]


def _term(number: int, term: Stretch, group_id: str, courses: Sequence[_Course], known: _Known) -> TermPlan:
    own = [work for course in courses for work in known.works.get((course.id, number), ())]
    own.sort(key=lambda one: (one.on or date.max, alphabetical(one.subject), one.kind, one.number, one.part))
    days, hash = _days(term, courses, known), plan_hash(own)
    told = tuple(_consent(course, number, known) for course in courses)
    row = known.published.get((group_id, number))
    published = Published(row[0].published_at, row[1], row[0].hash != hash) if row else None
    return TermPlan(number, term.name, days, tuple(own), {one.id: hits(one, own, known.norms, days) for one in own},
                    told, hash, published)  # fmt: skip


def _days(term: Stretch, courses: Sequence[_Course], known: _Known) -> TermDays:
    def inside(day: date) -> bool:
        return term.starts_on <= day <= term.ends_on

    within = {
        course.id: {day: count for day, count in known.lessons.get(course.id, {}).items() if inside(day)}
        for course in courses
    }
    return TermDays(
        term.starts_on, term.ends_on, [day for day in known.school if inside(day)],
        {id: frozenset(found) for id, found in within.items()},
        {id: sum(found.values()) for id, found in within.items()},
    )  # fmt: skip


def _consent(course: _Course, number: int, known: _Known) -> Consent:
    works, teachers = known.works.get((course.id, number), []), known.teachers.get(course.id, [])
    plain = Consent(course.id, course.subject, course.part, tuple(name for _, name in teachers),
                    tuple(id for id, _ in teachers), len(works))  # fmt: skip
    said = known.consents.get((course.id, number))
    if said is None or not works:
        return plain
    row, by = said
    if row.hash != plan_hash(works):
        return replace(plain, by=by, lapsed=True)
    return replace(plain, answer=row.answer, remark=row.remark, by=by)


def plan_hash(works: Sequence[Planned]) -> str:
    """Names what stands in a plan: two plans with equal works have one hash."""
    return digest(sorted(
        [one.course, one.kind, one.number, one.on.isoformat() if one.on else "", one.topic, one.max_points or 0]
        for one in works
    ))  # fmt: skip


def entries(works: Sequence[Planned]) -> list[dict[str, object]]:
    """The works with a day as families see them, in order; what parts of a class write alike stands once."""
    rows = {
        (one.on.isoformat(), one.subject, one.kind, one.number): {
            "date": one.on.isoformat(), "subject": one.subject, "kind": one.kind, "topic": one.topic,
            "number": one.number,
        }
        for one in works if one.on
    }  # fmt: skip
    return [rows[key] for key in sorted(rows)]
