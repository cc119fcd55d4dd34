"""Merged cells are found in every kind of spreadsheet."""

import struct

from server.importers.findings import Notes
from server.importers.tables import read_sheets
from tests.server.importers.drawing import page, sketch, workbook
from tests.server.importers.test_old_excel import container, label, record

DRAWN = "а | < | б\n^ | < | в"
RANGES = (((0, 0), (1, 1)),)


def test_in_an_xlsx_file():
    (sheet,) = read_sheets(workbook({"Лист": sketch(DRAWN)}), Notes("x"))
    assert sheet.merged == RANGES


def test_in_a_page_and_the_cells_stand_where_a_browser_puts_them():
    (sheet,) = read_sheets(page(sketch(DRAWN)), Notes("x"))
    assert sheet.merged == RANGES
    assert sheet.rows == (("а", "", "б"), ("", "", "в"))


def test_in_an_old_excel_file():
    name = "Лист".encode("utf-16-le")
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    place = len(start) + 4 + 8 + len(name) + 4
    globals_ = start + record(0x0085, struct.pack("<IHBB", place, 0, 4, 1) + name) + record(0x000A, b"")
    cells = b"".join(label(*cell) for cell in [(0, 0, "а"), (0, 2, "б"), (1, 2, "в")])
    merged = record(0x00E5, struct.pack("<HHHHH", 1, 0, 1, 0, 1))  # [MS-XLS] 2.4.168
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + merged + record(0x000A, b"")
    (read,) = read_sheets(container(globals_ + sheet + bytes(8_000)), Notes("x"))
    assert read.merged == RANGES


def test_in_an_opendocument_file(zipped):
    one = '<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2"><text:p>а</text:p>'
    two = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Лист"><table:table-row>{one}</table:table-cell><table:covered-table-cell/>'
        f"{two.format('б')}</table:table-row><table:table-row><table:covered-table-cell"
        f' table:number-columns-repeated="2"/>{two.format("в")}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry'
        ' manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content.encode(),
        "META-INF/manifest.xml": manifest.encode(),
    }
    (sheet,) = read_sheets(zipped(parts), Notes("x"))
    assert sheet.merged == RANGES


def test_spans_of_a_page_that_lie_are_kept_in_bounds():
    lying = b"<table><tr><td rowspan=999 colspan=999>a</td></tr>" + b"<tr><td>b</td></tr>" * 50 + b"</table>"
    (sheet,) = read_sheets(lying, Notes("x"))
    assert len(sheet.rows) == 51
    assert sheet.rows[1][-1] == "b"
