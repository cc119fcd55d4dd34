"""The year's courses with who teaches them: those without a teacher are asked for, with proposals from the staff."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.importers.values import plain
from server.models import (
    Course,
    CourseTeacher,
    Group,
    ImportAlias,
    Person,
    RoleGrant,
    Slot,
    StaffSubject,
    Subject,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonTeacher,
    Year,
)
from server.services.courses import alphabetical
from server.services.home_names import home_names
from server.services.imports.aliases import is_short_for
from server.services.imports.years import year_of
from server.services.people import full_name
from server.services.teacher_proposals import Colleague, Need, Place, Proposal, rank, sure


@dataclass(frozen=True)
class Line:
    """What one person teaches: a subject to a class, a part of one, or classes that are taught together.

    ``teachers``: ids of who teaches it now, ``proposed``: the id of who clearly fits, or "".
    """

    key: str
    courses: tuple[str, ...]
    subject_id: str
    subject: str
    classes: tuple[tuple[str, str], ...]  # slug and name
    grade: int | None
    part: str
    hours: float
    teachers: tuple[str, ...]
    proposals: tuple[Proposal, ...] = ()
    proposed: str = ""


@dataclass(frozen=True)
class Board:
    """All lines of the year, and the staff by id in the order of the alphabet."""

    lines: tuple[Line, ...]
    staff: dict[str, str]

    @property
    def missing(self) -> tuple[Line, ...]:
        """Lines that nobody teaches."""
        return tuple(line for line in self.lines if not line.teachers)

    @property
    def sure(self) -> tuple[Line, ...]:
        """Those of them for which one person clearly fits."""
        return tuple(line for line in self.missing if line.proposed)


def board(session: Session, today: date) -> Board:
    """The courses with lessons of the year that runs or comes next, class by class."""
    year = year_of(session, today)
    if year is None:
        return Board((), {})
    week = _Week(session, year, today)
    staff = _colleagues(session, week, today)
    lines = [_line(session, week, courses, staff) for courses in week.together()]
    ordered = sorted(lines, key=lambda line: (line.grade or 99, line.classes, alphabetical(line.subject), line.part))
    return Board(tuple(ordered), {one.id: one.name for one in staff})


class _Week:
    """The weekly lessons of a year with their courses, hours and teachers, read in few queries."""

    def __init__(self, session: Session, year: Year, today: date):
        run = session.execute
        ours = (WeeklyLesson.year_id == year.id, WeeklyLesson.withdrawn.is_(False))
        weekly = run(select(WeeklyLesson.id, WeeklyLesson.hours_per_week).where(*ours)).all()
        self.hours: dict[str, float] = {row.id: row.hours_per_week for row in weekly}
        self.courses_of: dict[str, list[str]] = {}
        self.lessons_of: dict[str, list[str]] = {}
        for lesson, course in run(select(WeeklyLessonCourse.weekly_lesson_id, WeeklyLessonCourse.course_id)):
            if lesson in self.hours:
                self.courses_of.setdefault(lesson, []).append(course)
                self.lessons_of.setdefault(course, []).append(lesson)
        self.courses = {
            course.id: course for course in session.scalars(select(Course).where(Course.year_id == year.id))
            if course.id in self.lessons_of
        }  # fmt: skip
        self.groups = {group.id: group for group in session.scalars(select(Group))}
        self.subjects = {subject.id: subject for subject in session.scalars(select(Subject))}
        self.slots: dict[str, list[Slot]] = {}
        for slot in session.scalars(select(Slot).where(Slot.until.is_(None))):
            if slot.weekly_lesson_id in self.hours:
                self.slots.setdefault(slot.weekly_lesson_id, []).append(slot)
        self.teachers: dict[str, list[str]] = {}
        going_on = or_(CourseTeacher.until.is_(None), CourseTeacher.until >= today)
        query = select(CourseTeacher.course_id, CourseTeacher.person_id).where(going_on)
        for course, person in run(query.order_by(CourseTeacher.is_lead.desc(), CourseTeacher.since)):
            self.teachers.setdefault(course, []).append(person)
        self.held: dict[str, list[str]] = {}  # person → weekly lessons
        for lesson, person in run(select(WeeklyLessonTeacher.weekly_lesson_id, WeeklyLessonTeacher.person_id)):
            if lesson in self.hours:
                self.held.setdefault(person, []).append(lesson)
        self.rooms = self._usual_rooms()

    def class_of(self, course_id: str) -> Group:
        """The class of a course of a part or of the whole."""
        group = self.groups[self.courses[course_id].group_id]
        return self.groups[group.parent_id] if group.parent_id else group

    def places(self, lesson: str) -> set[Place]:
        """When a weekly lesson is held."""
        shifts = {self.class_of(course).shift for course in self.courses_of.get(lesson, []) if course in self.courses}
        shift = min(shifts, default=1)
        return {
            (slot.weekday, slot.shift or shift, slot.n, week)
            for slot in self.slots.get(lesson, [])
            for week, mark in enumerate(slot.weeks if len(slot.weeks) > 1 else slot.weeks * 4)
            if mark == "1"
        }

    def together(self) -> list[list[str]]:
        """The courses, those of one subject that share a lesson as one."""
        found: list[list[str]] = []
        at: dict[str, list[str]] = {}
        for course in sorted(self.courses):
            if course in at:
                continue
            same, waiting = [], [course]
            while waiting:
                one = waiting.pop()
                if one in at or self.courses[one].subject_id != self.courses[course].subject_id:
                    continue
                at[one] = same
                same.append(one)
                waiting += [
                    other for lesson in self.lessons_of[one] for other in self.courses_of[lesson]
                    if other in self.courses
                ]  # fmt: skip
            found.append(sorted(same))
        return found

    def _usual_rooms(self) -> dict[str, str]:
        """Class → the room where most of its hours are."""
        votes: dict[str, Counter[str]] = {}
        for lesson, slots in self.slots.items():
            for course in self.courses_of.get(lesson, []):
                if course in self.courses:
                    own = votes.setdefault(self.class_of(course).id, Counter())
                    own.update(slot.room_id for slot in slots if slot.room_id)
        return {id: own.most_common(1)[0][0] for id, own in votes.items() if own}


def _line(session: Session, week: _Week, courses: list[str], staff: list[Colleague]) -> Line:
    first = week.courses[courses[0]]
    groups = [week.groups[week.courses[course].group_id] for course in courses]
    classes = sorted({(week.class_of(course).grade or 99, week.class_of(course).slug, week.class_of(course).name)
                      for course in courses})  # fmt: skip
    lessons = frozenset(lesson for course in courses for lesson in week.lessons_of[course])
    teachers = tuple(dict.fromkeys(person for course in courses for person in week.teachers.get(course, [])))
    subject = week.subjects[first.subject_id]
    parts = sorted({group.name for group in groups if group.kind == "subgroup"})
    homes = home_names(session, [group.id for group in groups if group.kind == "individual"])
    need = Need(
        subject.id, frozenset(week.class_of(course).id for course in courses), week.class_of(courses[0]).grade, lessons,
        frozenset(place for lesson in lessons for place in week.places(lesson)), _in_own_room(week, courses, lessons),
    )  # fmt: skip
    proposals = () if teachers else rank(need, staff)
    return Line(
        key=courses[0], courses=tuple(courses), subject_id=subject.id, subject=subject.name,
        classes=tuple((slug, name) for _, slug, name in classes), grade=week.class_of(courses[0]).grade,
        part=", ".join([*parts, *homes.values()]), hours=sum(week.hours[lesson] for lesson in lessons),
        teachers=teachers, proposals=proposals, proposed=sure(proposals),
    )  # fmt: skip


def _in_own_room(week: _Week, courses: Collection[str], lessons: Iterable[str]) -> bool | None:
    rooms = [slot.room_id for lesson in lessons for slot in week.slots.get(lesson, []) if slot.room_id]
    own = {week.rooms.get(week.class_of(course).id) for course in courses}
    return sum(room in own for room in rooms) * 2 > len(rooms) if rooms else None


# --- the staff -------------------------------------------------------------------------------------------------


def _colleagues(session: Session, week: _Week, today: date) -> list[Colleague]:
    """Everybody who has a role here now, in the order of the alphabet."""
    holds = or_(RoleGrant.until.is_(None), RoleGrant.until >= today)
    homerooms: dict[str, set[str]] = {}
    query = select(RoleGrant.person_id, RoleGrant.role, RoleGrant.group_id).where(holds)
    for person, role, group in session.execute(query):
        own = homerooms.setdefault(person, set())
        if role == "class_teacher" and group:
            own.add(group)
    listed = _listed(session, week.subjects.values())
    taught: dict[str, set[str]] = {}
    for course, people in week.teachers.items():
        for person in people if course in week.courses else ():
            taught.setdefault(person, set()).add(week.courses[course].subject_id)
    people = session.scalars(select(Person).where(Person.id.in_(homerooms), Person.left_on.is_(None)))
    return [
        Colleague(
            one.id, full_name(one), sum(week.hours[lesson] for lesson in week.held.get(one.id, [])),
            frozenset(listed.get(one.id, ())), frozenset(taught.get(one.id, ())), frozenset(homerooms[one.id]),
            frozenset((lesson, place) for lesson in week.held.get(one.id, []) for place in week.places(lesson)),
        )
        for one in sorted(people, key=lambda one: alphabetical(one.last_name, one.first_name, one.middle_name))
    ]  # fmt: skip


def _listed(session: Session, subjects: Iterable[Subject]) -> dict[str, set[str]]:
    """Person → the subjects that a staff list names, in full or as the timetable cuts them."""
    subjects = list(subjects)
    known: dict[str, set[str]] = {}
    for subject in subjects:
        for name in (subject.name, subject.short):
            if plain(name):
                known.setdefault(plain(name), set()).add(subject.id)
    query = select(ImportAlias.words, ImportAlias.target_id).where(ImportAlias.kind == "subject")
    for words, id in session.execute(query):
        known.setdefault(words, set()).add(id)
    found: dict[str, set[str]] = {}
    for person, words in session.execute(select(StaffSubject.person_id, StaffSubject.words)):
        ids = known.get(plain(words)) or {subject.id for subject in subjects if is_short_for(subject.name, words)}
        found.setdefault(person, set()).update(ids)
    return found
