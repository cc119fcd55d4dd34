"""TV lessons, and which dated lessons of the school each of them is for."""

from collections.abc import Sequence

from sqlalchemy import select, update

from server.importers.rows import BroadcastRow
from server.models import Broadcast, Course, Group, Lesson, LessonCourse, Subject
from server.services import calendar
from server.services.imports import shift
from server.services.imports.book import Book
from sync.ids import content_id


def apply(book: Book, rows: Sequence[BroadcastRow], shift_days: int = 0) -> None:
    """Store broadcasts and link them to lessons; ones that the file leaves out stay."""
    known = {_key(row): row for row in book.session.scalars(select(Broadcast))}
    for row in shift.broadcasts(rows, shift_days):
        _store(book, known, row)
    book.flush()
    link(book)


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
    """The k-th broadcast of a grade, subject and day belongs to the k-th such lesson of each group of the grade."""
    broadcasts: dict[tuple[object, ...], list[str]] = {}
    for row in book.session.scalars(select(Broadcast).order_by(Broadcast.starts, Broadcast.channel)):
        broadcasts.setdefault((row.on, row.grade, row.subject.casefold()), []).append(row.id)
    days = {key[0] for key in broadcasts}
    if not days:
        return
    groups = {id: (grade, parent) for id, grade, parent in book.session.execute(_GROUPS)}
    grades = calendar.grades_by_group(groups)
    counted: dict[tuple[object, ...], int] = {}
    query = _VIEWS.where(Lesson.on.in_(days) | LessonCourse.broadcast_id.is_not(None))
    for view, course, group, on, subject, linked in book.session.execute(query).all():
        ids = broadcasts.get((on, grades[group], subject.casefold()), [])
        k = counted[on, course] = counted.get((on, course), -1) + 1
        wanted = ids[k] if k < len(ids) else None
        if wanted != linked:
            book.session.execute(update(LessonCourse).where(LessonCourse.id == view).values(broadcast_id=wanted))
            book.touched += 1


_GROUPS = select(Group.id, Group.grade, Group.parent_id)
_VIEWS = (
    select(LessonCourse.id, Course.id, Course.group_id, Lesson.on, Subject.name, LessonCourse.broadcast_id)
    .join(Lesson, Lesson.id == LessonCourse.lesson_id)
    .join(Course, Course.id == LessonCourse.course_id)
    .join(Subject, Subject.id == Course.subject_id)
    .where(Lesson.state == "planned")
    .order_by(Lesson.on, Lesson.n, LessonCourse.id)
)
