"""Carries out the movement of students: arrival, departure, transfer, return. Nothing that was marked is touched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Group, Household, Membership, Movement, Person
from server.services import home_lessons, works
from server.services.accounts import new_id, record
from server.services.content_draft import clean
from server.services.movement import (
    ARRIVED,
    HOME_TAUGHT,
    LEFT,
    TRANSFERRED,
    Clerk,
    Order,
    checked,
    fact_id,
)
from server.services.namesakes import alike, same
from sync.ids import content_id

DAY = timedelta(days=1)
NAME = 100  # characters


@dataclass(frozen=True)
class Newcomer:
    """A new student as typed."""

    last: str
    first: str
    middle: str
    birth_date: date
    sex: str | None = None


def arrive(newcomer: Newcomer, group_id: str, order: Order, clerk: Clerk, *, is_other: bool = False) -> str:
    """A new student in a class; returns the person's slug. ``is_other``: a person looked, and it is nobody known.

    Raises DomainError student_known, student_alike (data: slug), field_needed, text_long, value_invalid,
    group_unknown.
    """
    person = _checked(newcomer, order.on)
    order = checked(order, clerk.today)

    def save(session: Session) -> str:
        group = class_of(session, group_id)
        if known := same(session, person):
            raise DomainError("student_known", slug=known.slug)
        if not is_other and (near := alike(session, person)):
            raise DomainError("student_alike", slug=near.slug)
        household = Household(id=new_id(clerk.now), address="", note="", confirmed=False)
        session.add(household)
        session.flush()
        row = Person(
            id=new_id(clerk.now), slug=clerk.new_slug(), last_name=person.last, first_name=person.first,
            middle_name=person.middle, birth_date=person.birth_date, sex=person.sex, phone="", email="", released=[],
            household_id=household.id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        _join(session, row.id, group, order.on)
        _write(session, row.id, ARRIVED, order, clerk, to_group_id=group.id)
        _give_works(session, order, clerk)
        return row.slug

    return store.write(save)


def depart(person_ids: Iterable[str], order: Order, clerk: Clerk) -> int:
    """These students leave the school from that day on; returns how many. All of them or nobody.

    Raises DomainError student_not_here, movement_order, value_invalid, text_long.
    """
    order = checked(order, clerk.today)

    def save(session: Session) -> int:
        count = 0
        for person_id in dict.fromkeys(person_ids):
            stay = _current_class(session, person_id, order.on)
            end_all(session, person_id, order.on, clerk)
            session.get_one(Person, person_id).left_on = order.on
            _write(session, person_id, LEFT, order, clerk, from_group_id=stay.group_id)
            count += 1
        return count

    return store.write(save)


def transfer(person_id: str, group_id: str, order: Order, clerk: Clerk) -> None:
    """Another class from that day on; marks stay on the works of the old one. Raises as ``depart`` does."""
    order = checked(order, clerk.today)

    def save(session: Session) -> None:
        group = class_of(session, group_id)
        stay = _current_class(session, person_id, order.on)
        if stay.group_id == group.id:
            raise DomainError("value_invalid", field=_l("class"), value=group.name)
        own = {stay.group_id, *session.scalars(select(Group.id).where(Group.parent_id == stay.group_id))}
        end_all(session, person_id, order.on, clerk, own)
        _join(session, person_id, group, order.on)
        _write(session, person_id, TRANSFERRED, order, clerk, stay.group_id, group.id)
        _give_works(session, order, clerk)

    store.write(save)


def come_back(person_id: str, group_id: str, order: Order, clerk: Clerk) -> None:
    """Who had left is a student again. Raises DomainError student_here, movement_order, value_invalid."""
    order = checked(order, clerk.today)

    def save(session: Session) -> None:
        group = class_of(session, group_id)
        person = session.get(Person, person_id)
        if person is None:
            raise DomainError("person_unknown")
        if person.left_on is None:
            raise DomainError("student_here")
        if order.on < person.left_on:
            raise DomainError("movement_order", value=order.on, last=person.left_on)
        if any(one.kind == "class" for _stay, one in _stays(session, person_id, order.on)):
            raise DomainError("student_here")
        person.left_on = None
        _join(session, person_id, group, order.on)
        _write(session, person_id, ARRIVED, order, clerk, to_group_id=group.id)
        _give_works(session, order, clerk)

    store.write(save)


def take_back(person_id: str, movement_id: str, clerk: Clerk) -> None:
    """The newest movement never was: as before it. Raises DomainError movement_later, not_found."""

    def save(session: Session) -> None:
        row = session.get(Movement, movement_id)
        if row is None or row.person_id != person_id or row.kind == HOME_TAUGHT:
            raise DomainError("not_found")
        newest, before = _newest(session, person_id)[:2]
        if newest.id != row.id or (row.kind == ARRIVED and before is None):
            raise DomainError("movement_later")
        for stay in session.scalars(select(Membership).where(Membership.person_id == person_id)):
            if row.kind != LEFT and stay.since >= row.on and _began(session, stay, row):
                session.delete(stay)
            elif row.kind != ARRIVED and stay.until == row.on - DAY and _reopens(session, stay, row):
                stay.until = None
        session.get_one(Person, person_id).left_on = before.on if before is not None and before.kind == LEFT else None
        session.delete(row)
        record(session, clerk.now, clerk.account_id, "movement.undo", person_id)

    store.write(save)


def _began(session: Session, stay: Membership, row: Movement) -> bool:
    """A membership of the class that this movement led to, or of a part of it."""
    return row.to_group_id in (stay.group_id, session.get_one(Group, stay.group_id).parent_id)


def _reopens(session: Session, stay: Membership, row: Movement) -> bool:
    """A membership that this movement ended. Home teaching is arranged anew, by people."""
    group = session.get_one(Group, stay.group_id)
    of_class = row.from_group_id in (group.id, group.parent_id)
    return group.kind != "individual" and (of_class or (row.kind == LEFT and group.kind == "study"))


def _checked(newcomer: Newcomer, on: date) -> Newcomer:
    last, first, middle = (" ".join(clean(text).split()) for text in (newcomer.last, newcomer.first, newcomer.middle))
    for text, field in ((last, _l("surname")), (first, _l("first name"))):
        if not text:
            raise DomainError("field_needed", field=field)
    for text in (last, first, middle):
        if len(text) > NAME:
            raise DomainError("text_long", length=len(text), limit=NAME)
    if not date(1990, 1, 1) < newcomer.birth_date < on:
        raise DomainError("value_invalid", field=_l("birth date"), value=newcomer.birth_date)
    return Newcomer(last, first, middle, newcomer.birth_date, newcomer.sex if newcomer.sex in ("m", "f") else None)


def class_of(session: Session, group_id: str) -> Group:
    """An open class. Raises DomainError group_unknown."""
    group = session.get(Group, group_id)
    if group is None or group.kind != "class" or group.closed_on is not None:
        raise DomainError("group_unknown", name="")
    return group


def _stays(session: Session, person_id: str, day: date) -> list[tuple[Membership, Group]]:
    """Memberships that hold on a day or begin later."""
    rows = session.execute(
        select(Membership, Group).join(Group, Group.id == Membership.group_id)
        .where(Membership.person_id == person_id, or_(Membership.until.is_(None), Membership.until >= day))
        .order_by(Membership.since)
    )  # fmt: skip
    return [(stay, group) for stay, group in rows]


def _newest(session: Session, person_id: str) -> list[Movement | None]:
    """Movements but home teaching, the newest first, then None for "nothing before"."""
    rows = session.scalars(
        select(Movement).where(Movement.person_id == person_id, Movement.kind != HOME_TAUGHT)
        .order_by(Movement.on.desc(), Movement.recorded_at.desc(), Movement.id)
    )  # fmt: skip
    return [*rows, None, None]


def _current_class(session: Session, person_id: str, on: date) -> Membership:
    """The class that a movement of that day ends: the student was in it the day before, and nothing comes later."""
    classes = [stay for stay, group in _stays(session, person_id, on - DAY) if group.kind == "class"]
    if not classes:
        raise DomainError("student_not_here")
    newest = classes[-1]
    last = max([newest.since, *(row.on for row in _newest(session, person_id) if row is not None)])
    if on <= last:
        raise DomainError("movement_order", value=on, last=last)
    if newest.until is not None and newest.until < on:
        raise DomainError("student_not_here")
    return newest


def end_all(session: Session, person_id: str, on: date, clerk: Clerk, only: Iterable[str] | None = None) -> None:
    """Memberships (of the groups ``only``) end the day before; one that would begin that day or later never was."""
    wanted = None if only is None else set(only)
    home: list[str] = []
    for stay, group in _stays(session, person_id, on):
        if wanted is not None and group.id not in wanted:
            continue
        if group.kind == "individual":
            _end_home_teaching(session, person_id, group.id, on)
            home.append(group.id)
        if stay.since < on:
            stay.until = on - DAY
        else:
            session.delete(stay)
    session.flush()
    for group_id in home:
        home_lessons.plan(session, group_id, clerk)


def _end_home_teaching(session: Session, person_id: str, group_id: str, on: date) -> None:
    rows = session.scalars(
        select(Movement).where(Movement.person_id == person_id, Movement.kind == HOME_TAUGHT,
                               Movement.to_group_id == group_id, Movement.on < on,
                               or_(Movement.until.is_(None), Movement.until >= on))
    )  # fmt: skip
    for row in rows:
        row.until = on - DAY


def _join(session: Session, person_id: str, group: Group, on: date) -> None:
    id = content_id("membership", person_id, group.id, on.isoformat())
    session.add(Membership(id=id, person_id=person_id, group_id=group.id, since=on))
    session.flush()


def _write(
    session: Session, person_id: str, kind: str, order: Order, clerk: Clerk, from_group_id: str | None = None,
    to_group_id: str | None = None,
) -> None:  # fmt: skip
    if session.get(Movement, fact_id(person_id, kind, order.on)) is not None:
        raise DomainError("movement_order", value=order.on, last=order.on)
    session.add(Movement(
        id=fact_id(person_id, kind, order.on), person_id=person_id, kind=kind, on=order.on, order_no=order.number,
        reason=order.reason, from_group_id=from_group_id, to_group_id=to_group_id, recorded_by=clerk.person_id,
        recorded_at=clerk.now,
    ))  # fmt: skip
    session.flush()
    record(session, clerk.now, clerk.account_id, f"movement.{kind}", person_id)


def _give_works(session: Session, order: Order, clerk: Clerk) -> None:
    """Codes for what is published in the new class and not due before the movement."""
    works.give_to_joiners(session, max(clerk.today, order.on), clerk.now, clerk.randbelow)
