"""Carries out the calendar's plan: the dated lessons of a year follow its terms and its weekly pattern."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, Table, and_, delete, or_, select, tuple_, update

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
    WeeklyLessonTeacher,
    Year,
)
from server.services import bulk, calendar
from server.services.calendar import Known, Pattern, Placed, Plan, Stretch, Wanted, Weeks
from server.services.imports.book import Book
from server.services.imports.change_journal import chunks
from sync.ids import content_id

# what a person decided; an import keeps off
OFFICE = ("substituted", "moved", "cancelled", "reassigned", "added", "adjusted")
CHUNK = 500  # ids in one IN list
PORTION = 4000  # rows in one insert


def materialise(book: Book, year: Year, only: Collection[str] | None = None) -> Plan:
    """Plan the year's lessons from today on; the whole year when it has none yet. Expects a flushed session.

    ``only``: ids of the weekly lessons to look at; None means all of the year.
    """
    weekly = select(WeeklyLesson.id).where(WeeklyLesson.year_id == year.id)
    if only is not None:
        weekly = weekly.where(WeeklyLesson.id.in_(only))
    is_first = book.session.scalar(select(Lesson.id).where(Lesson.weekly_lesson_id.in_(weekly)).limit(1)) is None
    known = [] if is_first else _known(book, weekly)
    first = year.starts_on if is_first else max(year.starts_on, book.today)
    weeks = Weeks(book.school.week_anchor or calendar.monday(year.starts_on), book.school.week_cycle)
    wanted = calendar.wanted_lessons(_patterns(book, year, only), _stretches(book, year), weeks, first, year.ends_on)
    plan = calendar.plan(wanted, known, book.school.id, None if is_first else book.today)
    _create(book, plan.create)
    _update(book, plan.update)
    _withdraw(book, plan.withdraw)
    for lesson in plan.orphans:
        book.show("lesson_orphaned", value=f"{lesson.on} ({lesson.n})")
    for name, rows in (("created", plan.create), ("changed", plan.update), ("withdrawn", plan.withdraw)):
        book.counts[f"lessons_{name}"] += len(rows)
        book.touched += len(rows)
    book.session.expire_all()  # the rows went past the session's own memory
    return plan


# --- what is there ---------------------------------------------------------------------------------------------


def _stretches(book: Book, year: Year) -> list[Stretch]:
    terms = book.session.scalars(select(Term).where(Term.year_id == year.id))
    return [Stretch(term.kind, term.starts_on, term.ends_on, tuple(term.grades)) for term in terms]


def _patterns(book: Book, year: Year, only: Collection[str] | None) -> list[Pattern]:
    run = book.session.execute
    ours = WeeklyLesson.year_id == year.id
    hours: dict[str, list[Placed]] = {}
    query = (
        select(Slot.weekly_lesson_id, Slot.weekday, Slot.n, Slot.weeks, Slot.room_id, Slot.shift, Slot.since,
               Slot.until)
        .join(WeeklyLesson)
    )  # fmt: skip
    for id, *place in run(query.where(ours, WeeklyLesson.withdrawn.is_(False)).order_by(Slot.id)):
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
    teachers: dict[str, list[str]] = {}
    query = select(WeeklyLessonTeacher.weekly_lesson_id, WeeklyLessonTeacher.person_id).join(WeeklyLesson)
    for id, person_id in run(query.where(ours).order_by(WeeklyLessonTeacher.person_id)):
        teachers.setdefault(id, []).append(person_id)
    keys = run(select(WeeklyLesson.id, WeeklyLesson.key).where(ours)).all()
    return [
        Pattern(id, key, tuple(hours[id]), tuple(courses.get(id, ())), tuple(teachers.get(id, ())), stays.get(id, ()))
        for id, key in keys
        if id in hours and (only is None or id in only)
    ]


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
    for view in _views_in_use(book) & views.keys():
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


def _views_in_use(book: Book) -> set[str]:
    """Lesson courses on which something hangs."""
    hang = (Task, Material, Absence, Presence, AbsenceRefusal, LessonFollowup)
    columns = [model.lesson_course_id for model in hang]
    return {id for column in columns for id in book.session.scalars(select(column).distinct())}


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
        (old.id, {"on": old.on.isoformat(), "n": old.n}, {"on": want.on.isoformat(), "n": want.n})
        for old, want in pairs
        if (old.on, old.n) != (want.on, want.n)
    ])  # fmt: skip


def _drop(book: Book, table: Table, pairs: Sequence[tuple[str, str]]) -> None:
    """Remove what links lessons to courses or teachers."""
    other = table.c.course_id if "course_id" in table.c else table.c.person_id
    for chunk in chunks(pairs):
        book.session.execute(delete(table).where(tuple_(table.c.lesson_id, other).in_(chunk)))


def _withdraw(book: Book, rows: Sequence[Known]) -> None:
    for start in range(0, len(rows), CHUNK):
        ids = [lesson.id for lesson in rows[start : start + CHUNK]]
        book.session.execute(update(Lesson).where(Lesson.id.in_(ids)).values(state="withdrawn"))
    _note_changes(book, [(lesson.id, {"state": "planned"}, {"state": "withdrawn"}) for lesson in rows])


def _note_changes(book: Book, changes: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> None:
    rows = [
        {"id": book.new_id(), "lesson_id": id, "kind": "imported", "reason": "", "before": before, "after": after,
         "changed_by": book.actor_id, "changed_at": book.now, "act_id": None, "undone": False}
        for id, before, after in changes
    ]  # fmt: skip
    if rows:
        _insert(book, LessonChange.__table__, rows)
