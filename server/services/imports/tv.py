"""TV lessons, and which dated lessons of the school each of them is for."""

from collections.abc import Sequence

from sqlalchemy import select, update

from server.importers.rows import BroadcastRow
from server.models import Broadcast, Course, Group, Lesson, LessonCourse, Subject, Term, Year
from server.services import calendar
from server.services.imports import shift
from server.services.imports.book import Book
from server.services.tv.decided import decided
from server.services.tv.placing import Sent, View, matched
from sync.ids import content_id


def apply(book: Book, rows: Sequence[BroadcastRow], shift_days: int = 0) -> None:
    """Store broadcasts and link them to lessons; ones that the file leaves out stay."""
    known = {_key(row): row for row in book.session.scalars(select(Broadcast))}
    calendar_of = _Calendar(book)
    for row in shift.broadcasts(rows, shift_days):
        if calendar_of.takes(row):
            _store(book, known, row)
    book.flush()
    link(book)


class _Calendar:
    """Says of broadcasts whose date is of no school year, on a day without school, or over."""

    def __init__(self, book: Book):
        self.book = book
        self.years = book.session.execute(select(Year.name, Year.starts_on, Year.ends_on)).all()
        terms = book.session.scalars(select(Term))
        self.stretches = [calendar.Stretch(row.kind, row.starts_on, row.ends_on, tuple(row.grades)) for row in terms]

    def takes(self, row: BroadcastRow) -> bool:
        """False for a date of no known school year: then a digit of it is wrong."""
        day = row.date
        if self.years and not any(first <= day <= last for _name, first, last in self.years):
            name = ", ".join(year.name for year in self.years)
            self.book.error("broadcast_outside_year", row.where, value=f"{day:%d.%m.%Y}", other=name)
            return False
        is_free = self.stretches and not calendar.is_school_day(self.stretches, day, row.grade)
        if day.isoweekday() > self.book.school.week_length or is_free:
            self.book.warn("broadcast_no_school", row.where, value=f"{day:%d.%m.%Y}")
        elif day < self.book.today:
            self.book.say("broadcast_over", row.where, value=f"{day:%d.%m.%Y}")
        return True


def _key(row: Broadcast) -> tuple[object, ...]:
    return (row.on, row.starts, row.channel, row.grade, row.subject)


def _store(book: Book, known: dict[tuple[object, ...], Broadcast], row: BroadcastRow) -> None:
    before = book.touched
    if not row.minutes:
        book.error("broadcast_length_missing", row.where, value=row.subject)
        return
    key = (row.date, row.start, row.channel, row.grade, row.subject)
    broadcast = known.get(key)
    if broadcast is not None:
        book.fill(broadcast, topic=row.topic, minutes=row.minutes)
        book.tally(before)
        return
    id = content_id("broadcast", row.date.isoformat(), row.start, row.channel, str(row.grade), row.subject)
    known[key] = Broadcast(id=id, on=row.date, starts=row.start, channel=row.channel, grade=row.grade,
                           subject=row.subject, topic=row.topic, minutes=row.minutes)  # fmt: skip
    book.add(known[key])
    book.tally(before, created=True)


def link(book: Book) -> None:
    """The k-th broadcast of a grade, subject and day belongs to the k-th such lesson of each group of the grade.

    Where a person linked or unlinked a broadcast by hand, that stays.
    """
    sent = [
        Sent(row.id, row.on, row.starts, row.minutes, row.channel, row.grade, row.subject.casefold())
        for row in book.session.scalars(select(Broadcast))
    ]
    days = {one.on for one in sent}
    if not days:
        return
    groups = {id: (grade, parent) for id, grade, parent in book.session.execute(_GROUPS)}
    grades, by_hand = calendar.grades_by_group(groups), decided(book.session, days)
    query = _VIEWS.where(Lesson.on.in_(days) | LessonCourse.broadcast_id.is_not(None))
    views = [
        View(id, lesson, course, groups[group][1] or group, grades[group], subject.casefold(), on, n,
             broadcast=linked, fixed=(lesson, course) in by_hand)
        for id, lesson, course, group, on, n, subject, linked in book.session.execute(query)
    ]  # fmt: skip
    wanted = matched(sent, views)
    for view in views:
        if wanted[view.id] != view.broadcast:
            values = update(LessonCourse).where(LessonCourse.id == view.id).values(broadcast_id=wanted[view.id])
            book.session.execute(values)
            book.touched += 1


_GROUPS = select(Group.id, Group.grade, Group.parent_id)
_VIEWS = (
    select(LessonCourse.id, Lesson.id, Course.id, Course.group_id, Lesson.on, Lesson.n, Subject.name,
           LessonCourse.broadcast_id)
    .join(Lesson, Lesson.id == LessonCourse.lesson_id)
    .join(Course, Course.id == LessonCourse.course_id)
    .join(Subject, Subject.id == Course.subject_id)
    .where(Lesson.state == "planned")
    .order_by(Lesson.on, Lesson.n, LessonCourse.id)
)
