"""Bells for a range of dates: drawn by minutes, edited, one set at a time, ended."""

from datetime import timedelta

import pytest
from apiflask import APIFlask
from hypothesis import given
from hypothesis import strategies as st

from server.errors import DomainError
from server.extensions import db
from server.models import Day
from server.services.content import Author
from server.services.days import bell_sets
from server.services.days.bell_sets import Ring, checked, drawn
from server.services.days.changing import Rights
from server.services.days.reading import read_days
from tests.server import factory
from tests.server.village import NOW

TODAY = factory.TODAY
MORROW = TODAY + timedelta(days=1)
SHORT = drawn(range(1, 9), "08:30", 30, (10,))


def code(act, *given, **values) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(DomainError) as error:
        act(*given, **values)
    return error.value.code


def test_lessons_and_breaks_follow_one_another() -> None:
    found = drawn((0, 1, 2, 3), "7:50", 30, (5, 20))
    assert found == (Ring(0, "07:50", "08:20"), Ring(1, "08:25", "08:55"), Ring(2, "09:15", "09:45"),
                     Ring(3, "10:05", "10:35"))  # fmt: skip


@given(st.sets(st.integers(0, 20), min_size=1), st.integers(0, 600), st.integers(10, 120),
       st.lists(st.integers(0, 120), min_size=1, max_size=5))  # fmt: skip
def test_drawn_bells_are_in_order_or_refused(numbers: set[int], begins: int, lesson: int, breaks: list[int]) -> None:
    try:
        found = drawn(sorted(numbers), f"{begins // 60}:{begins % 60:02d}", lesson, breaks)
    except DomainError as error:
        assert error.code == "bells_past_midnight"
        return
    assert [ring.n for ring in found] == sorted(numbers)
    assert checked(reversed(found)) == found


@pytest.mark.parametrize(("rings", "wanted"), [
    ([Ring(1, "08:30", "08:30")], "bells_cross"),
    ([Ring(1, "08:30", "09:10"), Ring(2, "09:05", "09:45")], "bells_cross"),
    ([Ring(1, "25:00", "26:00")], "time_invalid"), ([Ring(1, "", "09:00")], "time_invalid"), ([], "value_invalid"),
    ([Ring(1, "08:30", "09:00"), Ring(1, "09:30", "10:00")], "number_twice"),
])  # fmt: skip
def test_bells_that_cannot_ring_are_refused(rings: list[Ring], wanted: str) -> None:
    assert code(checked, rings) == wanted


class Tower:
    """A school with usual bells of two shifts, a lesson tomorrow, and who composes its days."""

    def __init__(self) -> None:
        factory.school()
        factory.bells()
        factory.bells(2)
        self.me = factory.person()
        self.by = Author(self.me, factory.account("me", person_id=self.me), NOW, TODAY)
        factory.lesson(factory.course(factory.group()), on=MORROW, n=2)

    def times(self) -> tuple[str, str]:
        db.session.remove()
        [lesson] = read_days(db.session, MORROW, MORROW).lessons
        return lesson.starts, lesson.ends

    def put(self, first: int = 1, last: int = 1, shift: int = 1, **values: object) -> str:
        days = TODAY + timedelta(days=first), TODAY + timedelta(days=last)
        return bell_sets.put(shift, "Short", *days, values.pop("rings", SHORT), self.by,
                             values.pop("rights", Rights()), **values)  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def tower(app: APIFlask) -> Tower:
    return Tower()


def test_short_lessons_hold_on_their_days_and_no_longer(tower: Tower) -> None:
    usual = tower.times()
    id = tower.put()
    assert tower.times() == ("09:10", "09:40") != usual
    bell_sets.put(1, "Shorter", MORROW, MORROW, drawn((1, 2), "09:00", 20, (5,)), tower.by, Rights(), id)
    assert tower.times() == ("09:25", "09:45")
    bell_sets.end(id, tower.by, Rights())
    assert tower.times() == usual


def test_one_shift_has_one_set_at_a_time(tower: Tower) -> None:
    tower.put(1, 3)
    assert code(tower.put, 3, 5) == "bells_overlap"
    assert code(tower.put, 2, 2) == "bells_overlap"
    tower.put(3, 5, shift=2)
    later = tower.put(4, 6)
    days = MORROW, TODAY + timedelta(days=6)
    assert code(bell_sets.put, 1, "Short", *days, SHORT, tower.by, Rights(), later) == "bells_overlap"


def test_the_same_once_more_the_past_and_backward_days_are_refused(tower: Tower) -> None:
    id = tower.put()
    assert code(tower.put, known=id) == "nothing_to_change"
    assert code(tower.put, 5, 4) == "date_order"
    assert code(tower.put, -3, 4) == "day_over"
    assert code(tower.put, known="none") == "not_found"
    usual = next(row.id for row in bell_sets.schedules(db.session) if row.starts_on is None)
    assert code(bell_sets.end, usual, tower.by, Rights()) == "not_found"


def test_a_set_that_rang_already_ends_with_yesterday(tower: Tower) -> None:
    id = tower.put(1, 5)
    later = Author(tower.me, tower.by.account_id, NOW + timedelta(days=3), TODAY + timedelta(days=3))
    bell_sets.end(id, later, Rights())
    db.session.remove()
    [row] = [row for row in bell_sets.schedules(db.session) if row.starts_on]
    assert row.ends_on == TODAY + timedelta(days=2)
    assert code(bell_sets.end, id, later, Rights()) == "nothing_to_change"


def test_an_approved_day_is_approved_anew_and_one_that_is_out_asks_for_the_right(tower: Tower) -> None:
    factory.add(Day(on=MORROW, approved_at=NOW))
    tower.put()
    db.session.remove()
    assert db.session.get_one(Day, MORROW).state == "draft"
    factory.add(Day(on=TODAY + timedelta(days=3), approved_at=NOW, published_at=NOW))
    assert code(tower.put, 3, 3) == "day_is_out"
    tower.put(3, 3, rights=Rights(may_correct=True))
