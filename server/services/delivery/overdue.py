"""Works that went out on registers and have not come back when they should: whose, from where, since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from server.models import Group, Manifest, MarkRevision, Pack, PackSheet, Person, Stop, Task, Work
from server.services.delivery import steps
from server.services.delivery.places import classes_of
from server.services.people import Student, folded, students
from server.services.weeks import monday, week_name
from server.services.work_facts import DONE, NEWEST
from server.services.works import to_hand_in


@dataclass(frozen=True)
class Owing:
    """A student with works that are overdue. ``registers``: codes of those on which they went out; ``due_on``: the
    earliest day. ``group_id``: the class now."""

    student: Student
    group_id: str | None
    group_name: str
    works: int
    due_on: date
    registers: tuple[str, ...]


@dataclass(frozen=True)
class OwingPlace:
    """A stop, or a class at school, with those whose works are overdue, by name; the oldest place first."""

    stop_id: str | None
    group_id: str | None
    name: str
    contact: str
    position: int
    students: tuple[Owing, ...]

    @property
    def works(self) -> int:
        return sum(one.works for one in self.students)

    @property
    def due_on(self) -> date:
        """Since when the oldest is overdue."""
        return min(one.due_on for one in self.students)


def overdue(session: Session, today: date, groups: Collection[str] | None) -> list[OwingPlace]:
    """By the place at which the packs were given out, in the order of the round, then the classes.

    ``groups``: only students of these classes. A work that went out once more and is not due yet is not overdue.
    """
    found: dict[tuple[str | None, str | None], dict[str, dict[str, tuple[date, str]]]] = {}
    places: dict[tuple[str | None, str | None], tuple[Stop | None, Group | None, str]] = {}
    for work_id, student_id, row, stop, group in _late_works(session, today):
        key = (row.stop_id, row.group_id)
        places[key] = (stop, group, row.stop)
        found.setdefault(key, {}).setdefault(student_id, {})[work_id] = (row.due_on, row.code)
    ids = {student_id for own in found.values() for student_id in own}
    if not ids:
        return []
    known = {one.id: one for one in students(session, list(ids))}
    classes = classes_of(session, ids, monday(today))
    lines = []
    for key, own in found.items():
        stop, group, name = places[key]
        owing = [_owing(known[id], classes.get(id), works) for id, works in own.items()]
        if groups is not None:
            owing = [one for one in owing if one.group_id in groups]
        if owing:
            place = OwingPlace(*key, name, stop.contact if stop else "", stop.position if stop else 0,
                               tuple(sorted(owing, key=lambda one: folded(one.student.name))))  # fmt: skip
            rank = (0, place.position, name) if stop else (1, (group.grade if group else None) or 99, name)
            lines.append((rank, place))
    return [place for _rank, place in sorted(lines, key=lambda pair: pair[0])]


def count(session: Session, today: date, groups: Collection[str] | None) -> tuple[int, int, date | None]:
    """How many students owe how many works, and since when the oldest."""
    late = _late_works(session, today)
    if groups is not None:
        classes = classes_of(session, {row[1] for row in late}, monday(today))
        late = [row for row in late if row[1] in classes and classes[row[1]].id in groups]
    since = min((row[2].due_on for row in late if row[2].due_on), default=None)
    return len({row[1] for row in late}), len(late), since


@dataclass(frozen=True)
class OnToday:
    """For Today: how many students owe how many works, since when the oldest; registers with packs, of this week or one
    before, that nobody said were handed over."""

    students: int
    works: int
    since: date | None
    to_hand_over: int


def on_today(session: Session, today: date, groups: Collection[str] | None) -> OnToday:
    """What Today says of paper; ``groups``: only of these classes. One query where nothing is late."""
    waits = and_(Manifest.handed_at.is_(None), Manifest.week <= week_name(today))
    late = and_(Manifest.handed_at.is_not(None), Manifest.due_on < today)
    rows = session.execute(
        select(Manifest.group_id, Manifest.handed_at)
        .where(or_(waits, late), exists().where(Pack.manifest_id == Manifest.id))
    ).all()  # fmt: skip
    waiting = [row for row in rows if row.handed_at is None]
    owed = count(session, today, groups) if len(waiting) < len(rows) else (0, 0, None)
    return OnToday(*owed, sum(groups is None or row.group_id in groups for row in waiting))


def _owing(student: Student, group: Group | None, works: dict[str, tuple[date, str]]) -> Owing:
    return Owing(
        student,
        group.id if group else None,
        group.name if group else "",
        len(works),
        min(due for due, _code in works.values()),
        tuple(sorted({code for _due, code in works.values()})),
    )


def _late_works(session: Session, today: date) -> list[tuple[str, str, Manifest, Stop | None, Group | None]]:
    """(work, student, register, stop, class) of each work that should be back, by the last register it went out on."""
    rows = session.execute(
        select(Work.id, Work.student_id, Pack.id, Pack.printed_at, Manifest, Stop, Group)
        .select_from(Manifest).join(Pack, Pack.manifest_id == Manifest.id)
        .join(PackSheet, PackSheet.pack_id == Pack.id).join(Work, Work.id == PackSheet.work_id)
        .join(Task, Task.id == Work.task_id).join(Person, Person.id == Work.student_id)
        .outerjoin(MarkRevision, and_(MarkRevision.work_id == Work.id, MarkRevision.first_seq == NEWEST))
        .outerjoin(Stop, Stop.id == Manifest.stop_id).outerjoin(Group, Group.id == Manifest.group_id)
        .where(Manifest.handed_at.is_not(None), Manifest.due_on.is_not(None), Person.left_on.is_(None), to_hand_in(),
               ~DONE)
        .order_by(Pack.printed_at, Pack.id)
    ).all()  # fmt: skip
    lost = steps.lost(session, {row[2] for row in rows})
    last = {row[0]: row for row in rows if row[2] not in lost}
    return [(work, student, register, stop, group)
            for work, student, _pack, _printed, register, stop, group in last.values()
            if register.due_on < today]  # fmt: skip
