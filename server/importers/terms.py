"""The school year: quarters, half-years or trimesters, vacations and public holidays."""

import re
from datetime import date

from server.importers.findings import ERROR, Notes, Result
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.records import Record, read_records
from server.importers.rows import TermRow
from server.importers.tables import Source
from server.importers.values import clean, plain, read_date, read_text

KINDS = ("quarter", "half", "trimester", "vacation", "extra_vacation", "public_holiday")
_STUDY = ("quarter", "half", "trimester")

# First match wins, looked for in the kind column, then in the name.
_WORDS = (
    ("extra_vacation", r"дополнительн\w* каникул|қосымша каникул|extra (?:vacation|holiday)"),
    ("vacation", r"каникул|vacation|демалыс\b(?! күн)"),
    ("quarter", r"четверт|тоқсан|quarter"),
    ("half", r"полугод|жартыжылд|half|semester|семестр"),
    ("trimester", r"триместр|trimester"),
    ("public_holiday", r"праздн|мереке|выходн|демалыс күн|holiday"),
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "і": 1, "іі": 2, "ііі": 3, "іv": 4}
_GRADES = re.compile(r"((?:\d{1,2}\s*(?:[,и]|[-–—])?\s*)+)-?(?:е|х|й|го)?\s*(?:класс|сынып|grade)", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,2})\s*(?:[-–—]\s*(\d{1,2}))?")


def read_terms(
    file: str, data: Source, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """TermRow for every stretch, in file order. Terms of study of one kind must not overlap. Raises Refused."""
    notes = Notes(file)
    rows: list[TermRow] = []
    for record in read_records("terms", data, notes, mapping):
        row = _term(record)
        if row and _fits(row, rows, record):
            rows.append(row)
    counts = {kind: n for kind in KINDS if (n := sum(row.kind == kind for row in rows))}
    return Result(tuple(rows), tuple(notes.found), {"terms": len(rows), **counts})


def term_kind(kind: str, name: str) -> str:
    """One of KINDS from the words of the kind column and the name, or ""."""
    words = plain(kind), plain(name)
    if re.search(_WORDS[0][1], words[1]):
        return "extra_vacation"
    return next((code for text in words for code, pattern in _WORDS if re.search(pattern, text)), "")


def _term(record: Record) -> TermRow | None:
    name = record.need("name", read_text)
    start, end = record.need("start", read_date), record.need("end", read_date)
    kind = term_kind(clean(record.cells.get("kind", "")), name)
    if not kind and name:
        record.note(ERROR, "term_kind_unknown", "kind", value=clean(record.cells.get("kind", "")) or name)
    if record.broken:
        return None
    if end < start:
        record.note(ERROR, "term_backwards", "end", value=f"{start} – {end}")
        return None
    stated = clean(record.cells.get("grades", ""))
    grades = _grades(f"{stated} класс" if stated else name)
    return TermRow(kind, _number(name) if kind in _STUDY else None, name, start, end, grades, record.where)


def _number(name: str) -> int | None:
    words = plain(name).split()
    digits = next((int(found[0]) for word in words if (found := re.match(r"\d{1,2}", word))), None)
    return digits or next((_ROMAN[word] for word in words if word in _ROMAN), None)


def _grades(text: str) -> tuple[int, ...]:
    """Grades named before the word "класс": "1 класс", "2–4 классы", "9 и 11 классы"."""
    found = _GRADES.search(text)
    grades: set[int] = set()
    for first, last in _RANGE.findall(found[1]) if found else ():
        grades.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(grade for grade in grades if 1 <= grade <= 11))


def _fits(row: TermRow, rows: list[TermRow], record: Record) -> bool:
    for other in rows:
        same = other.kind == row.kind and row.kind in _STUDY and _share_grades(row, other)
        if same and row.start <= other.end and other.start <= row.end:
            record.note(ERROR, "term_overlap", "start", value=row.start, name=row.name, other=other.name)
            return False
    return True


def _share_grades(one: TermRow, other: TermRow) -> bool:
    return not one.grades or not other.grades or bool(set(one.grades) & set(other.grades))
