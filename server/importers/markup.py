"""Reads the tables of an HTML page, as e-journals save them under the name .xls."""

import re
from html.parser import HTMLParser

from server.importers import limits
from server.importers.findings import Refused

_CHARSET = re.compile(rb"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""")


def declared_charset(data: bytes) -> str:
    """What the page's meta tag says, or ""."""
    found = _CHARSET.search(data[:4096])
    return found.group(1).decode("ascii", "replace") if found else ""


def read_tables(text: str) -> list[list[list[str]]]:
    """Tables of rows of cell texts. A merged cell keeps its text in its first place, the others are empty.

    Raises Refused ``table_too_large``.
    """
    parser = _Tables()
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # html.parser's answer to some malformed declarations
        raise Refused("format_unknown") from error
    return [table for table in parser.tables if table]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.open: list[list[list[str]]] = []  # tables around the place where we are, innermost last
        self.cell: list[str] | None = None
        self.hidden = 0
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self.open.append([])
            self.tables.append(self.open[-1])
        elif tag == "tr" and self.open:
            self._end_cell()
            self.open[-1].append([])
        elif tag in ("td", "th") and self.open:
            self._begin_cell(dict(attrs).get("colspan") or "1")
        elif tag in ("style", "script"):
            self.hidden += 1
        elif tag in ("br", "p", "div") and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "table" and self.open:
            self.open.pop()
        if tag in ("style", "script") and self.hidden:
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if self.cell is not None and not self.hidden:
            self.cell.append(data)

    def _begin_cell(self, colspan: str) -> None:
        self._end_cell()
        if not self.open[-1]:
            self.open[-1].append([])
        self.cell = []
        self.spare = min(int(colspan), 100) - 1 if colspan.isascii() and colspan.isdigit() else 0
        self.cells += 1 + max(0, self.spare)
        if self.cells > limits.MAX_CELLS:
            raise Refused("table_too_large", rows=limits.MAX_ROWS)

    def _end_cell(self) -> None:
        if self.cell is None or not self.open:
            return
        row = self.open[-1][-1]
        row.append("".join(self.cell))
        row.extend([""] * self.spare)
        self.cell = None
