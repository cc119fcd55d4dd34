"""One tap about a family: told or not reached, noted as contacts, and taken back while the day lasts."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Guardianship
from server.services import contacts
from server.services.contacts import NOT_REACHED, OUT, REACHED, RESULTS, SENT, Touch, note_each
from server.services.content import Author
from server.services.messages import first_moment
from sync.ids import content_id

TICKS = {"call": REACHED, "in_person": REACHED, "messenger": SENT, "sms": SENT, "email": SENT, "slip": SENT}


def tick(students: Iterable[str], person_id: str | None, channel: str, reached: bool, key: str, by: Author) -> str:
    """Note that a family was told, or was not reached; returns the key that takes it back.

    ``key``: of one rendering of the page. Raises DomainError value_invalid.
    """
    if channel not in TICKS:
        raise DomainError("value_invalid", field="channel", value=channel[:20])
    about = tuple(sorted(students))
    outcome = TICKS[channel] if reached else NOT_REACHED
    touch_key = content_id("round", by.person_id, key, channel, outcome, *about)
    touch = Touch(RESULTS, None, person_id, OUT, channel, outcome)
    store.write(lambda session: note_each(session, touch, about, by.person_id, by.now, touch_key) and None)
    return touch_key


def take_back(students: Iterable[str], key: str, by: Author, timezone: str) -> int:
    """Take a tick of today back, if it is this person's own; returns how many contacts went."""
    first = first_moment(by.today, timezone)
    about = list(students)
    return store.write(lambda session: contacts.take_back(session, key, about, by.person_id, first))


def is_of_family(session: Session, person_id: str, student_ids: Collection[str]) -> bool:
    """Whether the person is one of these students or a guardian of one."""
    query = select(Guardianship.id).where(
        Guardianship.guardian_id == person_id, Guardianship.student_id.in_(list(student_ids))
    )
    return person_id in student_ids or session.scalar(query.limit(1)) is not None
