"""Which importer reads which kind of file, and the one call that reads any of them without ever raising."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from server.importers import sniff
from server.importers.assessments import read_assessments
from server.importers.bells import read_bells
from server.importers.connectivity import read_connectivity
from server.importers.content import read_content
from server.importers.exemptions import read_exemptions
from server.importers.findings import Finding, Notes, Refused, Result
from server.importers.guardians import read_guardians
from server.importers.headers import HEADERS
from server.importers.mapping import NOTHING_SAID, Mapping, SheetView
from server.importers.membership import read_membership
from server.importers.oneroster import read_oneroster
from server.importers.outside_marks import read_outside_marks
from server.importers.people import read_people
from server.importers.plan import read_plan
from server.importers.staff import read_staff
from server.importers.terms import read_terms
from server.importers.timetables import read_timetable
from server.importers.tv import read_tv
from server.importers.views import view_sheets

Importer = Callable[..., Result]
# Refusals of sound files that may only have been put into the wrong place.
_OF_ANOTHER_KIND = frozenset((
    "header_missing", "column_missing", "not_text", "not_a_table", "format_unknown", "archive_broken",
    "timetable_unknown", "drawn_unknown", "xml_broken", "xml_cut_off", "content_no_front_matter", "oneroster_no_zip",
    "oneroster_files",
))  # fmt: skip

KINDS: dict[str, Importer] = {
    "people": read_people,
    "guardians": read_guardians,
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
    "outside_marks": read_outside_marks,
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
        notes.refuse(_better(refusal, kind, name, data))
        return Result(findings=tuple(notes.found))
    return replace(result, findings=tuple(sorted(result.findings, key=_place)))


def _better(refusal: Refused, kind: str, name: str, data: bytes) -> Refused:
    """For a file that is sound but of another kind: what it looks like instead of what it lacks."""
    if refusal.code not in _OF_ANOTHER_KIND:
        return refusal
    other = sniff.other_kind_of(kind, name, data)
    return Refused("looks_like", row=refusal.row, kind=other) if other else refusal


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
        return view_sheets(kind, name, data, KINDS[kind], region, today, mapping)
    except Refused:
        return ()


def guess_kind(name: str, data: bytes) -> tuple[tuple[str, float], ...]:
    """(kind, confidence from 0 to 1), best first, by what the file holds; () when nothing is recognised."""
    return sniff.guess(name, data)


def _place(finding: Finding) -> tuple[str, str, int]:
    return finding.file, finding.sheet, finding.row
