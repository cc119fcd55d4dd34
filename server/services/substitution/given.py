"""What was given in a teacher's stead, lesson by lesson: whether it still stands as decided, and taking it back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from server import store
from server.errors import DomainError
from server.models import Lesson, LessonAct, LessonChange
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Rights
from server.services.days.state import LessonState, state_from, state_of
from server.services.substitution.away import Away


@dataclass(frozen=True)
class Given:
    """One decision about a lesson, with the other lessons that it touched (a swap, a join).

    ``as_decided`` False: a later change stands on it; ``is_over``: one of its days is over.
    """

    act_id: str
    lesson_id: str
    with_lessons: tuple[str, ...]
    before: LessonState
    after: LessonState
    now: LessonState
    as_decided: bool
    is_over: bool

    @property
    def can_go_back(self) -> bool:
        """True if it can be taken back alone."""
        return self.as_decided and not self.is_over


def given(session: Session, one: Away, today: date) -> list[Given]:
    """The decisions for an absence that stand, in the order of the days. Two queries."""
    rows = session.scalars(
        select(LessonChange).join(LessonAct, LessonAct.id == LessonChange.act_id)
        .where(LessonAct.teacher_absence_id == one.id, LessonChange.undone.is_(False)).order_by(LessonChange.id)
    ).all()  # fmt: skip
    lessons = session.scalars(
        select(Lesson).where(Lesson.id.in_({row.lesson_id for row in rows}))
        .options(joinedload(Lesson.courses), joinedload(Lesson.teachers))
    ).unique()  # fmt: skip
    now = {row.id: state_of(row) for row in lessons}
    found = []
    for own in _by_act(rows):
        states = {row.lesson_id: (state_from(row.before), state_from(row.after)) for row in own}
        for unit in units(one.person_id, states):
            before, after = states[unit[0]]
            touched = [states[id] for id in unit]
            found.append(Given(
                own[0].act_id or "", unit[0], unit[1:], before, after, now[unit[0]],
                all(now[id] == states[id][1] for id in unit),
                any(day < today for pair in touched for day in (pair[0].on, pair[1].on)),
            ))  # fmt: skip
    return sorted(found, key=lambda one: (one.before.on, one.before.n, one.lesson_id))


def _by_act(rows: Iterable[LessonChange]) -> list[list[LessonChange]]:
    found: dict[str, list[LessonChange]] = {}
    for row in rows:
        found.setdefault(row.act_id or "", []).append(row)
    return list(found.values())


def units(absent: str, states: dict[str, tuple[LessonState, LessonState]]) -> list[tuple[str, ...]]:
    """What of an act can only be taken back together: (lesson of the absent teacher, other lessons it touched). Pure.

    ``states``: before and after of the act's lessons. Lessons that joined the same one belong together.
    """
    own = [id for id, (before, _after) in states.items() if absent in before.teachers]
    groups: list[list[str]] = []
    for id in own:
        unit = [id, *_touched(id, states, own)]
        shared = next((group for group in groups if set(group) & set(unit)), None)
        if shared is None:
            groups.append(unit)
        else:
            shared += [each for each in unit if each not in shared]
    return [tuple(group) for group in groups]


def _touched(id: str, states: dict[str, tuple[LessonState, LessonState]], own: Sequence[str]) -> list[str]:
    """The lesson it changed places with, or that took its students in."""
    before, after = states[id]
    courses = {part.course for part in before.parts}
    found = []
    for other, (was, became) in states.items():
        if other == id or other in own:
            continue
        took_in = after.state == "withdrawn" and courses <= {part.course for part in became.parts}
        swapped = (was.on, was.n) == (after.on, after.n) and (became.on, became.n) == (before.on, before.n)
        if took_in or (swapped and (before.on, before.n) != (after.on, after.n)):
            found.append(other)
    return found


def take_back(absence: Away, lessons: Sequence[str], by: Author, rights: Rights) -> int:
    """Take back what was given for these lessons, in one write; returns how many. Raises as ``changing.undo``, and
    ``nothing_to_change`` where nothing of it stands."""

    def write(session: Session) -> int:
        wanted = [one for one in given(session, absence, by.today) if one.lesson_id in lessons]
        by_act: dict[str, list[str]] = {}
        for one in wanted:
            by_act.setdefault(one.act_id, []).extend((one.lesson_id, *one.with_lessons))
        if not by_act:
            raise DomainError("nothing_to_change")
        for act_id in sorted(by_act, reverse=True):  # the newest first: it may stand on an older one
            changing.undo_part(session, act_id, by_act[act_id], by, rights)
        return len(wanted)

    return store.write(write)
