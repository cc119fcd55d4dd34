"""Who does not learn a subject with the class for a while: students taught at home have lessons of their own in it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Course, Group, Membership, Subject

INDIVIDUAL = "individual"


@dataclass(frozen=True)
class Aside:
    """From a day until a day a student has a subject apart from this class and its subgroups."""

    class_id: str
    subject: str  # its name, which is unique
    since: date
    until: date | None

    def covers(self, class_id: str, subject: str, day: date) -> bool:
        """True on its days, both ends included."""
        mine = (self.class_id, self.subject) == (class_id, subject)
        return mine and self.since <= day and (self.until is None or day <= self.until)


def asides(session: Session, student_ids: Collection[str] | None = None) -> dict[str, tuple[Aside, ...]]:
    """Of each student (None: of all) the subjects that are learnt apart."""
    query = (
        select(Membership.person_id, Group.parent_id, Subject.name, Membership.since, Membership.until)
        .join(Group, Group.id == Membership.group_id).join(Course, Course.group_id == Group.id)
        .join(Subject, Subject.id == Course.subject_id).where(Group.kind == INDIVIDUAL)
    )  # fmt: skip
    found: dict[str, list[Aside]] = {}
    for student_id, *rest in session.execute(query):
        if student_ids is None or student_id in student_ids:
            found.setdefault(student_id, []).append(Aside(*rest))
    return {student_id: tuple(rows) for student_id, rows in found.items()}


def with_the_class(
    known: Mapping[str, tuple[Aside, ...]], students: Iterable[str], group: Group, subject: str, day: date
) -> list[str]:
    """Those of a class's or subgroup's students who learn the subject with it on that day."""
    if group.kind not in ("class", "subgroup"):
        return list(students)
    class_id = group.parent_id or group.id
    return [id for id in students if not any(one.covers(class_id, subject, day) for one in known.get(id, ()))]
