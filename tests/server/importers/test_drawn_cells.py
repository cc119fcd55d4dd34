"""What may stand in one cell of a drawn timetable, and what is told instead of guessed."""

import pytest

from server.importers.registry import read
from tests.server.importers.drawing import cards, read_sketch, sketch, told, workbook

HEAD = "День | № | 5А | 5Б\nПн | 1 | Алгебра | Физика\n^ | 2 | {} | Химия\nВт | 1 | Физика | Алгебра"
WITH_ROOMS = (
    "День | № | 5А | < | 5Б | <\nПн | 1 | Алгебра | 217 | Физика | 301\n^ | 2 | {} | Химия | 5\n"
    "Вт | 1 | Физика | 301 | Алгебра | 217"
)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Алгебра 217", ["5А пн2 Алгебра 217"]),
        ("Алгебра, каб. 12а", ["5А пн2 Алгебра 12а"]),
        ("Физ-ра (спортзал)", ["5А пн2 Физ-ра спортзал"]),
        ("Физ-ра большой зал", ["5А пн2 Физ-ра большой зал"]),
        ("Физ-ра с/з", ["5А пн2 Физ-ра с/з"]),
        ("Родной язык (русский)", ["5А пн2 Родной язык (русский)"]),
        ("Английский¶язык", ["5А пн2 Английский язык"]),
        ("Шахматы (знам.)", ["5А пн2 знам Шахматы"]),
        ("Шахматы знам.", ["5А пн2 знам Шахматы"]),
        ("Черчение (ч) / ИЗО (з)", ["5А пн2 знам ИЗО", "5А пн2 числ Черчение"]),
        ("Труд (алым) / Ән (бөлім)", ["5А пн2 знам Ән", "5А пн2 числ Труд"]),
        ("Англ. (1 гр.)¶Нем. (2 гр.)", ["5А/Группа 1 пн2 Англ.", "5А/Группа 2 пн2 Нем."]),
        ("Англ. 1 гр. 210 / 2 гр. 211", ["5А/Группа 1 пн2 Англ. 210", "5А/Группа 2 пн2 Англ. 211"]),
        ("Англ. (I) 210 // Нем. (II) 5", ["5А/Группа 1 пн2 Англ. 210", "5А/Группа 2 пн2 Нем. 5"]),
        ("Труд (м) / Труд (д)", ["5А/Девочки пн2 Труд", "5А/Мальчики пн2 Труд"]),
        ("Еңбек (ұ)/ Еңбек (қ)", ["5А/Қыздар пн2 Еңбек", "5А/Ұлдар пн2 Еңбек"]),
        ("Труд (м)", ["5А/Мальчики пн2 Труд"]),
        ("Алг. ж/е АБ", ["5А пн2 Алг. ж/е АБ"]),
    ],
)
def test_a_cell(cell, expected):
    result = read_sketch(HEAD.format(cell))
    assert [line for line in told(result) if line.startswith("5А") and " пн2" in line] == expected
    assert not result.findings


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("Англ. (1) / Англ. (2) | 210/211", ["5А/Группа 1 пн2 Англ. 210", "5А/Группа 2 пн2 Англ. 211"]),
        ("Робот. (числ.) / Проект (знам.) | каб. 1/—", ["5А пн2 знам Проект", "5А пн2 числ Робот. 1"]),
        ("Черчение (числ.) / ИЗО (знам.) | 238", ["5А пн2 знам ИЗО 238", "5А пн2 числ Черчение 238"]),
        ("Алгебра/Физика | 217/301", ["5А/Группа 1 пн2 Алгебра 217", "5А/Группа 2 пн2 Физика 301"]),
        ("Англ. яз. | 210/211", ["5А пн2 Англ. яз. 210+211"]),
        ("Информатика 2 | 305", ["5А пн2 Информатика 2 305"]),
    ],
)
def test_a_cell_with_a_room_beside_it(cells, expected):
    lines = told(read_sketch(WITH_ROOMS.format(cells)))
    assert [line for line in lines if line.startswith("5А") and " пн2" in line] == expected


def test_teachers_are_read_and_stand_for_the_lesson_everywhere():
    result = read_sketch(HEAD.format("Химия (Иванова И.И.)") + "\n^ | 2 | Химия | Физика¶Ким Л.")
    teachers = {lesson.key: lesson.teachers for lesson in result.rows[0].lessons}
    assert teachers["Химия|5А"] == ("Иванова И.И.",)
    assert teachers["Физика|5Б"] == ("Ким Л.",)
    assert {(row.last, row.first) for row in result.rows[0].teachers} == {("Иванова", "И."), ("Ким", "Л.")}


def test_two_spellings_of_a_subject_are_one():
    result = read_sketch("День | № | 5А | 5Б\nПн | 1 | Матем. | матем\n^ | 2 | Матем. | Физика")
    assert {lesson.subject for lesson in result.rows[0].lessons} == {"Матем.", "Физика"}


def test_a_cell_over_classes_is_one_lesson_and_over_hours_a_double_one():
    result = read_sketch(
        "День | № | 5 | < | 6 | < | 7 | <\n"
        "Пн | 1 | Технология | < | < | Мастерская | Алгебра | 7\n"
        "^ | 2 | ^ | < | < | ^ | Физика | 8\n"
        "^ | 3 | Пение | 1 | Физика | 8 | Пение | 1"
    )
    (lesson,) = [lesson for lesson in result.rows[0].lessons if lesson.subject == "Технология"]
    assert (lesson.key, lesson.periods_per_card, lesson.hours_per_week) == ("Технология|5,6", 2, 2.0)
    assert [(card.period, card.rooms) for card in lesson.cards] == [(1, ("Мастерская",)), (2, ("Мастерская",))]
    assert not result.findings


# --- told, never guessed ---------------------------------------------------------------------------------------


def odd(text):
    result = read_sketch(text)
    marked = [cell.text for sheet in result.grid for row in sheet.rows for cell in row if cell.state == "odd"]
    return [(f.level, f.code, f.row, f.letter, f.value) for f in result.findings], marked


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (HEAD.format("217"), ("error", "drawn_no_subject", 3, "C", "217")),
        (HEAD.format("окно"), ("warning", "drawn_free", 3, "C", "окно")),
        (HEAD.format("?"), ("warning", "drawn_free", 3, "C", "?")),
        (HEAD.format("Физ-ра/Ритмика"), ("warning", "drawn_slash", 3, "C", "Физ-ра/Ритмика")),
        (HEAD.format("Англ. / Нем."), ("warning", "drawn_parts", 3, "C", "Англ. / Нем.")),
        (HEAD.format("Англ. (1) / Нем."), ("warning", "drawn_half", 3, "C", "Англ. (1) / Нем.")),
        (HEAD.format("Очень " * 40), ("error", "drawn_long", 3, "C", ("Очень " * 40).strip()[:200])),
        (HEAD.format("Химия") + "\n^ | кл. час | | Беседа", ("error", "drawn_outside", 5, "D", "Беседа")),
        (WITH_ROOMS.format("| 305"), ("warning", "drawn_room_alone", 3, "D", "305")),
        (WITH_ROOMS.format("Англ. (1) / Нем. (2) | 1/2/3"), ("warning", "drawn_rooms", 3, "D", "1/2/3")),
        (
            "День | № | 5А | 5Б\n | 1 | Пение | Труд\nПн | 1 | Алгебра | Физика",
            ("error", "drawn_no_day", 2, "C", "Пение"),
        ),
        (
            "День | № | 5А | 5Б\nПн | 1 | Алгебра | Физика\n^ | 2 | Поход | Труд\nВт | 1 | ^ | Пение",
            ("error", "drawn_two_days", 3, "C", "Поход"),
        ),
        (
            "День | № | 5А | 5Б\nПн | 1 | Алгебра | Физика\n^ | ^ | Химия | ^\n^ | 2 | Труд | Пение",
            ("error", "drawn_two_subjects", 3, "C", "Химия"),
        ),
        (
            "День | № | 5A | 5Б\nПн | 1 | Алгебра | Физика",
            ("warning", "class_latin", 1, "C", "5A"),
        ),
    ],
)
def test_what_is_not_understood_is_told_in_its_place(text, finding):
    findings, marked = odd(text)
    assert finding in findings
    assert finding[1] == "class_latin" or finding[4] in [" ".join(cell.split())[:200] for cell in marked]


def test_the_same_class_twice_with_another_room():
    block = "День | № | 5А | < | 5Б | <\nПн | 1 | Алгебра | {} | Физика | 301\n^ | 2 | Труд | 1 | Пение | 2\n\n"
    result = read_sketch(block.format(217) + block.format(218))
    assert ("5А", "", 1, 1, "1", "Алгебра", ("217",)) in cards(result)
    assert [finding.code for finding in result.findings] == ["drawn_twice"]


@pytest.mark.parametrize(
    "text", [HEAD.format("217"), HEAD.format("Химия") + "\n^ | кл. час | Беседа | Беседа\n^ | 3 | А | Б"]
)
def test_every_cell_of_a_table_is_a_heading_read_or_odd(text):
    result = read_sketch(f"Утверждаю\n\n{text}\n\n | Начало в 8:30")
    plain = [cell.text for sheet in result.grid for row in sheet.rows for cell in row if cell.text and not cell.state]
    assert plain == ["Утверждаю", "Начало в 8:30"]


def test_a_note_on_a_read_cell_says_what_it_was_taken_for():
    result = read_sketch(HEAD.format("Англ. (1) 210 / Нем. (2) 211"))
    (note,) = [
        cell.note for sheet in result.grid for row in sheet.rows for cell in row if cell.text.startswith("Англ.")
    ]
    assert note == "Англ. (1) · 5А · 210; Нем. (2) · 5А · 211"


def test_a_sheet_without_a_timetable_is_told():
    sheets = {"Расписание": sketch(HEAD.format("Химия")), "Дежурство": sketch("Кто | Где\nИванова | 1 этаж")}
    findings = read("timetable", "x.xlsx", workbook(sheets)).findings
    assert [(finding.code, finding.sheet) for finding in findings] == [("drawn_no_table", "Дежурство")]
