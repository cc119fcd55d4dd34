"""Names of classes and subjects, and runs of days, as a sentence needs them."""

from datetime import date

import pytest

from sync.wording import class_name, class_parts, day_span, inside

RUSSIAN = "%(grade)s «%(letter)s»"


@pytest.mark.parametrize("name", ["7А", "7 А", "7-А", "7а", "7 «А»", '7"А"', " 7А "])
def test_a_class_is_written_one_way(name: str):
    assert class_name(name, RUSSIAN) == "7 «А»"


@pytest.mark.parametrize(
    ("name", "shown"), [("5", "5"), ("11", "11"), ("1Ә", "1 «Ә»"), ("10ФМ", "10 «ФМ»"), ("7 б", "7 «Б»")]
)
def test_a_class_keeps_its_number_and_letters(name: str, shown: str):
    assert class_name(name, RUSSIAN) == shown


@pytest.mark.parametrize("name", ["Группа 1", "1-топ", "7А, Группа 1", "Физика 10–11", "Класс 7", "100", "", "2026"])
def test_other_groups_keep_their_names(name: str):
    assert class_parts(name) is None
    assert class_name(name, RUSSIAN) == name


@pytest.mark.parametrize(
    ("subject", "shown"),
    [("Русский язык", "русский язык"), ("Қазақ тілі", "қазақ тілі"), ("ОБЗР", "ОБЗР"), ("ИЗО", "ИЗО"),
     ("Россия – мои горизонты", "Россия – мои горизонты"), ("Я и мир", "Я и мир"), ("English", "English"),
     ("физика", "физика"), ("Т", "Т"), ("", "")],
)  # fmt: skip
def test_a_subject_inside_a_line(subject: str, shown: str):
    assert inside(subject) == shown


def test_a_run_of_days_names_its_month_once():
    def say(day: date, pattern: str) -> str:
        return f"{day.day}" + (f" {day.month}{pattern[2:]}" if len(pattern) > 1 else "")

    assert day_span(date(2026, 12, 7), date(2026, 12, 11), say) == "7–11 12MMMM"
    assert day_span(date(2026, 11, 30), date(2026, 12, 4), say, "MMM") == "30 11MMM – 4 12MMM"
    assert day_span(date(2025, 12, 7), date(2026, 12, 11), say) == "7 12MMMM – 11 12MMMM"
    assert day_span(date(2026, 12, 7), date(2026, 12, 7), say) == "7 12MMMM"
