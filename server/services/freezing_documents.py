"""What an edition shows of documents: those that hold in its window, by groups, and nothing else of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models import Document, Group


class Window(Protocol):
    """The days an edition covers."""

    @property
    def first(self) -> date: ...

    @property
    def last(self) -> date: ...


def documents(session: Session, window: Window, groups: Sequence[Group]) -> dict[str, dict[str, Any]]:
    """The edition's key ``documents``, or nothing where there are none. Never who wrote one, nor a file's old name."""
    slugs = {group.id: group.slug for group in groups}
    rows = session.scalars(
        select(Document).where(Document.starts_on <= window.last,
                               or_(Document.ends_on.is_(None), Document.ends_on >= window.first))
    )  # fmt: skip
    found = {}
    for row in rows:
        audience = sorted(slugs[group_id] for group_id in row.group_ids if group_id in slugs)
        if row.group_ids and not audience:
            continue  # meant for groups that are not shown
        found[row.id] = {
            "kind": row.kind, "title": row.title, "number": row.number, "body": row.body, "url": row.url,
            "issued_on": row.issued_on.isoformat() if row.issued_on else None, "file": row.file or "",
            "size_kb": row.size_kb, "groups": audience, "from": row.starts_on.isoformat(),
            "to": row.ends_on.isoformat() if row.ends_on else None,
        }  # fmt: skip
    return {"documents": found} if found else {}
