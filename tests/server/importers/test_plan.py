"""Course plans as teachers draw them: titles, sections, totals, days in any form, headers in three languages."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest

from server.importers import registry
from server.importers.findings import Result
from server.importers.plan import classes_in
from server.importers.plan_dates import read_plan_date

TODAY = date(2026, 12, 7)
TITLE = "Календарно-тематическое планирование по алгебре, 7 «А» класс"
HEADER = ["№ урока", "Тема урока", "Кол-во часов", "Дата"]


def text(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def read(data: bytes, name: str = "plan.csv") -> Result:
    return registry.read("plan", name, data, today=TODAY)


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings if finding.level == "error"]


def told(result: Result) -> list[tuple]:
    return [(row.section, row.topic, row.hours, row.on) for row in result.rows]


def test_a_plan_as_it_is_mostly_drawn(xlsx: Callable[..., bytes]) -> None:
    rows = [
        [TITLE], ["Учитель: Незабудкина В. И."], HEADER,
        ["I четверть (24 часа)"],
        ["Раздел 1. Выражения (5 ч)"],
        [1, "Числовые выражения", 2, date(2026, 9, 1).isoformat()],
        [2, "Степень", 1, "05.09"],
        ["", "Раздел 2. Уравнения", 2, ""],
        ["3", "Линейное уравнение", 2, "7 сентября"],
        ["", "", "", ""],
        ["", "Итого", 5, ""],
    ]  # fmt: skip
    result = read(xlsx({"Лист1": rows}), "x.xlsx")
    assert codes(result) == []
    assert told(result) == [
        ("Раздел 1. Выражения", "Числовые выражения", 2, date(2026, 9, 1)),
        ("Раздел 1. Выражения", "Степень", 1, date(2026, 9, 5)),
        ("Раздел 2. Уравнения", "Линейное уравнение", 2, date(2026, 9, 7)),
    ]
    assert {row.classes for row in result.rows} == {("7А",)}
    assert result.rows[0].about[0].startswith(TITLE)
    assert result.counts == {"topics": 3, "hours": 5}


def test_a_section_column_is_filled_down() -> None:
    data = text([
        ["Класс", "Предмет", "Раздел", "Тема", "Часы"],
        ["7А", "Алгебра", "Дроби", "Сложение", "1"], ["7А", "Алгебра", "", "Вычитание", "2"],
    ])  # fmt: skip
    result = read(data)
    assert told(result) == [("Дроби", "Сложение", 1, None), ("Дроби", "Вычитание", 2, None)]
    assert {row.subject for row in result.rows} == {"Алгебра"}


@pytest.mark.parametrize(
    ("header", "title"),
    [
        (["№", "Раздел", "Тема", "Часы", "Дата"], TITLE),
        (["р/с №", "Бөлім", "Сабақтың тақырыбы", "Сағат саны", "Күні"], "Алгебра пәні, 7 «А» сынып"),
        (["No", "Section", "Topic", "Hours", "Date"], "Algebra, grade 7А"),
    ],
)
def test_headers_in_three_languages(header: list[str], title: str) -> None:
    rows = [["1", "S", "One", "1", "2026-09-01"], ["2", "", "Two", "2", "03.09.2026"]]
    result = read(text([[title], header, *rows]))
    assert told(result) == [("S", "One", 1, date(2026, 9, 1)), ("S", "Two", 2, date(2026, 9, 3))]
    assert {row.classes for row in result.rows} == {("7А",)}


def test_a_total_of_hours_is_a_section_only_where_it_adds_up() -> None:
    rows = [["", "Дроби", "3", ""], ["1", "Сложение", "1", ""], ["2", "Вычитание", "2", ""]]
    result = read(text([[TITLE], HEADER, *rows, ["", "Без номера", "7", ""], ["3", "Корни", "1", ""]]))
    assert [row.topic for row in result.rows] == ["Сложение", "Вычитание", "Без номера", "Корни"]
    assert result.rows[0].section == "Дроби"


def test_a_plan_without_hours_and_numbers_has_an_hour_a_row() -> None:
    result = read(text([["Класс", "Тема"], ["7", "Сложение"], ["7", "Вычитание"]]))
    assert [row.hours for row in result.rows] == [1, 1]
    assert {row.classes for row in result.rows} == {("7",)}


def test_numbers_of_several_lessons_are_hours() -> None:
    result = read(text([[TITLE], HEADER[:2], ["1-2", "Сложение"], ["3", "Вычитание"]]))
    assert [row.hours for row in result.rows] == [2, 1]


@pytest.mark.parametrize(
    ("heading", "classes"),
    [
        (TITLE, ("7А",)),
        ("КТП по алгебре 7 «А», 7 «Б» классы, 2026-2027 учебный год, 3 часа в неделю", ("7А", "7Б")),
        ("Рабочая программа для 8-го класса", ("8",)),
        ("5 и 6 классы", ("5", "6")),
        ("Класс: 10Б  Предмет: химия", ("10Б",)),
        ("7-сынып", ("7",)),
        ("1Ә сыныбы, қазақ тілі", ("1Ә",)),
        ("Алгебра", ()),
    ],
)
def test_classes_of_a_heading(heading: str, classes: tuple[str, ...]) -> None:
    assert classes_in(heading) == classes


@pytest.mark.parametrize(
    ("name", "classes"), [("КТП алгебра 7А.xlsx", ("7А",)), ("алгебра_7_2026-2027.csv", ("7",)), ("ktp.csv", ())]
)
def test_the_files_name_names_the_class_last(name: str, classes: tuple[str, ...]) -> None:
    result = read(text([HEADER, ["1", "Сложение", "1", ""]]), name)
    assert tuple(result.rows[0].classes if result.rows else ()) == classes
    assert codes(result) == ([] if classes else ["plan_class_missing"])


@pytest.mark.parametrize(
    ("cell", "on", "code"),
    [
        ("01.09", date(2026, 9, 1), ""),
        ("12.01", date(2027, 1, 12), ""),
        ("01.09.2026", date(2026, 9, 1), ""),
        ("5 сентября", date(2026, 9, 5), ""),
        ("3 ақпан", date(2027, 2, 3), ""),
        ("7 Sep", date(2026, 9, 7), ""),
        ("07.09, 09.09", date(2026, 9, 7), ""),
        ("07.09-11.09", date(2026, 9, 7), ""),
        ("2–6 сентября", date(2026, 9, 2), ""),
        (7.09, date(2026, 9, 7), ""),
        (7.1, date(2026, 10, 7), "date_short_year"),
        (date(2026, 9, 1), date(2026, 9, 1), ""),
        ("2 неделя", None, "plan_date_words"),
        ("31.02", None, "date_impossible"),
        ("", None, ""),
    ],
)
def test_days_in_any_form(cell: str | float | date, on: date | None, code: str) -> None:
    found = read_plan_date(cell, TODAY)
    assert (found.value, found.code) == (on, code)


def test_impossible_hours_and_days_are_errors_of_their_rows() -> None:
    result = read(text([[TITLE], HEADER, ["1", "A", "0", ""], ["2", "B", "1", "31.02"], ["3", "C", "1", "1 неделя"]]))
    assert codes(result) == ["plan_hours", "date_impossible"]
    assert [row.topic for row in result.rows] == ["C"]


def test_the_class_is_asked_for_once() -> None:
    result = read(text([HEADER, ["1", "A", "1", ""], ["2", "B", "1", ""]]))
    assert codes(result) == ["plan_class_missing"]


def test_html_saved_as_xls() -> None:
    cells = "".join(f"<td>{cell}</td>" for cell in ("1", "Сложение", "2", "01.09"))
    heads = "".join(f"<th>{cell}</th>" for cell in HEADER)
    page = f"<table><tr><td colspan=4>{TITLE}</td></tr><tr>{heads}</tr><tr>{cells}</tr></table>"
    assert told(read(page.encode("utf-8"), "plan.xls")) == [("", "Сложение", 2, date(2026, 9, 1))]
