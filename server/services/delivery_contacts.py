"""What was sent or said to a family as a message stands as a contact, too: one for each child it was about."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Delivery, DeliveryStudent, Message
from server.services import contacts
from server.services.contacts import OTHER, OUT, RESULTS, Touch
from sync.ids import content_id

TOPICS = {"change": "change", "result": RESULTS, "reminder": "reminder", "notice": OTHER, "answer": OTHER}
WORDS = 200  # characters of a message that its contact repeats


def key_of(row: Delivery, outcome: str) -> str:
    """The key of the touch that this try of a delivery was."""
    return content_id(row.id, outcome, str(row.tries))


def students_of(session: Session, row: Delivery) -> list[str]:
    """About whom a delivery is."""
    return list(session.scalars(
        select(DeliveryStudent.student_id).where(DeliveryStudent.delivery_id == row.id)
        .order_by(DeliveryStudent.student_id)
    ))  # fmt: skip


def note_delivery(session: Session, row: Delivery, outcome: str, by: str | None, at: datetime) -> None:
    """What became of a delivery, in the name of who did it, else of who composed the message.

    Of results and answers only that they were told is repeated: who may see contacts need not see more.
    """
    message = session.get_one(Message, row.message_id)
    author = by or message.author_id
    if author is None:
        return
    text = "" if message.kind in ("result", "answer") else (message.title or message.text)[:WORDS]
    touch = Touch(TOPICS[message.kind], None, row.person_id, OUT, row.channel, outcome, text)
    contacts.note_each(session, touch, students_of(session, row), author, at, key_of(row, outcome))
