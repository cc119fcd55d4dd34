"""Finds the times at which all students of a study group and its teacher can meet, every week or once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import BellSchedule, Group, Membership
from server.services.study_groups import StudyCourse, StudyGroup
from server.services.weeks import monday
from server.services.wishes import meeting_time, times
from server.services.wishes.meeting_time import Verdict, Weekly
from server.services.works import current

WEEK = timedelta(days=7)
WEEKS = range(1, 9)  # so many weeks can be looked at for a weekly hour
FEW = 8  # times that are named one by one


@dataclass(frozen=True)
class Search:
    """What is looked for: a weekly hour from a day on, judged by so many weeks, or one lesson in the day's week."""

    first: date
    weekly: bool = True
    weeks: int = 4
    online: bool = False


@dataclass(frozen=True)
class Cell:
    """A place of the grid: how many can come, whether the teacher can, and who cannot (id, reason)."""

    on: date
    shift: int
    n: int
    can: int
    teacher: bool
    cannot: tuple[tuple[str, str], ...]
    starts: str = ""
    ends: str = ""

    @property
    def everybody(self) -> bool:
        """True if nobody is missing."""
        return not self.cannot


@dataclass(frozen=True)
class Times:
    """All places of a week. ``columns``: dates (of a weekly search the first of each weekday); ``rows``: shift, number
    and bells; ``best``: where everybody can, else the nearest compromises; ``blockers``: who stands in the way of how
    many places; ``lessons``: id → group and subject of what keeps somebody."""

    columns: tuple[date, ...]
    rows: tuple[tuple[int, int, str, str], ...]
    cells: Mapping[tuple[date, int, int], Cell]
    best: tuple[Cell, ...]
    blockers: tuple[tuple[str, int], ...]
    lessons: Mapping[str, tuple[str, str]]
    rooms: Mapping[str, str]

    @property
    def suits_all(self) -> bool:
        """True if there is a time for everybody."""
        return bool(self.best) and self.best[0].everybody


def find(session: Session, group: StudyGroup, course: StudyCourse | None, search: Search) -> Times:
    """Judge every place of the days looked at."""
    people = tuple(member.id for member in group.members)
    must = (course.teacher_id,) if course and course.teacher_id else ()
    last = monday(search.first) + (WEEK * search.weeks if search.weekly else WEEK) - timedelta(days=1)
    found = times.find(session, times.Ask(
        search.first, last, people, teachers=must, shifts=_shifts(session), online=search.online,
        grades=_grades(session, people, search.first),
    ))  # fmt: skip
    judged: Sequence[Verdict] | Sequence[Weekly] = found.verdicts
    if search.weekly:
        judged = meeting_time.weekly(found.verdicts, must)
    cells = [_cell(one, len(people), must) for one in judged]
    best = [_cell(one, len(people), must) for one in meeting_time.nearest(judged, must)]  # type: ignore[arg-type]
    facts = found.days.facts
    return Times(
        tuple(sorted({cell.on for cell in cells}, key=lambda day: (day.isoweekday(), day))),
        tuple(sorted({(cell.shift, cell.n, cell.starts, cell.ends) for cell in cells}, key=lambda row: (row[2], row))),
        {(cell.on, cell.shift, cell.n): cell for cell in cells}, tuple(best[:FEW]),
        tuple(meeting_time.blockers(judged)),
        {id: (facts.group_name(one.parts[0].group), facts.subjects[one.parts[0].subject])
         for id, one in found.lessons.items()},
        facts.rooms,
    )  # fmt: skip


def free_rooms(session: Session, cell_on: date, shift: int, n: int) -> list[tuple[str, str]]:
    """Rooms in which nobody is at a place, id and name."""
    found = times.find(session, times.Ask(cell_on, cell_on, shifts=(shift,)))
    place = next((one.place for one in found.verdicts if one.place.n == n), None)
    return [(id, found.days.facts.rooms[id]) for id in found.free_rooms(place)] if place else []


def _cell(one: Verdict | Weekly, people: int, must: Sequence[str]) -> Cell:
    teacher = not set(one.who) & set(must)
    can = people - len(set(one.who) - set(must))
    if isinstance(one, Weekly):
        # a weekday's column is its first date, also where vacations cut the stretch
        return Cell(one.dates[0], one.shift, one.n, can, teacher, one.cannot, one.starts, one.ends)
    place = one.place
    return Cell(place.on, place.shift, place.n, can, teacher, one.cannot, place.starts, place.ends)


def _shifts(session: Session) -> tuple[int, ...]:
    """The shifts whose bells are known."""
    return tuple(session.scalars(select(BellSchedule.shift).distinct().order_by(BellSchedule.shift)))


def _grades(session: Session, people: Sequence[str], day: date) -> tuple[int | None, ...]:
    return tuple(session.scalars(
        select(Group.grade).join(Membership, Membership.group_id == Group.id)
        .where(Group.kind == "class", Membership.person_id.in_(people),
               current(Membership.since, Membership.until, day)).distinct()
    ))  # fmt: skip
