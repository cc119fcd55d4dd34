"""Opens a OneRoster set: the CSV files of a zip (at its root or in one folder) and what its manifest says of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.importers import archive, tables
from server.importers.findings import WARNING, Notes, Refused
from server.importers.limits import MAX_FILE
from server.importers.oneroster_spec import FILES, MANIFEST_FILES
from server.importers.oneroster_tables import decoded, fields_of
from server.importers.rows import Where

SYSTEM = "Korablik"  # source.systemName of the sets that we write
NEEDED = ("users", "classes", "enrollments")  # without these there is nobody to place
_WANTED = ("orgs", "academicSessions", "courses", "roles")
_VERSIONS = ("", "1.2", "1.1")
_MANIFEST = "manifest"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_JUNK = "__macosx"  # what file managers add, besides files that begin with a dot


@dataclass(frozen=True)
class Package:
    """The files by their names in the binding ("users"), each with its place for findings and its bytes."""

    files: Mapping[str, tuple[Where, bytes]]
    is_ours: bool


def open_package(file: str, data: bytes, notes: Notes) -> Package:
    """The files of the set. Notes what is unknown, missing or said wrongly.

    Raises Refused: file_empty, file_too_large, oneroster_no_zip, archive_*, oneroster_files, oneroster_delta.
    """
    tables.check_size(data, MAX_FILE)
    if not data.startswith(_ZIP):
        raise Refused("oneroster_no_zip")
    files = _sort(file, archive.unpack(data, (".csv",)), notes)
    if missing := [f"{name}.csv" for name in NEEDED if name not in files]:
        raise Refused("oneroster_files", names=", ".join(missing))
    manifest = files.pop(_MANIFEST, None)
    if manifest is None:
        notes.add(WARNING, "oneroster_no_manifest")
    said = _properties(*manifest, notes) if manifest else {}
    _check(said, files, manifest[0] if manifest else Where(file), notes)
    return Package(files, said.get("source.systemname") == SYSTEM)


def _sort(file: str, parts: Mapping[str, bytes], notes: Notes) -> dict[str, tuple[Where, bytes]]:
    """Known files by their names; all of them in one folder."""
    known = {name.lower(): name for name in (_MANIFEST, *MANIFEST_FILES)}
    found: dict[str, tuple[Where, bytes]] = {}
    folders = set()
    for path, data in parts.items():
        folder, _, name = path.replace("\\", "/").rpartition("/")
        if path.lower().startswith(_JUNK) or name.startswith("."):
            continue
        spec = known.get(name[: -len(".csv")].strip().lower(), "")
        if spec not in (_MANIFEST, *FILES):
            if not spec or data.strip():
                notes.add(WARNING, "oneroster_file_unused", Where(f"{file}/{name}"))
            continue
        folders.add(folder)
        if len(folders) > 1 or "/" in folder or spec in found:
            raise Refused("oneroster_folders")
        found[spec] = (Where(f"{file}/{name}"), data)
    return found


def _properties(where: Where, data: bytes, notes: Notes) -> dict[str, str]:
    """propertyName (small letters) → value; a manifest that cannot be read says nothing."""
    try:
        rows = fields_of(decoded(where, data, notes), ("propertyName", "value"))
    except Refused as refusal:
        notes.add(WARNING, refusal.code, where, **refusal.data)
        return {}
    return {row[0].strip().lower(): row[1].strip() for row in rows if len(row) > 1}


def _check(said: Mapping[str, str], files: Mapping[str, object], where: Where, notes: Notes) -> None:
    if delta := [name for name in FILES if said.get(f"file.{name}".lower(), "").lower() == "delta"]:
        raise Refused("oneroster_delta", names=", ".join(f"{name}.csv" for name in delta))
    version = said.get("oneroster.version", "")
    if version not in _VERSIONS:
        notes.add(WARNING, "oneroster_version", where, value=version)
    for name in MANIFEST_FILES:
        mode = said.get(f"file.{name}".lower(), "").lower()
        if mode == "bulk" and name not in files and name in FILES:
            notes.add(WARNING, "oneroster_file_missing", where, column=f"file.{name}", value=f"{name}.csv")
        elif mode == "absent" and name in files:
            notes.add(WARNING, "oneroster_file_not_absent", where, column=f"file.{name}", value=f"{name}.csv")
        elif not said and name in _WANTED and name not in files:
            notes.add(WARNING, "oneroster_file_missing", where, value=f"{name}.csv")
