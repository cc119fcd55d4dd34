"""Dates and texts on paper as the school's language writes them."""

import datetime
import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from printables.texts import Texts

MONDAY, FRIDAY = datetime.date(2026, 12, 7), datetime.date(2026, 12, 11)


@pytest.mark.parametrize(
    ("locale", "first", "last", "expected"),
    [
        ("ru", MONDAY, FRIDAY, "7–11 декабря 2026"),
        ("ru", datetime.date(2026, 11, 30), datetime.date(2026, 12, 4), "30 ноября – 4 декабря 2026"),
        ("en", MONDAY, FRIDAY, "December 7–11, 2026"),
        ("kk", MONDAY, FRIDAY, "7–11 желтоқсан 2026"),
        ("ru", MONDAY, MONDAY, "7 декабря 2026"),
    ],
)
def test_a_week(tmp_path, locale, first, last, expected):
    assert Texts(locale, tmp_path).week(first, last) == expected


def test_days(tmp_path):
    texts = Texts("ru", tmp_path)
    assert [texts.day_short(MONDAY), texts.column(MONDAY)] == ["пн, 7 декабря", "Пн 7"]


def test_the_schools_catalogue_is_used(tmp_path):
    catalogue = Catalog(locale="ru")
    catalogue.add("edition %(number)s", "выпуск %(number)s")
    catalogue.add(
        ("%(num)d task to hand in", "%(num)d tasks to hand in"),
        ("%(num)d задание", "%(num)d задания", "%(num)d заданий"),
    )
    target = io.BytesIO()
    write_mo(target, catalogue)
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.mo").write_bytes(target.getvalue())
    texts = Texts("ru", tmp_path)
    assert texts.gettext("edition %(number)s", number=41) == "выпуск 41"
    plural = [texts.ngettext("%(num)d task to hand in", "%(num)d tasks to hand in", n) for n in (1, 3, 5)]
    assert plural == ["1 задание", "3 задания", "5 заданий"]
