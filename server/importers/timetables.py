"""Reads a timetable whatever program it comes from: what the file holds decides, never its name."""

import re
from datetime import date

from server.importers import asc, drawn, fet, fet_file, ical, limits
from server.importers.findings import Notes, Result
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.tables import check_size, read_sheets

_HEAD = 4096  # bytes in which a file shows what it is
_BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"
_ROOT = re.compile(rb"<([A-Za-z][\w.:-]{0,40})")
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_PAGE = frozenset((b"html", b"head", b"body", b"table", b"meta", b"style", b"div", b"center", b"title", b"p"))


def read_timetable(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """One Timetable in ``rows`` from aSc's XML, FET's CSV or .fet, iCalendar, or a drawn workbook or page.

    ``today`` leaves out what a calendar says has ended; ``mapping`` is for drawn sheets. Raises Refused: what the
    readers of these raise, ``looks_like`` among it for a class list.
    """
    check_size(data, limits.MAX_FILE)
    head = data[:_HEAD].replace(b"\x00", b"").lstrip(_BLANK)
    if head.startswith(b"<") and (root := _root(head)) not in _PAGE:
        return (fet_file if root == b"fet" else asc).read_timetable(file, data, region=region, today=today)
    if head[:15].upper() == b"BEGIN:VCALENDAR":
        return ical.read_timetable(file, data, region=region, today=today)
    notes = Notes(file)
    sheets = read_sheets(data, notes)
    if table := fet.find_table(sheets):
        return fet.read_table(table, notes)
    return drawn.understand(sheets, notes)


def _root(head: bytes) -> bytes:
    """The first element's name in lower case without a prefix, "" when none is near."""
    found = _ROOT.search(_COMMENT.sub(b"", head))
    return found[1].lower().rpartition(b":")[2] if found else b""
