"""Who was absent from a course's lesson, as the heads of what was said about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.models import Absence, AbsenceLetter, LessonCourse, Person
from server.services import course_plan
from server.services.aside import asides, with_the_class
from server.services.courses import CourseHead, alphabetical, course
from server.services.works import members
from sync import decide


@dataclass(frozen=True)
class AbsenceState:
    """Heads of what was said about a student's absence; several letters are a conflict. None: taken back."""

    letters: tuple[str | None, ...]
    heads: tuple[str, ...]
    reason: str = ""

    @property
    def conflict(self) -> bool:
        return len(self.letters) > 1


@dataclass(frozen=True)
class LessonPage:
    """A lesson of a course with its students, for noting who was absent."""

    id: str
    on: date
    n: int
    topic: str
    course: CourseHead
    students: tuple[tuple[str, str, str], ...]  # id, last name, first name
    absences: dict[str, AbsenceState]


def absences(session: Session, lesson_course_ids: Collection[str]) -> dict[tuple[str, str], AbsenceState]:
    """What stands about absences, by (student, lesson's course)."""
    rows = session.scalars(
        select(Absence).where(Absence.lesson_course_id.in_(lesson_course_ids))
        .order_by(Absence.student_id, Absence.lesson_course_id, Absence.first_seq)
    ).all()  # fmt: skip
    found = {}
    for key, group in groupby(rows, key=lambda row: (row.student_id, row.lesson_course_id)):
        known = list(group)
        tops = decide.heads(decide.Revision(row.id, tuple(row.base), ("absence", row.letter)) for row in known)
        reasons = {row.id: row.reason for row in known}
        letters = tuple(dict.fromkeys(top.value[1] for top in tops))
        found[key] = AbsenceState(letters, tuple(top.id for top in tops), reasons[tops[0].id])
    return found


def lesson(session: Session, lesson_course_id: str, day: date) -> LessonPage:
    """One course's lesson. Raises DomainError ``lesson_unknown``."""
    row = session.get(LessonCourse, lesson_course_id)
    if row is None:
        raise DomainError("lesson_unknown")
    ids = members(session, row.course.group, row.lesson.on)
    ids = with_the_class(asides(session, set(ids)), ids, row.course.group, row.course.subject.name, row.lesson.on)
    people = session.execute(select(Person.id, Person.last_name, Person.first_name).where(Person.id.in_(ids))).all()
    ordered = sorted(((id_, last, first) for id_, last, first in people), key=lambda one: alphabetical(one[1], one[2]))
    away = {student_id: state for (student_id, _), state in absences(session, {row.id}).items()}
    head = course(session, row.course_id, day)
    topic = row.topic or course_plan.topics(session, [row.course_id]).get(row.id, "")
    return LessonPage(row.id, row.lesson.on, row.lesson.n, topic, head, tuple(ordered), away)


def letters(session: Session) -> list[tuple[str, str]]:
    """(letter, message id) in the school's order."""
    rows = session.execute(select(AbsenceLetter.code, AbsenceLetter.name).order_by(AbsenceLetter.position))
    return [(code, name) for code, name in rows]
