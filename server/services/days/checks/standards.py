"""What soft checks compare days with: the country's norms, teachers' working schedules, devices that siblings share."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import (
    Connectivity,
    LessonForm,
    Person,
    School,
    SubjectDifficulty,
    TimetableNorm,
    WorkDay,
    WorkSchedule,
)
from server.services.days.reading import Days
from server.services.works import current


@dataclass(frozen=True, slots=True)
class Limit:
    """A norm as models.TimetableNorm keeps it."""

    rule: str
    grades: range
    days: int | None
    device: str
    value: int
    starts_on: date | None = None
    ends_on: date | None = None

    def holds(self, grade: int | None, day: date) -> bool:
        """True for a grade on a day."""
        return grade in self.grades and (self.starts_on or day) <= day <= (self.ends_on or day)


@dataclass(frozen=True, slots=True)
class Workday:
    """A weekday of a schedule; times "HH:MM" or ""."""

    kind: str
    starts: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A teacher's working schedule; ``days`` by ISO weekday, one that is missing limits nothing."""

    since: date
    until: date | None
    most_a_week: int | None = None
    most_a_day: int | None = None
    days: Mapping[int, Workday] = field(default_factory=dict)


@dataclass(frozen=True)
class Standards:
    """``difficulty``: subject's name in small letters → (grades, points); ``screens``: per cent of a lesson by form;
    ``families``: ids of students of one household who share a device."""

    week_length: int = 5
    limits: tuple[Limit, ...] = ()
    difficulty: Mapping[str, tuple[tuple[range, int], ...]] = field(default_factory=dict)
    screens: Mapping[str, int] = field(default_factory=dict)
    schedules: Mapping[str, tuple[Schedule, ...]] = field(default_factory=dict)
    families: tuple[tuple[str, ...], ...] = ()

    def limit(self, rule: str, grade: int | None, day: date) -> int | None:
        """The strictest limit of a rule that asks for no device, or None."""
        return min(self.by_device(rule, grade, day).values(), default=None)

    def by_device(self, rule: str, grade: int | None, day: date) -> dict[str, int]:
        """The limits of a rule by device ("" any)."""
        found: dict[str, int] = {}
        for one in self.limits:
            if one.rule == rule and one.days in (None, self.week_length) and one.holds(grade, day):
                found[one.device] = min(one.value, found.get(one.device, one.value))
        return found

    def points(self, subject: str, grade: int | None) -> int:
        """How hard a subject is by its name; 0 where nobody says."""
        return next((points for grades, points in self.difficulty.get(subject.lower(), ()) if grade in grades), 0)

    def schedule(self, person: str, day: date) -> Schedule | None:
        """The working schedule that holds on a day."""
        holding = [one for one in self.schedules.get(person, ()) if one.since <= day <= (one.until or day)]
        return max(holding, key=lambda one: one.since, default=None)


def read_standards(session: Session, days: Days) -> Standards:
    """What holds for these days. Seven queries at most."""
    school = session.execute(select(School.country, School.week_length)).first()
    if school is None:
        return Standards()
    screens = dict(session.execute(select(LessonForm.code, LessonForm.screen)).all())
    seen = {part.form for lesson in days.lessons for part in lesson.parts}
    shared = any(screens.get(form) for form in seen)
    return Standards(
        school.week_length, _limits(session, school.country), _difficulty(session, school.country), screens,
        _schedules(session, days.facts.people, days.first, days.last), _families(session) if shared else (),
    )  # fmt: skip


def _limits(session: Session, country: str) -> tuple[Limit, ...]:
    rows = session.execute(
        select(TimetableNorm.rule, TimetableNorm.grades_from, TimetableNorm.grades_to, TimetableNorm.days,
               TimetableNorm.device, TimetableNorm.value, TimetableNorm.starts_on, TimetableNorm.ends_on)
        .where(TimetableNorm.country == country)
    )  # fmt: skip
    return tuple(Limit(rule, range(low, high + 1), *rest) for rule, low, high, *rest in rows)


def _difficulty(session: Session, country: str) -> dict[str, tuple[tuple[range, int], ...]]:
    rows = session.execute(
        select(SubjectDifficulty.subject, SubjectDifficulty.grades_from, SubjectDifficulty.grades_to,
               SubjectDifficulty.points).where(SubjectDifficulty.country == country)
    )  # fmt: skip
    found: dict[str, tuple[tuple[range, int], ...]] = {}
    for subject, low, high, points in rows:
        found[subject] = (*found.get(subject, ()), (range(low, high + 1), points))
    return found


def _schedules(session: Session, people: Collection[str], first: date, last: date) -> dict[str, tuple[Schedule, ...]]:
    heads = session.execute(
        select(WorkSchedule.id, WorkSchedule.person_id, WorkSchedule.since, WorkSchedule.until,
               WorkSchedule.most_a_week, WorkSchedule.most_a_day)
        .where(current(WorkSchedule.since, WorkSchedule.until, first, last))
    ).all()  # fmt: skip
    if not heads:
        return {}
    weekdays: dict[str, dict[int, Workday]] = {}
    query = select(WorkDay).where(WorkDay.schedule_id.in_([head.id for head in heads]))
    for row in session.scalars(query):
        weekdays.setdefault(row.schedule_id, {})[row.weekday] = Workday(row.kind, row.starts or "", row.ends or "")
    found: dict[str, tuple[Schedule, ...]] = {}
    for head in heads:
        if head.person_id in people:
            one = Schedule(head.since, head.until, head.most_a_week, head.most_a_day, weekdays.get(head.id, {}))
            found[head.person_id] = (*found.get(head.person_id, ()), one)
    return found


def _families(session: Session) -> tuple[tuple[str, ...], ...]:
    """By what was told last of each student: who of a household shares the device."""
    rows = session.execute(
        select(Person.household_id, Connectivity.student_id, Connectivity.device_shared)
        .join(Person, Person.id == Connectivity.student_id)
        .where(Person.household_id.is_not(None), Person.left_on.is_(None)).order_by(Connectivity.recorded_on)
    )  # fmt: skip
    newest = {student: (household, shared) for household, student, shared in rows}
    return families(newest)


def families(newest: Mapping[str, tuple[str, bool | None]]) -> tuple[tuple[str, ...], ...]:
    """Student → (household, whether the device is shared) → the students of each household who share one."""
    sharing: dict[str, list[str]] = {}
    for student, (household, shared) in newest.items():
        if shared:
            sharing.setdefault(household, []).append(student)
    return tuple(_sorted(own) for _, own in sorted(sharing.items()) if len(own) > 1)


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
