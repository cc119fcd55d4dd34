"""Everything a school owns in one zip: a CSV file per table, the published editions, and a README that explains them.

Format "korablik-school", version 1: ``archive.json`` (what made it, the tables' row counts and SHA-256, the state),
``README.txt``, ``tables/<table>.csv`` (UTF-8, comma, header of column names, rows in the order of the primary key;
cells: see archive_cells), ``files/editions/…`` and ``files/media/…`` as they lie in the home. Keys, passwords and the
journals by which imports are undone stay behind.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from server.models import Base, School
from server.services import schema
from server.services.archive_cells import writer
from server.services.imports.row_names import table_label

FORMAT, VERSION = "korablik-school", 1
LEFT_OUT = {"ended_session", "enrolment", "import_draft"}  # sessions, codes, uploads on their way: of this home only
OWN = {  # columns that every home has for itself
    "account": {"password_hash", "session_mark"},
    "school": {"epoch"},
    "import_run": {"changes"},
}
FOLDERS = ("editions", "media")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Archived:
    """What was written: ``rows`` by table, ``state`` names all of it."""

    rows: dict[str, int]
    files: int
    state: str


def tables() -> list[Table]:
    """The tables of an archive, those that others refer to first."""
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def columns(table: Table) -> list[Column]:
    """The columns that travel."""
    return [column for column in table.columns if column.name not in OWN.get(table.name, ())]


def write(session: Session, home: Path, now: datetime, progress: Progress) -> tuple[bytes, Archived]:
    """The archive's bytes and what is in it; ``session`` must see one moment throughout (store.snapshot)."""
    out = io.BytesIO()
    counts, hashes = {}, {}
    every = tables()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, table in enumerate(every):
            progress("archive", done, len(every) + 1)
            data, counts[table.name] = table_csv(session, table)
            hashes[table.name] = hashlib.sha256(data).hexdigest()
            archive.writestr(f"tables/{table.name}.csv", data)
        files = _add_files(archive, home)
        school = session.scalars(select(School)).one()
        made = Archived(counts, files, _state_of(hashes))
        archive.writestr("archive.json", json.dumps(
            {"format": FORMAT, "v": VERSION, "revision": schema.revisions()[-1], "school": school.id,
             "made_at": now.isoformat(), "state": made.state,
             "tables": {name: {"rows": counts[name], "sha256": hashes[name]} for name in sorted(counts)}},
            ensure_ascii=False, indent=1))  # fmt: skip
        with force_locale(school.locale):
            archive.writestr("README.txt", _readme(school, counts).encode("utf-8-sig"))
    progress("archive", len(every) + 1, len(every) + 1)
    return out.getvalue(), made


def state(session: Session) -> str:
    """A hash of everything an archive holds of the database: equal homes have equal states, on any database."""
    return _state_of({table.name: hashlib.sha256(table_csv(session, table)[0]).hexdigest() for table in tables()})


def table_csv(session: Session, table: Table) -> tuple[bytes, int]:
    """One table as CSV and its number of rows, sorted by primary key as text (databases collate differently)."""
    wanted = columns(table)
    writers = [writer(column.type) for column in wanted]
    key = [wanted.index(column) for column in table.primary_key.columns]
    rows = [
        tuple(write(value) for write, value in zip(writers, row, strict=True))
        for row in session.execute(select(*wanted))
    ]
    rows.sort(key=lambda row: [row[place] for place in key])
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow([column.name for column in wanted])
    sheet.writerows(rows)
    return text.getvalue().encode(), len(rows)


def _state_of(hashes: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(hashes.items())).encode()).hexdigest()


def _add_files(archive: zipfile.ZipFile, home: Path) -> int:
    count = 0
    for path in _files(home):
        archive.write(path, f"files/{path.relative_to(home).as_posix()}")
        count += 1
    return count


def _files(home: Path) -> Iterator[Path]:
    """Finished files only: what is being built has a name that begins with a dot."""
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(home).parts)
            if path.is_file() and not path.is_symlink() and not hidden:
                yield path


def _readme(school: School, counts: dict[str, int]) -> str:
    lines = [
        _("Everything that %(school)s keeps in Korablik.", school=school.name),
        "",
        _("tables/ holds a CSV file per table: UTF-8, commas, the first row names the columns."),
        _("\\N means that a value is not stated; a ' before a text keeps a spreadsheet from running it as a formula."),
        _("Ids link the tables: group_id in membership.csv is the id of a row in group.csv."),
        _("files/ holds the editions as they were published. Passwords and secret keys are not in here."),
        _("To put it all into an empty home: korablik init --from THIS_FILE.zip"),
        "",
        *(f"tables/{name}.csv  ({count})  {table_label(name)}" for name, count in counts.items()),
    ]
    return "\r\n".join(lines) + "\r\n"
