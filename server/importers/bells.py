"""Bell schedules: when each lesson of each shift begins and ends."""

from datetime import date

from server.importers.findings import ERROR, Notes, Result
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.records import Record, read_records
from server.importers.rows import BellRow
from server.importers.tables import Source
from server.importers.values import read_number, read_time


def read_bells(
    file: str, data: Source, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """BellRow per lesson and shift, in file order; a file without shifts is one shift. Raises Refused."""
    notes = Notes(file)
    rows: list[BellRow] = []
    for record in read_records("bells", data, notes, mapping):
        row = _bell(record)
        if row and _fits(row, rows, record):
            rows.append(row)
    return Result(tuple(rows), tuple(notes.found), {"bells": len(rows), "shifts": len({row.shift for row in rows})})


def _bell(record: Record) -> BellRow | None:
    shift = record.take("shift", read_number)
    n = record.need("n", read_number)
    start, end = record.need("start", read_time), record.need("end", read_time)
    if record.broken:
        return None
    if end <= start:
        record.note(ERROR, "bell_backwards", "end", value=f"{start}–{end}", n=n)
        return None
    return BellRow(1 if shift is None else shift, n, start, end, record.where)


def _fits(row: BellRow, rows: list[BellRow], record: Record) -> bool:
    """Within one shift a lesson has one time, and no two lessons overlap."""
    for other in rows:
        if other.shift != row.shift:
            continue
        if other.n == row.n:
            record.note(ERROR, "bell_double", "n", value=row.n, other=other.where.row)
            return False
        if row.start < other.end and other.start < row.end:
            record.note(ERROR, "bell_overlap", "start", value=f"{row.start}–{row.end}", n=row.n, other=other.n)
            return False
    return True
