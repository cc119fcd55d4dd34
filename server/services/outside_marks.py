"""Marks from elsewhere as the subject teacher decides about them: taken into the journal, noted for the term, declined.

Offered are rows that files brought, and marks of study groups' courses here (a tutor, a network teacher) to the class's
own course in the subject. Nothing is overwritten: what stands in the journal is shown beside the offer, and stays.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from server import store
from server.errors import DomainError
from server.models import (
    Course,
    Group,
    Lesson,
    LessonCourse,
    MarkRevision,
    OutsideMark,
    Person,
    School,
    Subject,
    Task,
    TaskKind,
    Term,
    Work,
)
from server.policy import Realm, Scope
from server.services import grading_rules, logging_work, oral, study_marks
from server.services.courses import TAUGHT, alphabetical
from server.services.lesson_list import within
from server.services.logging_work import Draft, Said, mark_of
from server.services.oral import Column
from server.services.people import short_name
from server.services.works import states
from sync.ids import content_id

OFFERED, TAKEN, NOTED, DECLINED = "offered", "taken", "noted", "declined"
Standing = tuple[str, str | None, int | None]  # title of a work, its mark, its maximum
EVERYTHING = Realm(True, frozenset(), frozenset())


@dataclass(frozen=True)
class Offer:
    """A mark from elsewhere. ``there``: what stands in the class's journal on that day, as (title, value, maximum).

    ``decided_by`` and later are of those that were decided.
    """

    id: str
    student_id: str
    student: str
    scope: Scope
    course_id: str
    group: str
    subject: str
    given_on: date
    kind: str  # message id
    topic: str
    value: str
    max_points: int | None
    source: str
    sender: str
    comment: str
    file_name: str
    state: str
    there: tuple[Standing, ...] = ()
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Author:
    """Who decides, and when."""

    person_id: str
    now: datetime
    today: date


@dataclass(frozen=True)
class Prepared:
    """The work that shall bear a mark, and what will be said about it."""

    code: str
    said: Said


_ROWS = (
    select(OutsideMark, Person.last_name, Person.first_name, Group, Subject.name, TaskKind.name)
    .join(Person, Person.id == OutsideMark.student_id).join(Course, Course.id == OutsideMark.course_id)
    .join(Group, Group.id == Course.group_id).join(Subject, Subject.id == Course.subject_id)
    .join(TaskKind, TaskKind.code == OutsideMark.kind)
)  # fmt: skip


def offers(session: Session, realm: Realm, today: date) -> list[Offer]:
    """What waits for a decision in the realm's courses, by course and student, the oldest first."""
    rows = session.execute(_ROWS.where(OutsideMark.state == OFFERED, within(realm))).all()
    found = [_offer(*row) for row in rows] + _from_study_groups(session, realm, today)
    there = _there(session, found)
    found = [replace(one, there=tuple(there.get((one.student_id, one.course_id, one.given_on), ()))) for one in found]
    return sorted(found, key=lambda one: (one.group, one.subject, alphabetical(one.student), one.given_on, one.id))


def decided(session: Session, realm: Realm, limit: int = 100) -> list[Offer]:
    """What was decided in the realm's courses, the newest first."""
    rows = session.execute(
        _ROWS.add_columns(_By).outerjoin(_By, _By.id == OutsideMark.decided_by)
        .where(OutsideMark.state != OFFERED, within(realm)).order_by(OutsideMark.decided_at.desc()).limit(limit)
    ).all()  # fmt: skip
    return [replace(_offer(*row), decided_by=short_name(by) if by else "") for *row, by in rows]


def course_of(session: Session, offer_id: str, today: date) -> str:
    """The course in which the mark is offered. Raises DomainError not_found."""
    row = session.get(OutsideMark, offer_id)
    if row is not None:
        return row.course_id
    known = {one.id: one.course_id for one in _from_study_groups(session, EVERYTHING, today)}
    if offer_id not in known:
        raise DomainError("not_found")
    return known[offer_id]


def is_done(session: Session, offer_id: str, state: str, person_id: str) -> bool:
    """True if this person has decided so already: a second click of the same form."""
    row = session.get(OutsideMark, offer_id)
    return row is not None and (row.state, row.decided_by) == (state, person_id)


def prepare(offer_id: str, by: Author) -> Prepared:
    """Make the place in the journal where the mark shall stand: the same one however often it is asked for.

    Raises DomainError outside_decided, grade_without_marks, lesson_unknown.
    """

    def write(session: Session) -> Prepared:
        row = _open(session, offer_id, by)
        course = session.get_one(Course, row.course_id)
        if row.scale != "none":
            grading_rules.refuse_figures(session, grading_rules.grade_of(course.group), row.given_on)
        view = _lesson_of(session, row)
        title = f"{row.topic} ({row.source})" if row.topic else row.source
        task_id = content_id("elsewhere", view.id, title, row.kind, row.scale, str(row.max_points))
        oral.make_task(session, task_id, view, Column(title[:300], row.kind, row.scale, row.max_points), by.now)
        work = oral.give_work(session, task_id, row.student_id, by.now)
        row.task_id = task_id
        return Prepared(work.code, Said(mark_of("mark", row.value), _comment(row), again=False))

    return store.write(write)


def envelope(draft: Draft, n: int, place: Prepared) -> dict[str, Any]:
    """The op by which the mark is taken over: a second click of the same form makes the same bytes."""
    lines = [*draft.lines]
    lines[n] = replace(lines[n], key=place.code, heads=(), state="marked")
    return logging_work.op_about_work(replace(draft, lines=tuple(lines)), n, place.said, None)


def settle(offer_id: str, state: str, by: Author, reason: str = "") -> None:
    """Note what became of an offer. Raises DomainError outside_decided, field_needed (a reason to decline)."""
    if state == DECLINED and not reason:
        raise DomainError("field_needed", field=_l("reason"))

    def write(session: Session) -> None:
        row = _open(session, offer_id, by)
        if state == NOTED:
            row.term_id = _term_of(session, row)
        if state != TAKEN:
            row.task_id = None
        row.state, row.reason, row.decided_at, row.decided_by = state, reason, by.now, by.person_id

    store.write(write)


def reopen(offer_id: str) -> None:
    """Offer again what was declined or noted. Raises DomainError not_found, outside_decided (it is in the journal)."""

    def write(session: Session) -> None:
        row = session.get(OutsideMark, offer_id)
        if row is None:
            raise DomainError("not_found")
        if row.state == TAKEN:
            raise DomainError("outside_decided")
        row.state, row.reason, row.decided_at, row.decided_by, row.term_id = OFFERED, "", None, None, None

    store.write(write)


def _comment(row: OutsideMark) -> str:
    """What stands beside the mark: where it came from, who gave it, and what was said about it."""
    parts = [row.source, row.sender, f"{row.given_on:%d.%m.%Y}", row.file_name]
    return "\n".join(filter(None, (", ".join(filter(None, parts)), row.comment)))


def _open(session: Session, offer_id: str, by: Author) -> OutsideMark:
    """The row of an offer that nobody has decided; of a mark in a study group it is made now."""
    session.execute(select(School.id).with_for_update())  # two who decide at once: the second one sees the first
    row = session.get(OutsideMark, offer_id)
    if row is None:
        given = study_marks.unsettled(session, EVERYTHING, by.today)
        found = next((one for one in given if one.id == offer_id), None)
        if found is None:
            raise DomainError("outside_decided")
        found.received_at = by.now
        session.add(found)
        session.flush()
        row = found
    if row.state != OFFERED:
        raise DomainError("outside_decided")
    return row


def _lesson_of(session: Session, row: OutsideMark) -> LessonCourse:
    """The course's last lesson up to that day, else its first."""
    lessons = select(LessonCourse).join(Lesson, Lesson.id == LessonCourse.lesson_id).where(
        LessonCourse.course_id == row.course_id, Lesson.state == "planned"
    )  # fmt: skip
    before = lessons.where(Lesson.on <= row.given_on).order_by(Lesson.on.desc(), Lesson.n.desc(), LessonCourse.id)
    found = session.scalars(before.limit(1)).first()
    found = found or session.scalars(lessons.order_by(Lesson.on, Lesson.n, LessonCourse.id).limit(1)).first()
    if found is None:
        raise DomainError("lesson_unknown")
    return found


def _term_of(session: Session, row: OutsideMark) -> str | None:
    """The term in which it was given, of those that the course is marked by; None outside all: it is the year's."""
    course = session.get_one(Course, row.course_id)
    grade = grading_rules.grade_of(course.group)
    rule = grading_rules.read(session).rule(grade, course.subject.scale, grading_rules.TERM, row.given_on)
    terms = session.scalars(
        select(Term).where(Term.year_id == course.year_id, Term.kind.in_(TAUGHT), Term.starts_on <= row.given_on,
                           Term.ends_on >= row.given_on)
    ).all()  # fmt: skip
    fitting = [term for term in terms if not term.grades or grade is None or grade in term.grades]
    fitting.sort(key=lambda term: (rule is None or term.kind != rule.term_kind, not term.grades))
    return fitting[0].id if fitting else None


def _offer(row: OutsideMark, last: str, first: str, group: Group, subject: str, kind: str) -> Offer:
    return Offer(
        row.id, row.student_id, f"{last} {first}".strip(), _scope(row.course_id, group), row.course_id, group.name,
        subject, row.given_on, kind, row.topic, row.value, row.max_points, row.source, row.sender,
        row.comment, row.file_name, row.state, reason=row.reason, decided_at=row.decided_at,
    )  # fmt: skip


def _scope(course_id: str, group: Group) -> Scope:
    return Scope(frozenset({group.id, *([group.parent_id] if group.parent_id else [])}), frozenset({course_id}))


def _there(session: Session, found: Sequence[Offer]) -> dict[tuple[str, str, date], list[Standing]]:
    """By student, course and day of the offer: marks of that day's lesson, or of the last one before it."""
    if not found:
        return {}
    courses = {one.course_id for one in found}
    days: dict[str, list[date]] = {}
    for course_id, on in session.execute(
        select(LessonCourse.course_id, Lesson.on).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(LessonCourse.course_id.in_(courses), Lesson.state == "planned").distinct().order_by(Lesson.on)
    ):  # fmt: skip
        days.setdefault(course_id, []).append(on)
    rows = session.execute(
        select(Work.id, Work.student_id, Task.course_id, Lesson.on, Task.title, Task.max_points)
        .join(Task, Task.id == Work.task_id).join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Work.student_id.in_({one.student_id for one in found}), Task.course_id.in_(courses),
               exists().where(MarkRevision.work_id == Work.id))
    ).all()  # fmt: skip
    known = states(session, [row.id for row in rows]) if rows else {}
    told: dict[tuple[str, str, date], list[Standing]] = {}
    for work_id, student_id, course_id, on, title, most in rows:
        shown = known[work_id].shown
        if shown is not None and shown.value[0] == "mark":
            told.setdefault((student_id, course_id, on), []).append((title, shown.value[1], most))
    return {
        key: marks for one in found
        for key in [(one.student_id, one.course_id, one.given_on)]
        if (marks := told.get((*key[:2], _last_until(days.get(one.course_id, ()), one.given_on))))
    }  # fmt: skip


def _last_until(days: Sequence[date], day: date) -> date:
    """The last of the days (in order) up to this one; this one, if there is none."""
    place = bisect_right(days, day)
    return days[place - 1] if place else day


_By = aliased(Person)


def _from_study_groups(session: Session, realm: Realm, today: date) -> list[Offer]:
    rows = study_marks.unsettled(session, realm, today)
    if not rows:
        return []
    names = {
        course_id: (group, subject) for course_id, group, subject in session.execute(
            select(Course.id, Group, Subject.name).join(Group, Group.id == Course.group_id)
            .join(Subject, Subject.id == Course.subject_id).where(Course.id.in_({row.course_id for row in rows}))
        )
    }  # fmt: skip
    people = {
        id_: (last, first) for id_, last, first in session.execute(
            select(Person.id, Person.last_name, Person.first_name)
            .where(Person.id.in_({row.student_id for row in rows}))
        )
    }  # fmt: skip
    kinds = logging_work.kinds(session)
    return [_offer(row, *people[row.student_id], *names[row.course_id], kinds[row.kind]) for row in rows]
