"""Course plans (КТП): the topics of a course, and which lesson has which topic.

A lesson's topic is its own where somebody wrote one; else it is derived from the plan each time it is asked for
(plan_hours.spread), so that a lesson that falls out shifts the topics by itself. Cancelled and withdrawn lessons do
not count. A lesson that was held keeps its topic: when a change of the plan would give it another one, the topic it
had is written into it first, unless the plan has it no more. What an edition has published stays there anyway.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import CoursePlanTopic, Lesson, LessonCourse
from server.services.plan_hours import Topic, spread, to_keep

MOST = 5000  # values of one query


@dataclass(frozen=True)
class PlannedLesson:
    """A lesson of a course that is held or will be; ``own``: the topic somebody wrote into it."""

    id: str
    on: date
    n: int
    own: str


@dataclass(frozen=True)
class Balance:
    """Hours of the plan against lessons of the calendar, held and to come."""

    topics: int
    hours: int
    lessons: int
    held: int

    @property
    def too_many(self) -> int:
        """Hours that have no lesson."""
        return max(self.hours - self.lessons, 0)

    @property
    def too_few(self) -> int:
        """Lessons that have no hour."""
        return max(self.lessons - self.hours, 0)


def topics(session: Session, course_ids: Iterable[str]) -> dict[str, str]:
    """Lesson's course → the plan's topic, for the lessons of these courses that have none of their own.

    Three queries, however many lessons there are; none beyond the first for courses without a plan.
    """
    plans = plans_of(session, course_ids)
    lessons = lessons_of(session, plans)
    return {
        lesson.id: topic
        for course_id, plan in plans.items()
        for lesson, topic in placed(plan, lessons.get(course_id, ()))
        if not lesson.own
    }


def placed(plan: Sequence[Topic], lessons: Sequence[PlannedLesson]) -> Iterable[tuple[PlannedLesson, str]]:
    """Every lesson that the plan has a topic for, whatever its own is."""
    for lesson, row in zip(lessons, spread(plan, [lesson.on for lesson in lessons]), strict=True):
        if row is not None:
            yield lesson, plan[row].topic


def plans_of(session: Session, course_ids: Iterable[str]) -> dict[str, list[Topic]]:
    """Course → its topics in order; courses without a plan are left out."""
    found: dict[str, list[Topic]] = {}
    for chunk in _chunks(course_ids):
        rows = session.execute(
            select(CoursePlanTopic.course_id, CoursePlanTopic.section, CoursePlanTopic.topic, CoursePlanTopic.hours,
                   CoursePlanTopic.planned_on)
            .where(CoursePlanTopic.course_id.in_(chunk)).order_by(CoursePlanTopic.course_id, CoursePlanTopic.position)
        )  # fmt: skip
        for course_id, *topic in rows:
            found.setdefault(course_id, []).append(Topic(*topic))
    return found


def lessons_of(session: Session, course_ids: Iterable[str]) -> dict[str, list[PlannedLesson]]:
    """Course → its planned lessons, in order."""
    found: dict[str, list[PlannedLesson]] = {}
    for chunk in _chunks(course_ids):
        rows = session.execute(
            select(LessonCourse.course_id, LessonCourse.id, Lesson.on, Lesson.n, LessonCourse.topic)
            .join(Lesson, Lesson.id == LessonCourse.lesson_id)
            .where(LessonCourse.course_id.in_(chunk), Lesson.state == "planned")
            .order_by(Lesson.on, Lesson.n, LessonCourse.id)
        )  # fmt: skip
        for course_id, *lesson in rows:
            found.setdefault(course_id, []).append(PlannedLesson(*lesson))
    return found


def _chunks(course_ids: Iterable[str]) -> Iterable[list[str]]:
    wanted = sorted(set(course_ids))
    for start in range(0, len(wanted), MOST):
        yield wanted[start : start + MOST]


def balance(plan: Sequence[Topic], lessons: Collection[PlannedLesson], today: date) -> Balance:
    """How the plan stands; a lesson of an earlier day counts as held."""
    held = sum(lesson.on < today for lesson in lessons)
    return Balance(len(plan), sum(topic.hours for topic in plan), len(lessons), held)


def kept_topics(
    session: Session, course_id: str, old: Sequence[Topic], new: Sequence[Topic], today: date
) -> dict[str, str]:
    """Lesson's course → the topic to write into it before the plan changes: see ``plan_hours.to_keep``."""
    lessons = lessons_of(session, [course_id]).get(course_id, [])
    kept = to_keep(old, new, {lesson.id: lesson.on for lesson in lessons}, today)
    return {lesson.id: kept[lesson.id] for lesson in lessons if lesson.id in kept and not lesson.own}
