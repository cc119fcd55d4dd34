"""Works as facts for counting: whose, of which course, due when, handed in or not, and the value that stands.

Counted by the database, so that a school's quarter takes a moment. Of two values the one received last counts here;
the journal shows both.
"""

from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from server.models import Course, Group, MarkRevision, Person, Return, Scale, Task, Work

_Newer = aliased(MarkRevision)
NEWEST = select(func.max(_Newer.first_seq)).where(_Newer.work_id == Work.id).correlate(Work).scalar_subquery()
CAME = exists().where(Return.work_id == Work.id)
DECIDED = MarkRevision.verdict.in_(("mark", "checked"))
DONE = or_(CAME, and_(MarkRevision.verdict.is_not(None), DECIDED))


def works(*columns: Any) -> Any:
    """A select over published works of students who are here, beside the revision that stands (or none)."""
    return (
        select(*columns).select_from(Work).join(Task, Task.id == Work.task_id).join(Scale, Scale.code == Task.scale)
        .join(Course, Course.id == Task.course_id).join(Group, Group.id == Course.group_id)
        .join(Person, Person.id == Work.student_id)
        .outerjoin(MarkRevision, and_(MarkRevision.work_id == Work.id, MarkRevision.first_seq == NEWEST))
        .where(Task.published_at.is_not(None), Task.withdrawn.is_(False), Person.left_on.is_(None))
    )  # fmt: skip


def amount(condition: Any) -> Any:
    """How many rows fulfil a condition."""
    return func.sum(case((condition, 1), else_=0))


