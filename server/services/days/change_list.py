"""Lists of deeds: the latest, those of a day, those that families must still hear of, those that touch a teacher."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import Course, Day, Edition, Group, LessonAct, LessonChange, Person, Subject
from server.services.days.state import LessonState, state_from
from server.services.people import short_name

LISTED = 60  # deeds of one page
FEW = 3  # lessons of a deed that a list names
RECENT = timedelta(days=21)  # a deed made earlier is not asked for on Today any more


@dataclass(frozen=True)
class LessonName:
    """A lesson as a list names it: where it stood, or stands if it is new."""

    on: date
    n: int
    group: str
    subject: str


@dataclass(frozen=True)
class ActLine:
    """A deed in a list. ``lessons``: the first few of ``count``; ``days``: all that it touches.

    ``owed``: families knew one of its days when it was made, and were not told; ``undone``: it was taken back.
    """

    id: str
    kind: str
    by: str
    at: datetime
    reason: str
    lessons: tuple[LessonName, ...]
    count: int
    days: tuple[date, ...]
    told_at: datetime | None
    undone: bool
    owed: bool


def latest(session: Session, today: date, day: date | None = None, before: str = "") -> list[ActLine]:
    """The newest deeds; ``day``: only those that touch it; ``before``: made earlier than this one."""
    query = select(LessonAct).order_by(LessonAct.id.desc()).limit(LISTED)  # ids begin with the moment
    if before:
        query = query.where(LessonAct.id < before)
    if day is not None:
        query = query.where(LessonAct.id.in_(_touching(day)))
    return _lines(session, session.scalars(query).all(), today)


def _touching(day: date) -> Any:
    """SQL: ids of deeds of which a lesson stands or stood on the day; a state keeps its day as text."""
    said = f'%"{day.isoformat()}"%'
    return select(LessonChange.act_id).where(
        LessonChange.act_id.is_not(None),
        or_(cast(LessonChange.before, String).like(said), cast(LessonChange.after, String).like(said)),
    )


def owed(session: Session, now: datetime, today: date) -> list[ActLine]:
    """Deeds on days that families knew already, from today on, of which they were not told; the oldest first."""
    rows = session.scalars(
        select(LessonAct).where(LessonAct.told_at.is_(None), LessonAct.undone_by_id.is_(None),
                                LessonAct.made_at >= now - RECENT).order_by(LessonAct.id)
    ).all()  # fmt: skip
    return [line for line in _lines(session, rows, today) if line.owed] if rows else []


def one(session: Session, act: LessonAct, today: date) -> ActLine:
    """A deed as lists show it."""
    return _lines(session, [act], today)[0]


def of_teacher(
    session: Session, person_id: str, now: datetime, today: date
) -> dict[str, list[tuple[str, LessonState, LessonState]]]:
    """Deeds of others that change a lesson which this person holds, or held, today or later, the oldest first: their
    lessons of this person with the states before and after."""
    said = f'%"{person_id}"%'
    rows = session.execute(
        select(LessonChange.act_id, LessonChange.lesson_id, LessonChange.before, LessonChange.after)
        .join(LessonAct, LessonAct.id == LessonChange.act_id)
        .where(LessonChange.changed_at >= now - RECENT, LessonAct.undone_by_id.is_(None), LessonAct.kind != "undone",
               or_(LessonAct.made_by.is_(None), LessonAct.made_by != person_id),
               or_(cast(LessonChange.before, String).like(said), cast(LessonChange.after, String).like(said)))
        .order_by(LessonChange.act_id, LessonChange.id)
    )  # fmt: skip
    found: dict[str, list[tuple[str, LessonState, LessonState]]] = {}
    for act, lesson, *states in rows:
        before, after = (state_from(state) for state in states)
        if max(before.on, after.on) >= today:
            found.setdefault(act, []).append((lesson, before, after))
    return found


def _lines(session: Session, acts: Sequence[LessonAct], today: date) -> list[ActLine]:
    changes: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
    for act_id, before, after in session.execute(
        select(LessonChange.act_id, LessonChange.before, LessonChange.after)
        .where(LessonChange.act_id.in_([act.id for act in acts])).order_by(LessonChange.id)
    ):  # fmt: skip
        changes.setdefault(act_id, []).append((before, after))
    shown = {act: _first(own) for act, own in changes.items()}
    names = _names(session, {course for own in shown.values() for _on, _n, course in own})
    days = {act: tuple(sorted({_day(state) for pair in own for state in pair if state["state"] != "withdrawn"}))
            for act, own in changes.items()}  # fmt: skip
    out = _out(session, {day for own in days.values() for day in own if day >= today})
    told_before = _told_before(session, [act.id for act in acts if act.kind == "undone"])
    people = {
        person.id: short_name(person)
        for person in session.scalars(select(Person).where(Person.id.in_({act.made_by for act in acts})))
    }
    return [
        ActLine(
            act.id, act.kind, people.get(act.made_by or "", ""), act.made_at, act.reason,
            tuple(LessonName(on, n, *names.get(course, ("", ""))) for on, n, course in shown.get(act.id, ())),
            len(changes.get(act.id, ())), days.get(act.id, ()), act.told_at, act.undone_by_id is not None,
            act.told_at is None and act.undone_by_id is None and (act.kind != "undone" or act.id in told_before)
            and any(day in out and out[day] <= act.made_at for day in days.get(act.id, ())),
        )
        for act in acts
    ]  # fmt: skip


def _first(changes: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[tuple[date, int, str]]:
    named = []
    for before, after in changes:
        state = after if before["state"] == "withdrawn" else before
        named.append((_day(state), state["n"], next(iter(sorted(state["courses"] or after["courses"])), "")))
    return sorted(named)[:FEW]


def _day(state: Mapping[str, Any]) -> date:
    return date.fromisoformat(state["on"])


def _names(session: Session, courses: Collection[str]) -> dict[str, tuple[str, str]]:
    parent = aliased(Group)
    rows = session.execute(
        select(Course.id, Group.name, parent.name, Subject.name).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).outerjoin(parent, parent.id == Group.parent_id)
        .where(Course.id.in_(courses))
    )  # fmt: skip
    return {id: (f"{above}, {name}" if above else name, subject) for id, name, above, subject in rows}


def _out(session: Session, days: Collection[date]) -> dict[date, datetime]:
    """When each day first went out; what was changed before that went out with it."""
    rows = session.execute(select(Day.on, Day.published_at).where(Day.on.in_(days), Day.published_at.is_not(None)))
    return dict(rows.all())


def _told_before(session: Session, undoing: Sequence[str]) -> set[str]:
    """Of deeds that took another one back those whose other one people had been told of, or could read in an edition:
    they must hear again."""
    if not undoing:
        return set()
    back = aliased(LessonAct)
    read = exists().where(Edition.issued_at >= LessonAct.made_at, Edition.issued_at <= back.made_at)
    rows = session.scalars(
        select(back.id).join(LessonAct, LessonAct.undone_by_id == back.id)
        .where(back.id.in_(undoing), or_(LessonAct.told_at.is_not(None), read))
    )
    return set(rows)
