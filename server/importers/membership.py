"""Lists of subgroups: which student belongs to which part of the class."""

from datetime import date

from server.importers.findings import WARNING, Notes, Result
from server.importers.groups import class_in_title, read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.people import take_name
from server.importers.plan_rows import PartRow
from server.importers.records import Record, read_records
from server.importers.values import read_date, read_text


def read_membership(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """PartRow per line, in file order; a line that repeats another is said and left out. Raises Refused."""
    notes = Notes(file)
    rows: dict[PartRow, None] = {}
    for record in read_records("membership", data, notes, mapping):
        row = _row(record)
        if row in rows:
            record.note(WARNING, "row_repeated")
        elif row:
            rows[row] = None
    return Result(tuple(rows), tuple(notes.found), {"students": len({(row.class_name, row.last, row.first, row.middle,
                                                                      row.birth_date) for row in rows})})  # fmt: skip


def _row(record: Record) -> PartRow | None:
    name = take_name(record)
    part = record.need("part", read_text)
    if record.broken:
        return None
    return PartRow(
        class_name=_class_name(record),
        last=name.last,
        first=name.first,
        middle=name.middle,
        birth_date=record.take("birth_date", read_date),
        part=part,
        division=record.take("division", read_text),
        where=record.where,
    )


def _class_name(record: Record) -> str:
    """From the column, the sheet's name or the title; "" where only the whole school is searched."""
    if "class" in record.cells:
        return record.take("class", read_class)
    sheet, _, title = record.sheet_title.partition("\n")
    return read_class(sheet).value or class_in_title(sheet) or class_in_title(title)
