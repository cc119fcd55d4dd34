"""What an importer has to say about a file: level, stable code, place, and the data of its sentence."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import get_locale

from server.importers.fields import said
from server.importers.messages import MESSAGES
from server.importers.rows import Where

ERROR, WARNING, INFO = "error", "warning", "info"
_DAY = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])")
_SHOWN = 200  # characters of a cell that a finding quotes


@dataclass(frozen=True)
class Finding:
    """One remark. ``error``: the row is not taken, with ``refuses`` the whole file; ``warning``: taken, and said.

    ``value`` may hold a child's data: show it to the person who imports, never log it. ``suggestion`` is what the
    importer took or would take instead. ``column`` is the header as the file writes it, or a key; ``letter`` the
    spreadsheet's name of the column ("E"), "" where there is none.
    """

    level: str
    code: str
    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    value: str = ""
    suggestion: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)
    refuses: bool = False
    letter: str = ""

    def text(self) -> str:
        """The sentence in the current language, without the place."""
        place = {"column": self.column, "missing": self.column, "value": self.value, "suggestion": self.proposed()}
        fields = {**place, **self.data, **said(self.data)}
        return str(MESSAGES[self.code]) % fields

    def proposed(self) -> str:
        """The suggestion with days as the current language writes them."""
        return _DAY.sub(_day, self.suggestion)


def _day(found: re.Match[str]) -> str:
    try:
        day = date.fromisoformat(found[0])
    except ValueError:
        return found[0]
    locale = get_locale()
    return found[0] if locale is None or locale.language == "en" else f"{day:%d.%m.%Y}"


@dataclass(frozen=True)
class GridCell:
    """A cell of a sheet as it looks. ``state``: "" plain, "head" a heading, "read" understood, "odd" not understood."""

    text: str
    state: str = ""
    note: str = ""
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True)
class GridSheet:
    """A sheet as it looks, rows from row 1 on; cells that a merged one covers are left out, as in HTML."""

    name: str
    rows: tuple[tuple[GridCell, ...], ...]


@dataclass(frozen=True)
class Result:
    """What a file says: ``rows`` (dataclasses of rows.py), the findings, and named totals for the summary.

    ``grid`` shows a drawn timetable as it looks, with what was not understood; empty for other files.
    """

    rows: tuple[Any, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, Any] = field(default_factory=dict, hash=False)
    grid: tuple[GridSheet, ...] = field(default=(), hash=False, repr=False)

    @property
    def refused(self) -> bool:
        """True when nothing was taken from the file."""
        return any(finding.refuses for finding in self.findings)

    def of(self, level: str) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(finding for finding in self.findings if finding.level == level)


class Refused(Exception):
    """The file cannot be taken at all; carries the finding that says why. Never leaves the importers."""

    def __init__(self, code: str, *, sheet: str = "", row: int = 0, **data: Any):
        super().__init__(code)
        self.code = code
        self.sheet = sheet
        self.row = row
        self.data = data


class Notes:
    """The growing list of findings about one file."""

    def __init__(self, file: str, found: Iterable[Finding] = ()):
        self.file = file
        self.found = list(found)

    def add(self, level: str, code: str, where: Where | None = None, **more: Any) -> None:
        """Note one finding; ``more`` may name column, value, suggestion, everything else goes into ``data``."""
        place = where or Where(self.file)
        known = {key: str(more.pop(key))[:_SHOWN] for key in ("column", "value", "suggestion", "letter") if key in more}
        self.found.append(Finding(level, code, place.file or self.file, place.sheet, place.row, data=more, **known))

    def refuse(self, refusal: Refused) -> None:
        """Note why the whole file is not taken."""
        column = str(refusal.data.pop("column", ""))
        place = (self.file, refusal.sheet, refusal.row, column)
        self.found.append(Finding(ERROR, refusal.code, *place, data=refusal.data, refuses=True))
