"""The village school's files: every number of its counts.json, the same people and hours whatever the format."""

import json

import pytest

from server.importers.registry import KINDS, read

FILES = [
    ("people", "classes.xlsx"),
    ("people", "classes.csv"),
    ("people", "classes_html.xls"),
    ("staff", "staff.xlsx"),
    ("bells", "bells.csv"),
    ("terms", "terms.csv"),
    ("tv", "tv_broadcasts.csv"),
    ("connectivity", "connectivity.csv"),
    ("timetable", "timetable_asc.xml"),
    ("timetable", "timetable_asc_1251.xml"),
    ("content", "content/07-fizika-0712.md"),
]


def village(sample, name):
    kind = next(kind for kind, file in FILES if file == name)
    return read(kind, name, sample(f"village/{name}"))


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_every_file_is_taken_without_a_word(sample, kind, name):
    result = read(kind, name, sample(f"village/{name}"))
    assert result.findings == ()
    assert result.rows


@pytest.mark.parametrize(("kind", "name"), [pair for pair in FILES if pair[0] != "content"])
def test_the_totals_are_those_of_counts_json(sample, kind, name):
    expected = json.loads(sample("village/counts.json"))
    counts = read(kind, name, sample(f"village/{name}")).counts
    shared = counts.keys() & expected.keys()
    assert {key: counts[key] for key in shared} == {key: expected[key] for key in shared}
    assert shared or kind in {"bells", "terms"}


def test_the_timetable_has_every_total(sample):
    counts = village(sample, "timetable_asc.xml").counts
    assert (counts["lessons"], counts["cards"], counts["cards_without_room"]) == (128, 261, 5)
    assert (counts["lessons_joined_classes"], counts["double_lessons"], counts["lessons_two_teachers"]) == (22, 2, 1)


def test_spreadsheet_and_text_give_the_same_students(sample):
    assert village(sample, "classes.xlsx").rows == village(sample, "classes.csv").rows


def test_the_page_differs_only_by_what_it_lacks(sample):
    page = village(sample, "classes_html.xls").rows
    full = village(sample, "classes.xlsx").rows
    assert [(row.last, row.birth_date, row.guardians) for row in page] == [
        (row.last, row.birth_date, row.guardians) for row in full
    ]
    assert {row.address for row in page} == {""}


def test_families(sample):
    counts = village(sample, "classes.xlsx").counts
    assert (counts["families"], counts["families_2plus"]) == (39, 35)


def test_both_code_pages_give_one_timetable(sample):
    assert village(sample, "timetable_asc.xml").rows == village(sample, "timetable_asc_1251.xml").rows


def test_lessons_of_the_timetable_have_names_and_unique_keys(sample):
    (timetable,) = village(sample, "timetable_asc.xml").rows
    keys = [lesson.key for lesson in timetable.lessons]
    assert len(set(keys)) == len(keys)
    assert keys[0] == "Русский язык|1,3"
    assert not any("*" in key for key in keys)
    assert timetable.teachers[0].middle == "Сергеевна"
    assert timetable.classes[0].teacher == "Василёкина Таисия Сергеевна"
    assert timetable.periods[0].start == "09:00"


def test_staff_roles_are_codes(sample):
    rows = village(sample, "staff.xlsx").rows
    held = {role for row in rows for role in row.roles}
    assert held == {"subject_teacher", "class_teacher", "deputy_studies", "coordinator", "director"}
    assert rows[2].subjects == ("Русский язык", "Литература")
    assert rows[2].phone == "+79990005950"


def test_terms_and_their_kinds(sample):
    rows = village(sample, "terms.csv").rows
    assert [(row.kind, row.number) for row in rows[:4]] == [("quarter", n) for n in (1, 2, 3, 4)]
    assert [row.grades for row in rows if row.kind == "extra_vacation"] == [(1,)]
    assert sum(row.kind == "public_holiday" for row in rows) == 5


def test_connectivity_keeps_the_words_beside_the_codes(sample):
    rows = village(sample, "connectivity.csv").rows
    assert {row.internet_code for row in rows} == {"none", "phone_2g3g", "mobile_unstable", "good"}
    assert {row.internet: row.internet_code for row in rows}["нет"] == "none"
    assert all(row.device_code and row.channel_code and row.tv is not None for row in rows)


def test_a_lesson(sample):
    (row,) = village(sample, "content/07-fizika-0712.md").rows
    assert (row.key, row.grade, row.form, row.lesson) == ("07-fizika-0712.md", 7, "tv", 3)
    assert row.date.isoformat() == "2026-12-07"
    assert row.topic not in row.body.splitlines()[0]
    assert all(resource.source for resource in row.resources)
    assert len(row.sha256) == 64


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_reading_twice_gives_the_same(sample, kind, name):
    data = sample(f"village/{name}")
    assert read(kind, name, data) == read(kind, name, data)


def test_the_name_of_a_file_decides_nothing(sample):
    assert read("people", "x", sample("village/classes.xlsx")).rows == village(sample, "classes.csv").rows


def test_every_kind_is_tried_here():
    """But for those that the village has no file for."""
    others = {"guardians", "oneroster", "plan", "assessments", "exemptions", "membership", "outside_marks"}
    assert {kind for kind, _ in FILES} == set(KINDS) - others
