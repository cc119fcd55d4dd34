"""Class lists of other shapes, and the families that they show."""

from datetime import date

import pytest

from server.importers.people import households
from server.importers.registry import read
from server.importers.rows import GuardianRow, StudentRow


def csv(*lines):
    return "\r\n".join(lines).encode("utf-8-sig")


def student(first, phone="", address=""):
    guardians = (GuardianRow("Ива", "Ольга", "", phone, ""),) if phone else ()
    return StudentRow("Ива", first, "", date(2013, 1, 1), "", "", "7А", guardians, address, "")


def test_order_of_columns_and_titles_above_do_not_matter(xlsx):
    rows = [
        ["Школа № 1"],
        [],
        ["Список"],
        ["Дата рождения", "№", "ФИО ученика", "Класс"],
        ["01.02.2013", 1, "Ива Анна", "7А"],
    ]
    (row,) = read("people", "x", xlsx({"Лист1": rows})).rows
    assert (row.last, row.first, row.class_name, row.where.row) == ("Ива", "Анна", "7А", 5)


def test_kazakh_and_english_headers(xlsx):
    kazakh = [["1Ә сыныбының тізімі"], ["Тегі", "Аты", "Әкесінің аты", "Туған күні", "Жынысы"]]
    english = [["Class", "Last name", "First name", "Birth date"], ["2Б", "Ива", "Анна", "2018-01-02"]]
    data = xlsx({"Лист1": [*kazakh, ["Жүніс", "Раушан", "", "01.02.2019", "қыз"]], "Лист2": english})
    rows = read("people", "x", data).rows
    assert [(row.class_name, row.first, row.sex) for row in rows] == [("1Ә", "Раушан", "f"), ("2Б", "Анна", "")]


def test_a_list_without_any_class_names_no_student(xlsx):
    data = xlsx({"Лист1": [["Фамилия", "Имя", "Дата рождения"], ["Ива", "Анна", "01.02.2013"]]})
    result = read("people", "x", data)
    assert [(finding.code, finding.row) for finding in result.findings] == [("class_not_stated", 2)]
    assert result.rows == ()


def test_mother_and_father_in_columns_of_their_own():
    head = "Класс;Фамилия;Имя;Дата рождения;Мать;Телефон матери;Отец;Телефон отца"
    line = "7А;Ива;Анна;01.02.2013;Ива Ольга;8 999 000-00-01;Ива Олег;8 999 000-00-02"
    (row,) = read("people", "x", csv(head, line)).rows
    assert [(g.first, g.phone) for g in row.guardians] == [("Ольга", "+79990000001"), ("Олег", "+79990000002")]


def test_a_header_repeated_on_each_page_is_no_student():
    head = "Класс;Фамилия;Имя;Дата рождения"
    result = read("people", "x", csv(head, "7А;Ива;Анна;01.02.2013", head, "7А;Сад;Олег;01.02.2013"))
    assert ([row.last for row in result.rows], result.findings) == (["Ива", "Сад"], ())


def test_a_sheet_of_something_else_is_skipped_and_said(xlsx):
    good = [["Класс", "Фамилия", "Имя", "Дата рождения"], ["7А", "Ива", "Анна", "01.02.2013"]]
    result = read("people", "x", xlsx({"7А": good, "Заметки": [["позвонить"]], "Пусто": []}))
    assert [(finding.code, finding.sheet) for finding in result.findings] == [("sheet_skipped", "Заметки")]
    assert len(result.rows) == 1


def test_a_birth_date_to_come_is_an_error():
    data = csv("Класс;Фамилия;Имя;Дата рождения", "7А;Ива;Анна;01.02.2027")
    assert read("people", "x", data).rows
    result = read("people", "x", data, today=date(2026, 12, 7))
    assert ([finding.code for finding in result.findings], result.rows) == (["date_future"], ())


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "utf-8", "utf-16"])
def test_code_pages_are_recognised(encoding):
    head, line = "Класс;Фамилия;Имя;Дата рождения", "7А;Воробьёва;Анастасия;01.02.2013"
    (row,) = read("people", "x", "\r\n".join([head, *[line]]).encode(encoding)).rows
    assert (row.last, row.first) == ("Воробьёва", "Анастасия")


def test_kazakh_letters_of_an_old_code_page():
    head, line = "Класс;Фамилия;Имя;Дата рождения", "1Ә;Қасымхан;Үміт;01.02.2019"
    (row,) = read("people", "x", "\r\n".join([head, line]).encode("kz1048")).rows
    assert (row.class_name, row.last, row.first) == ("1Ә", "Қасымхан", "Үміт")


def test_households_need_the_same_phone_and_address():
    rows = [
        student("Анна", "+79990000001", "ул. Лесная, д. 1"),
        student("Олег", "+79990000001", "ул. Лесная,  д.1"),
        student("Яна", "+79990000001", "ул. Речная, д. 9"),
        student("Ева"),
        student("Лев"),
    ]
    assert [family.members for family in households(rows)] == [(0, 1), (2,), (3,), (4,)]
