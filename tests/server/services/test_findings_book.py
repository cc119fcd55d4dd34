"""A file given back with its findings: everything a string, the cells marked, and read again as it was."""

import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from flask_babel import force_locale
from python_calamine import CalamineWorkbook

from server.importers import registry
from server.importers.findings import ERROR, INFO, WARNING, Finding, GridCell, GridSheet
from server.importers.tables import FINDINGS_SHEET
from server.services import findings_book

DATA = Path(__file__).parents[2] / "data"
CLASSES = (DATA / "dirty" / "classes.xlsx").read_bytes()


@pytest.fixture
def make(school):
    def make(data, findings, grid=()):
        with school.test_request_context(), force_locale("en"):
            return findings_book.make(data, findings, grid)

    return make


def parts(book, pattern):
    """The XML of those parts of a workbook whose names fit."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if re.search(pattern, name)}


def sheets(book):
    """The texts of a workbook's sheets, ours too."""
    opened = CalamineWorkbook.from_filelike(io.BytesIO(book))
    return {name: opened.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in opened.sheet_names}


def found(row, level=ERROR, letter="", **values):
    values = {"code": "value_missing", "sheet": "Список", "column": "Фамилия", **values}
    return Finding(level, file="classes.xlsx", row=row, letter=letter, **values)


def test_a_dirty_list_comes_back_as_it_was(make):
    before = registry.read("people", "classes.xlsx", CLASSES)
    book = make(CLASSES, before.findings)
    after = registry.read("people", "again.xlsx", book)
    assert after.rows == before.rows
    assert [(one.level, one.code, one.row, one.column, one.value) for one in after.findings] == [
        (one.level, one.code, one.row, one.column, one.value) for one in before.findings
    ]
    assert registry.guess_kind("again.xlsx", book)[0][0] == "people"


@pytest.mark.parametrize("file", ["town/classes.xlsx", "kazakh/classes.csv", "dirty/staff.xlsx", "town/bells.csv",
                                  "town/terms.csv", "town/connectivity.csv", "town/tv_broadcasts.csv",
                                  "town/classes_html.xls"])  # fmt: skip
def test_every_list_survives_the_way_through_strings(make, file):
    data = (DATA / file).read_bytes()
    kind = registry.guess_kind(file, data)[0][0]
    assert registry.read(kind, file, make(data, ())).rows == registry.read(kind, file, data).rows


def test_nothing_in_it_is_a_formula_or_a_link(make):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False}) as book:
        for row, text in enumerate(("=1+1", "+7", "@SUM(A1)", "{=A1}", "http://example.org", '=HYPERLINK("x")')):
            book.add_worksheet().write_string(0, 0, text)
            book.worksheets()[0].write_string(row, 0, text)
    made = make(stream.getvalue(), registry.read("people", "x.xlsx", CLASSES).findings)
    cells = parts(made, r"worksheets/sheet\d+\.xml$")
    assert len(cells) == 7
    for text in cells.values():
        assert not re.search("<f[ >/]", text) and "hyperlink" not in text
        assert set(re.findall(r'<c [^>]*t="(\w+)"', text)) <= {"s"}
        assert not re.search(r"<c (?![^>]*t=)[^>]*><v>", text), "a number"


def test_the_cells_are_filled_and_say_why(make):
    book = make(CLASSES, [found(58, letter="E", code="date_impossible", value="31.02.2013"),
                          found(58, letter="E", level=WARNING, code="text_cut"), found(103, INFO, code="row_summary"),
                          found(0, code="sheet_skipped")])  # fmt: skip
    comments = "".join(parts(book, "comments").values())
    assert set(re.findall('ref="([A-Z]+[0-9]+)"', comments)) == {"E58", "B103"}
    assert "error: There is no date “31.02.2013”." in comments and "warning: The text is too long" in comments
    styles = parts(book, "styles")["xl/styles.xml"]
    assert "FFF7C6C2" in styles and "FFD3E5F5" in styles


def test_a_last_sheet_lists_everything_worst_first(make):
    book = make(CLASSES, [found(7, WARNING, code="text_cut"), found(9, letter="B", suggestion="Веслов"),
                          found(0, INFO, sheet="", column="", code="file_empty")])  # fmt: skip
    *_rest, (name, rows) = sheets(book).items()
    assert name == "Findings" + FINDINGS_SHEET
    assert rows[0] == ["Level", "Sheet or file", "Row", "Column", "Value", "What is wrong", "Taken or proposed"]
    assert [row[0] for row in rows[1:]] == ["error", "warning", "note"]
    assert rows[1] == ["error", "Список", "9", "B Фамилия", "", "“Фамилия” is empty.", "Веслов"]
    assert rows[3][1:4] == ["classes.xlsx", "", ""]


def test_our_sheet_disturbs_nobody_and_does_not_pile_up(make):
    twice = make(make(CLASSES, [found(9)]), [found(9)])
    assert len(sheets(twice)) == 2
    assert "sheet_skipped" not in {one.code for one in registry.read("people", "x.xlsx", twice).findings}


@pytest.mark.parametrize("data", [b"<?xml version='1.0'?><timetable/>", b"---\nid: a\n---\n\xd0", b""])
def test_a_file_that_is_no_table_gives_the_list_alone(make, data):
    book = make(data, [found(3, sheet="", column="teacherids")])
    assert len([name for name in sheets(book) if name.endswith(FINDINGS_SHEET)]) == 1
    assert list(sheets(book))[-1].endswith(FINDINGS_SHEET)


def test_a_drawn_timetable_keeps_its_merged_cells(make):
    grid = GridSheet("1 смена", (
        (GridCell("Понедельник", "head", rowspan=2), GridCell("1"), GridCell("Алгебра", "read", colspan=2)),
        (GridCell("2"), GridCell("Физра?", "odd"), GridCell("12")),
    ))  # fmt: skip
    book = make(CLASSES, [found(2, letter="C", sheet="1 смена", code="text_cut")], (grid,))
    assert list(sheets(book)) == ["1 смена", "Findings" + FINDINGS_SHEET]
    assert sheets(book)["1 смена"] == [["Понедельник", "1", "Алгебра", ""], ["", "2", "Физра?", "12"]]
    sheet = parts(book, r"worksheets/sheet1\.xml$").popitem()[1]
    assert set(re.findall('mergeCell ref="([^"]+)"', sheet)) == {"A1:A2", "C1:D1"}
    assert "C2" in parts(book, "comments").popitem()[1]


def test_names_of_sheets_that_excel_refuses_are_mended(make):
    grid = tuple(GridSheet(name, ((GridCell("x"),),)) for name in ("", "a/b", "A b", "'q'", "x" * 40, "X" * 40))
    names = list(sheets(make(b"", (), grid)))
    assert names[:6] == ["Table", "a b", "A b 2", "q", "x" * 31, "X" * 29 + " 2"]
