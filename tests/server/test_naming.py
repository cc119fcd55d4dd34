"""Classes, courses, rooms and runs of days as the pages of the office name them, in three languages."""

from datetime import date

import pytest
from flask_babel import force_locale

from server import naming


@pytest.mark.parametrize(
    ("locale", "name", "whole", "short"),
    [("ru", "5", "5 класс", "5 класс"), ("ru", "7А", "7 «А» класс", "7 «А»"),
     ("ru", "7А, Группа 1", "7 «А» класс, Группа 1", "7 «А», Группа 1"), ("ru", "Физика +", "Физика +", "Физика +"),
     ("en", "5", "class 5", "class 5"), ("en", "7А", "class 7А", "7А"), ("kk", "5", "5-сынып", "5-сынып")],
)  # fmt: skip
def test_a_class_is_never_a_bare_number(app, locale: str, name: str, whole: str, short: str):
    with force_locale(locale):
        assert naming.klass(name).replace("\u00a0", " ") == whole
        assert naming.klass_short(name).replace("\u00a0", " ") == short


@pytest.mark.parametrize(
    ("group", "subject", "shown"),
    [("7А", "Алгебра", "7 «А», алгебра"), ("5", "Русский язык", "5 класс, русский язык"), ("9", "ИЗО", "9 класс, ИЗО")],
)
def test_a_course_in_a_line(app, group: str, subject: str, shown: str):
    with force_locale("ru"):
        assert naming.course(group, subject).replace("\u00a0", " ") == shown


def test_several_classes_stand_by_grade_with_one_word(app):
    with force_locale("ru"):
        assert naming.klasses(["10", "2"]) == "2, 10 классы"
        assert naming.klasses(["7Б", "7А"]).replace("\u00a0", " ") == "7 «А», 7 «Б»"
        assert naming.klasses(["5"]).replace("\u00a0", " ") == "5 класс"
        assert naming.klasses([]) == ""


def test_subjects_of_the_same_classes_stand_together(app):
    courses = [("10", "История"), ("5", "История"), ("5", "Музыка"), ("10", "Право"), ("5", "Право")]
    with force_locale("ru"):
        assert [line.replace("\u00a0", " ") for line in naming.teaching(courses)] == [
            "5 класс: музыка", "5, 10 классы: история, право"
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shown"), [("12", "каб. 12"), ("12а", "каб. 12а"), ("Спортзал", "спортзал"), ("", "")]
)
def test_only_a_numbered_room_is_called_one(app, name: str, shown: str):
    with force_locale("ru"):
        assert naming.room(name).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+79990005000", "+7 999 000-50-00"), ("8 (999) 000-00-20", "8 (999) 000-00-20"), ("доб. 5", "доб. 5")],
)
def test_a_phone_number_stands_as_it_is_read_aloud(number: str, shown: str):
    assert naming.phone(number) == shown


def test_days_are_of_the_language(app):
    with force_locale("ru"):
        assert naming.days(date(2026, 11, 23), date(2026, 11, 29)) == "23–29 ноября"
        assert naming.days(date(2026, 11, 30), date(2026, 12, 6), "MMM") == "30 нояб. – 6 дек."
    with force_locale("en"):
        assert naming.days(date(2026, 11, 23), date(2026, 11, 29)) == "23–29 November"
