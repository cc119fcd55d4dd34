"""What who approves days looks at: each day that waits with its counts, findings, changes and steps, and the others."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.models import Day, DayStep, Lesson, Person
from server.services.days.checking import Finding, check_days
from server.services.days.checks.standards import read_standards
from server.services.days.day_changes import ChangedLesson, changes
from server.services.days.finding_words import WEEKLY
from server.services.days.reading import Days, read_days
from server.services.days.week_findings import with_students
from server.services.people import short_name
from server.services.weeks import window_of


@dataclass(frozen=True)
class Step:
    """Something that happened to a day. ``name`` "": the clock or the command line did it."""

    state: str
    at: datetime
    name: str
    remark: str


@dataclass(frozen=True)
class Standing:
    """A day on its way. ``changes``: since ``since``, when it was approved last; None: from the usual timetable.

    ``state``: draft, submitted, returned, approved; counts, findings and changes are read of submitted days only.
    """

    on: date
    version: int
    state: str
    remark: str
    is_out: bool
    steps: tuple[Step, ...]
    lessons: int = 0
    cancelled: int = 0
    hard: tuple[Finding, ...] = ()
    soft: tuple[Finding, ...] = ()
    since: datetime | None = None
    changes: tuple[ChangedLesson, ...] = ()

    def last(self, state: str) -> Step | None:
        """The newest step of a kind."""
        return next((step for step in reversed(self.steps) if step.state == state), None)


@dataclass(frozen=True)
class Desk:
    """The coming days by what they wait for; ``read``: the submitted ones with their lessons, for their findings."""

    submitted: tuple[Standing, ...]
    others: tuple[Standing, ...]
    read: Days | None


def desk(session: Session, today: date, named: bool = False) -> Desk:
    """All days with lessons from today to the end of the next week, and submitted ones after that; ``named``: siblings
    may be told by their names. What is counted by the week is left to the checks of the week, for its days wait singly.
    """
    standings = _standings(session, today)
    waiting = [one for one in standings if one.state == "submitted"]
    if not waiting:
        return Desk((), tuple(standings), None)
    read = read_days(session, waiting[0].on, waiting[-1].on)
    found = [one for one in check_days(read, read_standards(session, read)) if one.code not in WEEKLY]
    if named:
        read = with_students(session, read, found)
    since = {one.on: step.at if (step := one.last("approved")) else None for one in waiting}
    changed = changes(session, since, read.facts)
    full = tuple(_filled(one, read, found, since[one.on], changed[one.on]) for one in waiting)
    return Desk(full, tuple(one for one in standings if one.state != "submitted"), read)


def _filled(
    one: Standing, read: Days, found: list[Finding], since: datetime | None, changed: tuple[ChangedLesson, ...]
) -> Standing:
    lessons = read.on(one.on)
    own = [finding for finding in found if finding.on == one.on]
    return replace(
        one, lessons=sum(lesson.is_held for lesson in lessons), cancelled=sum(not one.is_held for one in lessons),
        hard=tuple(finding for finding in own if finding.hard),
        soft=tuple(finding for finding in own if not finding.hard), since=since, changes=changed,
    )  # fmt: skip


def _standings(session: Session, today: date) -> list[Standing]:
    held = select(Lesson.on).where(Lesson.on.between(today, window_of(today).last), Lesson.state == "planned")
    days = set(session.scalars(held.distinct()))
    rows = {row.on: row for row in session.scalars(select(Day).where(Day.on >= today))}
    days |= {on for on, row in rows.items() if row.state == "submitted"}
    steps: dict[date, list[Step]] = {}
    for step, person in session.execute(
        select(DayStep, Person).outerjoin(Person, Person.id == DayStep.by_id).where(DayStep.on.in_(days))
        .order_by(DayStep.at, DayStep.id)
    ):  # fmt: skip
        name = short_name(person) if person else ""
        steps.setdefault(step.on, []).append(Step(step.state, step.at, name, step.remark))
    unborn = Day(version=0, remark="")
    return [
        Standing(on, row.version, row.state, row.remark, row.published_at is not None, tuple(steps.get(on, ())))
        for on in sorted(days) for row in [rows.get(on, unborn)]
    ]  # fmt: skip


@dataclass(frozen=True)
class Returned:
    """A day that came back, with the word on why and by whom."""

    on: date
    remark: str
    name: str


@dataclass(frozen=True)
class Owed:
    """What Today says of the coming days: how many wait for approval, which came back, what was reminded of; which
    should be out by now and are not approved."""

    waiting: int
    returned: tuple[Returned, ...]
    reminded: frozenset[date]
    missed: tuple[date, ...]


def owed(session: Session, today: date) -> Owed:
    """Of the days from today on; one query."""
    days: dict[date, Day] = {}
    names: dict[date, str] = {}
    reminded, missed = set(), set()
    for day, step, person in session.execute(
        select(Day, DayStep.state, Person)
        .outerjoin(DayStep, and_(DayStep.on == Day.on, DayStep.state.in_(("returned", "reminded", "missed"))))
        .outerjoin(Person, Person.id == DayStep.by_id).where(Day.on >= today).order_by(Day.on, DayStep.at)
    ):  # fmt: skip
        days[day.on] = day
        if step == "returned" and person is not None:
            names[day.on] = short_name(person)
        elif step in ("reminded", "missed") and day.state != "approved":
            reminded.add(day.on)
            missed |= {day.on} if step == "missed" else set()
    back = tuple(Returned(on, day.remark, names.get(on, "")) for on, day in days.items() if day.state == "returned")
    return Owed(sum(day.state == "submitted" for day in days.values()), back, frozenset(reminded),
                tuple(sorted(missed)))  # fmt: skip
