"""The journal of substituted lessons of a month: folded from the changes that stand, so that the last one counts.

A lesson that was given to somebody, and then to somebody else, is one line with the last; one that was given back is
none. Lessons that only changed places with another are told apart: nobody is paid for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Course, LeaveReason, Lesson, LessonAct, LessonChange, TeacherAbsence
from server.services.days.reading import Facts, read_facts
from server.services.days.state import LessonState, state_from

SUBSTITUTED, ALONE, JOINED, SELF, CANCELLED, SWAPPED = (
    "substituted", "alone", "joined", "self_study", "cancelled", "swapped",
)  # fmt: skip
PAID = (SUBSTITUTED, JOINED)  # somebody did more than their own timetable


@dataclass(frozen=True)
class Change:
    """A change that stands, with the absence it was made for. ``reason``: message id, "" without an absence."""

    lesson_id: str
    act_id: str | None
    kind: str
    before: LessonState
    after: LessonState
    by: str | None
    absent: str | None
    reason: str


@dataclass(frozen=True)
class Fold:
    """What became of a lesson in the end. ``kind``: as this module names them; ``holders``, ``absent``: ids."""

    lesson_id: str
    kind: str
    before: LessonState
    after: LessonState
    holders: tuple[str, ...]
    absent: tuple[str, ...]
    reason: str
    by: str | None


@dataclass(frozen=True)
class Entry:
    """A line of the journal, with names. ``on``, ``n``: when it is held now; ``holders``: (id, name) of who held it;
    ``moved_from``: where it stood before, if elsewhere."""

    on: date
    n: int
    groups: tuple[str, ...]
    subject: str
    absent: str
    reason: str
    holders: tuple[tuple[str, str], ...]
    kind: str
    decided: str
    moved_from: tuple[date, int] | None = None


def month_of(first: date) -> tuple[date, date]:
    """First and last day of the month of a day."""
    begins = first.replace(day=1)
    return begins, (begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def fold(changes: Sequence[Change]) -> list[Fold]:
    """What the changes of lessons, oldest first, came to. Pure; each lesson at most once.

    ``changes`` are all that stand on these lessons, and on those that took their students in.
    """
    own: dict[str, list[Change]] = {}
    for change in changes:
        own.setdefault(change.lesson_id, []).append(change)
    found = []
    own = {lesson_id: _chained(chain) for lesson_id, chain in own.items()}
    for lesson_id, chain in own.items():
        if any(change.absent or change.kind == "substituted" for change in chain):
            one = _folded(lesson_id, chain, own)
            if one is not None:
                found.append(one)
    return found


def _chained(changes: Sequence[Change]) -> list[Change]:
    """Each change after the one on which it stands: those of one moment have no other order."""
    left, found = list(changes), []
    while left:
        stand = found[-1].after if found else None
        following = [one for one in left if one.before == stand]
        if not following:
            afters = [one.after for one in left]
            following = [one for one in left if stand is None and one.before not in afters]
        found.append((following or left)[0])
        left.remove(found[-1])
    return found


def _folded(lesson_id: str, chain: Sequence[Change], own: Mapping[str, Sequence[Change]]) -> Fold | None:
    before, after = chain[0].before, chain[-1].after
    first = next(change for change in chain if change.absent or change.kind == "substituted")
    absent = tuple(id for id in before.teachers if id not in after.teachers)
    kind, holders = _kind(before, after), tuple(id for id in after.teachers if id not in before.teachers)
    if kind == JOINED:
        host = _host(chain[-1], own)
        if host is None:
            return None
        after = host
        kind, holders = (JOINED, host.teachers) if host.state == "planned" else (CANCELLED, ())
        absent = before.teachers
    elif kind == ALONE:
        holders = after.teachers
    elif kind == SWAPPED:
        if not any(change.absent in before.teachers for change in chain):
            return None  # its partner: told in the line of the absent teacher's lesson
        holders = after.teachers
    elif kind == CANCELLED:
        if not any(change.absent for change in chain):
            return None
        absent, holders = before.teachers, ()
    if not kind:
        return None
    named = next((change for change in chain if change.absent in (absent or before.teachers)), first)
    who = (named.absent,) if named.absent else absent
    return Fold(lesson_id, kind, before, after, holders, who, named.reason, chain[-1].by)


def _kind(before: LessonState, after: LessonState) -> str:
    """ "" where the same teachers hold it at the same time after all."""
    if after.state == "withdrawn":
        return JOINED
    if after.state == "cancelled":
        return CANCELLED
    if set(after.teachers) - set(before.teachers):
        return SUBSTITUTED
    if before.teachers and not after.teachers:
        return SELF
    if set(after.teachers) < set(before.teachers):
        return ALONE
    return SWAPPED if (after.on, after.n) != (before.on, before.n) else ""


def _host(joining: Change, own: Mapping[str, Sequence[Change]]) -> LessonState | None:
    """The last state of the lesson that took the students in; None where a lesson was only taken out."""
    courses = {part.course for part in joining.before.parts}
    for id, chain in own.items():
        took = any(change.act_id == joining.act_id and courses <= {part.course for part in change.after.parts}
                   for change in chain)  # fmt: skip
        if id != joining.lesson_id and took and courses:
            return chain[-1].after
    return None


# --- read ------------------------------------------------------------------------------------------------------


def entries(session: Session, first: date, last: date) -> list[Entry]:
    """The lines of the lessons that are, or were to be, held from first to last; by day and number. Nine queries."""
    changes = _changes(session, first, last)
    folds = [one for one in fold(changes) if first <= one.after.on <= last]
    people = {id for one in folds for id in (*one.holders, *one.absent, one.by) if id}
    facts = read_facts(session, first, last, people)
    courses = {row.id: (row.group_id, row.subject_id) for row in session.execute(
        select(Course.id, Course.group_id, Course.subject_id)
        .where(Course.id.in_({part.course for one in folds for part in one.before.parts}))
    )}  # fmt: skip
    found = [_entry(one, courses, facts) for one in folds]
    return sorted(found, key=lambda one: (one.on, one.n, one.groups, one.subject))


def _entry(one: Fold, courses: Mapping[str, tuple[str, str]], facts: Facts) -> Entry:
    known = [courses[part.course] for part in one.before.parts if part.course in courses]
    moved = (one.before.on, one.before.n) if (one.before.on, one.before.n) != (one.after.on, one.after.n) else None
    return Entry(
        one.after.on, one.after.n, tuple(sorted(facts.group_name(group) for group, _subject in known)),
        ", ".join(sorted({facts.subjects[subject] for _group, subject in known})),
        ", ".join(facts.people.get(id, "") for id in one.absent), one.reason,
        tuple(sorted(((id, facts.people.get(id, "")) for id in one.holders), key=lambda pair: pair[1])), one.kind,
        facts.people.get(one.by or "", ""), moved,
    )  # fmt: skip


def _changes(session: Session, first: date, last: date) -> list[Change]:
    """All changes that stand of lessons of these days, of the lessons of the same acts, and no import's."""
    here = select(LessonChange.act_id).join(Lesson).where(
        Lesson.on.between(first, last), LessonChange.undone.is_(False), LessonChange.act_id.is_not(None)
    )  # fmt: skip
    lessons = select(LessonChange.lesson_id).where(LessonChange.act_id.in_(here))
    rows = session.execute(
        select(LessonChange, TeacherAbsence.person_id, LeaveReason.name)
        .outerjoin(LessonAct, LessonAct.id == LessonChange.act_id)
        .outerjoin(TeacherAbsence, TeacherAbsence.id == LessonAct.teacher_absence_id)
        .outerjoin(LeaveReason, LeaveReason.code == TeacherAbsence.reason)
        .where(LessonChange.lesson_id.in_(lessons), LessonChange.undone.is_(False),
               LessonChange.kind.not_in(("imported", "undone")))
        .order_by(LessonChange.changed_at, LessonChange.id)
    )  # fmt: skip
    return [
        Change(row.lesson_id, row.act_id, row.kind, state_from(row.before), state_from(row.after), row.changed_by,
               absent, why or row.reason)
        for row, absent, why in rows if "teachers" in row.before and "teachers" in row.after
    ]  # fmt: skip


# --- the month's sheet for the accounts ------------------------------------------------------------------------


@dataclass(frozen=True)
class SheetLine:
    """How many lessons somebody held in others' stead: ``substituted`` alone, ``joined`` beside own students."""

    groups: tuple[str, ...]
    subject: str
    absent: str
    reason: str
    substituted: int
    joined: int


@dataclass(frozen=True)
class Account:
    """A substitute's lines of a month, and the totals."""

    name: str
    lines: tuple[SheetLine, ...]
    substituted: int
    joined: int


def accounts(found: Sequence[Entry], until: date) -> list[Account]:
    """The sheet by substitute, by name: lessons held until a day, no swapped ones. Pure. One lesson is one hour."""
    counted: dict[tuple[str, str], dict[tuple[tuple[str, ...], str, str, str], list[int]]] = {}  # namesakes stay apart
    for entry in found:
        if entry.kind not in PAID or entry.on > until:
            continue
        for id, name in entry.holders:
            key = (entry.groups, entry.subject, entry.absent, entry.reason)
            numbers = counted.setdefault((name, id), {}).setdefault(key, [0, 0])
            numbers[entry.kind == JOINED] += 1
    return [
        Account(name, tuple(SheetLine(*key, *numbers) for key, numbers in sorted(own.items())),
                sum(numbers[0] for numbers in own.values()), sum(numbers[1] for numbers in own.values()))
        for (name, _id), own in sorted(counted.items())
    ]  # fmt: skip

