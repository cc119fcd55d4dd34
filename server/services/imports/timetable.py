"""The weekly timetable: subjects, rooms, subgroups, courses with their teachers, weekly lessons and their hours."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import lcm

from server.importers.rows import Timetable
from server.models import Year
from server.services.calendar import Plan
from server.services.imports import lessons, revision, tv, weekly_pattern
from server.services.imports.book import Book
from server.services.imports.courses import Courses
from server.services.imports.groups import Groups
from server.services.imports.revision import Difference, Overtaken
from server.services.imports.roster import Roster
from server.services.imports.subgroups import place_students
from server.services.imports.teachers import Teachers
from server.services.imports.terms import year_name
from server.services.imports.weekly import Weekly
from server.services.imports.weekly_pattern import Taught
from server.services.imports.years import since, year_of
from sync.ids import content_id

MOST_WEEKS = 4  # kinds of week that the model knows


def apply(book: Book, rows: Sequence[Timetable], shift_days: int = 0) -> None:
    """Store the timetable for the year that runs or comes next, and plan its lessons anew."""
    year = year_of(book.session, book.today) or _assume_year(book)
    for table in rows:
        _apply(book, year, table)


def _assume_year(book: Book) -> Year:
    """The weekly pattern can come before the terms: its dated lessons follow when these are known."""
    name = year_name(book.today)
    first = date(int(name[:4]), 9, 1)
    year = Year(id=content_id("year", book.school.id, name), name=name, starts_on=first,
                ends_on=first.replace(year=first.year + 1, month=5, day=31))  # fmt: skip
    book.add(year)
    book.flush()
    book.say("year_assumed", value=name)
    return year


def _apply(book: Book, year: Year, table: Timetable) -> None:
    if not _count_weeks(book, len(table.weeks)):
        return
    before = weekly_pattern.read(book.session, year.id, book.start) if book.since else {}
    groups, roster = Groups(book), Roster(book)
    courses = Courses(book, year, table)
    weekly = Weekly(book, year, groups, courses, Teachers(book, roster, table))
    weekly.take(table)
    book.flush()
    if table.lessons:
        if not book.is_partial:
            weekly.withdraw_others()
        courses.settle_teachers()
    place_students(book, roster, groups, table, book.since or since(year, book.today, newcomer=False))
    book.flush()
    plan = lessons.materialise(book, year, since=book.since)
    tv.link(book)
    if book.since is not None:
        after = weekly_pattern.read(book.session, year.id, book.since)
        found = revision.differences(before, after)
        made = (len(plan.create), len(plan.update), len(plan.withdraw), len(plan.orphans))
        book.revision = revision.Revision(
            book.since, found, _overtaken(plan, found, before, after), len(weekly.class_names),
            tuple(sorted(weekly.unknown)), made,
        )  # fmt: skip


def _count_weeks(book: Book, stated: int) -> bool:
    """How many kinds of week there are; from a day to come on the count fits both timetables. False if too many."""
    cycle = lcm(stated or 1, book.school.week_cycle) if book.since else stated or book.school.week_cycle
    if cycle > MOST_WEEKS:
        book.error("weeks_too_many", value=cycle)
        return False
    book.set(book.school, week_cycle=cycle)
    return True


def _overtaken(
    plan: Plan, found: Sequence[Difference], before: Mapping[str, Taught], after: Mapping[str, Taught]
) -> tuple[Overtaken, ...]:
    """Lessons that the office changed and whose weekly lesson is another one now."""
    changed = {one.lesson_id for one in found if one.kind != "room_changed"}
    told = []
    for lesson, want in plan.office:
        if lesson.weekly not in changed:
            continue
        taught = after.get(lesson.weekly) or before[lesson.weekly]
        to = (want.on, want.n) if want is not None else None
        why = revision.GONE if to is None else revision.MOVED if to != lesson.place() else revision.TEACHER
        told.append(Overtaken(lesson.id, lesson.on, lesson.n, why, to, taught.subject, tuple(taught.groups)))
    moved = {one.lesson_id for one in found if one.kind == "teacher_replaced"}
    weekly = {lesson.id: lesson.weekly for lesson, _want in plan.office}
    return tuple(sorted(
        (one for one in told if one.why != revision.TEACHER or weekly[one.lesson_id] in moved),
        key=lambda one: (one.on, one.n, one.lesson_id),
    ))  # fmt: skip
