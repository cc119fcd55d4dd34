"""Touches with families and staff: one is noted, once however often it is told, and those of a person are read.

One vocabulary for all who note any: an outcome is one of OUTCOMES or not known (""), a topic is a row of the school's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from server.errors import DomainError
from server.models import Contact, ContactTopic, Person
from server.services.people import full_name, short_name
from sync.ids import content_id

CALL, IN, OUT = "call", "in", "out"
RESULTS, SILENCE, ABSENCE, STAFF, OTHER = "results", "silence", "absence", "staff", "other"  # topics the code speaks of
SENT, REACHED, NOT_REACHED, CONFIRMED = "sent", "reached", "not_reached", "confirmed"  # what became of our own word
ANSWERED, PROMISED, LETTER = "answered", "promised", "letter"  # what became of theirs
TELL = (RESULTS, ABSENCE)  # topics whose words repeat marks, or why a student was away
OUTCOMES = (SENT, REACHED, NOT_REACHED, CONFIRMED, ANSWERED, PROMISED, LETTER)
TOLD = (SENT, REACHED, CONFIRMED)  # outcomes after which a family counts as told
HEARD = (REACHED, CONFIRMED)  # outcomes after which a family was heard


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
    """A touch as lists show it; ``topic`` is a message id, names are "" where nobody is named.

    ``tells``: its words may tell of marks or absences, so they are only for who may hear those.
    """

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
    tells: bool


def id_of(key: str, student_id: str | None) -> str:
    """The id of the touch that an act was, about one student. ``key``: of the act, whoever tells of it."""
    return content_id("contact", key, student_id or "")


def note(session: Session, touch: Touch, author_id: str, at: datetime, key: str) -> str:
    """Store a touch within the caller's write; returns its id. The same ``key`` again changes nothing.

    Raises DomainError topic_unknown, person_unknown.
    """
    id = id_of(key, touch.student_id)
    if session.get(Contact, id) is not None:
        return id
    if session.get(ContactTopic, touch.topic) is None:
        raise DomainError("topic_unknown", value=touch.topic[:20], allowed=", ".join(topics(session)))
    for person_id in (touch.student_id, touch.person_id):
        if person_id is not None and session.get(Person, person_id) is None:
            raise DomainError("person_unknown")
    session.add(Contact(id=id, author_id=author_id, at=at, **vars(touch)))
    session.flush()
    return id


def note_each(
    session: Session, touch: Touch, student_ids: Sequence[str], author_id: str, at: datetime, key: str
) -> list[str]:  # fmt: skip
    """The same about several children of a family, or about none; returns the ids."""
    about = student_ids or (None,)
    return [note(session, replace(touch, student_id=one), author_id, at, key) for one in about]


def take_back(session: Session, key: str, student_ids: Sequence[str], by_id: str, since: datetime | None = None) -> int:
    """Undo a touch that this person noted (not before ``since``) and that no op brought; returns how many went."""
    gone = 0
    for student_id in student_ids or (None,):
        row = session.get(Contact, id_of(key, student_id))
        if row is None or row.author_id != by_id or row.op_seq is not None or (since and row.at < since):
            continue
        session.delete(row)
        gone += 1
    return gone


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
        row.outcome, row.text, row.seconds, row.verified, row.topic in TELL,
    )  # fmt: skip
