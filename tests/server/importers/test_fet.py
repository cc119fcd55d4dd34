"""The CSV that FET exports: the sample schools to the last card, and what other schools' exports may look like."""

import json
from dataclasses import replace

import pytest

from server.importers.registry import read
from tests.server.importers.fet_samples import HEADER, exported

SCHOOLS = ("village", "town", "kazakh")
# What an export of placed hours cannot know: teachers, subjects, rooms and groups that have none, lessons not placed.
# The samples' totals of these are those of the aSc file; in the village nothing is without a lesson.
ONLY_PLACED = {"teachers", "subjects", "rooms", "groups", "lessons"}


@pytest.fixture(scope="module")
def fet(sample):
    return {school: read("timetable", "f.csv", sample(f"{school}/timetable_fet.csv")) for school in SCHOOLS}


@pytest.fixture(scope="module")
def asc(sample):
    return {school: read("timetable", "a.xml", sample(f"{school}/timetable_asc.xml")).rows[0] for school in SCHOOLS}


def table(*rows, **more):
    result = read("timetable", "f.csv", exported(*rows, **more))
    return result.rows[0] if result.rows else None


def codes(result):
    return [(finding.level, finding.code, finding.row, finding.column) for finding in result.findings]


# --- the sample schools ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("school", SCHOOLS)
def test_counts_are_met(sample, fet, school):
    expected = json.loads(sample(f"{school}/counts.json"))
    counts = fet[school].counts
    exact = counts.keys() - (ONLY_PLACED if school != "village" else set())
    assert {key: counts[key] for key in exact} == {key: expected[key] for key in exact}
    assert counts["lessons"] == expected["lessons"] - expected["unplaced_lessons"]
    assert "unplaced_lessons" not in counts
    assert fet[school].findings == ()


@pytest.mark.parametrize("school", SCHOOLS)
def test_tables_name_what_the_placed_lessons_need(fet, asc, school):
    placed = [lesson for lesson in asc[school].lessons if lesson.cards]
    table = fet[school].rows[0]
    assert {row.name for row in table.subjects} == {lesson.subject for lesson in placed}
    assert {row.name for row in table.rooms} == {r for lesson in placed for card in lesson.cards for r in card.rooms}
    assert {(g.class_name, g.name) for g in table.groups if g.name} == {g for x in placed for g in x.groups if g[1]}


@pytest.mark.parametrize("school", SCHOOLS)
def test_a_school_that_changes_its_program_updates_every_lesson(fet, asc, school):
    """The same keys, and behind each the same lesson; aSc alone knows full names and which rooms a lesson may have."""
    short = {row.name: row.short for row in asc[school].teachers}
    placed = {
        row.key: replace(row, rooms=(), teachers=tuple(short[name] for name in row.teachers))
        for row in asc[school].lessons
        if row.cards
    }
    assert {row.key: replace(row, rooms=()) for row in fet[school].rows[0].lessons} == placed


@pytest.mark.parametrize("school", SCHOOLS)
def test_lesson_times_and_divisions_are_those_of_asc(fet, asc, school):
    ours, theirs = fet[school].rows[0], asc[school]
    assert [(row.n, row.start) for row in ours.periods] == [(row.n, row.start) for row in theirs.periods]
    divisions = {(row.class_name, row.name): row.division for row in theirs.groups}
    assert all(row.division == divisions[row.class_name, row.name] for row in ours.groups)


def test_the_damaged_file_says_what_is_odd_and_where_its_lessons_stand(sample):
    result = read("timetable", "timetable_fet.csv", sample("dirty/timetable_fet.csv"))
    assert codes(result) == [("warning", "class_latin", 18, "Students Sets")]
    assert (result.findings[0].value, result.findings[0].suggestion) == ("1A+3A", "1А+3А")
    (lesson,) = [row for row in result.rows[0].lessons if "Неизвестнова Н.Н." in row.teachers]
    assert lesson.where.row == 13
    assert dict(result.rows[0].labels)["teacher"] == "Teachers"


# --- other schools ---------------------------------------------------------------------------------------------

ONE = "1;Вт;08:30;7А;Химия;Сад О.Л.;;12;"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_separators_and_quotes(separator, quote):
    rows = [HEADER, ONE, "2;Ср;09:20;7А+7Б;Пение;Сад О.Л.+Луг Е.В.;Хор;;"]
    text = "\n".join(separator.join(f"{quote}{cell}{quote}" for cell in row.split(";")) for row in rows)
    (table,) = read("timetable", "f.csv", text.encode()).rows
    assert [(row.key, row.teachers) for row in table.lessons] == [
        ("Химия|7А", ("Сад О.Л.",)),
        ("Пение|7А,7Б", ("Сад О.Л.", "Луг Е.В.")),
    ]
    assert table.lessons[1].class_names == ("7А", "7Б")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_encodings(encoding):
    assert read("timetable", "f.csv", f"{HEADER}\r\n{ONE}\r\n".encode(encoding)).rows[0].lessons[0].subject == "Химия"


def test_columns_in_another_order_and_some_missing():
    lessons = table("Химия;7А;08:30;Вт", header="Subject;Students Sets;Hour;Day").lessons
    assert [(row.subject, row.cards[0].weekday, row.teachers) for row in lessons] == [("Химия", 2, ())]


def test_a_title_above_the_header():
    assert table(HEADER, ONE, header="Наша школа").lessons[0].key == "Химия|7А"


def test_without_a_header():
    assert table(ONE, "2;Ср;09:20;7А;Химия;Сад О.Л.;;;", header="").lessons[0].hours_per_week == 2


def test_saved_again_by_a_spreadsheet(xlsx):
    data = xlsx({"timetable": [HEADER.split(";"), [1, "Вт", "08:30", "7А", "Химия", "Сад О.Л.", "", 12, ""]]})
    (table,) = read("timetable", "f.xlsx", data).rows
    assert (table.lessons[0].cards[0].period, table.lessons[0].cards[0].rooms) == (1, ("12",))


def test_rows_of_one_activity_are_a_lesson_of_several_hours():
    rows = [f"5;Пт;{hour};7А;Труд;Сад О.Л.;;;" for hour in ("08:30", "09:20")]
    (lesson,) = table(*rows, "6;Вт;08:30;7А;Химия;;;;").lessons[:1]
    assert (lesson.periods_per_card, [card.period for card in lesson.cards]) == (2, [1, 2])


def test_single_and_double_hours_of_a_subject_are_two_lessons():
    rows = [f"5;Пт;{hour};7А;Труд;Сад О.Л.;;;" for hour in ("08:30", "09:20")]
    keys = [row.key for row in table(*rows, "6;Вт;08:30;7А;Труд;Сад О.Л.;;;").lessons]
    assert sorted(keys) == ["Труд|7А", "Труд|7А|2"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Ч-Вт", "З-Вт"), ("Вторник А", "Вторник Б"), ("Week 1 Tuesday", "Week 2 Tuesday"), ("Вт/1", "Вт/2"),
     ("Неделя 1 Вторник", "Неделя 2 Вторник"), ("Вт (нечётная)", "Вт (чётная)"), ("А-Сейсенбі", "Б-Сейсенбі")],
)  # fmt: skip
def test_doubled_days_are_kinds_of_week(first, second):
    found = table(
        f"2;{second};08:30;7А;Химия;;;;", f"1;{first};08:30;7А;Химия;;;;", f"3;{second};09:20;7А;Пение;;;;"
    )  # fmt: skip
    assert len(found.weeks) == 2
    assert [(row.weeks, row.hours_per_week, [card.weeks for card in row.cards]) for row in found.lessons] == [
        ("11", 1, ["11"]),
        ("01", 0.5, ["01"]),
    ]


def test_another_room_in_the_other_week_is_a_card_of_its_own():
    (lesson,) = table("1;Ч-Вт;08:30;7А;Химия;;;12;", "2;З-Вт;08:30;7А;Химия;;;14;").lessons
    assert [(card.weeks, card.rooms) for card in lesson.cards] == [("01", ("14",)), ("10", ("12",))]


def test_a_day_without_a_kind_of_week_holds_for_all():
    found = table("1;Ч-Вт;08:30;7А;Химия;;;;", "2;З-Вт;09:20;7А;Химия;;;;", "3;Суббота;08:30;7А;Пение;;;;")
    assert found.lessons[1].cards[0].weeks == "11"


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("7А", [("7А", "")]),
        ("7А Группа 1", [("7А", "Группа 1")]),
        ("7А_Мальчики", [("7А", "Мальчики")]),
        ("7А-Девочки", [("7А", "Девочки")]),
        ("7А (1)", [("7А", "1")]),
        ("7А/2", [("7А", "2")]),
        ("7А2", [("7А", "2")]),
        ("7 «А» Группа 1", [("7А", "Группа 1")]),
        ("7А гр 1", [("7А", "гр 1")]),
        ("7А гр", [("7А", "гр")]),
        ("10ИТ", [("10ИТ", "")]),
        ("7-2", [("7-2", "")]),
        ("7А+7Б Группа 2", [("7А", ""), ("7Б", "Группа 2")]),
        ("7", [("7А", ""), ("7Б", "")]),
        ("6", [("6", "")]),
        ("6 Девочки", [("6", "Девочки")]),
    ],
)
def test_students_sets(name, groups):
    found = table(
        f"1;Вт;08:30;{name};Химия;;;;", "2;Вт;09:20;7А;Пение;;;;", "3;Вт;09:20;7Б;Пение;;;;", "4;Вт;09:20;6;Пение;;;;"
    )  # fmt: skip
    assert list(found.lessons[0].groups) == groups


def test_a_whole_grade_is_said_and_so_is_what_is_no_class():
    rows = ("1;Вт;08:30;7;Химия;;;;", "2;Вт;09:20;7А;Пение;;;;", "3;Вт;10:15;Хор;Пение;;;;", "4;Ср;10:15;Хор;Пение;;;;")
    result = read("timetable", "f.csv", exported(*rows))
    assert codes(result) == [
        ("warning", "timetable_year", 2, "Students Sets"),
        ("warning", "class_unknown", 4, "Students Sets"),
    ]
    assert "7А" in result.findings[0].text()


def test_an_activity_of_nobody_is_a_lesson_of_no_class():
    (lesson,) = table("1;Вт;15:00;;Педсовет;Сад О.Л.;;;").lessons
    assert (lesson.groups, lesson.teachers) == ((), ("Сад О.Л.",))


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Сад О.Л.", ["Сад", "О.", "Л."]), ("О.Л. Сад", ["Сад", "О.", "Л."]), ("Сад Ольга", ["Сад", "Ольга", ""])],
)
def test_teachers_by_their_one_name(name, parts):
    (row,) = table(f"1;Вт;08:30;7А;Химия;{name};;;").teachers
    assert (row.name, [row.last, row.first, row.middle]) == (name, parts)


def test_parts_that_meet_at_one_time_divide_the_class_together():
    found = table(
        "1;Вт;08:30;7А Юноши;Труд;;;;", "2;Вт;08:30;7А Девушки;Труд;;;;", "3;Ср;08:30;7А Группа 1;Пение;;;;",
        "4;Чт;08:30;7А Группа 2;Пение;;;;",
    )  # fmt: skip
    assert [(row.name, row.division) for row in found.groups] == [
        ("", ""), ("Юноши", "1"), ("Девушки", "1"), ("Группа 1", "2"), ("Группа 2", "2"),
    ]  # fmt: skip


def test_rows_that_cannot_be_read_are_errors_and_the_rest_is_taken():
    rows = [ONE, "2;Выходной;08:30;7А;Химия;;;;", "3;Вт;первый;7А;Химия;;;;", "4;Вт;08:30;7А;;;;;", ";;;;;;;;"]
    result = read("timetable", "f.csv", exported(*rows))
    assert codes(result) == [
        ("error", "timetable_day", 3, "Day"),
        ("error", "timetable_period", 4, "Hour"),
        ("error", "value_missing", 5, "Subject"),
    ]
    assert [row.key for row in result.rows[0].lessons] == ["Химия|7А"]
    assert all(finding.text() for finding in result.findings)


def test_formulas_are_text_and_said_once():
    rows = [f"{n};Вт;{hour};7А;=cmd|' /C calc'!A0;;;@A1;" for n, hour in enumerate(("08:30", "09:20"))]
    result = read("timetable", "f.csv", exported(*rows))
    assert [(f.code, f.column) for f in result.findings] == [("formula_text", "Room"), ("formula_text", "Subject")]
    assert result.rows[0].lessons[0].subject == "=cmd|' /C calc'!A0"


def test_a_header_alone_is_an_empty_timetable():
    assert [f.code for f in read("timetable", "f.csv", exported()).findings] == ["timetable_empty"]
