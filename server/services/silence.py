"""Students of whom nothing is heard: they rise by school days without any sign, with the next channel to try.

A sign is a return, an oral answer, a contact of theirs, a call that reached the family, being seen at a supervised
place, or what was said about an absence. Signing in or opening a page is none, and being unreachable is not being
absent.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from server import store
from server.errors import DomainError
from server.models import (
    Absence,
    Contact,
    Course,
    Group,
    Lesson,
    LessonCourse,
    MarkRevision,
    Membership,
    Person,
    Presence,
    Return,
    Task,
    Work,
    Year,
)
from server.policy import Realm
from server.services import thresholds
from server.services.contacts import HEARD, NOT_REACHED, OUT, REACHED, RESULTS, SILENCE, Touch, note
from server.services.content import Author
from server.services.family_ways import Home, Kid, Way, homes
from server.services.grading_rules import ORAL
from server.services.works import current, to_hand_in
from sync.ids import content_id

LAST_RESORT = "in_person"
WINDOW = timedelta(days=28)  # in which nearly everybody had enough school days
NAMED = 30  # groups
SHOWN = 60  # students of one page: who has more has to begin somewhere


@dataclass(frozen=True)
class Attempt:
    """A touch since the last sign that brought no answer."""

    person_id: str | None
    channel: str
    at: datetime
    outcome: str


@dataclass(frozen=True)
class Silent:
    """A student without a sign. ``last``: the day of the last one, if there ever was any; ``days``: of school."""

    kid: Kid
    days: int
    last: date | None
    urgent: bool
    home: Home
    next: Way | None
    attempts: tuple[Attempt, ...]


def silent(
    session: Session, realm: Realm, today: date, zone: str, most: int = SHOWN
) -> tuple[list[Silent], int]:  # fmt: skip
    """The realm's silent students, the longest first, at most so many of them; and how many there are."""
    limits = thresholds.values(session)
    every = _days(session, _silent(session, realm, today, zone, max(1, limits["silence_from"])), today, zone)
    mine = dict(sorted(every.items(), key=lambda item: (-item[1][0], item[0]))[:most])
    if not mine:
        return [], 0
    attempts = _attempts(session, mine, {id: last for id, (_days_, last) in mine.items()}, zone)
    lines = []
    for home in homes(session, mine, today):
        for kid in home.children:
            days, last = mine[kid.id]
            tried = attempts.get(kid.id, ())
            lines.append(Silent(kid, days, last, days >= limits["silence_long"], home,
                                next_way(home, kid.id, tried), tried))  # fmt: skip
    return sorted(lines, key=lambda line: (-line.days, line.kid.klass, line.kid.name)), len(every)


def count(session: Session, realm: Realm, today: date, zone: str, limits: Mapping[str, int] | None = None) -> int:
    """How many are silent. ``limits``: the school's thresholds, if they are known."""
    least = max(1, (limits or thresholds.values(session))["silence_from"])
    return len(_silent(session, realm, today, zone, least).places)


def next_way(home: Home, student_id: str, attempts: Collection[Attempt]) -> Way | None:
    """The first way of the family's order that was not tried in vain; at last somebody goes there.

    Only ways by which an answer can come: to be spoken to, or written to; and not to guardians who must not be told:
    asking why nothing comes tells them that nothing came. None: nobody is known to go to.
    """
    people = [person for person in home.people if person.is_student or student_id in person.may]
    told = {person.id for person in people}
    tried = {(attempt.person_id, attempt.channel) for attempt in attempts}
    usable = [way for way in home.ways if way.works and way.channel != "slip" and way.person_id in told]
    calls_too = [way for way in usable if way.channel != "sms" or (way.consent and way.confirmed_on)]
    fresh = [way for way in calls_too if (way.person_id, way.channel) not in tried]
    if fresh:
        return fresh[0]
    adults = [person for person in people if not person.is_student] or people
    return Way(adults[0].id, LAST_RESORT) if adults else None


@dataclass(frozen=True)
class _Here:
    """Students with the day they came and their groups, and since when something can be heard at all."""

    places: dict[str, tuple[date, set[str]]]
    begun: date


def _silent(session: Session, realm: Realm, today: date, zone: str, least: int) -> _Here:
    """Those without any sign on their last ``least`` school days, today not counted: only those days are looked at."""
    places, begun = places_of(session, realm, today), _begun(session, today)
    edges = _edges(session, places, begun, today, least)
    if not edges:
        return _Here({}, begun)
    asked = None if realm.everything else edges  # of the whole school they are not named one by one
    signs = _signs(session, asked, today, zone, min(edges.values()))
    silent = {
        id: places[id] for id, edge in edges.items()
        if max(places[id][0], begun) <= edge and (id not in signs or signs[id] < edge)
    }  # fmt: skip
    return _Here(silent, begun)


def _edges(
    session: Session, places: dict[str, tuple[date, set[str]]], begun: date, today: date, least: int
) -> dict[str, date]:  # fmt: skip
    """By student the first of the last so many school days; left out who did not have as many yet."""
    month = max(begun, today - WINDOW)
    together = {frozenset(groups) for _since, groups in places.values()}
    known = _last_days(together, _school_days(session, month, today, together), least)
    few = {groups for groups in together if groups not in known}
    if few and month > begun:
        known |= _last_days(few, _school_days(session, begun, today, few), least)
    found = {id: known.get(frozenset(groups)) for id, (_since, groups) in places.items()}
    return {id: day for id, day in found.items() if day is not None}


def _last_days(
    together: Collection[frozenset[str]], taught: dict[str, set[date]], least: int
) -> dict[frozenset[str], date]:  # fmt: skip
    """Of groups that a student is in together: the first of their last ``least`` days, where there are as many."""
    days = {groups: sorted(set().union(*(taught.get(one, ()) for one in groups))) for groups in together}
    return {groups: own[-least] for groups, own in days.items() if len(own) >= least}


def _days(session: Session, here: _Here, today: date, zone: str) -> dict[str, tuple[int, date | None]]:
    """By student the school days that passed since the last sign, today not counted, and that sign's day."""
    if not here.places:
        return {}
    signs = _signs(session, here.places, today, zone)
    taught = _school_days(session, here.begun, today, [groups for _since, groups in here.places.values()])
    found = {}
    for id, (since, groups) in here.places.items():
        days = sorted(set().union(*(taught.get(group, ()) for group in groups)))
        last = signs.get(id)
        found[id] = days_since(days, max(since, here.begun), last), last
    return found


def places_of(session: Session, realm: Realm, today: date) -> dict[str, tuple[date, set[str]]]:
    """By student of the realm's groups who is here: since when, and the groups and their classes."""
    query = (
        select(Membership.person_id, Membership.since, Group.id, Group.parent_id)
        .join(Group, Group.id == Membership.group_id).join(Person, Person.id == Membership.person_id)
        .where(current(Membership.since, Membership.until, today),
               or_(Person.left_on.is_(None), Person.left_on > today))
    )  # fmt: skip
    if not realm.everything:
        part = aliased(Group)
        mine = select(Membership.person_id).join(part, part.id == Membership.group_id).where(
            or_(part.id.in_(realm.groups), part.parent_id.in_(realm.groups)),
            current(Membership.since, Membership.until, today),
        )  # fmt: skip
        query = query.where(Membership.person_id.in_(mine))
    places: dict[str, tuple[date, set[str]]] = {}
    for person_id, since, group_id, parent_id in session.execute(query):
        first, groups = places.get(person_id, (since, set()))
        groups.update(id for id in (group_id, parent_id) if id)
        places[person_id] = (min(first, since), groups)
    return places


def _begun(session: Session, today: date) -> date:
    """Since when something can be heard: this school year, and not before the first task was given out."""
    year = select(func.max(Year.starts_on)).where(Year.starts_on <= today).scalar_subquery()
    first = select(func.min(Task.published_at)).where(to_hand_in()).scalar_subquery()
    starts_on, published = session.execute(select(year, first)).one()
    return max(day for day in (starts_on, published.date() if published else today) if day is not None)


def days_since(school_days: Sequence[date], since: date, last: date | None) -> int:
    """How many of the sorted school days passed without a sign: after the last one, or from the day ``since`` on."""
    if last is not None and last >= since:
        return len(school_days) - bisect_right(school_days, last)
    return len(school_days) - bisect_left(school_days, since)


def _school_days(
    session: Session, first: date, today: date, together: Collection[Collection[str]]
) -> dict[str, set[date]]:  # fmt: skip
    """By group the days before today on which it had lessons; of many groups those of the whole school are read."""
    query = (
        select(Course.group_id, Lesson.on).distinct().join(LessonCourse, LessonCourse.course_id == Course.id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Lesson.state == "planned", Lesson.on >= first, Lesson.on < today)
    )  # fmt: skip
    groups = {one for groups in together for one in groups}
    if len(groups) <= NAMED:
        query = query.where(Course.group_id.in_(groups))
    found: dict[str, set[date]] = {}
    for group_id, on in session.execute(query):
        found.setdefault(group_id, set()).add(on)
    return found


def _signs(
    session: Session, ids: Collection[str] | None, today: date, zone: str, first: date | None = None
) -> dict[str, date]:  # fmt: skip
    """By student (None: of everybody) the day of the last sign of any kind; ``first``: no older one counts."""

    def asked(student: Any, day: Any) -> list[ColumnElement[bool]]:
        mine = [] if ids is None else [student.in_(list(ids))]
        return mine if first is None else [*mine, day >= first]

    returned = (
        select(Work.student_id, cast(func.max(Return.returned_on), String)).join(Return, Return.work_id == Work.id)
        .where(*asked(Work.student_id, Return.returned_on)).group_by(Work.student_id)
    )  # fmt: skip
    excused = (
        select(Absence.student_id, cast(func.max(Lesson.on), String))
        .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(*asked(Absence.student_id, Lesson.on), or_(Absence.reason != "", Absence.letter.is_(None)))
        .group_by(Absence.student_id)
    )  # fmt: skip
    seen = (
        select(Presence.student_id, cast(func.max(Lesson.on), String))
        .join(LessonCourse, LessonCourse.id == Presence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(*asked(Presence.student_id, Lesson.on), Presence.present.is_(True)).group_by(Presence.student_id)
    )  # fmt: skip
    heard_in_class = (
        select(Work.student_id, cast(func.max(Lesson.on), String)).select_from(Work)
        .join(Task, Task.id == Work.task_id).join(MarkRevision, MarkRevision.work_id == Work.id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(*asked(Work.student_id, Lesson.on), Task.kind == ORAL, MarkRevision.verdict == "mark")
        .group_by(Work.student_id)
    )  # fmt: skip
    signs: dict[str, date] = {}

    def take(student: str, day: date) -> None:
        if day <= today:
            signs[student] = max(day, signs.get(student, day))

    for student, day in session.execute(returned.union_all(excused, seen, heard_in_class)):
        take(student, date.fromisoformat(day))
    heard = or_(Contact.direction == "in", and_(Contact.direction == "out", Contact.outcome.in_(HEARD)))
    spoken = select(Contact.student_id, func.max(Contact.at)).where(heard).group_by(Contact.student_id)
    if ids is not None:
        spoken = spoken.where(Contact.student_id.in_(list(ids)))
    if first is not None:
        spoken = spoken.where(Contact.at >= datetime.combine(first, time(), ZoneInfo(zone)))
    for student, at in session.execute(spoken):
        if student is not None:
            take(student, at.astimezone(ZoneInfo(zone)).date())
    return signs


def _attempts(
    session: Session, ids: Collection[str], last: dict[str, date | None], zone: str
) -> dict[str, tuple[Attempt, ...]]:  # fmt: skip
    """By student what was tried since the last sign, the newest first."""
    found: dict[str, list[Attempt]] = {}
    for row in session.scalars(
        select(Contact).where(Contact.student_id.in_(list(ids)), Contact.direction == "out",
                              Contact.outcome.not_in(HEARD), Contact.topic.in_((SILENCE, RESULTS)))
        .order_by(Contact.at.desc())
    ):  # fmt: skip
        sign = last.get(row.student_id or "")
        in_vain = row.topic == SILENCE or row.outcome == NOT_REACHED
        if in_vain and (sign is None or row.at.astimezone(ZoneInfo(zone)).date() >= sign):
            found.setdefault(row.student_id or "", []).append(
                Attempt(row.person_id, row.channel, row.at, row.outcome)
            )
    return {id: tuple(rows) for id, rows in found.items()}


def log(student_id: str, person_id: str | None, channel: str, reached: bool, key: str, by: Author) -> str:
    """Note an attempt; returns the key that takes it back. Raises DomainError value_invalid, person_unknown."""
    if channel not in ("call", "sms", "email", "messenger", "in_person"):
        raise DomainError("value_invalid", field="channel", value=channel[:20])
    outcome = REACHED if reached else NOT_REACHED
    touch_key = content_id("silence", by.person_id, key, channel, outcome, student_id)
    touch = Touch(SILENCE, student_id, person_id, OUT, channel, outcome)
    store.write(lambda session: note(session, touch, by.person_id, by.now, touch_key) and None)
    return touch_key
