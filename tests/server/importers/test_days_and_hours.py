"""Days and hours as people name them in timetable programs."""

import pytest

from server.importers.days import MOST_KINDS, mask, order_weeks, read_day, week_names
from server.importers.hours import number_by_place, number_hours


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Понедельник", (1, "")),
        ("вт", (2, "")),
        ("Ч-Суббота", (6, "ч")),
        ("З - Пятница", (5, "з")),
        ("А-Сәрсенбі", (3, "а")),
        ("Бейсенбі (Б)", (4, "б")),
        ("Week 2 Monday", (1, "2")),
        ("Неделя 1 Понедельник", (1, "1")),
        ("Понедельник 2-я неделя", (1, "2")),
        ("Ср числ.", (3, "числ")),
        ("Пн1", (1, "1")),
        ("Day 3", (3, "")),
        ("Среда/четверг", (0, "")),
        ("Выходной", (0, "")),
        ("", (0, "")),
    ],
)
def test_a_day_and_its_kind_of_week(text, found):
    assert read_day(text) == found


@pytest.mark.parametrize(
    ("kinds", "ordered"),
    [
        (["з", "ч"], ("ч", "з")),
        (["б", "", "а"], ("а", "б")),
        (["b", "a"], ("a", "b")),
        (["2", "1"], ("1", "2")),
        (["знаменатель", "числитель"], ("числитель", "знаменатель")),
        (["ч", "н"], ("н", "ч")),
        (["бөлім", "алым"], ("алым", "бөлім")),
        (["синяя", "красная"], ("синяя", "красная")),
        ([], ()),
    ],
)
def test_kinds_of_week_in_the_order_of_a_mask(kinds, ordered):
    assert order_weeks(kinds) == ordered


def test_masks_and_names():
    assert [mask(kind, ("ч", "з")) for kind in ("ч", "з", "")] == ["10", "01", "11"]
    assert (mask("1", ("1",)), mask("", ())) == ("1", "1")
    assert (week_names(("ч", "з")), week_names(("ч",))) == (("Ч", "З"), ("1",))
    assert len(order_weeks(str(n) for n in range(1, 100))) == MOST_KINDS


def numbers(*labels, **counts):
    return {label: row.n for label, row in number_hours({label: counts.get(label, 10) for label in labels}).items()}


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["08:30", "09:20", "14:00"], [1, 2, 3]),
        (["8:30", "9:20"], [1, 2]),
        (["8.30 - 9.10", "9.20 - 10.00"], [1, 2]),
        (["1", "2", "7"], [1, 2, 7]),
        (["0", "1"], [0, 1]),
        (["1 (08:30-09:10)", "2 (09:20-10:00)"], [1, 2]),
        (["5 урок", "6 урок"], [5, 6]),
        (["3-сабақ", "4-сабақ"], [3, 4]),
        (["1 см. 1", "1 см. 2", "2 см. 1", "2 см. 2"], [1, 2, 3, 4]),
        (["1 смена 0 урок", "1 смена 1 урок", "2 смена 1 урок"], [0, 1, 2]),
        (["1 (08:30)", "1 (14:00)"], [1, 2]),
        (["0 (08:10)", "1 (09:00)", "1 (14:00)"], [0, 1, 2]),
        (["первый", "2"], [2]),
    ],
)
def test_hours_become_lesson_numbers(labels, found):
    assert list(numbers(*labels).values()) == found


def test_a_rare_hour_before_eight_is_the_zero_lesson():
    used = {"07:40": 6, "08:30": 200, "09:20": 200}
    assert [row.n for row in number_hours(used).values()] == [0, 1, 2]
    assert [row.n for row in number_hours({**used, "07:40": 150}).values()] == [1, 2, 3]
    assert [row.n for row in number_hours({"08:00": 6, "08:50": 200}).values()] == [1, 2]


def test_times_of_a_label_are_kept():
    row = number_hours({"1 (8:30-9:10)": 1})["1 (8:30-9:10)"]
    assert (row.name, row.start, row.end) == ("1 (8:30-9:10)", "08:30", "09:10")


def test_a_full_list_of_hours_counts_by_place_when_names_do_not_help():
    assert [row.n for row in number_by_place({"Первый": 1, "Второй": 1}).values()] == [1, 2]
    assert [row.n for row in number_by_place({"3": 1, "4": 1}).values()] == [3, 4]
