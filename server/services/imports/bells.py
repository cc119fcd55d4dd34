"""Bell times of the shifts, for all dates."""

from collections.abc import Sequence

from sqlalchemy import select

from server.importers.rows import BellRow
from server.models import Bell, BellSchedule
from server.services.imports import shifts
from server.services.imports.book import Book
from sync.ids import content_id

SHIFTS = range(1, 4)
NUMBERS = range(21)


def apply(book: Book, rows: Sequence[BellRow], shift_days: int = 0) -> None:
    """Store the rows; lessons of a shift that the file leaves out are shown and stay."""
    for shift in sorted({row.shift for row in rows}):
        of_shift = [row for row in rows if row.shift == shift]
        if shift not in SHIFTS:
            book.error("shift_unknown", of_shift[0].where, value=shift)
            continue
        schedule = _schedule(book, shift)
        bells = {bell.n: bell for bell in schedule.bells}
        for row in of_shift:
            _store(book, schedule, bells.pop(row.n, None), row)
        for n in sorted(bells):
            book.show("bell_not_in_file", value=n, shift=shift)
        if not book.is_partial:
            _check_overlaps(book, schedule, bells)
    book.flush()
    shifts.follow_bells(book)


def _schedule(book: Book, shift: int) -> BellSchedule:
    query = select(BellSchedule).where(BellSchedule.shift == shift, BellSchedule.starts_on.is_(None))
    schedule = book.session.scalar(query)
    if schedule is None:
        schedule = BellSchedule(id=content_id("bell_schedule", book.school.id, str(shift)), shift=shift, bells=[])
        book.add(schedule)
    return schedule


def _store(book: Book, schedule: BellSchedule, bell: Bell | None, row: BellRow) -> None:
    before = book.touched
    if row.n not in NUMBERS:
        book.error("period_unknown", row.where, value=row.n)
    elif bell is None:
        schedule.bells.append(
            Bell(id=content_id("bell", schedule.id, str(row.n)), n=row.n, starts=row.start, ends=row.end)
        )
        book.touched += 1
        book.tally(before, created=True)
    else:
        book.set(bell, starts=row.start, ends=row.end)
        book.tally(before)


def _check_overlaps(book: Book, schedule: BellSchedule, unstated: dict[int, Bell]) -> None:
    for bell in unstated.values():
        for other in schedule.bells:
            if other is not bell and bell.starts < other.ends and other.starts < bell.ends:
                book.error("bell_overlaps_known", value=other.n, other=bell.n)
