"""The weekly timetable: subjects, rooms, subgroups, courses with their teachers, weekly lessons and their hours."""

from collections.abc import Sequence
from datetime import date

from server.importers.rows import Timetable
from server.models import Year
from server.services.imports import lessons, tv
from server.services.imports.book import Book
from server.services.imports.courses import Courses
from server.services.imports.groups import Groups
from server.services.imports.roster import Roster
from server.services.imports.subgroups import place_students
from server.services.imports.teachers import Teachers
from server.services.imports.terms import year_name
from server.services.imports.weekly import Weekly
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
    if len(table.weeks) > MOST_WEEKS:
        book.error("weeks_too_many", value=len(table.weeks))
        return
    if table.weeks:
        book.set(book.school, week_cycle=len(table.weeks))
    groups, roster = Groups(book), Roster(book)
    courses = Courses(book, year, table)
    weekly = Weekly(book, year, groups, courses, Teachers(book, roster, table))
    weekly.take(table)
    book.flush()
    if table.lessons:
        if not book.is_partial:
            weekly.withdraw_others()
        courses.settle_teachers()
    place_students(book, roster, groups, table, since(year, book.today, newcomer=False))
    book.flush()
    lessons.materialise(book, year)
    tv.link(book)
