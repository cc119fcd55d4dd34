"""Who belonged to which group on a day, and that an unknown part is decided by what was learnt later."""

from datetime import date, timedelta

import pytest
from apiflask import APIFlask

from server.extensions import db
from server.services import belonging
from server.services.belonging import Stay, belongs
from tests.server import factory
from tests.server.factory import SINCE, TODAY

DAY = timedelta(days=1)
PART = ("7a", "English")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(SINCE - DAY, False), (SINCE, True), (TODAY, True), (TODAY + DAY, False)],
)
def test_both_ends_of_a_membership_count(day: date, expected: bool):
    assert belongs([Stay("11", SINCE, TODAY)], "11", None, day) is expected


@pytest.mark.parametrize(
    ("placed", "expected"),
    [
        ([], {"one", "two"}),  # nobody knows: all parts
        ([Stay("one", SINCE, None, PART)], {"one"}),
        ([Stay("one", TODAY + DAY, None, PART)], {"one"}),  # learnt later: it had been so
        ([Stay("two", SINCE, TODAY - DAY, PART), Stay("one", TODAY, None, PART)], {"one"}),
        ([Stay("other", SINCE, None, ("7a", "crafts"))], {"one", "two"}),
    ],
)
def test_a_part_of_a_class(placed: list[Stay], expected: set[str]):
    stays = [Stay("7a", SINCE, None), *placed]
    assert {part for part in ("one", "two") if belongs(stays, part, PART, TODAY)} == expected


def test_who_was_not_in_the_class_was_in_none_of_its_parts():
    assert not belongs([Stay("8b", SINCE, None)], "one", PART, TODAY)
    assert not belongs([], "one", PART, TODAY)


def test_the_register_is_read_for_several_students_at_once(app: APIFlask):
    whole = factory.group()
    half = factory.group("1", "7a-1", None, "subgroup", parent_id=whole, division="English")
    other = factory.group("2", "7a-2", None, "subgroup", parent_id=whole, division="English")
    placed, unplaced = factory.student(whole), factory.student(whole, "Yakornaya")
    factory.membership(placed, half)
    found = belonging.register(db.session, [placed, unplaced])
    assert [found.has(placed, group, TODAY) for group in (whole, half, other)] == [True, True, False]
    assert [found.has(unplaced, group, TODAY) for group in (whole, half, other)] == [True, True, True]
    assert not found.has("nobody", whole, TODAY)
