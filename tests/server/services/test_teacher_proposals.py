"""Who is proposed for a course, and when a proposal is clear enough to be taken at once."""

import pytest

from server.services.teacher_proposals import Colleague, Need, rank, sure

MONDAY_1 = (1, 1, 1, 0)
MATHS = Need("maths", frozenset({"7a"}), 7, frozenset({"here"}), frozenset({MONDAY_1}))
YOUNG = Need("maths", frozenset({"1a"}), 1, frozenset({"here"}), frozenset({MONDAY_1}), in_own_room=True)
LISTED = Colleague("listed", "Anna", 10, listed=frozenset({"maths"}))
TAUGHT = Colleague("taught", "Boris", 2, taught=frozenset({"maths"}))
HOME = Colleague("home", "Vera", 0, homerooms=frozenset({"1a"}))
STRANGER = Colleague("stranger", "Gleb")


def ids(need: Need, *staff: Colleague) -> list[str]:
    return [one.person_id for one in rank(need, staff)]


def test_only_who_has_a_reason_is_proposed_the_strongest_first() -> None:
    assert ids(MATHS, STRANGER, TAUGHT, LISTED) == ["listed", "taught"]


def test_the_only_one_of_the_list_is_clear_two_are_not() -> None:
    other = Colleague("other", "Dina", 4, listed=frozenset({"maths"}))
    assert sure(rank(MATHS, [LISTED, TAUGHT])) == "listed"
    assert ids(MATHS, LISTED, other) == ["other", "listed"]  # who has fewer hours comes first
    assert sure(rank(MATHS, [LISTED, other])) == ""


def test_who_teaches_others_at_that_hour_comes_last_and_is_never_clear() -> None:
    busy = Colleague("busy", "Dina", listed=frozenset({"maths"}), places=frozenset({("elsewhere", MONDAY_1)}))
    found = rank(MATHS, [busy, TAUGHT])
    assert [(one.person_id, one.busy) for one in found] == [("taught", False), ("busy", True)]
    assert sure(rank(MATHS, [busy])) == ""


def test_holding_the_same_lesson_is_no_clash() -> None:
    joined = Colleague("joined", "Dina", listed=frozenset({"maths"}), places=frozenset({("here", MONDAY_1)}))
    assert sure(rank(MATHS, [joined])) == "joined"


def test_the_class_teacher_of_the_youngest_teaches_what_is_in_their_room() -> None:
    assert sure(rank(YOUNG, [HOME, LISTED])) == "home"


@pytest.mark.parametrize("in_own_room", [False, None])
def test_elsewhere_the_specialist_is_at_least_asked_for(in_own_room: bool | None) -> None:
    need = Need("maths", frozenset({"1a"}), 1, in_own_room=in_own_room)
    assert sure(rank(need, [HOME, LISTED])) == ("listed" if in_own_room is False else "")
    assert set(ids(need, HOME, LISTED)) == {"home", "listed"}


def test_the_class_teacher_of_older_ones_has_no_reason_alone() -> None:
    assert ids(MATHS, Colleague("home", "Vera", homerooms=frozenset({"7a"}))) == []


def test_nobody_fits_nobody_is_clear() -> None:
    assert rank(MATHS, []) == () and sure(()) == ""
