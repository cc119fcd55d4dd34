"""Reads phones and e-mail addresses."""

import re
from functools import lru_cache

import phonenumbers

from server.importers.tables import Cell
from server.importers.values import Read, clean, show

_SEVERAL = re.compile(r"[,;/|\n]|(?<=\d)\s+(?=\+7|8\s*\()")
_EMAIL = re.compile(r"[^@\s,;<>\"'()]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_ELEVEN = re.compile(r"(?:\+7|[78])\D{0,3}(\d\D{0,3}){10}")
_SIGNS = re.compile(r"[+\d\s()\-–.]+")
_EXPONENT = re.compile(r"(\d)[.,](\d{1,11})[eеEЕ]\+?(\d{1,2})")
_WORDS = re.compile(r"(?i)\([^()\d]*\)|[a-zа-яёәіңғүұқөһ.:]{2,}|\b(?:т|м)[.:]")
_NONE = frozenset(("нет", "жоқ", "no", "none", "не имеется", "отсутствует"))
_LONGEST = 200  # characters of a cell that holds nothing else
_SEVEN = ("RU", "KZ")  # countries of the code +7: eleven figures are the number, with or without the plus


def read_phone(cell: Cell, region: str) -> Read[str]:
    """E.164 ("+79990004210"); a number of another shape stays as typed, several numbers give the first: both said.

    ``region`` is the school's country (ISO 3166, "RU", "KZ"). Words around the number ("мама", "сот.") are let go.
    """
    text = clean(cell)
    if not text or text.casefold() in _NONE:
        return Read("")
    found = phones_in(show(cell), region)
    if len(found) > 1:
        return Read(found[0], "phone_several", found[0])
    return Read(found[0]) if found else Read(text, "phone_unreadable")


@lru_cache(4096)
def phones_in(text: str, region: str) -> tuple[str, ...]:
    """Every number of a cell as E.164; () when the whole cell or its first part is none."""
    parts = [part for part in _SEVERAL.split(text) if any(letter.isdigit() for letter in part)]
    numbers = [_e164(clean(part), region) for part in parts]
    if numbers and numbers[0]:
        return tuple(dict.fromkeys(number for number in numbers if number))
    whole = _e164(clean(text), region)
    return (whole,) if whole else ()


def _e164(text: str, region: str) -> str:
    if region in _SEVEN and _SIGNS.fullmatch(text) and _ELEVEN.fullmatch(text):
        return "+7" + "".join(letter for letter in text if letter.isdigit())[1:]
    return _parsed(text, region) or _parsed(_WORDS.sub(" ", _written_out(text)).strip(), region)


def _written_out(text: str) -> str:
    """A number that a spreadsheet saved as 7,9990001632E+10; untouched where figures were lost."""
    found = _EXPONENT.fullmatch(text)
    return (found[1] + found[2]).ljust(int(found[3]) + 1, "0") if found and len(found[2]) > 6 else text


def _parsed(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_email(cell: Cell) -> Read[str]:
    """An address as typed, in lower case where case does not matter; anything else is taken as empty, and said."""
    text = clean(cell)
    if not text:
        return Read("")
    if not _EMAIL.fullmatch(text):
        return Read("", "email_unreadable")
    name, _, host = text.rpartition("@")
    return Read(f"{name}@{host.casefold()}")


def is_contact(text: str) -> bool:
    """An e-mail address or a phone of a usual length, and nothing else."""
    shown = text.strip() if len(text) < _LONGEST else ""
    if "@" in shown:
        return bool(_EMAIL.fullmatch(shown))
    return bool(_SIGNS.fullmatch(shown)) and 10 <= sum(letter.isdigit() for letter in shown) <= 15
