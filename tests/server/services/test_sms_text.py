"""SMS: parts as phones count them, a sensible cut, and nobody's surname in any case of it."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from server.services.sms_text import first_that_fits, fit, parts, without_surnames

PEOPLE = (
    ("Веслов", "Егор"), ("Краснопёрова-Заозёрная", "Вера"), ("Горский", "Лев"), ("Бакенов", "Тимур"), ("Ким", "Ася"),
    ("Ветряная", "Злата"), ("Лодкина", "Нина"),
)  # fmt: skip
CASES = {
    "Веслов": ("Веслов", "Веслова", "Веслову", "Весловым", "Веслове", "Весловы", "Весловых", "ВЕСЛОВ"),
    "Краснопёрова-Заозёрная": ("Краснопёрова-Заозёрная", "Краснопёровой-Заозёрной", "Краснопёровой", "Красноперову"),
    "Горский": ("Горский", "Горского", "Горскому", "Горским", "Горские"),
    "Бакенов": ("Бакенов", "Бакенова", "Бакеновтың", "Бакеновке"),
    "Ким": ("Ким", "Кима", "Киму", "КИМ"),
    "Ветряная": ("Ветряная", "Ветряной", "Ветряную"),
    "Лодкина": ("Лодкина", "Лодкиной", "Лодкину"),
}
WORDS = st.text("абвгежиклмнопрстуфыьэюя", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("ж" * 70, 1), ("ж" * 71, 2), ("ж" * 134, 2), ("ж" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2),
        ("ж" + "😀" * 66, 2), ("жж" + "😀" * 66, 3), ("a" * 159 + "ж", 3),
    ],
)  # fmt: skip
def test_parts_are_counted_as_phones_do(text: str, count: int):
    assert parts(text) == count


@given(st.text(max_size=400), st.text(max_size=40))
def test_more_text_never_takes_fewer_parts(text: str, more: str):
    assert parts(text + more) >= parts(text)


@given(st.text(max_size=600), st.integers(1, 4))
def test_what_is_cut_fits_and_what_fits_stays(text: str, most: int):
    cut = fit(text, most)
    assert parts(cut) <= most
    whole = " ".join(text.split())
    if parts(whole) <= most:
        assert cut == whole


def test_the_cut_falls_behind_a_sentence_or_a_word():
    first = "Завтра уроков нет, " + "школа закрыта из-за мороза. "
    cut = fit(first + "Учителя ответят на вопросы по телефону до вечера, звоните.", 1)
    assert cut == first.strip() + " …"
    assert fit("слово " * 40, 1).endswith("слово…")
    assert parts(fit("х" * 500, 1)) == 1


def test_the_first_version_that_fits_is_taken():
    assert first_that_fits(["ж" * 90, "коротко"], 1) == "коротко"
    assert first_that_fits(["ж" * 90, "з" * 80], 1).endswith("…")


def case_of(surname: str, word: str) -> bool:
    plain = word.casefold().replace("ё", "е")
    return plain in {case.casefold().replace("ё", "е") for case in CASES[surname]}


@given(st.data())
def test_no_sms_holds_a_surname_in_any_case(data: st.DataObject):
    words = data.draw(st.lists(WORDS, max_size=8))
    who = data.draw(st.sampled_from(PEOPLE))
    others = data.draw(st.sets(st.sampled_from([last for last, _first in PEOPLE])))
    named = [data.draw(st.sampled_from(CASES[last])) for last in {who[0], *others}]
    text = " ".join(data.draw(st.permutations([*words, *named, who[1]])))
    said = without_surnames(text, [who], others)
    for word in re.findall(r"[\w-]+", said):
        assert not any(case_of(last, piece) for last in {who[0], *others} for piece in (word, *word.split("-")))
    for word in words:
        assume(not any(case_of(last, word) for last, _first in PEOPLE))
        assert word in said, "other words stay"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Веслов Егор не сдал алгебру", "Егор не сдал алгебру"), ("Егор Веслов болеет", "Егор болеет"),
        ("У Веслова долг, Веслову звонить", "У Егор долг, Егор звонить"), ("Вызвать Горского.", "Вызвать."),
        ("Принесите 5 листов бумаги", "Принесите 5 листов бумаги"), ("Весна близко", "Весна близко"),
        ("Лист бумаги", "Лист бумаги"),
    ],
)  # fmt: skip
def test_the_first_name_stays_where_the_surname_went(text: str, said: str):
    assert without_surnames(text, [("Веслов", "Егор")], {"Горский", "Листов"}) == said
