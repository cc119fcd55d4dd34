"""Any file of a timetable finds its reader by what it holds, and what is none is told so."""

import pytest

from server.importers.registry import read
from tests.server.importers.fet_samples import exported, own_file

ASC = '<timetable><classes><class id="1" name="7А"/></classes></timetable>'
ROW = "1;Вт;08:30;7А;Химия;Сад О.Л.;;12;"
CSV = exported(ROW).decode("utf-8-sig").replace(";", ",").encode()
ICS = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260901T083000\nRRULE:FREQ=WEEKLY\nSUMMARY:Химия 7А\nEND:VEVENT\n"
    "END:VCALENDAR\n"
)


@pytest.mark.parametrize("name", ["t.xml", "t.csv", "t.xlsx", "t"])
@pytest.mark.parametrize(
    "data",
    [
        ASC.encode(),
        b"\xef\xbb\xbf\n" + ASC.encode(),
        ASC.encode("utf-16"),
        b"<!-- made by <fet> -->" + ASC.encode(),
        own_file(CSV),
        exported(ROW),
        exported(ROW).decode("utf-8-sig").encode("utf-16"),
        ICS.encode(),
        ICS.replace("BEGIN:VCALENDAR", "begin:vcalendar").replace("SUMMARY", "Summary").encode(),
        "\ufeff".encode() + ICS.encode(),
    ],
)  # fmt: skip
def test_the_content_decides_and_never_the_name(name, data):
    (table,) = read("timetable", name, data).rows
    assert [row.name for row in table.classes] == ["7А"]


@pytest.mark.parametrize("school", ["village", "town", "kazakh"])
def test_drawn_workbooks_find_their_reader(sample, school):
    assert read("timetable", "t.xlsx", sample(f"{school}/timetable.xlsx")).counts["cards"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("classes.csv", "people"), ("classes.xlsx", "people"), ("classes_html.xls", "people"), ("staff.xlsx", "staff"),
     ("bells.csv", "bells"), ("tv_broadcasts.csv", "tv")],
)  # fmt: skip
def test_a_list_given_as_a_timetable_is_told_what_it_looks_like(sample, name, kind):
    result = read("timetable", name, sample(f"village/{name}"))
    assert [(finding.code, finding.data["kind"], finding.refuses) for finding in result.findings] == [
        ("looks_like", kind, True)
    ]
    assert result.findings[0].text()


@pytest.mark.parametrize(
    "data", [b"<Workbook><Worksheet/></Workbook>", b"<Activities_Timetable/>", b"<?xml version='1.0'?><a/>"]
)
def test_other_xml_is_no_timetable(data):
    assert [finding.code for finding in read("timetable", "t.xml", data).findings] == ["timetable_unknown"]
