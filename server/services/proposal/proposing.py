"""Proposes a day: solved aside, shown with what it gains, taken over whole or in part by one deed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.child import Child
from server.errors import DomainError
from server.models import Person
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Deed, Rights
from server.services.days.reading import Days, Held
from server.services.days.state import LessonState, PartState
from server.services.people import short_name
from server.services.proposal.problem import Choice, Item, as_it_stands, holders, points, score
from server.services.proposal.reading import read_day
from server.services.proposal.solving import SECONDS

OFF_SCREEN = "self"  # the form of a lesson that is taken off the screen


@dataclass(frozen=True)
class Move:
    """What would become of one lesson. ``seen``: the state that the proposal rests on; ``substitute`` "": nobody."""

    lesson: Held
    after: LessonState
    seen: str
    n: int
    substitute: str
    off_screen: bool

    @property
    def kind(self) -> str:
        """Of the change, as LessonChange names it."""
        return "substituted" if self.substitute else "moved" if self.n != self.lesson.n else "adjusted"


@dataclass(frozen=True)
class Proposed:
    """A proposal for a day. ``before``, ``after``: how often each thing is lost (problem.WEIGHTS)."""

    day: date
    days: Days
    names: dict[str, str]
    before: dict[str, int]
    after: dict[str, int]
    moves: tuple[Move, ...]

    @property
    def gain(self) -> int:
        """Points that the proposal wins."""
        return points(self.before) - points(self.after)


def propose(session: Session, day: date, now: datetime, seconds: float = SECONDS) -> Proposed:
    """Solve a day in a process of its own. ``now``: the school's local time.

    Raises DomainError ``day_over``, ``no_lessons``, ``solver_missing``, ``child_died``.
    """
    if day < now.date():
        raise DomainError("day_over")
    read = read_day(session, day, now)
    if not read.problem.items:
        raise DomainError("no_lessons")
    child = Child()
    try:
        plan = child.call("server.services.proposal.solving:solve", read.problem, seconds)
    finally:
        child.close()
    hand_made = as_it_stands(read.problem)
    before, after = score(read.problem, hand_made), score(read.problem, plan)
    if points(after) >= points(before):
        plan, after = hand_made, before
    lessons = {one.id: one for one in read.days.lessons}
    moves = [_move(lessons[item.id], item, plan[item.id]) for item in read.problem.items
             if plan[item.id] != hand_made[item.id]]  # fmt: skip
    return Proposed(day, read.days, _names(session, moves, read.days), before, after, tuple(moves))


def _names(session: Session, moves: Collection[Move], days: Days) -> dict[str, str]:
    wanted = {one.substitute for one in moves if one.substitute}
    return {id: days.facts.people.get(id) or short_name(session.get_one(Person, id)) for id in wanted}


def _move(lesson: Held, item: Item, choice: Choice) -> Move:
    state = lesson.as_state()
    off = item.screen and not choice.screen
    parts = tuple(PartState(part.course, OFF_SCREEN if off else part.form, part.broadcast) for part in state.parts)
    teachers = holders(item, choice) if choice.substitute else state.teachers
    after = replace(state, n=choice.place[1], teachers=teachers, parts=parts)
    return Move(lesson, after, state.mark(), choice.place[1], choice.substitute, off)


def accept(proposed: Proposed, lessons: Collection[str], by: Author, rights: Rights, reason: str = "") -> str:
    """Carry out the moves of these lessons by one deed; returns the id of the act. Raises as changing.save does."""
    deeds = [Deed(one.kind, one.after, one.lesson.id, one.seen) for one in proposed.moves if one.lesson.id in lessons]
    return changing.save("proposed", deeds, by, rights, reason=reason)
