"""Who must agree to a wish, and every step of its way."""

import pytest

from server.errors import DomainError
from server.services.wishes.consents import ENDED, KINDS, after, said, who_must

RULES = [  # kind, teachers of the lesson, of lessons touched, answerable, who asks → who must agree
    ("move", ("t1", "t2"), ("x",), "lead", "", ("t1", "t2", "x")),
    ("move", ("t1",), ("t1", "x"), "lead", "t1", ("x",)),
    ("move", ("t1",), (), "lead", "t1", ()),
    ("cancel", ("t1",), ("x",), "lead", "", ("t1",)),
    ("again", ("t1",), ("x",), "lead", "", ("lead",)),
    ("again", ("t1",), (), "lead", "lead", ()),
    ("extra", (), (), "lead", "ct", ("lead",)),
    ("consultation", (), (), "lead", "", ("lead",)),
    ("consultation", (), (), "", "", ()),
]


@pytest.mark.parametrize(("kind", "holds", "touched", "answers", "asks", "wanted"), RULES)
def test_who_must_agree(kind: str, holds: tuple, touched: tuple, answers: str, asks: str, wanted: tuple) -> None:
    assert who_must(kind, holds=holds, touched=touched, answers=answers, asks=asks) == wanted


def test_every_kind_has_a_rule() -> None:
    assert {row[0] for row in RULES} == set(KINDS)
    with pytest.raises(DomainError):
        who_must("swap", holds=())


STEPS = {
    "open": {"agree": "agreed", "disagree": "refused", "refuse": "refused", "withdraw": "withdrawn"},
    "agreed": {"schedule": "scheduled", "refuse": "refused", "withdraw": "withdrawn"},
    "scheduled": {"take_back": "agreed"},
    "refused": {},
    "withdrawn": {},
}
EVENTS = ("agree", "disagree", "refuse", "withdraw", "schedule", "take_back")


@pytest.mark.parametrize("state", STEPS)
@pytest.mark.parametrize("event", EVENTS)
def test_each_state_knows_what_may_happen(state: str, event: str) -> None:
    if event in STEPS[state]:
        assert after(state, event) == STEPS[state][event]
        return
    with pytest.raises(DomainError) as error:
        after(state, event)
    early = (state, event) == ("open", "schedule")
    assert error.value.code == ("wish_not_agreed" if early else "wish_ended")


def test_nothing_leaves_an_end_but_what_was_scheduled() -> None:
    assert set(ENDED) == {state for state, steps in STEPS.items() if not set(steps) - {"take_back"}}


def test_all_must_say_yes_and_one_no_is_enough() -> None:
    assert said({}) == "agree"
    assert said({"a": "yes", "b": ""}) == ""
    assert said({"a": "yes", "b": "yes"}) == "agree"
    assert said({"a": "", "b": "no"}) == "disagree"
