"""Tells from the cells of a column what it holds: dates, phones, classes, patronymics, whole names …"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from server.importers.groups import read_class
from server.importers.names import is_patronymic, looks_like_surname
from server.importers.tables import Cell
from server.importers.values import clean, read_date, read_sex, read_time

_MOST = 24  # cells of a column that are looked at, spread over the first rows
_LONGEST = 300  # characters of a cell that may be more than free text
_DEEP = 3000  # rows from which they are taken
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w{2,}")
_PHONE = re.compile(r"(?:\+?[78][\s(\-]*)?\(?\d{3,4}\)?[\s\-]*\d{2,3}[\s\-]*\d{2}[\s\-]*\d{2}")
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*\.?")
_ADDRESS = re.compile(r"(?i)(?:\b(?:ул|пер|просп|пр|мкр|дом|кв|д|с|г|пос|дер|street|st)\b\.?|көшесі|үй|ауыл)")
_SUBJECT = re.compile(
    r"(?i)математик|алгебр|геометр|русск|литератур|физик|хими|биолог|истори|географ|информат|английск|немецк|технолог|"
    r"физкультур|физическ|музык|искусств|изо\b|начальн|обществ|казахск|қазақ|тіл\b|maths?|physics|history|english"
)
_ROLE = re.compile(
    r"(?i)учител|преподават|директор|завуч|руководител|психолог|тьютор|библиотек|воспитател|мұғалім|жетекші|teacher|"
    r"principal|\bhead\b"
)
_DEVICE = re.compile(r"(?i)смартфон|ноутбук|компьютер|планшет|кнопочн|smartphone|laptop|tablet")


@dataclass(frozen=True)
class Evidence:
    """Shares from 0 to 1 of what the filled cells of one column look like; ``filled`` of ``seen`` cells hold something.

    ``surnames`` is the share of words with a usual ending of surnames, ``counting`` that the cells number the rows,
    ``years`` the median of the dates' years.
    """

    seen: int = 0
    filled: int = 0
    shares: dict[str, float] = field(default_factory=dict)
    surnames: float = 0.0
    counting: bool = False
    years: int = 0

    def share(self, what: str) -> float:
        """The share of one of the marks that ``marks_of`` gives."""
        return self.shares.get(what, 0.0)

    @property
    def clear(self) -> str:
        """The one thing that nearly all cells are and that is not mistaken for anything else, or ""."""
        if self.filled < 3 or self.counting:
            return ""
        return next((what for what in _CLEAR if self.share(what) >= 0.8), "")


_CLEAR = ("date", "time", "email", "phone", "sex", "patronymic", "full", "class")


def gather(rows: Sequence[Sequence[Cell]], column: int) -> Evidence:
    """What the cells of a column of ``rows`` (the rows below the header) say."""
    deep = min(len(rows), _DEEP)
    step = max(1, deep // _MOST)
    cells = [rows[at][column] if column < len(rows[at]) else "" for at in range(0, deep, step)]
    return weigh(cells)


def weigh(cells: Sequence[Cell]) -> Evidence:
    """What cells of one column say."""
    filled = [cell for cell in cells if clean(cell)]
    if not filled:
        return Evidence(len(cells))
    marks: Counter[str] = Counter()
    for cell, times in Counter(filled).items():
        marks.update(dict.fromkeys(marks_of(cell), times))
    shares = {mark: count / len(filled) for mark, count in marks.items()}
    surnames = sum(looks_like_surname(clean(cell)) for cell in filled) / len(filled) if "word" in shares else 0.0
    dates = sorted(found.year for cell in filled if (found := read_date(cell).value)) if "date" in shares else []
    years = dates[len(dates) // 2] if dates else 0
    return Evidence(len(cells), len(filled), shares, surnames, _counts(filled), years)


def marks_of(cell: Cell) -> Iterable[str]:
    """What one filled cell can be: several marks where it is open."""
    if isinstance(cell, datetime | date):
        return ("date",)
    if isinstance(cell, time | timedelta):
        return ("time",)
    text = clean(cell)
    if len(text) > _LONGEST:
        return ("text",)
    if isinstance(cell, bool | int | float):
        return _of_number(text, float(cell))
    return _of_text(text)


def _of_number(text: str, number: float) -> list[str]:
    marks = ["number"] if number.is_integer() and 0 <= number < 1000 else []
    if number.is_integer() and 1 <= number <= 11:
        marks.append("grade")
    if number.is_integer() and len(text) == 11 and text[0] in "78":
        marks.append("phone")
    if 0 < number < 1:
        marks.append("time")
    return marks


def _of_text(text: str) -> list[str]:
    if text.isdecimal() and len(text) <= 3:
        return _of_number(text, float(text))
    if "@" in text:
        return ["email"] if _EMAIL.fullmatch(text) else ["text"]
    if text[0].isdigit() or text[0] in "+(":
        return _of_figures(text)
    words = text.replace(",", " ").split()
    marks = ["text"]
    if len(text) < 9 and read_sex(text).value:
        marks.append("sex")
    if len(words) <= 5 and all(_WORD.fullmatch(word) for word in words):
        marks += _of_words(words)
    if _ADDRESS.search(text):
        marks.append("address")
    marks += [mark for mark, known in (("subjects", _SUBJECT), ("roles", _ROLE), ("device", _DEVICE))
              if known.search(text)]  # fmt: skip
    if any(letter.isdigit() for letter in text) and read_date(text).value:
        marks.append("date")
    return marks


def _of_figures(text: str) -> list[str]:
    if read_time(text).value:
        return ["time"]
    if read_date(text).value and not text.isdecimal():
        return ["date"]
    digits = sum(letter.isdigit() for letter in text)
    if _PHONE.match(text) and 10 <= digits <= 25:
        return ["phone"]
    if read_class(text).value:
        return ["class"]
    return ["text", "address"] if _ADDRESS.search(text) else ["text"]


def _of_words(words: Sequence[str]) -> list[str]:
    capital = [word for word in words if word[0].isupper()]
    if len(words) == 1:
        return [*(["word"] if capital else []), *(["patronymic"] if is_patronymic(words[0]) else [])]
    if len(words) == 2 and is_patronymic("".join(words)) and not is_patronymic(words[0]) and not words[1][0].isupper():
        return ["patronymic"]
    return ["full"] if len(capital) >= 2 else []


def _counts(cells: Sequence[Cell]) -> bool:
    """Whole numbers that grow from cell to cell: the number of the row, whatever it begins with."""
    numbers = [int(text) if (text := clean(cell).rstrip(".")).isdecimal() and len(text) < 7 else -1 for cell in cells]
    grows = sum(later > earlier for earlier, later in pairwise(numbers))
    return numbers == [1, 2] or (len(numbers) >= 3 and min(numbers) >= 0 and grows == len(numbers) - 1)
