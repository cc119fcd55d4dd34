"""Every lesson of an absence with all that can become of it, ranked, and the best choice marked beforehand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from server.services.days.reading import Days, Held, read_days
from server.services.substitution import away, colleagues
from server.services.substitution.away import Away
from server.services.substitution.choosing import ALONE, JOIN, OPEN, SWAP, TEACHER
from server.services.substitution.diary import Diary
from server.services.substitution.exchanges import joins, swaps
from server.services.substitution.ranking import Doubtful, Proposal, doubtful, proposals
from server.services.weeks import monday

AT_ONCE = timedelta(days=14)  # days of a long absence that one page takes


@dataclass(frozen=True)
class Case:
    """A lesson that nobody holds. ``alone``: names of the teachers who are left; ``best``: (what, who) of the choice
    marked beforehand, that sees what was marked for the lessons before it."""

    lesson: Held
    proposals: tuple[Proposal, ...]
    doubtful: tuple[Doubtful, ...]
    swaps: tuple[Held, ...]
    joins: tuple[Held, ...]
    alone: tuple[str, ...]
    best: tuple[str, str]


@dataclass(frozen=True)
class Work:
    """What a person decides about: the absence, its days that are shown, the weeks around them, the open lessons."""

    away: Away
    first: date
    last: date
    days: Days
    diary: Diary
    cases: tuple[Case, ...]


def open_work(session: Session, absence_id: str, today: date, since: date | None = None) -> Work:
    """The lessons of an absence that nobody holds; of a long one a fortnight, from ``since`` or today on.

    Raises DomainError ``not_found``.
    """
    one = away.get(session, absence_id)
    first, last = stretch(one, today, since)
    days, diary = surroundings(session, first, last)
    return Work(one, first, last, days, diary, tuple(cases(one, first, last, days, diary, today)))


def stretch(one: Away, today: date, since: date | None = None) -> tuple[date, date]:
    """First and last day that are shown of an absence."""
    if one.until - one.since < AT_ONCE:
        return one.since, one.until
    first = min(max(since or max(today, one.since), one.since), one.until)
    return first, min(first + AT_ONCE - timedelta(days=1), one.until)


def surroundings(session: Session, first: date, last: date) -> tuple[Days, Diary]:
    """The whole weeks around some days, and who is where in them."""
    begins, ends = monday(first), monday(last) + timedelta(days=6)
    days = read_days(session, begins, ends)
    holding = {person for lesson in days.lessons for person in lesson.teachers}
    known = colleagues.read(session, begins, ends, days.facts, holding)
    return days, Diary(days.lessons, away.in_force(away.read(session, begins, ends)), known)


def cases(one: Away, first: date, last: date, days: Days, diary: Diary, today: date) -> list[Case]:
    """Pure. What is marked for a lesson is noted in the diary, so that the next one sees it."""
    found: list[Case] = []
    taken: set[str] = set()  # lessons that change places already
    for lesson in days.lessons:
        if not (lesson.is_held and one.person_id in lesson.teachers and first <= lesson.on <= last
                and one.covers(lesson.on, lesson.n)):  # fmt: skip
            continue
        case = _case(one, lesson, days, diary, today, taken)
        _note(case, diary, taken)
        found.append(case)
    return found


def _note(case: Case, diary: Diary, taken: set[str]) -> None:
    """What is marked is done as far as the lessons after it are concerned."""
    what, who = case.best
    if what == TEACHER:
        diary.give(who, case.lesson)
    if what == SWAP:
        other = next(each for each in case.swaps if each.id == who)
        taken |= {case.lesson.id, other.id}
        for person in case.lesson.teachers:
            diary.give(person, other)
        for person in other.teachers:
            diary.give(person, case.lesson)


def _case(one: Away, lesson: Held, days: Days, diary: Diary, today: date, taken: Collection[str]) -> Case:
    free = tuple(proposals(lesson, diary, days.facts))
    week = [other for other in days.lessons if other.on.isocalendar()[:2] == lesson.on.isocalendar()[:2]]
    changing = tuple(swaps(lesson, one.person_id, week, diary, today))
    joining = tuple(joins(lesson, one.person_id, days.on(lesson.on), diary, days.facts))
    left = tuple(days.facts.people[id] for id in lesson.teachers
                 if id != one.person_id and not diary.is_away(id, lesson))  # fmt: skip
    return Case(lesson, free, tuple(doubtful(lesson, diary)), changing, joining, left,
                _best(lesson, free, [other for other in changing if other.id not in taken],
                      [other for other in joining if other.id not in taken], left, today))  # fmt: skip


def _best(
    lesson: Held, free: Sequence[Proposal], changing: Sequence[Held], joining: Sequence[Held], left: Sequence[str],
    today: date,
) -> tuple[str, str]:  # fmt: skip
    """What is marked beforehand. Of a day that is over nothing: only a person knows what really happened."""
    if lesson.on < today:
        return OPEN, ""
    if left:
        return ALONE, ""
    if free and free[0].teaches and not free[0].is_over:
        return TEACHER, free[0].person
    if joining:
        return JOIN, joining[0].id
    if free and not free[0].is_over:
        return TEACHER, free[0].person
    return (SWAP, changing[0].id) if changing else (OPEN, "")
