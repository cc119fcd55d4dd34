"""Patterns that ask for an incident: repeated absence without an excuse, work not handed in again and again.

They are shown to those who answer for the student; an incident is opened by a person alone.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Absence, AbsenceLetter, Course, Group, Incident, IncidentKind, Lesson, LessonCourse, Person
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
            student for student, due in waiting.missed_deadlines(session, realm, day) if due >= since
        )
    reached = {
        (student, kind): number
        for kind, numbers in counted.items() for student, number in numbers.items()
        if number >= (rules[kind].threshold or 0)
    }  # fmt: skip
    for student, kind in _known(session, reached, rules, day):
        reached.pop((student, kind), None)
    people = session.scalars(select(Person).where(Person.id.in_({student for student, _kind in reached})))
    named = {person.id: person for person in people}
    found = [
        Pattern(student, named[student].slug, full_name(named[student]), kind, rules[kind].name, number,
                rules[kind].within_days or 0)
        for (student, kind), number in reached.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.count, folded(one.name), one.kind))


def _missed(session: Session, realm: Realm, since: date, day: date) -> Counter[str]:
    """How many lessons each student missed without an excuse; where two values stand, nobody is counted."""
    lessons = session.scalars(
        select(Absence.lesson_course_id).distinct()
        .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id)
        .where(Lesson.on.between(since, day), within(realm))
    ).all()  # fmt: skip
    bare = set(session.scalars(
        select(AbsenceLetter.code).where(AbsenceLetter.missed.is_(True), AbsenceLetter.excused.is_(False))
    ))  # fmt: skip
    stands = standing(session, lessons) if lessons else {}
    return Counter(
        student for (student, _lesson), state in stands.items()
        if len(state.said.letters) == 1 and state.said.letters[0] in bare
    )  # fmt: skip


def _known(
    session: Session, reached: dict[tuple[str, str], int], rules: dict[str, IncidentKind], day: date
) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Incident.student_id, Incident.kind, Incident.closed_at)
        .where(Incident.student_id.in_({student for student, _kind in reached}),
               Incident.kind.in_(rules))
    )  # fmt: skip
    return [
        (student, kind) for student, kind, closed_at in rows
        if closed_at is None or _days_ago(closed_at, day) <= (rules[kind].within_days or 0)
    ]  # fmt: skip


def _days_ago(moment: datetime, day: date) -> int:
    return (day - moment.date()).days
