"""Course plans (КТП): the topics of a course with sections, hours and dates, as teachers draw them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import PurePosixPath

from server.importers.findings import ERROR, WARNING, Notes, Result
from server.importers.groups import read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.plan_dates import read_plan_date
from server.importers.plan_rows import PlanRow
from server.importers.records import Record, read_records
from server.importers.tables import Cell
from server.importers.values import Read, clean, plain, read_number, read_text

MOST_HOURS = 200  # of one topic
_RANGE = re.compile(r"(\d{1,3})\s*[-–—,]\s*(\d{1,3})")
_TERM = re.compile(r"(?:[ivі]{1,3}v?|[1-4])?\s*-?\s*(?:я|ші|шы)?\s*(?:четверт\w*|полугоди\w*|триместр\w*|тоқсан\w*"
                   r"|жартыжылды\w*|term|quarter|half year)\s*(?:[ivі]{1,3}v?|[1-4])?\b.*")  # fmt: skip
_SECTION = re.compile(r"(?:[ivxіх\d]+\s+)?(?:раздел|глава|модуль|блок|бөлім|тарау|section|unit|chapter|module)\b.*")
_TOTAL = re.compile(r"(?:итого|всего|барлығы|жиыны|total)\b.*")
_LETTER = "[A-Za-zА-Яа-яЁёІіҺһӘәҒғҚқҢңӨөҰұҮү]"
_ONE = rf"(?<![\d.])(1[01]|[1-9])(?!\d|\.\d)(?:\s*[«\"“„]\s*({_LETTER})\s*[»\"”]|[ -]?(?!и\s+\d)({_LETTER})(?!\w))?"
_CLASS = re.compile(_ONE)
_ANY = _ONE.replace("(1[01]", "(?:1[01]").replace(f"({_LETTER})", _LETTER)
_RUN = rf"(?:{_ANY}\s*(?:[,;]|и|және|and)\s*)*{_ANY}"
_BEFORE_WORD = re.compile(_RUN + r"\s*(?:-?(?:го|й|е|х)\s)?\s*-?\s*(?i:класс|сынып|сыныб|кл\b)")
_AFTER_WORD = re.compile(r"(?i:\b(?:grades?|class|класс\w*|сынып\w*)\s*:?\s*)" + _RUN)
_IN_NAME = re.compile(_ONE + r"(?!\s*-?\s*(?i:четв|тоқсан|полуг|част|недел|quarter|term))")
_SEVERAL = re.compile(r"\s*[,;]\s*|\s+и\s+|\s+және\s+")


def read_plan(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """PlanRow per topic, in file order; section rows are folded into ``section``, totals left out. Raises Refused."""
    notes = Notes(file)
    rows: list[PlanRow] = []
    records = read_records("plan", data, notes, mapping)
    for _sheet, of_sheet in groupby(records, key=lambda record: record.where.sheet):
        rows += _sheet_rows(file, list(of_sheet), today)
    counts = {"topics": len(rows), "hours": sum(row.hours for row in rows)}
    return Result(tuple(rows), tuple(notes.found), counts)


def _sheet_rows(file: str, records: Sequence[Record], today: date | None) -> Iterable[PlanRow]:
    section, said = "", False
    about = _about(file, records[0])
    for place, record in enumerate(records):
        words = _lone_words(record)
        if words and (_TERM.fullmatch(plain(words)) or _TOTAL.fullmatch(plain(words))):
            continue
        if words and _is_section(record, records, place):
            section = _without_hours(words)
            continue
        section = record.take("section", read_text) or section
        classes = _classes(record, about)
        if not classes and not said:
            said = True
            record.note(ERROR, "plan_class_missing")
        row = _topic(record, classes, about, section, today)
        if row:
            yield row


def _about(file: str, record: Record) -> tuple[str, ...]:
    sheet, _, title = record.sheet_title.partition("\n")
    return title, sheet, PurePosixPath(file.replace("\\", "/")).stem.replace("_", " ")


def _topic(
    record: Record, classes: tuple[str, ...], about: tuple[str, ...], section: str, today: date | None
) -> PlanRow | None:
    topic = record.need("topic", read_text)
    hours = _hours(record)
    on = record.take("date", lambda cell: read_plan_date(cell, today))
    if record.broken or not classes:
        return None
    subject = clean(record.cells.get("subject", ""))
    return PlanRow(classes, subject, about, section, topic, hours, on, record.where)


def _hours(record: Record) -> int:
    """The hours stated, else as many as the numbers of the lessons span ("12–13" are two), else one."""
    stated = record.take("hours", read_number)
    if stated is not None:
        if not 1 <= stated <= MOST_HOURS:
            record.note(ERROR, "plan_hours", "hours", value=stated, most=MOST_HOURS)
        return stated
    span = _RANGE.fullmatch(clean(record.cells.get("n", "")))
    count = int(span[2]) - int(span[1]) + 1 if span else 1
    return count if 1 <= count <= MOST_HOURS else 1


# --- which rows are no topics -------------------------------------------------------------------------------------


def _lone_words(record: Record) -> str:
    """The text of a row that has neither number nor date: a heading may look like that. A number has no words."""
    if clean(record.cells.get("date", "")):
        return ""
    texts = {field: text for field in ("n", "section", "topic") if (text := clean(record.cells.get(field, "")))}
    number = texts.get("n", "")
    if re.match(r"\d", number) and not re.search(r"[^\W\d_]{3}", number):
        return ""
    return next(iter(texts.values())) if len(texts) == 1 else ""


def _is_section(record: Record, records: Sequence[Record], place: int) -> bool:
    """Words alone in a row: merged over it, or in the topic's column where topics have numbers or hours.

    With hours beside them they are a heading if they say so, or if the hours are those of the topics below.
    """
    hours = read_number(record.cells.get("hours", "")).value
    words = _lone_words(record)
    if hours is not None:
        return bool(_SECTION.fullmatch(plain(words))) or (
            _is_numbered(records) and hours == _hours_below(records, place)
        )
    if clean(record.cells.get("topic", "")):
        return _is_numbered(records) or _has_hours(records) or bool(_SECTION.fullmatch(plain(words)))
    return True


def _is_numbered(records: Sequence[Record]) -> bool:
    """More than half of the rows have a number."""
    return sum(bool(re.match(r"\d", clean(record.cells.get("n", "")))) for record in records) * 2 > len(records)


def _has_hours(records: Sequence[Record]) -> bool:
    return sum(bool(clean(record.cells.get("hours", ""))) for record in records) * 2 > len(records)


def _hours_below(records: Sequence[Record], place: int) -> int:
    total = 0
    for record in records[place + 1 :]:
        if _lone_words(record):
            break
        total += read_number(record.cells.get("hours", "")).value or 1
    return total


def _without_hours(words: str) -> str:
    """ "Раздел 1. Дроби (12 часов)" → "Раздел 1. Дроби"."""
    return re.sub(r"\s*[(\[–—-]\s*\d+\s*(?:ч|час\w*|сағ\w*|h|hours?)\.?\s*[)\]]?$", "", words, flags=re.I) or words


# --- whose plan it is -------------------------------------------------------------------------------------------


def _classes(record: Record, about: tuple[str, ...]) -> tuple[str, ...]:
    """From the column, else from the title above the table, the sheet's name, the file's name."""
    if clean(record.cells.get("class", "")):
        return record.take("class", read_classes)
    title, sheet, file = about
    for text in (title, sheet, file):
        if found := classes_in(text, loose=text is not title):
            return found
    return ()


def read_classes(cell: Cell) -> Read[tuple[str, ...]]:
    """ "7А, 7Б", "7 класс"; the first that is none is an error."""
    found: list[str] = []
    latin = Read[tuple[str, ...]](())
    for part in _SEVERAL.split(clean(cell)):
        read = read_class(part)
        if read.level == ERROR and read.code:
            return Read((), read.code, read.suggestion, read.level)
        latin = Read((), read.code, read.suggestion) if read.code else latin
        found += [read.value] if read.value and read.value not in found else []
    return Read(tuple(found), latin.code, latin.suggestion, WARNING)


def classes_in(text: str, loose: bool = False) -> tuple[str, ...]:
    """The classes that a heading names: "7 «А», 7 «Б» классы", "5 класс"; ``loose``: also "КТП алгебра 7А"."""
    words = clean(text)
    named = _BEFORE_WORD.search(words) or _AFTER_WORD.search(words)
    if named is None and not loose:
        return ()
    found = (_CLASS if named else _IN_NAME).finditer(named[0] if named else words)
    names = [read_class("".join(filter(None, one.groups()))).value for one in found]
    return tuple(dict.fromkeys(name for name in names if name))
