"""Files made to hurt: huge cells, repeated cells, strings copied a million times, archives that lie, odd XML."""

import io
import struct
import zipfile

import pytest

from server.importers.registry import read

SHEET = "xl/worksheets/sheet1.xml"
HEADER = ["Класс", "Фамилия", "Имя", "Дата рождения"]
STUDENT = ["7А", "Ива", "Анна", "01.02.2013"]


def codes(result):
    return [finding.code for finding in result.findings]


@pytest.fixture(scope="module")
def book(xlsx):
    return xlsx({"Список": [HEADER, STUDENT]})


@pytest.mark.parametrize("place", [b"XFD1048576", b"A1048576", b"XFD90000", b"AAAA1", b"A99999999"])
def test_a_cell_far_away_is_not_laid_out(book, repacked, place):
    data = repacked(book, SHEET, lambda part: part.replace(b'r="D2"', b'r="%s"' % place))
    assert codes(read("people", "x.xlsx", data)) == ["table_too_large"]


def test_a_row_far_away_without_cell_names(book, repacked):
    data = repacked(book, SHEET, lambda part: part.replace(b'<row r="2"', b'<row r="1048576"'))
    assert codes(read("people", "x.xlsx", data)) == ["table_too_large"]


@pytest.mark.parametrize(
    "tail",
    [
        b'<c r="XFD2" s="1"/></row></sheetData>',
        b'</row><row r="1048576" spans="1:1"><c r="A1048576" s="1"/></row></sheetData>',
        b'</row><row r="1048576" ht="15"/></sheetData>',
    ],
)
def test_formatted_but_empty_cells_far_away_do_no_harm(book, repacked, tail):
    data = repacked(book, SHEET, lambda part: part.replace(b"</row></sheetData>", tail))
    assert len(read("people", "x.xlsx", data).rows) == 1


def test_a_long_string_copied_into_many_cells(xlsx):
    data = xlsx({"Список": [HEADER, *[["7А", "И" * 30_000, "Анна", "01.02.2013"]] * 1500]})
    assert codes(read("people", "x.xlsx", data)) == ["table_too_large"]


def test_an_archive_whose_directory_lies_about_sizes(book):
    at = book.rindex(b"PK\x01\x02")
    data = bytearray(book)
    data[at + 24 : at + 28] = struct.pack("<I", 5)
    assert codes(read("people", "x.xlsx", bytes(data))) == ["archive_broken"]


def test_an_archive_with_one_name_twice(book):
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning):
        archive.writestr(SHEET, b"<worksheet/>")
    assert codes(read("people", "x.xlsx", out.getvalue())) == ["archive_broken"]


def test_pictures_in_a_workbook_do_not_count(book):
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(45_000_000))
    assert len(read("people", "x.xlsx", out.getvalue()).rows) == 1


def test_an_archive_of_something_else(zipped):
    assert codes(read("people", "x.xlsx", zipped({"word/document.xml": b"<w/>"}))) == ["archive_broken"]


def test_a_locked_archive(book):
    data = bytearray(book)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert codes(read("people", "x.xlsx", bytes(data))) == ["archive_locked"]


ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="7А">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = b"""<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""


def ods(zipped, rows):
    parts = {"mimetype": TYPE, "META-INF/manifest.xml": MANIFEST, "content.xml": ODS.format(rows=rows).encode()}
    return zipped(parts)


def ods_row(cells, attributes=""):
    inner = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    tail = '<table:table-cell table:number-columns-repeated="16380"/>'
    return f"<table:table-row{attributes}>{inner}{tail}</table:table-row>"


def test_an_opendocument_sheet(zipped):
    tail = ods_row([], ' table:number-rows-repeated="1048570"')
    result = read("people", "x", ods(zipped, ods_row(HEADER) + ods_row(STUDENT) + tail))
    assert [row.last for row in result.rows] == ["Ива"]


@pytest.mark.parametrize(
    "rows",
    [
        ods_row(["а"], ' table:number-rows-repeated="1048570"'),
        ods_row([], ' table:number-rows-repeated="1048570"') + ods_row(["а"]),
        '<table:table-row table:number-rows-repeated="9000"><table:table-cell office:value-type="float" '
        'office:value="1" table:number-columns-repeated="9000"/></table:table-row>',
        '<table:table-row><table:table-cell table:number-columns-repeated="&#57;999">x</table:table-cell>'
        "</table:table-row>",
    ],
)
def test_opendocument_cells_repeated_a_million_times(zipped, rows):
    assert codes(read("people", "x", ods(zipped, rows))) == ["table_too_large"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04", "archive_broken"),
        (b"<html></html>", "format_unknown"),
        (b"<lists></lists>", "timetable_unknown"),
        (b"<timetable></timetable>", "timetable_empty"),
        (b"<timetable>", "xml_cut_off"),
        (b"<timetable><a></b></timetable>", "xml_broken"),
        (b"<timetable>&nothing;</timetable>", "xml_broken"),
        (b'<?xml version="1.0" encoding="nonsense"?><timetable/>', "timetable_empty"),
        (b"<timetable>\x00</timetable>", "not_text"),
    ],
)
def test_files_that_are_no_timetable(data, code):
    result = read("timetable", "t.xml", data)
    assert result.refused
    assert codes(result)[-1] == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" \r\n\t", "file_empty"),
        (b"%PDF-1.7", "format_unknown"),
        (b"<html><p>no table", "format_unknown"),
        (b"\x00\x01\x02\x03" * 50, "not_text"),
        (b"\xff\xfe\x00", "encoding_unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "archive_broken"),
        (b"PK\x03\x04 and then nothing", "archive_broken"),
        ("Класс;Фамилия;Имя;Дата рождения\r\n".encode(), "rows_missing"),
        (b"a;b;c\r\n1;2;3\r\n", "header_missing"),
        (b'a;"' + b"x" * 200_000 + b'"', "text_broken"),
    ],
)
def test_tables_that_are_none(data, code):
    result = read("people", "x.csv", data)
    assert result.refused
    assert codes(result) == [code]


def test_a_file_above_the_limit():
    assert codes(read("people", "x.csv", b"a" * 5_000_001)) == ["file_too_large"]


def test_a_page_of_nothing_but_merged_cells():
    row = "<tr>" + "<td colspan=100000>" * 30_000
    assert codes(read("people", "x.xls", f"<table>{row}".encode())) == ["table_too_large"]


@pytest.mark.parametrize("piece", [b"<!--", b"<", b"<a ", b"<script></", b"<td a='", b"<![CDATA[", b"&", b"<td>&#9"])
def test_pages_that_keep_a_parser_busy(piece):
    """Fifty thousand times: hours for a parser that looks back."""
    assert read("people", "x.xls", b"<table>" + piece * 50_000).refused


@pytest.mark.parametrize(
    "front",
    [
        "a: &a [1]\nb: *a",
        "a: " + "[" * 5000,
        "grade: " + "9" * 60_000,
        "grade: 0x" + "f" * 50_000,
        "grade: " + "1:" * 20_000 + "1",
        "date: 99999-99-01",
        "grade: !!binary xx",
        "grade: !!python/object/apply:os.getcwd []",
        "- a list",
        "just words",
        "a: b: c",
        "\ta: 1",
        "x: '" + "y" * 70_000 + "'",
    ],
)
def test_front_matter_that_is_more_than_plain(front):
    result = read("content", "x.md", f"---\n{front}\n---\n# x\n".encode())
    assert codes(result)
    assert not result.rows
    assert all(finding.text() for finding in result.findings)
