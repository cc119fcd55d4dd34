"""Schedules of works that count: SOR and SOCh, control works, by subject, class and term."""

import re
from collections import Counter
from datetime import date

from server.importers.findings import ERROR, WARNING, Notes, Result
from server.importers.groups import read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.plan import classes_in
from server.importers.plan_dates import read_plan_date
from server.importers.plan_rows import AssessmentRow
from server.importers.records import Record, read_records
from server.importers.tables import Cell
from server.importers.values import Read, clean, plain, read_number, read_text

MOST_POINTS = 1000
KINDS: dict[str, tuple[str, ...]] = {  # code → the words of schools, compared as values.plain, a number left out
    "sor": (
        "сор", "бжб", "суммативное оценивание за раздел", "суммативная работа за раздел", "sor", "sau",
        "бөлім бойынша жиынтық бағалау", "section assessment", "summative assessment for the unit",
    ),
    "soch": (
        "соч", "тжб", "суммативное оценивание за четверть", "тоқсандық жиынтық бағалау", "soch", "sat",
        "тоқсан бойынша жиынтық бағалау", "term assessment", "summative assessment for the term",
    ),
    "control": (
        "контрольная работа", "контрольная", "кр", "к р", "контр работа", "впр", "административная контрольная работа",
        "бақылау жұмысы", "control work", "control", "test paper",
    ),
    "independent": ("самостоятельная работа", "проверочная работа", "проверочная", "өзіндік жұмыс", "independent work"),
    "test": ("тест", "тестирование", "тест жұмысы", "test", "quiz"),
    "dictation": ("диктант", "контрольный диктант", "диктант с заданием", "dictation"),
    "lab": ("лабораторная работа", "практическая работа", "зертханалық жұмыс", "lab work", "lab"),
    "creative": ("сочинение", "изложение", "контрольное сочинение", "контрольное изложение", "шығарма", "essay"),
    "project": ("проект", "защита проекта", "жоба", "project"),
    "exam": ("экзамен", "зачёт", "емтихан", "сынақ", "exam"),
}  # fmt: skip
_CODES = {plain(word): code for code, words in KINDS.items() for word in words}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "і": 1, "іі": 2, "ііі": 3, "іv": 4}


def read_assessments(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """AssessmentRow per line, in file order; a line that repeats another is said and left out. Raises Refused."""
    notes = Notes(file)
    rows: dict[AssessmentRow, None] = {}
    for record in read_records("assessments", data, notes, mapping):
        row = _row(record, today)
        if row in rows and row is not None and row.on is not None:
            record.note(WARNING, "row_repeated")
        elif row:
            rows[row] = None
    found = tuple(rows)
    return Result(found, tuple(notes.found), {"assessments": len(found), **Counter(row.kind for row in found)})


def _row(record: Record, today: date | None) -> AssessmentRow | None:
    subject = record.need("subject", read_text)
    class_name = _class_name(record)
    kind, number = _kind(record)
    term = record.take("term", read_term)
    stated = record.take("number", read_number)
    most = record.take("max", read_number)
    if most is not None and not 1 <= most <= MOST_POINTS:
        record.note(ERROR, "points_unlikely", "max", value=most, most=MOST_POINTS)
    on = record.take("date", lambda cell: read_plan_date(cell, today))
    if record.broken:
        return None
    return AssessmentRow(
        subject=subject,
        class_name=class_name,
        term=term,
        kind=kind,
        number=stated or number,
        topic=record.take("topic", read_text),
        max_points=most,
        on=on,
        where=record.where,
    )


def _class_name(record: Record) -> str:
    """From the column, else from the sheet's name, else from the title above the header."""
    if "class" in record.cells:
        return record.need("class", read_class)
    sheet, _, title = record.sheet_title.partition("\n")
    names = classes_in(title) or classes_in(sheet, loose=True)
    if not names:
        record.note(ERROR, "class_not_stated")
    return names[0] if names else ""


def _kind(record: Record) -> tuple[str, int | None]:
    """The code and the number that stands beside it: "СОР № 2" → ("sor", 2)."""
    words = record.need("kind", read_text)
    number = re.search(r"\d+", words)
    code = _CODES.get(plain(re.sub(r"[№#]|\d+", " ", words)), "")
    if words and not code:
        record.note(ERROR, "assessment_kind_unknown", "kind", value=words)
    return code, int(number[0]) if number and 1 <= int(number[0]) <= 99 else None


def read_term(cell: Cell) -> Read[int | None]:
    """The number of a term: "1", "II четверть", "3-тоқсан"; None when not stated."""
    text = clean(cell)
    if not text:
        return Read(None)
    words = plain(text).split()
    digits = next((int(found[0]) for word in words if (found := re.match(r"\d{1,2}", word))), None)
    number = digits or next((_ROMAN[word] for word in words if word in _ROMAN), None)
    return Read(number) if number and number <= 6 else Read(None, "term_unreadable", level=ERROR)
