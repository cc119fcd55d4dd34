"""Old Excel files and OpenDocument sheets, written from their specifications: no office program is at hand."""

import io
import struct
import zipfile
from datetime import date
from xml.sax.saxutils import escape

END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SECTOR = 512
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_NAMESPACES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def old_excel(sheets):
    """A BIFF8 workbook in a compound file ([MS-XLS] 2.4, [MS-CFB]); ``sheets``: name → rows of texts."""
    return _container(_workbook(sheets))


def _record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def _workbook(sheets):
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    names = [name.encode("utf-16-le") for name in sheets]
    parts = [_sheet(rows) for rows in sheets.values()]
    at = len(begin) + sum(4 + 8 + len(name) for name in names) + 4
    bounds = b""
    for name, part in zip(names, parts, strict=True):
        bounds += _record(0x0085, struct.pack("<IHBB", at, 0, len(name) // 2, 1) + name)
        at += len(part)
    return begin + bounds + _record(0x000A, b"") + b"".join(parts)


def _sheet(rows):
    cells = b"".join(
        _record(0x0204, struct.pack("<HHHHB", y, x, 0, len(text), 1) + text.encode("utf-16-le"))
        for y, row in enumerate(rows)
        for x, text in enumerate(row)
        if text
    )
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + _record(0x000A, b"")


def _container(stream):
    stream += bytes(-len(stream) % SECTOR + SECTOR * 8)  # long enough to live in sectors of its own
    sectors = len(stream) // SECTOR
    tables = 1
    while tables * 128 < tables + 1 + sectors:
        tables += 1
    first = tables + 1
    chain = [TABLE] * tables + [END] + [*range(first + 1, first + sectors), END]
    chain += [FREE] * (tables * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, first, len(stream)) + bytes(256)
    return header + struct.pack(f"<{tables * 128}I", *chain) + directory + stream


def _entry(name, kind, start, size, child=FREE):
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    links = struct.pack("<HBBIII", len(encoded), kind, 1, FREE, FREE, child)
    return encoded.ljust(64, b"\x00") + links + bytes(36) + struct.pack("<IQ", start, size)


def open_document(sheets):
    """An .ods (OpenDocument 1.3, part 3); ``sheets``: name → rows of texts, dates and "" for nothing."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(_row(row) for row in rows)}</table:table>'
        for name, rows in sheets.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    parts = {
        "mimetype": _ODS_TYPE,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_MANIFEST}"/>',
        "content.xml": f"<office:document-content{_NAMESPACES}>{body}</office:document-content>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _row(row):
    tail = '<table:table-cell table:number-columns-repeated="16000"/>'
    return f"<table:table-row>{''.join(_cell(cell) for cell in row)}{tail}</table:table-row>"


def _cell(cell):
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"/>'
    if cell == "":
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
