"""What a week brought to a student: marks with comments, works sent back or not handed in, lessons missed."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from server.models import Absence, AbsenceLetter, Lesson, LessonCourse, MarkAct, Return, Task, Work, Year
from server.services.absences import absences
from server.services.belonging import Register, register
from server.services.student_works import is_overdue
from server.services.works import VIEW, has_come_back, states, to_hand_in, view_of
from sync.decide import WorkState

NOTHING_CAME = WorkState("issued", None, False, (), 0)
NOBODY = Register({}, {})


@dataclass(frozen=True)
class Given:
    """What a teacher decided about a work in this week; ``verdict``: mark, redo, checked."""

    subject: str
    title: str
    verdict: str
    value: str | None
    maximum: int | None
    comment: str = ""


@dataclass(frozen=True)
class Due:
    """A work that did not come by its date of control."""

    subject: str
    title: str
    due_on: date


@dataclass(frozen=True)
class Away:
    """Lessons missed on a day, with the message id of the letter and the reason that was told."""

    on: date
    lessons: int
    letter: str
    reason: str = ""


@dataclass(frozen=True)
class WeekResults:
    """All of it. ``waiting``: works that came back and are not checked yet."""

    given: tuple[Given, ...] = ()
    missing: tuple[Due, ...] = ()
    away: tuple[Away, ...] = ()
    waiting: int = 0

    @property
    def is_quiet(self) -> bool:
        """Nothing to tell but that all is well."""
        return not (self.given or self.missing or self.away or self.waiting)


def of_week(
    session: Session, student_ids: Collection[str], monday: date, today: date, since: datetime,
    until: datetime | None = None,
) -> dict[str, WeekResults]:  # fmt: skip
    """By student, for the week that begins on ``monday`` up to today; ``since``: its first moment.

    ``until``: of a week that is over, the moment it ended; what was decided later is not told, and what is still owed
    is what is owed today.
    """
    ids = list(student_ids)
    rows = _rows(session, ids, monday, today, since, until)
    views = [view_of(row[:-2]) for row in rows]
    decided = {view.id for view, row in zip(views, rows, strict=True) if row[-2]}
    came = {view.id for view, row in zip(views, rows, strict=True) if row[-1]}
    moved = [view.id for view, row in zip(views, rows, strict=True) if row[-2] or row[-1]]
    known = {view.id: NOTHING_CAME for view in views} | (states(session, moved) if moved else {})
    comments = _comments(session, [state.shown.id for id, state in known.items() if state.shown and id in decided])
    owing = {view.student_id for view in views if known[view.id].state == "issued"}
    members = register(session, owing) if owing else NOBODY
    away = _away(session, ids, monday, today)
    given: dict[str, list[Given]] = {}
    missing: dict[str, list[Due]] = {}
    for view in sorted(views, key=lambda one: (one.subject, one.due_on or today, one.set_on, one.title)):
        shown = known[view.id].shown
        if view.id in decided and shown is not None and shown.value[0] != "cleared":
            verdict, value = shown.value
            given.setdefault(view.student_id, []).append(
                Given(view.subject, view.title, verdict, value, view.rule.maximum, comments.get(shown.id, ""))
            )
        if view.due_on and is_overdue(view, known[view.id], members, today):
            missing.setdefault(view.student_id, []).append(Due(view.subject, view.title, view.due_on))
    waiting = Counter(view.student_id for view in views if view.id in came and known[view.id].state == "returned")
    return {
        id: WeekResults(tuple(given.get(id, ())), tuple(missing.get(id, ())), tuple(away.get(id, ())), waiting[id])
        for id in ids
    }  # fmt: skip


def _rows(
    session: Session, ids: list[str], monday: date, today: date, since: datetime, until: datetime | None
) -> list[Any]:  # fmt: skip
    """Works decided or handed in in this week, and those of this year past their date that never came."""
    year = select(Year.starts_on).where(Year.starts_on <= today).order_by(Year.starts_on.desc()).limit(1)
    said = exists().where(MarkAct.work_id == Work.id, MarkAct.at >= since, *([MarkAct.at < until] if until else []))
    came = exists().where(Return.work_id == Work.id, Return.returned_on >= monday,
                          *([Return.returned_on <= today] if until else []))  # fmt: skip
    late = and_(to_hand_in(), Task.due_on < today, Task.due_on >= year.scalar_subquery(), ~has_come_back())
    wanted = VIEW.add_columns(said, came).where(
        Work.student_id.in_(ids), Task.published_at.is_not(None), Task.withdrawn.is_(False), or_(said, came, late)
    )
    return list(session.execute(wanted).all())


def _comments(session: Session, revisions: list[str]) -> dict[str, str]:
    """By revision the last comment that somebody gave with it."""
    if not revisions:
        return {}
    rows = session.execute(
        select(MarkAct.revision_id, MarkAct.comment)
        .where(MarkAct.revision_id.in_(revisions), MarkAct.comment != "").order_by(MarkAct.op_seq)
    )  # fmt: skip
    return dict(tuple(row) for row in rows)


def _away(session: Session, ids: list[str], monday: date, today: date) -> dict[str, list[Away]]:
    rows = session.execute(
        select(LessonCourse.id, Lesson.on, Absence.letter, AbsenceLetter.name)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id).join(Absence, Absence.lesson_course_id == LessonCourse.id)
        .outerjoin(AbsenceLetter, AbsenceLetter.code == Absence.letter)
        .where(Absence.student_id.in_(ids), Lesson.on.between(monday, today))
    ).all()  # fmt: skip
    if not rows:
        return {}
    days = {lesson: on for lesson, on, _letter, _name in rows}
    names = {letter: name for _lesson, _on, letter, name in rows if letter}
    told: dict[tuple[str, date], list[tuple[str, str]]] = {}
    for (student, lesson), state in absences(session, days.keys()).items():
        if student in ids and state.letters[0] is not None:
            letter = names.get(state.letters[0], state.letters[0])
            told.setdefault((student, days[lesson]), []).append((letter, state.reason))
    found: dict[str, list[Away]] = {}
    for (student, on), lessons in sorted(told.items()):
        letter, reason = next(((one, why) for one, why in lessons if why), lessons[0])
        found.setdefault(student, []).append(Away(on, len(lessons), letter, reason))
    return found
