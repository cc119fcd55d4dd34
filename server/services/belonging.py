"""Who belonged to which group on a day, asked of many students at once: memberships are read once, then decided."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from server.models import Group, Membership, Person
from server.services.aside import INDIVIDUAL, Aside, asides
from server.services.exemptions import NOBODY, Exempt, exempt, gathered, stretches
from server.services.works import Place

MOST = 5000  # values of one query


@dataclass(frozen=True)
class Stay:
    """A student's membership of a group; of a subgroup also its class and the division it is a part of."""

    group_id: str
    since: date
    until: date | None
    part: tuple[str, str] | None = None

    def holds(self, day: date) -> bool:
        """True on its days, both ends included."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Register:
    """Stays by student, of every subgroup its class and division; who learns apart or is exempt, and who left when."""

    stays: Mapping[str, tuple[Stay, ...]]
    parts: Mapping[str, tuple[str, str]]
    apart: Mapping[str, tuple[Aside, ...]] = field(default_factory=dict)
    left: Mapping[str, date] = field(default_factory=dict)
    freed: Exempt = NOBODY

    def has(self, student_id: str, group_id: str, day: date) -> bool:
        """True if the student was a member of the group on the day."""
        return belongs(self.stays.get(student_id, ()), group_id, self.parts.get(group_id), day)

    def owes(
        self, student_id: str, group_id: str, subject: str, due: date, today: date, set_on: date | None = None
    ) -> bool:
        """True if the student, who has not left by today, had the subject with the group when the work was due.

        Who was exempt on that day, or on the day of the lesson (``set_on``), owes nothing.
        """
        if self.freed.on(student_id, subject, set_on, due):
            return False
        if student_id in self.left and self.left[student_id] <= today:
            return False
        class_id = self.parts[group_id][0] if group_id in self.parts else group_id
        if any(one.covers(class_id, subject, due) for one in self.apart.get(student_id, ())):
            return False
        return self.has(student_id, group_id, due)

    def last_day(self, student_id: str, group_id: str, day: date) -> date | None:
        """When the student belonged to the group for the last time, if that was before the day."""
        ends = [stay.until for stay in self.stays.get(student_id, ()) if stay.group_id == group_id]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) and max(known) < day else None


def belongs(stays: Collection[Stay], group_id: str, part: tuple[str, str] | None, day: date) -> bool:
    """Whether these stays make somebody a member on a day; ``part``: the group's class and division, if it is one.

    A student of the class whose part was not known on that day belongs to the part that was learnt first afterwards,
    and to all parts as long as none is.
    """
    if any(stay.group_id == group_id and stay.holds(day) for stay in stays):
        return True
    if part is None or not any(stay.group_id == part[0] and stay.holds(day) for stay in stays):
        return False
    in_division = [stay for stay in stays if stay.part == part]
    if any(stay.holds(day) for stay in in_division):
        return False
    later = sorted((stay for stay in in_division if stay.since > day), key=lambda stay: (stay.since, stay.group_id))
    return not later or later[0].group_id == group_id


def belongs_within(stays: Collection[Stay], place: Place, since: date, until: date) -> bool:
    """Whether these stays make somebody a member on some day of a stretch, as ``works.members`` has it."""
    held = [stay for stay in stays if stay.since <= until and (stay.until is None or stay.until >= since)]
    if any(stay.group_id == place.id for stay in held):
        return True
    if place.kind != "subgroup" or not any(stay.group_id == place.parent_id for stay in held):
        return False
    return not any(stay.part == (place.parent_id, place.division) for stay in held)


def register(session: Session, student_ids: Iterable[str], about: Place | None = None) -> Register:
    """The memberships of these students, past and present, in few queries.

    ``about``: the only group that will be asked about besides those that the students belong or belonged to.
    """
    wanted = sorted(set(student_ids))
    rows: list[Any] = []
    for start in range(0, len(wanted), MOST):
        rows += session.execute(
            select(Person.id, Person.left_on, Membership.since, Membership.until, Group.id, Group.kind,
                   Group.parent_id, Group.division)
            .outerjoin(Membership, Membership.person_id == Person.id)
            .outerjoin(Group, Group.id == Membership.group_id)
            .where(Person.id.in_(wanted[start : start + MOST]))
        )  # fmt: skip
    groups = [row[4:] for row in rows] + ([(about.id, about.kind, about.parent_id, about.division)] if about else [])
    if about is None:
        parts, freed = _parts_and_freed(session, wanted)
    else:
        parts = {id_: (parent_id, division) for id_, kind, parent_id, division in groups if kind == "subgroup"}
        freed = exempt(session, wanted)
    found: dict[str, list[Stay]] = {}
    for student_id, _left_on, since, until, group_id, *_group in rows:
        if group_id is not None:
            found.setdefault(student_id, []).append(Stay(group_id, since, until, parts.get(group_id)))
    stays = {student_id: tuple(own) for student_id, own in found.items()}
    left = {student_id: left_on for student_id, left_on, *_stay in rows if left_on is not None}
    apart = asides(session, set(wanted)) if any(kind == INDIVIDUAL for _id, kind, *_rest in groups) else {}
    return Register(stays, parts, apart, left, freed)


def _parts_and_freed(session: Session, wanted: Sequence[str]) -> tuple[dict[str, tuple[str, str]], Exempt]:
    """Of every subgroup of the school its class and division, and who is exempt: two short lists in one query."""
    freed = stretches(wanted[:MOST]).add_columns(null())
    parts = select(Group.id, Group.division, null(), null(), Group.parent_id).where(Group.kind == "subgroup")
    rows = session.execute(freed.union_all(parts)).all()
    held = [row[:4] for row in rows if row[4] is None]
    for start in range(MOST, len(wanted), MOST):
        held += session.execute(stretches(wanted[start : start + MOST]))
    return {row[0]: (row[4], row[1]) for row in rows if row[4] is not None}, gathered(held)
