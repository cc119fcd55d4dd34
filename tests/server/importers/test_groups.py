"""Class names, their keys and slugs."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.importers.groups import class_in_title, find_groups, grade_of, group_key, group_slug, read_class

LETTERS = "АБВГДЕЖЗИКЛМНӘҒҚҢӨҰҮҺ"
NAMES = st.builds(lambda grade, letter: f"{grade}{letter}", st.integers(1, 11), st.sampled_from(["", *LETTERS]))


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (" 10 «а» ", "10А"),
        (7.0, "7"),
        ("7 «А» класс", "7А"),
        ("10-Б", "10Б"),
        ("1 ә", "1Ә"),
        ('11 "Б"', "11Б"),
        ("9 сынып", "9"),
        ("7-1", "7-1"),
        ("", ""),
    ],
)
def test_ways_to_write_a_class(cell, name):
    assert (read_class(cell).value, read_class(cell).code) == (name, "")


def test_latin_letters_are_taken_and_said():
    read = read_class("5A")
    assert (read.value, read.code, read.suggestion) == ("5А", "class_latin", "5А")


@pytest.mark.parametrize("cell", ["12А", "0", "класс", "А7", "7D", "2026-10-01"])
def test_no_classes(cell):
    assert (read_class(cell).value, read_class(cell).level) == ("", "error")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Список 1 класса, классный руководитель: …", "1"),
        ("1Ә сыныбының оқушылар тізімі", "1Ә"),
        ("Список 10 «А» класса", "10А"),
        ("Список обучающихся 7-го класса", "7"),
        ("Список обучающихся на 2026/2027 год", ""),
    ],
)
def test_classes_in_titles(title, name):
    assert class_in_title(title) == name


@pytest.mark.parametrize(
    ("name", "slug"), [("7А", "7a"), ("1Ә", "1ae"), ("10Б", "10b"), ("7", "7"), ("Группа 1", "gruppa-1"), ("", "group")]
)
def test_slugs(name, slug):
    assert group_slug(name) == slug


def test_a_taken_slug_gets_a_number():
    assert group_slug("7А", {"7a", "7a-2"}) == "7a-3"
    assert group_slug("Me") == "me-2", "public/me/ holds the private pages"


@given(st.text(max_size=60))
def test_any_name_gives_an_ascii_slug(name):
    assert re.fullmatch(r"[a-z0-9-]{1,40}", group_slug(name))


@given(st.lists(NAMES, unique=True, max_size=40))
def test_slugs_of_a_school_are_unique(names):
    slugs: list[str] = []
    for name in names:
        slugs.append(group_slug(name, slugs))
    assert len(set(slugs)) == len(names)


@given(NAMES, st.sampled_from([" {} ", "«{}»", '"{}"', "{}"]), st.booleans())
def test_a_group_is_found_however_it_is_written(name, around, lower):
    typed = around.format(name.lower() if lower else name)
    assert group_key(typed) == group_key(name)
    assert find_groups(typed, {"other": "3Я", "this": name}) == ("this",)


def test_look_alikes_find_the_group():
    assert find_groups("7A", {"7a": "7А", "7b": "7Б"}) == ("7a",)
    assert find_groups("1h", {"1n": "1Н"}) == ("1n",)


def test_two_readings_are_both_given():
    school = {"10b": "10Б", "10v": "10В"}
    assert find_groups("10b", school) == ("10b",)
    assert find_groups("10B", school) == ("10b", "10v")
    assert find_groups("10Ю", school) == ()


@given(NAMES)
def test_canonical_names_stay_as_they_are(name):
    assert read_class(name).value == name
    assert grade_of(name) == int(name.rstrip(LETTERS))
    assert set(group_slug(name)) <= set(string.ascii_lowercase + string.digits)
