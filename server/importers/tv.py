"""Schedules of TV lessons."""

from datetime import date

from server.importers.findings import WARNING, Notes, Result
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.records import Record, read_records
from server.importers.rows import BroadcastRow
from server.importers.tables import Source
from server.importers.values import read_date, read_grade, read_number, read_text, read_time


def read_tv(
    file: str, data: Source, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """BroadcastRow per TV lesson, in file order; a line that repeats another is said and left out. Raises Refused."""
    notes = Notes(file)
    rows: dict[BroadcastRow, None] = {}
    for record in read_records("tv", data, notes, mapping):
        row = _broadcast(record)
        if row in rows:
            record.note(WARNING, "row_repeated")
        elif row:
            rows[row] = None
    return Result(tuple(rows), tuple(notes.found), {"tv_broadcasts": len(rows)})


def _broadcast(record: Record) -> BroadcastRow | None:
    day = record.need("date", read_date)
    start = record.need("start", read_time)
    grade = record.need("grade", read_grade)
    subject = record.need("subject", read_text)
    if record.broken:
        return None
    return BroadcastRow(
        date=day,
        start=start,
        channel=record.take("channel", read_text),
        grade=grade,
        subject=subject,
        topic=record.take("topic", read_text),
        minutes=record.take("minutes", read_number),
        where=record.where,
    )
