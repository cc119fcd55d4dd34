"""Lists of exemptions (освобождения): which student takes no part in a subject, from when until when, and why."""

from datetime import date

from server.importers.findings import ERROR, Notes, Result
from server.importers.groups import read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.people import take_name
from server.importers.plan_rows import ExemptionRow
from server.importers.records import Record, read_records
from server.importers.values import read_date, read_text


def read_exemptions(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """ExemptionRow per line, in file order. Raises Refused."""
    notes = Notes(file)
    rows = [row for record in read_records("exemptions", data, notes, mapping) if (row := _row(record))]
    return Result(tuple(rows), tuple(notes.found), {"exemptions": len(rows)})


def _row(record: Record) -> ExemptionRow | None:
    name = take_name(record)
    class_name = record.take("class", read_class)
    subject = record.need("subject", read_text)
    since, until = record.take("since", read_date), record.take("until", read_date)
    if since and until and until < since:
        record.note(ERROR, "term_backwards", "until", value=f"{since} – {until}")
    if record.broken:
        return None
    return ExemptionRow(
        class_name=class_name,
        last=name.last,
        first=name.first,
        middle=name.middle,
        birth_date=record.take("birth_date", read_date),
        subject=subject,
        since=since,
        until=until,
        reason=record.take("reason", read_text),
        where=record.where,
    )
