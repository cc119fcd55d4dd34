"""Marks of study groups' courses here (a tutor's, a network teacher's), for the class's own course in the subject."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from server.models import (
    Course,
    Group,
    Lesson,
    LessonCourse,
    MarkRevision,
    Membership,
    OutsideMark,
    Task,
    Work,
    Year,
)
from server.policy import Realm
from server.services.lesson_list import within
from server.services.works import current
from sync import decide
from sync.ids import content_id

_Study, _StudyGroup = aliased(Course), aliased(Group)


def unsettled(session: Session, realm: Realm, today: date) -> list[OutsideMark]:
    """Marks of study groups' courses that nobody has decided about in the class's own course: rows not stored yet."""
    year = select(Year.id).where(Year.starts_on <= today).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    of_study = (  # few: by them the works are found, not the other way round
        select(Task.id).join(Course, Course.id == Task.course_id).join(Group, Group.id == Course.group_id)
        .where(Group.kind == "study", Course.year_id == year)
    )  # fmt: skip
    rows = session.execute(
        select(Work.id, Work.student_id, Course.id, Group.kind, Lesson.on, Task.kind, Task.title, Task.scale,
               Task.max_points, _StudyGroup.name, MarkRevision)
        .select_from(Work).join(Task, Task.id == Work.task_id).join(_Study, _Study.id == Task.course_id)
        .join(_StudyGroup, and_(_StudyGroup.id == _Study.group_id, _StudyGroup.kind == "study"))
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(MarkRevision, MarkRevision.work_id == Work.id)
        .join(Membership, and_(Membership.person_id == Work.student_id,
                               current(Membership.since, Membership.until, Lesson.on)))
        .join(Group, and_(Group.id == Membership.group_id, Group.kind.in_(("class", "subgroup"))))
        .join(Course, and_(Course.group_id == Group.id, Course.subject_id == _Study.subject_id,
                           Course.year_id == _Study.year_id))
        .where(Work.task_id.in_(of_study), _Study.year_id == year, within(realm))
        .order_by(Work.id, MarkRevision.first_seq)
    ).all()  # fmt: skip
    settled = select(OutsideMark.from_work_id, OutsideMark.value).where(OutsideMark.from_work_id.is_not(None))
    known = {tuple(row) for row in session.execute(settled)} if rows else set()
    found: dict[str, OutsideMark] = {}
    for work_id, own in _grouped(rows).items():
        told = max(own, key=lambda row: row[3] == "subgroup")  # the part's own course goes before the class's
        value = _value(row.MarkRevision for row in own if row[2] == told[2])
        if value is None or (work_id, value) in known:
            continue
        _id, student_id, course_id, _kind, on, kind, title, scale, most, source, _revision = told
        found[work_id] = OutsideMark(
            id=content_id("study", work_id, value), student_id=student_id, course_id=course_id, given_on=on, kind=kind,
            topic=title, scale=scale, value=value, max_points=most, comment="", source=source, sender="",
            file_name="", from_work_id=work_id, state="offered", reason="",
        )  # fmt: skip
    return list(found.values())


def _grouped(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _value(revisions: Iterable[MarkRevision]) -> str | None:
    """The mark that stands; None while there is none, or two."""
    tops = decide.heads(decide.Revision(row.id, tuple(row.base), (row.verdict, row.value)) for row in revisions)
    values = {top.value for top in tops}
    [(verdict, value)] = values if len(values) == 1 else [("", None)]
    return value if verdict == "mark" else None
