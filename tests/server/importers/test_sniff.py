"""What kind of file somebody has, and what a file says that was put into the wrong place."""

import pytest

from server.importers.registry import KINDS, guess_kind, read

KINDS_OF = [
    ("people", "classes.xlsx"), ("people", "classes.csv"), ("people", "classes_html.xls"), ("staff", "staff.xlsx"),
    ("bells", "bells.csv"), ("terms", "terms.csv"), ("tv", "tv_broadcasts.csv"), ("connectivity", "connectivity.csv"),
    ("timetable", "timetable_asc.xml"), ("timetable", "timetable_asc_1251.xml"),
    ("content", "content/07-fizika-0712.md"),
]  # fmt: skip
PARENTS = "Класс;ФИО ребёнка;ФИО родителя;Степень родства;Телефон\n5;Ива Анна;Ива Ольга;мама;8 999 000-00-01\n"
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
FET = b'"Activity Id","Day","Hour","Students Sets","Subject","Teachers"\n"1","Mo","1","5","Math","A"\n'
DRAWN = [
    ["", "", "5А", "", "5Б", ""],
    ["Понедельник", 1, "Алгебра", 12, "Физика", 14],
    ["", 2, "Физика", 14, "Алгебра", 12],
    ["Вторник", 1, "Химия", 15, "Алгебра", 12],
]


@pytest.mark.parametrize(("kind", "name"), KINDS_OF)
def test_every_sample_is_known_for_what_it_is(sample, kind, name):
    (best, confidence), *others = guess_kind(name, sample(f"village/{name}"))
    assert (best, confidence >= 0.9) == (kind, True)
    assert all(other <= confidence for _, other in others)


def test_more_kinds(xlsx, zipped):
    assert guess_kind("x", PARENTS.encode())[0][0] == "guardians"
    assert guess_kind("x", CALENDAR)[0][0] == "timetable"
    assert guess_kind("x", FET)[0][0] == "timetable"
    assert guess_kind("x", b"<?xml version='1.0'?><fet version='6'></fet>")[0][0] == "timetable"
    assert guess_kind("x", xlsx({"1 смена": DRAWN}))[0][0] == "timetable"
    assert guess_kind("x", zipped({"set/manifest.csv": b"x", "set/users.csv": b"x"}))[0][0] == "oneroster"


@pytest.mark.parametrize(
    "data", [b"", b"a;b\n1;2\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.7", b"<html>", b"\xff\xfe\x00"]
)
def test_nothing_is_guessed_from_nothing(data):
    assert guess_kind("x", data) == ()


LISTS = [pair for pair in KINDS_OF if pair[0] not in ("timetable", "content")]


@pytest.mark.parametrize("wrong", sorted(set(KINDS) - {"oneroster"}))
@pytest.mark.parametrize(("kind", "name"), LISTS)
def test_a_list_in_the_wrong_place_says_what_it_looks_like(sample, wrong, kind, name):
    if wrong == kind or (wrong, kind) == ("guardians", "people"):
        return
    result = read(wrong, name, sample(f"village/{name}"))
    assert result.refused
    assert [(f.code, f.data["kind"]) for f in result.findings] == [("looks_like", kind)]
    assert "%(" not in result.findings[0].text()


@pytest.mark.parametrize("wrong", ["people", "staff", "bells", "terms", "tv", "connectivity", "guardians", "content"])
def test_a_timetable_among_the_lists(sample, xlsx, wrong):
    for data in (sample("village/timetable_asc.xml"), xlsx({"1 смена": DRAWN}), FET, CALENDAR):
        findings = read(wrong, "x", data).findings
        assert [(f.code, f.data["kind"]) for f in findings] == [("looks_like", "timetable")]


def test_a_set_of_another_system_among_the_lists(zipped):
    data = zipped({"manifest.csv": b"propertyName,value\n", "users.csv": b"sourcedId\n"})
    findings = read("people", "x.zip", data).findings
    assert [(f.code, f.data["kind"]) for f in findings] == [("looks_like", "oneroster")]


def test_a_class_list_names_guardians_too(sample):
    rows = read("guardians", "x", sample("village/classes.xlsx")).rows
    assert len(rows) == 96
    assert (rows[0].guardian.last, rows[0].guardian.phone) == ("Василёкина", "+79990001632")


def test_a_list_that_lacks_a_column_is_told_so_and_not_sent_elsewhere(sample):
    findings = read("people", "x", sample("dirty/classes_missing_column.csv")).findings
    assert [finding.code for finding in findings] == ["column_missing"]
