"""The village sample in tests: its files, its import, and a fingerprint of everything that is stored."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.extensions import db
from server.models import Base
from server.services import imports
from server.services.imports import ImportReport

FOLDER = Path(__file__).parents[2] / "content" / "village"
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)  # Monday of the sample week, 08:00 at the school
FILES = {
    "terms": ["terms.csv"],
    "bells": ["bells.csv"],
    "people": ["classes.xlsx"],
    "staff": ["staff.xlsx"],
    "timetable": ["timetable_asc.xml"],
    "tv": ["tv_broadcasts.csv"],
    "connectivity": ["connectivity.csv"],
    "content": sorted(f"content/{path.name}" for path in (FOLDER / "content").glob("[0-9]*.md")),
}


def read(name: str) -> bytes:
    """A file of the sample."""
    return (FOLDER / name).read_bytes()


def bring(kind: str, *files: str | tuple[str, bytes], **values: Any) -> ImportReport:
    """Import files of the sample, or (name, bytes) pairs."""
    given = [(Path(file).name, read(file)) if isinstance(file, str) else file for file in files]
    return imports.run(kind, given, **{"actor_id": None, "dry_run": False, "now": NOW, **values})


def bring_all(**values: Any) -> dict[str, ImportReport]:
    """Import the whole village."""
    return {kind: bring(kind, *files, **values) for kind, files in FILES.items()}


def codes(report: ImportReport, level: str = "error") -> list[str]:
    """The codes of a report's findings of one level."""
    return [finding.code for finding in report.findings if finding.level == level]


def fingerprint() -> str:
    """A hash of all rows of all tables."""
    db.session.remove()  # what is read must be newer than the last write
    seen = hashlib.sha256()
    connection = db.session.connection()
    for table in Base.metadata.sorted_tables:  # raw values: turning them into Python's would take most of the time
        rows = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').fetchall()
        seen.update(table.name.encode() + b"\0".join(sorted(repr(tuple(row)).encode() for row in rows)))
    db.session.remove()
    return seen.hexdigest()
