"""Finds the header row of a sheet and what its columns mean, by their words and not by their place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.importers.headers import HEADERS, IGNORED, REQUIRED
from server.importers.tables import Cell
from server.importers.values import plain, show

_SEARCHED_ROWS = 40
_SYMBOLS = {"№": " nr ", "#": " nr "}


@dataclass(frozen=True)
class Header:
    """The header at row index ``row``: field → column index, its label as written, and columns nobody knows."""

    row: int
    fields: dict[str, int]
    labels: dict[str, str]
    unknown: tuple[tuple[int, str], ...]

    def missing(self, kind: str) -> list[str]:
        """Required fields that have no column, by the Russian header one would expect."""
        return [
            HEADERS[kind][field][0].capitalize()
            for choices in REQUIRED[kind]
            if not any(all(field in self.fields for field in choice) for choice in choices)
            for field in choices[0]
            if field not in self.fields
        ]


def normal(label: Cell) -> str:
    """A header as it is compared."""
    text = show(label)
    for symbol, word in _SYMBOLS.items():
        text = text.replace(symbol, word)
    return plain(text)


_KNOWN = {
    kind: {normal(word): field for field, words in fields.items() for word in words} for kind, fields in HEADERS.items()
}
_IGNORED = frozenset(normal(word) for word in IGNORED)


def find_header(kind: str, rows: Sequence[Sequence[Cell]]) -> Header | None:
    """The first row that names the most fields of ``kind`` (two at least); None when there is no such row."""
    best: Header | None = None
    for index, row in enumerate(rows[:_SEARCHED_ROWS]):
        header = _recognise(kind, index, row)
        if len(header.fields) >= 2 and (best is None or len(header.fields) > len(best.fields)):
            best = header
    return best


def _recognise(kind: str, index: int, row: Sequence[Cell]) -> Header:
    fields: dict[str, int] = {}
    labels: dict[str, str] = {}
    unknown = []
    for column, cell in enumerate(row):
        label = " ".join(show(cell).split())
        field = _field(kind, label)
        if field and field not in fields:
            fields[field], labels[field] = column, label
        elif label and (field or normal(label) not in _IGNORED):
            unknown.append((column, label))
    return Header(index, fields, labels, tuple(unknown))


def _field(kind: str, label: str) -> str:
    known = _KNOWN[kind]
    return known.get(normal(label)) or known.get(normal(re.sub(r"\(.*?\)", " ", label))) or ""


def letters(column: int) -> str:
    """The spreadsheet's name of a column index: 0 → "A", 27 → "AB"."""
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name
