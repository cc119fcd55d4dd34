"""Class lists as secretaries write them: merged cells, headings over parts of a name, words for nothing."""

import io
from datetime import date

import pytest
import xlsxwriter

from server.importers.groups import read_class
from server.importers.registry import guess_kind, read


def book(rows, merged=()):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("Лист1")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        for top, bottom, column, text in merged:
            sheet.merge_range(top, column, bottom, column, text)
    return out.getvalue()


def people(rows, merged=()):
    return read("people", "x.xlsx", book(rows, merged))


def names(result):
    return [(row.last, row.first, row.middle, row.class_name) for row in result.rows]


def test_a_class_merged_over_its_rows_is_every_row_s():
    rows = [["Класс", "ФИО", "Дата рождения"], ["9А", "Ива Ян Ильич", "01.01.2011"], ["", "Сад Ян", "02.01.2011"]]
    result = people(rows, [(1, 2, 0, "9А")])
    assert names(result) == [("Ива", "Ян", "Ильич", "9А"), ("Сад", "Ян", "", "9А")]
    assert not result.findings


def test_cells_merged_below_the_list_are_no_student():
    rows = [["Класс", "ФИО", "Дата рождения"], ["9А", "Ива Ян Ильич", "01.01.2011"]]
    assert len(people(rows, [(1, 40, 0, "9А")]).rows) == 1


def test_a_child_merged_over_two_rows_has_the_parents_of_both():
    rows = [["№", "ФИО ребёнка", "Дата рождения", "Класс", "ФИО родителей", "Телефон"],
            [1, "Ива Ян Ильич", "02.01.2015", "5В", "Ива Вера Яновна", "89990000111"],
            ["", "", "", "", "Ива Илья Ильич", "89990000112"],
            [2, "Сад Ася", "03.01.2015", "5В", "Сад Лев Ильич", "89990000113"]]  # fmt: skip
    result = people(rows, [(1, 2, 1, "Ива Ян Ильич"), (1, 2, 3, "5В")])
    assert [row.birth_date for row in result.rows] == [date(2015, 1, 2), date(2015, 1, 3)]
    assert [(one.first, one.phone) for one in result.rows[0].guardians] == [
        ("Вера", "+79990000111"), ("Илья", "+79990000112"),
    ]  # fmt: skip
    assert result.rows[1].where.row == 4
    assert not result.findings


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("ФИО ученика", ("Фамилия", "Имя", "Отчество")),
        ("Оқушының аты-жөні", ("Тегі", "Аты", "Әкесінің аты")),
        ("Student name", ("Last", "First", "Middle name")),
    ],
)
def test_a_heading_over_the_parts_of_a_name(heading, parts):
    rows = [["№", heading, "", "", "Туған күні", "Ата-анасы", "", "Сынып"],
            ["", *parts, "", "Аты-жөні", "Телефоны", ""],
            [1, "Ким", "Айым", "Мұратқызы", "05.03.2014", "Ким Ян", "87010000001", "6Ә"],
            [2, "Ли", "Сәуле", "", "06.03.2014", "Ли Ян", "87010000002", "6Ә"]]  # fmt: skip
    data = book(rows)
    assert names(read("people", "x", data)) == [("Ким", "Айым", "Мұратқызы", "6Ә"), ("Ли", "Сәуле", "", "6Ә")]


def test_a_list_of_students_with_two_rows_of_headings_is_no_list_of_staff():
    rows = [["№", "ФИО ученика", "", "", "Дата рождения", "Родители", "", "Класс"],
            ["", "Фамилия", "Имя", "Отчество", "", "ФИО", "Телефон", ""],
            [1, "Ким", "Яна", "Яновна", "05.03.2014", "Ким Ян", "89990000001", "6Б"]]  # fmt: skip
    assert guess_kind("x", book(rows))[0][0] == "people"


@pytest.mark.parametrize("header", ["үй мекенжайы", "тұратын мекенжайы"])
def test_one_kazakh_letter_is_enough_to_know_the_code_page(header):
    data = f"Класс;ФИО;Дата рождения;{header}\r\n5А;Ива Ян;01.01.2015;Мира, 1\r\n".encode("kz1048")
    (row,) = read("people", "x", data).rows
    assert row.address == "Мира, 1"


def test_a_list_that_only_lacks_a_column_is_told_so():
    data = book([["Класс", "ФИО", "Год рождения"], ["5А", "Ива Ян", 2015], ["5А", "Сад Ян", 2015]])
    (finding,) = read("people", "x", data).findings
    assert (finding.code, finding.data["missing"]) == ("column_missing", "Дата рождения")


def test_a_list_without_a_word_of_devices_is_no_survey_of_them():
    (finding,) = read("connectivity", "x", book([["Класс", "ФИО"], ["5А", "Ива Ян"], ["5А", "Сад Ян"]])).findings
    assert finding.refuses


def test_words_for_nobody_are_nobody():
    rows = [["Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "ФИО матери", "ФИО отца"],
            ["5А", "Ива", "Ян", "нет", "01.01.2015", "Ива Анна", "нет"]]  # fmt: skip
    (row,) = people(rows).rows
    assert row.middle == ""
    assert [one.first for one in row.guardians] == ["Анна"]


def test_who_somebody_is_may_stand_before_the_name():
    rows = [["Класс", "ФИО", "Дата рождения", "Родители"],
            ["5А", "Ива Ян", "01.01.2015", "мать Ива Анна Ильинична"],
            ["5А", "Сад Ян", "01.02.2015", "опекун (бабушка) Сад Р.Р."]]  # fmt: skip
    found = [one for row in people(rows).rows for one in row.guardians]
    assert [(one.last, one.first, one.relation) for one in found] == [
        ("Ива", "Анна", "mother"), ("Сад", "Р.", "grandmother"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Сад Ольга Ильинична, ООО «Рога»", [("Сад", "Ольга", "Ильинична", "")]),
        ("Сад Ольга, домохозяйка, 8-999-000-01-11", [("Сад", "Ольга", "", "+79990000111")]),
        ("мать Сад Ольга, школа 5, отец Сад Ян", [("Сад", "Ольга", "", ""), ("Сад", "Ян", "", "")]),
    ],
)
def test_a_place_of_work_beside_a_parent_is_nobody(cell, expected):
    rows = [["Класс", "ФИО", "Дата рождения", "Ф.И.О. родителей, место работы"], ["5А", "Сад Ян", "01.01.2015", cell]]
    result = people(rows)
    assert [(one.last, one.first, one.middle, one.phone) for one in result.rows[0].guardians] == expected
    assert [finding.code for finding in result.findings] == ["column_similar"]


@pytest.mark.parametrize(
    "words", ["10 класс «А»", "10 класс А", "10класс А", "10-й «А» класс", "10-го А класса", "Класс 10А"]
)
def test_the_letter_of_a_class_is_no_ending_of_the_word(words):
    assert read_class(words).value == "10А"


def test_a_class_list_among_forty_columns_is_known_in_the_wrong_place():
    head = ["Фамилия", "Имя", "Отчество", "Пол", "Дата рождения", "Класс", "Телефон", "E-mail", "Адрес", "Мать", "Отец"]
    row = [
        "Ива",
        "Ян",
        "Ильич",
        "м",
        "01.01.2015",
        "5А",
        "89990000111",
        "a@example.org",
        "Мира, 1",
        "Ива Ия",
        "Ива Лев",
    ]
    data = book([[*head, *(f"Сведение {n}" for n in range(30))], [*row, *("да" for _ in range(30))]])
    (finding,) = read("timetable", "x", data).findings
    assert (finding.code, finding.data["kind"]) == ("looks_like", "people")
