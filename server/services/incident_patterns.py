"""Patterns that ask for an incident: repeated absence without an excuse, work not handed in again and again.

They are shown to those who answer for the student; an incident is opened by a person alone.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.models import Course, Group, Incident, IncidentKind, Lesson, LessonCourse, Person
from server.policy import Realm
from server.services import waiting
from server.services.absence_evidence import standing
from server.services.lesson_list import within
from server.services.people import folded, full_name


@dataclass(frozen=True)
class Pattern:
    """A student who reached a kind's threshold: how many within how many days."""

    student_id: str
    slug: str
    name: str
    kind: str
    kind_name: str
    count: int
    days: int


def patterns(session: Session, realm: Realm, day: date) -> list[Pattern]:
    """What to look at, the most first. Left out: a kind with an open incident, or one closed within its days."""
    rows = session.scalars(select(IncidentKind).where(IncidentKind.threshold.is_not(None))).all()
    rules = {row.code: row for row in rows}
    counted = {}
    if "absence" in rules:
        since = day - timedelta(days=rules["absence"].within_days or 0)
        counted["absence"] = _missed(session, realm, since, day)
    if "not_handed_in" in rules:
        since = day - timedelta(days=rules["not_handed_in"].within_days or 0)
        counted["not_handed_in"] = Counter(
            student for student, _due in waiting.missed_deadlines(session, realm, day, since)
        )
    reached = {
        (student, kind): number
        for kind, numbers in counted.items() for student, number in numbers.items()
        if number >= (rules[kind].threshold or 0)
    }  # fmt: skip
    if not reached:
        return []
    named = {}
    for person, kind, closed_at in session.execute(
        select(Person, Incident.kind, Incident.closed_at)
        .outerjoin(Incident, and_(Incident.student_id == Person.id, Incident.kind.in_(rules)))
        .where(Person.id.in_({student for student, _kind in reached}))
    ):  # fmt: skip
        named[person.id] = person
        if kind and (closed_at is None or (day - closed_at.date()).days <= (rules[kind].within_days or 0)):
            reached.pop((person.id, kind), None)
    found = [
        Pattern(student, named[student].slug, full_name(named[student]), kind, rules[kind].name, number,
                rules[kind].within_days or 0)
        for (student, kind), number in reached.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.count, folded(one.name), one.kind))


def _missed(session: Session, realm: Realm, since: date, day: date) -> Counter[str]:
    """How many lessons each student missed without an excuse; where two values stand, nobody is counted."""
    lessons = (
        select(LessonCourse.id).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Course, Course.id == LessonCourse.course_id).join(Group, Group.id == Course.group_id)
        .where(Lesson.on.between(since, day), within(realm))
    )  # fmt: skip
    return Counter(
        student for (student, _lesson), state in standing(session, lessons).items()
        if state.missed and not state.said.excused
    )  # fmt: skip
