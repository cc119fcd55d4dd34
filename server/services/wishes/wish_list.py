"""Wishes as lists and pages show them: what is wanted, who was asked and said what, and how it ended."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from server.errors import DomainError
from server.models import (
    Course,
    Group,
    Lesson,
    LessonAct,
    LessonConsent,
    LessonCourse,
    LessonRequest,
    Person,
    Subject,
)
from server.policy import Realm
from server.services import lesson_list
from server.services.people import full_name, short_name

WAITING, ENDED = ("open", "agreed"), ("scheduled", "refused", "withdrawn")


@dataclass(frozen=True)
class Consent:
    """What one of those asked has said: "" not yet, yes, no."""

    person_id: str
    name: str
    answer: str
    remark: str
    at: datetime | None


@dataclass(frozen=True)
class WishView:
    """A wish. ``on``, ``n``: of the lesson it is about; ``wanted``: days and numbers that would suit; ``undone``: the
    deed that had fulfilled it was taken back."""

    id: str
    kind: str
    state: str
    text: str
    course_id: str
    group_id: str
    parent_id: str | None
    group: str
    subject: str
    lesson_course_id: str | None
    on: date | None
    n: int | None
    topic: str
    student_id: str | None
    student: str
    slug: str
    asked_by_id: str | None
    asked_by: str
    entered_by_id: str
    entered_by: str
    asked_at: datetime
    wanted: tuple[tuple[date, int], ...]
    outcome: str
    decided_by: str
    decided_at: datetime | None
    act_id: str | None
    undone: bool
    request_id: str | None
    consents: tuple[Consent, ...] = ()

    @property
    def waits_for(self) -> tuple[Consent, ...]:
        """Who has not answered yet."""
        return tuple(one for one in self.consents if not one.answer)


def mine(person_id: str) -> ColumnElement[bool]:
    """SQL: wishes that somebody asked, wrote down, or is asked about."""
    asked = exists().where(LessonConsent.lesson_request_id == LessonRequest.id, LessonConsent.person_id == person_id)
    return or_(LessonRequest.asked_by == person_id, LessonRequest.entered_by == person_id, asked)


def within(realm: Realm) -> ColumnElement[bool]:
    """SQL: wishes about courses of a realm."""
    return lesson_list.within(realm)


def to_answer(person_id: str) -> ColumnElement[bool]:
    """SQL: open wishes that wait for somebody's word."""
    waits = exists().where(LessonConsent.lesson_request_id == LessonRequest.id,
                           LessonConsent.person_id == person_id, LessonConsent.answer == "")  # fmt: skip
    return and_(LessonRequest.state == "open", waits)


def decided_for(person_id: str, since: datetime) -> ColumnElement[bool]:
    """SQL: wishes of somebody that another person decided since then."""
    own = or_(LessonRequest.asked_by == person_id, LessonRequest.entered_by == person_id)
    return and_(own, LessonRequest.state.in_(("scheduled", "refused")), LessonRequest.decided_at >= since,
                LessonRequest.decided_by != person_id)  # fmt: skip


def for_today(session: Session, person_id: str, since: datetime, office: bool) -> tuple[list[WishView], ...]:
    """What Today says: wishes that wait for somebody's word; that the office is to schedule; own ones decided since."""
    agreed = LessonRequest.state == "agreed"
    parts = [to_answer(person_id), decided_for(person_id, since), *([agreed] if office else [])]
    found = _views(session, session.execute(_ROWS.where(or_(*parts)).order_by(LessonRequest.asked_at)))
    return (
        [one for one in found if one.state == "open"], [one for one in found if one.state == "agreed"],
        [one for one in found if one.state in ENDED],
    )  # fmt: skip


def listed(
    session: Session, where: ColumnElement[bool], states: Collection[str] = WAITING, limit: int = 200
) -> list[WishView]:  # fmt: skip
    """Wishes, those that wait oldest first, those that ended newest first."""
    waiting = set(states) <= set(WAITING)
    order = LessonRequest.asked_at if waiting else LessonRequest.decided_at.desc()
    rows = session.execute(
        _ROWS.where(where, LessonRequest.state.in_(states)).order_by(order, LessonRequest.id).limit(limit)
    )
    return _views(session, rows.all())


def one(session: Session, wish_id: str) -> WishView:
    """Raises DomainError not_found."""
    row = session.execute(_ROWS.where(LessonRequest.id == wish_id)).first()
    if row is None:
        raise DomainError("not_found")
    return _views(session, [row])[0]


_Parent, _Student, _Asker, _Writer, _Decider = (aliased(Group), *(aliased(Person) for _ in range(4)))
_ROWS = (
    select(LessonRequest, Course.group_id, Group.parent_id, Group.name.label("group_name"),
           _Parent.name.label("parent_name"), Subject.name.label("subject"), Lesson.on, Lesson.n, LessonCourse.topic,
           _Student, _Asker, _Writer, _Decider, LessonAct.undone_by_id)
    .select_from(LessonRequest)
    .join(Course, Course.id == LessonRequest.course_id).join(Group, Group.id == Course.group_id)
    .join(Subject, Subject.id == Course.subject_id).outerjoin(_Parent, _Parent.id == Group.parent_id)
    .outerjoin(LessonCourse, LessonCourse.id == LessonRequest.lesson_course_id)
    .outerjoin(Lesson, Lesson.id == LessonCourse.lesson_id)
    .outerjoin(_Student, _Student.id == LessonRequest.student_id)
    .outerjoin(_Asker, _Asker.id == LessonRequest.asked_by)
    .join(_Writer, _Writer.id == LessonRequest.entered_by)
    .outerjoin(_Decider, _Decider.id == LessonRequest.decided_by)
    .outerjoin(LessonAct, LessonAct.id == LessonRequest.act_id)
)  # fmt: skip


def _views(session: Session, rows: Iterable[Any]) -> list[WishView]:
    rows = list(rows)
    if not rows:
        return []
    said: dict[str, list[Consent]] = {}
    pairs = session.execute(
        select(LessonConsent, Person).join(Person, Person.id == LessonConsent.person_id)
        .where(LessonConsent.lesson_request_id.in_([row.LessonRequest.id for row in rows]))
        .order_by(Person.last_name, Person.first_name)
    )  # fmt: skip
    for consent, person in pairs:
        said.setdefault(consent.lesson_request_id, []).append(
            Consent(person.id, short_name(person), consent.answer, consent.remark, consent.at)
        )
    return [_view(row, tuple(said.get(row.LessonRequest.id, ()))) for row in rows]


def _view(row: Any, consents: tuple[Consent, ...]) -> WishView:
    wish: LessonRequest = row.LessonRequest
    student, asker, writer, decider = row[9:13]
    return WishView(
        wish.id, wish.kind, wish.state, wish.text, wish.course_id, row.group_id, row.parent_id,
        f"{row.parent_name}, {row.group_name}" if row.parent_name else row.group_name, row.subject,
        wish.lesson_course_id, row.on, row.n, row.topic or "", wish.student_id,
        full_name(student) if student else "", student.slug if student else "", wish.asked_by,
        short_name(asker) if asker else "", wish.entered_by, short_name(writer), wish.asked_at,
        tuple((date.fromisoformat(time["on"]), time["n"]) for time in wish.wanted), wish.outcome,
        short_name(decider) if decider else "", wish.decided_at, wish.act_id, row.undone_by_id is not None,
        wish.request_id, consents,
    )  # fmt: skip
