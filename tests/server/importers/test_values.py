"""Single cells: dates, times, numbers, phones, names and words, as people write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.importers.contacts import read_email, read_phone
from server.importers.names import near_identity, read_name, split_name
from server.importers.values import (
    clean,
    plain,
    read_date,
    read_grade,
    read_number,
    read_sex,
    read_text,
    read_time,
    read_yes_no,
    show,
)


@pytest.mark.parametrize(
    "cell",
    [
        date(2016, 6, 5),
        datetime(2016, 6, 5, 13, 0),
        "05.06.2016",
        "5.6.2016",
        "05/06/2016",
        "05-06-2016",
        "2016-06-05",
        "2016-06-05 00:00:00",
        "05.06.2016 0:00:00",
        " 05.06.2016 г.",
    ],
)
def test_dates(cell):
    read = read_date(cell)
    assert (read.value, read.code) == (date(2016, 6, 5), "")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (43445.0, date(2018, 12, 11), "date_serial"),
        ("43445", date(2018, 12, 11), "date_serial"),
        ("13/02/13", date(2013, 2, 13), "date_short_year"),
        ("13.02.89", date(1989, 2, 13), "date_short_year"),
        ("31.02.2013", None, "date_impossible"),
        ("01.01.0001", None, "date_impossible"),
        ("5 июня", None, "date_unreadable"),
        ("02/13/2013", None, "date_impossible"),
        ("", None, ""),
        ("—", None, ""),
    ],
)
def test_doubtful_dates(cell, value, code):
    assert (read_date(cell).value, read_date(cell).code) == (value, code)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_every_way_of_writing_a_day_gives_that_day(day):
    written = [day, day.isoformat(), day.strftime("%d.%m.%Y"), f"{day.day}/{day.month}/{day.year}"]
    assert {read_date(cell).value for cell in written} == {day}
    assert read_date(float((day - date(1899, 12, 30)).days)).value == day


@pytest.mark.parametrize("cell", ["9:00", "09:00", "9.00", "9-00", "09:00:00", 0.375, time(9), timedelta(hours=9)])
def test_times(cell):
    assert (read_time(cell).value, read_time(cell).code) == ("09:00", "")


@pytest.mark.parametrize("cell", ["24:00", "9:60", "9", "утро", timedelta(days=2), timedelta(days=-1)])
def test_no_times(cell):
    assert (read_time(cell).value, read_time(cell).code) == ("", "time_unreadable")


@pytest.mark.parametrize(
    ("cell", "number"), [(3.0, 3), ("3", 3), ("3 урок", 3), ("1-я", 1), ("8 класс", 8), ("", None)]
)
def test_numbers(cell, number):
    assert (read_number(cell).value, read_number(cell).code) == (number, "")


def test_no_numbers():
    assert read_number("5–6").code == read_number("три").code == read_number(2.5).code == "number_unreadable"
    assert read_grade("12").code == "grade_unknown"


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+7 (999) 000-16-32", "RU", "+79990001632"),
        ("89990001632", "RU", "+79990001632"),
        (79990001632.0, "RU", "+79990001632"),
        ("8 (727) 290-11-22", "KZ", "+77272901122"),
        ("999 000 16 32", "RU", "+79990001632"),
        ("", "RU", ""),
    ],
)
def test_phones(typed, region, number):
    assert (read_phone(typed, region).value, read_phone(typed, region).code) == (number, "")


def test_doubtful_phones():
    assert (read_phone("12-34", "RU").value, read_phone("12-34", "RU").code) == ("12-34", "phone_unreadable")
    several = read_phone("8 999 000-16-32, 8 999 000-16-33", "RU")
    assert (several.value, several.code) == ("+79990001632", "phone_several")


def test_email_addresses():
    assert read_email(" Fam001@Mail.Example.ORG ").value == "Fam001@mail.example.org"
    assert (read_email("нет").value, read_email("нет").code) == ("", "email_unreadable")


def test_text_is_trimmed_and_composed():
    assert clean("\xa0 Ёлкина\u200b  Мария ") == "Ёлкина Мария"
    assert clean("Йод") == "Йод"
    assert clean("-") == ""
    assert show(7.0) == "7"


@pytest.mark.parametrize("text", ["=1+1", "@A1", "-2+3", "+х", "\t=2"])
def test_text_that_begins_like_a_formula_is_kept_and_said(text):
    assert (read_text(text).value, read_text(text).code) == (text.strip(), "formula_text")


def test_text_is_not_endless():
    assert (len(read_text("я" * 5000).value), read_text("я" * 5000).code) == (2000, "text_cut")


def test_names():
    assert split_name("Ива Анна Олеговна").middle == "Олеговна"
    assert split_name("Байұзақ Үміт").middle == ""
    assert split_name("Алиев Рашид Мамед оглы").middle == "Мамед оглы"
    assert near_identity("Вишнёва", "Алёна", "") == near_identity("ВИШНЕВА", "Алена", "")


def test_latin_letters_in_names():
    mended = read_name("Cоловьёв")
    assert (mended.value, mended.code) == ("Соловьёв", "name_latin")
    assert (read_name("Smith").value, read_name("Smith").code) == ("Smith", "")


@pytest.mark.parametrize(
    ("words", "value"),
    [(["да", "Да", "есть", "иә", "+", "yes", True, 1.0], True), (["нет", "жоқ", "-", "—", "no", False], False)],
)
def test_yes_and_no(words, value):
    assert {read_yes_no(word).value for word in words} == {value}


def test_neither_yes_nor_no():
    assert (read_yes_no("").value, read_yes_no("").code) == (None, "")
    assert read_yes_no("иногда").code == "yes_no_unknown"


def test_sex():
    assert {read_sex(word).value for word in ["м", "Муж.", "мужской", "ұл", "M"]} == {"m"}
    assert {read_sex(word).value for word in ["ж", "жен.", "қыз", "f"]} == {"f"}
    assert read_sex("?").value == ""


@given(st.text(max_size=30))
def test_the_compared_form_is_stable(text):
    assert plain(plain(text)) == plain(text)
