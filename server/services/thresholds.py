"""The school's thresholds: from when on something rises to a person, and how much is too much."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import Threshold
from server.reference import THRESHOLDS
from server.services.accounts import record
from server.services.content import Author

MOST = 365


def values(session: Session) -> dict[str, int]:
    """Every threshold by its code, in few words the school's own or the one that schools start with."""
    return {
        **{code: value for code, (_name, value) in THRESHOLDS.items()},
        **dict(session.execute(select(Threshold.code, Threshold.value)).all()),
    }


def listed(session: Session, codes: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """(code, message id of the name, value) of these."""
    rows = {row.code: row for row in session.scalars(select(Threshold).where(Threshold.code.in_(codes)))}
    return [(code, rows[code].name, rows[code].value) for code in codes if code in rows]


def change(code: str, value: int, by: Author) -> None:
    """Set another value. Raises DomainError not_found, value_invalid."""
    if not 0 <= value <= MOST:
        raise DomainError("value_invalid", field=code, value=str(value))

    def save(session: Session) -> None:
        row = session.get(Threshold, code)
        if row is None:
            raise DomainError("not_found")
        if row.value != value:
            row.value = value
            record(session, by.now, by.account_id, "threshold.change", code)

    store.write(save)
