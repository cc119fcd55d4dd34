"""Which lesson an hour of the plan falls on: against a simple model, and the cases that schools meet."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.services.plan_hours import Topic, in_order, spread, to_keep

START = date(2026, 9, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


def plan(*rows: tuple[str, int, int | None]) -> list[Topic]:
    return [Topic("", name, hours, None if on is None else day(on)) for name, hours, on in rows]


def said(topics: list[Topic], days: list[int]) -> list[str | None]:
    found = spread(topics, [day(n) for n in days])
    return [None if row is None else topics[row].topic for row in found]


def test_hours_go_in_order() -> None:
    assert said(plan(("a", 1, None), ("b", 2, None), ("c", 1, None)), [0, 2, 4, 6, 8]) == ["a", "b", "b", "c", None]


def test_more_hours_than_lessons() -> None:
    assert said(plan(("a", 3, None), ("b", 1, None)), [0, 2]) == ["a", "a"]


def test_a_day_goes_first_and_what_follows_comes_after_it() -> None:
    assert said(plan(("a", 1, None), ("b", 1, 4), ("c", 1, None)), [0, 2, 4, 6]) == ["a", None, "b", "c"]


def test_the_second_hour_of_a_dated_topic_is_the_next_free_lesson() -> None:
    assert said(plan(("a", 2, 0), ("b", 1, 4)), [0, 2, 4]) == ["a", "a", "b"]
    assert said(plan(("a", 2, 0), ("b", 1, 2)), [0, 2, 4]) == ["a", "b", "a"]


def test_two_lessons_of_one_day_take_two_topics_in_order() -> None:
    assert said(plan(("a", 1, 2), ("b", 1, 2), ("c", 1, 2)), [0, 2, 2, 4]) == [None, "a", "b", "c"]


def test_a_lost_day_moves_its_topic_alone() -> None:
    topics = plan(("a", 1, 0), ("b", 1, 2), ("c", 1, 4), ("d", 1, 6))
    assert said(topics, [0, 4, 6, 8]) == ["a", "c", "d", "b"]


def test_nothing_waits_for_a_topic_whose_day_was_lost() -> None:
    assert said(plan(("a", 1, 0), ("b", 1, 3), ("c", 1, None)), [0, 2, 4]) == ["a", "b", "c"]


def topic_rows() -> st.SearchStrategy[list[Topic]]:
    rows = st.tuples(st.integers(1, 3), st.none() | st.integers(0, 12))
    return st.lists(rows, max_size=8).map(
        lambda found: plan(*((str(n), hours, on) for n, (hours, on) in enumerate(found)))
    )


def lesson_days() -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 12), max_size=14).map(sorted)


def model(topics: list[Topic], days: list[date]) -> list[int | None]:
    """Slow and plain: every hour by itself, looking through all lessons."""
    taken: dict[int, int] = {}
    first: dict[int, int] = {}
    for row, topic in enumerate(topics):
        for place, on in enumerate(days):
            if on == topic.on and place not in taken:
                taken[place] = first[row] = row
                first[row] = place
                break
    above = -1
    for row, topic in enumerate(topics):
        if row in first:
            above = first[row]
        mine = above
        for hour in range(topic.hours):
            if hour == 0 and row in first:
                continue
            free = [place for place in range(len(days)) if place > mine and place not in taken]
            if not free:
                mine = above if mine == above else mine
                break
            mine = free[0]
            taken[mine] = row
        else:
            if topic.on is None or row in first:
                above = mine
    return [taken.get(place) for place in range(len(days))]


@given(topic_rows(), lesson_days())
def test_it_is_what_the_model_says(topics: list[Topic], days: list[int]) -> None:
    on = [day(n) for n in days]
    assert spread(topics, on) == model(topics, on)


@given(topic_rows(), lesson_days())
def test_no_topic_has_more_lessons_than_hours(topics: list[Topic], days: list[int]) -> None:
    found = spread(topics, [day(n) for n in days])
    for row, topic in enumerate(topics):
        assert found.count(row) <= topic.hours


@given(topic_rows(), lesson_days())
def test_without_days_the_kth_lesson_has_the_kth_hour(topics: list[Topic], days: list[int]) -> None:
    plain = [Topic("", topic.topic, topic.hours) for topic in topics]
    hours = [row for row, topic in enumerate(plain) for _ in range(topic.hours)]
    wanted = [*hours, *[None] * len(days)][: len(days)]
    assert spread(plain, [day(n) for n in days]) == wanted


@given(topic_rows(), lesson_days())
def test_a_lesson_on_a_topics_day_has_a_topic_of_that_day(topics: list[Topic], days: list[int]) -> None:
    found = spread(topics, [day(n) for n in days])
    for n in set(days):
        of_day = [row for row, topic in enumerate(topics) if topic.on == day(n)]
        places = [place for place, one in enumerate(days) if one == n]
        assert [found[place] for place in places][: len(of_day)] == of_day[: len(places)]


def test_days_in_order() -> None:
    assert in_order(plan(("a", 2, None), ("b", 1, 9), ("c", 1, None)), [day(0), day(2), day(4)]) == [
        day(0), day(4), None,
    ]  # fmt: skip


def test_a_held_lesson_keeps_its_topic_when_another_is_put_before_it() -> None:
    lessons = {str(n): day(n) for n in (0, 2, 4)}
    old = plan(("a", 1, None), ("b", 1, None), ("c", 1, None))
    new = plan(("new", 1, None), *[(one.topic, 1, None) for one in old])
    assert to_keep(old, new, lessons, today=day(3)) == {"0": "a", "2": "b"}


def test_a_reworded_topic_is_reworded_in_held_lessons_too() -> None:
    lessons = {"0": day(0), "2": day(2)}
    old, new = plan(("a", 1, None), ("b", 1, None)), plan(("A", 1, None), ("b", 1, None))
    assert to_keep(old, new, lessons, today=day(9)) == {}
