"""Taking imports back: the database is what it was, or nothing happens and the reason is said."""

import hashlib

from apiflask import APIFlask

from server.extensions import db
from server.models import Base
from server.services import imports
from tests.server import village
from tests.server.village import bring

KEPT = {"audit_entry", "import_run", "import_mapping"}  # what an import and its undoing leave behind on purpose


def state() -> str:
    """A hash of all that a school has; what is written about imports is left out."""
    db.session.remove()
    seen = hashlib.sha256()
    connection = db.session.connection()
    for table in Base.metadata.sorted_tables:
        if table.name not in KEPT:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').fetchall()
            seen.update(table.name.encode() + b"\0".join(sorted(repr(tuple(row)).encode() for row in rows)))
    db.session.remove()
    return seen.hexdigest()


def undo(run_id: str, **values: object) -> imports.UndoReport:
    return imports.undo(run_id, None, village.NOW, **values)


def test_every_kind_is_taken_back_to_the_row(school: APIFlask) -> None:
    """Each kind comes, goes, and comes again; at last all go, the last first."""
    states, runs = [], []
    for kind, files in village.FILES.items():
        for file in files:
            states.append(state())
            (first,) = bring(kind, file).runs
            report = undo(first)
            assert (report.undone, report.blocked) == (True, ()), (kind, file)
            assert state() == states[-1], (kind, file)
            runs += bring(kind, file).runs
    for before, run in zip(reversed(states), reversed(runs), strict=True):
        assert undo(run).undone
        assert state() == before
