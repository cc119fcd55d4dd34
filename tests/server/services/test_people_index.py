"""Finding people by what a caller says: order, parts, typing errors, keyboard layout, class, phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.people_index import Entry, PeopleIndex, Relative
from server.services.typed_names import phone_digits

MOTHER = Relative("m1", "Лодкина Анна Сергеевна", "+79000000102")
ENTRIES = (
    Entry("student", "s1", "s1", "Лодкин Семён Ильич", "+79000000101", ("7А",), (MOTHER,)),
    Entry("student", "s2", "s2", "Лодкина Вера Ильинична", "", ("10А",), (MOTHER,)),
    Entry("student", "s3", "s3", "Бәкенов Нұрлан", "", ("7Ә",), (Relative("m2", "Бәкенова Гүлнар", "+77010000303"),)),
    Entry("student", "s4", "s4", "Парусова-Якорная Алёна", "", ("1",), ()),
    Entry("staff", "t1", "t1", "Незабудкина Виктория Денисовна", "+79000000900"),
)
INDEX = PeopleIndex(ENTRIES)


def found(text: str) -> list[str]:
    return [hit.entry.id for hit in INDEX.search(text)]


@pytest.mark.parametrize(("typed", "first"), [
    ("Лодкин Семён", "s1"), ("семен лодкин", "s1"), ("Ильич Семен", "s1"), ("лодк сем", "s1"), ("одкин семён", "s1"),
    ("Лотким Семен", "s1"), ("Лодкина Ана", "s2"), ("Лодикн Семён", "s1"),
    ("Kjlrby Ctv`y", "s1"), ("kjlrby ctvty", "s1"),
    ("Лодкин 7А", "s1"), ("лодкин 7 «а»", "s1"), ("7-а лодкин", "s1"), ("лодкина 10а", "s2"),
    ("Бакенов Нурлан", "s3"), ("бәкенов нұрлан", "s3"), ("Бакенов 7ә", "s3"), ("Гулнар", "s3"),
    ("Якорная", "s4"), ("парусова-якорная", "s4"), ("Алена Якорная", "s4"), ("незабутькина", "t1"),
    ("8 (900) 000-01-01", "s1"), ("+7 900 000 01 01", "s1"), ("0101", "s1"), ("87010000303", "s3"),
    ("89000000900", "t1"), ("незабудкина 0900", "t1"),
])  # fmt: skip
def test_whoever_is_meant_comes_first(typed: str, first: str):
    assert found(typed)[0] == first


@pytest.mark.parametrize("typed", ["", " ", "л", "ъъъъ", "Лодкин 9Б", "Семён Нурлан", "5550000", "- , .", "\x00"])
def test_nobody_is_made_up(typed: str):
    assert found(typed) == []


def test_a_parent_leads_to_each_child_and_is_named():
    hits = INDEX.search("Лодкина Анна")
    assert {hit.entry.id for hit in hits} == {"s1", "s2"} and all(hit.via == MOTHER for hit in hits)
    assert INDEX.search("89000000102")[0].via == MOTHER


def test_a_grade_alone_is_all_its_classes_and_no_other():
    assert set(found("7")) == {"s1", "s3"} and found("1") == ["s4"] and found("10") == ["s2"]


def test_one_wrong_digit_of_a_whole_phone_is_forgiven():
    assert found("8 900 000 09 01") == [] or found("8 900 000 09 01")[0] in ("t1", "s1")
    assert found("89000000910")[0] in ("t1",)


@pytest.mark.parametrize(("typed", "digits"), [
    ("8 (900) 000-01-01", "9000000101"), ("+7 900 0000101", "9000000101"), ("62-76-04", "627604"), ("", ""),
])  # fmt: skip
def test_phones_are_compared_without_the_countrys_digit(typed: str, digits: str):
    assert phone_digits(typed) == digits


NAMES = st.sampled_from([word for entry in ENTRIES for word in entry.name.replace("-", " ").split() if len(word) > 4])


@given(NAMES, st.data())
def test_one_error_in_a_long_name_still_finds_it(name: str, data: st.DataObject):
    place = data.draw(st.integers(1, len(name) - 2))
    other = data.draw(st.sampled_from("абвгдеклмнорст"))
    error = data.draw(st.sampled_from((
        name[:place] + name[place + 1 :], name[:place] + other + name[place:], name[:place] + other + name[place + 1 :],
        name[:place] + name[place + 1] + name[place] + name[place + 2 :],
    )))  # fmt: skip
    whole = {hit.entry.id for hit in INDEX.search(name)}
    assert whole & {hit.entry.id for hit in INDEX.search(error)}, error


@given(st.text(max_size=60))
def test_any_text_gets_an_answer_of_known_people(text: str):
    hits = INDEX.search(text)
    assert len({hit.entry.id for hit in hits}) == len(hits) <= 20
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.permutations(["Лодкин", "Семён", "Ильич", "7А"]))
def test_the_order_of_words_does_not_matter(words: list[str]):
    assert found(" ".join(words)) == ["s1"]
