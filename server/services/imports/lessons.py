"""Carries out the calendar's plan: the dated lessons of a year follow its terms and its weekly pattern."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from server.models import (
    Absence,
    AbsenceRefusal,
    Course,
    Group,
    Lesson,
    LessonChange,
    LessonCourse,
    LessonFollowup,
    LessonTeacher,
    Material,
    Membership,
    Presence,
    Slot,
    Task,
    Term,
    WeeklyLesson,
    WeeklyLessonCourse,
    WeeklyLessonFormer,
    WeeklyLessonTeacher,
    Year,
)
from server.services import bulk, calendar
from server.services.calendar import Known, Pattern, Placed, Plan, Stretch, Wanted, Weeks
from server.services.days.state import LessonState, PartState
from server.services.imports.book import Book
from server.services.imports.change_journal import chunks
from sync.ids import content_id

# what a person decided; an import keeps off
OFFICE = ("substituted", "moved", "cancelled", "reassigned", "added", "adjusted")
CHUNK = 500  # ids in one IN list
PORTION = 4000  # rows in one insert
DAY = timedelta(days=1)


def materialise(book: Book, year: Year, only: Collection[str] | None = None, since: date | None = None) -> Plan:
    """Plan the year's lessons from today on; the whole year when it has none yet. Expects a flushed session.

    ``only``: ids of the weekly lessons to look at; None means all of the year. ``since``: nothing before this day.
    """
    plan = plan_anew(book, year, only, since)
    _create(book, plan.create)
    _update(book, plan.update)
    _withdraw(book, plan.withdraw)
    for lesson in plan.orphans:
        book.show("lesson_orphaned", value=f"{lesson.on} ({lesson.n})")
    for name, rows in (("created", plan.create), ("changed", plan.update), ("withdrawn", plan.withdraw)):
        book.counts[f"lessons_{name}"] += len(rows)
        book.touched += len(rows)
    book.days |= plan.days()
    book.session.expire_all()  # the rows went past the session's own memory
    return plan


def plan_anew(
    book: Book, year: Year, only: Collection[str] | None = None, since: date | None = None,
    stretches: Sequence[Stretch] | None = None,
) -> Plan:  # fmt: skip
    """What ``materialise`` would do; nothing is written. ``stretches``: terms and free days, else those of the year."""
    start = max(since or book.today, book.today)
    weekly = select(WeeklyLesson.id).where(WeeklyLesson.year_id == year.id)
    if only is not None:
        weekly = weekly.where(WeeklyLesson.id.in_(only))
    is_first = book.session.scalar(select(Lesson.id).where(Lesson.weekly_lesson_id.in_(weekly)).limit(1)) is None
    known = [] if is_first else _known(book, weekly)
    first = year.starts_on if is_first else max(year.starts_on, start)
    weeks = Weeks(book.school.week_anchor or calendar.monday(year.starts_on), book.school.week_cycle)
    if stretches is None:
        stretches = stretches_of(book.session, year.id)
    last = max([year.ends_on, *(stretch.ends_on for stretch in stretches)])
    wanted = calendar.wanted_lessons(_patterns(book, year, only), stretches, weeks, first, last)
    return calendar.plan(wanted, known, book.school.id, None if is_first else start)


# --- what is there ---------------------------------------------------------------------------------------------


def stretches_of(session: Session, year_id: str) -> list[Stretch]:
    """The terms and free days of a year."""
    terms = session.scalars(select(Term).where(Term.year_id == year_id))
    return [Stretch(term.kind, term.starts_on, term.ends_on, tuple(term.grades)) for term in terms]


def _patterns(book: Book, year: Year, only: Collection[str] | None) -> list[Pattern]:
    run = book.session.execute
    ours = WeeklyLesson.year_id == year.id
    hours: dict[str, list[Placed]] = {}  # a lesson that was withdrawn has only those from before that day
    query = (
        select(Slot.weekly_lesson_id, Slot.weekday, Slot.n, Slot.weeks, Slot.room_id, Slot.shift, Slot.since,
               Slot.until)
        .join(WeeklyLesson)
    )  # fmt: skip
    for id, *place in run(query.where(ours).order_by(Slot.id)):
        hours.setdefault(id, []).append(Placed(*place))
    groups = {id: (grade, parent) for id, grade, parent in run(select(Group.id, Group.grade, Group.parent_id))}
    grades = calendar.grades_by_group(groups)
    courses: dict[str, list[tuple[str, int | None]]] = {}
    home, stays = _taught_at_home(book), {}
    query = select(WeeklyLessonCourse.weekly_lesson_id, Course.id, Course.group_id).join(Course).join(WeeklyLesson)
    for id, course_id, group_id in run(query.where(ours).order_by(Course.id)):
        courses.setdefault(id, []).append((course_id, grades[group_id]))
        if group_id in home:
            stays[id] = home[group_id]
    staff = _staff(book, ours)
    keys = run(select(WeeklyLesson.id, WeeklyLesson.key).where(ours)).all()
    return [
        Pattern(id, key, own, tuple(courses.get(id, ())), teachers, stays.get(id, ()))
        for id, key in keys
        if id in hours and (only is None or id in only)
        for own, teachers in by_teachers(hours[id], staff.get(id, ()))
    ]


Stay = tuple[str, date | None, date | None]  # a person, first and last day, None: open


def _staff(book: Book, ours: ColumnElement[bool]) -> dict[str, list[Stay]]:
    """Weekly lesson → its teachers and when."""
    run, now, former = book.session.execute, WeeklyLessonTeacher, WeeklyLessonFormer
    found: dict[str, list[Stay]] = {}
    query = select(now.weekly_lesson_id, now.person_id, now.since).join(WeeklyLesson).where(ours)
    for id, person_id, since in run(query):
        found.setdefault(id, []).append((person_id, since, None))
    query = select(former.weekly_lesson_id, former.person_id, former.since, former.until)
    for id, *stay in run(query.join(WeeklyLesson, WeeklyLesson.id == former.weekly_lesson_id).where(ours)):
        found.setdefault(id, []).append(tuple(stay))
    return found


def by_teachers(
    hours: Sequence[Placed], staff: Sequence[Stay]
) -> Iterable[tuple[tuple[Placed, ...], tuple[str, ...]]]:
    """(hours, teachers) for every stretch of days in which the same people teach; one where nobody ever changed."""
    starts = {since for _, since, _ in staff if since} | {until + DAY for _, _, until in staff if until}
    bounds: list[date | None] = [None, *sorted(starts), None]
    for first, end in pairwise(bounds):
        day, last = first or date.min, end - DAY if end else None
        people = sorted({
            person for person, since, until in staff
            if (since is None or since <= day) and (until is None or until >= day)
        })
        own = tuple(
            replace(hour, since=max(hour.since or day, day) if first else hour.since,
                    until=min(hour.until or last, last) if last else hour.until)
            for hour in hours
            if (last is None or hour.since is None or hour.since <= last)
            and (first is None or hour.until is None or hour.until >= first)
        )  # fmt: skip
        if own:
            yield own, tuple(people)


def _taught_at_home(book: Book) -> dict[str, tuple[tuple[date, date | None], ...]]:
    """The groups of one student and when that student is taught at home: no other lessons of theirs are held."""
    rows = book.session.execute(
        select(Group.id, Membership.since, Membership.until)
        .outerjoin(Membership, Membership.group_id == Group.id).where(Group.kind == "individual")
        .order_by(Membership.since)
    )  # fmt: skip
    found: dict[str, list[tuple[date, date | None]]] = {}
    for id, since, until in rows:
        found.setdefault(id, []).append((since, until) if since else (date.max, None))
    return {id: tuple(stretches) for id, stretches in found.items()}


def _known(book: Book, weekly: Select[tuple[str]]) -> list[Known]:
    """The lessons of these weekly lessons from this week on, and all that the office changed."""
    run = book.session.execute
    changed = select(LessonChange.lesson_id).where(LessonChange.kind.in_(OFFICE), LessonChange.undone.is_(False))
    is_near = or_(Lesson.on >= calendar.monday(book.today), Lesson.id.in_(changed))
    ours = and_(Lesson.weekly_lesson_id.in_(weekly), is_near)
    courses: dict[str, list[str]] = {}
    views: dict[str, tuple[str, str]] = {}  # id of a lesson course → its lesson and course
    query = select(LessonCourse.lesson_id, LessonCourse.id, LessonCourse.course_id).join(Lesson).where(ours)
    for lesson_id, view_id, course_id in run(query):
        courses.setdefault(lesson_id, []).append(course_id)
        views[view_id] = (lesson_id, course_id)
    teachers: dict[str, list[str]] = {}
    for lesson_id, person_id in run(select(LessonTeacher.lesson_id, LessonTeacher.person_id).join(Lesson).where(ours)):
        teachers.setdefault(lesson_id, []).append(person_id)
    bound: dict[str, list[str]] = {}
    for view in views_in_use(book.session) & views.keys():
        lesson_id, course_id = views[view]
        bound.setdefault(lesson_id, []).append(course_id)
    homes = _homes(book)
    columns = (Lesson.id, Lesson.weekly_lesson_id, Lesson.on, Lesson.n, Lesson.room_id, Lesson.state, Lesson.shift)
    return [
        Known(
            id, weekly, on, n, room, tuple(courses.get(id, ())), tuple(teachers.get(id, ())),
            withdrawn=state == "withdrawn", bound=tuple(bound.get(id, ())), locked=id in homes or state == "cancelled",
            home=homes.get(id), shift=shift,
        )
        for id, weekly, on, n, room, state, shift in run(select(*columns).where(ours))
    ]  # fmt: skip


def views_in_use(session: Session) -> set[str]:
    """Lesson courses on which something hangs."""
    hang = (Task, Material, Absence, Presence, AbsenceRefusal, LessonFollowup)
    columns = [model.lesson_course_id for model in hang]
    return {id for column in columns for id in session.scalars(select(column).distinct())}


def _homes(book: Book) -> dict[str, tuple[date, int] | None]:
    """Lessons that the office changed → where the pattern had put them (None: where they are)."""
    changes = book.session.scalars(
        select(LessonChange).where(LessonChange.kind.in_(OFFICE), LessonChange.undone.is_(False))
        .order_by(LessonChange.changed_at, LessonChange.id)
    )
    homes: dict[str, tuple[date, int] | None] = {}
    for change in changes:
        before = change.before
        if homes.get(change.lesson_id) is None and "on" in before and "n" in before:
            homes[change.lesson_id] = (date.fromisoformat(before["on"]), int(before["n"]))
        homes.setdefault(change.lesson_id, None)
    return homes


# --- what becomes of it ----------------------------------------------------------------------------------------


def _create(book: Book, rows: Sequence[tuple[str, Wanted]]) -> None:
    """In the order of their ids: an index that is filled in its own order is filled much faster."""
    rows = sorted(rows, key=itemgetter(0))
    _insert(book, Lesson.__table__, (
        {"id": id, "weekly_lesson_id": want.weekly, "on": want.on, "n": want.n, "room_id": want.room,
         "state": "planned", "shift": want.shift} for id, want in rows
    ))  # fmt: skip
    _add_courses(book, ((id, course) for id, want in rows for course in want.courses))
    _add_teachers(book, ((id, teacher) for id, want in rows for teacher in want.teachers))


def _insert(book: Book, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """In portions: a year's lessons at once would take a lot of memory."""
    for portion in chunks(rows, PORTION):
        bulk.add(book.session.connection(), table, portion)
        if book.journal is not None:
            book.journal.note_rows(table, portion)


def _add_courses(book: Book, pairs: Iterable[tuple[str, str]]) -> None:
    _insert(book, LessonCourse.__table__, (
        {"id": content_id("lesson_course", lesson, course), "lesson_id": lesson, "course_id": course, "topic": "",
         "form": None, "broadcast_id": None}
        for lesson, course in pairs
    ))  # fmt: skip


def _add_teachers(book: Book, pairs: Iterable[tuple[str, str]]) -> None:
    rows = ({"lesson_id": lesson, "person_id": teacher} for lesson, teacher in pairs)
    _insert(book, LessonTeacher.__table__, rows)


def _update(book: Book, pairs: Sequence[tuple[Known, Wanted]]) -> None:
    session = book.session
    if not pairs:
        return
    before = _states(book, [old for old, _ in pairs])
    session.execute(update(Lesson), [
        {"id": lesson.id, "on": want.on, "n": want.n, "room_id": want.room, "state": "planned",
         "shift": want.shift}
        for lesson, want in pairs
    ])  # fmt: skip
    _add_courses(book, ((old.id, new) for old, want in pairs for new in set(want.courses) - set(old.courses)))
    _add_teachers(book, ((old.id, new) for old, want in pairs for new in set(want.teachers) - set(old.teachers)))
    _drop(book, LessonCourse.__table__, [
        (old.id, gone) for old, want in pairs for gone in set(old.courses) - set(want.courses) - set(old.bound)
    ])  # fmt: skip
    _drop(book, LessonTeacher.__table__, [
        (old.id, gone) for old, want in pairs for gone in set(old.teachers) - set(want.teachers)
    ])  # fmt: skip
    _note_changes(book, [
        (old.id, before[old.id], _state_after(before[old.id], old, want)) for old, want in pairs
        if book.since is not None or (old.on, old.n) != (want.on, want.n)
    ])  # fmt: skip


def _states(book: Book, lessons: Sequence[Known]) -> dict[str, LessonState]:
    """How these lessons stand before they are changed."""
    parts: dict[str, list[PartState]] = {}
    query = select(LessonCourse.lesson_id, LessonCourse.course_id, LessonCourse.form, LessonCourse.broadcast_id)
    for chunk in chunks([lesson.id for lesson in lessons]):
        for id, *part in book.session.execute(query.where(LessonCourse.lesson_id.in_(chunk))):
            parts.setdefault(id, []).append(PartState(*part))
    return {
        one.id: LessonState(one.on, one.n, one.shift, one.room, "withdrawn" if one.withdrawn else "planned",
                            one.teachers, tuple(parts.get(one.id, ())))
        for one in lessons
    }  # fmt: skip


def _state_after(before: LessonState, old: Known, want: Wanted) -> LessonState:
    known = {part.course: part for part in before.parts}
    courses = set(want.courses) | set(old.bound)
    return LessonState(want.on, want.n, want.shift, want.room, "planned", want.teachers,
                       tuple(known.get(course, PartState(course)) for course in courses))  # fmt: skip


def _drop(book: Book, table: Table, pairs: Sequence[tuple[str, str]]) -> None:
    """Remove what links lessons to courses or teachers."""
    other = table.c.course_id if "course_id" in table.c else table.c.person_id
    for chunk in chunks(pairs):
        book.session.execute(delete(table).where(tuple_(table.c.lesson_id, other).in_(chunk)))


def _withdraw(book: Book, rows: Sequence[Known]) -> None:
    before = _states(book, rows)
    for start in range(0, len(rows), CHUNK):
        ids = [lesson.id for lesson in rows[start : start + CHUNK]]
        book.session.execute(update(Lesson).where(Lesson.id.in_(ids)).values(state="withdrawn"))
    _note_changes(book, [(id, state, replace(state, state="withdrawn")) for id, state in before.items()])


def _note_changes(book: Book, changes: Sequence[tuple[str, LessonState, LessonState]]) -> None:
    rows = [
        {"id": book.new_id(), "lesson_id": id, "kind": "imported", "reason": "", "before": before.as_json(),
         "after": after.as_json(),
         "changed_by": book.actor_id, "changed_at": book.now, "act_id": None, "undone": False}
        for id, before, after in changes
    ]  # fmt: skip
    if rows:
        _insert(book, LessonChange.__table__, rows)
