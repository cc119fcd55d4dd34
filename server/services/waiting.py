"""What waits for a person: works that came back and nobody looked at, and students who sent nothing by the deadline."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.models import (
    Absence,
    AbsenceLetter,
    Connectivity,
    Course,
    Group,
    Lesson,
    LessonCourse,
    MarkAct,
    MarkRevision,
    Op,
    Return,
    Subject,
    Task,
    Work,
    Year,
)
from server.policy import Realm
from server.services.absences import absences
from server.services.belonging import register
from server.services.lesson_list import within
from server.services.people import Student, folded, students
from server.services.works import states, to_hand_in
from sync import decide

RECENT = timedelta(days=4)  # a reason of absence explains missing work that long


@dataclass(frozen=True)
class ToCheck:
    """Works of one task that wait: how many, since when, how they came (code of a channel); ``again``: corrected."""

    task_id: str
    group: str
    subject: str
    title: str
    count: int
    oldest: date
    channel: str
    again: bool


@dataclass(frozen=True)
class Missing:
    """A student with works that did not come in time. ``last``: the day anything came from them, if ever."""

    student: Student
    group: str
    count: int
    oldest_due: date
    last: date | None
    link: Connectivity | None
    reason: str  # message id of the letter of a recent excused absence, or ""


@dataclass(frozen=True)
class MissingOf:
    """The same of a class, for those who see the whole school."""

    slug: str
    group: str
    works: int
    students: int


def to_check(session: Session, realm: Realm) -> list[ToCheck]:
    """Works of the realm's courses that came back and wait for a decision, by task, the longest waiting first."""
    rows = session.execute(
        select(Work.id, Task.id, Group.name, Subject.name, Task.title, Return.returned_on, Return.channel)
        .select_from(Return).join(Work, Work.id == Return.work_id).join(Task, Task.id == Work.task_id)
        .join(Course, Course.id == Task.course_id).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id)
        .where(Task.withdrawn.is_(False), within(realm), may_wait()).order_by(Return.op_seq)
    ).all()  # fmt: skip
    newest = {row[0]: row for row in rows}  # the last return of each work that may wait
    known = states(session, newest)
    waiting: dict[tuple[str, bool], list[tuple]] = {}
    for work_id, row in newest.items():
        if known[work_id].state == "returned":
            waiting.setdefault((row[1], known[work_id].returns > 1), []).append(tuple(row))
    lines = [
        ToCheck(task, *own[0][2:5], len(own), min(row[5] for row in own), _usual(row[6] for row in own), again)
        for (task, again), own in waiting.items()
    ]
    return sorted(lines, key=lambda line: (line.oldest, line.group, line.title))


def may_wait() -> Any:
    """SQL, beside a Return: nothing was said of the work since, or what was said may not count (cleared, disputed)."""
    said = exists().where(MarkAct.work_id == Return.work_id, MarkAct.op_seq >= Return.op_seq)
    other = aliased(MarkRevision)
    cleared = exists().where(other.work_id == Return.work_id, other.verdict == "cleared")
    quarrel = exists().where(MarkAct.work_id == Return.work_id, Op.seq == MarkAct.op_seq, Op.outcome == decide.CONFLICT)
    return or_(~said, cleared, quarrel)


def _usual(channels: Iterable[str]) -> str:
    return Counter(channels).most_common(1)[0][0]


def missing(session: Session, realm: Realm, day: date) -> list[Missing]:
    """Students of the realm's courses with works past their date of control, the longest silent first."""
    found: dict[str, list[tuple[date, str]]] = {}
    for student, due, group, _slug in _overdue(session, realm, day):
        found.setdefault(student, []).append((due, group))
    last = _last_return(session, found)
    reasons = _reasons(session, found, day)
    lines = [
        Missing(student, own[0][1], len(own), min(due for due, _group in own), last.get(student.id), student.link,
                reasons.get(student.id, ""))
        for student in students(session, list(found)) for own in [found[student.id]]
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (bool(line.reason), line.oldest_due, -line.count, folded(line.student.name)))


def missing_by_class(session: Session, day: date) -> list[MissingOf]:
    """How much did not come in time, by class, the most first."""
    found: dict[tuple[str, str], list[str]] = {}
    for student, _due, group, slug in _overdue(session, Realm(True, frozenset(), frozenset()), day):
        found.setdefault((slug, group), []).append(student)
    lines = [MissingOf(slug, group, len(own), len(set(own))) for (slug, group), own in found.items()]
    return sorted(lines, key=lambda line: (-line.works, line.group))


def missed_deadlines(session: Session, realm: Realm, day: date, since: date) -> list[tuple[str, date]]:
    """(student, date of control since a day) of the realm's works that did not come in time and are owed still."""
    return [(student, due) for student, due, _group, _slug in _overdue(session, realm, day, since)]


def _overdue(session: Session, realm: Realm, day: date, since: date = date.min) -> list[tuple[str, date, str, str]]:
    """(student, due, class, its slug) of this year's works that are past due and in state issued.

    ``since``: only of works due from that day on. Only of who was still in the group on that day, was not exempt
    and is at the school now.
    """
    year = select(Year.id).where(Year.starts_on <= day).order_by(Year.starts_on.desc()).limit(1).scalar_subquery()
    decided = exists().where(MarkRevision.work_id == Work.id)
    came = exists().where(Return.work_id == Work.id)
    rows = session.execute(
        select(Work.id, Work.student_id, Task.due_on, Group, Subject.name, Lesson.on, decided).select_from(Work)
        .join(Task, Task.id == Work.task_id).join(Course, Course.id == Task.course_id)
        .join(Group, Group.id == Course.group_id).join(Subject, Subject.id == Course.subject_id)
        .join(LessonCourse, LessonCourse.id == Task.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(to_hand_in(), Task.due_on >= since, Task.due_on < day, Course.year_id == year, ~came, within(realm))
    ).all()  # fmt: skip
    known = states(session, [work for work, *_rest, is_decided in rows if is_decided])
    members = register(session, {row.student_id for row in rows})
    return [
        (student, due, (group.parent or group).name, (group.parent or group).slug)
        for work, student, due, group, subject, on, is_decided in rows
        if (not is_decided or known[work].state == "issued")
        and members.owes(student, group.id, subject, due, day, on)
    ]


def _last_return(session: Session, student_ids: Collection[str]) -> dict[str, date]:
    rows = session.execute(
        select(Work.student_id, func.max(Return.returned_on)).join(Return, Return.work_id == Work.id)
        .where(Work.student_id.in_(list(student_ids))).group_by(Work.student_id)
    ).all()  # fmt: skip
    return dict(tuple(row) for row in rows)


def _reasons(session: Session, student_ids: Collection[str], day: date) -> dict[str, str]:
    """Of students with an excused absence in the last days: the letter's name."""
    lessons = session.scalars(
        select(Absence.lesson_course_id).distinct().join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Absence.student_id.in_(list(student_ids)), Lesson.on.between(day - RECENT, day))
    ).all()  # fmt: skip
    letters = session.scalars(select(AbsenceLetter).where(AbsenceLetter.excused.is_(True)))
    excused = {letter.code: letter.name for letter in letters}
    return {
        student: excused[letter]
        for (student, _lesson), state in absences(session, lessons).items()
        for letter in state.letters if letter in excused
    }  # fmt: skip
