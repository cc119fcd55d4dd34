"""Files of documents: told apart by their bytes, kept by their hash in ``media/documents/``, shown with their size."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from server.errors import DomainError
from server.services.whole_files import replace

TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".rtf": "application/rtf",
}
_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_NAME = 120  # characters of an uploader's file name


@dataclass(frozen=True)
class Stored:
    """A file as a document names it: ``file`` is SHA-256 (hex) and ending, ``name`` the uploader's, size in kB."""

    file: str
    name: str
    size_kb: int


def folder(home: Path) -> Path:
    """Where the files lie."""
    return home / "media" / "documents"


def ending(data: bytes) -> str:
    """The ending that the bytes deserve, whatever the file is called. Raises DomainError document_format."""
    if data.startswith(b"%PDF-"):
        return ".pdf"
    if data.startswith(b"{\\rtf"):
        return ".rtf"
    if data.startswith(b"PK"):
        return _zipped(data)
    raise DomainError("document_format")


def keep(home: Path, name: str, data: bytes) -> Stored:
    """Keep an uploaded file; the same bytes are kept once. Raises DomainError document_format."""
    file = hashlib.sha256(data).hexdigest() + ending(data)
    target = folder(home) / file
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        replace(target, data)
    shown = " ".join(name.replace("\\", "/").rpartition("/")[2].split())[-_NAME:]
    return Stored(file, shown or f"document{target.suffix}", max(1, -(-len(data) // 1000)))


def _zipped(data: bytes) -> str:
    """Of office formats, by what is in them; one with macros is refused: it runs on the phone of whoever opens it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            told = archive.getinfo("mimetype").file_size if "mimetype" in names else 99
            kind = archive.read("mimetype") if told < 99 else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise DomainError("document_format") from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise DomainError("document_format")
    for suffix, part in _PARTS.items():
        if part in names:
            return suffix
    found = next((suffix for suffix in (".odt", ".ods") if kind.decode("latin-1").strip() == TYPES[suffix]), "")
    if not found:
        raise DomainError("document_format")
    return found
