"""A checked file as its page shows it: columns by layout, findings by level, changes by what happens, questions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _

from server.importers.fields import LABELS
from server.importers.findings import ERROR, INFO, WARNING, Finding, GridSheet
from server.importers.mapping import ColumnView, SheetView
from server.services.import_check import Check
from server.services.import_told import BARE, Sort
from server.services.imports.row_names import field_label
from server.web import import_words

SHOWN = 100  # findings of a level before the rest is only in the workbook
FIRST = 10  # of them before the fold
BARE_FIRST = 24  # names alone need little room
_TWIN = "_perhaps_known"  # how the codes of findings end that ask whether two people are one
_NAMED = 12  # sheets of one layout that are named


class Layout(NamedTuple):
    """Sheets with the same columns; ``taken``: they are read.

    ``heads`` and ``preview``: the first rows of the first sheet, as they will be stored.
    """

    shape: str
    sheets: tuple[str, ...]
    more: int
    taken: bool
    columns: tuple[ColumnView, ...]
    missing: str
    rows: int
    heads: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """Findings of one level, or changes of one sort: a few, the rest behind a fold, and how many are left out."""

    name: str
    title: str
    tone: str
    count: int
    first: tuple[Any, ...]
    folded: tuple[Any, ...]

    @property
    def named(self) -> bool:
        """Whether anything of it has a name to be listed by."""
        return any(one.label for one in self.first)

    @property
    def bare(self) -> bool:
        """Whether a name says all, so that names can stand in one line."""
        return self.name in BARE

    @property
    def left_out(self) -> int:
        """How many are not on the page."""
        return self.count - len(self.first) - len(self.folded)


class Question(NamedTuple):
    """A probable twin: ``place`` ("file/sheet/row") names the row, ``answer`` is "", "same" or "new"."""

    place: str
    sheet: str
    row: int
    text: str
    answer: str


def layouts(kind: str, views: Iterable[SheetView]) -> list[Layout]:
    """The sheets by layout, those that are read first."""
    by_shape: dict[str, list[SheetView]] = {}
    for view in views:
        if view.columns:
            by_shape.setdefault(view.shape, []).append(view)
    found = [_layout(kind, shape, alike) for shape, alike in by_shape.items()]
    return sorted(found, key=lambda layout: not layout.taken)


def _layout(kind: str, shape: str, alike: Sequence[SheetView]) -> Layout:
    first = next((view for view in alike if view.preview), alike[0])
    labels = LABELS.get(kind, {})
    fields = list(dict.fromkeys(field for row in first.preview for field, _text in row))
    names = tuple(view.name for view in alike if view.name)
    return Layout(
        shape, names[:_NAMED], max(len(names) - _NAMED, 0), any(view.taken for view in alike), first.columns,
        ", ".join(str(labels.get(field, field)) for field in first.missing), sum(view.rows for view in alike),
        tuple(str(labels.get(field, field)) for field in fields),
        tuple(tuple(dict(row).get(field, "") for field in fields) for row in first.preview),
    )  # fmt: skip


def certain(layout: Layout) -> bool:
    """Whether every column with a name was recognised without doubt."""
    return not layout.missing and all(
        column.confidence >= import_words.SURE or column.reason == "mapping"
        for column in layout.columns if column.label
    )  # fmt: skip


def options(kind: str) -> list[tuple[str, str]]:
    """What a column may be taken for."""
    return [("", _("do not take it")), *((field, str(label)) for field, label in LABELS.get(kind, {}).items())]


def findings(check: Check) -> list[Section]:
    """Findings by level, the worst first; what is asked as a question or refuses the file stands elsewhere."""
    told = [one for one in check.findings if not one.refuses and not one.code.endswith(_TWIN)]
    found = []
    for level in (ERROR, WARNING, INFO):
        own = sorted((one for one in told if one.level == level), key=lambda one: (one.sheet, one.row))
        title, tone = import_words.LEVELS[level]
        if own:
            found.append(_section(level, str(title), tone, own))
    return found


def questions(check: Check, file_name: str, decisions: Mapping[str, str]) -> list[Question]:
    """Probable twins that wait for an answer, then the answers that were given."""
    open_ = [
        Question(f"{one.file}/{one.sheet}/{one.row}", one.sheet, one.row, one.text(), "")
        for one in check.findings if one.code.endswith(_TWIN)
    ]  # fmt: skip
    waiting = {question.place for question in open_}
    given = [
        Question(place, sheet.removeprefix(f"{file_name}/"), int(row), "", answer)
        for place, answer in decisions.items() if place not in waiting
        for sheet, _slash, row in [place.rpartition("/")] if row.isdecimal()
    ]  # fmt: skip
    return [*open_, *given]


def changes(told: Sequence[Sort]) -> list[Section]:
    """What an import changes, by what happens and to what."""
    found = []
    for what, title in import_words.CHANGES.items():
        for one in told:
            if one.what == what:
                subject = one.first[0].table_label() if one.table else ""
                first = BARE_FIRST if what in BARE else FIRST
                found.append(Section(what, f"{title}: {subject}" if subject else str(title), "", one.count,
                                     one.first[:first], one.first[first:]))  # fmt: skip
    return found


def counts(told: Mapping[str, int]) -> list[tuple[str, int]]:
    """(what, how many) of the rows of a file."""
    return [(str(text), told[name]) for name, text in import_words.COUNTS.items() if told.get(name)]


def odd(sheet: GridSheet) -> list[str]:
    """The texts of a drawn sheet's cells that were not understood, in the order of the rows."""
    return [cell.text for row in sheet.rows for cell in row if cell.state == "odd"]


def distinct(texts: Sequence[str]) -> list[tuple[int, str, int]]:
    """(place from 1 of the first, text, how many of it) of texts that repeat."""
    return [(texts.index(text) + 1, text, number) for text, number in Counter(texts).items()]


def place_of(kind: str, finding: Finding) -> str:
    """The column of a finding: its letter and what the header, or else we, call it."""
    plain = finding.column if finding.letter else field_label(finding.column)
    column = str(LABELS.get(kind, {}).get(finding.column, plain))
    return " · ".join(dict.fromkeys(part for part in (finding.letter, column) if part))


def _section(name: str, title: str, tone: str, own: Sequence[Any]) -> Section:
    return Section(name, title, tone, len(own), tuple(own[:FIRST]), tuple(own[FIRST:SHOWN]))
