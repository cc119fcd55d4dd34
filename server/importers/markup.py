"""Reads the tables of an HTML page, as e-journals save them under the name .xls.

A tokenizer of our own: the standard library's takes hours over some pages of a few megabytes (open comments).
Here every character is looked at a bounded number of times.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.importers import limits
from server.importers.findings import Refused

_CHARSET = re.compile(rb"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""")
_COLSPAN = re.compile(r"""(?i)\bcolspan\s*=\s*["']?\s*([0-9]{1,3})""")
_ROWSPAN = re.compile(r"""(?i)\browspan\s*=\s*["']?\s*([0-9]{1,3})""")
# No part may run beyond the next "<", and possessive parts never try again: linear on any text.
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:]{0,30}+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""")
_LOOSE_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]{0,30}+)([^<>]*+)>")
_NOT_TEXT = {"script": re.compile(r"(?i)</script"), "style": re.compile(r"(?i)</style")}

Place = tuple[int, int]


@dataclass
class Table:
    """Rows of cell texts, and the merged ranges as (first row, first column), (last row, last column) from 0."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    _hanging: dict[int, int] = field(default_factory=dict)  # column → last row that a cell from above covers

    def covered(self) -> bool:
        """True when the next place of the last row belongs to a cell from above."""
        return self._hanging.get(len(self.rows[-1]), -1) >= len(self.rows) - 1

    def put(self, text: str, wide: int, high: int) -> None:
        """A cell at the next place of the last row."""
        row, column = len(self.rows) - 1, len(self.rows[-1])
        self.rows[-1] += [text, *[""] * (wide - 1)]
        if wide > 1 or high > 1:
            self.merged.append(((row, column), (row + high - 1, column + wide - 1)))
        if high > 1:
            self._hanging.update(dict.fromkeys(range(column, column + wide), row + high - 1))


def declared_charset(data: bytes) -> str:
    """What the page's meta tag says, or ""."""
    found = _CHARSET.search(data[:4096])
    return found.group(1).decode("ascii", "replace") if found else ""


def read_tables(text: str) -> list[Table]:
    """The tables that hold any row. A merged cell keeps its text in its first place, the others are empty.

    Raises Refused ``table_too_large``.
    """
    tables = _Tables()
    for tag, content in _tokens(text):
        tables.take(tag, content)
    tables.take("/table", "")
    return [table for table in tables.all if table.rows]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """("", text) and (tag in lower case, attributes); an end tag is "/td". Comments, scripts and styles drop out."""
    at = 0
    while (start := text.find("<", at)) >= 0:
        if start > at:
            yield "", text[at:start]
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            at = end + 3 if end >= 0 else len(text)
            continue
        found = _TAG.match(text, start) or _LOOSE_TAG.match(text, start)
        if not found:
            yield "", "<"
            at = start + 1
            continue
        tag, at = found[1] + found[2].casefold(), found.end()
        yield tag, found[3]
        if tag in _NOT_TEXT:
            closing = _NOT_TEXT[tag].search(text, at)
            at = closing.start() if closing else len(text)
    yield "", text[at:]


class _Tables:
    """Collects cells; a table inside a table is a table of its own."""

    def __init__(self) -> None:
        self.all: list[Table] = []
        self.open: list[Table] = []  # tables around the place where we are, innermost last
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.cells = 0

    def take(self, tag: str, content: str) -> None:
        """One token."""
        if tag == "" or tag in ("br", "p", "div"):
            if self.cell is not None:
                self.cell.append(content if tag == "" else " ")
        elif tag in ("td", "th"):
            self._begin_cell(content)
        elif tag in ("table", "tr", "/td", "/th", "/tr", "/table"):
            self._end_cell()
            self._step(tag)

    def _step(self, tag: str) -> None:
        if tag == "table":
            self.open.append(Table())
            self.all.append(self.open[-1])
        elif tag == "tr" and self.open:
            self.open[-1].rows.append([])
        elif tag == "/table" and self.open:
            self.open.pop()

    def _begin_cell(self, attributes: str) -> None:
        self._end_cell()
        if not self.open:
            return
        table = self.open[-1]
        if not table.rows:
            table.rows.append([])
        while table.covered():
            table.rows[-1].append("")
            self._count(1)
        wide, high = _COLSPAN.search(attributes), _ROWSPAN.search(attributes)
        self.cell, self.span = [], (max(1, int(wide[1])) if wide else 1, max(1, int(high[1])) if high else 1)
        self._count(self.span[0])

    def _count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > limits.MAX_CELLS:
            raise Refused("table_too_large", rows=limits.MAX_ROWS)

    def _end_cell(self) -> None:
        if self.cell is None:
            return
        self.open[-1].put(_unescaped("".join(self.cell)), *self.span)
        self.cell = None


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a character number of thousands of digits
        return text
