"""Who belonged to which group on a day, asked of many students at once: memberships are read once, then decided."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Group, Membership, Person
from server.services.aside import Aside, asides
from server.services.exemptions import NOBODY, Exempt, exempt

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


def register(session: Session, student_ids: Iterable[str]) -> Register:
    """The memberships of these students, past and present."""
    parts = {
        id_: (parent_id, division)
        for id_, parent_id, division in session.execute(
            select(Group.id, Group.parent_id, Group.division).where(Group.kind == "subgroup")
        )
    }
    wanted = sorted(set(student_ids))
    found: dict[str, list[Stay]] = {}
    left: dict[str, date] = {}
    for start in range(0, len(wanted), MOST):
        rows = session.execute(
            select(Person.id, Person.left_on, Membership.group_id, Membership.since, Membership.until)
            .outerjoin(Membership, Membership.person_id == Person.id)
            .where(Person.id.in_(wanted[start : start + MOST]))
        )  # fmt: skip
        for student_id, left_on, group_id, since, until in rows:
            if group_id is not None:
                found.setdefault(student_id, []).append(Stay(group_id, since, until, parts.get(group_id)))
            if left_on is not None:
                left[student_id] = left_on
    stays = {student_id: tuple(rows) for student_id, rows in found.items()}
    return Register(stays, parts, asides(session, set(wanted)), left, exempt(session, wanted))
