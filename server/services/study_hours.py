"""When a study group meets: weekly hours from a day on, their dated lessons, and single lessons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import (
    Course,
    Day,
    Group,
    Room,
    Slot,
    Subject,
    WeeklyLesson,
    WeeklyLessonCourse,
)
from server.services import home_lessons
from server.services.accounts import record
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.state import LessonState, PartState
from server.services.movement import FAR, Clerk
from server.services.wishes.asking import answerable
from sync.ids import content_id

DAY = timedelta(days=1)
NUMBERS, SHIFTS = range(21), range(1, 4)
EVERY = "1"  # mask: in every week


@dataclass(frozen=True)
class Hour:
    """A weekly hour of a study group."""

    id: str
    course_id: str
    subject: str
    weekday: int
    n: int
    shift: int
    room: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Meeting:
    """Where a group is to meet: a weekday from ``on`` on, or on that day alone."""

    course_id: str
    on: date
    n: int
    shift: int
    room: str | None = None


def hours_of(session: Session, group_id: str, day: date) -> list[Hour]:
    """The weekly hours that hold on a day or later, in the order of the week."""
    rows = session.execute(
        select(Slot.id, Course.id.label("course"), Subject.name, Slot.weekday, Slot.n, Slot.shift,
               Group.shift.label("usual"), Room.name.label("room"), Slot.since, Slot.until)
        .select_from(Slot)
        .join(WeeklyLessonCourse, WeeklyLessonCourse.weekly_lesson_id == Slot.weekly_lesson_id)
        .join(Course, Course.id == WeeklyLessonCourse.course_id).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).outerjoin(Room, Room.id == Slot.room_id)
        .where(Course.group_id == group_id, or_(Slot.until.is_(None), Slot.until >= day))
        .order_by(Slot.weekday, Slot.n)
    )  # fmt: skip
    return [Hour(row.id, row.course, row.name, row.weekday, row.n, row.shift or row.usual, row.room or "", row.since,
                 row.until) for row in rows]  # fmt: skip


def meet_weekly(meeting: Meeting, clerk: Clerk, rights: Rights) -> None:
    """From a day on the group meets at this hour every week; the dated lessons follow.

    Raises DomainError course_unknown, day_over, day_is_out.
    """

    def save(session: Session) -> None:
        course = _course(session, meeting, clerk.today)
        weekly = _weekly(session, course)
        id = content_id("slot", weekly.id, str(meeting.on.isoweekday()), str(meeting.n), EVERY, meeting.on.isoformat())
        slot = session.get(Slot, id)
        if slot is None:
            slot = Slot(id=id, weekly_lesson_id=weekly.id, weekday=meeting.on.isoweekday(), n=meeting.n, weeks=EVERY)
            session.add(slot)
        slot.since, slot.until, slot.room_id = meeting.on, None, meeting.room
        slot.shift = None if meeting.shift == course.group.shift else meeting.shift
        session.flush()
        _follow(session, weekly, meeting.on, {slot.weekday}, course.group_id, clerk, rights)
        record(session, clerk.now, clerk.account_id, "study.meet", course.group_id)

    store.write(save)


def meet_once(meeting: Meeting, by: Author, rights: Rights) -> str:
    """One lesson of the group on that day; returns the id of the act. Raises what a deed raises."""

    def save(session: Session) -> str:
        course = _course(session, meeting, by.today)
        teacher = answerable(session, course.id, meeting.on)
        shift = None if meeting.shift == course.group.shift else meeting.shift
        after = LessonState(meeting.on, meeting.n, shift, meeting.room, "planned", (teacher,) if teacher else (),
                            (PartState(course.id),))  # fmt: skip
        return changing.carry_out(session, "added", [Deed("added", after)], by, rights)

    return store.write(save)


def stop_meeting(group_id: str, slot_id: str, last: date, clerk: Clerk, rights: Rights) -> None:
    """The hour is held for the last time on that day. Raises DomainError not_found, day_is_out."""

    if abs(last - clerk.today) > FAR:
        raise DomainError("value_invalid", field=_l("last day"), value=last)

    def save(session: Session) -> None:
        slot = session.get(Slot, slot_id)
        weekly = session.get(WeeklyLesson, slot.weekly_lesson_id) if slot else None
        own = session.scalar(
            select(Course.group_id).join(WeeklyLessonCourse, WeeklyLessonCourse.course_id == Course.id)
            .where(WeeklyLessonCourse.weekly_lesson_id == (weekly.id if weekly else ""))
        )  # fmt: skip
        if slot is None or weekly is None or own != group_id:
            raise DomainError("not_found")
        weekday = slot.weekday
        _end(session, slot, last)
        _follow(session, weekly, last + DAY, {weekday}, group_id, clerk, rights)
        record(session, clerk.now, clerk.account_id, "study.stop", group_id)

    store.write(save)


def end_hours(session: Session, group_id: str, last: date, clerk: Clerk) -> None:
    """Within a write: no hour is held after this day."""
    rows = session.scalars(
        select(Slot).join(WeeklyLessonCourse, WeeklyLessonCourse.weekly_lesson_id == Slot.weekly_lesson_id)
        .join(Course, Course.id == WeeklyLessonCourse.course_id)
        .where(Course.group_id == group_id, or_(Slot.until.is_(None), Slot.until > last))
    ).all()  # fmt: skip
    for slot in rows:
        _end(session, slot, last)
    session.flush()
    home_lessons.plan(session, group_id, clerk)


def _end(session: Session, slot: Slot, last: date) -> None:
    """An hour that never was held stays as one that ended before it began would: it goes."""
    if slot.since is not None and slot.since > last:
        session.delete(slot)
    else:
        slot.until = last


def _course(session: Session, meeting: Meeting, today: date) -> Course:
    course = session.get(Course, meeting.course_id)
    if course is None or course.group.kind != "study":
        raise DomainError("course_unknown")
    if meeting.n not in NUMBERS or meeting.shift not in SHIFTS:
        raise DomainError("slot_needed")
    if meeting.room is not None and session.get(Room, meeting.room) is None:
        raise DomainError("value_invalid", field=_l("room"), value="")
    if meeting.on - today > FAR:
        raise DomainError("value_invalid", field=_l("date"), value=meeting.on)
    if meeting.on < today:
        raise DomainError("day_over")
    if course.group.closed_on is not None:
        raise DomainError("study_closed")
    return course


def _weekly(session: Session, course: Course) -> WeeklyLesson:
    key = f"study|{course.group.slug}|{course.subject_id}"
    id = content_id("weekly_lesson", course.year_id, key)
    row = session.get(WeeklyLesson, id)
    if row is None:
        row = WeeklyLesson(id=id, year_id=course.year_id, key=key, hours_per_week=0, length=1, withdrawn=False)
        session.add(row)
        session.flush()
        session.add(WeeklyLessonCourse(weekly_lesson_id=id, course_id=course.id))
        session.flush()
    return row


def _follow(
    session: Session, weekly: WeeklyLesson, first: date, weekdays: Iterable[int], group_id: str, clerk: Clerk,
    rights: Rights,
) -> None:  # fmt: skip
    """The dated lessons follow the hours; days that were approved or are out are noted as changed."""
    session.flush()
    open_hours = session.scalars(select(Slot.id).where(Slot.weekly_lesson_id == weekly.id, Slot.until.is_(None))).all()
    weekly.hours_per_week = len(open_hours)
    home_lessons.plan(session, group_id, clerk)
    known = session.scalars(select(Day.on).where(Day.on >= first, Day.approved_at.is_not(None))).all()
    by = Author(clerk.person_id or "", clerk.account_id or "", clerk.now, clerk.today)
    changing.touch(session, [day for day in known if day.isoweekday() in set(weekdays)], by, rights)
