"""Names of people as lists write them, and the parents that stand in their columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.importers.guardians import relation_code
from server.importers.names import is_patronymic, read_name, split_first, split_name, tidy
from server.importers.registry import read


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Петрова Анна Олеговна", ("Петрова", "Анна", "Олеговна")),
        ("Петрова, Анна Олеговна", ("Петрова", "Анна", "Олеговна")),
        ("Анна Олеговна Петрова", ("Петрова", "Анна", "Олеговна")),
        ("Роман Аркадьевич Абрамович", ("Абрамович", "Роман", "Аркадьевич")),
        ("Абрамович Роман Аркадьевич", ("Абрамович", "Роман", "Аркадьевич")),
        ("Петрова-Водкина Анна Мария Олеговна", ("Петрова-Водкина", "Анна Мария", "Олеговна")),
        ("Байұзақ Үміт", ("Байұзақ", "Үміт", "")),
        ("Ілияс Бауыржан Қайратұлы", ("Ілияс", "Бауыржан", "Қайратұлы")),
        ("Сәрсен Әли Ринат ұлы", ("Сәрсен", "Әли", "Ринатұлы")),
        ("Сәрсен Әсел Ринат қызы", ("Сәрсен", "Әсел", "Ринатқызы")),
        ("Алиев Рашид Мамед оглы", ("Алиев", "Рашид", "Мамед оглы")),
        ("Рашид Мамед оглы Алиев", ("Алиев", "Рашид", "Мамед оглы")),
        ("Петрова А.О.", ("Петрова", "А.", "О.")),
        ("Петрова А. О.", ("Петрова", "А.", "О.")),
        ("А.О. Петрова", ("Петрова", "А.", "О.")),
        ("", ("", "", "")),
    ],
)
def test_whole_names(written, parts):
    name = split_name(written)
    assert (name.last, name.first, name.middle) == parts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("АНДРЕЕВА", "Андреева"),
        ("АНДРЕЕВА Анна", "Андреева Анна"),
        ("ПЕТРОВ - ВОДКИН", "Петров-Водкин"),
        ("иванов пётр", "Иванов Пётр"),
        ("О'НИЛ", "О'Нил"),
        ("ЛИ", "Ли"),
        ("ӘБІЛҚАСЫМ", "Әбілқасым"),
        ("АЛИЕВ РАШИД МАМЕД ОГЛЫ", "Алиев Рашид Мамед оглы"),
        ("МакДональд", "МакДональд"),
        ("фон Дервиз", "фон Дервиз"),
        ("Иванов А.О.", "Иванов А.О."),
    ],
)
def test_capital_letters(typed, kept):
    assert tidy(typed) == kept
    assert (read_name(typed).value, read_name(typed).code) == (kept, "")


@given(st.text(max_size=40))
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    "word", ["Олеговна", "Ильич", "Никитич", "Кузьминична", "Ринатқызы", "Бауыржанұлы", "Мамед-оглы"]
)
def test_patronymics(word):
    assert is_patronymic(word.replace("-", ""))


@pytest.mark.parametrize("word", ["Иванов", "Анна", "Ильин", "Байұзақ", "Абрамович", "Нұрлыбек", "Ич", ""])
def test_no_patronymics(word):
    assert not is_patronymic(word)


def test_first_name_and_patronymic_in_one_column():
    assert split_first("Анна Олеговна") == ("Анна", "Олеговна")
    assert split_first("Анна Мария") == ("Анна Мария", "")
    assert split_first("А. О.") == ("А.", "О.")


def listed(header, *rows):
    return read("people", "x", "\n".join([header, *rows]).encode())


def guardians(header, row):
    (student,) = listed(f"Класс;Фамилия;Имя;Дата рождения;{header}", f"7А;Ива;Анна;01.02.2013;{row}").rows
    return [(one.last, one.first, one.phone, one.relation) for one in student.guardians]


def test_two_parents_in_one_cell():
    both = [("Ива", "Ольга", "+79990000001", ""), ("Ива", "Лев", "+79990000002", "")]
    assert guardians("Родители;Телефоны родителей", "Ива Ольга Ильинична, Ива Лев;89990000001, 89990000002") == both
    assert guardians("Родители", "Ива Ольга 8-999-000-00-01 / Ива Лев 8 (999) 000-00-02") == both


def test_a_relation_beside_the_name():
    assert guardians("Родитель", "Ива Ольга (мама)") == [("Ива", "Ольга", "", "mother")]
    assert guardians("Родители", '"отец - Ива Лев; Ива Ольга, мать"')[0] == ("Ива", "Лев", "", "father")
    assert guardians("Родитель;Степень родства", "Ива Ольга;бабушка") == [("Ива", "Ольга", "", "grandmother")]
    assert guardians("Родитель;Кем приходится", "Ива Ольга;двоюродная тётя")[0][3] == "двоюродная тётя"


def test_a_parent_in_three_columns():
    header = "Фамилия матери;Имя матери;Отчество матери;Телефон матери"
    assert guardians(header, "Ива;Ольга;Ильинична;89990000001") == [("Ива", "Ольга", "+79990000001", "mother")]


def test_a_surname_before_a_comma_is_one_person():
    assert guardians("Родитель", '"Ива, Ольга Ильинична"') == [("Ива", "Ольга", "", "")]


def test_a_phone_without_a_name_is_kept():
    assert guardians("Родитель;Телефон родителя", ";89990000001") == [("", "", "+79990000001", "")]


@pytest.mark.parametrize(
    ("words", "code"),
    [("Мама", "mother"), ("әкесі", "father"), ("Законный представитель", "guardian"), ("әжесі", "grandmother"),
     ("дедушка", "grandfather"), ("", ""), ("сосед", "сосед")],
)  # fmt: skip
def test_relations(words, code):
    assert relation_code(words) == code


def test_a_student_of_whom_only_initials_are_known_is_taken_and_said():
    result = listed("Класс;ФИО;Дата рождения", "7А;Ива А. О.;01.02.2013")
    assert [(f.code, f.level, f.letter) for f in result.findings] == [("name_initials", "warning", "B")]
    assert (result.rows[0].last, result.rows[0].first) == ("Ива", "А.")


PARENTS = "Класс;ФИО ребёнка;Мать;Телефон;Отец;Телефон;Можно сообщать"


def test_a_list_of_parents():
    rows = "5;Ива Анна;Ива Ольга;89990000001;Ива Лев;89990000002;нет\n5;Сад Олег;;;;;да\n;Лес Яна;Лес Вера;;;;"
    result = read("guardians", "x", f"{PARENTS}\n{rows}".encode())
    assert [(row.last, row.guardian.first, row.guardian.phone, row.guardian.relation, row.may_receive)
            for row in result.rows] == [
        ("Ива", "Ольга", "+79990000001", "mother", False), ("Ива", "Лев", "+79990000002", "father", False),
    ]  # fmt: skip
    assert [(f.code, f.row, f.letter) for f in result.findings] == [
        ("guardian_missing", 3, "C"),
        ("value_missing", 4, "A"),
    ]
    assert (result.counts["guardians"], result.counts["guardianships"]) == (2, 2)


def test_whose_name_stands_first_in_a_list_of_parents():
    text = "ФИО;Кем приходится;Телефон;Ребёнок;Класс\nИва Ольга;мама;89990000001;Ива Анна;5\n"
    (row,) = read("guardians", "x", text.encode()).rows
    assert (row.first, row.guardian.first, row.guardian.relation) == ("Анна", "Ольга", "mother")
