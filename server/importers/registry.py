"""Which importer reads which kind of file, and the one call that reads any of them without ever raising."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from server.importers.asc import read_timetable
from server.importers.bells import read_bells
from server.importers.connectivity import read_connectivity
from server.importers.content import read_content
from server.importers.findings import Finding, Notes, Refused, Result
from server.importers.people import read_people
from server.importers.staff import read_staff
from server.importers.terms import read_terms
from server.importers.tv import read_tv

Importer = Callable[..., Result]

KINDS: dict[str, Importer] = {
    "people": read_people,
    "staff": read_staff,
    "timetable": read_timetable,
    "bells": read_bells,
    "terms": read_terms,
    "tv": read_tv,
    "connectivity": read_connectivity,
    "content": read_content,
}


def read(kind: str, name: str, data: bytes, *, region: str = "RU", today: date | None = None) -> Result:
    """Rows and findings of one file, findings in the order of the file.

    ``name`` is shown and may name the lesson; it never decides the format. ``region`` is the school's country for
    phones, ``today`` sets what a future birth date is. A file that cannot be taken gives no rows and one finding
    with ``refuses``. Raises KeyError for a kind that is not in KINDS.
    """
    importer = KINDS[kind]
    try:
        result = importer(name, data, region=region, today=today)
    except Refused as refusal:
        notes = Notes(name)
        notes.refuse(refusal)
        return Result(findings=tuple(notes.found))
    return replace(result, findings=tuple(sorted(result.findings, key=_place)))


def _place(finding: Finding) -> tuple[str, int]:
    return finding.sheet, finding.row
