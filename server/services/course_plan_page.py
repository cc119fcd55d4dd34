"""A course's plan as its page shows it, saved as one whole; who comes second with other changes is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Course, CoursePlanTopic, Lesson, LessonCourse
from server.services import course_plan
from server.services.accounts import record
from server.services.content import Author
from server.services.course_plan import Balance, PlannedLesson
from server.services.courses import CourseHead, course
from server.services.plan_draft import PlanDraft, dated, normal, of_plan, problems
from server.services.plan_hours import in_order, spread
from sync.ids import content_id


@dataclass(frozen=True)
class Fall:
    """The lessons that a row falls on. ``slips``: it is planned for another day than that of its first lesson."""

    lessons: tuple[PlannedLesson, ...] = ()
    missing: int = 0  # hours without a lesson
    slips: bool = False


@dataclass(frozen=True)
class PlanPage:
    """``draft`` is what stands, ``mark`` names it for the form; ``lessons`` are the course's own."""

    head: CourseHead
    draft: PlanDraft
    mark: str
    lessons: tuple[PlannedLesson, ...]
    today: date

    def falls(self, draft: PlanDraft) -> list[Fall]:
        """Where each row of a draft falls."""
        plan = draft.topics()
        found: list[list[PlannedLesson]] = [[] for _ in plan]
        places = spread(plan, [lesson.on for lesson in self.lessons])
        for lesson, row in zip(self.lessons, places, strict=True):
            if row is not None:
                found[row].append(lesson)
        return [
            Fall(tuple(own), topic.hours - len(own), topic.on is not None and (not own or own[0].on != topic.on))
            for topic, own in zip(plan, found, strict=True)
        ]

    def balance(self, draft: PlanDraft) -> Balance:
        """Hours against lessons."""
        return course_plan.balance(draft.topics(), self.lessons, self.today)

    def dated(self, draft: PlanDraft) -> PlanDraft:
        """The draft with the days on which its topics fall when they are taught in order."""
        return dated(draft, in_order(draft.topics(), [lesson.on for lesson in self.lessons]))


def plan_page(session: Session, course_id: str, today: date) -> PlanPage:
    """Raises DomainError course_unknown."""
    head = course(session, course_id, today)
    draft = of_plan(course_plan.plans_of(session, [course_id]).get(course_id, []))
    lessons = course_plan.lessons_of(session, [course_id]).get(course_id, [])
    return PlanPage(head, draft, draft.mark(), tuple(lessons), today)


def balances(session: Session, course_ids: Collection[str], today: date) -> dict[str, Balance]:
    """How the plans of many courses stand, in two queries; courses without a plan have none of its topics."""
    ids = list(course_ids)
    planned = {
        course_id: (topics, hours)
        for course_id, topics, hours in session.execute(
            select(CoursePlanTopic.course_id, func.count(), func.sum(CoursePlanTopic.hours))
            .where(CoursePlanTopic.course_id.in_(ids)).group_by(CoursePlanTopic.course_id)
        )
    }  # fmt: skip
    rows = session.execute(
        select(LessonCourse.course_id, func.count(), func.sum(case((Lesson.on < today, 1), else_=0)))
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(LessonCourse.course_id.in_(ids), Lesson.state == "planned").group_by(LessonCourse.course_id)
    )  # fmt: skip
    held = {course_id: (lessons, gone) for course_id, lessons, gone in rows}
    return {id: Balance(*planned.get(id, (0, 0)), *held.get(id, (0, 0))) for id in ids}


@dataclass(frozen=True)
class Saved:
    """``changed`` is false when it stood so already; ``removed``: how many rows there are less."""

    changed: bool
    removed: int = 0


def save(course_id: str, draft: PlanDraft, base: str, by: Author) -> Saved:
    """Store the plan; ``base`` is the mark of what the form was made from.

    Raises DomainError changed_meanwhile, course_unknown, and the first of ``problems``.
    """
    draft = normal(draft)

    def write(session: Session) -> Saved:
        if session.get(Course, course_id) is None:
            raise DomainError("course_unknown")
        old = course_plan.plans_of(session, [course_id]).get(course_id, [])
        now = of_plan(old)
        if draft.mark() == now.mark():
            return Saved(False)
        if now.mark() != base:
            raise DomainError("changed_meanwhile")
        if found := problems(draft):
            raise next(iter(found.values()))
        for id, topic in course_plan.kept_topics(session, course_id, old, draft.topics(), by.today).items():
            session.get_one(LessonCourse, id).topic = topic
        _store(session, course_id, draft)
        record(session, by.now, by.account_id, "plan.save", course_id)
        return Saved(True, max(len(old) - len(draft.rows), 0))

    return store.write(write)


def _store(session: Session, course_id: str, draft: PlanDraft) -> None:
    stored: Sequence[CoursePlanTopic] = list(session.scalars(
        select(CoursePlanTopic).where(CoursePlanTopic.course_id == course_id).order_by(CoursePlanTopic.position)
    ))  # fmt: skip
    for position, topic in enumerate(draft.topics(), 1):
        if position <= len(stored):
            row = stored[position - 1]
        else:
            row = CoursePlanTopic(id=content_id("plan_topic", course_id, str(position)), course_id=course_id)
            session.add(row)
        row.position, row.section, row.topic = position, topic.section, topic.topic
        row.hours, row.planned_on = topic.hours, topic.on
    for gone in stored[len(draft.rows) :]:
        session.delete(gone)
