"""Dates as course plans write them: without a year, as words, several for one topic, or only a week."""

import re
from datetime import date, datetime

from server.importers.findings import ERROR
from server.importers.tables import Cell
from server.importers.values import Read, clean, read_date, show

NEW_YEAR_MONTH = 7  # from July on a plan is for the school year that begins
_MONTHS = (  # the beginnings of the months' names in Russian, Kazakh and English
    (1, "янв", "қаң", "jan"), (2, "фев", "ақп", "feb"), (3, "мар", "нау", "mar"), (4, "апр", "сәу", "apr"),
    (5, "мая", "май", "мам", "may"), (6, "июн", "мау", "jun"), (7, "июл", "шіл", "jul"), (8, "авг", "там", "aug"),
    (9, "сен", "қыр", "sep"), (10, "окт", "қаз", "oct"), (11, "ноя", "қар", "nov"), (12, "дек", "жел", "dec"),
)  # fmt: skip
_MONTH_OF = {beginning: month for month, *beginnings in _MONTHS for beginning in beginnings}
_WORDS = re.compile(r"(\d{1,2})\s*(?:[-–—]\s*\d{1,2}\s*)?([а-яёіһәғқңөұүa-z]{3,})\.?\s*(\d{4})?", re.IGNORECASE)
_DAY_MONTH = re.compile(r"(\d{1,2})[./](\d{1,2})\.?")
_SEVERAL = re.compile(r"[,;\n]|\s+[-–—и]\s+|[-–—](?=\d{1,2}[./]\d)")


def read_plan_date(cell: Cell, today: date | None) -> Read[date | None]:
    """The day of a topic; of several the first. Words that are no day ("2 неделя") are kept out, and said.

    A day without a year is of the school year of ``today``; without ``today`` it cannot be read. A number like 7.09 is
    a day that a spreadsheet took for a number; 7.1 is taken as October, and said.
    """
    if isinstance(cell, date | datetime):
        return read_date(cell)
    text = clean(cell)
    if not text:
        return Read(None)
    first = next((part.strip() for part in _SEVERAL.split(text) if part.strip()), text)
    whole = read_date(first)
    if whole.value or whole.code == "date_impossible":
        return whole
    parts = _parts(first) or _parts(text)
    if parts is None or today is None:
        return Read(None, "plan_date_words")
    day, month, year = parts
    is_guess = isinstance(cell, float) and show(cell).endswith(".1")
    month = 10 if is_guess else month
    try:
        found = date(year or _year(month, today), month, day)
    except ValueError:
        return Read(None, "date_impossible", level=ERROR)
    return Read(found, "date_short_year", found.isoformat()) if is_guess else Read(found)


def _parts(text: str) -> tuple[int, int, int] | None:
    """Day, month, and the year or 0."""
    if found := _DAY_MONTH.fullmatch(text):
        return int(found[1]), int(found[2]), 0
    if found := _WORDS.search(text):
        month = _MONTH_OF.get(found[2].casefold()[:3])
        return (int(found[1]), month, int(found[3] or 0)) if month else None
    return None


def _year(month: int, today: date) -> int:
    """The year of a month in the school year that runs, or is about to begin, on ``today``."""
    start = today.year if today.month >= NEW_YEAR_MONTH else today.year - 1
    return start if month > NEW_YEAR_MONTH else start + 1
