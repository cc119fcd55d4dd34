"""Reads who is busy when, for the search for a time: lessons, working hours, absences, a device that siblings share."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Connectivity, Group, Membership, Person, School, Term, Year
from server.services import calendar
from server.services.aside import Aside, asides
from server.services.bell_times import Bells, read_bells
from server.services.days.clashes import share_students
from server.services.days.reading import Days, Held, read_days
from server.services.wishes import meeting_time
from server.services.wishes.meeting_time import Busy, Place, Verdict
from server.services.wishes.teacher_hours import teacher_hours
from server.services.works import current

DEVICE = "device"  # what keeps somebody whose siblings sit at the family's only device
SCREEN = "live"  # the form of lesson that needs the device
LONGEST = 63  # days in which a time is looked for at once


@dataclass(frozen=True)
class Ask:
    """Whose time is wanted, both days included. ``people``: students; ``groups``: whole ones, by what they are;
    ``teachers``: without whom it is nothing; ``shifts``: whose bells may count; ``grades``: whose terms must hold.

    ``online``: a device is needed; ``ignore``: lessons that count as not there, ids.
    """

    first: date
    last: date
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    shifts: tuple[int, ...] = (1,)
    grades: tuple[int | None, ...] = (None,)
    online: bool = False
    ignore: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """All places of the days asked about, the best first, with the days they were judged by."""

    days: Days
    verdicts: tuple[Verdict, ...]
    must: tuple[str, ...]
    lessons: Mapping[str, Held] = field(default_factory=dict)  # by id: what keeps somebody

    def free_rooms(self, place: Place, ignore: Collection[str] = ()) -> list[str]:
        """Ids of the rooms in which no lesson is then, by name."""
        return free_rooms(self.days, place, ignore)


def find(session: Session, ask: Ask) -> Found:
    """Judge every place of the days asked about."""
    last = min(ask.last, ask.first + timedelta(days=LONGEST))
    days = read_days(session, ask.first, last)
    bells = read_bells(session, ask.shifts)
    places = [
        place for day in school_days(session, ask.first, last, ask.grades) for place in _places(bells, ask.shifts, day)
    ]
    lessons = [one for one in days.lessons if one.is_held and one.id not in ask.ignore]
    busy = [
        *_of_students(session, ask, days, lessons), *_of_groups(ask, days, lessons), *_of_teachers(ask, lessons),
        *teacher_hours(session, ask.teachers, places, lessons),
    ]  # fmt: skip
    verdicts = meeting_time.times(places, (*ask.people, *ask.groups), busy, ask.teachers)
    return Found(days, tuple(verdicts), ask.teachers, {one.id: one for one in days.lessons})


def free_rooms(days: Days, place: Place, ignore: Collection[str] = ()) -> list[str]:
    """Ids of the rooms in which no lesson is at a place, by name."""
    taken = {
        one.room for one in days.on(place.on)
        if one.room and one.is_held and one.id not in ignore and meeting_time.meet(place, _busy(one.room, one))
    }  # fmt: skip
    return sorted(days.facts.rooms.keys() - taken, key=lambda id: days.facts.rooms[id])


def school_days(session: Session, first: date, last: date, grades: Iterable[int | None]) -> list[date]:
    """The days on which all these grades have school, by terms and the length of the school's week."""
    length = session.scalar(select(School.week_length)) or 5
    rows = session.scalars(
        select(Term).join(Year, Year.id == Term.year_id).where(Term.starts_on <= last, Term.ends_on >= first)
    )
    stretches = [calendar.Stretch(row.kind, row.starts_on, row.ends_on, tuple(row.grades)) for row in rows]
    wanted = set(grades) or {None}
    return [
        day for offset in range((last - first).days + 1)
        if (day := first + timedelta(days=offset)).isoweekday() <= length
        and all(calendar.is_school_day(stretches, day, grade) for grade in wanted)
    ]  # fmt: skip


def _places(bells: Bells, shifts: Iterable[int], day: date) -> Iterator[Place]:
    for shift in sorted(set(shifts)):
        holding = [one for one in bells.get(shift, ()) if (one[0] or day) <= day <= (one[1] or day)]
        chosen = max(holding, key=lambda one: one[0] or date.min, default=None)
        for n, (starts, ends) in sorted(chosen[2].items() if chosen else ()):
            yield Place(day, shift, n, starts, ends)


def _busy(who: str, lesson: Held, what: str = "") -> Busy:
    return Busy(who, lesson.on, lesson.shift, lesson.n, lesson.starts, lesson.ends, what or lesson.id)


def _of_students(session: Session, ask: Ask, days: Days, lessons: list[Held]) -> Iterator[Busy]:
    """Lessons of all their groups; of a subject that is learnt at home only those at home."""
    if not ask.people:
        return
    wanted = set(ask.people)
    siblings = _siblings(session, wanted, ask.first) if ask.online else {}
    known = wanted | {id for own in siblings.values() for id in own}
    apart = asides(session, known)
    for lesson in lessons:
        here = {id for part in lesson.parts for id in days.facts.students[part.group] & known
                if not _learns_apart(days, apart.get(id, ()), part.group, part.subject, lesson.on)}  # fmt: skip
        for id in here & wanted:
            yield _busy(id, lesson)
        if siblings and any(part.form == SCREEN for part in lesson.parts):
            for id in wanted:
                if siblings.get(id, frozenset()) & here:
                    yield _busy(id, lesson, DEVICE)


def _learns_apart(days: Days, own: Iterable[Aside], group_id: str, subject_id: str, day: date) -> bool:
    group = days.facts.groups[group_id]
    if group.kind not in ("class", "subgroup"):
        return False
    subject = days.facts.subjects[subject_id]
    return any(one.covers(group.parent or group.id, subject, day) for one in own)


def _siblings(session: Session, people: Collection[str], day: date) -> dict[str, frozenset[str]]:
    """Of each student whose device is shared: the other students of the household."""
    shared: dict[str, bool] = {}
    rows = session.execute(
        select(Connectivity.student_id, Connectivity.device_shared).where(Connectivity.student_id.in_(people))
        .order_by(Connectivity.recorded_on)
    )  # fmt: skip
    for student_id, is_shared in rows:
        shared[student_id] = bool(is_shared)
    homes = dict(session.execute(
        select(Person.id, Person.household_id).where(Person.id.in_([id for id, yes in shared.items() if yes]),
                                                     Person.household_id.is_not(None))
    ).all())  # fmt: skip
    others: dict[str, set[str]] = {}
    for id, home in session.execute(
        select(Person.id, Person.household_id).join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Person.household_id.in_(set(homes.values())), current(Membership.since, Membership.until, day))
    ):  # fmt: skip
        others.setdefault(home, set()).add(id)
    return {id: frozenset(others.get(home, set()) - {id}) for id, home in homes.items()}


def _of_groups(ask: Ask, days: Days, lessons: Iterable[Held]) -> Iterator[Busy]:
    for lesson in lessons:
        for group in ask.groups:
            if any(share_students(days.facts, group, other) for other in lesson.groups):
                yield _busy(group, lesson)


def _of_teachers(ask: Ask, lessons: Iterable[Held]) -> Iterator[Busy]:
    for lesson in lessons:
        for id in lesson.teachers:
            if id in ask.teachers:
                yield _busy(id, lesson)
