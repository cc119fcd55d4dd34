"""A student's results over time: marks by subject with their trend, works handed in and lessons missed week by week."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Absence, Lesson, LessonCourse
from server.services.absences import absences
from server.services.charts import trend
from server.services.compulsory import mark_share
from server.services.courses import alphabetical
from server.services.measures import Span
from server.services.student_works import StudentWork, of_student
from server.services.weeks import monday

Mark = tuple[date, str, str | None, int | None]  # day of the work, verdict, value, maximum


@dataclass(frozen=True)
class SubjectLine:
    """A subject: (day, share of the maximum) of every mark, the marks as said, the change of the share in a week."""

    subject: str
    shares: tuple[tuple[date, float], ...]
    marks: tuple[Mark, ...]
    mean: float | None
    slope: float | None
    owed: int
    done: int


@dataclass(frozen=True)
class Week:
    """A week: works that were due by its end and those handed in of them; lessons missed."""

    monday: date
    owed: int
    done: int
    missed: int

    @property
    def share(self) -> float | None:
        return self.done / self.owed if self.owed else None


@dataclass(frozen=True)
class Progress:
    """All of it, for a span of days."""

    subjects: tuple[SubjectLine, ...]
    weeks: tuple[Week, ...]
    to_correct: tuple[StudentWork, ...]
    overdue: tuple[StudentWork, ...]


def progress(session: Session, student_id: str, span: Span, today: date) -> Progress:
    """The student's results in the span, up to today."""
    works = [work for work in of_student(session, student_id, today) if span.first <= _day(work) <= span.last]
    missed = _missed(session, student_id, span, today)
    by_subject: dict[str, list[StudentWork]] = {}
    for work in works:
        by_subject.setdefault(work.view.subject, []).append(work)
    lines = [_line(subject, by_subject[subject], today) for subject in sorted(by_subject, key=alphabetical)]
    return Progress(
        tuple(lines), tuple(_weeks(works, missed, span, today)),
        tuple(work for work in works if work.name == "redo"), tuple(work for work in works if work.overdue),
    )  # fmt: skip


def _day(work: StudentWork) -> date:
    return work.view.due_on or work.view.set_on


def is_done(work: StudentWork) -> bool:
    """Handed in, or decided without; where only marks are noted there is nothing to do."""
    return not work.view.marks_only and (work.state.returns > 0 or work.state.state in ("marked", "checked"))


def _line(subject: str, works: Sequence[StudentWork], today: date) -> SubjectLine:
    marked = sorted((work for work in works if work.state.state == "marked" and not work.state.conflict), key=_day)
    said: list[Mark] = []
    shares: list[tuple[date, float]] = []
    for work in marked:
        value = work.state.shown.value if work.state.shown else ("cleared", None)
        share = mark_share(work.view.rule, value)
        said.append((_day(work), *value, work.view.rule.maximum))
        if share is not None:
            shares.append((_day(work), share))
    owed = [work for work in works if work.overdue or is_done(work)]
    mean = sum(share for _on, share in shares) / len(shares) if shares else None
    return SubjectLine(subject, tuple(shares), tuple(said), mean, trend(shares), len(owed), sum(map(is_done, owed)))


def _weeks(works: Iterable[StudentWork], missed: Iterable[date], span: Span, today: date) -> Iterable[Week]:
    due: dict[date, list[bool]] = {}
    for work in works:
        if work.overdue or is_done(work):
            due.setdefault(monday(_day(work)), []).append(is_done(work))
    away: dict[date, int] = {}
    for day in missed:
        away[monday(day)] = away.get(monday(day), 0) + 1
    week = monday(span.first)
    while week <= span.until(today):
        own = due.get(week, [])
        yield Week(week, len(own), sum(own), away.get(week, 0))
        week += timedelta(days=7)


def _missed(session: Session, student_id: str, span: Span, today: date) -> list[date]:
    """The day of each lesson that the student missed, whatever the letter."""
    days = dict(session.execute(
        select(LessonCourse.id, Lesson.on).join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .join(Absence, Absence.lesson_course_id == LessonCourse.id)
        .where(Absence.student_id == student_id, Lesson.on.between(span.first, span.until(today)))
    ).all())  # fmt: skip
    found = absences(session, days)
    return [days[lesson] for (student, lesson), state in found.items() if student == student_id and any(state.letters)]
