"""Makes ZIP containers safe to unpack: only the parts that are wanted, counted as they are read."""

import io
import re
import zipfile
import zlib

from server.importers import limits
from server.importers.findings import Refused

_WANTED = (".xml", ".rels", "mimetype")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def safe_copy(data: bytes) -> bytes:
    """An uncompressed archive of the XML parts of ``data``, whose sheets are known to fit into memory.

    A new archive, so that the spreadsheet library reads exactly the bytes that were checked here, whatever the
    directory of the original claims. Raises Refused ``archive_broken``, ``archive_locked``, ``archive_bomb``,
    ``table_too_large``.
    """
    parts = unpack(data, _WANTED)
    _check_parts(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return out.getvalue()


def unpack(data: bytes, endings: tuple[str, ...]) -> dict[str, bytes]:
    """The parts of an archive whose names end so (in small letters or capitals), counted while they are read.

    Raises Refused ``archive_broken``, ``archive_locked``, ``archive_bomb``.
    """
    try:
        return _parts(data, endings)
    except _BROKEN as error:
        raise Refused("archive_broken") from error


def _parts(data: bytes, endings: tuple[str, ...]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        wanted = [info for info in archive.infolist() if info.filename.lower().endswith(endings)]
        _check_declared(wanted, len(data))
        parts: dict[str, bytes] = {}
        left = limits.MAX_UNPACKED
        for info in wanted:
            with archive.open(info) as part:
                parts[info.filename] = part.read(left + 1)
            left -= len(parts[info.filename])
            if left < 0:
                raise _bomb()
        return parts


def _check_declared(wanted: list[zipfile.ZipInfo], packed: int) -> None:
    """Before anything is unpacked: sizes as the archive's own directory declares them."""
    if len(wanted) > limits.MAX_PARTS or len({info.filename for info in wanted}) < len(wanted):
        raise Refused("archive_broken")
    if any(info.flag_bits & 1 for info in wanted):
        raise Refused("archive_locked")
    if any(info.compress_type not in _METHODS for info in wanted):
        raise Refused("archive_broken")
    unpacked = sum(info.file_size for info in wanted)
    if unpacked > limits.MAX_UNPACKED or (unpacked > 1_000_000 and unpacked > packed * limits.MAX_RATIO):
        raise _bomb()


def _bomb() -> Refused:
    return Refused("archive_bomb", megabytes=limits.MAX_UNPACKED // 1_000_000)


def _too_large() -> Refused:
    return Refused("table_too_large", rows=limits.MAX_ROWS)


# --- a few bytes can name a cell millions of rows away; the library would lay out everything between -----------

_EMPTY_CELL = re.compile(rb"""<(?:\w+:)?(?:c|row)(?:\s+[\w:]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/>""")
_EMPTY_ROW = re.compile(rb"""<(?:\w+:)?row(?:\s+[\w:]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*>\s*</(?:\w+:)?row\s*>""")
_REFERENCE = re.compile(rb"""(?<![:\w])r\s*=\s*["']\s*([A-Za-z]*)([0-9]*)""")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_STRING_END = re.compile(rb"</(?:\w+:)?si\s*>")


def _check_parts(parts: dict[str, bytes]) -> None:
    cells = 0
    for name, part in parts.items():
        if b"\x00" in part:
            raise Refused("archive_broken")  # UTF-16 parts would slip through the patterns below
        if b"sheetData" in part:
            cells += _check_sheet(part)
        if name.endswith("content.xml"):
            _check_opendocument(part)
    strings = (part for name, part in parts.items() if "sharedstrings" in name.casefold())
    longest = max((len(piece) for part in strings for piece in _STRING_END.split(part)), default=0)
    if cells * longest > limits.MAX_STRING_COPIES:
        raise _too_large()


def _check_sheet(part: bytes) -> int:
    """The number of cells of an Office Open XML sheet; refuses one that spans too much."""
    part = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", part))
    row = column = 0
    for letters, digits in _REFERENCE.findall(part):
        if len(letters) > 3 or len(digits) > 7:
            raise _too_large()
        row = max(row, int(digits or 0))
        column = max(column, _column_number(letters))
    counts = [len(_CELL.findall(piece)) for piece in _ROW.split(part)]
    row, column = max(row, len(counts)), max(column, *counts)
    if row > limits.MAX_ROWS or row * column > limits.MAX_AREA:
        raise _too_large()
    return sum(counts)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


_ODS_TAG = re.compile(
    rb"""<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)"""
)
_ODS_REPEATED = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']([^"']*)["']""")


def _check_opendocument(part: bytes) -> None:
    """OpenDocument says "this cell, 16,384 times": follows the repeats up to the last cell that holds something."""
    row = repeat = position = columns = 0
    for tag, attributes in _ODS_TAG.findall(part):
        times = _repeated(attributes)
        if tag == b"table":
            row = repeat = columns = 0
        elif tag == b"table-row":
            row, repeat, position = row + repeat, times, 0
        else:
            position += times
            if not attributes.endswith(b"/") or b"value" in attributes:
                columns = max(columns, position)
                if row + repeat > limits.MAX_ROWS or (row + repeat) * columns > limits.MAX_AREA:
                    raise _too_large()


def _repeated(attributes: bytes) -> int:
    found = _ODS_REPEATED.search(attributes)
    if not found:
        return 1
    if not found.group(1).isdigit() or len(found.group(1)) > 7:
        raise _too_large()
    return int(found.group(1))
