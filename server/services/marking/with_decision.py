"""What is kept in the same commit as a decision: the signs on its pages, and the wish for a marked copy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.services.marking import copy_wishes, signs
from server.services.marking.signs import PageSigns
from sync import ops


@dataclass(frozen=True)
class Beside:
    """``signs``: of the pages that changed; ``copy``: whether a marked copy is wanted, None where nobody was asked."""

    signs: Mapping[str, PageSigns] = field(default_factory=dict)
    copy: bool | None = None


def then(envelope: dict[str, Any], work_id: str, beside: Beside, by: str, now: datetime) -> Callable[[Session], None]:
    """What ``services.returns.receive`` does behind the op: keeps all of it if the op stands, else nothing.

    Raises DomainError signs_changed, signs_invalid; then the op is not kept either.
    """
    op = ops.parse(envelope)

    def keep(session: Session) -> None:
        if not signs.is_taken(session, op.sha256, op.origin, op.n):
            return
        signs.keep(session, work_id, beside.signs, by, now)
        if beside.copy:
            copy_wishes.ask(session, work_id, by, now)
        elif beside.copy is False:
            copy_wishes.take_back(session, work_id)

    return keep
