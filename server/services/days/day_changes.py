"""What became of a day's lessons since it was approved last: each once, as it stood then and as it stands now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from server.models import Course, LessonChange, Person
from server.services.days.reading import Facts
from server.services.days.state import LessonState, state_from
from server.services.people import short_name

GONE = "withdrawn"


@dataclass(frozen=True)
class Place:
    """Where a lesson stands: as people read it; ``held`` False: cancelled."""

    on: date
    n: int
    room: str
    teachers: str
    held: bool


@dataclass(frozen=True)
class ChangedLesson:
    """``before`` None: the lesson is new; ``after`` None: it is not there any more. ``name``: classes and subjects."""

    name: str
    before: Place | None
    after: Place | None

    @property
    def moved(self) -> bool:
        """Whether it stands at another time than before."""
        return bool(self.before and self.after) and (self.before.on, self.before.n) != (self.after.on, self.after.n)

    @property
    def first(self) -> Place:
        """Where to look for it: as it stands, else as it stood."""
        return self.after or self.before  # type: ignore[return-value]  # one of them is there


def changes(
    session: Session, since: Mapping[date, datetime | None], facts: Facts
) -> dict[date, tuple[ChangedLesson, ...]]:
    """By day, what differs from how it stood at that moment; None: from the usual timetable."""
    if not since:
        return {}
    states = _states(session, since)
    wanted = {on: _net(states, on, moment) for on, moment in since.items()}
    names = _Names(session, [state for found in wanted.values() for pair in found for state in pair], facts)
    return {on: tuple(sorted((_line(*pair, names) for pair in found), key=lambda one: one.first.n))
            for on, found in wanted.items()}  # fmt: skip


Step = tuple[datetime, LessonState, LessonState]  # when, before, after
Steps = dict[str, list[Step]]


def _states(session: Session, since: Mapping[date, datetime | None]) -> Steps:
    """By lesson that ever stood on one of the days: its changes in order, but for what imports changed."""
    days = [on.isoformat() for on in since]
    touched = select(LessonChange.lesson_id).where(
        LessonChange.kind != "imported",
        or_(LessonChange.before["on"].as_string().in_(days), LessonChange.after["on"].as_string().in_(days)),
    )
    if None not in since.values():
        touched = touched.where(LessonChange.changed_at >= min(moment for moment in since.values() if moment))
    rows = session.execute(
        select(LessonChange.lesson_id, LessonChange.changed_at, LessonChange.before, LessonChange.after)
        .where(LessonChange.lesson_id.in_(touched), LessonChange.kind != "imported")
        .order_by(LessonChange.changed_at, LessonChange.id)
    )  # fmt: skip
    found: Steps = {}
    for row in rows:
        found.setdefault(row.lesson_id, []).append((row.changed_at, state_from(row.before), state_from(row.after)))
    return {id: _in_turn(steps) for id, steps in found.items()}


def _in_turn(steps: list[Step]) -> list[Step]:
    """In the order of time; changes of one moment so that each begins where another ended."""
    found: list[Step] = []
    left = list(steps)
    while left:
        moment = [step for step in left if step[0] == left[0][0]]
        ends = found[-1][2] if found else None
        afters = [step[2] for step in moment]
        begins = [step for step in moment if step[1] == ends or (ends is None and step[1] not in afters)]
        found.append((begins or moment)[0])
        left.remove(found[-1])
    return found


def _net(states: Steps, on: date, since: datetime | None) -> list[tuple[LessonState, LessonState]]:
    found = []
    for steps in states.values():
        later = [(before, after) for at, before, after in steps if since is None or at >= since]
        if later and later[0][0] != later[-1][1] and on in (later[0][0].on, later[-1][1].on):
            found.append((later[0][0], later[-1][1]))
    return found


class _Names:
    """What ids in states are called; facts know most of them already."""

    def __init__(self, session: Session, states: Iterable[LessonState], facts: Facts):
        people = {id for state in states for id in state.teachers} - set(facts.people)
        courses = {part.course for state in states for part in state.parts}
        self.rooms, self.people = facts.rooms, dict(facts.people)
        for person in session.scalars(select(Person).where(Person.id.in_(people))) if people else ():
            self.people[person.id] = short_name(person)
        rows = session.scalars(select(Course).where(Course.id.in_(courses)).options(joinedload(Course.subject)))
        self.courses = {
            row.id: (facts.group_name(row.group_id), row.subject.name) for row in (rows if courses else ())
        }  # fmt: skip

    def lesson(self, state: LessonState) -> str:
        pairs = [self.courses[part.course] for part in state.parts]
        subjects = ", ".join(dict.fromkeys(subject for _group, subject in pairs))
        return ", ".join(dict.fromkeys(group for group, _subject in pairs)) + " · " + subjects


def _line(before: LessonState, after: LessonState, names: _Names) -> ChangedLesson:
    shown = before if after.state == GONE else after
    return ChangedLesson(names.lesson(shown), _place(before, names), _place(after, names))


def _place(state: LessonState, names: _Names) -> Place | None:
    if state.state == GONE:
        return None
    teachers = ", ".join(sorted(names.people[id] for id in state.teachers))
    return Place(state.on, state.n, names.rooms.get(state.room or "", ""), teachers, state.state == "planned")
