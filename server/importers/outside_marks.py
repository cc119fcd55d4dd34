"""Lists of marks that were given elsewhere: by a network teacher, a tutor, a platform, another school."""

import re
from datetime import date

from server.importers import assessments
from server.importers.findings import ERROR, Notes, Result
from server.importers.groups import read_class
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.plan_rows import OutsideMarkRow
from server.importers.records import Record, read_records
from server.importers.students import take_name
from server.importers.values import clean, plain, read_date, read_number, read_text, show

MOST_POINTS = assessments.MOST_POINTS
ELSEWHERE = "elsewhere"  # the kind of work where the list names none that is known
_KINDS = {  # besides those of assessments
    "homework": ("домашняя работа", "домашнее задание", "дз", "д з", "үй жұмысы", "homework"),
    "formative": ("фо", "формативное оценивание", "формативная работа", "қалыптастырушы бағалау", "қб", "formative"),
    "oral": ("устный ответ", "ответ на уроке", "ауызша жауап", "oral answer"),
    "research": ("исследование", "исследовательская работа", "зерттеу", "research"),
}  # fmt: skip
_CODES = {plain(word): code for code, words in {**assessments.KINDS, **_KINDS}.items() for word in words}
_WORDS = {
    "5": ("отлично", "отл", "өте жақсы", "excellent"), "4": ("хорошо", "хор", "жақсы", "good"),
    "3": ("удовлетворительно", "удовл", "уд", "қанағаттанарлық", "satisfactory"),
    "2": ("неудовлетворительно", "неуд", "қанағаттанарлықсыз", "unsatisfactory"),
}  # fmt: skip
_PASSED = ("зачет", "зачтено", "зач", "есептелді", "сынақ", "pass", "passed")
_FAILED = ("незачет", "не зачтено", "незач", "есептелмеді", "fail", "failed", "not passed")
_FIGURES = {plain(word): value for value, words in _WORDS.items() for word in (value, *words)}


def read_outside_marks(
    file: str, data: bytes, *, region: str = "RU", today: date | None = None, mapping: Mapping = NOTHING_SAID
) -> Result:
    """OutsideMarkRow per line, in file order. Raises Refused."""
    notes = Notes(file)
    rows = [
        row for record in read_records("outside_marks", data, notes, mapping) if (row := _row(record, file, today))
    ]
    return Result(tuple(rows), tuple(notes.found), {"marks": len(rows)})


def _row(record: Record, file: str, today: date | None) -> OutsideMarkRow | None:
    name = take_name(record)
    class_name = record.take("class", read_class)
    subject = record.need("subject", read_text)
    on = record.need("date", read_date)
    if on and today and on > today:
        record.note(ERROR, "date_future", "date", value=on)
    mark = _mark(record)
    if record.broken or mark is None:
        return None
    words = plain(re.sub(r"[№#]|\d+", " ", clean(record.cells.get("kind", ""))))
    stated = [record.take(field, read_text) for field in ("source", "course")]
    scale, value, most = mark
    return OutsideMarkRow(
        class_name=class_name,
        last=name.last,
        first=name.first,
        middle=name.middle,
        birth_date=record.take("birth_date", read_date),
        subject=subject,
        on=on,
        kind=_CODES.get(words, ELSEWHERE),
        topic=record.take("topic", read_text),
        scale=scale,
        value=value,
        max_points=most,
        source=": ".join(text for text in stated if text) or file,
        sender=record.take("sender", read_text),
        comment=record.take("comment", read_text),
        where=record.where,
    )


def _mark(record: Record) -> tuple[str, str, int | None] | None:
    """(scale, value, maximum): "5" or "хорошо"; "зачёт"; points as "17/20", "85 %", or beside their maximum."""
    text = clean(show(record.cells.get("mark", "")))
    most = record.take("max", read_number)
    if not text:
        record.note(ERROR, "value_missing", "mark")
        return None
    points = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?\s*(?:/|из|of|ден)?\s*(\d{1,4})?\s*(%?)", text, re.IGNORECASE)
    words = plain(text)
    if points and (points[2] or points[3] or most):
        return _points(record, int(points[1]), int(points[2] or 0) or (100 if points[3] else most))
    if words in _FIGURES:
        return "five", _FIGURES[words], None
    if words in _PASSED or words in _FAILED:
        return "pass", "pass" if words in _PASSED else "fail", None
    record.note(ERROR, "mark_unreadable", "mark", value=text)
    return None


def _points(record: Record, value: int, most: int | None) -> tuple[str, str, int | None] | None:
    if most is None or not 1 <= most <= MOST_POINTS:
        record.note(ERROR, "points_unlikely", "max", value=most, most=MOST_POINTS)
        return None
    if value > most:
        record.note(ERROR, "points_over", "mark", value=value, most=most)
        return None
    return "points", str(value), most
