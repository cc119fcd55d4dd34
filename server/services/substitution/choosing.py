"""From what was chosen for lessons to what shall become of them, and what speaks against doing it all at once. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.errors import DomainError
from server.services.days.changing import Deed
from server.services.days.clashes import Clash, clashes
from server.services.days.reading import Days, Held, Part
from server.services.days.state import LessonState, PartState
from server.services.substitution.diary import Diary

OPEN, TEACHER, ALONE, SWAP, JOIN, SELF, CANCEL = "", "teacher", "alone", "swap", "join", "self", "cancel"
WHATS = (OPEN, TEACHER, ALONE, SWAP, JOIN, SELF, CANCEL)
NAMES_OTHER = (TEACHER, SWAP, JOIN)  # these name a person or a lesson


@dataclass(frozen=True)
class Choice:
    """What shall become of a lesson. ``who``: id of the person, or of the other lesson; ``task``: for self-study."""

    lesson: str
    what: str
    who: str = ""
    task: str = ""


def deeds(
    choices: Iterable[Choice], absent: str, states: Mapping[str, LessonState], seen: Mapping[str, str]
) -> list[Deed]:
    """The deeds of these choices, one to a lesson; ``states``: of the lessons as they stand, ``seen``: marks by id.

    Raises DomainError ``lesson_changed`` where a lesson is not there any more, ``bad_request``.
    """
    now, kinds = dict(states), {}
    for choice in choices:
        for id, kind, after in _wanted(choice, absent, now):
            now[id] = after
            kinds[id] = "moved" if "moved" in (kind, kinds.get(id)) else kind
    return [Deed(kind, now[id], id, seen.get(id, "")) for id, kind in kinds.items()]


def _wanted(choice: Choice, absent: str, now: Mapping[str, LessonState]) -> list[tuple[str, str, LessonState]]:
    """(lesson, kind of change, its state afterwards)."""
    state = _state(now, choice.lesson)
    left = tuple(person for person in state.teachers if person != absent)
    if choice.what == TEACHER and choice.who not in state.teachers:
        return [(choice.lesson, "substituted", replace(state, teachers=(*left, choice.who)))]
    if choice.what == ALONE and left:
        return [(choice.lesson, "substituted", replace(state, teachers=left))]
    if choice.what == SELF:
        alone = tuple(PartState(part.course, "self", part.broadcast) for part in state.parts)
        return [(choice.lesson, "substituted", replace(state, teachers=(), parts=alone))]
    if choice.what == CANCEL:
        return [(choice.lesson, "cancelled", replace(state, state="cancelled"))]
    if choice.what == SWAP and choice.who != choice.lesson:
        return _swapped(choice, state, _state(now, choice.who), now)
    if choice.what == JOIN and choice.who != choice.lesson:
        host = _state(now, choice.who)
        return [(choice.lesson, "substituted", replace(state, state="withdrawn", parts=())),
                (choice.who, "substituted", replace(host, parts=(*host.parts, *state.parts)))]  # fmt: skip
    raise DomainError("bad_request")


def _state(now: Mapping[str, LessonState], id: str) -> LessonState:
    if id not in now or now[id].state != "planned":
        raise DomainError("lesson_changed")
    return now[id]


def _swapped(
    choice: Choice, one: LessonState, other: LessonState, now: Mapping[str, LessonState]
) -> list[tuple[str, str, LessonState]]:
    """Each takes the other's place in the day, and its own room along where that is free then, else the other's."""
    others = [state for id, state in now.items() if id not in (choice.lesson, choice.who) and state.state == "planned"]

    def room(own: LessonState, there: LessonState) -> str | None:
        taken = {state.room for state in others if (state.on, state.n) == (there.on, there.n)}
        return there.room if own.room in taken else own.room

    return [
        (choice.lesson, "moved", replace(one, on=other.on, n=other.n, shift=other.shift, room=room(one, other))),
        (choice.who, "moved", replace(other, on=one.on, n=one.n, shift=one.shift, room=room(other, one))),
    ]


def after(days: Days, done: Sequence[Deed]) -> Days:
    """The days as they would be then."""
    known = {lesson.id: lesson for lesson in days.lessons}
    times = {(one.on, one.shift, one.n): (one.starts, one.ends) for one in days.lessons}
    homes = {part.course: part for one in days.lessons for part in one.parts}
    changed = {deed.lesson_id: _as_held(known[deed.lesson_id], deed.after, times, homes, days) for deed in done}
    lessons = tuple(changed.get(one.id, one) for one in days.lessons)
    return replace(days, lessons=tuple(one for one in lessons if one.state != "withdrawn"))


def _as_held(
    lesson: Held, state: LessonState, times: Mapping[tuple, tuple[str, str]], homes: Mapping[str, Part], days: Days
) -> Held:
    shift = state.shift or min((days.facts.groups[id].shift for id in lesson.groups), default=lesson.shift)
    starts, ends = times.get((state.on, shift, state.n), (lesson.starts, lesson.ends))
    parts = tuple(replace(homes[part.course], form=part.form, broadcast=part.broadcast) for part in state.parts)
    return replace(
        lesson, on=state.on, n=state.n, shift=shift, starts=starts, ends=ends, room=state.room, state=state.state,
        teachers=state.teachers, parts=parts, own_shift=state.shift,
    )  # fmt: skip


def new_clashes(before: Days, then: Days) -> list[Clash]:
    """What could not be held at once any more, that could before."""
    stood = set(before.lessons)
    touched = {lesson.on for lesson in then.lessons if lesson not in stood}  # the other days are as they were
    known = {(one.kind, one.one, one.other): set(one.who) for one in _clashes(before, touched)}
    found = _clashes(then, touched)
    return [one for one in found if set(one.who) - known.get((one.kind, one.one, one.other), set())]


def _clashes(days: Days, touched: Collection[date]) -> list[Clash]:
    return clashes([lesson for lesson in days.lessons if lesson.on in touched], days.facts)


def new_absentees(before: Days, then: Days, diary: Diary) -> list[tuple[str, Held]]:
    """(person, lesson): who would hold a lesson while away that they did not hold, or at another time, before."""
    known = {lesson.id: lesson for lesson in before.lessons}
    return [
        (person, lesson) for lesson in then.lessons if lesson.is_held
        for person in lesson.teachers
        if lesson is not known.get(lesson.id) and diary.is_away(person, lesson)
        and not (person in known[lesson.id].teachers and (known[lesson.id].on, known[lesson.id].n)
                 == (lesson.on, lesson.n))
    ]  # fmt: skip
