"""How classes, subjects and runs of days stand in a sentence: the same in the office, in the reader and on paper."""

import re
from collections.abc import Callable
from datetime import date

_CLASS = re.compile(r"""(\d{1,2})[ \u00a0-]?["'«“„]?([^\W\d_]{0,3})["'»”“]?""")
_COUNTRIES = ("Росси", "Казахстан", "Қазақстан")


def class_parts(name: str) -> tuple[str, str] | None:
    """Number and letters of a class: ``7А``, ``7 «а»`` and ``7-А`` are ("7", "А"); None for any other group."""
    found = _CLASS.fullmatch(name.strip())
    if not found:
        return None
    grade, letters = found.groups()
    if len(letters) == 1:
        letters = letters.upper()
    return (grade, letters) if not letters or letters.isupper() else None  # 1-топ is a group of a class


def class_name(name: str, lettered: str) -> str:
    """A class without the word for it: ``7 «А»`` for 7А, ``5`` for 5; other groups as they are.

    ``lettered``: how the language writes it, with the places ``%(grade)s`` and ``%(letter)s``.
    """
    parts = class_parts(name)
    if parts is None or not parts[1]:
        return parts[0] if parts else name
    return lettered % {"grade": parts[0], "letter": parts[1]}


def inside(subject: str) -> str:
    """A subject's name in the middle of a line: ``Русский язык`` → ``русский язык``; ОБЗР, ИЗО and Россия stay."""
    is_word = len(subject) > 1 and subject[0].isupper() and subject[1].islower() and "Ѐ" <= subject[0] <= "ӿ"
    return subject[0].lower() + subject[1:] if is_word and not subject.startswith(_COUNTRIES) else subject


def day_span(first: date, last: date, say: Callable[[date, str], str], month: str = "MMMM") -> str:
    """«7–11 декабря», «30 ноября – 4 декабря»; one day alone stands once.

    ``say`` writes a date by a CLDR pattern in the language; ``month``: MMMM, or MMM where it is narrow.
    """
    whole = f"d {month}"
    if first == last:
        return say(first, whole)
    if (first.year, first.month) == (last.year, last.month):
        return f"{say(first, 'd')}–{say(last, whole)}"
    return f"{say(first, whole)} – {say(last, whole)}"
