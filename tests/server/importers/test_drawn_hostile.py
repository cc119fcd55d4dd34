"""Drawn sheets made to hurt: huge, merged beyond reason, or nonsense. Refused or read, never an error."""

import io

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importers.registry import read
from tests.server.importers.drawing import Sketch, sketch, told, workbook

TABLE = "День | № | 5А | 5Б\nПн | 1 | Алгебра | Физика\n^ | 2 | Физика | Алгебра"
WORDS = [
    "Пн", "Вторник", "СРЕДА", "1", "2", "3", "0", "5А", "5Б", "6 «Ә»", "11", "Класс", "№", "День", "Время", "Каб.",
    "8.30-9.10", "14:00 – 14:40", "Алгебра", "Англ. (1) / Англ. (2)", "ИЗО (знам.)", "210/211", "217", "Иванова И.И.",
    "Числитель", "знам", "Перемена", "1 смена", "Расписание 5А класса", "Предмет", " / ", "(", "(1)", "—", "с/з",
    "Спортзал", "a\nb", "Учитель", "//", "/ /", "(числ.) (1) (217)", "5А, 5Б", "1-4",
]  # fmt: skip


def with_merged(ranges):
    """The table above in a workbook whose sheet claims these merged ranges."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Лист1")
        for (row, column), value in sketch(TABLE).cells.items():
            sheet.write(row, column, value)
        sheet.merge = [list(one) for one in ranges]
    return out.getvalue()


def test_one_range_over_the_whole_sheet():
    result = read("timetable", "x.xlsx", with_merged([(0, 0, 1_048_575, 16_383)]))
    assert len(told(result)) == 4


def test_thousands_of_ranges_over_one_another():
    ranges = [(row % 7, row % 5, 2_000 + row, 300) for row in range(5_000)]
    assert len(told(read("timetable", "x.xlsx", with_merged(ranges)))) == 4


@pytest.mark.large
def test_a_hundred_thousand_rows_are_no_timetable():
    rows = "День;№;5А;5Б\n" + "Пн;1;Алгебра;Физика\n" * 99_990
    (finding,) = read("timetable", "x.csv", rows.encode()).findings
    assert (finding.code, finding.refuses) == ("drawn_unknown", True)


def test_a_huge_sheet_beside_the_timetable_is_passed_over(xlsx):
    rows = [[str(number)] for number in range(5_000)]
    table = [["День", "№", "5А", "5Б"], ["Пн", 1, "Алгебра", "Физика"]]
    result = read("timetable", "x.xlsx", xlsx({"Журнал": rows, "Расписание": table}))
    assert told(result) == ["5А пн1 Алгебра", "5Б пн1 Физика"]
    assert [finding.code for finding in result.findings] == ["drawn_no_table"]


@pytest.mark.parametrize("word", ["5А", "Понедельник", "1", "(", "/", "Алгебра / "])
def test_a_sheet_full_of_one_word(xlsx, word):
    result = read("timetable", "x.xlsx", xlsx({"Лист1": [[word] * 60] * 100}))
    assert result.findings


def test_nothing_is_evaluated():
    result = read("timetable", "x.xlsx", workbook({"Лист1": sketch(TABLE + "\n^ | 3 | =1+1 х | @A1 х")}))
    assert {lesson.subject for lesson in result.rows[0].lessons} >= {"=1+1 х", "@A1 х"}


@settings(max_examples=120, deadline=None)
@given(
    st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 7)), st.sampled_from(WORDS), min_size=3, max_size=60),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 7), st.integers(0, 3), st.integers(0, 3)), max_size=6),
    st.sampled_from(["Лист1", "5А", "Понедельник", "2 смена", "Числитель"]),
)
def test_nonsense_never_raises_and_is_told_apart(cells, spans, name):
    """Every cell of the sheet is given back, whatever was understood of it."""
    data = workbook({name: Sketch(dict(cells), _apart(spans))})
    result = read("timetable", "x.xlsx", data)
    shown = [cell for sheet in result.grid for row in sheet.rows for cell in row if cell.text]
    assert result.refused or shown
    assert {cell.state for cell in shown} <= {"", "head", "read", "odd"}
    lost = [finding for finding in result.findings if finding.level == "error"]
    assert result.refused or len([cell for cell in shown if cell.state == "odd"]) >= min(1, len(lost))


def _apart(spans):
    """Ranges that do not touch, as a spreadsheet program writes them."""
    taken, kept = set(), []
    for row, column, down, right in spans:
        places = {(r, c) for r in range(row, row + down + 1) for c in range(column, column + right + 1)}
        if len(places) > 1 and not places & taken:
            taken |= places
            kept.append(((row, column), (row + down, column + right)))
    return kept
