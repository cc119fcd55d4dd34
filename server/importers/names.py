"""Reads names of people: one column or three, and compares them."""

from dataclasses import dataclass

from server.importers.alphabets import mend_mixed
from server.importers.tables import Cell
from server.importers.values import Read, clean, read_text

_LONGEST = 300  # characters of a whole name


@dataclass(frozen=True)
class Name:
    """Surname, first name, patronymic; the last may be "" or several words."""

    last: str
    first: str
    middle: str


def read_name(cell: Cell) -> Read[str]:
    """One part of a name, or all of it: trimmed, NFC, Latin look-alikes among Cyrillic letters mended (said)."""
    text = clean(cell)
    if len(text) > _LONGEST:
        return Read(text[:_LONGEST], "text_cut")
    mended = mend_mixed(text)
    if mended != text:
        return Read(mended, "name_latin", mended)
    return read_text(text)


def split_name(full: str) -> Name:
    """Surname first: "Петрова-Водкина Анна Олеговна" → three parts; words beyond the third belong to the patronymic."""
    last, first, middle, *more = [*full.replace(",", " ").split(), "", "", ""]
    return Name(last, first, " ".join([middle, *more]).strip())


def identity(last: str, first: str, middle: str) -> str:
    """The form in which names are compared exactly: without case."""
    return " ".join((last, first, middle)).casefold()


def near_identity(last: str, first: str, middle: str) -> str:
    """The form in which probable doubles meet: ё as е as well."""
    return identity(last, first, middle).replace("ё", "е")
