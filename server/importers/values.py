"""Reads single cells: text, dates, times, numbers, yes and no. Every reader takes what a spreadsheet library gives."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from server.importers.findings import ERROR, WARNING
from server.importers.tables import Cell

T = TypeVar("T")

_EXCEL_EPOCH = date(1899, 12, 30)  # day 0 of Excel's 1900 system for every date after February 1900
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOTHING = frozenset("-–—−")
_LONGEST = 2_000  # characters of free text
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Read(Generic[T]):
    """What a cell means. ``code`` names a finding of ``level`` ("" = nothing to say)."""

    value: T
    code: str = ""
    suggestion: str = ""
    level: str = WARNING


def show(cell: Cell) -> str:
    """A cell as a person reads it in the spreadsheet: 7.0 → "7", a date → ISO."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time(0):
        return cell.date().isoformat()
    return str(cell)


def clean(cell: Cell) -> str:
    """NFC text without invisible characters, with single spaces; a lone dash means nothing."""
    text = cell if isinstance(cell, str) else show(cell)
    if not _is_clean(text):
        text = " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())
    return "" if text in _NOTHING else text


def _is_clean(text: str) -> bool:
    """Most cells are: told at a tenth of the price of cleaning them."""
    plain_ends = text[:1] != " " and text[-1:] != " "
    return plain_ends and text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text)


def read_text(cell: Cell) -> Read[str]:
    """Free text. What a spreadsheet would run as a formula stays text, and is said."""
    text = clean(cell)
    if len(text) > _LONGEST:
        return Read(text[:_LONGEST], "text_cut")
    return Read(text, "formula_text" if isinstance(cell, str) and text.startswith(_FORMULA) else "")


def read_word(cell: Cell) -> Read[str]:
    """Text that may lawfully begin with a sign (a phone kept as typed, a short name)."""
    return Read(clean(cell))


# --- dates -----------------------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{1,2})(?:[T ]\D?\d.*|Z)?")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:\s?[./\-,–]\s?| )(\d{1,2})(?:\s?[./\-,–]\s?| )(\d{4}|\d{2})\.?(?:\s*(?:г|ж)\w{0,4}\.?)?"
    r"(?:,?\s+\d{1,2}:\d{2}(?::\d{2})?)?"
)
_LONGEST_DATE = 60  # characters
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")
# "1 сентября 2015 г.", "1 қыркүйек 2015 ж.", "1 Sep 2015"; "2015 жылғы 1 қыркүйек"; "September 1, 2015"
_WORDED = tuple((re.compile(pattern), order) for pattern, order in (
    (r"(\d{1,2})(?:-?\w{1,2})?[ .\-]+([^\W\d_]{3,})[ .,\-]+(\d{4})(?:\s*(?:г|ж)\w*)?\.?", "dmy"),
    (r"(\d{4})\s*(?:ж|г)?[^\W\d_]*[ .,]+(\d{1,2})[ .\-]+([^\W\d_]{3,})\.?", "ydm"),
    (r"([^\W\d_]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", "mdy"),
))  # fmt: skip
# The beginnings by which months are known, in Russian, Kazakh and English.
_MONTHS = tuple(tuple(words.split()) for words in (
    "янв қаң jan", "фев ақп feb", "мар нау mar", "апр сәу сәуір apr", "май мая мам may", "июн мау jun",
    "июл шіл jul", "авг там aug", "сен қыр sep", "окт қаз oct", "ноя қараш nov", "дек желт dec",
))  # fmt: skip


def read_date(cell: Cell) -> Read[date | None]:
    """A date cell, DD.MM.YYYY with any sign, ISO, a month as a word in three languages, an Excel serial (said), or a
    two-digit year (said). None when there is none.
    """
    if isinstance(cell, datetime):
        return Read(cell.date())
    if isinstance(cell, date):
        return Read(cell)
    text = clean(cell)
    if not text:
        return Read(None)
    if len(text) > _LONGEST_DATE:
        return Read(None, "date_unreadable", level=ERROR)
    if _SERIAL.fullmatch(text):
        serial = _EXCEL_EPOCH + timedelta(days=int(float(text)))
        return Read(serial, "date_serial", serial.isoformat())
    if found := _ISO.fullmatch(text):
        return _date(*map(int, found.groups()))
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        if len(year) == 4:
            return _date(int(year), int(month), int(day))
        full = _date(_full_year(int(year)), int(month), int(day))
        return full if full.value is None else Read(full.value, "date_short_year", full.value.isoformat())
    return _worded(text) or Read(None, "date_unreadable", level=ERROR)


def _worded(text: str) -> Read[date | None] | None:
    """A date whose month is a word."""
    for pattern, order in _WORDED:
        if found := pattern.fullmatch(text):
            parts = dict(zip(order, found.groups(), strict=True))
            month = parts["m"].casefold()
            for number, words in enumerate(_MONTHS, 1):
                if month.startswith(words):
                    return _date(int(parts["y"]), number, int(parts["d"]))
    return None


def _full_year(two_digits: int) -> int:
    return two_digits + (2000 if two_digits < 70 else 1900)


def _date(year: int, month: int, day: int) -> Read[date | None]:
    try:
        found = date(year, month, day)
    except ValueError:
        return Read(None, "date_impossible", level=ERROR)
    return Read(found) if 1900 <= year <= 2100 else Read(None, "date_impossible", level=ERROR)


# --- times and numbers -----------------------------------------------------------------------------------------

_TIME = re.compile(r"(\d{1,2})[:.\-](\d{2})(?::\d{2})?")
_NUMBER = re.compile(r"(\d{1,6})(?:[.,]0+)?(?:\s*-?\s*\D+)?")


def read_time(cell: Cell) -> Read[str]:
    """Local "HH:MM" from text, a time cell, or Excel's fraction of a day."""
    if isinstance(cell, datetime | time):
        return Read(cell.strftime("%H:%M"))
    if isinstance(cell, timedelta):
        return _minutes(cell.total_seconds() / 60)
    if isinstance(cell, float) and 0 <= cell < 1:
        return _minutes(cell * 24 * 60)
    text = clean(cell)
    if not text:
        return Read("")
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return Read("", "time_unreadable", level=ERROR)
    return Read(f"{int(found[1]):02d}:{found[2]}")


def _minutes(total: float) -> Read[str]:
    whole = round(total)
    if not 0 <= whole < 24 * 60:
        return Read("", "time_unreadable", level=ERROR)
    return Read(f"{whole // 60:02d}:{whole % 60:02d}")


def read_number(cell: Cell) -> Read[int | None]:
    """A whole number that may carry a word: 3.0, "3", "3 урок", "1-я". None when there is none."""
    text = clean(cell)
    if not text:
        return Read(None)
    found = _NUMBER.fullmatch(text)
    return Read(int(found[1])) if found else Read(None, "number_unreadable", level=ERROR)


def read_grade(cell: Cell) -> Read[int | None]:
    """A grade 1–11, also from "8 класс"."""
    read = read_number(cell)
    if read.value is not None and not 1 <= read.value <= 11:
        return Read(None, "grade_unknown", level=ERROR)
    return read


# --- words from a short list -----------------------------------------------------------------------------------


def plain(text: str) -> str:
    """The form in which words are compared: no case, ё as е, punctuation and runs of spaces as one space."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return " ".join(re.sub(r"[\W_]+", " ", folded).split())


_YES = frozenset("да есть иә иа бар yes true 1 y д имеется".split()) | {"+"}
_NO = frozenset("нет жоқ no false 0 n н отсутствует".split())
_MALE = frozenset("м муж мужской мужчина мальчик мал мальч юноша ұл ұлы бала ер еркек е m male boy man".split())
_FEMALE = frozenset("ж жен женский женщина девочка дев девоч девушка қыз қызы әйел ә f female girl woman".split())


def read_yes_no(cell: Cell) -> Read[bool | None]:
    """Да/нет in three languages, + and a dash; None when not stated or not understood (said)."""
    text = " ".join(show(cell).split())
    if not text:
        return Read(None)
    word = "+" if text == "+" else plain(text)
    if word in _YES:
        return Read(True)
    if word in _NO or text in _NOTHING:
        return Read(False)
    return Read(None, "yes_no_unknown")


def read_sex(cell: Cell) -> Read[str]:
    """The code "m" or "f"; "" when not stated or not understood (said)."""
    word = plain(clean(cell))
    if not word:
        return Read("")
    if word in _MALE:
        return Read("m")
    return Read("f") if word in _FEMALE else Read("", "sex_unknown")


def word_reader(codes: dict[str, str], unknown: str) -> Any:
    """A reader that maps words (compared as ``plain``) to codes; an unknown word gives "" and is said."""

    def read(cell: Cell) -> Read[str]:
        word = plain(clean(cell)) or ("none" if show(cell).strip() in _NOTHING else "")
        if not word:
            return Read("")
        return Read(codes[word]) if word in codes else Read("", unknown)

    return read
