"""Since when hours and teachers of the weekly pattern hold, when a newer timetable takes over from a day on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from server.models import Slot, WeeklyLessonFormer, WeeklyLessonTeacher
from server.services.imports.book import Book
from sync.ids import content_id

Values = Mapping[str, Any]


def holds(row: Any, day: date) -> bool:
    """True if a row with ``since`` and ``until`` (None: open) holds on a day."""
    return (row.since is None or row.since <= day) and (row.until is None or day <= row.until)


def settle_slot(book: Book, rows: Sequence[Slot], lesson_id: str, place: tuple[int, int, str], values: Values) -> None:
    """The lesson has this hour from the file's first day on; ``rows``: all its slots there, also those of the past."""
    current = next((row for row in rows if holds(row, book.start)), None)
    for row in rows:
        if row.since is not None and row.since > book.start:
            book.remove(row)
    keeps = book.since is None or (current is not None and (not _is_older(current.since, book.start)
                                                            or _says(current, values)))  # fmt: skip
    if current is not None and keeps:
        book.set(current, until=None, **values)
        return
    if current is not None:
        end_slot(book, current)
    weekday, n, weeks = place
    since = book.since or (book.today if rows else None)
    id = content_id("slot", lesson_id, str(weekday), str(n), weeks, *([since.isoformat()] if since else []))
    book.add(Slot(id=id, weekly_lesson_id=lesson_id, weekday=weekday, n=n, weeks=weeks, since=since, until=None,
                  **values))  # fmt: skip


def end_slot(book: Book, row: Slot) -> None:
    """The hour is over before the file's first day; the days before keep it where that day is to come."""
    if book.since is not None and _is_older(row.since, book.since):
        book.set(row, until=book.since - timedelta(days=1))
    else:
        book.remove(row)


def settle_teachers(
    book: Book, lesson_id: str, wanted: Collection[str], rows: Sequence[WeeklyLessonTeacher],
    former: Sequence[WeeklyLessonFormer],
) -> None:  # fmt: skip
    """These people teach the weekly lesson from the file's first day on; ``former``: those not over by then."""
    known = {row.person_id: row for row in rows}
    begun = {row.person_id: row.since for row in former if holds(row, book.start)}
    for row in former:
        if row.person_id in wanted or not _is_older(row.since, book.start):
            book.remove(row)
        else:
            book.set(row, until=book.start - timedelta(days=1))
    for person_id in dict.fromkeys(wanted):
        row = known.pop(person_id, None)
        since = begun.get(person_id, book.since)
        if row is None:
            book.add(WeeklyLessonTeacher(weekly_lesson_id=lesson_id, person_id=person_id, since=since))
        elif row.since is not None and row.since > book.start:
            book.set(row, since=begun.get(person_id, book.start))
    for row in known.values():
        if book.since is not None and _is_older(row.since, book.since):
            _keep_former(book, row, book.since)
        book.remove(row)


def _keep_former(book: Book, row: WeeklyLessonTeacher, start: date) -> None:
    until = start - timedelta(days=1)
    id = content_id("weekly_lesson_former", row.weekly_lesson_id, row.person_id, until.isoformat())
    book.add(WeeklyLessonFormer(id=id, weekly_lesson_id=row.weekly_lesson_id, person_id=row.person_id, since=row.since,
                                until=until))  # fmt: skip


def _is_older(since: date | None, start: date) -> bool:
    return since is None or since < start


def _says(row: Slot, values: Values) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())
