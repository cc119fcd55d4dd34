"""Registers of delivery: every printed pack of a week on exactly one, by stop or by class at school."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import SystemRandom

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Manifest, Pack, PackSheet, Person, School, Stop, Task, Work
from server.services import numbering
from server.services.accounts import new_id, record
from server.services.delivery import steps
from server.services.delivery.places import Place, Standing, at_school, at_stop, classes_of, open_stops, standings
from server.services.weeks import parse_week
from sync import codes


@dataclass(frozen=True)
class Doer:
    """Who acts, and when: ids of person and account (None on the command line), the moment, the school's day."""

    person_id: str | None
    account_id: str | None
    now: datetime
    today: date


@dataclass(frozen=True)
class Made:
    """What making registers came to: codes of the new ones, packs that were put on one, packs of students who left."""

    codes: tuple[str, ...]
    listed: int
    left: int


def make_registers(week: str, by: Doer, classes: Collection[str] | None = None) -> Made:
    """Put every printed pack of a week that is on no register onto exactly one.

    A stop's register takes late packs until it was handed over; then they come on a new one. ``classes``: only packs
    that are given out at school in these classes. Raises DomainError week_invalid.
    """
    monday = parse_week(week)

    def save(session: Session) -> Made:
        _one_at_a_time(session)
        packs = _unlisted(session, week)
        people = dict(session.execute(select(Person.id, Person.left_on).where(
            Person.id.in_({pack.student_id for pack in packs})
        )).all())  # fmt: skip
        left = {id for id, day in people.items() if day is not None and day <= by.today}
        known = standings(session, people, monday, by.today)
        desk = _Desk(session, week, by)
        listed = 0
        for pack in _in_order(packs, known):
            place = known[pack.student_id].place
            if pack.student_id in left or not _mine(place, classes):
                continue
            desk.put(pack, place)
            listed += 1
        made = desk.finish()
        if listed:
            record(session, by.now, by.account_id, "registers.make", week)
        gone = sum(pack.student_id in left and _mine(known[pack.student_id].place, classes) for pack in packs)
        return Made(made, listed, gone)

    return store.write(save)


def _mine(place: Place, classes: Collection[str] | None) -> bool:
    return classes is None or (place.stop_id is None and place.group_id in classes)


def move(pack_id: str, stop_id: str | None, by: Doer) -> str:
    """Put a pack onto the register of another place (None: its class at school); returns that register's code.

    Raises DomainError pack_unknown, stop_unknown, register_handed: what is on its way cannot be moved.
    """

    def save(session: Session) -> str:
        _one_at_a_time(session)
        pack = _movable(session, pack_id)
        if pack.printed_at is None:
            raise DomainError("pack_missing")
        if stop_id is not None:
            stop = open_stops(session, by.today).get(stop_id)
            if stop is None:
                raise DomainError("stop_unknown")
            place = at_stop(stop)
        else:
            monday = parse_week(pack.week)
            place = at_school(classes_of(session, [pack.student_id], monday).get(pack.student_id))
        desk = _Desk(session, pack.week, by)
        desk.put(pack, place, moved=True)
        desk.finish()
        record(session, by.now, by.account_id, "registers.move", pack.code)
        return session.scalars(select(Manifest.code).where(Manifest.id == pack.manifest_id)).one()

    return store.write(save)


def take_off(pack_ids: Collection[str], by: Doer, for_good: bool = False, remark: str = "") -> int:
    """Take packs off a register that was not handed over; returns how many were on one.

    They come onto one when registers are made again, unless ``for_good``: then they are not delivered at all. Raises
    as ``move`` does.
    """

    def save(session: Session) -> int:
        _one_at_a_time(session)
        done = 0
        desks: dict[str, _Desk] = {}
        for pack_id in sorted(set(pack_ids)):
            pack = _movable(session, pack_id)
            if pack.manifest_id is None:
                continue
            desks.setdefault(pack.week, _Desk(session, pack.week, by)).off(pack)
            if for_good:
                steps.note_step(session, pack, steps.LOST, steps.OFFICE, by.now, by.person_id, remark)
            record(session, by.now, by.account_id, "registers.take_off", pack.code)
            done += 1
        for desk in desks.values():
            desk.finish()
        return done

    return store.write(save)


def place_again(session: Session, stop_id: str, by: Doer) -> int:
    """Within a write: packs on a stop's registers that were not handed over go where their students' paper goes now;
    returns how many moved."""
    _one_at_a_time(session)
    rows = session.scalars(
        select(Pack).join(Manifest, Manifest.id == Pack.manifest_id)
        .where(Manifest.stop_id == stop_id, Manifest.handed_at.is_(None))
    ).all()  # fmt: skip
    moved = 0
    for week in sorted({pack.week for pack in rows}):
        own = [pack for pack in rows if pack.week == week]
        known = standings(session, {pack.student_id for pack in own}, parse_week(week), by.today)
        desk = _Desk(session, week, by)
        for pack in _in_order(own, known):
            place = known[pack.student_id].place
            if place.stop_id != stop_id:
                desk.put(pack, place, moved=True)
                moved += 1
        desk.finish()
    return moved


def set_due_days(session: Session, stop_id: str) -> None:
    """Within a write: a stop needs another number of days; its registers that wait follow."""
    for row in session.scalars(select(Manifest).where(Manifest.stop_id == stop_id, Manifest.handed_at.is_(None))):
        row.due_on = _due(session, row)


class _Desk:
    """The registers of one week under the hand of one write."""

    def __init__(self, session: Session, week: str, by: Doer):
        self.session, self.week, self.by = session, week, by
        self.made: list[str] = []
        self.listed: dict[str, list[str]] = {}
        self.touched: set[str] = set()
        self.taken: set[str] = set()
        rows = session.scalars(
            select(Manifest).where(Manifest.week == week, Manifest.handed_at.is_(None), Manifest.back_at.is_(None))
            .order_by(Manifest.created_at, Manifest.id)
        )  # fmt: skip
        self.open: dict[tuple[str | None, str | None], Manifest] = {}
        for row in rows:
            self.open.setdefault((row.stop_id, row.group_id), row)

    def put(self, pack: Pack, place: Place, moved: bool = False) -> None:
        """The pack goes onto the register of a place that still waits, or a new one."""
        row = self.open.get((place.stop_id, place.group_id)) or self._new(place)
        if pack.manifest_id == row.id:
            return
        if pack.manifest_id is not None:
            self.off(pack)
        pack.manifest_id = row.id
        self.touched.add(row.id)
        self.listed.setdefault(row.code, []).append(pack.id)

    def off(self, pack: Pack) -> None:
        """The pack is on no register."""
        if pack.manifest_id is not None:
            self.touched.add(pack.manifest_id)
            pack.manifest_id = None
            steps.forget_listing(self.session, pack.id)

    def finish(self) -> tuple[str, ...]:
        """Note what was listed; say anew when the works of the touched registers should be back. Codes of the new."""
        self.session.flush()
        for code, packs in self.listed.items():
            steps.note_steps(self.session, packs, steps.LISTED, steps.OFFICE, self.by.now, self.by.person_id,
                             codes.group_digits(code))  # fmt: skip
        for id in self.touched:
            row = self.session.get_one(Manifest, id)
            row.due_on = _due(self.session, row)
        return tuple(self.made)

    def _new(self, place: Place) -> Manifest:
        self.taken = self.taken or numbering.taken(self.session)
        code = free_code(self.taken, SystemRandom().randrange)
        self.taken.add(code)
        row = Manifest(
            id=new_id(self.by.now), code=code, stop=place.name, created_at=self.by.now, week=self.week,
            stop_id=place.stop_id, group_id=place.group_id, made_by=self.by.person_id, taken_by="",
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        self.open[place.stop_id, place.group_id] = row
        self.made.append(code)
        return row


def free_code(taken: Collection[str], randbelow: Callable[[int], int]) -> str:
    """Nine digits that name nothing yet."""
    while (code := codes.new_code(randbelow)) in taken:
        pass
    return code


def locked(session: Session, register_id: str) -> Manifest:
    """Within a write: a register that nobody else changes meanwhile. Raises DomainError register_unknown."""
    row = session.scalar(select(Manifest).where(Manifest.id == register_id).with_for_update())
    if row is None:
        raise DomainError("register_unknown")
    return row


def _one_at_a_time(session: Session) -> None:
    """Two who make registers at once must not make two for one stop."""
    session.execute(select(School.id).with_for_update()).all()


def _unlisted(session: Session, week: str) -> list[Pack]:
    """Printed packs of a week that are to come onto a register: on none yet, or lost and printed again."""
    packs = session.scalars(select(Pack).where(Pack.week == week, Pack.printed_at.is_not(None))).all()
    lost = steps.lost(session, [pack.id for pack in packs])
    found = []
    for pack in packs:
        gone = lost.get(pack.id)
        again = gone is not None and pack.printed_at is not None and pack.printed_at > gone
        if again:
            pack.manifest_id = None
        if pack.manifest_id is None and (gone is None or again):
            found.append(pack)
    return found


def _in_order(packs: Iterable[Pack], known: dict[str, Standing]) -> list[Pack]:
    """Places in a settled order, so that equal packs make equal registers."""
    return sorted(packs, key=lambda pack: (known[pack.student_id].place.name, pack.student_id, pack.edition_number))


def _movable(session: Session, pack_id: str) -> Pack:
    pack = session.scalar(select(Pack).where(Pack.id == pack_id).with_for_update())
    if pack is None:
        raise DomainError("pack_unknown")
    if pack.manifest_id is not None and locked(session, pack.manifest_id).handed_at is not None:
        raise DomainError("register_handed")
    return pack


def _due(session: Session, row: Manifest) -> date | None:
    """When the works of a register should be back: the last day on which one is due, and the days of the way."""
    last = session.scalar(
        select(func.max(Task.due_on)).select_from(Pack).join(PackSheet, PackSheet.pack_id == Pack.id)
        .join(Work, Work.id == PackSheet.work_id).join(Task, Task.id == Work.task_id)
        .where(Pack.manifest_id == row.id)
    )  # fmt: skip
    if last is None:
        return None
    stop = session.get(Stop, row.stop_id) if row.stop_id else None
    return last + timedelta(days=stop.days if stop else 0)
