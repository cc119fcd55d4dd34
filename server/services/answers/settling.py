"""A person says what was ticked: that counts from then on, whatever the machine read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.models import ScanAnswer, ScanPage, Work
from server.services.accounts import record
from server.services.answers.scoring import valid


def settle(
    page_id: str, position: int, answer: Sequence[Any] | None, *, by: str, account: str | None, now: datetime
) -> None:  # fmt: skip
    """Keep a person's answer to a question of a page; None: as it was read.

    Raises DomainError answer_unknown, answer_key. ``by``: the person; ``account``: the account, for the book of deeds.
    """

    def write(session: Session) -> None:
        row = session.get(ScanAnswer, (page_id, position))
        if row is None:
            raise DomainError("answer_unknown")
        asked = row.printed
        if answer is not None and not valid(answer, asked["kind"], asked["options"], asked["digits"]):
            raise DomainError("answer_key", value=", ".join(map(str, answer))[:60])
        row.settled = None if answer is None else list(answer)
        row.settled_by, row.settled_at = (None, None) if answer is None else (by, now)
        record(session, now, account, "answer.settle", page_id)

    store.write(write)


def code_of(session: Session, page_id: str) -> str:
    """The code of the work a page belongs to. Raises DomainError answer_unknown."""
    code = session.scalar(select(Work.code).join(ScanPage, ScanPage.work_id == Work.id).where(ScanPage.id == page_id))
    if code is None:
        raise DomainError("answer_unknown")
    return code
