"""The words of timetables that schools draw: days, lesson numbers and times, weeks, parts of a class, headings."""

import re
from dataclasses import dataclass
from functools import lru_cache

from server.importers.days import WEEKDAYS
from server.importers.groups import class_in_title, read_class
from server.importers.values import plain

_remembered = lru_cache(maxsize=4096)  # a sheet says the same words again and again

_DAYS = {word: number for number, words in enumerate(WEEKDAYS, 1) for word in words}
_WORD = re.compile(r"[^\W\d_]+")
_KAZAKH = re.compile(r"[әғқңөұүһі]")

_HEADINGS = {
    "day": "день дни недели дня күн күні күндер апта день day days weekday",
    "week": "нед неделя четность чередование week",
    "lesson": "урок уроки урока номер n no сабақ сабақтар рет lesson lessons period п р с пп",
    "time": "время звонки звонок расписание звонков уақыт уақыты қоңырау time times bells смена ауысым",
    "class": "класс классы сынып сыныптар class classes",
    "room": "каб кабинет кабинеты ауд аудитория бөлме каб room rooms",
    "subject": "предмет предметы дисциплина название пән пәндер subject subjects",
    "teacher": "учитель учителя преподаватель фио мұғалім teacher teachers",
}
_HEADING = {word: kind for kind, words in _HEADINGS.items() for word in words.split()}
_FREE = frozenset({"", "окно", "нет", "нет урока", "урока нет", "свободно", "бос", "free"})
_BREAKS = ("перемена", "большая перемена", "обед", "завтрак", "динамическ", "үзіліс", "түскі", "break", "lunch")


@_remembered
def read_weekday(text: str) -> int:
    """1 = Monday … 7, 0 when the text is no day: "ПОНЕДЕЛЬНИК", "п\\nн", "Вт.", "Среда, 9 декабря"."""
    words = _WORD.findall(text[:80].casefold().replace("ё", "е"))
    if not words:
        return 0
    joined = "".join(words)
    if joined in _DAYS and (len(words) == 1 or all(len(word) < 3 for word in words)):
        return _DAYS[joined]
    dated = any(letter.isdigit() for letter in text) and len(words) <= 3
    return _DAYS.get(words[0], 0) if dated and len(words[0]) > 3 else 0


def is_kazakh(text: str) -> bool:
    """True when a letter tells Kazakh from Russian."""
    return bool(_KAZAKH.search(text.casefold()))


# --- lesson numbers and times ----------------------------------------------------------------------------------

_ORDINAL = r"(?:-?(?:й|ый|ой|ші|шы|st|nd|rd|th)\b)?"
_LESSON = r"(?:урок\w{0,2}|ур\.?|сабақ|lesson|period)"
_NUMBER = re.compile(rf"(?i)(?:№\s*|{_LESSON}\s*)?(\d{{1,2}})\s*(?:[.)]|{_ORDINAL}\s*{_LESSON}?)?")
_CLOCK = r"(\d{1,2})[:.\-–\s]?(\d{2})(?::00)?"
_RANGE = re.compile(rf"(?:с\s+)?{_CLOCK}\s*(?:[-–—−]+|до|\s)\s*{_CLOCK}")
_START = re.compile(r"(\d{1,2})[:.](\d{2})(?::00)?")
_BOTH = re.compile(r"(.{1,20}?)[\s(,;]+((?:с\s+)?\d{1,2}[:.\-–\s]?\d{2}\b.{2,20}?)\)?")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_TO_ROMAN = str.maketrans("ІХ", "IX")
_LAST_NUMBER = 20


@dataclass(frozen=True)
class Hour:
    """A lesson's place in the day as drawn: its number (None: only times), "HH:MM" or ""."""

    n: int | None
    start: str = ""
    end: str = ""


@_remembered
def read_hour(text: str) -> Hour | None:
    """A lesson number, its times, or both: "3", "3 урок", "08:30–09:10", "III (8.30-9.10)". None: something else."""
    line = " ".join(text.split())
    if len(line) > 40:
        return None
    if (number := _number(line)) is not None:
        return Hour(number)
    if times := _times(line):
        return Hour(None, *times)
    both = _BOTH.fullmatch(line)
    number, times = (_number(both[1].strip(" (,;")), _times(both[2].strip(" )"))) if both else (None, None)
    return Hour(number, *times) if number is not None and times else None


def _number(text: str) -> int | None:
    if text.translate(_TO_ROMAN) in _ROMAN:
        return _ROMAN[text.translate(_TO_ROMAN)]
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found and int(found[1]) <= _LAST_NUMBER else None


def _times(text: str) -> tuple[str, str] | None:
    if found := _RANGE.fullmatch(text):
        start, end = (_clock(found[1], found[2]), _clock(found[3], found[4]))
        return (start, end) if start and end and start < end else None
    found = _START.fullmatch(text)
    start = _clock(*found.groups()) if found else ""
    return (start, "") if start else None


def _clock(hours: str, minutes: str) -> str:
    return f"{int(hours):02d}:{minutes}" if 5 <= int(hours) <= 23 and int(minutes) < 60 else ""


# --- classes ---------------------------------------------------------------------------------------------------

_AND = re.compile(r"\s*[,;+&]\s*|\s+(?:и|және|and)\s+")
_SLASH = re.compile(r"\s*/\s*")
_LETTER = re.compile(r"[А-ЯЁІҺӘҒҚҢӨҰҮ]")
_CLASS_WORD = re.compile(r"(?i)класс|сынып|\bкл\b|class|grade")
_GRADES = re.compile(r"\d\s*[-–—]\s*\d")


@_remembered
def read_classes(text: str) -> tuple[tuple[str, ...], bool]:
    """(the classes that a heading names, whether it can be nothing else): "5 «А» (каб. 3)" → (("5А",), True)."""
    if not any(letter.isdigit() for letter in text[:80]):
        return (), False
    for candidate in dict.fromkeys((" ".join(text.split()), text.split("(")[0], text.split("\n")[0])):
        names = _names(candidate.strip()) if len(candidate) < 60 else ()
        if names:
            sure = any(_LETTER.search(name) for name in names) or bool(_CLASS_WORD.search(candidate))
            return names, sure
    return (), False


def _names(text: str) -> tuple[str, ...]:
    whole = read_class(text).value
    if whole:
        return (whole,)
    for sign in (_AND, _SLASH):
        names: list[str] = []
        for part in sign.split(text):
            letter = f"{names[-1].rstrip('АБВГДЕЖЗӘІҒҚ')}{part}" if names and len(part.strip('«»" ')) == 1 else part
            names.append(read_class(letter if _LETTER.fullmatch(part.strip('«»" ').upper()) else part).value)
        if len(names) > 1 and all(names) and (sign is _AND or _LETTER.search("".join(names))):
            return tuple(dict.fromkeys(names))
    return ()


@_remembered
def class_of_title(text: str) -> tuple[str, ...]:
    """The class whose timetable a title announces, () when it names none or a range of grades."""
    names, sure = read_classes(text)
    if names and sure:
        return names
    found = "" if _GRADES.search(text) else class_in_title(text)
    return (found,) if found else ()


# --- weeks and shifts ------------------------------------------------------------------------------------------

_FIRST = "числитель числ чис алым нечетная нечет нечетн нечётная тақ верхняя первая i 1 1я ая"
_SECOND = "знаменатель знам зн бөлім четная чет четн жұп нижняя вторая ii 2 2я ая"
_WEEKS = {**dict.fromkeys(_SECOND.split(), 2), **dict.fromkeys(_FIRST.split(), 1)}
_SURE_WEEK = re.compile(r"(?i)(числител|нечетн\w* недел|алым\b)|(знаменател|(?<!не)четн\w* недел|бөлім\b)")
_FILLERS = frozenset("неделя недели неделе нед н апта week блок по на я ая".split())
_NEEDS_WORD = frozenset(("1", "2", "i", "ii", "первая", "вторая", "верхняя", "нижняя", "1я", "2я", "ая"))
_SHORT_WEEK = {"ч": 1, "з": 2}
_SHIFT = re.compile(
    r"(?i)(?<!\d)(?:([1-3])\s*-?\s*(?:я|ая|ші|шы|st|nd)?|(I{1,3})|(перв|втор|трет)\w+|(бірінші|екінші))\s*"
    r"(?:см\b|смен|ауысым|shift)"
)


def read_week(text: str, bracketed: bool = False) -> int:
    """1 «числитель», 2 «знаменатель», 0 neither. In brackets a letter is enough: "(ч)"."""
    words = plain(text[:80]).split()
    told = [word for word in words if word not in _FILLERS]
    if bracketed and len(words) == 1 and words[0] in _SHORT_WEEK:
        return _SHORT_WEEK[words[0]]
    if len(told) != 1 or told[0] not in _WEEKS or (told[0] in _NEEDS_WORD and len(words) == 1):
        return 0
    return _WEEKS[told[0]]


@_remembered
def week_of_title(text: str) -> int:
    """The one kind of week that a title names: "Расписание на неделю (числитель)" → 1."""
    found = {1 if first else 2 for first, second in _SURE_WEEK.findall(text.replace("ё", "е"))}
    return found.pop() if len(found) == 1 else 0 if found else read_week(text)


def read_shift(text: str) -> int:
    """The shift that a title names, 0 none."""
    found = _SHIFT.search(text)
    if not found:
        return 0
    if found[1]:
        return int(found[1])
    word = (found[3] or found[4] or "").casefold()
    return len(found[2]) if found[2] else 1 if word in ("перв", "бірінші") else 3 if word == "трет" else 2


# --- headings --------------------------------------------------------------------------------------------------


@_remembered
def heading(text: str) -> str:
    """What a heading says of its column: day, week, lesson, time, class, room, subject, teacher; "" when it is none."""
    if text.strip() in ("№", "#", "№№"):
        return "lesson"
    words = plain(text[:60].replace("№", " n ")).split()
    kinds = [_HEADING.get(word, "") for word in words]
    return "" if not kinds or "" in kinds else kinds[0]


def is_break(text: str) -> bool:
    """True for a line between lessons: a break, lunch."""
    return plain(text[:60]).startswith(_BREAKS)


def is_free(text: str) -> bool:
    """True for what people write into an hour without a lesson: «окно», "?", a line of dots."""
    return plain(text[:60]) in _FREE
