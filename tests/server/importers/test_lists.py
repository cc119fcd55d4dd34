"""Staff, bells, terms, broadcasts and connectivity beyond the samples."""

import pytest

from server.importers.registry import read
from server.importers.staff import ROLES, role_code
from server.importers.terms import KINDS


def csv(*lines):
    return "\n".join(lines).encode()


def codes(result):
    return [finding.code for finding in result.findings]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("заместитель директора по УВР", "deputy_studies"),
        ("Зам. директора по УВР", "deputy_studies"),
        ("завуч", "deputy_studies"),
        ("заместитель директора по ВР", "deputy_upbringing"),
        ("ответственный за дистанционное обучение", "coordinator"),
        ("директордың оқу ісі жөніндегі орынбасары", "deputy_studies"),
        ("Учитель математики", "subject_teacher"),
        ("педагог-психолог", "psychologist"),
        ("Директор", "director"),
        ("космонавт", ""),
    ],
)
def test_roles(words, code):
    assert role_code(words) == code


def test_every_role_is_known_by_its_own_words():
    assert {role_code(word) for words in ROLES.values() for word in words} == set(ROLES)


def test_an_unknown_role_costs_only_the_role():
    result = read("staff", "x", csv("Фамилия;Имя;Роли", "Ива;Анна;учитель, космонавт", "Сад;Олег;"))
    assert codes(result) == ["role_unknown"]
    assert [row.roles for row in result.rows] == [("subject_teacher",), ()]


def test_who_leads_a_class_is_its_class_teacher():
    (row,) = read("staff", "x", csv("ФИО,Классное руководство", "Ива Анна Олеговна,7а")).rows
    assert (row.middle, row.homeroom, row.roles) == ("Олеговна", "7А", ("class_teacher",))


def test_bells():
    head = "Смена;Урок;Начало;Конец"
    lines = ["1;0;7:40;8:20", "1;1;8:10;8:50", "1;0;9:00;9:40", "2;1;8:10;8:50", "2;2;x;9:40"]
    result = read("bells", "x", csv(head, *lines))
    assert codes(result) == ["bell_overlap", "bell_double", "time_unreadable"]
    assert [(row.shift, row.n, row.start) for row in result.rows] == [(1, 0, "07:40"), (2, 1, "08:10")]


def test_a_file_without_shifts_is_one_shift():
    assert read("bells", "x", csv("Урок;Начало;Конец", "1;9:00;9:40")).rows[0].shift == 1


@pytest.mark.parametrize(
    ("kind", "name", "found", "number", "grades"),
    [
        ("", "II полугодие", "half", 2, ()),
        ("триместр", "1 триместр", "trimester", 1, ()),
        ("тоқсан", "3 тоқсан", "quarter", 3, ()),
        ("", "Дополнительные каникулы 1 класс", "extra_vacation", None, (1,)),
        ("каникулы", "Зимние, 2–4 классы", "vacation", None, (2, 3, 4)),
        ("", "Экзамены, праздник 9 и 11 классов", "public_holiday", None, (9, 11)),
        ("демалыс", "Қысқы демалыс", "vacation", None, ()),
    ],
)
def test_kinds_of_terms(kind, name, found, number, grades):
    result = read("terms", "x", csv("Вид;Название;Начало;Конец", f"{kind};{name};01.09.2026;24.10.2026"))
    (row,) = result.rows
    assert (row.kind, row.number, row.grades) == (found, number, grades)
    assert row.kind in KINDS


def test_terms_that_cannot_be():
    lines = ["четверть;1 четверть;01.09.2026;01.08.2026", "?;Нечто;01.09.2026;02.09.2026", "четверть;2 четверть;;"]
    result = read("terms", "x", csv("Вид;Название;Начало;Конец", *lines))
    assert codes(result) == ["term_backwards", "term_kind_unknown", "value_missing", "value_missing"]
    assert result.rows == ()


def test_quarters_and_half_years_may_run_beside_each_other():
    lines = ["1 четверть;01.09.2026;24.10.2026", "1 полугодие;01.09.2026;28.12.2026"]
    assert len(read("terms", "x", csv("Название;Начало;Конец", *lines)).rows) == 2


def test_broadcasts():
    head, line = "Дата;Время;Класс;Предмет", "07.12.2026;9.30;8 класс;Физика"
    result = read("tv", "x", csv(head, line, line, "07.12.2026;9.30;5–6;Физика"))
    assert codes(result) == ["row_repeated", "number_unreadable"]
    assert [(row.start, row.grade, row.minutes, row.channel) for row in result.rows] == [("09:30", 8, None, "")]


def test_connectivity_words_that_nobody_knows_are_kept():
    head = "Класс;Ученик;Устройство;Общее;Интернет;ТВ;Канал"
    result = read("connectivity", "x", csv(head, "7А;Ива Анна;факс;иногда;спутник;-;голубь", "7А;Ива Анна;;;;;"))
    assert codes(result) == [
        "device_unknown",
        "yes_no_unknown",
        "internet_unknown",
        "channel_unknown",
        "student_double",
    ]
    (row,) = result.rows
    assert (row.device, row.device_code, row.internet, row.internet_code) == ("факс", "", "спутник", "")
    assert (row.device_shared, row.tv, row.birth_date) == (None, False, None)
