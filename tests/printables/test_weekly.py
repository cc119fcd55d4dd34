"""The slip to parents: who answers for the class."""

from datetime import date

import pytest

from printables import weekly
from tests.printables.kinds import LOCALES
from tests.printables.paper import pages_of

pytestmark = pytest.mark.pdf


def test_two_class_teachers_stand_behind_one_word(tmp_path):
    teachers = (("Ручьёва Нина Павловна", "+7 900 111-22-33"), ("Уткина Виктория Фёдоровна", ""))
    sender = weekly.Sender(
        "Школа № 1", "8 (999) 000-00-20", "9:00–17:00", teachers, (date(2026, 12, 7), date(2026, 12, 12))
    )
    file = tmp_path / "slip.pdf"
    file.write_bytes(weekly.print_weekly([weekly.WeekSlip("Весло Егор", "7 класс", "ru")], sender, LOCALES).pdf)
    [text] = pages_of(file)
    assert "Кл. руководитель: Ручьёва Нина Павловна, +7 900 111-22-33; Уткина Виктория Фёдоровна." in text.replace(
        "\u00a0", " "
    )
