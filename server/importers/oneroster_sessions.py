"""The academic sessions of a OneRoster set as the school year and its terms."""

import re
from datetime import date, timedelta

from server.importers.findings import ERROR
from server.importers.oneroster_rows import RosterTerm
from server.importers.oneroster_tables import Table, ours, read_cell
from server.importers.records import Record
from server.importers.rows import TermRow
from server.importers.terms import term_kind
from server.importers.values import plain, read_date

_YEAR = "schoolyear"
_BY_COUNT = {2: "half", 3: "trimester", 4: "quarter"}  # terms of one kind in a year
_OURS = {"gradingperiod": "quarter", "semester": "half", "term": "trimester"}  # as our own sets write them
_TAUGHT = ("quarter", "half", "trimester")


def read_sessions(table: Table | None) -> tuple[tuple[date, date] | None, tuple[RosterTerm, ...]]:
    """(first and last day of the school year, its terms). Sessions of other years but the latest are left out.

    The binding names the first day after; most programs write the last day. A set whose sessions follow one upon the
    other without a gap follows the binding, and so does one that says the last day in a column of ours.
    """
    read = [_session(record) for record in (table.records if table else ())]
    sessions = [session for session in read if session]
    years = [session for session in sessions if _type(session[0]) == _YEAR]
    exclusive = _is_exclusive(sessions)
    spans = [(start, _last_day(record, end, exclusive)) for record, start, end in years]
    year = max(spans, default=None)
    terms = [session for session in sessions if _type(session[0]) != _YEAR]
    if year:
        terms = [session for session in terms if year[0] <= session[1] <= year[1]]
    return year, tuple(
        RosterTerm(
            _term(record, number, start, _last_day(record, end, exclusive), len(terms)), exclusive or _said(record)
        )
        for number, (record, start, end) in enumerate(sorted(terms, key=lambda session: session[1:]), 1)
    )


def _session(record: Record) -> tuple[Record, date, date] | None:
    record.need("sourcedId", read_cell)
    record.need("title", read_cell)
    start, end = record.need("startDate", read_date), record.need("endDate", read_date)
    if not record.broken and end < start:
        record.note(ERROR, "term_backwards", "endDate", value=f"{start} – {end}")
    return None if record.broken else (record, start, end)


def _type(record: Record) -> str:
    return plain(record.cells.get("type", "")).replace(" ", "")


def _is_exclusive(sessions: list[tuple[Record, date, date]]) -> bool:
    starts = {(_type(record), start) for record, start, _ in sessions}
    return any((_type(record), end) in starts for record, _, end in sessions)


def _said(record: Record) -> bool:
    return read_date(ours(record, "lastDay")).value is not None


def _last_day(record: Record, end: date, exclusive: bool) -> date:
    return read_date(ours(record, "lastDay")).value or (end - timedelta(days=1) if exclusive else end)


def _term(record: Record, number: int, start: date, end: date, count: int) -> TermRow:
    title = record.take("title", read_cell)
    kind = term_kind("", title)
    if _said(record):
        kind = _OURS.get(_type(record), kind)
    elif kind not in _TAUGHT:
        kind = "half" if _type(record) == "semester" else _BY_COUNT.get(count, "quarter")
    own = ours(record, "number") or "".join(re.findall(r"\d{1,2}", title)[:1])
    grades = tuple(int(grade) for grade in ours(record, "grades").split() if grade.isdecimal())
    return TermRow(kind, int(own) if own.isdecimal() else number, title, start, end, grades, record.where)
