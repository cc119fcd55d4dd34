"""Reads phones and e-mail addresses."""

import re

import phonenumbers

from server.importers.tables import Cell
from server.importers.values import Read, clean

_SEVERAL = re.compile(r"[,;/\n]|(?<=\d)\s+(?=\+7|8\s*\()")
_EMAIL = re.compile(r"[^@\s,;<>\"'()]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")


def read_phone(cell: Cell, region: str) -> Read[str]:
    """E.164 ("+79990004210"); a number of another shape stays as typed, several numbers give the first: both said.

    ``region`` is the school's country (ISO 3166, "RU", "KZ").
    """
    text = clean(cell)
    if not text:
        return Read("")
    first, *others = [part for part in _SEVERAL.split(text) if part.strip()] or [text]
    number = _e164(first, region)
    if not number:
        whole = _e164(text, region)
        return Read(whole) if whole else Read(text, "phone_unreadable")
    return Read(number, "phone_several", number) if others else Read(number)


def _e164(text: str, region: str) -> str:
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
