"""The words of a calendar's event ("Алгебра, 7А, каб. 12") → subject, classes, teachers, room."""

import html
import re
from dataclasses import dataclass

from server.importers.groups import class_in_title, read_class
from server.importers.student_sets import Groups, read_sets
from server.importers.values import clean

_LETTER = "А-ЯЁӘІҢҒҮҰҚӨҺA-Z"
_LABELS = {
    "class": "класс|класы|классы|сынып|сыныбы|сыныптар|class|classes|form|grade",
    "group": "группа|подгруппа|топ|group",
    "subject": "предмет|урок|пән|сабақ|subject|lesson",
    "teacher": "учитель|учителя|преподаватель|педагог|мұғалім|мұғалімдер|teacher|teachers",
    "room": "кабинет|каб|аудитория|место|бөлме|room|location",
}
_LINES = {
    field: re.compile(rf"(?im)^[ \t]*(?:{words})\.?[ \t]*[:=–—-][ \t]*(\S[^\n]{{0,200}})$")
    for field, words in _LABELS.items()
}
_CLASS = re.compile(
    rf"(?<![\w.:№#])((?:1[01]|[1-9])(?:\s?-?\s?[«\"“„]?[{_LETTER}][»\"”]?(?!\w)|-\d{{1,2}}(?![\w:.])))"
    r"(?:\s*-?(?:й|го)?\s*(?:класс\w*|кл\b\.?|сынып\w*|сыныб\w*))?"
)
_GRADE = re.compile(
    r"(?i)(?<![\w.:])((?:1[01]|[1-9])(?:\s*(?:[,+&]|и|және)\s*(?:1[01]|[1-9]))*)"
    r"\s*-?(?:й|го)?\s*(?:класс\w*|кл\b\.?|сынып\w*|сыныб\w*)"
)
_JOINED = re.compile(r"\x01(?:\s*(?:[,;+&]|и|және|and)?\s*\x01)+")
_GROUP = re.compile(
    r"(?i)\b(?:(?:под)?групп[аы]|гр\.|group)\s*№?\s*\d|(?<!\d)\d\s*-?\s*(?:[яй]\s+)?(?:под)?групп[аы]\b|(?<!\d)\d\s?-\s?топ\b|"
    r"\b(?:мальчики|девочки|юноши|девушки|ұлдар|қыздар|boys|girls)\b"
)
_TIME = re.compile(r"^\s*\d{1,2}[:.]\d\d(?:\s*[-–—]\s*\d{1,2}[:.]\d\d)?")
_ROOM = re.compile(r"(?i)\b(?:каб(?:инет)?|ауд(?:итория)?|room)\b\.?\s*№?\s*(\d[\w-]{0,8})")
_ROOM_WORD = re.compile(r"(?i)^(?:каб(?:инет)?|ауд(?:итория)?|room)\b\.?\s*№?\s*(?=\d)")
_SURNAME = rf"[{_LETTER}][\w'-]{{1,40}}"
_TEACHER = re.compile(rf"(?<!\w){_SURNAME}\s+[{_LETTER}]\.\s?(?:[{_LETTER}]\.)?")
_FULL_NAME = re.compile(rf"{_SURNAME}(?:\s+{_SURNAME}){{1,2}}")
_NO_PERSON = re.compile(r"(?i)школ|лице[йя]|гимнази|колледж|мектеп|school|класс|сынып|расписани|кесте")
_BREAK = re.compile(r"(?i)<br\s*/?>|</?p>|</?div>|</li>")
_MARKUP = re.compile(r"<[^<>]{0,200}>")
_EDGES = " \t,;:|/\\-–—•·"
_WRAPPED = re.compile(r"[(\[{«\"]([^()\[\]{}«»\"]*)[)\]}»\"]")
_EMPTY = re.compile(r"[(\[{]\s*[,;]*\s*[)\]}]")
_LONGEST = 2000  # characters of one text that are looked at


@dataclass(frozen=True)
class Words:
    """What an event says. ``subject`` "" and no ``groups``: not said."""

    subject: str
    groups: Groups
    teachers: tuple[str, ...]
    room: str


def class_of_calendar(name: str) -> str:
    """The class that a calendar's name tells ("Расписание 7А"), or ""."""
    found = _CLASS.search(name[:_LONGEST])
    return read_class(found[1]).value if found else read_class(name).value or class_in_title(name)


def read_words(
    summary: str,
    *,
    description: str = "",
    location: str = "",
    categories: tuple[str, ...] = (),
    organizer: str = "",
    calendar_class: str = "",
) -> Words:
    """Who is taught what by whom and where; a labelled line ("Учитель: …") goes before what is guessed.

    The class comes from the first of: a labelled line, the categories, the summary, the calendar, the description.
    """
    summary, text = clean(_TIME.sub("", summary[:_LONGEST])), _plain(description)
    labelled = {field: clean(found[1]) for field, line in _LINES.items() if (found := line.search(text))}
    rest, names = _take(_CLASS, summary)
    if not names:
        rest, names = _take(_GRADE, summary)
    rest, parts = _take(_GROUP, rest)
    rest, rooms = _take(_ROOM, rest)
    rest, people = _take(_TEACHER, rest)
    classes = _classes(labelled.get("class", "")) or _classes(*categories) or _classes(*names)
    if not classes:
        classes = ((calendar_class, ""),) if calendar_class else _classes(*_take(_CLASS, text)[1])
    part = labelled.get("group") or next(iter(parts), "") or next(iter(_take(_GROUP, text)[1]), "")
    return Words(
        subject=labelled.get("subject") or _tidy(rest),
        groups=tuple((name, own or (clean(part) if len(classes) == 1 else "")) for name, own in classes),
        teachers=_teachers(labelled.get("teacher", ""), people, organizer, text),
        room=_ROOM_WORD.sub("", labelled.get("room") or clean(location[:_LONGEST])) or next(iter(rooms), ""),
    )


def _plain(text: str) -> str:
    """A description without markup, with a line for every paragraph."""
    return html.unescape(_MARKUP.sub("", _BREAK.sub("\n", text[:_LONGEST])))


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, list[str]]:
    """(the text without the matches, the matches)."""
    found = [match[1] if pattern.groups else match[0] for match in pattern.finditer(text)]
    rest = _JOINED.sub(" ", pattern.sub("\x01", text)).replace("\x01", " ")
    return " ".join(rest.split()), found


def _tidy(text: str) -> str:
    """What is left of a title, without brackets and commas that held something else."""
    text = " ".join(_EMPTY.sub(" ", text).split()).strip(_EDGES)
    if wrapped := _WRAPPED.fullmatch(text):
        text = wrapped[1]
    if text.count("(") != text.count(")"):
        text = text.strip("()")
    return text.strip(_EDGES)


def _classes(*texts: str) -> Groups:
    """The classes of a list ("5А, 6А", "1+3"); a text that names none gives none."""
    names = [clean(part) for text in texts for part in re.split(r"[,;+&]|\s+и\s+", text[:200])]
    sets = read_sets(name for name in names if name)
    return tuple(
        dict.fromkeys(group for found in sets.values() if found.code != "class_unknown" for group in found.groups)
    )


def _teachers(labelled: str, people: list[str], organizer: str, text: str) -> tuple[str, ...]:
    if labelled:
        return tuple(dict.fromkeys(name for part in re.split(r"[,;+]", labelled) if (name := clean(part))))
    organizer = clean(organizer[:200])
    is_person = (_TEACHER.fullmatch(organizer) or _FULL_NAME.fullmatch(organizer)) and not _NO_PERSON.search(organizer)
    found = people or ([organizer] if is_person else []) or [match[0] for match in _TEACHER.finditer(text)][:5]
    return tuple(dict.fromkeys(clean(name) for name in found))
