"""How a class does in a term, as numbers in one line: works handed in, late, sent back, absences, results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import Absence, Course, Group, Lesson, LessonCourse, MarkRevision, Membership, Scale, Task
from server.services import work_facts
from server.services.measures import Span, share_of_maximum
from server.services.work_facts import CAME, DONE, amount
from server.services.works import current

WEEK = timedelta(days=7)
GOOD, PASSING = ("5", "4"), ("5", "4", "3")  # качество and успеваемость are told of marks in figures


@dataclass(frozen=True)
class Marks:
    """Marks of a set of works: how many, their mean share of the maximum; of those in figures the shares of 4 and 5
    («качество») and of all but 2 («успеваемость»)."""

    count: int
    share: float | None
    quality: float | None
    passing: float | None


@dataclass(frozen=True)
class ClassLine:
    """One class. ``owed``: works due by today and those that came earlier; ``waiting``: handed in, nobody looked."""

    group_id: str
    slug: str
    name: str
    students: int
    owed: int
    done: int
    late: int
    sent_back: int
    waiting: int
    missed: int  # lessons missed in the last seven days
    marks: Marks

    @property
    def share(self) -> float | None:
        return self.done / self.owed if self.owed else None


def marks_of(rows: Sequence[tuple[str, str | None, str | None, int | None, int]]) -> Marks:
    """From (scale, verdict, value, maximum, how many)."""
    total = shares = figures = good = passing = 0.0
    for scale, verdict, value, maximum, count in rows:
        share = share_of_maximum(scale, verdict, value, maximum)
        if share is None:
            continue
        total, shares = total + count, shares + share * count
        if scale == "values" and value and value.isdigit():
            figures, good = figures + count, good + (count if value in GOOD else 0)
            passing += count if value in PASSING else 0
    return Marks(int(total), shares / total if total else None, good / figures if figures else None,
                 passing / figures if figures else None)  # fmt: skip


def class_lines(session: Session, groups: Sequence[Group], span: Span, today: date) -> list[ClassLine]:
    """A line for each class, in the order given; works of its subgroups count with it."""
    ids = [group.id for group in groups]
    class_id = func.coalesce(Group.parent_id, Group.id)
    of_these = or_(Group.id.in_(ids), Group.parent_id.in_(ids))
    due = and_(Task.due_on < today, Task.due_on >= span.first)
    counted = case((DONE, 1), else_=0)
    rows = session.execute(
        work_facts.works(
            class_id, Scale.type, MarkRevision.verdict, MarkRevision.value, Task.max_points, func.count(),
            func.sum(counted), amount(and_(CAME, MarkRevision.id.is_(None))), amount(and_(due, ~DONE)),
        ).where(of_these, Task.due_on.between(span.first, span.last), or_(due, DONE))
        .group_by(class_id, Scale.type, MarkRevision.verdict, MarkRevision.value, Task.max_points)
    ).all()  # fmt: skip
    students, missed = _students(session, ids, today), _missed(session, ids, today)
    return [_class_line(group, [row for row in rows if row[0] == group.id], students, missed) for group in groups]


def _class_line(group: Group, rows: Sequence[tuple], students: dict[str, int], missed: dict[str, int]) -> ClassLine:
    return ClassLine(
        group.id, group.slug, group.name, students.get(group.id, 0), sum(row[5] for row in rows),
        sum(row[6] for row in rows), sum(row[8] for row in rows), sum(row[5] for row in rows if row[2] == "redo"),
        sum(row[7] for row in rows), missed.get(group.id, 0), marks_of([(*row[1:5], row[5]) for row in rows]),
    )  # fmt: skip


def _students(session: Session, group_ids: Sequence[str], day: date) -> dict[str, int]:
    return dict(session.execute(
        select(Membership.group_id, func.count()).where(
            Membership.group_id.in_(list(group_ids)), current(Membership.since, Membership.until, day)
        ).group_by(Membership.group_id)
    ).all())  # fmt: skip


def _missed(session: Session, group_ids: Sequence[str], today: date) -> dict[str, int]:
    """Absences of the last seven days that stand, by class. A revision that another one names has been replaced."""
    newer = aliased(Absence)
    replaced = select(newer.id).where(
        newer.student_id == Absence.student_id, newer.lesson_course_id == Absence.lesson_course_id,
        newer.first_seq > Absence.first_seq,
    )  # fmt: skip
    class_id = func.coalesce(Group.parent_id, Group.id)
    return dict(session.execute(
        select(class_id, func.count()).select_from(Absence)
        .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Course, Course.id == LessonCourse.course_id)
        .join(Group, Group.id == Course.group_id)
        .where(class_id.in_(list(group_ids)), Absence.letter.is_not(None), Lesson.on.between(today - WEEK, today),
               ~replaced.exists())
        .group_by(class_id)
    ).all())  # fmt: skip
