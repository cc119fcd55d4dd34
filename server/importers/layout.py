"""Decides what every column of a sheet is: first what a person said, then the header's words, then what cells hold."""

import hashlib
import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.importers import content_guess
from server.importers.columns import (
    NOTHING,
    WIDEST,
    Guess,
    Header,
    expected_label,
    find_header,
    is_ignored,
    is_understood,
    letters,
    missing,
    normal,
)  # fmt: skip
from server.importers.evidence import Evidence, gather
from server.importers.headers import HEADERS, REQUIRED
from server.importers.mapping import ColumnView, Mapping
from server.importers.tables import Cell, Sheet
from server.importers.values import clean

_SEARCHED = 12  # rows among which a header with unknown words is looked for
_DATE_OF = re.compile(r"\b(?:дата|date|күні)\b")
_WIDTH_ROWS = 300  # rows that say how wide a sheet is


@dataclass(frozen=True)
class Remark:
    """Something odd about a column, to be said with its place."""

    code: str
    index: int
    field: str = ""


@dataclass(frozen=True)
class Layout:
    """What a sheet is taken for. Rows from index ``first`` on are entries; ``header`` is -1 where there is none.

    ``found``: the header, a person, or the cells alone say enough to read the sheet.
    """

    kind: str
    header: int
    height: int
    first: int
    shape: str
    columns: tuple[ColumnView, ...]
    remarks: tuple[Remark, ...] = ()
    found: bool = True
    stated: bool = False

    @property
    def fields(self) -> dict[str, int]:
        """Field → index of its column."""
        return {column.field: column.index for column in self.columns if column.field}

    @property
    def missing(self) -> tuple[str, ...]:
        """Required fields without a column."""
        return missing(self.kind, tuple(self.fields))

    @property
    def missing_labels(self) -> tuple[str, ...]:
        """The same, by the headers one would expect."""
        return tuple(expected_label(self.kind, field) for field in self.missing)


def lay_out(kind: str, sheet: Sheet, mapping: Mapping) -> Layout:
    """The layout of a sheet that holds something."""
    header = find_header(kind, sheet.rows) or _unknown_header(kind, sheet.rows)
    first = header.row + header.height
    body = sheet.rows[first:]
    evidence = [gather(body, column) for column in range(_width(sheet.rows, header))]
    labels = [*header.labels, *[""] * (len(evidence) - len(header.labels))]
    by_words = [*header.guesses, *[NOTHING] * (len(evidence) - len(header.guesses))]
    shape = _shape(labels if header.height else [item.clear for item in evidence])
    said = {letter: field for letter, field in mapping.of(shape, sheet.name).items() if field in ("", *HEADERS[kind])}
    guesses, remarks = _decide(kind, labels, by_words, evidence, said)
    columns = tuple(
        ColumnView(at, letters(at), labels[at], guess.field, guess.confidence, guess.reason)
        for at, guess in enumerate(guesses)
    )
    stated = any(letter in said for letter in (column.letter for column in columns))
    layout = Layout(kind, header.row if header.height else -1, header.height, first, shape, columns, remarks,
                    stated=stated)  # fmt: skip
    return replace(layout, found=stated or header.known >= 2 or _speaks_for_itself(layout))


def _speaks_for_itself(layout: Layout) -> bool:
    """The cells alone show everything that is required, and two fields at least."""
    return not layout.missing and len(layout.fields) >= 2


def _width(rows: Sequence[Sequence[Cell]], header: Header) -> int:
    return min(WIDEST, max((len(row) for row in rows[: max(_WIDTH_ROWS, header.row + 1)]), default=0))


def _shape(labels: Sequence[str]) -> str:
    """The name of a layout: the same labels in the same order, whatever the sheet and its rows hold."""
    words = [normal(label) for label in labels]
    while words and not words[-1]:
        words.pop()
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:16]


def _unknown_header(kind: str, rows: Sequence[Sequence[Cell]]) -> Header:
    """A row of words above columns of dates, phones … is their header though no word is known; else there is none."""
    width = max((sum(1 for cell in row[:WIDEST] if clean(cell)) for row in rows[:_WIDTH_ROWS]), default=0)
    for at, row in enumerate(rows[:_SEARCHED]):
        filled = [index for index, cell in enumerate(row[:WIDEST]) if clean(cell)]
        if len(filled) < max(2, width // 2):
            continue
        below = {index: gather(rows[at + 1 :], index) for index in filled}
        clear = [index for index in filled if below[index].clear]
        own = {index: gather([row], index) for index in clear}
        if clear and 2 * sum(own[index].share(below[index].clear) > 0 for index in clear) < len(clear):
            labels = tuple(clean(cell) for cell in row)
            return Header(at, 1, labels, (NOTHING,) * len(labels))
        return Header(at, 0, (), ())
    return Header(0, 0, (), ())


# --- which column is what ----------------------------------------------------------------------------------------


def _decide(
    kind: str, labels: Sequence[str], by_words: Sequence[Guess], evidence: Sequence[Evidence], said: Map[str, str]
) -> tuple[list[Guess], tuple[Remark, ...]]:
    """The guess for every column, no field twice."""
    guesses = content_guess.settle(kind, list(by_words), labels, evidence)
    for at, _ in enumerate(guesses):
        if (field := said.get(letters(at))) is not None:
            guesses[at] = Guess(field, 1.0, "mapping")
    locked = {at for at, guess in enumerate(guesses) if guess.reason == "mapping"}
    for at, guess in enumerate(guesses):
        if at not in locked and guess.field in {guesses[other].field for other in locked}:
            guesses[at] = NOTHING
    remarks = []
    for at in content_guess.contradictions(guesses, evidence):
        if at not in locked:
            remarks.append(Remark("column_contradicts", at))
            guesses[at] = NOTHING
    free = [at for at, guess in enumerate(guesses) if not guess.field and at not in locked]
    freed = {remark.index for remark in remarks}
    unknown = not any(guess.field for guess in by_words)
    open_ = [at for at in free if at in freed or (evidence[at].filled and not is_ignored(labels[at]))]
    for at, field in content_guess.fill(kind, guesses, evidence, open_).items():
        named = labels[at] and at not in freed and not unknown
        if named and not _may_be_guessed(kind, labels[at], field, guesses):
            continue
        guesses[at] = Guess(field, round(0.3 + 0.3 * _fit(evidence[at]), 2), "content")
    remarks = [
        replace(remark, field=field) if (field := guesses[remark.index].field) else replace(remark, code="column_odd")
        for remark in remarks
    ]
    remarks += [
        _remark(at, labels[at], by_words[at], guesses[at], evidence[at])
        for at in range(len(guesses))
        if at not in freed | locked
    ]
    return guesses, tuple(remark for remark in remarks if remark.code)


def _may_be_guessed(kind: str, label: str, field: str, guesses: Sequence[Guess]) -> bool:
    """A column that has a name, only not one we know, is guessed when the list would be useless without it.

    What calls itself the date of something is that, and no birth date.
    """
    if field == "birth_date" and _DATE_OF.search(normal(label)):
        return False
    needed = {name for choices in REQUIRED[kind] for choice in choices for name in choice} | {"class", "middle"}
    has = {guess.field for guess in guesses}
    return field in needed and field not in has and not is_understood(label)


def _fit(evidence: Evidence) -> float:
    return max(evidence.shares.values(), default=0.0)


def _remark(at: int, label: str, by_words: Guess, guess: Guess, evidence: Evidence) -> Remark:
    if guess.reason == "similar":
        return Remark("column_similar", at, guess.field)
    if guess.reason == "content":
        return Remark("column_guessed", at, guess.field)
    if guess.field:
        return Remark("", at)
    if by_words.field:
        return Remark("column_again", at)
    if label:
        return Remark("" if is_ignored(label) else "column_unknown", at)
    return Remark("column_nameless" if evidence.filled and not evidence.counting else "", at)
