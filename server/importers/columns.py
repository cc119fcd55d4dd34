"""Finds the header of a sheet, of one row or of two, and what its words say the columns mean."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from server.importers.alphabets import mend_mixed
from server.importers.contacts import is_contact
from server.importers.headers import HEADERS, IGNORED, REQUIRED
from server.importers.tables import Cell
from server.importers.values import plain, read_date, show
from server.importers.wording import field_of, part_of, understand

_SEARCHED_ROWS, _MENDED_ROWS = 40, 12
_SYMBOLS = {"№": " nr ", "#": " nr "}
_EXACT, _ASIDE, _GRAMMAR, _SIMILAR = 1.0, 0.95, 0.9, 0.65
_BARE = frozenset({"full", "last", "first", "middle", "parent_phone", "parent_email"})  # whose, is often not said
_MANY, _PLENTY = 0.9, 20
WIDEST = 300  # columns that are looked at; lists have some thirty
_LONGEST = 160  # characters of a label; what is longer is text
_ALIKE = 0.8  # difflib's ratio from which a word counts as a misspelt known one


@dataclass(frozen=True)
class Guess:
    """What a label means: field ("" = nobody knows), confidence from 0 to 1, and the reason of a ColumnView."""

    field: str = ""
    confidence: float = 0.0
    reason: str = ""


NOTHING = Guess()


@dataclass(frozen=True)
class Header:
    """The header that begins at row index ``row`` and is ``height`` rows high: label and meaning of every column."""

    row: int
    height: int
    labels: tuple[str, ...]
    guesses: tuple[Guess, ...]

    @property
    def weight(self) -> float:
        """How sure it is a header: the sum of the confidences, each field once."""
        best: dict[str, float] = {}
        for guess in self.guesses:
            if guess.field:
                best[guess.field] = max(best.get(guess.field, 0), guess.confidence)
        return sum(best.values())

    @property
    def known(self) -> int:
        """How many fields it names."""
        return len({guess.field for guess in self.guesses if guess.field})


def find_header(kind: str, rows: Sequence[Sequence[Cell]]) -> Header | None:
    """The first row, or pair of rows, that says most about ``kind`` (two fields at least); None when none does.

    Words have to be spelt well; only where no row has two known labels, misspelt ones count.
    """
    return _best(kind, rows, False) or _best(kind, rows, True)


def known_share(kind: str, rows: Sequence[Sequence[Cell]]) -> float:
    """How much of the best header is about ``kind``, from 0 to 1; half of it where a required column is missing.

    Exports of e-journals have some forty columns: a dozen that are about ``kind`` say enough whatever else there is.
    """
    header = _best(kind, rows, None)
    if header is None:
        return 0.0
    fields = [guess.field for guess in header.guesses if guess.field]
    named = [label for label, guess in zip(header.labels, header.guesses, strict=True)
             if label and (guess.field or not is_ignored(label))]  # fmt: skip
    share = min(1.0, header.weight / max(1, len(named) + _nameless(header, rows)))
    return max(share, min(_MANY, header.known / _PLENTY)) if not missing(kind, fields) else share / 2


def _nameless(header: Header, rows: Sequence[Sequence[Cell]]) -> int:
    """How many columns hold something else than numbers below a header that does not name them."""
    first = header.row + header.height
    body = rows[first : first + _MENDED_ROWS]
    named = {at for at, label in enumerate(header.labels) if label}
    texts = {at for row in body for at, cell in enumerate(row[:WIDEST]) if cell != "" and not _is_number(cell)}
    return len(texts - named)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, (int, float)) or show(cell).strip(" .").isdigit()


def known_columns(kind: str, rows: Sequence[Sequence[Cell]]) -> int:
    """How many columns the best header for ``kind`` names."""
    header = _best(kind, rows, None)
    return sum(bool(guess.field) for guess in header.guesses) if header else 0


def _best(kind: str, rows: Sequence[Sequence[Cell]], mend: bool | None) -> Header | None:
    """``mend``: take misspelt words from the start; False: only in the header once it is found; None: not at all."""
    best: Header | None = None
    for at, row in enumerate(rows[: _MENDED_ROWS if mend else _SEARCHED_ROWS]):
        if not _may_be_header(row):
            continue
        above = rows[at - 1] if at and _may_be_header(rows[at - 1]) else ()
        for header in (_single(kind, at, row, bool(mend)), _double(kind, at - 1, above, row, bool(mend))):
            if header and header.known >= 2 and (best is None or header.weight > best.weight + 0.01):
                best = header
    return _mended(kind, best) if best and mend is False else best


def _may_be_header(row: Sequence[Cell]) -> bool:
    """Rows of people hold dates, phones and addresses; names of columns are text."""
    texts = [cell for cell in row[:WIDEST] if cell != ""]
    return bool(texts) and all(isinstance(cell, str) and not _is_data(cell) for cell in texts)


def _is_data(text: str) -> bool:
    return is_contact(text) or (text[:1].isdigit() and read_date(text).value is not None)


def _single(kind: str, at: int, row: Sequence[Cell], mend: bool) -> Header:
    labels = tuple(_label(cell) for cell in row[:WIDEST])
    return Header(at, 1, labels, tuple(meaning(kind, label, mend) for label in labels))


def _double(kind: str, at: int, above: Sequence[Cell], row: Sequence[Cell], mend: bool) -> Header | None:
    """Headings over groups of columns ("Родитель" over "ФИО", "Телефон"), labels below them."""
    if not above:
        return None
    above, row = above[:WIDEST], row[:WIDEST]
    width = max(len(above), len(row))
    tops, bottoms = ([_label(cell) for cell in (*line, *[""] * (width - len(line)))] for line in (above, row))
    labels, guesses, group = [], [], ""
    for top, bottom in zip(tops, bottoms, strict=True):
        group = top or (group if bottom else "")
        labels.append(" · ".join(part for part in (group, bottom) if part))
        guesses.append(_joint(kind, group, bottom, mend))
    return Header(at, 2, tuple(labels), tuple(guesses))


def _joint(kind: str, top: str, bottom: str, mend: bool) -> Guess:
    if not (top and bottom):
        return meaning(kind, top or bottom, mend)
    if part := part_of(kind, normal(top), normal(bottom)):
        return Guess(part, _GRAMMAR, "header")
    both = meaning(kind, f"{top} {bottom}", mend)
    return both if both.field else meaning(kind, bottom, mend)


def _mended(kind: str, header: Header) -> Header:
    """The header with its misspelt labels understood as well."""
    guesses = tuple(
        guess if guess.field or header.height == 2 else meaning(kind, label, True)
        for label, guess in zip(header.labels, header.guesses, strict=True)
    )
    return Header(header.row, header.height, header.labels, guesses)


def _label(cell: Cell) -> str:
    return " ".join(show(cell)[: 2 * _LONGEST].split())


# --- one label ---------------------------------------------------------------------------------------------------


def normal(label: Cell) -> str:
    """A header as it is compared."""
    text = show(label)
    for symbol, word in _SYMBOLS.items():
        text = text.replace(symbol, word)
    return plain(mend_mixed(text))


@lru_cache(8192)
def meaning(kind: str, label: str, mend: bool = False) -> Guess:
    """What a label of a file of ``kind`` means; ``mend`` also takes words that are nearly known ones."""
    if len(label) > _LONGEST:
        return NOTHING
    for text, confidence in ((label, _EXACT), (re.sub(r"\(.*?\)", " ", label), _ASIDE)):
        if (words := normal(text)) and (guess := _of_words(kind, words, confidence)).field:
            return guess
    if mend:
        for words in (_mend(kind, normal(label)), normal(label.partition(",")[0]) if "," in label else ""):
            if words and (found := _of_words(kind, words, _SIMILAR)).field:
                return Guess(found.field, _SIMILAR, "similar")
    return NOTHING


def _of_words(kind: str, words: str, confidence: float) -> Guess:
    read = understand(words)
    if field := _known(kind).get(words):
        bare = field in _BARE and (read is None or not read.owner)
        return Guess(field, min(confidence, 0.97) if bare else confidence, "header")
    if read and (field := field_of(kind, read)):
        return Guess(field, min(confidence, _GRAMMAR), "header")
    return NOTHING


def is_ignored(label: str) -> bool:
    """A label that nobody needs and nobody has to be told of: numbers of rows, remarks."""
    return normal(label) in _IGNORED


def is_understood(label: str) -> bool:
    """Every word of the label is known, so it is no slip of the pen that it has no field."""
    return understand(normal(label)) is not None


@cache
def _known(kind: str) -> dict[str, str]:
    return {normal(word): field for field, words in HEADERS[kind].items() for word in words}


@cache
def _vocabulary(kind: str) -> tuple[str, ...]:
    return tuple(sorted({word for label in _known(kind) for word in label.split() if len(word) > 3}))


def _mend(kind: str, words: str) -> str:
    """The label with unknown words replaced by the known ones that they resemble; "" when there is nothing to mend."""
    parts = []
    for word in words.split():
        alike = difflib.get_close_matches(word, _vocabulary(kind), 1, _ALIKE) if len(word) > 3 else []
        parts.append(alike[0] if alike and understand(word) is None else word)
    mended = " ".join(parts)
    return mended if mended != words else ""


_IGNORED = frozenset(normal(word) for word in IGNORED)


def missing(kind: str, fields: Sequence[str]) -> tuple[str, ...]:
    """Required fields of ``kind`` that are not among ``fields``."""
    return tuple(
        field
        for choices in REQUIRED[kind]
        if not any(all(field in fields for field in choice) for choice in choices)
        for field in choices[0]
        if field not in fields
    )


def expected_label(kind: str, field: str) -> str:
    """The Russian header that one would expect for a field."""
    return HEADERS[kind][field][0].capitalize()


def letters(column: int) -> str:
    """The spreadsheet's name of a column index: 0 → "A", 27 → "AB"."""
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name
