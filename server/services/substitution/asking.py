"""The affected lessons of an absence that need not be noted yet: for the command line, read only."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Account, LessonTeacher, Person
from server.services.days.reading import Days
from server.services.people import full_name
from server.services.substitution.away import Away
from server.services.substitution.proposing import Case, cases, surroundings


def teacher(session: Session, typed: str) -> Person:
    """Somebody who holds lessons, by login, surname or full name, whatever the letters' size and ё.

    Raises DomainError ``teacher_unknown``, ``teacher_many``.
    """
    by_login = session.scalar(select(Person).join(Account, Account.person_id == Person.id)
                              .where(Account.login == typed.strip().lower()))  # fmt: skip
    if by_login is not None:
        return by_login
    wanted = _plain(typed)
    holding = session.scalars(select(Person).where(Person.id.in_(select(LessonTeacher.person_id).distinct())))
    found = [one for one in holding if _begins(wanted, _plain(full_name(one)))]
    exact = [one for one in found if _plain(full_name(one)) == wanted]
    if len(exact or found) > 1:
        names = sorted(map(full_name, exact or found))
        raise DomainError("teacher_many", names=", ".join(names[:6]) + (", …" if len(names) > 6 else ""))
    if not found:
        raise DomainError("teacher_unknown", name=typed[:40])
    return (exact or found)[0]


def _plain(name: str) -> list[str]:
    return name.replace(".", " ").casefold().replace("ё", "е").split()


def _begins(typed: list[str], name: list[str]) -> bool:
    """True for the surname, with or without the first names or their initials."""
    if not typed or len(typed) > len(name) or typed[0] != name[0]:
        return False
    return all(whole.startswith(part) for part, whole in zip(typed, name, strict=False))


def affected(session: Session, person_id: str, first: date, last: date, today: date) -> tuple[Days, list[Case]]:
    """The lessons of a teacher from first to last, as if the teacher were away then, with proposals."""
    days, diary = surroundings(session, first, last)
    supposed = Away("", person_id, "", first, last, None, None, "", "", "", None)
    return days, cases(supposed, first, last, days, diary.with_away(supposed), today)
