"""Which importer reads which kind of file, and the one call that reads any of them without ever raising."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from server.importers.asc import read_timetable
from server.importers.assessments import read_assessments
from server.importers.bells import read_bells
from server.importers.connectivity import read_connectivity
from server.importers.content import read_content
from server.importers.exemptions import read_exemptions
from server.importers.findings import Finding, Notes, Refused, Result
from server.importers.headers import HEADERS
from server.importers.mapping import NOTHING_SAID, Mapping, SheetView
from server.importers.membership import read_membership
from server.importers.oneroster import read_oneroster
from server.importers.people import read_people
from server.importers.plan import read_plan
from server.importers.staff import read_staff
from server.importers.terms import read_terms
from server.importers.tv import read_tv
from server.importers.views import view_sheets

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
    "oneroster": read_oneroster,
    "plan": read_plan,
    "assessments": read_assessments,
    "exemptions": read_exemptions,
    "membership": read_membership,
}


def read(
    kind: str,
    name: str,
    data: bytes,
    *,
    region: str = "RU",
    today: date | None = None,
    mapping: Mapping = NOTHING_SAID,
) -> Result:
    """Rows and findings of one file, findings in the order of the file.

    ``name`` is shown and may name the lesson; it never decides the format. ``region`` is the school's country for
    phones, ``today`` sets what a future birth date is, ``mapping`` goes before what columns are taken for. A file that
    cannot be taken gives no rows and one finding with ``refuses``. Raises KeyError for a kind that is not in KINDS.
    """
    importer = KINDS[kind]
    more = {"mapping": mapping} if kind in HEADERS else {}
    try:
        result = importer(name, data, region=region, today=today, **more)
    except Refused as refusal:
        notes = Notes(name)
        notes.refuse(refusal)
        return Result(findings=tuple(notes.found))
    return replace(result, findings=tuple(sorted(result.findings, key=_place)))


def look(
    kind: str,
    name: str,
    data: bytes,
    *,
    region: str = "RU",
    today: date | None = None,
    mapping: Mapping = NOTHING_SAID,
) -> tuple[SheetView, ...]:
    """How each sheet would be read; () for a file that is refused and for kinds without columns to choose."""
    if kind not in HEADERS:
        return ()
    try:
        return view_sheets(kind, name, data, mapping)
    except Refused:
        return ()


def guess_kind(name: str, data: bytes) -> tuple[tuple[str, float], ...]:
    """(kind, confidence from 0 to 1), best first, by what the file holds; () when nothing is recognised."""
    found = {}
    for kind in HEADERS:
        views = look(kind, name, data)
        columns = [column for view in views for column in view.columns if column.label]
        known = sum(column.confidence for column in columns if column.field)
        if known:
            found[kind] = round(known / len(columns) * (0.5 if any(view.missing for view in views) else 1), 3)
    return tuple(sorted(found.items(), key=lambda pair: -pair[1]))


def _place(finding: Finding) -> tuple[str, str, int]:
    return finding.file, finding.sheet, finding.row
