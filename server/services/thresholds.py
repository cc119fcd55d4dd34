"""The school's thresholds: from when on something rises to a person, how much is too much, when an answer is due."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Threshold
from server.reference import SOURCE_OWN, THRESHOLDS

MOST = 365
HOURS = ("day_from", "day_until")


def values(session: Session) -> dict[str, int]:
    """Every threshold by its code: the school's own, else the one that schools start with."""
    return {
        **{code: value for code, (_name, value) in THRESHOLDS.items()},
        **dict(session.execute(select(Threshold.code, Threshold.value)).all()),
    }


def listed(session: Session) -> list[Threshold]:
    """The rows, in the order in which schools are told of them."""
    order = list(THRESHOLDS)
    rows = session.scalars(select(Threshold))
    return sorted(rows, key=lambda row: (order.index(row.code) if row.code in THRESHOLDS else len(order), row.code))


def save(session: Session, typed: Mapping[str, str]) -> None:
    """Store the values of a form, as typed; what is left out stays. Raises DomainError ``value_invalid``."""
    for row in session.scalars(select(Threshold)):
        if row.code in typed:
            value = number(typed[row.code], 24 if row.code in HOURS else MOST, row.code)
            if value != row.value:
                row.value, row.source = value, SOURCE_OWN


def number(typed: str, most: int, name: str) -> int:
    """A whole number from 0 to ``most``. Raises DomainError ``value_invalid``."""
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= most):
        raise DomainError("value_invalid", field=name, value=typed[:20])
    return int(text)
