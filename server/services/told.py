"""Whether families know how their children did: told by anybody, in any way that brings word home.

They know after our own word went out (a call, a message, feedback on a work), after a verified caller who may be told
asked on the hotline and was answered, and after a pack was printed that carries decisions home.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select
from sqlalchemy.orm import Session

from server.models import Contact, Feedback, Guardianship, Pack
from server.services.contacts import IN, NOT_REACHED, OUT, PROMISED, RESULTS, SENT, TOLD
from server.services.messages import first_moment
from server.services.weeks import monday

KNOWS, TRIED = "knows", "tried"  # what a touch came to


@dataclass(frozen=True)
class Told:
    """How a child's family was told; ``author_id`` "": by what a pack carried."""

    at: datetime
    channel: str
    outcome: str
    author_id: str


def told_in_week(
    session: Session, student_ids: Collection[str] | None, today: date, timezone: str
) -> dict[str, Told]:  # fmt: skip
    """By student (None: of the whole school) the first word of this week after which the family knows."""
    told: dict[str, Told] = {}
    for student, at, channel, outcome, author, came_to in session.execute(
        touches(student_ids, today, timezone).order_by("at")
    ):  # fmt: skip
        if came_to == KNOWS:
            told.setdefault(student, Told(at, channel, outcome, author))
    return told


def touches(student_ids: Collection[str] | None, today: date, timezone: str, *more: Select) -> Any:
    """SQL: (student, at, channel, outcome, author, what it came to) of this week's words about results.

    ``more``: selects of the same columns.
    """
    first = first_moment(monday(today), timezone)
    end = first + timedelta(days=7)
    columns = Contact.student_id, Contact.at, Contact.channel, Contact.outcome, Contact.author_id
    about = and_(Contact.topic == RESULTS, Contact.at >= first, Contact.at < end, Contact.student_id.is_not(None))
    said = select(*columns, literal(KNOWS)).where(about, _knows())
    tried = select(*columns, literal(TRIED)).where(about, Contact.outcome == NOT_REACHED)
    packed = (
        select(Pack.student_id, Feedback.given_at, literal("slip"), literal(SENT), literal(""), literal(KNOWS))
        .distinct().join(Feedback, Feedback.pack_id == Pack.id)
        .where(Feedback.given_at >= first, Feedback.given_at < end)
    )  # fmt: skip
    if student_ids is not None:
        ids = list(student_ids)
        of_contact = Contact.student_id.in_(ids)
        said, tried, packed = said.where(of_contact), tried.where(of_contact), packed.where(Pack.student_id.in_(ids))
    return said.union_all(tried, packed, *more)


def _knows() -> ColumnElement[bool]:
    """SQL, beside a Contact about results: after it the family knows."""
    may = exists().where(
        Guardianship.student_id == Contact.student_id, Guardianship.guardian_id == Contact.person_id,
        Guardianship.may_receive,
    )  # fmt: skip
    return or_(
        and_(Contact.direction == OUT, Contact.outcome.in_(TOLD)),
        and_(Contact.direction == IN, Contact.verified != "", Contact.outcome != PROMISED,
             or_(Contact.person_id == Contact.student_id, may)),
    )  # fmt: skip
