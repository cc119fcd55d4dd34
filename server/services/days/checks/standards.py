"""What checks compare days with: the country's norms, working schedules, absences, free days, siblings' devices."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from server.models import (
    Connectivity,
    LessonForm,
    Person,
    School,
    SubjectDifficulty,
    Term,
    TimetableNorm,
    WorkDay,
    WorkSchedule,
)
from server.services.calendar import FREE, Stretch
from server.services.days.reading import Days
from server.services.substitution import away
from server.services.substitution.away import Away
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


@dataclass(frozen=True, slots=True)
class Free:
    """A vacation or a holiday under its name."""

    name: str
    stretch: Stretch


@dataclass(frozen=True)
class Standards:
    """``difficulty``: subject's name in small letters → (grades, points); ``screens``: per cent of a lesson by form;
    ``families``: ids of students of one household who share a device; ``absences``: of teachers, by person."""

    week_length: int = 5
    limits: tuple[Limit, ...] = ()
    difficulty: Mapping[str, tuple[tuple[range, int], ...]] = field(default_factory=dict)
    screens: Mapping[str, int] = field(default_factory=dict)
    schedules: Mapping[str, tuple[Schedule, ...]] = field(default_factory=dict)
    families: tuple[tuple[str, ...], ...] = ()
    absences: Mapping[str, tuple[Away, ...]] = field(default_factory=dict)
    free: tuple[Free, ...] = ()

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
    """What holds for these days. Four queries at most; siblings are read only where a lesson is held at a screen."""
    rows: dict[str, list[Any]] = {"free": [], "limit": [], "points": [], "screen": [], "school": []}
    for row in session.connection().execute(_norms(), {"first": days.first, "last": days.last}).all():
        rows[row.what].append(row)
    screens = {row.name: row.value for row in rows["screen"]}
    forms = {part.form for lesson in days.lessons for part in lesson.parts}
    return Standards(
        rows["school"][0].value if rows["school"] else Standards.week_length, _limits(rows["limit"]),
        _difficulty(rows["points"]), screens, _schedules(session, days.facts.people, days.first, days.last),
        _families(session) if any(screens.get(form) for form in forms) else (), _absences(session, days),
        tuple(Free(row.name, Stretch(row.device, row.starts_on, row.ends_on, tuple(row.grades or ())))
              for row in rows["free"]),
    )  # fmt: skip


@cache
def _norms() -> CompoundSelect[Any]:
    """All that is short and seldom changes, in one query that is composed once; ``what`` says what a row is."""
    country = select(School.country).limit(1).scalar_subquery()
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    number, day, text = cast(null(), Integer), cast(null(), Date), literal("")
    grades = cast(null(), Term.grades.type)
    return union_all(
        select(literal("free").label("what"), Term.name.label("name"), number.label("low"), number.label("high"),
               number.label("days"), Term.kind.label("device"), number.label("value"),
               Term.starts_on.label("starts_on"), Term.ends_on.label("ends_on"), Term.grades.label("grades"))
        .where(Term.kind.in_(FREE), Term.starts_on <= last, Term.ends_on >= first),
        select(literal("limit"), TimetableNorm.rule, TimetableNorm.grades_from, TimetableNorm.grades_to,
               TimetableNorm.days, TimetableNorm.device, TimetableNorm.value, TimetableNorm.starts_on,
               TimetableNorm.ends_on, grades).where(TimetableNorm.country == country),
        select(literal("points"), SubjectDifficulty.subject, SubjectDifficulty.grades_from,
               SubjectDifficulty.grades_to, number, text, SubjectDifficulty.points, day, day, grades)
        .where(SubjectDifficulty.country == country),
        select(literal("screen"), LessonForm.code, number, number, number, text, LessonForm.screen, day, day, grades),
        select(literal("school"), text, number, number, number, text, School.week_length, day, day, grades),
    )  # fmt: skip


def _limits(rows: Iterable[Any]) -> tuple[Limit, ...]:
    return tuple(
        Limit(row.name, range(row.low, row.high + 1), row.days, row.device, row.value, row.starts_on, row.ends_on)
        for row in rows
    )


def _difficulty(rows: Iterable[Any]) -> dict[str, tuple[tuple[range, int], ...]]:
    found: dict[str, tuple[tuple[range, int], ...]] = {}
    for row in rows:
        found[row.name] = (*found.get(row.name, ()), (range(row.low, row.high + 1), row.value))
    return found


def _absences(session: Session, days: Days) -> dict[str, tuple[Away, ...]]:
    found: dict[str, tuple[Away, ...]] = {}
    for one in away.in_force(away.read(session, days.first, days.last)):
        found[one.person_id] = (*found.get(one.person_id, ()), one)
    return found


def _schedules(session: Session, people: Collection[str], first: date, last: date) -> dict[str, tuple[Schedule, ...]]:
    """Of these people; a schedule without weekdays limits only how many lessons there are."""
    rows = session.execute(
        select(WorkSchedule.id, WorkSchedule.person_id, WorkSchedule.since, WorkSchedule.until,
               WorkSchedule.most_a_week, WorkSchedule.most_a_day, WorkDay.weekday, WorkDay.kind, WorkDay.starts,
               WorkDay.ends)
        .outerjoin(WorkDay, WorkDay.schedule_id == WorkSchedule.id)
        .where(current(WorkSchedule.since, WorkSchedule.until, first, last))
    )  # fmt: skip
    heads: dict[str, tuple[str, Schedule]] = {}
    weekdays: dict[str, dict[int, Workday]] = {}
    for row in rows:
        if row.person_id not in people:
            continue
        own = weekdays.setdefault(row.id, {})
        if row.id not in heads:
            heads[row.id] = row.person_id, Schedule(row.since, row.until, row.most_a_week, row.most_a_day, own)
        if row.weekday is not None:
            own[row.weekday] = Workday(row.kind, row.starts or "", row.ends or "")
    found: dict[str, tuple[Schedule, ...]] = {}
    for person, schedule in heads.values():
        found[person] = (*found.get(person, ()), schedule)
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
