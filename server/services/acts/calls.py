"""Ops that tell of a touch with a family: each leaves a contact. An outcome in somebody's own words joins the text."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Contact, ContactTopic
from server.services import bulk
from server.services.acts.book import Book, Delivery, Kind, Row, Target
from server.services.contacts import OUTCOMES, id_of
from sync.ops import Op

_TOPICS = select(ContactTopic.code)


class CallKind(Kind):
    """Somebody talked with a family, or with staff about a problem of their own."""

    models = (Contact,)

    def people(self, op: Op) -> Iterable[str]:
        return [id_ for id_ in (op.data["student"], op.data["person"]) if id_]

    def read(self, session: Session, book: Book, ops: Sequence[Op]) -> None:
        book.topics = frozenset(code for (code,) in bulk.run(session.connection(), _TOPICS))

    def check(self, book: Book, op: Op, delivery: Delivery) -> None:
        if not set(self.people(op)) <= book.people or not op.author:  # a contact has an author
            raise DomainError("person_unknown")
        if op.data["topic"] not in book.topics:
            raise DomainError("topic_unknown", value=op.data["topic"], allowed=", ".join(sorted(book.topics)))
        if not 0 < len(op.data["channel"]) <= Contact.channel.type.length:
            raise DomainError("channel_unknown", value=op.data["channel"], allowed="call, messenger, in_person, …")
        if not delivery.permits(Target(op.type, "", "", op.data["student"])):
            raise DomainError("forbidden")

    def act(self, book: Book, op: Op, seq: int, now: datetime) -> Iterable[Row]:
        data, known = op.data, op.data["outcome"] in OUTCOMES
        text = data["text"] if known else "\n".join(filter(None, (data["outcome"], data["text"])))
        yield Contact, {"id": id_of(f"{op.origin} {op.n}", data["student"]), "student_id": data["student"] or None,
                        "person_id": data["person"] or None, "direction": data["direction"],
                        "channel": data["channel"], "topic": data["topic"], "outcome": data["outcome"] if known else "",
                        "text": text, "at": datetime.fromisoformat(op.at), "seconds": data["seconds"],
                        "verified": "", "author_id": op.author, "op_seq": seq}  # fmt: skip
