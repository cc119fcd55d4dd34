"""Changes the dates of terms and free days: told beforehand with all that follows, then carried out as one write."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import store
from server.errors import DomainError
from server.importers.findings import Notes
from server.models import (
    Assessment,
    Course,
    CourseTeacher,
    Day,
    Group,
    ImportRun,
    Lesson,
    LessonCourse,
    PlanShift,
    School,
    Subject,
    Term,
    Year,
)
from server.services import calendar, course_plan, term_lessons
from server.services.accounts import new_id, record
from server.services.calendar import Plan, Stretch, grades_by_group
from server.services.content import Author
from server.services.days import changing
from server.services.days.changing import Rights
from server.services.imports import lessons, runs, tv
from server.services.imports.book import Book
from server.services.imports.change_journal import Journal
from server.services.imports.years import year_of
from server.services.plan_effects import PlanEffect, effect
from server.services.term_changes import Added, Known, Wanted
from server.services.term_lessons import Left
from server.services.works import current
from sync.canonical import canonical
from sync.ids import content_id


@dataclass(frozen=True)
class Effects:
    """All that a change of dates means. ``gone`` and ``new``: lessons by day; ``left``: lessons with something on them
    that would be on free days; ``decided``: lessons that the office changed and that stay on free days.

    ``assessments``: (course id, kind, topic, day) of works that count, planned for days that become free. ``mark``
    names what was looked at.
    """

    gone: Mapping[date, int]
    new: Mapping[date, int]
    left: tuple[Left, ...]
    decided: tuple[Left, ...]
    plans: tuple[PlanEffect, ...]
    assessments: tuple[tuple[str, str, str, date], ...]
    courses: Mapping[str, tuple[str, str]]  # id → group's name, subject
    mark: str


def known(session: Session, today: date) -> tuple[Year, list[Known]]:
    """The year that runs or comes next with its terms and free days, by their first day. Raises ``year_missing``."""
    year = year_of(session, today)
    if year is None:
        raise DomainError("year_missing")
    rows = session.scalars(select(Term).where(Term.year_id == year.id).order_by(Term.starts_on, Term.kind, Term.name))
    return year, [Known(row.id, row.name, Stretch(row.kind, row.starts_on, row.ends_on, tuple(row.grades)))
                  for row in rows]  # fmt: skip


def effects(session: Session, wanted: Wanted, by: Author) -> Effects:
    """What would follow; nothing is written. Raises as ``Wanted.stretches`` does, and ``nothing_to_change``."""
    year, standing = known(session, by.today)
    stretches = wanted.stretches(standing)
    if not wanted.changes(standing):
        raise DomainError("nothing_to_change")
    plan = lessons.plan_anew(_book(session, by), year, stretches=stretches)
    before = [one.stretch for one in standing]
    left = term_lessons.left(session, [lesson.id for lesson in plan.orphans])
    stays = [lesson.id for lesson, want in plan.office if want is None and lesson.on >= by.today]
    decided = [one for one in term_lessons.left(session, stays) if _becomes_free(one.grades, one.on, before, stretches)]
    plans = _plans(session, plan)
    lost = _assessments(session, year, by.today, before, stretches)
    names = term_lessons.course_names(session, {one.course_id for one in plans} | {row[0] for row in lost})
    return Effects(_gone(plan), _new(plan), tuple(left), tuple(decided), plans, lost, names,
                   _mark(stretches, plan, by.today))  # fmt: skip


def apply(wanted: Wanted, seen: str, by: Author, rights: Rights, name: str) -> str:
    """Carry the change out; returns the id of the run, by which it can be undone. ``name``: what lists call it.

    Raises as ``effects`` does, ``changed_meanwhile`` when that is no longer what was looked at, ``day_is_out``.
    """
    return store.write(lambda session: _apply(session, wanted, seen, by, rights, name))


def _apply(session: Session, wanted: Wanted, seen: str, by: Author, rights: Rights, name: str) -> str:
    session.scalars(select(School).with_for_update()).one()  # one at a time, on PostgreSQL too
    told = effects(session, wanted, by)
    if told.mark != seen:
        raise DomainError("changed_meanwhile")
    year, _standing = known(session, by.today)
    book = _book(session, by)
    with Journal(session) as book.journal, session.no_autoflush:
        _store(book, year, wanted)
        book.flush()
        lessons.materialise(book, year)
        tv.link(book)
        book.flush()
        changes = book.journal.changes()
    changing.touch(session, set(session.scalars(select(Day.on))) & book.days, by, rights)
    run_id = new_id(by.now)
    runs.add_run(session, run_id, "terms", name, canonical(told.mark), by.person_id, by.now, book.counts, changes)
    session.flush()
    _tell(session, run_id, told, by)
    record(session, by.now, by.account_id, "term.dates", run_id)
    return run_id


def _store(book: Book, year: Year, wanted: Wanted) -> None:
    rows = {row.id: row for row in book.session.scalars(select(Term).where(Term.year_id == year.id))}
    for id, (starts, ends) in wanted.dates.items():
        if id in rows:
            book.set(rows[id], starts_on=starts, ends_on=ends)
    for id in wanted.removed & rows.keys():
        book.remove(rows.pop(id))
    spans = [(row.starts_on, row.ends_on) for row in rows.values()]
    if wanted.added is not None:
        book.add(_term(year, wanted.added))
        spans.append((wanted.added.starts_on, wanted.added.ends_on))
    book.set(year, starts_on=min(first for first, _ in spans), ends_on=max(last for _, last in spans))


def _term(year: Year, added: Added) -> Term:
    id = content_id("term", year.id, added.kind, added.name)
    return Term(id=id, year_id=year.id, kind=added.kind, number=None, name=added.name,
                starts_on=added.starts_on, ends_on=added.ends_on, grades=list(added.grades))  # fmt: skip


def _tell(session: Session, run_id: str, told: Effects, by: Author) -> None:
    """Every course whose plan or lessons it touches: its teachers see it until they say that they did."""
    plans = {one.course_id: one for one in told.plans}
    left = Counter(course for one in told.left for course in one.course_ids)
    for course_id in sorted(plans.keys() | left.keys()):
        plan = plans.get(course_id)
        session.add(PlanShift(
            id=new_id(by.now), run_id=run_id, course_id=course_id, redated=len(plan.redated) if plan else 0,
            without=len(plan.without) if plan else 0, left=left[course_id], made_at=by.now,
        ))  # fmt: skip


def unseen(session: Session, course_ids: Iterable[str]) -> list[PlanShift]:
    """What the teachers of these courses have not seen yet, the newest of each course."""
    rows = session.scalars(
        select(PlanShift).join(ImportRun, ImportRun.id == PlanShift.run_id)
        .where(PlanShift.course_id.in_(list(course_ids)), PlanShift.seen_at.is_(None), ImportRun.undone_at.is_(None))
        .order_by(PlanShift.made_at, PlanShift.id)
    )  # fmt: skip
    return list({row.course_id: row for row in rows}.values())


@dataclass(frozen=True)
class RedatedCourse:
    """A course of a teacher whose plan was dated anew; counts as in models.PlanShift."""

    course_id: str
    group: str
    subject: str
    redated: int
    without: int
    left: int


def redated(session: Session, person_id: str, day: date) -> list[RedatedCourse]:
    """What a teacher has not seen yet of the own courses, in one query."""
    rows = session.execute(
        select(Course.id, Group.name, Subject.name, PlanShift.redated, PlanShift.without, PlanShift.left)
        .join(Course, Course.id == PlanShift.course_id).join(Group, Group.id == Course.group_id)
        .join(Subject, Subject.id == Course.subject_id).join(CourseTeacher, CourseTeacher.course_id == Course.id)
        .join(ImportRun, ImportRun.id == PlanShift.run_id)
        .where(CourseTeacher.person_id == person_id, current(CourseTeacher.since, CourseTeacher.until, day),
               PlanShift.seen_at.is_(None), ImportRun.undone_at.is_(None))
        .order_by(PlanShift.made_at, PlanShift.id)
    )  # fmt: skip
    return list({row[0]: RedatedCourse(*row) for row in rows}.values())


def see(course_id: str, by: Author) -> None:
    """Somebody who teaches the course has seen that its plan was dated anew."""

    def write(session: Session) -> None:
        for row in session.scalars(select(PlanShift).where(PlanShift.course_id == course_id,
                                                           PlanShift.seen_at.is_(None))):  # fmt: skip
            row.seen_at, row.seen_by = by.now, by.person_id

    store.write(write)


# --- what follows ------------------------------------------------------------------------------------------------


def _book(session: Session, by: Author) -> Book:
    school = session.scalars(select(School)).one()
    return Book(session=session, school=school, now=by.now, today=by.today, notes=Notes(""),
                randbytes=secrets.token_bytes, actor_id=by.person_id)  # fmt: skip


def _gone(plan: Plan) -> dict[date, int]:
    away = [lesson.on for lesson in (*plan.withdraw, *plan.orphans)]
    away += [lesson.on for lesson, want in plan.update if not lesson.withdrawn and lesson.on != want.on]
    return dict(sorted(Counter(away).items()))


def _new(plan: Plan) -> dict[date, int]:
    came = [want.on for _, want in plan.create]
    came += [want.on for lesson, want in plan.update if lesson.withdrawn or lesson.on != want.on]
    return dict(sorted(Counter(came).items()))


def _plans(session: Session, plan: Plan) -> tuple[PlanEffect, ...]:
    """The courses whose plan falls on other days than before."""
    touched = {course for lesson in (*plan.withdraw, *plan.orphans) for course in lesson.courses}
    touched |= {course for _, want in plan.create for course in want.courses}
    touched |= {course for lesson, want in plan.update for course in (*lesson.courses, *want.courses)}
    topics = course_plan.plans_of(session, touched)
    before = _lessons(session, topics)
    after = {course: dict(own) for course, own in before.items()}
    for lesson in (*plan.withdraw, *plan.orphans):
        for course in lesson.courses:
            after.get(course, {}).pop(lesson.id, None)
    for id, want in (*plan.create, *((lesson.id, want) for lesson, want in plan.update)):
        for course in want.courses:
            if course in topics:
                after.setdefault(course, {})[id] = (want.on, want.n)
    found = (effect(course, rows, _days(before.get(course, {})), _days(after.get(course, {})))
             for course, rows in sorted(topics.items()))  # fmt: skip
    return tuple(one for one in found if one)


def _lessons(session: Session, courses: Iterable[str]) -> dict[str, dict[str, tuple[date, int]]]:
    """Course → its planned lessons with their places."""
    found: dict[str, dict[str, tuple[date, int]]] = {}
    rows = session.execute(
        select(LessonCourse.course_id, Lesson.id, Lesson.on, Lesson.n)
        .join(Lesson, Lesson.id == LessonCourse.lesson_id)
        .where(LessonCourse.course_id.in_(list(courses)), Lesson.state == "planned")
    )  # fmt: skip
    for course_id, id, on, n in rows:
        found.setdefault(course_id, {})[id] = (on, n)
    return found


def _days(own: Mapping[str, tuple[date, int]]) -> list[date]:
    return [on for on, _n in sorted(own.values())]


def _assessments(
    session: Session, year: Year, today: date, before: Sequence[Stretch], after: Sequence[Stretch]
) -> tuple[tuple[str, str, str, date], ...]:
    rows = session.execute(
        select(Assessment.course_id, Assessment.kind, Assessment.topic, Assessment.planned_on, Course.group_id)
        .join(Course, Course.id == Assessment.course_id)
        .where(Course.year_id == year.id, Assessment.planned_on >= today)
        .order_by(Assessment.planned_on, Assessment.id)
    ).all()  # fmt: skip
    groups = {id: (grade, parent) for id, grade, parent in session.execute(
        select(Group.id, Group.grade, Group.parent_id))} if rows else {}  # fmt: skip
    grades = grades_by_group(groups)
    return tuple((course, kind, topic, on) for course, kind, topic, on, group in rows
                 if _becomes_free([grades[group]], on, before, after))  # fmt: skip


def _becomes_free(
    grades: Iterable[int | None], on: date, before: Sequence[Stretch], after: Sequence[Stretch]
) -> bool:
    own = list(grades)
    return any(calendar.is_school_day(before, on, grade) for grade in own) and not any(
        calendar.is_school_day(after, on, grade) for grade in own
    )


def _mark(stretches: Sequence[Stretch], plan: Plan, today: date) -> str:
    told = [
        today.isoformat(), [[one.kind, str(one.starts_on), str(one.ends_on), list(one.grades)] for one in stretches],
        sorted(id for id, _ in plan.create), sorted(lesson.id for lesson, _ in plan.update),
        sorted(lesson.id for lesson in plan.withdraw), sorted(lesson.id for lesson in plan.orphans),
    ]  # fmt: skip
    return hashlib.sha256(canonical(told)).hexdigest()[:24]
