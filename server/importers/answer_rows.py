"""Questions to tick as people write them: their options and what is right, from a line of text. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("one", "several", "number")
FIELDS, OPTIONS, DIGITS, POINTS = 60, 10, 6, 100  # at most
LABEL, OPTION = 200, 100  # characters
_SPLIT = re.compile(r"[,;]+")
_LOOK_ALIKE = str.maketrans("ABCEHKMOPTXabceopx", "АВСЕНКМОРТХавсеорх")
LETTERS = "АБВГДЕЖЗИК"


@dataclass(frozen=True)
class AnswerRow:
    """A question: kind one, several or number; ``key`` as in answer_field.key, empty when nobody said what is right."""

    kind: str
    label: str = ""
    options: tuple[str, ...] = ()
    digits: int = 0
    key: tuple[int | str, ...] = ()
    points: int = 1


def options_of(text: str) -> tuple[str, ...]:
    """One option a line, or parted by commas; «АБВГ» in one piece are four letters."""
    text = unicodedata.normalize("NFC", text).strip()
    parts = [" ".join(part.split()) for part in (text.splitlines() if "\n" in text else _SPLIT.split(text))]
    parts = [part for part in parts if part]
    if len(parts) == 1 and 2 <= len(parts[0]) <= OPTIONS and parts[0].isalpha() and parts[0].isupper():
        return tuple(parts[0])
    return tuple(parts)


def key_of(text: str, kind: str, options: Sequence[str], digits: int) -> tuple[int | str, ...] | None:
    """What is right, from «Б», «А, В», «АВ» or «120»; () for an empty text, None when it names no option.

    Options are named by themselves or by their letter (А is the first); Latin letters count as those they look like. A
    number with fewer digits than there is room for gets noughts in front.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text:
        return ()
    if kind == "number":
        plain = text.replace(" ", "")
        return (plain.zfill(digits),) if plain.isascii() and plain.isdigit() and len(plain) <= digits else None
    places = [_place(part, options) for part in _parts(text, options)]
    if None in places or (kind == "one" and len(places) != 1):
        return None
    return tuple(sorted({place for place in places if place is not None}))


def _parts(text: str, options: Sequence[str]) -> list[str]:
    if _place(text, options) is not None:
        return [text]
    parts = [part.strip() for part in _SPLIT.split(text) if part.strip()]
    if len(parts) == 1:
        parts = text.split()
    if len(parts) == 1 and all(_place(letter, options) is not None for letter in text):
        return list(text)
    return parts


def _place(text: str, options: Sequence[str]) -> int | None:
    wanted = _plain(text)
    named = [_plain(option) for option in options]
    if wanted in named:
        return named.index(wanted)
    place = LETTERS.find(wanted.upper()) if len(wanted) == 1 else -1
    long = any(len(option) > 3 for option in options)  # those are printed with letters
    return place if long and 0 <= place < len(options) else None


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(_LOOK_ALIKE).casefold().rstrip(".)")


def key_text(key: Sequence[int | str], options: Sequence[str]) -> str:
    """The same as people write it: «Б», «А, В», «120» (a number without the noughts in front)."""
    long = any(len(option) > 3 for option in options)
    return ", ".join(
        str(int(one)) if isinstance(one, str) else (LETTERS[one] if long else options[one])
        for one in key if isinstance(one, str) or one < len(options)
    )  # fmt: skip
