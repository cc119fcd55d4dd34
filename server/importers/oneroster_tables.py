"""Reads one CSV file of a OneRoster set into records by the columns of the binding, forgiving what real files have.

Misspelt headers, rows of another length, another encoding or delimiter, entries marked for deletion and repeated ids
are each said once at their place.
"""

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from server.importers import charset, limits
from server.importers.findings import ERROR, INFO, WARNING, Notes, Refused
from server.importers.oneroster_spec import FILES, OURS
from server.importers.records import Record
from server.importers.rows import Where
from server.importers.tables import check_size
from server.importers.values import Read, clean

# What is read of each file: a misspelt one of these is recovered, any other column is only ignored.
READ = {
    "academicSessions": ("sourcedId", "title", "type", "startDate", "endDate", "parentSourcedId"),
    "classes": ("sourcedId", "title", "courseSourcedId", "classCode", "classType", "schoolSourcedId", "subjects"),
    "courses": ("sourcedId", "title", "courseCode", "subjects"),
    "demographics": ("sourcedId", "birthDate", "sex"),
    "enrollments": ("sourcedId", "classSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    "orgs": ("sourcedId", "name", "type"),
    "roles": ("sourcedId", "userSourcedId", "roleType", "role", "beginDate", "endDate"),
    "users": ("sourcedId", "givenName", "familyName", "middleName", "email", "sms", "phone", "agentSourcedIds"),
}
NEEDED = {
    "academicSessions": ("sourcedId", "title", "startDate", "endDate"),
    "classes": ("sourcedId", "title"),
    "courses": ("sourcedId", "title"),
    "demographics": ("sourcedId",),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "orgs": ("sourcedId", "name"),
    "roles": ("userSourcedId", "role"),
    "users": ("sourcedId", "givenName", "familyName"),
}
_OLDER = {"classes": ("termSourcedId",), "users": ("role", "orgSourcedIds")}  # of OneRoster 1.1, known and read on
_MOST_COLUMNS = 500
_LONGEST_HEADER = 64  # characters; a longer one is no misspelling
_ALIKE = 0.85  # of 1: two letters of "preferredGivenName" may be wrong
_DELIMITERS = ",;\t"
_GONE = "tobedeleted"


@dataclass
class Table:
    """The records of a file and every id it has, also of entries that were not taken (those have no record)."""

    records: list[Record] = field(default_factory=list)
    ids: dict[str, Record | None] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()

    @property
    def taken(self) -> int:
        """How many records have no error."""
        return sum(not record.broken for record in self.records)


def read_table(name: str, where: Where, data: bytes, notes: Notes) -> Table:
    """The records of a file by the names of the binding; ``name`` is a key of FILES.

    Raises Refused: file_empty, file_too_large, not_text, encoding_unknown, text_broken, table_too_large,
    column_missing.
    """
    rows = iter(fields_of(decoded(where, data, notes), FILES[name].columns))
    header = next(rows, [])
    columns, labels = _columns(name, where, header, notes)
    if missing := [column for column in NEEDED[name] if column not in columns]:
        raise Refused("column_missing", row=1, column=", ".join(missing))
    table = Table(columns=frozenset(columns))
    columns = {column: index for column, index in columns.items() if _is_read(name, column)}
    gone = 0
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        record = _record(Where(where.file, "", number), row, len(header), columns, labels, notes)
        gone += _take(table, record)
    if gone:
        notes.add(INFO, "oneroster_deleted", where, value=gone)
    return table


def decoded(where: Where, data: bytes, notes: Notes) -> str:
    """The text of a file; the binding demands UTF-8, another encoding is said."""
    check_size(data, limits.MAX_FILE)
    found = charset.decode(data, "UTF-8")
    if found.declared_wrong:
        notes.add(WARNING, "encoding_declared_wrong", where, declared=found.declared_wrong, found=found.encoding)
    return found.text


def fields_of(text: str, columns: Sequence[str]) -> Iterator[list[str]]:
    """The rows of a text: its delimiter is the one by which the header has most of the ``columns``.

    Raises Refused text_broken, table_too_large.
    """
    first = text.lstrip("\r\n").partition("\n")[0]
    known = {_plain(column) for column in columns}
    delimiter = max(_DELIMITERS, key=lambda sign: len(known & {_plain(cell) for cell in first.split(sign)}))
    reader = csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader):
            if number > limits.MAX_ROWS:
                raise Refused("table_too_large", rows=limits.MAX_ROWS)
            yield row
    except csv.Error as error:
        raise Refused("text_broken") from error


def listed(text: str) -> list[str]:
    """The entries of a cell that holds a list: "q1,q2" → two."""
    return [entry for part in text.split(",") if (entry := part.strip())]


def read_cell(cell: object) -> Read[str]:
    """Text as other programs see it: the apostrophe goes that our own sets put before what looks like a formula."""
    text = clean(cell)
    return Read(text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text)


def _plain(label: str) -> str:
    return "".join(letter for letter in label.casefold() if letter.isalnum())


def _columns(
    name: str, where: Where, header: Sequence[str], notes: Notes
) -> tuple[dict[str, int], dict[str, str]]:  # fmt: skip
    """(column of the binding → index, column → header as written)."""
    if len(header) > _MOST_COLUMNS:
        raise Refused("table_too_large", rows=limits.MAX_ROWS)
    known = {_plain(column): column for column in (*FILES[name].columns, *_OLDER.get(name, ()))}
    columns: dict[str, int] = {}
    odd: list[tuple[int, str]] = []
    for index, cell in enumerate(header):
        label = cell.strip()
        column = known.get(_plain(label)) or (label if label.startswith("metadata.") else "")
        if column and column not in columns:
            columns[column] = index
        elif label:
            odd.append((index, label))
    labels = {column: header[index].strip() for column, index in columns.items()}
    for index, label in odd:
        _odd_column(name, Where(where.file, "", 1), index, label, columns, labels, notes)
    return columns, labels


def _is_read(name: str, column: str) -> bool:
    """Whether anybody asks for the column; the others cost memory only."""
    return column in READ[name] or column == "status" or column in _OLDER.get(name, ()) or column.startswith(OURS)


def _odd_column(
    name: str, where: Where, index: int, label: str, columns: dict[str, int], labels: dict[str, str], notes: Notes
) -> None:
    """A header nobody knows: nearly one that the file lacks, or something else."""
    lacking = {_plain(column): column for column in FILES[name].columns if column not in columns}
    near = difflib.get_close_matches(_plain(label), lacking, 1, _ALIKE) if len(label) <= _LONGEST_HEADER else ()
    column = lacking[near[0]] if near else ""
    if column in READ[name]:
        columns[column], labels[column] = index, label
        notes.add(WARNING, "oneroster_column_recovered", where, column=label, value=label, suggestion=column)
    elif column:
        notes.add(WARNING, "oneroster_column_misspelt", where, column=label, value=label, suggestion=column)
    else:
        notes.add(WARNING, "column_unknown", where, column=label, value=label)


def _record(
    where: Where, row: Sequence[str], width: int, columns: dict[str, int], labels: dict[str, str], notes: Notes
) -> Record:
    cells = {column: row[index] for column, index in columns.items() if index < len(row)}
    record = Record(where, cells, labels, notes)
    if any(cell.strip() for cell in row[width:]):
        record.note(ERROR, "oneroster_row_shifted")
    elif len(row) > width:
        record.note(WARNING, "oneroster_row_long", count=len(row) - width)
    elif len(row) < width:
        record.note(WARNING, "oneroster_row_short", count=width - len(row))
    return record


def _take(table: Table, record: Record) -> int:
    """Add the record, unless it is marked for deletion (1) or repeats an id."""
    id = clean(record.cells.get("sourcedId", ""))
    if clean(record.cells.get("status", "")).casefold() == _GONE:
        table.ids.setdefault(id, None)
        return 1
    if id and id in table.ids:
        first = table.ids[id]
        same = first is not None and first.cells == record.cells
        record.note(*(WARNING, "row_repeated") if same else (ERROR, "oneroster_same_id"), "sourcedId", value=id)
        return 0
    table.ids[id] = record
    table.records.append(record)
    return 0


def ours(record: Record, name: str) -> str:
    """A column that only our own sets have, "" elsewhere."""
    return read_cell(record.cells.get(OURS + name, "")).value
