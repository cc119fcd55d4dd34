"""The people of three schools from every format: the numbers of counts.json, the same rows, and not a word said."""

import json
from datetime import date
from functools import cache

import pytest

from server.importers.findings import Notes
from server.importers.registry import read
from server.importers.tables import read_sheets
from tests.server.importers.workbooks import old_excel, open_document

FILES = [
    (school, name)
    for school in ("village", "town", "kazakh")
    for name in ("classes.xlsx", "classes_html.xls", "classes.csv", "classes_kz1048.csv", "old.xls", "sheets.ods")
    if name != "classes_kz1048.csv" or school == "kazakh"
]
OF_A_LIST = ("students", "classes", "class_sizes", "families", "families_2plus")


@pytest.fixture(scope="module")
def school_file(sample):
    """The bytes of a class list of a school; old.xls and sheets.ods are made from classes.xlsx, a sheet per class."""

    def make(school, name):
        if name not in ("old.xls", "sheets.ods"):
            return sample(f"{school}/{name}")
        sheets = {sheet.name: sheet.rows for sheet in read_sheets(sample(f"{school}/classes.xlsx"), Notes("x"))}
        if name == "sheets.ods":
            return open_document(sheets)
        return old_excel({title: [[written(cell) for cell in row] for row in rows] for title, rows in sheets.items()})

    return make


@pytest.fixture(scope="module")
def read_list(school_file):
    """What the importer gives of a class list, read once."""
    return cache(lambda school, name: read("people", name, school_file(school, name)))


def written(cell):
    """A cell as text; the old files hold nothing else here."""
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return str(int(cell)) if isinstance(cell, float) else str(cell)


@pytest.mark.parametrize(("school", "name"), FILES)
def test_the_totals_of_counts_json(sample, read_list, school, name):
    result = read_list(school, name)
    expected = json.loads(sample(f"{school}/counts.json"))
    assert result.findings == ()
    counts = {key: result.counts[key] for key in OF_A_LIST if key in expected}
    assert counts == {key: expected[key] for key in counts}
    assert {"students", "classes", "class_sizes"} <= counts.keys()


@pytest.mark.parametrize(("school", "name"), FILES)
def test_the_same_students(read_list, school, name):
    rows, expected = (read_list(school, one).rows for one in (name, "classes.csv"))
    assert [shortened(row) for row in rows] == [shortened(row) for row in expected]


def shortened(row):
    """What every format of the samples holds; the pages have no addresses."""
    return row.class_name, row.last, row.first, row.middle, row.birth_date, row.sex, row.phone, row.guardians


@pytest.mark.parametrize("school", ["village", "town", "kazakh"])
def test_staff(sample, school):
    result = read("staff", "staff.xlsx", sample(f"{school}/staff.xlsx"))
    assert result.findings == ()
    assert len(result.rows) == json.loads(sample(f"{school}/counts.json"))["teachers"]


@pytest.mark.parametrize("school", ["village", "town", "kazakh"])
@pytest.mark.parametrize("kind", ["bells", "terms", "tv", "connectivity"])
def test_other_lists_are_taken_without_a_word(sample, school, kind):
    name = {"tv": "tv_broadcasts.csv"}.get(kind, f"{kind}.csv")
    result = read(kind, name, sample(f"{school}/{name}"))
    assert result.findings == ()
    assert result.rows
