"""Reads names of people: one column or three, in any order, and compares them."""

import re
from dataclasses import dataclass

from server.importers.alphabets import mend_mixed
from server.importers.tables import Cell
from server.importers.values import Read, clean, plain, read_text

_LONGEST = 300  # characters of a whole name
_HYPHEN = re.compile(r"(?<=\w)\s*[-‐‑–—]\s*(?=[^\W\d_])")
_NONE = frozenset((
    "нет", "отсутствует", "не указано", "не указан", "не указана", "без отчества", "н д", "жоқ", "none", "n a", "null",
))  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]+")
_DASH = re.compile(r"[-‐‑–—]")
_LATIN = re.compile(r"[A-Za-z]")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){0,3}[^\W\d_]\.")
_PATRONYMIC = re.compile(
    r"(?i)[^\W\d_-]{2,}(?:ович|евич|ьич|[кмнт]ич|овна|евна|ёвна|ична|инична|[ұуy]лы|[қк]ызы|о[гғ]лы|uly|[qk][iy]zy|o[gğ]lu|"
    r"ovi?ch|evi?ch|ovna|evna)"
)
_OWN_SURNAMES = frozenset("абрамович хаймович".split())
_SON, _DAUGHTER = (
    ("ұлы", "улы", "оглы", "оғлы", "uly", "oglu", "ogly"),
    ("қызы", "кызы", "гызы", "kyzy", "qyzy", "qizi"),
)
_PARTICLES = frozenset((*_SON, *_DAUGHTER, "фон", "де", "ван", "дер", "да", "ибн", "аль", "бен", "заде"))
_KAZAKH = ("ұлы", "қызы")  # written as one word with the father's name, where the others stand apart
_SURNAME = re.compile(
    r"(?i).{2,}(?:[оеё]ва?|[иы]на?|[сц]к(?:ий|ая|ой)|[ыи]х|[оа]й|ая|яя|ый|ко|[юу]к|[чщ]ук|дзе|швили|янц?|тегін|баев?а?|[oe]va?|ina?)"
)


@dataclass(frozen=True)
class Name:
    """Surname, first name, patronymic; the last may be "" or several words."""

    last: str
    first: str
    middle: str


def read_name(cell: Cell) -> Read[str]:
    """One part of a name, or all of it: trimmed, NFC, Latin look-alikes among Cyrillic letters mended (said).

    АНДРЕЕВА and андреева become Андреева without a word, for paper and phone are read by people; names in mixed case
    (МакДональд) stay as they are written.
    """
    text = clean(cell)
    if len(text) > _LONGEST:
        return Read(text[:_LONGEST], "text_cut")
    found = read_text(text) if isinstance(cell, str) else Read(text)
    if _LATIN.search(text) and (mended := mend_mixed(text)) != text:
        return Read(tidy(mended), "name_latin", tidy(mended))
    return found if found.code else Read(tidy(text))


def read_name_if_any(cell: Cell) -> Read[str]:
    """As ``read_name``; what says that there is no such name ("нет", "отсутствует", "жоқ") is none."""
    return Read("") if plain(clean(cell)) in _NONE else read_name(cell)


def tidy(text: str) -> str:
    """The usual spelling of a name as typed: no spaces around hyphens, one capital letter a word."""
    if text.istitle() and not _DASH.search(text):
        return text
    text = _HYPHEN.sub("-", text)
    return " ".join(_word(word, text) for word in text.split())


def _word(word: str, text: str) -> str:
    if word.casefold() in _PARTICLES:
        return word.casefold() if word.isupper() else word
    loud = word.isupper() and sum(letter.isalpha() for letter in word) > 1 and not _INITIALS.fullmatch(word)
    small = word.islower() and text.islower()
    return _LETTERS.sub(lambda part: part[0].capitalize(), word) if loud or small else word


def is_patronymic(word: str) -> bool:
    """Ends like a patronymic: Олеговна, Ильич, Ринатқызы, Бауыржанұлы, Оглы."""
    return bool(_PATRONYMIC.fullmatch(word)) and word.casefold() not in _OWN_SURNAMES


def looks_like_surname(word: str) -> bool:
    """Ends like most Russian and many Kazakh surnames do."""
    return bool(_SURNAME.fullmatch(word)) and not is_patronymic(word)


def split_name(full: str) -> Name:
    """Three parts of a whole name, surname first unless the patronymic tells another order.

    "Петрова-Водкина Анна Олеговна", "Анна Олеговна Петрова", "Петрова А. О.", "А. О. Петрова", "Сәрсен Әли Ринат қызы",
    "Алиев Рашид Мамед оглы". Words that are left over belong to the patronymic.
    """
    last, first, middle, *more = [*_in_order(_words(full)), "", "", ""]
    return Name(last, first, " ".join([middle, *more]).strip())


def split_first(first: str) -> tuple[str, str]:
    """(first name, patronymic) of a column that holds both: "Анна Олеговна"."""
    words = _words(first)
    if len(words) > 1 and _is_middle(words[-1]):
        return " ".join(words[:-1]), words[-1]
    if len(words) == 2 and all(_INITIALS.fullmatch(word) for word in words):
        return words[0], words[1]
    return first, ""


def is_short(name: Name) -> bool:
    """The first name is only a letter, as in "Иванова А. О."."""
    return bool(_INITIALS.fullmatch(name.first))


def _words(full: str) -> list[str]:
    """Words, a patronymic of two written words as one of them, initials apart."""
    words: list[str] = []
    for word in full.replace(",", " ").split():
        if word.casefold() in _SON + _DAUGHTER and len(words) > 1:
            words[-1] += word if word in _KAZAKH else f" {word}"
        elif _INITIALS.fullmatch(word) and word.count(".") > 1:
            words += [f"{letter}." for letter in re.findall(r"[^\W\d_](?:-[^\W\d_])?", word)]
        else:
            words.append(word)
    return words


def _in_order(words: list[str]) -> list[str]:
    """The words with the surname first."""
    initials = [bool(_INITIALS.fullmatch(word)) for word in words]
    if len(words) > 1 and initials[0] and not initials[-1]:
        return [words[-1], *words[:-1]]
    if len(words) == 3 and _is_middle(words[1]) and not _is_middle(words[2]) and not initials[2]:
        return [words[2], words[0], words[1]]
    if len(words) == 4 and _is_middle(words[3]) and not _is_middle(words[2]) and not any(initials):
        return [words[0], f"{words[1]} {words[2]}", words[3]]
    return words


def _is_middle(word: str) -> bool:
    return is_patronymic(word.replace(" ", ""))


def identity(last: str, first: str, middle: str) -> str:
    """The form in which names are compared exactly: without case."""
    return " ".join((last, first, middle)).casefold()


def near_identity(last: str, first: str, middle: str) -> str:
    """The form in which probable doubles meet: ё as е as well."""
    return identity(last, first, middle).replace("ё", "е")
