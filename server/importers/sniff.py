"""Tells what kind of file somebody has: a class list, a timetable, bells … by its first bytes and by what it says."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from server.importers import limits
from server.importers.columns import known_columns, known_share
from server.importers.drawn_grid import read_grid
from server.importers.drawn_layout import find_blocks
from server.importers.findings import Notes, Refused
from server.importers.headers import HEADERS
from server.importers.tables import Sheet, read_sheets
from server.importers.values import clean, plain

SURE, CLEARLY = 0.5, 0.25  # how good another kind must be, and by how much better than the one that was said
_SHEETS, _ROWS = 4, 60  # as much of a workbook as is looked at
# A class list names guardians, so it may be read for them alone.
_ALSO = {("guardians", "people")}
_WEEKDAYS = re.compile(
    r"(?i)понедельник|вторник|среда|четверг|пятница|суббота|дүйсенбі|сейсенбі|сәрсенбі|бейсенбі|жұма|сенбі|"
    r"monday|tuesday|wednesday|thursday|friday|\b(?:пн|вт|ср|чт|пт|сб)\b"
)
_FET = "activity id"


def guess(name: str, data: bytes) -> tuple[tuple[str, float], ...]:
    """(kind, confidence from 0 to 1), best first, by what the file holds; () when nothing is recognised."""
    return tuple(sorted(_shares(name, data)[0].items(), key=lambda pair: -pair[1]))


def other_kind_of(kind: str, name: str, data: bytes) -> str:
    """The kind that a file clearly is when it is not ``kind``, else ""."""
    return _clearly_another(kind, *_shares(name, data))


def _shares(name: str, data: bytes) -> tuple[dict[str, float], Sequence[Sheet]]:
    """Kind → confidence, and the sheets where they had to be looked at."""
    if found := _by_bytes(data):
        return found, ()
    try:
        sheets = read_sheets(data, Notes(name))
    except Refused:
        return {}, ()
    return _by_sheets(sheets), sheets


def other_kind(kind: str, sheets: Sequence[Sheet]) -> str:
    """The kind that a table clearly is when it is not ``kind``, else ""."""
    return _clearly_another(kind, _by_sheets(sheets), sheets)


def _clearly_another(kind: str, shares: Mapping[str, float], sheets: Sequence[Sheet]) -> str:
    """The kind with the best of ``shares`` when it is far better than ``kind``, else "".

    A list that only lacks a column is no list of another kind: that one has to name columns which ``kind`` does not.
    """
    best = max(shares, key=lambda one: shares[one], default=kind)
    clearly = shares.get(best, 0) >= max(SURE, shares.get(kind, 0) + CLEARLY)
    if best == kind or not clearly or (kind, best) in _ALSO:
        return ""
    parts = [sheet.rows[:_ROWS] for sheet in sheets[:_SHEETS]]
    lists = {best, kind} <= HEADERS.keys()
    return best if not lists or any(known_columns(best, rows) > known_columns(kind, rows) for rows in parts) else ""


def _by_bytes(data: bytes) -> dict[str, float]:
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        return _by_archive(data)
    if start.startswith(b"BEGIN:VCALENDAR"):
        return {"timetable": 0.9}
    if start.startswith(b"---") and re.search(rb"\n(?:topic|subject|grade)\s*:", start):
        return {"content": 0.9}
    if start.startswith(b"<") and (found := re.search(rb"<(timetable|fet)[\s>]", start, re.IGNORECASE)):
        return {"timetable": 0.95 if found else 0.0}
    return {}


def _by_archive(data: bytes) -> dict[str, float]:
    """A OneRoster set is a ZIP with a manifest; spreadsheets are ZIPs too, and looked at by their sheets."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename.rpartition("/")[2].casefold() for info in archive.infolist()[: limits.MAX_PARTS]}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return {}
    if "manifest.csv" in names:
        return {"oneroster": 0.95}
    lists = {"users.csv", "classes.csv", "enrollments.csv", "orgs.csv"}
    return {"oneroster": 0.8} if len(lists & names) > 2 else {}


def _by_sheets(sheets: Sequence[Sheet]) -> dict[str, float]:
    parts = [sheet.rows[:_ROWS] for sheet in sheets[:_SHEETS]]
    shares = {kind: max((known_share(kind, rows) for rows in parts), default=0.0) for kind in HEADERS}
    shares["timetable"] = max(
        (max(_drawn(sheet), _exported(sheet)) for sheet in sheets[:_SHEETS]), default=shares.get("timetable", 0.0)
    )
    return {kind: round(share, 3) for kind, share in shares.items() if share > 0}


def _exported(sheet: Sheet) -> float:
    """FET's table of activities."""
    return 0.95 if any(plain(clean(cell)) == _FET for row in sheet.rows[:3] for cell in row) else 0.0


def _drawn(sheet: Sheet) -> float:
    """A timetable as schools draw it: days down the side or across, classes in a row, in a column or in titles."""
    rows = [[clean(cell) for cell in row] for row in sheet.rows[:_ROWS]]
    days = {found[0].casefold() for row in rows for text in row if len(text) < 30 and (found := _WEEKDAYS.search(text))}
    grid = read_grid(sheet) if len(days) >= 2 else None
    blocks = [block for one in (grid, grid.turned()) for block in find_blocks(one)] if grid else []
    return 0.9 if any(len(level.entries) > 1 for block in blocks for level in block.levels) else 0.0
