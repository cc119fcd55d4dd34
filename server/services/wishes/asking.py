"""Writes wishes down, takes the answers of those who must agree, and ends what was refused or withdrawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import (
    Course,
    CourseTeacher,
    Lesson,
    LessonConsent,
    LessonCourse,
    LessonRequest,
    LessonTeacher,
    Person,
    Request,
)
from server.services import requests
from server.services.accounts import new_id, record
from server.services.content import Author
from server.services.content_draft import clean
from server.services.days.clashes import between
from server.services.days.reading import Held, read_days
from server.services.wishes import consents
from server.services.wishes.meeting_time import Busy, Place, meet
from server.services.works import current

MOST_TEXT, MOST_WANTED = 2000, 3  # characters; times that would suit


@dataclass(frozen=True)
class Wish:
    """What is wanted. ``wanted``: times that would suit, (day, lesson number); ``asked_by``: who wants it, if it is
    not who writes it down; ``request_id``: the promise that it keeps."""

    kind: str
    course_id: str
    lesson_course_id: str | None = None
    student_id: str | None = None
    asked_by: str | None = None
    text: str = ""
    wanted: tuple[tuple[date, int], ...] = ()
    request_id: str | None = None


def ask(wish: Wish, by: Author) -> str:
    """Write a wish down and say whose word is needed; returns its id. The same wish while it is open is one wish.

    Raises DomainError value_invalid, course_unknown, lesson_unknown, field_needed, wish_lesson_over, text_long.
    """
    text = said(wish.text)
    if wish.kind not in consents.KINDS or len(wish.wanted) > MOST_WANTED:
        raise DomainError("value_invalid", field=_l("kind"), value=wish.kind[:20])
    if any(day < by.today for day, _n in wish.wanted):
        raise DomainError("day_over")

    def save(session: Session) -> str:
        lesson = _checked(session, wish, by.today)
        known = _same(session, wish, by)
        if known is not None:
            return known
        asked_by = wish.asked_by or wish.student_id or by.person_id
        row = LessonRequest(
            id=new_id(by.now), kind=wish.kind, lesson_course_id=wish.lesson_course_id, course_id=wish.course_id,
            student_id=wish.student_id, asked_by=asked_by, entered_by=by.person_id, asked_at=by.now, text=text,
            wanted=[{"on": day.isoformat(), "n": n} for day, n in wish.wanted], state="open",
            request_id=wish.request_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        people = consents.who_must(
            wish.kind, holds=_holders(session, lesson), touched=_touched(session, lesson, wish),
            answers=answerable(session, wish.course_id, by.today), asks=asked_by,
        )  # fmt: skip
        session.add_all(LessonConsent(lesson_request_id=row.id, person_id=id, answer="") for id in people)
        if not people:
            row.state = consents.after(row.state, "agree")
        record(session, by.now, by.account_id, f"wish.{wish.kind}", row.id)
        return row.id

    return store.write(save)


def answer(wish_id: str, yes: bool, remark: str, by: Author) -> str:
    """One of those who must agree says yes or no; returns the wish's state then.

    Raises DomainError not_found, forbidden (not asked), wish_ended, reason_needed (a no without a reason), text_long.
    """
    words = said(remark)
    if not yes and not words:
        raise DomainError("reason_needed")

    def save(session: Session) -> str:
        row = _wish(session, wish_id)
        consent = session.get(LessonConsent, (wish_id, by.person_id))
        if consent is None:
            raise DomainError("forbidden")
        if row.state != "open":
            raise DomainError("wish_ended")
        consent.answer, consent.remark, consent.at = "yes" if yes else "no", words, by.now
        session.flush()
        told = consents.said(dict(session.execute(
            select(LessonConsent.person_id, LessonConsent.answer).filter_by(lesson_request_id=wish_id)
        ).all()))  # fmt: skip
        if told:
            row.state = consents.after(row.state, told)
        if told == "disagree":
            _end(session, row, words, by)
        record(session, by.now, by.account_id, f"wish.{consent.answer}", wish_id)
        return row.state

    return store.write(save)


def refuse(wish_id: str, reason: str, by: Author) -> None:
    """The timetable office says no. Raises DomainError not_found, reason_needed, wish_ended, text_long."""
    words = said(reason)
    if not words:
        raise DomainError("reason_needed")
    store.write(lambda session: _finish(session, wish_id, "refuse", words, by))


def withdraw(wish_id: str, reason: str, by: Author) -> None:
    """It is wanted no longer. Raises DomainError not_found, wish_ended, text_long."""
    words = said(reason)
    store.write(lambda session: _finish(session, wish_id, "withdraw", words, by))


def answerable(session: Session, course_id: str, day: date) -> str:
    """Who is answerable for a course on a day, else the first of who teaches it, else ""."""
    rows = session.execute(
        select(CourseTeacher.person_id).where(CourseTeacher.course_id == course_id,
                                              current(CourseTeacher.since, CourseTeacher.until, day, date.max))
        .order_by(CourseTeacher.is_lead.desc(), CourseTeacher.since, CourseTeacher.person_id)
    ).all()  # fmt: skip
    return rows[0][0] if rows else ""


def end_promise(session: Session, row: LessonRequest, state: str, outcome: str, by: Author) -> None:
    """Within a write: the promise of the hotline that this wish keeps ends with it, if it is still owed."""
    promise = session.get(Request, row.request_id) if row.request_id else None
    if promise is not None and promise.state in requests.OPEN:
        requests.end(session, promise, state, outcome, by.now, by.person_id)


def said(text: str) -> str:
    """What was typed, as it is kept. Raises DomainError text_long."""
    words = clean(text).strip()
    if len(words) > MOST_TEXT:
        raise DomainError("text_long", length=len(words), limit=MOST_TEXT)
    return words


def _finish(session: Session, wish_id: str, event: str, words: str, by: Author) -> None:
    row = _wish(session, wish_id)
    row.state = consents.after(row.state, event)
    _end(session, row, words, by)
    record(session, by.now, by.account_id, f"wish.{event}", wish_id)


def _end(session: Session, row: LessonRequest, words: str, by: Author) -> None:
    row.outcome, row.decided_by, row.decided_at = words, by.person_id, by.now
    end_promise(session, row, "refused", words, by)


def _wish(session: Session, wish_id: str) -> LessonRequest:
    row = session.get(LessonRequest, wish_id, with_for_update=True)
    if row is None:
        raise DomainError("not_found")
    return row


def _checked(session: Session, wish: Wish, today: date) -> Lesson | None:
    """The lesson it is about; None for a new one."""
    if session.get(Course, wish.course_id) is None:
        raise DomainError("course_unknown")
    for person_id in filter(None, (wish.student_id, wish.asked_by)):
        if session.get(Person, person_id) is None:
            raise DomainError("person_unknown")
    if wish.kind not in consents.OF_A_LESSON:
        return None
    if not wish.lesson_course_id:
        raise DomainError("field_needed", field=_l("lesson"))
    view = session.get(LessonCourse, wish.lesson_course_id)
    lesson = session.get(Lesson, view.lesson_id) if view is not None else None
    if view is None or lesson is None or view.course_id != wish.course_id or lesson.state == "withdrawn":
        raise DomainError("lesson_unknown")
    if wish.kind in ("move", "cancel") and (lesson.on < today or lesson.state != "planned"):
        raise DomainError("wish_lesson_over")
    return lesson


def _same(session: Session, wish: Wish, by: Author) -> str | None:
    return session.scalar(
        select(LessonRequest.id).where(
            LessonRequest.kind == wish.kind, LessonRequest.course_id == wish.course_id,
            LessonRequest.entered_by == by.person_id, LessonRequest.state.in_(("open", "agreed")),
            LessonRequest.lesson_course_id.is_(None) if wish.lesson_course_id is None
            else LessonRequest.lesson_course_id == wish.lesson_course_id,
            LessonRequest.student_id.is_(None) if wish.student_id is None
            else LessonRequest.student_id == wish.student_id,
        ).limit(1)
    )  # fmt: skip


def _holders(session: Session, lesson: Lesson | None) -> Sequence[str]:
    if lesson is None:
        return ()
    return session.scalars(select(LessonTeacher.person_id).filter_by(lesson_id=lesson.id)).all()


def _touched(session: Session, lesson: Lesson | None, wish: Wish) -> set[str]:
    """Teachers of the lessons that stand where the lesson is wanted and could not be held beside it."""
    if lesson is None or wish.kind != "move":
        return set()
    found: set[str] = set()
    for day, n in wish.wanted:
        days = read_days(session, min(day, lesson.on), max(day, lesson.on))
        own = next(one for one in days.lessons if one.id == lesson.id)
        found |= {id for other in in_the_way(own, day, n, days.on(day), days.facts) for id in other.teachers}
    return found


def in_the_way(own: Held, day: date, n: int, lessons: Iterable[Held], facts: object) -> list[Held]:
    """Lessons of a day that cannot be held beside this one if it stood at this number."""
    twin = next((one for one in lessons if (one.shift, one.n) == (own.shift, n)), None)
    place = Place(day, own.shift, n, twin.starts if twin else "", twin.ends if twin else "")
    return [
        other for other in lessons
        if other.id != own.id and other.is_held and list(between(own, other, facts))  # type: ignore[arg-type]
        and meet(place, Busy("", other.on, other.shift, other.n, other.starts, other.ends))
    ]  # fmt: skip
