"""The damaged files: each finding at its place and with its level, and nothing else."""

import json
import tracemalloc

import pytest

from server.importers.registry import read

KIND = {"bells.csv": "bells", "terms.csv": "terms"}


def damaged(sample, name):
    kind = KIND.get(name, "timetable" if name.endswith(".xml") else "people")
    return read(kind, name, sample(f"dirty/{name}"))


def listed(sample, name):
    """(row, level) of what the list of damage expects to be said about a file; places "" are the whole file."""
    every = json.loads(sample("dirty/expected.json"))
    return {(entry["row"], entry["level"]) for entry in every if entry["file"] == name and entry["level"] != "ok"}


def test_each_remark_about_the_class_list_is_the_expected_one(sample):
    result = damaged(sample, "classes.xlsx")
    assert {(finding.row, finding.level) for finding in result.findings} == listed(sample, "classes.xlsx")
    assert len(result.findings) == len(listed(sample, "classes.xlsx"))


def test_good_rows_of_a_damaged_list_are_taken(sample):
    rows = {row.where.row: row for row in damaged(sample, "classes.xlsx").rows}
    assert rows[38].birth_date.isoformat() == "2016-06-05"
    assert rows[19].birth_date.isoformat() == "2018-12-11"
    assert rows[26].guardians[0].phone == "+79990004210"
    assert rows[14].guardians[0].phone == "+79990007981"
    assert rows[7].guardians[0].phone == "12-34"
    assert (rows[85].class_name, rows[44].class_name) == ("10А", "5А")
    assert (rows[79].last, rows[45].first, rows[54].sex) == ("Клёнов", "Надежда", "m")
    assert rows[13].address == "=cmd|' /C calc'!A0"
    assert rows[43].guardians[0].email == ""
    assert rows.keys().isdisjoint({58, 59, 77, 30, 103})
    assert 97 in rows


@pytest.mark.parametrize(
    ("name", "code", "row"),
    [
        ("classes_missing_column.csv", "column_missing", 1),
        ("classes_utf8_as_1251.csv", "text_garbled", 1),
        ("truncated.xlsx", "archive_broken", 0),
        ("empty.csv", "file_empty", 0),
        ("empty.xlsx", "file_empty", 0),
        ("not_excel.xlsx", "not_a_table", 0),
        ("bomb.xlsx", "archive_bomb", 0),
        ("timetable_laughs.xml", "xml_doctype", 2),
        ("timetable_truncated.xml", "xml_cut_off", 338),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(sample, name, code, row):
    result = damaged(sample, name)
    assert result.refused
    assert result.rows == ()
    assert [(finding.code, finding.row) for finding in result.findings] == [(code, row)]
    assert result.findings[0].text()


def test_the_missing_column_is_named(sample):
    assert "Дата рождения" in damaged(sample, "classes_missing_column.csv").findings[0].text()


def test_unknown_columns_are_named_and_not_stored(sample):
    result = damaged(sample, "classes_extra_columns.csv")
    assert [(f.code, f.column) for f in result.findings] == [
        ("column_unknown", "L"),
        ("column_unknown", "M"),
        ("column_nameless", "N"),
    ]
    assert len(result.rows) == 96


def test_unicode_text_of_excel(sample):
    result = damaged(sample, "classes_utf16.csv")
    assert (len(result.rows), result.findings) == (96, ())


def test_a_page_that_lies_about_its_letters(sample):
    result = damaged(sample, "classes_html.xls")
    assert [finding.code for finding in result.findings] == ["encoding_declared_wrong"]
    assert len(result.rows) == 96


def test_formulas_stay_text(sample):
    result = damaged(sample, "classes_injection.csv")
    assert {(finding.row, finding.level) for finding in result.findings} == listed(sample, "classes_injection.csv")
    assert [row.address for row in result.rows][:1] == ["=1+1"]
    assert result.rows[1].phone == "+79990000001"


def test_a_timetable_that_lies_about_its_letters(sample):
    result = damaged(sample, "timetable_wrong_encoding.xml")
    assert [finding.code for finding in result.findings] == ["encoding_declared_wrong"]
    assert (result.counts["lessons"], result.counts["cards"]) == (128, 261)


def test_references_into_nothing_are_errors_with_their_line(sample):
    result = damaged(sample, "timetable_unknown_teacher.xml")
    assert [(f.level, f.code, f.row, f.column) for f in result.findings] == [
        ("error", "timetable_unknown_teacher", 259, "teacherids"),
        ("error", "timetable_unknown_lesson", 623, "lessonid"),
    ]
    assert "Английский язык" in result.findings[0].text()
    assert result.counts["lessons"] == 127


@pytest.mark.parametrize("name", ["bells.csv", "terms.csv"])
def test_impossible_times(sample, name):
    result = damaged(sample, name)
    assert {(finding.row, finding.level) for finding in result.findings} == listed(sample, name)


def test_a_doctype_is_refused_whatever_it_does(sample):
    data = sample("village/timetable_asc.xml").replace(
        b"<timetable ", b'<!DOCTYPE timetable [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<timetable ', 1
    )
    assert [finding.code for finding in read("timetable", "t.xml", data).findings] == ["xml_doctype"]


@pytest.mark.parametrize("name", ["bomb.xlsx", "timetable_laughs.xml"])
def test_refusing_takes_no_memory(sample, name):
    data = sample(f"dirty/{name}")
    tracemalloc.start()
    try:
        read("timetable" if name.endswith("xml") else "people", name, data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
