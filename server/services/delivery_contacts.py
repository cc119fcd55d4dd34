"""What was sent or said to a family stands as a Contact: one for each child it was about, the same one never twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Contact, Delivery, DeliveryStudent, Message
from sync.ids import content_id

TOPICS = {"change": "change", "result": "results", "reminder": "reminder", "notice": "other", "answer": "other"}
SENT, REACHED, NOT_REACHED, CONFIRMED = "sent", "reached", "not_reached", "confirmed"
TOLD = (SENT, REACHED, CONFIRMED)  # outcomes after which a family counts as told
WORDS = 200  # characters of a message that its contact repeats


@dataclass(frozen=True)
class Touch:
    """One touch with a family about some of its children. ``key``: of the act; the same key is the same touch."""

    key: str
    students: tuple[str, ...]
    person_id: str | None
    channel: str
    topic: str
    outcome: str
    text: str = ""
    direction: str = "out"


def note(session: Session, touch: Touch, by: str, at: datetime) -> list[str]:
    """Add the contacts of a touch that are not there yet; returns the ids of all of them."""
    ids = []
    for student_id in touch.students or (None,):
        id = content_id("contact", touch.key, student_id or "")
        ids.append(id)
        if session.get(Contact, id) is None:
            session.add(Contact(
                id=id, student_id=student_id, person_id=touch.person_id, direction=touch.direction,
                channel=touch.channel, topic=touch.topic, outcome=touch.outcome, text=touch.text, at=at, verified="",
                author_id=by,
            ))  # fmt: skip
    return ids


def note_delivery(session: Session, row: Delivery, outcome: str, by: str | None, at: datetime) -> None:
    """What became of a delivery, in the name of who did it, else of who composed the message.

    Of results and answers only that they were told is repeated: who may see contacts need not see more.
    """
    message = session.get_one(Message, row.message_id)
    author = by or message.author_id
    if author is None:
        return
    students = tuple(session.scalars(
        select(DeliveryStudent.student_id).where(DeliveryStudent.delivery_id == row.id)
        .order_by(DeliveryStudent.student_id)
    ))  # fmt: skip
    text = "" if message.kind in ("result", "answer") else (message.title or message.text)[:WORDS]
    key = content_id(row.id, outcome, str(row.tries))
    touch = Touch(key, students, row.person_id, row.channel, TOPICS[message.kind], outcome, text)
    note(session, touch, author, at)
