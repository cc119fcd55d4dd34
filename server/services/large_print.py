"""Who reads letters of 18 pt: noted on the student's page, printed so from the next pack on."""

from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Person
from server.services.accounts import record
from server.services.content import Author


def note(student_id: str, needs: bool, by: Author) -> bool:
    """Whether the student's paper is in large print from now on. False when it stood so already.

    Raises DomainError ``person_unknown``.
    """

    def write(session: Session) -> bool:
        person = session.get(Person, student_id)
        if person is None:
            raise DomainError("person_unknown")
        if person.large_print == needs:
            return False
        person.large_print = needs
        record(session, by.now, by.account_id, "large_print.on" if needs else "large_print.off", student_id)
        return True

    return store.write(write)
