"""Reads what stands in one cell of a drawn timetable: subject, room, teacher, part of the class, kind of week."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from server.importers.drawn_words import read_week
from server.importers.values import plain

_LETTERS = "А-ЯЁІҺӘҒҚҢӨҰҮA-Z"
_SMALL = "а-яёіһәғқңөұүa-z"
_SURNAME = rf"[{_LETTERS}][{_SMALL}]+(?:-[{_LETTERS}][{_SMALL}]+)?"
_INITIALS = rf"[{_LETTERS}]\.\s?(?:[{_LETTERS}]\.)?"
_PATRONYMIC = rf"[{_LETTERS}][{_SMALL}]+(?:вич|вна|ична|ьич|мич|кич|ұлы|қызы|улы|кызы)"
TEACHER = re.compile(rf"{_SURNAME}\s+{_INITIALS}|{_INITIALS}\s*{_SURNAME}|{_SURNAME}\s+{_SURNAME}\s+{_PATRONYMIC}")
_SURNAME_ENDS = re.compile(rf"{_SURNAME}(?<=ов|ев|ёв|ин|ын|ко|ук|юк|ян|их|ых|ва|на|ий|ая)")

_NUMBER = r"(?:№\s*)?\d{1,4}\s?-?[а-яa-zА-ЯA-Z]?"
_ROOM_NUMBER = re.compile(_NUMBER)
_ROOM_PREFIX = re.compile(r"(?i)(?:каб(?:инет)?\.?|к\.|ауд(?:\.|итория)?|room|бөлме|№)\s*№?\s*(?=\d)")
_ROOM_WORD = re.compile(
    r"(?i)(?<!\w)(?:каб\b|кабинет|ауд\b|аудитор|мастерск|стадион|бассейн|библиотек|кітапхана|лаборатор|шеберхана|"
    r"бөлме|холл\b|рекреац|актов|акт\.|тир\b|gym|room|lab\b|hall)|(?:зал|залы|зала|каб\.?|кабинеті?)(?!\w)|(?<!\w)[са]/з(?!\w)"
)
_HALL = re.compile(
    r"(?i)(?:(?:малый|большой|м\.|б\.|кіші|үлкен|спорт\w*\.?|трен\w*|хореогр\w*|акт(?:овый)?\.?|концертн\w*|читальн\w*)"
    r"[\s-]*)*зал(?:ы|а)?(?:\s.*)?"
)
_ROOM_TAIL = re.compile(
    rf"(?i)^(.*?[^\W\d_][^\d]*?)[\s,;–—-]+((?:каб(?:инет)?\.?|к\.|ауд\.?|№)\s*{_NUMBER}(?:\s*/\s*{_NUMBER})*|"
    rf"\d{{1,4}}[а-яa-z]?(?:\s*/\s*\d{{1,4}}[а-яa-z]?)*)$"
)
_ROOM_WORDS_TAIL = re.compile(
    r"(?i)^(.*?[^\W\d_].*?)[\s,;–—-]+((?:(?:малый|большой|м\.|б\.|кіші|үлкен|акт(?:овый)?\.?|спорт(?:ивный)?\.?)\s*)*"
    r"(?:спорт)?зал|[са]/з|стадион|мастерская|бассейн|библиотека|каб\.\s*[^\d]{3,30}(?:\s?\d)?)$"
)
_SHORT_HALL = re.compile(r"(?i)[са]/з")
_SPLIT = re.compile(r"\s*//\s*|\s+/\s*|\s*/\s+|(?<=\))\s*/\s*|\s*;\s*")
_BRACKETS = re.compile(r"\(([^()]{0,60})\)")
_GROUP = re.compile(
    r"(?:(?:гр|группа|подгр|подгруппа|п ?г|топ|group|gr)\s?)?([1-6]|i{1,3})\s?(?:я|й|ші|шы|ая)?\s?"
    r"(?:гр|группа|подгр|подгруппа|п ?г|топ|group|gr|к)?"
)
_LOOSE_GROUP = re.compile(
    r"(?i)(?<![\w.])(?:([1-6])\s?(?:-?(?:я|ая))?[\s-]?(?:гр(?:уппа)?\b\.?|подгр(?:уппа)?\b\.?|п/г|топ\b|[пт]\b\.?)|"
    r"(?:гр(?:уппа)?\b\.?|подгр(?:уппа)?\b\.?|п/г)\s?([1-6]))"
)
_LOOSE_WEEK = re.compile(r"(?i)(?<!\w)(числ(?:итель|\.)?|знам(?:енатель|\.)?)(?!\w)")
_BOYS = frozenset("м мал мальч мальчики юн юноши ю boys b".split())
_GIRLS = frozenset("д дев девочки девушки девуш girls g".split())
_KAZAKH = {"ұ": "ұ", "ұл": "ұ", "ұлдар": "ұ", "қ": "қ", "қыз": "қ", "қыздар": "қ"}
_LONGEST = 200


@dataclass(frozen=True)
class Part:
    """One lesson of a cell. ``group``: "1"…"6", "м", "д", "ұ", "қ" or "" for all; ``week`` 0 every, 1, 2."""

    subject: str
    group: str = ""
    week: int = 0
    rooms: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Style:
    """How the cells around are written. ``rooms_apart``: rooms have places of their own; ``rooms_in_brackets``:
    a number in brackets is a room; ``subjects``: plain names that stand alone somewhere."""

    rooms_apart: bool = False
    rooms_in_brackets: bool = False
    subjects: Collection[str] = field(default=frozenset())


@dataclass(frozen=True)
class Said:
    """The lessons of a cell. ``odd`` names why they cannot be told, ``remark`` what was assumed."""

    parts: tuple[Part, ...] = ()
    odd: str = ""
    remark: str = ""


@lru_cache(maxsize=4096)
def is_room(text: str) -> bool:
    """True for what can only be a room or several: "217", "210/211", "каб. 5", "Спортзал"."""
    if _SHORT_HALL.fullmatch(text.strip()):
        return True
    pieces = [piece.strip("-–—− ") for piece in re.split(r"[/,;\n]", text)]
    return len(text) < 80 and any(pieces) and all(_is_one_room(piece) for piece in pieces if piece)


def _is_one_room(text: str) -> bool:
    if _ROOM_NUMBER.fullmatch(text) or _ROOM_PREFIX.match(text) or _HALL.fullmatch(text) or _ROOM_WORD.match(text):
        return True
    more = _ROOM_TAIL.match(text) or _ROOM_WORDS_TAIL.match(text) or "(" in text or TEACHER.search(text)
    return not more and bool(_ROOM_WORD.search(text))


@lru_cache(maxsize=4096)
def is_teacher(text: str) -> bool:
    """True for surnames with initials or full names, one or several."""
    pieces = [piece.strip() for piece in re.split(r"[/,;\n]", text) if piece.strip(" –—-")]
    return bool(pieces) and all(TEACHER.fullmatch(piece) for piece in pieces)


@lru_cache(maxsize=4096)
def may_be_teacher(text: str) -> bool:
    """True when every piece could be a bare surname."""
    pieces = [piece.strip() for piece in re.split(r"[/,;\n]", text) if piece.strip()]
    return bool(pieces) and all(TEACHER.fullmatch(piece) or _SURNAME_ENDS.fullmatch(piece) for piece in pieces)


def read_rooms(texts: Sequence[str], parts: int) -> list[tuple[str, ...]] | None:
    """The rooms of each of ``parts`` lessons; None when they cannot be shared out."""
    pieces = [room for text in texts for room in _pieces(text)]
    if parts == 1:
        return [tuple(dict.fromkeys(room for room in pieces if room))]
    if len(pieces) == parts:
        return [(room,) if room else () for room in pieces]
    return [tuple(pieces) if pieces and pieces[0] else ()] * parts if len(pieces) <= 1 else None


def _pieces(text: str) -> list[str]:
    if _SHORT_HALL.fullmatch(text.strip()):
        return [text.strip()]
    return [clean_room(piece) for piece in re.split(r"\s*[/;\n]\s*|,\s+", text)]


def clean_room(text: str) -> str:
    """ "каб. 217" → "217"; a dash is no room."""
    text = text.strip(" ,;")
    prefix = _ROOM_PREFIX.match(text)
    rest = text[prefix.end() :].strip() if prefix else ""
    text = rest if rest and _ROOM_NUMBER.fullmatch(rest) else text
    return "" if not text.strip("-–—−_ ") else text


def read_cell(text: str, rooms: Sequence[str], teachers: Sequence[str], style: Style) -> Said:
    """The lessons that a cell and the rooms and teachers beside it name."""
    if len(text) > _LONGEST:
        return Said(odd="drawn_long")
    pieces = _alternatives(text, rooms, style)
    read = [_part(piece, len(pieces), style) for piece in pieces]
    parts: list[Part] = []
    for part in read:
        subject = part.subject or (parts[-1].subject if parts else "")
        if not subject:
            return Said(odd="drawn_no_subject")
        parts.append(replace(part, subject=subject))
    parts, remark = _told_apart(parts)
    shared = read_rooms([room for room in rooms if room], len(parts))
    if shared is None:
        return Said(tuple(parts), odd="drawn_rooms")
    names = [name.strip(" –—-") for line in teachers for name in re.split(r"[/,;\n]", line) if name.strip()]
    return Said(tuple(_completed(parts, shared, names)), remark=remark)


def _completed(parts: list[Part], rooms: list[tuple[str, ...]], names: list[str]) -> list[Part]:
    each = [[name] for name in names] if len(names) == len(parts) else [names] * len(parts)
    return [
        replace(
            part,
            rooms=part.rooms or rooms[index],
            teachers=part.teachers or tuple(name for name in dict.fromkeys(each[index]) if name),
        )
        for index, part in enumerate(parts)
    ]


def _told_apart(parts: list[Part]) -> tuple[list[Part], str]:
    """Several lessons at one time need a part of the class or a week each; an unmarked one gets what is left."""
    if len(parts) == 1:
        return parts, ""
    if len(parts) == 2:
        one, two = parts
        for a, b in ((one, two), (two, one)):
            if a.week and not b.week and not b.group:
                parts = [part if part is not b else replace(b, week=3 - a.week) for part in parts]
                return parts, "drawn_half"
            if a.group in ("1", "2") and not b.group and not b.week:
                parts = [part if part is not b else replace(b, group=str(3 - int(a.group))) for part in parts]
                return parts, "drawn_half"
    if not any(part.group or part.week for part in parts):
        return [replace(part, group=str(n)) for n, part in enumerate(parts, 1)], "drawn_parts"
    return parts, ""


def _alternatives(text: str, rooms: Sequence[str], style: Style) -> list[str]:
    """The lessons of a cell apart. A slash without spaces parts them only when both sides are subjects."""
    pieces = [piece for line in _lines(text) for piece in _SPLIT.split(line) if piece]
    return [side for piece in pieces or [text] for side in _sides(piece, rooms if len(pieces) < 2 else (), style)]


def _sides(piece: str, rooms: Sequence[str], style: Style) -> list[str]:
    """Parts at a slash without spaces: all of them subjects that are known, or as many as there are rooms."""
    sides = [side.strip() for side in piece.split("/")]
    if len(sides) > 1 and _LOOSE_GROUP.search(sides[0]) and all(map(_LOOSE_GROUP.fullmatch, sides[1:])):
        return sides  # "Англ. яз. 1гр/2гр"
    if len(sides) < 2 or not all(len(_first_word(side)) > 2 for side in sides):
        return [piece]
    known = all(plain(_BRACKETS.sub(" ", side)) in style.subjects for side in sides)
    return sides if known or any(len(_pieces(room)) == len(sides) for room in rooms) else [piece]


def _first_word(text: str) -> str:
    found = re.match(r"[^\W\d_]+", text)
    return found[0] if found else ""


def _lines(text: str) -> list[str]:
    """Lines that belong together are joined: names wrap, rooms and teachers follow their subject."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.strip()
        follows = bool(lines) and (
            is_teacher(line) or is_room(line) or line.startswith("(") or not _is_whole(lines[-1])
        )
        if follows:
            lines[-1] = f"{lines[-1]} {line}".strip()
        elif line:
            lines.append(line)
    return lines or [text]


def _is_whole(line: str) -> bool:
    """True when a line already names what only one lesson has: part, week, room or teacher."""
    if line.rstrip().endswith("/"):
        return False
    inner = [inner for inner in _BRACKETS.findall(line) if read_group(inner) or read_week(inner, True)]
    return bool(inner or TEACHER.search(line) or _ROOM_TAIL.match(line) or _LOOSE_GROUP.search(line))


def read_group(text: str) -> str:
    """The part of a class that a mark in brackets names, "" none."""
    word = plain(text)
    if word in _KAZAKH:
        return _KAZAKH[word]
    if word in _BOYS or word in _GIRLS:
        return "м" if word in _BOYS else "д"
    found = _GROUP.fullmatch(word)
    return (str(len(found[1])) if found[1].startswith("i") else found[1]) if found else ""


def _part(text: str, pieces: int, style: Style) -> Part:
    part = Part("")
    kept = text
    for found in _BRACKETS.finditer(text):
        inner = found[1].strip()
        taken = _bracket(part, inner, pieces, style)
        if taken is not None:
            part, kept = taken, kept.replace(found[0], " ", 1)
    if (found := _LOOSE_GROUP.search(kept)) and not part.group:
        part, kept = replace(part, group=found[1] or found[2]), kept.replace(found[0], " ", 1)
    if (found := _LOOSE_WEEK.search(kept)) and not part.week:
        part, kept = replace(part, week=read_week(found[1])), kept.replace(found[0], " ", 1)
    names = tuple(" ".join(found[0].split()) for found in TEACHER.finditer(kept))
    kept = TEACHER.sub(" ", kept) if names else kept
    kept = " ".join(kept.split()).strip(" ,;–—-")
    rooms: tuple[str, ...] = ()
    if is_room(kept) and _ROOM_NUMBER.fullmatch(kept) and not style.rooms_apart:
        kept, rooms = "", (clean_room(kept),)
    elif found := _tail(kept, style):
        kept = found[1].strip(" ,;–—-")
        rooms = tuple(room for room in _pieces(found[2]) if room)
    return replace(part, subject=kept, rooms=part.rooms or rooms, teachers=part.teachers or names)


def _tail(text: str, style: Style) -> re.Match[str] | None:
    """A room after the subject; a bare number only where rooms have no place of their own."""
    found = _ROOM_TAIL.match(text)
    if style.rooms_apart:
        return None if found and found[2][0].isdigit() else found
    return _ROOM_WORDS_TAIL.match(text) or found


def _bracket(part: Part, inner: str, pieces: int, style: Style) -> Part | None:
    """The part with what the brackets say of it; None when they belong to the subject's name."""
    group, week = read_group(inner), read_week(inner, bracketed=True)
    is_number = bool(re.fullmatch(r"\d{1,4}[а-яa-z]?", inner.casefold()))
    if week and not is_number:
        return replace(part, week=week)
    if is_number and not style.rooms_apart and (not group or (pieces == 1 and style.rooms_in_brackets)):
        return replace(part, rooms=(*part.rooms, inner))
    if group:
        return replace(part, group=group)
    if is_teacher(inner):
        return replace(part, teachers=tuple(name.strip() for name in re.split(r"[/,;]", inner)))
    if not is_number and is_room(inner):
        return replace(part, rooms=tuple(room for room in _pieces(inner) if room))
    return None
