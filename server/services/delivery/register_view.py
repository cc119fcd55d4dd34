"""Registers as pages and paper show them: the packs in envelopes, how far each is, and how many works came back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Group, Manifest, MarkRevision, Pack, PackSheet, Person, Stop, Task, Work
from server.services.courses import alphabetical
from server.services.delivery import steps
from server.services.delivery.handing import BACK, HANDED, state_of, who_said
from server.services.delivery.places import Place, Standing, standings
from server.services.people import full_name, short_name
from server.services.weeks import parse_week
from server.services.work_facts import DONE, NEWEST, amount
from server.services.works import to_hand_in


@dataclass(frozen=True)
class PackLine:
    """A pack on a register. ``written``: the name as it stands on the pack. ``envelope``: its number there; siblings
    share one. ``works``: how many are in it, ``came`` of them back at school. ``elsewhere``: the place where the
    student's paper goes now, if it is another one.

    ``newer``: the number of a later edition from which a whole pack of this week was printed for the student, or 0.
    """

    id: str
    code: str
    student_id: str
    slug: str
    name: str
    written: str
    group_name: str
    edition: int
    supplement: bool
    pages: int
    leaves: int
    envelope: int
    works: int
    came: int
    lost: bool
    left_on: date | None
    newer: int
    elsewhere: Place | None


@dataclass(frozen=True)
class Register:
    """A register of delivery with its packs. ``state``: made, handed or back; names are short, "" when not known."""

    id: str
    code: str
    week: str
    name: str
    stop_id: str | None
    group_id: str | None
    kind: str
    contact: str
    note: str
    position: int
    created_at: datetime
    made_by: str
    due_on: date | None
    state: str
    handed_at: datetime | None
    handed_by: str
    taken_by: str
    back_at: datetime | None
    back_by: str
    lines: tuple[PackLine, ...] = field(default=())

    @property
    def going(self) -> list[PackLine]:
        """The packs that are not lost."""
        return [line for line in self.lines if not line.lost]

    @property
    def leaves(self) -> int:
        return sum(line.leaves for line in self.going)

    @property
    def envelopes(self) -> int:
        return len({line.envelope for line in self.going})

    @property
    def works(self) -> int:
        return sum(line.works for line in self.going)

    @property
    def came(self) -> int:
        return sum(line.came for line in self.going)

    @property
    def lost(self) -> int:
        return sum(line.lost for line in self.lines)

    @property
    def editions(self) -> list[int]:
        """Numbers of the editions that the packs were printed from."""
        return sorted({line.edition for line in self.lines})

    @property
    def owing(self) -> list[PackLine]:
        """Packs of which works have not come back."""
        return [line for line in self.going if line.came < line.works]

    def overdue(self, today: date) -> list[PackLine]:
        """Those of them when they should have."""
        return self.owing if self.state != "made" and self.due_on is not None and self.due_on < today else []


def of_week(session: Session, week: str, today: date, groups: Collection[str] | None) -> list[Register]:
    """A week's registers, in the order of the round, then the classes; ``groups``: only those of these classes."""
    return read(session, today, Manifest.week == week, reach(groups))


def by_code(session: Session, code: str, today: date) -> Register:
    """One register. Raises DomainError register_unknown."""
    found = read(session, today, Manifest.code == code)
    if not found:
        raise DomainError("register_unknown")
    return found[0]


def reach(groups: Collection[str] | None) -> ColumnElement[bool]:
    """SQL: the registers of these classes at school; None: all there are."""
    return true() if groups is None else Manifest.group_id.in_(list(groups))


def weeks(session: Session, groups: Collection[str] | None) -> list[str]:
    """Weeks with registers, or with printed packs that could be on one, the latest first."""
    listed = select(Manifest.week).where(reach(groups), Manifest.week != "")
    printed = select(Pack.week).where(Pack.printed_at.is_not(None))
    return sorted({*session.scalars(listed), *session.scalars(printed.distinct())}, reverse=True)


def read(session: Session, today: date, *where: ColumnElement[bool]) -> list[Register]:
    """Registers with all that is on them."""
    rows = session.execute(
        select(Manifest, Stop, Group, Person).outerjoin(Stop, Stop.id == Manifest.stop_id)
        .outerjoin(Group, Group.id == Manifest.group_id).outerjoin(Person, Person.id == Manifest.made_by).where(*where)
    ).all()  # fmt: skip
    lines = _lines(session, [row[0] for row in rows], today)
    said = who_said(session, [row[0].code for row in rows])
    found = [
        (_order(row, stop, group), _register(row, stop, maker, said, lines.get(row.id, ())))
        for row, stop, group, maker in rows
    ]
    return [one for _order, one in sorted(found, key=lambda pair: pair[0])]


def _order(row: Manifest, stop: Stop | None, group: Group | None) -> tuple[Any, ...]:
    """Newer weeks first, then the round, then the classes, then as they were made."""
    week = -int(row.week.replace("-W", "") or 0)
    place = (0, stop.position, stop.name) if stop else (1, (group.grade if group else None) or 99, row.stop)
    return (week, *place, row.created_at, row.id)


def _register(
    row: Manifest, stop: Stop | None, maker: Person | None, said: dict[tuple[str, str], str], lines: Sequence[PackLine]
) -> Register:
    return Register(
        row.id, row.code, row.week, row.stop, row.stop_id, row.group_id, stop.kind if stop else "",
        stop.contact if stop else "", stop.note if stop else "", stop.position if stop else 0, row.created_at,
        short_name(maker) if maker else "", row.due_on, state_of(row), row.handed_at,
        said.get((row.code, HANDED), ""), row.taken_by, row.back_at, said.get((row.code, BACK), ""), tuple(lines),
    )  # fmt: skip


def _lines(session: Session, registers: Sequence[Manifest], today: date) -> dict[str, list[PackLine]]:
    rows = session.execute(
        select(Pack, Person).join(Person, Person.id == Pack.student_id)
        .where(Pack.manifest_id.in_([row.id for row in registers]))
    ).all()  # fmt: skip
    if not rows:
        return {}
    packs = {pack.id: pack for pack, _person in rows}
    works, lost, newer = _works(session, packs), steps.lost(session, packs), _newer(session, packs.values())
    known = {week: standings(session, {pack.student_id for pack in packs.values() if pack.week == week},
                             parse_week(week), today)
             for week in {pack.week for pack in packs.values()}}  # fmt: skip
    found = {}
    for register in registers:
        own = [(pack, person, known[pack.week][person.id]) for pack, person in rows
               if pack.manifest_id == register.id]  # fmt: skip
        found[register.id] = [
            _line(pack, person, standing, number, register, works.get(pack.id, (0, 0)), pack.id in lost, newer)
            for pack, person, standing, number in _in_envelopes(own)
        ]
    return found


def _line(
    pack: Pack, person: Person, standing: Standing, envelope: int, register: Manifest, works: tuple[int, int],
    lost: bool, newer: dict[tuple[str, str], int],
) -> PackLine:  # fmt: skip
    place, edition = standing.place, newer.get((pack.student_id, pack.week), 0)
    same = (place.stop_id, place.group_id if place.stop_id is None else None) == (register.stop_id, register.group_id)
    return PackLine(
        pack.id, pack.code, person.id, person.slug, full_name(person),
        f"{person.last_name} {person.first_name}".strip(), standing.group.name if standing.group else "",
        pack.edition_number, pack.supplement, pack.pages or 0, pack.leaves or ((pack.pages or 0) + 1) // 2, envelope,
        works[0], works[1], lost, person.left_on, edition if edition > pack.edition_number else 0,
        None if same or register.handed_at is not None else place,
    )  # fmt: skip


def _in_envelopes(rows: Sequence[tuple[Pack, Person, Standing]]) -> list[tuple[Pack, Person, Standing, int]]:
    """As the packs lie in a stop's file: each family where its first name stands in the alphabet, the youngest class
    first; with the number of the envelope."""

    def inside(row: tuple[Pack, Person, Standing]) -> tuple[Any, ...]:
        pack, person, standing = row
        group = standing.group
        return ((group.grade if group else None) or 99, group.name if group else "", *_names(person),
                person.id, pack.edition_number)  # fmt: skip

    families: dict[str, list[tuple[Pack, Person, Standing]]] = {}
    for row in sorted(rows, key=inside):
        families.setdefault(row[1].household_id or row[1].id, []).append(row)
    ordered = sorted(families.items(), key=lambda item: (*min(_names(person) for _pack, person, _at in item[1]),
                                                         item[0]))  # fmt: skip
    return [(*row, number) for number, (_home, own) in enumerate(ordered, 1) for row in own]


def _names(person: Person) -> tuple[str, ...]:
    return alphabetical(person.last_name, person.first_name)


def _works(session: Session, pack_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """Pack → works in it that are to come back, and those that are back."""
    own = (
        select(PackSheet.pack_id, PackSheet.work_id).distinct()
        .where(PackSheet.pack_id.in_(list(pack_ids)), PackSheet.work_id.is_not(None)).subquery()
    )  # fmt: skip
    rows = session.execute(
        select(own.c.pack_id, func.count(), amount(DONE)).select_from(own).join(Work, Work.id == own.c.work_id)
        .join(Task, Task.id == Work.task_id)
        .outerjoin(MarkRevision, and_(MarkRevision.work_id == Work.id, MarkRevision.first_seq == NEWEST))
        .where(or_(to_hand_in(), DONE)).group_by(own.c.pack_id)
    )  # fmt: skip
    return {pack_id: (count, came or 0) for pack_id, count, came in rows}


def _newer(session: Session, packs: Collection[Pack]) -> dict[tuple[str, str], int]:
    """(student, week) → the latest edition from which a whole pack was printed."""
    rows = session.execute(
        select(Pack.student_id, Pack.week, func.max(Pack.edition_number))
        .where(Pack.student_id.in_({pack.student_id for pack in packs}), Pack.printed_at.is_not(None),
               Pack.supplement.is_(False))
        .group_by(Pack.student_id, Pack.week)
    )  # fmt: skip
    return {(student, week): number for student, week, number in rows}


def waiting(session: Session, week: str, today: date, groups: Collection[str] | None) -> int:
    """How many printed packs of a week are on no register yet, of students who are here."""
    rows = session.execute(
        select(Pack.id, Pack.student_id).join(Person, Person.id == Pack.student_id)
        .where(Pack.week == week, Pack.printed_at.is_not(None), Pack.manifest_id.is_(None),
               or_(Person.left_on.is_(None), Person.left_on > today))
    ).all()  # fmt: skip
    gone = steps.lost(session, [row.id for row in rows])
    open_ = [row for row in rows if row.id not in gone]
    if groups is None or not open_:
        return len(open_)
    known = standings(session, {row.student_id for row in open_}, parse_week(week), today)
    places = [known[row.student_id].place for row in open_]
    return sum(place.stop_id is None and place.group_id in groups for place in places)
