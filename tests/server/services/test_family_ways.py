"""By which way a family is told: its own order, consent, who may be told about whom, and what lists say until then."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.family_ways import (
    PERSONAL,
    Home,
    Kid,
    Reach,
    Relative,
    Way,
    covered,
    hindrance,
    reach,
    with_lists,
)

DAY = date(2026, 12, 1)
EGOR = Kid("egor", "e", "Веслов Егор", "Егор", "Веслов", "7a", "7 «А»", "ru")
VERA = Kid("vera", "v", "Веслова Вера", "Вера", "Веслова", "8b", "8 «Б»", "ru")
MOTHER = Relative("mother", "Веслова Анна", "mother", frozenset({"egor", "vera"}))
FATHER = Relative("father", "Веслов Олег", "father", frozenset({"egor"}))
BARRED = Relative("barred", "Иной Пётр", "father", frozenset())
SELF = Relative("egor", "Веслов Егор", "", frozenset({"egor"}), True)


def home(*ways: Way, children=(EGOR, VERA)) -> Home:
    return Home("h", tuple(children), (MOTHER, FATHER, BARRED, SELF), ways)


def told(result: tuple[list[Reach], tuple[Kid, ...]]) -> tuple[list[tuple[str, str, list[str]]], list[str]]:
    chosen, left = result
    return [(one.way.person_id, one.way.channel, [kid.id for kid in one.children]) for one in chosen], [
        kid.id for kid in left
    ]


@pytest.mark.parametrize(
    ("way", "kind", "why"),
    [
        (Way("m", "sms", "1"), "change", "consent"), (Way("m", "sms", "1", consent=True), "notice", "unconfirmed"),
        (Way("m", "sms", "1", consent=True, confirmed_on=DAY), "result", ""), (Way("m", "email", "a"), "change", ""),
        (Way("m", "email", "a"), "result", "unconfirmed"), (Way("m", "email", "a", confirmed_on=DAY), "answer", ""),
        (Way("m", "call", "1"), "result", ""), (Way("m", "call", "1", works=False), "result", "off"),
        (Way("m", "messenger", "1"), "reminder", ""), (Way("m", "slip"), "result", ""),
    ],
)  # fmt: skip
def test_what_may_go_which_way(way: Way, kind: str, why: str):
    assert hindrance(way, kind) == why


def test_one_call_tells_of_all_children_whom_the_parent_may_hear_of():
    family = home(Way("father", "call", "2"), Way("mother", "call", "1"))
    assert told(reach(family, "result")) == ([("mother", "call", ["egor", "vera"])], [])
    assert told(reach(family, "change")) == ([("father", "call", ["egor", "vera"])], [])


def test_two_parents_are_told_when_none_may_hear_of_all():
    family = home(Way("father", "call", "2"))
    assert told(reach(family, "result")) == ([("father", "call", ["egor"])], ["vera"])


def test_who_must_not_be_told_is_not_told_of_a_child():
    family = home(Way("barred", "call", "3"))
    for kind in PERSONAL:
        assert told(reach(family, kind)) == ([], ["egor", "vera"])
    assert told(reach(family, "notice"))[1] == []


def test_results_are_told_to_parents_and_not_to_the_student():
    family = home(Way("egor", "messenger", "9"), children=(EGOR,))
    assert told(reach(family, "result"))[1] == ["egor"]
    assert told(reach(family, "reminder")) == ([("egor", "messenger", ["egor"])], [])
    assert covered(home(), Way("egor", "slip"), "result") == {"egor"}


def test_only_the_chosen_channels_are_used():
    family = home(Way("mother", "messenger", "1"), Way("mother", "call", "1"))
    assert told(reach(family, "result", ["call"]))[0] == [("mother", "call", ["egor", "vera"])]
    assert told(reach(family, "result", ["email"])) == ([], ["egor", "vera"])


WAYS = st.builds(
    Way, st.sampled_from(["mother", "father", "barred", "egor"]),
    st.sampled_from(["call", "sms", "email", "messenger"]), st.just("1"), st.integers(1, 9), st.booleans(), st.none(),
    st.booleans(), st.sampled_from([None, DAY]),
)  # fmt: skip


@given(st.lists(WAYS, max_size=8), st.sampled_from(["change", "result", "reminder", "notice", "answer"]))
def test_everybody_is_told_once_or_named_as_not_reached(ways: list[Way], kind: str):
    family = home(*ways)
    chosen, left = reach(family, kind)
    spoken = [kid.id for one in chosen for kid in one.children]
    assert sorted(spoken + [kid.id for kid in left]) == ["egor", "vera"]
    for one in chosen:
        assert hindrance(one.way, kind) == ""
        assert {kid.id for kid in one.children} <= covered(family, one.way, kind)
    for kid in left:
        assert not any(kid.id in covered(family, way, kind) for way in ways if not hindrance(way, kind))


def test_lists_and_survey_say_where_to_begin():
    ways = with_lists([], [MOTHER, SELF], {"mother": ("+79990000001", "a@b.ru"), "egor": ("+79990000002", "")}, "slip")
    assert [(way.person_id, way.channel) for way in ways] == [
        ("mother", "slip"), ("mother", "email"), ("mother", "sms"), ("mother", "call"), ("egor", "sms"),
        ("egor", "call"),
    ]  # fmt: skip
    assert not any(way.stored or way.consent or way.confirmed_on for way in ways)


def test_what_was_noted_comes_first_and_hides_the_same_number_in_lists():
    noted = Way("mother", "call", "+7 (999) 000-00-01", 1, works=False, stored=True)
    ways = with_lists([noted], [MOTHER], {"mother": ("89990000001", "")}, "call")
    assert ways[0] == noted
    assert [way.channel for way in ways[1:]] == ["sms", "slip"]
