"""Movement of students as dated facts: what is noted, and what a list of students says about it by itself.

A movement counts from the morning of its day: who left on the 15th was here on the 14th for the last time.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.errors import DomainError
from server.models import Group, Movement, Person
from server.services.content_draft import clean
from server.services.people import full_name
from sync.ids import content_id

ARRIVED, LEFT, TRANSFERRED, HOME_TAUGHT = "arrived", "left", "transferred", "home_taught"
FAR = timedelta(days=366)  # an order of more than a year ago or ahead is a slip of the pen
NUMBER, REASON = 60, 300  # characters


@dataclass(frozen=True)
class Order:
    """What a movement rests on: from which day it counts, the order's number, the reason."""

    on: date
    number: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Clerk:
    """Who notes it, and when; ``randbelow`` makes codes of works, ``new_slug`` the random name of a new student."""

    person_id: str | None
    account_id: str | None
    now: datetime
    today: date
    randbelow: Callable[[int], int]
    new_slug: Callable[[], str]


def checked(order: Order, today: date) -> Order:
    """The order as it can be stored."""
    number, reason = (" ".join(clean(text).split()) for text in (order.number, order.reason))
    for text, limit in ((number, NUMBER), (reason, REASON)):
        if len(text) > limit:
            raise DomainError("text_long", length=len(text), limit=limit)
    if abs(order.on - today) > FAR:
        raise DomainError("value_invalid", field=_l("date"), value=order.on)
    return Order(order.on, number, reason)


class Noting(Protocol):
    """Who writes while a file is taken in (see imports.book.Book)."""

    session: Session
    now: datetime
    actor_id: str | None

    def add(self, row: Any) -> None: ...

    def set(self, row: Any, **values: Any) -> None: ...

    def remove(self, row: Any) -> None: ...


@dataclass(frozen=True)
class Fact:
    """A movement with the names people read. ``before`` and ``after`` are classes."""

    id: str
    person_id: str
    slug: str
    name: str
    kind: str
    on: date
    until: date | None
    before: str
    after: str
    order_no: str
    reason: str
    groups: frozenset[str]  # of both classes


def fact_id(person_id: str, kind: str, on: date) -> str:
    """The id of a movement: one of a kind on a day."""
    return content_id("movement", person_id, kind, on.isoformat())


def note(
    book: Noting, person_id: str, on: date, to_group_id: str, from_group_id: str | None = None
) -> Movement | None:  # fmt: skip
    """What a list says by naming a student in a class since ``on``: an arrival, or a transfer from another class.

    On the same day a second word corrects the first; a transfer back to where it began never was.
    """
    said = (book.session.get(Movement, fact_id(person_id, kind, on)) for kind in (ARRIVED, TRANSFERRED))
    known = next((row for row in said if row is not None), None)
    if known is None:
        kind = TRANSFERRED if from_group_id else ARRIVED
        row = Movement(
            id=fact_id(person_id, kind, on), person_id=person_id, kind=kind, on=on, from_group_id=from_group_id,
            to_group_id=to_group_id, recorded_by=book.actor_id, recorded_at=book.now,
        )  # fmt: skip
        book.add(row)
        return row
    if known.from_group_id == to_group_id:
        book.remove(known)
        return None
    book.set(known, to_group_id=to_group_id)
    return known


_Before, _After = aliased(Group), aliased(Group)
_FACTS = (
    select(Movement, Person, _Before, _After).join(Person, Person.id == Movement.person_id)
    .outerjoin(_Before, _Before.id == Movement.from_group_id).outerjoin(_After, _After.id == Movement.to_group_id)
    .order_by(Movement.on, Person.last_name, Person.first_name, Movement.id)
)  # fmt: skip


def of_person(session: Session, person_id: str) -> list[Fact]:
    """The movement of one student, the oldest first."""
    return [_fact(*row) for row in session.execute(_FACTS.where(Movement.person_id == person_id))]


def between(session: Session, first: date, last: date, groups: Collection[str] | None) -> list[Fact]:
    """All movement of these days; ``groups``: only from or to one of these, None means all."""
    rows = session.execute(_FACTS.where(Movement.on.between(first, last)))
    found = [_fact(*row) for row in rows]
    return [fact for fact in found if groups is None or fact.groups & set(groups)]


def _fact(row: Movement, person: Person, before: Group | None, after: Group | None) -> Fact:
    classes = [group for group in (before, after) if group is not None and group.kind == "class"]
    after_name = after.name if after is not None and after.kind == "class" else ""
    return Fact(
        row.id, person.id, person.slug, full_name(person), row.kind, row.on, row.until, before.name if before else "",
        after_name, row.order_no, row.reason, frozenset(group.id for group in classes),
    )  # fmt: skip
