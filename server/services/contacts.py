"""Touches with families and staff: one is noted, and those of a student or a person are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from server.errors import DomainError
from server.models import Contact, ContactTopic, Person
from server.services.accounts import new_id
from server.services.people import full_name, short_name

CALL, IN, OUT = "call", "in", "out"


@dataclass(frozen=True)
class Touch:
    """What happened: with whom (``person_id``), about whom (``student_id``), how, what about and how it ended.

    ``seconds``: the length of a call. ``verified``: "", call_back or word.
    """

    topic: str
    student_id: str | None = None
    person_id: str | None = None
    direction: str = IN
    channel: str = CALL
    outcome: str = ""
    text: str = ""
    seconds: int | None = None
    verified: str = ""


@dataclass(frozen=True)
class ContactView:
    """A touch as lists show it; ``topic`` is a message id, names are "" where nobody is named."""

    id: str
    at: datetime
    direction: str
    channel: str
    topic: str
    person: str
    author: str
    outcome: str
    text: str
    seconds: int | None
    verified: str


def note(session: Session, touch: Touch, author_id: str, at: datetime, id: str = "", op_seq: int | None = None) -> str:
    """Store a touch within the caller's write; returns its id. The same ``id`` again changes nothing.

    Raises DomainError topic_unknown, person_unknown.
    """
    if id and session.get(Contact, id) is not None:
        return id
    if session.get(ContactTopic, touch.topic) is None:
        raise DomainError("topic_unknown", value=touch.topic[:20], allowed=", ".join(topics(session)))
    for person_id in (touch.student_id, touch.person_id):
        if person_id is not None and session.get(Person, person_id) is None:
            raise DomainError("person_unknown")
    row = Contact(id=id or new_id(at), author_id=author_id, at=at, op_seq=op_seq, **vars(touch))
    session.add(row)
    session.flush()
    return row.id


def of_student(session: Session, student_id: str, limit: int = 20) -> list[ContactView]:
    """The touches about a student, the newest first."""
    return _read(session, Contact.student_id == student_id, limit)


def of_person(session: Session, person_id: str, limit: int = 20) -> list[ContactView]:
    """The touches with a person, about whomever, the newest first."""
    return _read(session, Contact.person_id == person_id, limit)


def topics(session: Session) -> dict[str, str]:
    """Message ids of the topics by code, in the school's order."""
    rows = session.execute(select(ContactTopic.code, ContactTopic.name).order_by(ContactTopic.position))
    return dict(rows.all())  # type: ignore[arg-type]


def _read(session: Session, where: ColumnElement[bool], limit: int) -> list[ContactView]:
    author = aliased(Person)
    rows = session.execute(
        select(Contact, ContactTopic.name, Person, author).join(ContactTopic, ContactTopic.code == Contact.topic)
        .outerjoin(Person, Person.id == Contact.person_id).join(author, author.id == Contact.author_id)
        .where(where).order_by(Contact.at.desc(), Contact.id.desc()).limit(limit)
    )  # fmt: skip
    return [_view(*row) for row in rows]


def _view(row: Contact, topic: str, person: Person | None, author: Any) -> ContactView:
    return ContactView(
        row.id, row.at, row.direction, row.channel, topic, full_name(person) if person else "", short_name(author),
        row.outcome, row.text, row.seconds, row.verified,
    )  # fmt: skip
