"""What a header means in its many spellings, when it stands in two rows, lies, or is missing; and what people said."""

from datetime import date

import pytest

from server.importers.columns import meaning
from server.importers.fields import LABELS
from server.importers.findings import Notes
from server.importers.headers import HEADERS
from server.importers.layout import lay_out
from server.importers.mapping import NOTHING_SAID, Mapping
from server.importers.registry import look, read
from server.importers.tables import read_sheets


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("ФИО обучающегося (полностью)", "full"),
        ("Ф.И. ребёнка", "full"),
        ("Фамилия ученика", "last"),
        ("Отчество (при наличии)", "middle"),
        ("Имя, отчество", "first"),
        ("Дата рожд.", "birth_date"),
        ("День, месяц, год рождения", "birth_date"),
        ("Контактный телефон родителей (законных представителей)", "parent_phone"),
        ("Тел. мамы", "mother_phone"),
        ("Телефон (отец)", "father_phone"),
        ("Мать (ФИО)", "mother"),
        ("ФИО матери/отца", "parent"),
        ("Родители (ФИО, телефон)", "parent"),
        ("Телефон родителя 2", "parent2_phone"),
        ("Степень родства", "parent_relation"),
        ("Адрес места жительства", "address"),
        ("Адрес фактического проживания", "address"),
        ("Е-mail", "email"),  # the first letter is Cyrillic
        ("Оқушының тегі", "last"),
        ("Оқушының аты-жөні", "full"),
        ("Әкесінің аты", "middle"),
        ("Әкесінің аты-жөні", "father"),
        ("Әкесінің телефоны", "father_phone"),
        ("Ата-анасының аты-жөні, телефоны", "parent"),
        ("Туған жылы, айы, күні", "birth_date"),
        ("Заңды өкілінің телефоны", "parent_phone"),
        ("Student's name", "full"),
        ("Mother's phone number", "mother_phone"),
        ("Date of birth (dd.mm.yyyy)", "birth_date"),
        ("Parent/guardian e-mail", "parent_email"),
    ],
)
def test_labels_of_class_lists(label, field):
    assert meaning("people", label).field == field


@pytest.mark.parametrize(
    "label",
    [
        "Дата зачисления", "Дата выдачи паспорта", "Место рождения", "Место работы матери", "СНИЛС", "ИИН", "ЖСН",
        "Классный руководитель", "Телефон учителя", "Группа здоровья", "Свидетельство о рождении", "Логин", "Дата",
        "Гражданство", "Номер приказа", "",
    ],
)  # fmt: skip
def test_labels_that_nobody_must_mistake(label):
    assert meaning("people", label, True).field == ""


@pytest.mark.parametrize(
    ("label", "field"), [("Фамлия", "last"), ("Телефн родителя", "parent_phone"), ("Клас", "class")]
)
def test_misspelt_labels(label, field):
    assert meaning("people", label) == meaning("people", "")
    guess = meaning("people", label, True)
    assert (guess.field, guess.reason) == (field, "similar")
    assert 0.5 < guess.confidence < 0.8


@pytest.mark.parametrize("kind", HEADERS)
def test_every_word_of_the_tables_is_understood_and_has_a_name_to_show(kind):
    for field, words in HEADERS[kind].items():
        assert field in LABELS[kind]
        assert {meaning(kind, word).field for word in words} == {field}


PEOPLE = [
    ["7А", "Иванов", "Пётр", "Сергеевич", date(2013, 3, 5), "м", "8 999 000 16 33"],
    ["7А", "Андреева", "Анна", "Олеговна", date(2013, 4, 6), "ж", "8 999 000 16 34"],
    ["7Б", "Ким", "Вера", "Игоревна", date(2013, 5, 7), "ж", "8 999 000 16 36"],
    ["7Б", "Сергеев", "Олег", "Ильич", date(2013, 6, 8), "м", "8 999 000 16 37"],
]
USUAL = ["Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Телефон"]
FIELDS = ["class", "last", "first", "middle", "birth_date", "sex", "phone"]


@pytest.fixture
def sheet(dated_xlsx):
    """The file of a header and the people below it."""
    return lambda header, rows=PEOPLE, name="Лист1": dated_xlsx({name: [*([header] if header else []), *rows]})


def fields(view):
    return [column.field for column in view.columns]


def test_a_header_that_lies_is_corrected_and_said(sheet):
    swapped = ["Класс", "Фамилия", "Имя", "Отчество", "Телефон", "Пол", "Дата рождения"]
    result = read("people", "x", sheet(swapped))
    assert [(f.code, f.letter, f.value) for f in result.findings] == [
        ("column_contradicts", "E", "Телефон"),
        ("column_contradicts", "G", "Дата рождения"),
    ]
    assert result.rows == read("people", "x", sheet(USUAL)).rows
    (view,) = look("people", "x", sheet(swapped))
    assert fields(view) == FIELDS
    assert [view.columns[4].reason, view.columns[4].confidence <= 0.6] == ["content", True]


def test_surname_and_patronymic_in_each_others_place(sheet):
    swapped = ["Класс", "Отчество", "Имя", "Фамилия", "Дата рождения", "Пол", "Телефон"]
    result = read("people", "x", sheet(swapped))
    assert [finding.code for finding in result.findings] == ["column_contradicts"] * 2
    assert result.rows == read("people", "x", sheet(USUAL)).rows


def test_a_column_that_is_nothing_we_know_is_not_taken_for_what_it_is_called(sheet):
    rows = [[*row, row[4]] for row in PEOPLE]
    result = read("people", "x", sheet([*USUAL, "E-mail"], rows))
    assert [(f.code, f.letter) for f in result.findings] == [("column_odd", "H")]


def test_a_header_of_unknown_words(sheet):
    (view,) = look("people", "x", sheet(["a", "b", "c", "d", "e", "f", "g"]))
    assert (view.header_row, view.header_rows, fields(view)) == (1, 1, FIELDS)
    assert {column.reason for column in view.columns} == {"content"}
    result = read("people", "x", sheet(["a", "b", "c", "d", "e", "f", "g"]))
    assert {finding.code for finding in result.findings} == {"column_guessed"}
    assert len(result.rows) == 4


def test_whole_names_below_a_label_for_the_surname(sheet):
    rows = [[row[0], " ".join(row[1:4]), row[4]] for row in PEOPLE]
    assert read("people", "x", sheet(["Класс", "Фамилия", "Дата рождения"], rows)).rows[0].first == "Пётр"
    assert read("people", "x", sheet(["Class", "Name", "Birth date"], rows)).rows[0].middle == "Сергеевич"


def test_one_label_over_three_columns_of_a_name(sheet):
    rows = [row[:5] for row in PEOPLE]
    result = read("people", "x", sheet(["Класс", "ФИО", "", "", "Дата рождения"], rows))
    assert [(row.last, row.first, row.middle) for row in result.rows][:1] == [("Иванов", "Пётр", "Сергеевич")]
    assert result.findings == ()


def test_a_phone_belongs_to_whom_stands_before_it(sheet):
    header = ["Класс", "ФИО", "Дата рождения", "Телефон", "Мать", "Телефон", "Отец", "Телефон"]
    row = ["7А", "Иванов Пётр", date(2013, 3, 5), "8 999 000 00 01", "Иванова Анна", "8 999 000 00 02", "Иванов Лев",
           "8 999 000 00 03"]  # fmt: skip
    (student,) = read("people", "x", sheet(header, [row])).rows
    assert student.phone == "+79990000001"
    assert [(one.relation, one.phone) for one in student.guardians] == [
        ("mother", "+79990000002"),
        ("father", "+79990000003"),
    ]


def test_the_numbers_that_forms_print_below_their_header(sheet):
    rows = [[1, 2, 3, 4, 5, 6, 7], *PEOPLE]
    result = read("people", "x", sheet(USUAL, rows))
    assert (len(result.rows), result.findings) == (4, ())


def test_columns_of_enrolment_and_numbers_are_not_guessed(sheet):
    header = ["Класс", "Фамилия", "Имя", "СНИЛС", "Дата зачисления"]
    rows = [[row[0], row[1], row[2], "112-233-445 95", row[4]] for row in PEOPLE]
    result = read("people", "x", sheet(header, rows))
    assert [(f.code, f.data["missing"]) for f in result.findings] == [("column_missing", "Дата рождения")]


# --- what people said ----------------------------------------------------------------------------------------------


def test_a_mapping_goes_before_every_guess(sheet):
    file = sheet(["Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Телефон"])
    said = Mapping(sheets={"*": {"G": "parent_phone", "D": ""}})
    (view,) = look("people", "x", file, mapping=said)
    assert fields(view) == ["class", "last", "first", "", "birth_date", "sex", "parent_phone"]
    assert [view.columns[6].reason, view.columns[6].confidence] == ["mapping", 1.0]
    result = read("people", "x", file, mapping=said)
    assert result.findings == ()
    assert (result.rows[0].middle, result.rows[0].guardians[0].phone) == ("", "+79990001633")


def test_a_mapping_of_a_shape_holds_for_the_next_file_of_it(sheet):
    first = sheet(["Тур", "Ысым", "Ном", "Д", "Кун", "Ж", "Т"])
    (view,) = look("people", "x", first)
    said = Mapping(shapes={view.shape: dict(zip("ABCDEFG", FIELDS, strict=True))})
    other = sheet(["Тур", "Ысым", "Ном", "Д", "Кун", "Ж", "Т"], PEOPLE[::-1], name="7А")
    assert look("people", "y", other)[0].shape == view.shape
    result = read("people", "y", other, mapping=said)
    assert (len(result.rows), result.findings) == (4, ())
    assert look("people", "z", sheet(USUAL))[0].shape != view.shape


def test_a_field_that_a_person_gave_is_taken_from_no_other_column(sheet):
    header = ["Класс", "Фамилия", "Имя", "Дата рождения", "День"]
    rows = [[row[0], row[1], row[2], date(2020, 9, 1), row[4]] for row in PEOPLE]
    result = read("people", "x", sheet(header, rows), mapping=Mapping(sheets={"Лист1": {"E": "birth_date"}}))
    assert [row.birth_date for row in result.rows] == [row[4] for row in PEOPLE]


def test_fields_that_do_not_exist_are_let_go(sheet):
    assert len(read("people", "x", sheet(USUAL), mapping=Mapping(sheets={"*": {"A": "nonsense"}})).rows) == 4


def test_a_sheet_of_which_every_column_is_ignored_is_left_out_in_silence(dated_xlsx):
    other = [["Класс", "Фамилия", "Имя", "Дата рождения"], ["7В", "Чужой", "Ян", date(2013, 1, 1)]]
    file = dated_xlsx({"7А": [USUAL, *PEOPLE], "Черновик": other})
    said = Mapping(sheets={"Черновик": dict.fromkeys("ABCD", "")})
    result = read("people", "x", file, mapping=said)
    assert (len(result.rows), result.findings) == (4, ())


# --- what is shown -------------------------------------------------------------------------------------------------


def test_the_first_rows_are_shown_as_they_will_be_stored(sheet):
    (view,) = look("people", "x", sheet(USUAL, [[], *PEOPLE, *PEOPLE]))
    assert view.rows == 8
    assert len(view.preview) == 4  # the second half repeats the first
    assert view.preview[0] == (
        ("class", "7А"), ("last", "Иванов"), ("first", "Пётр"), ("middle", "Сергеевич"), ("birth_date", "05.03.2013"),
        ("sex", "male"), ("phone", "+79990001633"),
    )  # fmt: skip
    assert view.columns[1].samples == ("Иванов", "Андреева", "Ким")


def test_a_sheet_that_cannot_be_read_yet_is_shown_with_its_columns(sheet):
    (view,) = look("people", "x", sheet(["Фамилия", "Имя", "Кабинет"], [["Иванов", "Пётр", "12"]]))
    assert (view.taken, view.missing, view.preview) == (False, ("birth_date",), ())
    (view,) = look("people", "x", sheet(None, [["позвонить", "завтра"]]))
    assert (view.taken, view.header_row, [column.letter for column in view.columns]) == (False, 0, ["A", "B"])


def test_a_refused_file_and_a_kind_without_columns_have_no_view(sample):
    assert look("people", "x", b"") == ()
    assert look("content", "x", sample("village/content/07-fizika-0712.md")) == ()


@pytest.mark.parametrize(("kind", "name"), [
    ("people", "village/classes.xlsx"), ("staff", "village/staff.xlsx"), ("bells", "village/bells.csv"),
    ("terms", "village/terms.csv"), ("tv", "village/tv_broadcasts.csv"), ("connectivity", "village/connectivity.csv"),
])  # fmt: skip
def test_every_sample_is_shown_with_a_preview(sample, kind, name):
    for view in look(kind, name, sample(name)):
        assert view.taken
        assert view.missing == ()
        assert view.preview
        assert {field for row in view.preview for field, _ in row} <= set(LABELS[kind])


def test_the_shape_does_not_depend_on_rows_sheets_or_names(sample):
    views = look("people", "x", sample("village/classes.xlsx"))
    assert len({view.shape for view in views}) == 1
    assert len(views) == 11


def test_a_sheet_is_laid_out_alike_by_all_of_its_rows_and_by_some(sample):
    for sheet in read_sheets(sample("village/classes.xlsx"), Notes("x")):
        assert lay_out("people", sheet, NOTHING_SAID).fields["birth_date"] == 4
