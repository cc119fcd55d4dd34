"""Who belongs to which group on each of some days, all read at once: for what asks about every group of the school."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.models import Group, Membership

if TYPE_CHECKING:
    from server.services.works import Place

Held = tuple[str, date, date | None]  # student, first and last day


class RosterDays:
    """The memberships from first to last; ``members`` answers as works.members does for a day of that stretch."""

    def __init__(self, session: Session, first: date, last: date):
        self._held: dict[str, list[Held]] = {}
        for group_id, *held in session.execute(
            select(Membership.group_id, Membership.person_id, Membership.since, Membership.until)
            .where(Membership.since <= last, or_(Membership.until.is_(None), Membership.until >= first))
        ):  # fmt: skip
            self._held.setdefault(group_id, []).append(tuple(held))  # type: ignore[arg-type]
        self._divisions: dict[tuple[str | None, str], list[str]] = {}
        for id, parent_id, division in session.execute(select(Group.id, Group.parent_id, Group.division)):
            self._divisions.setdefault((parent_id, division), []).append(id)

    def members(self, group: Place, day: date) -> list[str]:
        """Ids of the group's students; a subgroup's also those of its class without a place in that division."""
        found = self._on(group.id, day)
        if group.kind == "subgroup":
            placed = set().union(*(self._on(id, day) for id in self._divisions[group.parent_id, group.division]))
            found |= self._on(group.parent_id, day) - placed
        return sorted(found)

    def _on(self, group_id: str, day: date) -> set[str]:
        return {
            student for student, since, until in self._held.get(group_id, ())
            if since <= day and (until is None or until >= day)
        }  # fmt: skip
