"""Days for the solver: what it must keep, what it gains, and that both sides count alike."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.services.proposal.problem import (
    Choice,
    Item,
    Problem,
    Substitute,
    as_it_stands,
    points,
    score,
)
from server.services.proposal.solving import solve

TIMES = {(1, n): (480 + 50 * n, 520 + 50 * n) for n in range(1, 6)}
STREAMS = (("7a", frozenset({"7a", "7a-1"})), ("7a", frozenset({"7a", "7a-2"})), ("7b", frozenset({"7b"})))
APART = {"7a-1": "7a/1", "7a-2": "7a/1"}
SECONDS = 2.0


def item(id: str, n: int, *groups: str, **values: object) -> Item:
    return Item(id, (1, n), frozenset(groups), **values)


def day(*items: Item, **values: object) -> Problem:
    return Problem(items, TIMES, STREAMS, APART, **values)


def counted(problem: Problem) -> dict[str, int]:
    return score(problem, solve(problem, SECONDS))


def test_a_good_day_stays() -> None:
    problem = day(item("a", 1, "7a", teachers=("t",)), item("b", 2, "7a", teachers=("u",)), item("c", 1, "7b"))
    assert solve(problem, SECONDS) == as_it_stands(problem)


def test_an_absent_teachers_lesson_is_given_to_somebody_free() -> None:
    busy = item("b", 1, "7b", teachers=("u",))
    lacking = item("a", 1, "7a", lacking=True, substitutes=(Substitute("u", 0), Substitute("v", 1)))
    plan = solve(day(lacking, busy), SECONDS)
    assert plan["a"] == Choice((1, 1), "v")


def test_siblings_with_one_device_are_not_online_at_once() -> None:
    problem = day(
        item("a", 1, "7a", teachers=("t",), screen=True), item("b", 2, "7a", teachers=("t",)),
        item("c", 1, "7b", teachers=("u",), screen=True), item("d", 2, "7b", teachers=("u",)),
        families=((frozenset({"7a"}), frozenset({"7b"}), 3),),
    )  # fmt: skip
    assert score(problem, as_it_stands(problem))["siblings"] == 3
    after = counted(problem)
    assert (after["siblings"], after["clashes"]) == (0, 0)


def test_a_broadcast_meets_its_lesson() -> None:
    problem = day(item("a", 1, "7a", teachers=("t",), at=590), item("b", 2, "7a", teachers=("u",)))
    assert score(problem, as_it_stands(problem))["broadcasts"] == 1
    plan = solve(problem, SECONDS)
    assert (plan["a"].place, plan["b"].place) == ((1, 2), (1, 1))


def test_the_screen_is_given_up_before_the_limit_is_broken() -> None:
    lessons = [item(str(n), n, "7a", screen=True) for n in range(1, 5)]
    after = counted(day(*lessons, limits={"7a": 120}))
    assert (after["screen"], after["off_screen"]) == (0, 1)


def test_subgroups_of_one_division_may_be_taught_at_once_and_double_lessons_stay_together() -> None:
    problem = day(
        item("a", 1, "7a-1", teachers=("t",)), item("b", 1, "7a-2", teachers=("u",)),
        item("c", 2, "7a", teachers=("v",), pair="d"), item("d", 3, "7a", teachers=("v",)),
        busy={"v": frozenset({(1, 3), (1, 2)})},
    )  # fmt: skip
    plan = solve(problem, SECONDS)
    assert plan["d"].place[1] == plan["c"].place[1] + 1
    assert score(problem, plan)["clashes"] == 0


ITEMS = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([("7a",), ("7b",), ("7a-1",), ("7a-2",), ("7a", "7b")]),
              st.sampled_from([(), ("t",), ("u",), ("t", "u")]), st.sampled_from([None, "12", "14"]), st.booleans(),
              st.booleans()),
    min_size=1, max_size=7,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ITEMS)
def test_what_is_proposed_can_be_held_and_is_no_worse(rows: list[tuple]) -> None:
    items = [
        item(str(number), n, *groups, teachers=teachers, room=room, screen=screen, lacking=lacking,
             substitutes=(Substitute("v", 0), Substitute("w", 1)) if lacking else ())
        for number, (n, groups, teachers, room, screen, lacking) in enumerate(rows)
    ]  # fmt: skip
    problem = day(*items, families=((frozenset({"7a"}), frozenset({"7b"}), 1),), limits={"7a": 80, "7b": 80})
    plan, before = solve(problem, 1.0), as_it_stands(problem)
    after = score(problem, plan)
    assert after["clashes"] == 0 or plan == before
    if score(problem, before)["clashes"] == 0:
        assert points(after) <= points(score(problem, before)) + problem_rank(problem)


def problem_rank(problem: Problem) -> int:
    """A worse rank of a substitute costs the solver points that the score does not know."""
    return sum(len(one.substitutes) for one in problem.items)
