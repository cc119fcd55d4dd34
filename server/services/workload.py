"""Lessons of each teacher week by week, against the most that their working schedule allows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.models import Lesson, LessonTeacher, Person, WorkSchedule
from server.services.calendar import monday
from server.services.courses import alphabetical
from server.services.measures import Span
from server.services.people import full_name

WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Load:
    """A teacher's lessons: in the week asked for, on the average and at most a week of the span (weeks with lessons).

    ``limit``: most a week by the schedule of that week, None where nothing limits it; ``over``: weeks beyond it.
    """

    person_id: str
    name: str
    week: int
    mean: float
    most: int
    limit: int | None
    over: tuple[date, ...]

    @property
    def is_over(self) -> bool:
        """Whether the week asked for is beyond the limit."""
        return self.limit is not None and self.week > self.limit


def loads(session: Session, span: Span, week: date, teacher_id: str | None = None) -> list[Load]:
    """Everybody who holds lessons in the span, by name; ``week``: any day of the week asked for. Three queries."""
    first, last = min(span.first, monday(week)), max(span.last, monday(week) + WEEK)
    query = (
        select(LessonTeacher.person_id, Lesson.on, func.count()).join(Lesson, Lesson.id == LessonTeacher.lesson_id)
        .where(Lesson.on.between(first, last), Lesson.state == "planned").group_by(LessonTeacher.person_id, Lesson.on)
    )  # fmt: skip
    if teacher_id is not None:
        query = query.where(LessonTeacher.person_id == teacher_id)
    weeks: dict[str, Counter[date]] = {}
    for person_id, on, number in session.execute(query):
        weeks.setdefault(person_id, Counter())[monday(on)] += number
    people = session.scalars(select(Person).where(Person.id.in_(weeks)))
    schedules: dict[str, list[WorkSchedule]] = {}
    here = (WorkSchedule.since <= last, or_(WorkSchedule.until.is_(None), WorkSchedule.until >= first))
    for row in session.scalars(select(WorkSchedule).where(*here).order_by(WorkSchedule.since)):
        schedules.setdefault(row.person_id, []).append(row)
    found = [_load(person, weeks[person.id], schedules.get(person.id, []), span, monday(week)) for person in people]
    return sorted(found, key=lambda one: alphabetical(one.name))


def _load(person: Person, weeks: Counter[date], schedules: list[WorkSchedule], span: Span, week: date) -> Load:
    own = {day: number for day, number in weeks.items() if span.first - WEEK <= day <= span.last}
    over = tuple(sorted(
        day for day, number in own.items() if (limit := limit_of(schedules, day)) is not None and number > limit
    ))  # fmt: skip
    mean = sum(own.values()) / len(own) if own else 0.0
    return Load(person.id, full_name(person), weeks[week], mean, max(own.values(), default=0),
                limit_of(schedules, week), over)  # fmt: skip


def limit_of(schedules: list[WorkSchedule], week: date) -> int | None:
    """The most a week of the newest schedule that holds on a day of the week that begins then."""
    valid = [row for row in schedules if row.since <= week + WEEK and (row.until is None or row.until >= week)]
    return valid[-1].most_a_week if valid else None
