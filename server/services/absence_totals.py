"""Totals of absences: missed lessons and days by letter, of a student, a class and a stretch of days.

A day is missed when every lesson that the student had on it is missed. It counts for the letter of most of its
lessons, of equals for the one that stands first in the school's order.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.models import Absence, AbsenceLetter, Course, Group, Lesson, LessonCourse, Membership, Op, Person, Subject
from server.services.absence_evidence import standing_of
from server.services.belonging import Register, register
from server.services.courses import alphabetical
from server.services.works import current


@dataclass(frozen=True)
class Letter:
    """A letter of the school. ``missed``: its lessons count as missed; being late does not."""

    code: str
    name: str
    excused: bool
    missed: bool


@dataclass(frozen=True)
class Total:
    """Lessons and days by letter; ``disputed``: lessons about which two values stand."""

    lessons: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    late: int = 0
    disputed: int = 0

    @property
    def missed(self) -> int:
        """All missed lessons."""
        return sum(self.lessons.values())

    @property
    def missed_days(self) -> int:
        """All missed days."""
        return sum(self.days.values())

    def unexcused(self, letters: Iterable[Letter]) -> int:
        """Missed lessons without an excuse."""
        return sum(self.lessons.get(letter.code, 0) for letter in letters if not letter.excused)


@dataclass(frozen=True)
class TotalOf:
    """A student's total."""

    student_id: str
    slug: str
    name: str
    total: Total


@dataclass(frozen=True)
class ClassTotals:
    """A class's students by name, and all of them together."""

    letters: tuple[Letter, ...]  # that count as missed, in the school's order
    rows: tuple[TotalOf, ...]
    together: Total


def total(said: Iterable[tuple[date, str]], held: Mapping[date, int], letters: Collection[Letter]) -> Total:
    """Of the letters of one student: ``said`` has one for each lesson, ``held`` how many lessons a day had."""
    counts = [letter.code for letter in letters if letter.missed]
    by_day: dict[date, Counter[str]] = {}
    late = 0
    for on, letter in said:
        if letter in counts:
            by_day.setdefault(on, Counter())[letter] += 1
        else:
            late += 1
    lessons = sum(by_day.values(), Counter())
    days: Counter[str] = Counter()
    for on, own in by_day.items():
        if sum(own.values()) >= held.get(on, 0) > 0:
            days[max(counts, key=lambda code, own=own: (own[code], -counts.index(code)))] += 1
    return Total({code: lessons[code] for code in counts if lessons[code]},
                 {code: days[code] for code in counts if days[code]}, late)  # fmt: skip


def together(totals: Iterable[Total]) -> Total:
    """The sum."""
    known = list(totals)
    lessons = sum((Counter(one.lessons) for one in known), Counter())
    days = sum((Counter(one.days) for one in known), Counter())
    return Total(dict(lessons), dict(days), sum(one.late for one in known), sum(one.disputed for one in known))


def letters(session: Session) -> tuple[Letter, ...]:
    """The school's letters in its order."""
    rows = session.scalars(select(AbsenceLetter).order_by(AbsenceLetter.position))
    return tuple(Letter(row.code, row.name, row.excused, row.missed) for row in rows)


def of_class(session: Session, group: Group, since: date, until: date) -> ClassTotals:
    """Everybody who belonged to the class on a day of the stretch."""
    belonged = exists().where(Membership.person_id == Person.id, Membership.group_id == group.id,
                              current(Membership.since, Membership.until, since, until))  # fmt: skip
    people = session.scalars(select(Person).where(belonged)).all()
    known = letters(session)
    found = _totals(session, [person.id for person in people], since, until, known)
    rows = tuple(
        TotalOf(person.id, person.slug, f"{person.last_name} {person.first_name}".strip(), found[person.id])
        for person in sorted(people, key=lambda one: alphabetical(one.last_name, one.first_name))
    )
    return ClassTotals(tuple(one for one in known if one.missed), rows, together(row.total for row in rows))


def of_student(
    session: Session, student_id: str, since: date, until: date, belonged: Register | None = None
) -> Total:  # fmt: skip
    """One student's total. ``belonged``: the student's register, if it was read already."""
    return _totals(session, [student_id], since, until, letters(session), belonged)[student_id]


def _totals(
    session: Session, students: Collection[str], since: date, until: date, known: Collection[Letter],
    belonged: Register | None = None,
) -> dict[str, Total]:  # fmt: skip
    rows: dict[tuple[str, str], list[Any]] = {}
    days: dict[str, date] = {}
    for row in session.execute(
        select(Absence.id, Absence.student_id, Absence.lesson_course_id, Absence.base, Absence.letter, Absence.reason,
               AbsenceLetter.excused, AbsenceLetter.missed, Op.at, Lesson.on)
        .join(Op, Op.seq == Absence.first_seq).outerjoin(AbsenceLetter, AbsenceLetter.code == Absence.letter)
        .join(LessonCourse, LessonCourse.id == Absence.lesson_course_id)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(Absence.student_id.in_(students), Lesson.on.between(since, until), Lesson.state == "planned")
        .order_by(Absence.first_seq)
    ):  # fmt: skip
        rows.setdefault((row.student_id, row.lesson_course_id), []).append(row)
        days[row.lesson_course_id] = row.on
    said: dict[str, list[tuple[date, str]]] = {}
    disputed: Counter[str] = Counter()
    for (student, lesson_id), own in rows.items():
        stands = standing_of(own).said.letters
        if len(stands) > 1:
            disputed[student] += 1
        elif stands[0] is not None:
            said.setdefault(student, []).append((days[lesson_id], stands[0]))
    held = _held(session, {student: {on for on, _letter in own} for student, own in said.items()}, belonged)
    found = {}
    for student in students:
        one = total(said.get(student, ()), held.get(student, {}), known)
        found[student] = Total(one.lessons, one.days, one.late, disputed[student])
    return found


def _held(
    session: Session, wanted: Mapping[str, Collection[date]], belonged: Register | None
) -> dict[str, dict[date, int]]:  # fmt: skip
    """How many lessons each student had on these days."""
    if not wanted:
        return {}
    belonged = belonged or register(session, wanted)
    groups = {stay.group_id for stays in belonged.stays.values() for stay in stays}
    groups |= {part for part, (class_id, _division) in belonged.parts.items() if class_id in groups}
    lessons: dict[date, list[tuple[str, str, str]]] = {}
    for on, lesson_id, group_id, subject in session.execute(
        select(Lesson.on, Lesson.id, Course.group_id, Subject.name)
        .join(LessonCourse, LessonCourse.lesson_id == Lesson.id).join(Course, Course.id == LessonCourse.course_id)
        .join(Subject, Subject.id == Course.subject_id)
        .where(Lesson.on.in_({on for days in wanted.values() for on in days}), Lesson.state == "planned",
               Course.group_id.in_(groups))
    ):  # fmt: skip
        lessons.setdefault(on, []).append((lesson_id, group_id, subject))
    return {
        student: {on: _count(belonged, student, lessons.get(on, ()), on) for on in days}
        for student, days in wanted.items()
    }


def _count(belonged: Register, student: str, lessons: Iterable[tuple[str, str, str]], on: date) -> int:
    mine = {lesson_id for lesson_id, group, subject in lessons if belonged.owes(student, group, subject, on, on)}
    return len(mine)
